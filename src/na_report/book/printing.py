"""Prints a book while Sphinx still writes its pages: in a process of its own, which remembers what it set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date

from na_report.base.errors import BookError
from na_report.base.paths import DESCRIPTOR
from na_report.book.book import Book
from na_report.editions.descriptor import descriptor_of
from na_report.paper import FOLDER
from na_report.paper.typesetting import Document, get_ready, typeset
from na_report.processes.processes import Workers
from na_report.running.pages import Page
from na_report.screen.describing import book_address, site_address

# Of the document of a draft, which has no day of its own: that of the build is in no file.
_NO_DAY = "1980-01-01"


class Press:
    """The process that makes PDFs."""

    def __init__(self) -> None:
        self._pool = Workers(1)
        self._pool.submit(get_ready)

    def printing(self, book: Book, pages: Sequence[Page], words: Mapping[str, Any]) -> Printing:
        """Returns the PDFs of a book as something to start and to wait for."""
        source = book.folder / "sphinx" / "_build" / FOLDER / "pages"
        return Printing(self._pool, book, source, documents(book, pages, words))

    def close(self) -> None:
        """Ends the process, whatever it is doing."""
        self._pool.end()


@contextmanager
def press() -> Iterator[Press]:
    """Gives a press that is gone when the block ends."""
    process = Press()
    try:
        yield process
    finally:
        process.close()


class Printing:
    """The PDFs of a book.

    Args:
        pool: The process that makes them.
        book: The book.
        source: The folder with the pages that Sphinx writes for paper.
        documents: What is printed.
    """

    def __init__(self, pool: Executor, book: Book, source: Path, documents: Sequence[Document]) -> None:
        self._pool = pool
        self._book = book
        self._source = source
        self._documents = documents
        self._tasks: dict[Path, Future[None]] = {}

    def start(self) -> None:
        """Starts, once Sphinx wrote the pages for paper; fine when it was started before."""
        book = self._book
        book.made.mkdir(parents=True, exist_ok=True)
        for document in self._documents if not self._tasks else ():
            target = book.made / f"{document.name}.pdf"
            task = self._pool.submit(typeset, document, self._source, book.stage, book.project.root, target)
            self._tasks[target] = task

    def then(self, do: Callable[[], None]) -> None:
        """Starts if need be, and calls a function when all is done or has failed, in another thread."""
        self.start()
        *_, last = self._tasks.values()  # one process makes them in turn
        last.add_done_callback(lambda task: do())

    def result(self) -> dict[str, Path]:
        """Waits, and returns the PDFs by the names that readers know them by.

        Raises:
            BookError: Something in the text can't be printed.
        """
        self.start()  # Sphinx says nothing when it had nothing to write
        try:
            for task in self._tasks.values():
                task.result()
        except BrokenProcessPool:
            raise BookError(
                "The process that makes the PDF was killed.", hint="Look whether memory ran out, and build again."
            ) from None
        return {path.name: path for path in self._tasks}


def documents(book: Book, pages: Sequence[Page], words: Mapping[str, Any]) -> list[Document]:
    """Returns what is printed of a book: the report with its data, and the summary where the book has one."""
    folder = book.project.data / book.edition
    about = descriptor_of(folder)
    sealed = str(about["created"])[:10]
    day = sealed or _NO_DAY
    attached = {folder / DESCRIPTOR: str(about["title"])} if sealed else {}
    attached |= {folder / str(table["path"]): str(table["title"]) for table in about["resources"]}
    imprint = [
        str(words["cover"]),
        f"{about['contributors'][0]['title']}, "
        + (
            format_date(date.fromisoformat(sealed), "long", locale=book.language)
            if sealed
            else str(words["mark"]).lower()
        ),
        str(about["licenses"][0]["title"]),
    ]
    on_paper = [page.name for page in pages if page.on_paper]
    registers = [page.name for page in pages if not page.on_paper]
    site = book_address(site_address(book.project), book.edition, book.language)
    report = Document(
        "report", on_paper, words, book.language, day, imprint, attached=attached, registers=registers, site=site
    )
    summary = str(words["summary"])
    if summary not in {page.name for page in pages}:
        return [report]
    return [report, Document("summary", [summary], words, book.language, day, front=False, site=site)]
