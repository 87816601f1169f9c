"""Serves the preview on this machine only, and tells open pages to load again or what is wrong."""

from __future__ import annotations

import html
import json
import posixpath
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from na_report.base.errors import NaReportError
from na_report.screen.footing import PAPERS

ADDRESS = "127.0.0.1"
EVENTS = "/-/events"
_LAST_PORT = 65535
# So soon an open page asks again; a browser that thinks it too soon waits half a second.
_AGAIN_MS = 200
SCRIPT = "/-/preview.js"
PAPER = "/-/report.pdf"
# What the pages' own policy lacks for the preview: asking whether the book was made again.
_POLICY = ("default-src 'none';", "default-src 'none'; connect-src 'self';")


class State:
    """What open pages should know: how often the book was made, and what is wrong now."""

    def __init__(self) -> None:
        self.version = 0
        self.error = ""

    def set(self, error: str = "") -> None:
        """Tells that the book was made again, or why it was not."""
        self.error = error
        self.version += not error

    def message(self) -> str:
        """Returns the state as the pages read it."""
        return json.dumps({"version": self.version, "error": self.error})


class Server(ThreadingHTTPServer):
    """Serves a folder that may be replaced at any moment.

    Args:
        port: The port; 0 for any that is free.
        folder: The book.
        state: What pages are told.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, folder: Path, state: State) -> None:
        self.folder = folder
        self.state = state
        super().__init__((ADDRESS, port), _Handler)

    @property
    def address(self) -> str:
        """The address for a browser."""
        return f"http://{ADDRESS}:{self.server_address[1]}/"


def _script() -> bytes:
    return (resources.files("na_report.book") / "texts" / "preview.js").read_bytes()


class _Handler(SimpleHTTPRequestHandler):
    server: Server

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, directory=str(args[2].folder), **options)

    def do_GET(self) -> None:
        if not self._is_local():
            self.send_error(HTTPStatus.FORBIDDEN)
        elif urlsplit(self.path).path == EVENTS:
            self._tell()
        elif urlsplit(self.path).path == SCRIPT:
            self.copyfile(self._start(HTTPStatus.OK, "text/javascript", _script()), self.wfile)
        elif (name := posixpath.basename(urlsplit(self.path).path)) in PAPERS:
            self._send_paper(name)
        else:
            super().do_GET()

    def _send_paper(self, name: str) -> None:
        """Sends the newest PDF of that name, which lies beside the folder of the pages."""
        try:
            content = (self.server.folder.parent / name).read_bytes()
        except OSError:
            self.send_error(HTTPStatus.NOT_FOUND, "The PDF is still being made, or something is wrong in the text")
            return
        self.copyfile(self._start(HTTPStatus.OK, "application/pdf", content), self.wfile)

    def _is_local(self) -> bool:
        """Tells whether the browser thinks that it talks to this machine, and not to a site that was pointed here."""
        name = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        return name in (ADDRESS, "localhost")

    def send_head(self) -> BytesIO | Any:
        """Sends a page with the script that keeps it up to date; other files as they are."""
        path = Path(self.translate_path(self.path))
        page = path / "index.html" if path.is_dir() else path
        if page.suffix != ".html":
            return super().send_head()
        try:
            text = page.read_text(encoding="utf-8")
            status = HTTPStatus.OK
        except OSError:
            problem = self.server.state.error or "There is no such page in the preview."
            text = f'<!DOCTYPE html><html lang="en"><title>Preview</title><body><pre>{html.escape(problem)}</pre></body></html>'
            status = HTTPStatus.NOT_FOUND
        data = f'data-made="{self.server.state.version}" data-events="{EVENTS}" data-paper="{PAPER}"'
        script = f'<script src="{SCRIPT}" {data}></script>'
        head, found, tail = text.replace(*_POLICY, 1).rpartition("</body>")
        body = (head + script + found + tail if found else text + script).encode()
        return self._start(status, "text/html; charset=utf-8", body)

    def _start(self, status: HTTPStatus, kind: str, body: bytes) -> BytesIO:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return BytesIO(body)

    def end_headers(self) -> None:
        """Has the browser ask again each time."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def list_directory(self, path: Any) -> None:
        """Shows no lists of files."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def _tell(self) -> None:
        """Sends the state as an event after which the page asks for the next one."""
        event = f"data: {self.server.state.message()}\nretry: {_AGAIN_MS}\n\n".encode()
        self.copyfile(self._start(HTTPStatus.OK, "text/event-stream", event), self.wfile)

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps the terminal for what matters."""


@contextmanager
def serve(port: int, folder: Path, state: State) -> Iterator[Server]:
    """Serves a folder until the block ends.

    Raises:
        NaReportError: The port is taken, or no number of a port.
    """
    if not 0 <= port <= _LAST_PORT:
        raise NaReportError(
            f"The preview can't use port {port}.",
            hint=f"Choose one from 1024 to {_LAST_PORT} with --port, or 0 for any.",
        )
    try:
        server = Server(port, folder, state)
    except OSError as problem:
        raise NaReportError(
            f"The preview can't use port {port}: {problem.strerror}.", hint="Choose another with --port, or 0 for any."
        ) from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
