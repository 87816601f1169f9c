"""Makes a book: pages run, Sphinx and Typst side by side, and it is published when all of it is whole."""

import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from babel.dates import format_date

from na_report.base.errors import BookError
from na_report.base.paths import DESCRIPTOR
from na_report.book.book import Book, drop_other_pages, publish, words
from na_report.book.rendering import build_html, render_stage
from na_report.book.staging import drop_renderings, stage
from na_report.editions.descriptor import descriptor_of
from na_report.paper import FOLDER
from na_report.paper.typesetting import Document, typeset
from na_report.processes.renderer import Renderer
from na_report.processes.workers import Workers
from na_report.running.fingerprint import hash_inputs
from na_report.running.pages import Page, all_pages
from na_report.screen.describing import book_address, publication, site_address

# Of the document of a draft, which has no day of its own: that of the build is in no file.
_NO_DAY = "1980-01-01"

# The PDFs by the names that readers know them by, once they are made.
Papers = Future[dict[str, Path]]
# What writes the edition to take along, and the first and last year of its data.
TakeAlong = tuple[Callable[[], list[Path]], tuple[str, str]]


@dataclass(frozen=True)
class Subject:
    """What a build needs to know of the subject and of who asked for it."""

    verify: Callable[[], TakeAlong]  # checks the edition
    run: Callable[[Sequence[Page]], None]
    say: Callable[[str], None]  # tells how far it is, in a line


def make_book(book: Book, formats: Sequence[str], process: Renderer, subject: Subject) -> None:
    """Makes a book out of sight, as `html`, `pdf` or both, and publishes it when all of it is whole.

    A `NaReportError` when something is wrong in data, chapters or text, or a source changed meanwhile; nothing is published then.
    """
    project, inputs = book.project, hash_inputs(book.project)
    take_along, period = subject.verify()
    pages, said = all_pages(project, book.language, book.edition), words(book)
    drop_renderings(book)
    drop_other_pages(book, pages)
    subject.run(pages)
    stage(book, pages, publication(project, book.edition, book.language, said, period), papers="pdf" in formats)
    made: dict[str, Path] = {}
    began = time.perf_counter()

    def tell(kind: str, path: Path) -> None:
        subject.say(f"{kind:<5} {project.short(path)}  ({time.perf_counter() - began:.1f} s)")

    with press() if "pdf" in formats else nullcontext() as pool, ThreadPoolExecutor(1) as aside:
        start = functools.cache(lambda: start_printing(pool, book, pages) if pool else None)
        if "html" in formats:
            at_hand = aside.submit(take_along)  # while Sphinx renders
            aside.submit(import_module, "na_report.screen.finishing")
            made["html"] = build_html(book, pages, process, files=at_hand.result, written=start)
            tell("HTML", book.html / "index.html")
        else:
            render_stage(book, process, start)
        if papers := start():
            made |= printed(papers)
            for name in printed(papers):
                tell("PDF", book.folder / name)
    if hash_inputs(project) != inputs:
        raise BookError(
            "Data, chapters or settings changed while the book was being made of them, so it is not published.",
            hint="Look with `git status` whether a chapter writes to one of its sources, and build again.",
        )
    publish(book, inputs, made, formats)


@contextmanager
def press() -> Iterator[Executor]:
    """Gives a process that makes PDFs, and is gone when the block ends, whatever it is doing."""
    pool = Workers(1)
    pool.submit(import_module, typeset.__module__)
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
