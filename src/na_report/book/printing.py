"""Prints a book while Sphinx still writes its pages: in a process of its own, which remembers what it set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from babel.dates import format_date

from na_report.base.errors import BookError
from na_report.base.paths import DESCRIPTOR
from na_report.book.book import Book, words
from na_report.editions.descriptor import descriptor_of
from na_report.paper import FOLDER
from na_report.paper.typesetting import Document, typeset
from na_report.processes.workers import Workers
from na_report.running.pages import Page
from na_report.screen.describing import book_address, site_address

# Of the document of a draft, which has no day of its own: that of the build is in no file.
_NO_DAY = "1980-01-01"


@contextmanager
def press() -> Iterator[Executor]:
    """Gives a process that makes PDFs, and is gone when the block ends, whatever it is doing."""
    pool = Workers(1)
    pool.submit(import_module, typeset.__module__)
    try:
        yield pool
    finally:
        pool.end()


class Printing:
    """The PDFs of a book.

    Args:
        pool: The process that makes them, see `press`.
        book: The book, whose pages for paper Sphinx has yet to write.
        pages: Its pages.
        done: Called in another thread when all PDFs are made or have failed.
    """

    def __init__(
        self, pool: Executor, book: Book, pages: Sequence[Page], done: Callable[[], None] | None = None
    ) -> None:
        self._pool = pool
        self._book = book
        self._documents = documents(book, pages, words(book))
        self._done = done
        self._tasks: dict[str, Future[None]] = {}

    def start(self) -> None:
        """Starts, once Sphinx wrote the pages for paper; nothing when it was started before."""
        if self._tasks:
            return
        book, source = self._book, self._book.rendered / "_build" / FOLDER / "pages"
        book.made.mkdir(parents=True, exist_ok=True)
        for document in self._documents:
            name = f"{document.name}.pdf"
            task = self._pool.submit(typeset, document, source, book.stage, book.project.root, book.made / name)
            self._tasks[name] = task
        if done := self._done:
            task.add_done_callback(lambda task: done())  # one process makes them in turn

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
        return {name: self._book.made / name for name in self._tasks}


def documents(book: Book, pages: Sequence[Page], words: Mapping[str, Any]) -> list[Document]:
    """Returns what is printed of a book: the report with its data, and the summary where the book has one."""
    folder = book.project.data / book.edition
    about = descriptor_of(folder)
    sealed = str(about["created"])[:10]
    day = sealed or _NO_DAY
    attached = {folder / DESCRIPTOR: str(about["title"])} if sealed else {}
    attached |= {folder / str(table["path"]): str(table["title"]) for table in about["resources"]}
    when = (
        format_date(date.fromisoformat(day), "d MMMM y", locale=book.language) if sealed else str(words["mark"]).lower()
    )
    imprint = [str(words["cover"]), f"{about['contributors'][0]['title']}, {when}", str(about["licenses"][0]["title"])]
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
