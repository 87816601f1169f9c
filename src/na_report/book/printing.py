"""Prints a book while Sphinx still writes its pages: in a process of its own, which remembers what it set."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date

from na_report.base.errors import BookError
from na_report.base.paths import DESCRIPTOR
from na_report.book.book import Book, words
from na_report.editions.descriptor import descriptor_of
from na_report.paper import FOLDER
from na_report.paper.typesetting import Document, get_ready, typeset
from na_report.processes.workers import Workers
from na_report.running.pages import Page
from na_report.screen.describing import book_address, site_address

# Of the document of a draft, which has no day of its own: that of the build is in no file.
_NO_DAY = "1980-01-01"

# The PDFs by the names that readers know them by, once they are made.
Papers = Future[dict[str, Path]]


@contextmanager
def press() -> Iterator[Executor]:
    """Gives a process that makes PDFs, and is gone when the block ends, whatever it is doing."""
    pool = Workers(1)
    pool.submit(get_ready)
    try:
        yield pool
    finally:
        pool.end()


def start_printing(pool: Executor, book: Book, pages: Sequence[Page]) -> Papers:
    """Starts the PDFs of a book, whose pages for paper Sphinx wrote, in the process of `press`."""
    return pool.submit(_print, book, documents(book, pages, words(book)))


def printed(papers: Papers) -> dict[str, Path]:
    """Waits for the PDFs; a `BookError` when something in the text can't be printed."""
    try:
        return papers.result()
    except BrokenProcessPool:
        raise BookError(
            "The process that makes the PDF was killed.", hint="Look whether memory ran out, and build again."
        ) from None


def _print(book: Book, documents: Sequence[Document]) -> dict[str, Path]:
    book.made.mkdir(parents=True, exist_ok=True)
    made = {f"{document.name}.pdf": book.made / f"{document.name}.pdf" for document in documents}
    for document, target in zip(documents, made.values(), strict=True):
        typeset(document, book.rendered / "_build" / FOLDER / "pages", book.stage, book.project.root, target)
    return made


def documents(book: Book, pages: Sequence[Page], words: Mapping[str, Any]) -> list[Document]:
    """Returns what is printed of a book: the report with its data, and the summary where the book has one."""
    folder = book.project.data / book.edition
    about = descriptor_of(folder)
    sealed = str(about["created"])[:10]
    day = sealed or _NO_DAY
    attached = {folder / DESCRIPTOR: str(about["title"])} if sealed else {}
    attached |= {folder / str(table["path"]): str(table["title"]) for table in about["resources"]}
    when = format_date(date.fromisoformat(day), "d MMMM y", locale=book.language) if sealed else words["mark"].lower()
    imprint = [str(words["cover"]), f"{about['contributors'][0]['title']}, {when}", str(about["licenses"][0]["title"])]
    on_paper = [page.name for page in pages if page.on_paper]
    registers = [page.name for page in pages if not page.on_paper]
    site, summary = book_address(site_address(book.project), book.edition, book.language), words["summary"]
    report = Document(
        "report", on_paper, words, book.language, day, imprint, attached=attached, registers=registers, site=site
    )
    short = Document("summary", [summary], words, book.language, day, front=False, site=site)
    return [report, short] if summary in {page.name for page in pages} else [report]
