"""A book that follows its sources: what is saved is made again, and shown in open pages; after an error the last good book stays.

Everything that takes long to start stays ready: Sphinx, what kernels import, what Typst set. The preview has a
folder of its own, so that the book that is published is always one that `na-report build` made.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from na_report.base.errors import NaReportError
from na_report.base.files import put_in_place, write_whole
from na_report.base.paths import Project
from na_report.book.book import Book, held
from na_report.book.building import finish_html, print_papers, render_stage
from na_report.book.staging import drop_renderings, stage
from na_report.processes.forked import Server
from na_report.processes.renderer import renderer
from na_report.processes.surroundings import pinned
from na_report.running.execution import Run, Watcher, run_pages
from na_report.running.fingerprint import FILES, Answers, data_hash
from na_report.running.pages import Page, all_pages
from na_report.screen.describing import BESIDE, PREVIEW

_POLL_SECONDS = 0.1
# The page about what is otherwise in a draft.
_CHANGES = "changes"
_ADDRESS = "127.0.0.1"
# What asks, in an open page, whether the book was made again and what is wrong.
_SCRIPT = BESIDE + PREVIEW
_NO_PAGE = f"""<!DOCTYPE html><html lang="en"><title>Preview</title>\
<body>It is not there, or still being made.<script src="{_SCRIPT}"></script></body></html>"""

# Makes the book again, and returns the pages whose code ran and what ends when the PDF is there too.
Refresh = Callable[[Watcher], tuple[list[Run], Future[None]]]


@contextmanager
def preview(
    book: Book,
    *,
    verify: Callable[[], object],
    answers: Callable[[], Answers],
    changes: Callable[[], tuple[str, str, str] | None],
) -> Iterator[Refresh]:
    """Gives what makes a book as its sources are now, each time only what changed, and leaves nothing running.

    `verify` checks the edition, `answers` makes what gives today's digests for what a page asked of the data, and `changes` tells
    what is otherwise in a draft: title, contents as HTML and words of a link; nothing for other editions. After a
    `NaReportError` the last good book is still there.
    """
    project, verified = book.project, ""

    def refresh(watcher: Watcher) -> tuple[list[Run], Future[None]]:
        nonlocal verified
        if (data := data_hash(project)) != verified:
            verify()
            verified = data
        pages, own = all_pages(project, book.language, book.edition), {"edition": book.edition}
        runs = run_pages(project, pages, own, book.notebooks, answers=answers(), watcher=watcher)
        printer.submit(bool).result()  # what was saved before is set from the files that are written now
        stage(book, pages, *_changed(changes()))
        render_stage(book, process)
        put_in_place(finish_html(book, pages), book.html)
        return runs, printer.submit(show_papers, pages)  # the screen comes first

    def show_papers(pages: Sequence[Page]) -> None:
        for name, made in print_papers(book, pages).items():
            put_in_place(made, book.folder / name)

    with held(book), pinned(), renderer() as process, ThreadPoolExecutor(1) as printer:
        Server.start(sorted({page.chapter for page in all_pages(project, book.language)}))
        printer.submit(import_module, "papermill")
        drop_renderings(book)  # an earlier preview may have been killed, or be of another version of the program
        built = Book(project, book.edition, book.language).notebooks
        if built.is_dir() and not book.notebooks.exists():
            shutil.copytree(built, book.notebooks)
        yield refresh


def _changed(told: tuple[str, str, str] | None) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Returns what the pages of a preview are shown with, such as a link to the page about what is otherwise, and that page."""
    shown: dict[str, Any] = {"preview": _SCRIPT}
    if not told:
        return shown, {}
    title, contents, link = told
    output = new_output("display_data", {"text/html": contents})
    cell = new_code_cell("changes", id="changes", outputs=[output], metadata={"tags": ["remove-input"]})
    page = new_notebook(cells=[new_markdown_cell(f"# {title}", id="title"), cell], metadata={"orphan": True})
    return shown | {"changes": [f"{_CHANGES}.html", link]}, {f"{_CHANGES}.ipynb": nbformat.writes(page).encode()}


Seen = dict[Path, tuple[int, int]]


def look(project: Project) -> Seen:
    """Returns time and size of every file that the book is made of."""
    seen: Seen = {}
    for path in [*(project.root / name for name in FILES), *project.chapters.rglob("*"), *project.data.rglob("*")]:
        if ".ipynb_checkpoints" not in path.parts and not path.name.startswith((".", "~")) and path.is_file():
            with suppress(OSError):  # it has just gone
                seen[path] = (path.stat().st_mtime_ns, path.stat().st_size)
    return seen


def wait_for_change(project: Project, seen: Seen) -> tuple[Seen, list[Path]]:
    """Waits until a file changed and all are at rest; returns what is there then, and which files differ."""
    before, now = seen, look(project)
    while now == seen or now != before:
        time.sleep(_POLL_SECONDS if now == seen else _POLL_SECONDS / 5)
        before, now = now, look(project)
    return now, sorted(path for path in {*now, *seen} if now.get(path) != seen.get(path))


def tell_pages(book: Book, error: str = "") -> None:
    """Tells open pages, which ask for it, what is wrong now, or that nothing is."""
    write_whole(book.folder / "error.txt", error.encode())


class _Handler(SimpleHTTPRequestHandler):
    """Sends files of a folder that may be replaced at any moment, to this machine only."""

    error_message_format = _NO_PAGE

    def handle(self) -> None:
        """Answers a browser; that one goes meanwhile, or asks for what can be no file, is not told on the terminal."""
        with suppress(OSError, ValueError):
            super().handle()

    def send_head(self) -> Any:
        """Refuses a browser that was pointed here by a site that poses as this machine."""
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname in (_ADDRESS, "localhost"):
            return super().send_head()
        self.send_error(HTTPStatus.FORBIDDEN)
        return None

    def list_directory(self, path: Any) -> None:
        """Shows no folder."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Has a browser ask each time."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps the terminal for what matters."""


@contextmanager
def serve(port: int, book: Book) -> Iterator[str]:
    """Serves a book until the block ends, and gives its address; port 0 is any that is free."""
    try:
        server = ThreadingHTTPServer((_ADDRESS, port), partial(_Handler, directory=str(book.folder)))
    except (OSError, OverflowError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is no port"
        raise NaReportError(
            f"The preview can't use port {port}: {why}.",
            hint="Choose another with --port, from 1024 to 65535, or 0 for any.",
        ) from None
    book.folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).parent / "texts" / PREVIEW, book.folder)
    tell_pages(book)
    with server, ThreadPoolExecutor() as aside:
        aside.submit(server.serve_forever, 0.1)
        try:
            yield f"http://{_ADDRESS}:{server.server_address[1]}/{book.html.name}/"
        finally:
            server.shutdown()
