"""Serves the preview on this machine only, and tells open pages to load again or what is wrong."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from na_report.base.errors import NaReportError
from na_report.screen.footer import PAPERS

_ADDRESS = "127.0.0.1"
# What the server has beside the book.
_STATE, _SCRIPT = "/-/state.json", "/-/preview.js"
_SCRIPT_FILE = Path(__file__).resolve().parent / "texts" / "preview.js"
# What the pages' own policy lacks for the preview: asking whether the book was made again.
_POLICY = (b"default-src 'none';", b"default-src 'none'; connect-src 'self';")
_NO_PAGE = (
    '<!DOCTYPE html><html lang="en"><title>Preview</title><meta charset="utf-8"><body><pre>{}</pre></body></html>'
)


@dataclass
class State:
    """What open pages should know: how often the book was made, and what is wrong now."""

    version: int = 0
    error: str = ""

    def set(self, error: str = "") -> None:
        """Tells that the book was made again, or why it was not."""
        self.error = error
        self.version += not error


class _Handler(SimpleHTTPRequestHandler):
    """Sends files of a folder that may be replaced at any moment; pages with a script that keeps them up to date."""

    def __init__(self, *args: Any, folder: Path, state: State) -> None:
        self.folder, self.state = folder, state
        super().__init__(*args, directory=str(folder))

    def handle(self) -> None:
        """Answers a browser; that one goes meanwhile, or asks for what can be no file, is not told on the terminal."""
        with suppress(OSError, ValueError):
            super().handle()

    def do_GET(self) -> None:
        path, host = urlsplit(self.path).path, urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if host not in (_ADDRESS, "localhost"):
            self.send_error(HTTPStatus.FORBIDDEN)  # the browser was pointed here by a site that poses as this machine
            return
        file = _SCRIPT_FILE if path == _SCRIPT else Path(self.translate_path(self.path))
        if file.name in PAPERS:
            file = self.folder.parent / file.name
        elif path.endswith("/"):
            file /= "index.html"
        try:
            status, kind = HTTPStatus.OK, self.guess_type(file)
            body = json.dumps(asdict(self.state)).encode() if path == _STATE else file.read_bytes()
        except OSError:
            status, kind = HTTPStatus.NOT_FOUND, "text/html"
            body = _NO_PAGE.format(escape(self.state.error or "It is not there, or still being made.")).encode()
        if kind == "text/html":
            script = f'<script src="{_SCRIPT}" data-made="{self.state.version}" data-state="{_STATE}"></script></body>'
            body = body.replace(*_POLICY, 1).replace(b"</body>", script.encode())
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815  its name in Python

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps the terminal for what matters."""


@contextmanager
def serve(port: int, folder: Path, state: State) -> Iterator[str]:
    """Serves a folder until the block ends, and gives its address; port 0 is any that is free."""
    try:
        server = ThreadingHTTPServer((_ADDRESS, port), partial(_Handler, folder=folder, state=state))
    except (OSError, OverflowError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is no port"
        raise NaReportError(
            f"The preview can't use port {port}: {why}.",
            hint="Choose another with --port, from 1024 to 65535, or 0 for any.",
        ) from None
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    try:
        yield f"http://{_ADDRESS}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
