"""A book that follows its sources: what is saved is made again, and shown; after an error the last good book stays.

Everything that takes long to start stays ready: Sphinx, the kernels' imports, the processes that run pages. The preview has a
folder of its own, so that the book that is published is always one that `na-report build` made.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from na_report.base.errors import BookError
from na_report.base.files import put_in_place
from na_report.base.paths import CONFIG, TOC, WORDS, Project
from na_report.book.book import Book
from na_report.book.printing import Printing, press
from na_report.book.published import held
from na_report.book.rendering import build_html
from na_report.book.staging import drop_renderings, stage
from na_report.processes.kernels import warm_kernels
from na_report.processes.renderer import Renderer, renderer
from na_report.processes.surroundings import pinned
from na_report.processes.workers import Workers, cores
from na_report.running.execution import Watcher, run_pages
from na_report.running.fingerprint import FILES, Answers, data_hash, hash_files
from na_report.running.pages import Page, all_pages
from na_report.screen.mending import mend_table

POLL_SECONDS = 0.1
# The page about what is otherwise in a draft.
CHANGES = "changes.html"


@dataclass(frozen=True)
class Tools:
    """What the preview needs to know of the subject."""

    # Checks the edition.
    verify: Callable[[], None]
    # Makes a function that gives today's digests for what a page asked of the data.
    answers: Callable[[], Answers]
    # Returns what is otherwise in a draft: title, contents as HTML, words of a link; nothing for other editions.
    changes: Callable[[], tuple[str, str, str] | None] = lambda: None


@dataclass
class Preview:
    """Makes the book again and again, each time only what changed; see `preview`."""

    book: Book
    tools: Tools
    process: Renderer
    processes: Processes
    printer: Executor
    _verified: str = ""
    _settings: str = ""
    _polished: dict[str, Any] = field(default_factory=dict)

    def refresh(self, watcher: Watcher, printed: Callable[[BookError | None], None]) -> list[str]:
        """Makes the book as its sources are now, and returns the pages whose code ran.

        Args:
            watcher: Is told which pages run.
            printed: Called when the PDF is there, or could not be made; in another thread, before or after this returned.

        Raises:
            NaReportError: Something is wrong in data, chapters or text; the last good book is still there.
        """
        book, project = self.book, self.book.project
        data = data_hash(project)
        if data != self._verified:
            self.tools.verify()
            self._verified = data
        pages = all_pages(project, book.language, book.edition)
        runs = run_pages(
            project,
            pages,
            {"edition": book.edition},
            book.notebooks,
            answers=self.tools.answers(),
            pool=self.processes.borrow,
            watcher=watcher,
        )
        files = [project.root / CONFIG, project.root / TOC, project.chapters / WORDS]
        settings = hash_files([path for path in files if path.is_file()], project.root)
        if settings != self._settings:
            self._settings = ""
            drop_renderings(book)
        stage(book, pages)
        self._settings = settings
        printing = Printing(self.printer, book, pages, lambda: printed(self._keep(printing)))
        html = build_html(book, pages, self.process, written=printing.start, known=self._polished)
        if changes := self.tools.changes():
            _add_page(html, *changes)
        put_in_place(html, book.html)
        printing.start()  # Sphinx says nothing when it had nothing to write
        return [run.page for run in runs]

    def _keep(self, printing: Printing) -> BookError | None:
        """Puts the PDFs in their place; returns what is wrong when there are none, and the last good ones stay."""
        try:
            for name, made in printing.result().items():
                put_in_place(made, self.book.folder / name)
        except BookError as problem:
            return problem
        return None


class Processes:
    """Processes that run pages, kept from one change to the next."""

    def __init__(self) -> None:
        self._pool = Workers(cores())

    @contextmanager
    def borrow(self, pages: Sequence[Page]) -> Iterator[tuple[Executor, int]]:
        """Gives the processes, or new ones where one of them died."""
        try:
            self._pool.submit(bool)
        except BrokenProcessPool:
            self._pool = Workers(cores())
        yield self._pool, cores()

    def close(self) -> None:
        """Ends the processes, whatever they are doing."""
        self._pool.end()


@contextmanager
def preview(book: Book, tools: Tools) -> Iterator[Preview]:
    """Gives a preview with all that it keeps ready, and leaves nothing running."""
    chapters = sorted({page.chapter for page in all_pages(book.project, book.language)})
    with (
        held(book),
        pinned(),
        warm_kernels(chapters),
        renderer() as process,
        press() as printer,
        contextlib.closing(Processes()) as processes,
    ):
        built = Book(book.project, book.edition, book.language).notebooks
        if built.is_dir() and not book.notebooks.exists():
            shutil.copytree(built, book.notebooks)
        yield Preview(book, tools, process, processes, printer)


def _add_page(html: Path, title: str, contents: str, link: str) -> None:
    """Adds a page that looks as the others do, and a link to it under the title of the first page."""
    first = html / "index.html"
    soup = BeautifulSoup(first.read_text(encoding="utf-8"), "html.parser")
    page = BeautifulSoup(str(soup), "html.parser")
    way = BeautifulSoup(f'<p><a href="{CHANGES}">{escape(link)}</a></p>', "html.parser")
    soup.h1.insert_after(way)
    first.write_text(str(soup), encoding="utf-8")
    page.title.string = title
    for part in page.select(".opdezepagina, .bladeren"):
        part.decompose()
    for part in page.select("[aria-current]"):
        del part["aria-current"]
    article = page.article
    article.clear()
    article.append(BeautifulSoup(f"<h1>{escape(title)}</h1>\n{contents}", "html.parser"))
    for table in page.select("article table"):
        mend_table(page, table)
    (html / CHANGES).write_text(str(page), encoding="utf-8")


Seen = dict[Path, tuple[int, int]]


def look(project: Project) -> Seen:
    """Returns time and size of every file that the book is made of."""
    seen: Seen = {}
    paths = [project.root / name for name in FILES] + [*project.chapters.rglob("*"), *project.data.rglob("*")]
    for path in paths:
        if ".ipynb_checkpoints" not in path.parts and not path.name.startswith((".", "~")):
            with contextlib.suppress(OSError):
                found = path.stat()
                if path.is_file():
                    seen[path] = (found.st_mtime_ns, found.st_size)
    return seen


def wait_for_change(project: Project, seen: Seen) -> tuple[Seen, list[Path]]:
    """Waits until a file changed and all are at rest; returns what is there then, and which files differ."""
    now = look(project)
    while now == seen:
        time.sleep(POLL_SECONDS)
        now = look(project)
    while (later := look(project)) != now:
        now = later
        time.sleep(POLL_SECONDS / 2)
    return now, sorted(path for path in {*now, *seen} if now.get(path) != seen.get(path))
