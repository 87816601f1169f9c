"""Makes a book: pages run, Sphinx renders, Typst prints, and it is published when all of it is whole."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from babel.dates import format_date

from na_report.base.errors import BookError
from na_report.base.paths import DESCRIPTOR
from na_report.book.book import Book, drop_other_pages, publish, words
from na_report.book.rendering import finish_html, render_stage
from na_report.book.staging import drop_renderings, stage
from na_report.editions.descriptor import descriptor_of
from na_report.paper import FOLDER
from na_report.paper.typesetting import Document, typeset
from na_report.processes.renderer import Renderer
from na_report.running.fingerprint import hash_inputs
from na_report.running.pages import Page, all_pages
from na_report.screen.describing import book_address, publication

# Of the document of a draft, which has no day of its own: that of the build is in no file.
_NO_DAY = "1980-01-01"


def make_book(
    book: Book,
    formats: Sequence[str],
    process: Renderer,
    *,
    verify: Callable[[], tuple[str, str]],
    take_along: Callable[[], list[Path]],
    run: Callable[[Sequence[Page]], object],
    say: Callable[[str], object],
) -> None:
    """Makes a book out of sight, as `html`, `pdf` or both, and publishes it when all of it is whole.

    `verify` checks the edition and tells the first and last year of its data, `take_along` writes it to take along, `run` runs
    pages, and `say` tells how far it is, in a line. A `NaReportError` when something is wrong in data, chapters or text, or a
    source changed meanwhile; nothing is published then.
    """
    project, inputs = book.project, hash_inputs(book.project)
    period = verify()
    pages, said = all_pages(project, book.language, book.edition), words(book)
    drop_renderings(book)
    drop_other_pages(book, pages)
    run(pages)
    shown = {"book": publication(project, book.edition, book.language, said, period)}
    stage(book, pages, shown if "pdf" in formats else {**shown, "papers": []})
    made: dict[str, Path] = {}
    began = time.perf_counter()

    def tell(kind: str, path: Path) -> None:
        say(f"{kind:<5} {project.short(path)}  ({time.perf_counter() - began:.1f} s)")

    with ThreadPoolExecutor() as aside:
        # While Sphinx renders, in a process of its own.
        edition = aside.submit(take_along) if "html" in formats else None
        aside.submit(import_module, "na_report.screen.finishing")
        render_stage(book, process)
        papers = aside.submit(print_papers, book, pages) if "pdf" in formats else None
        if edition:
            made["html"] = finish_html(book, pages, edition.result())
            tell("HTML", book.html / "index.html")
        if papers:
            made |= papers.result()
            for name in papers.result():
                tell("PDF", book.folder / name)
    if hash_inputs(project) != inputs:
        raise BookError(
            "Data, chapters or settings changed while the book was being made of them, so it is not published.",
            hint="Look with `git status` whether a chapter writes to one of its sources, and build again.",
        )
    publish(book, inputs, made, formats)


def print_papers(book: Book, pages: Sequence[Page]) -> dict[str, Path]:
    """Makes the PDFs of a book that is rendered, and returns them by the names that readers know them by.

    A `BookError` when something in the text can't be printed.
    """
    book.made.mkdir(parents=True, exist_ok=True)
    made = {}
    for document in documents(book, pages, words(book)):
        made[f"{document.name}.pdf"] = target = book.made / f"{document.name}.pdf"
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
    site, summary = book_address(book.project, book.edition, book.language), words["summary"]
    report = Document(
        "report", on_paper, words, book.language, day, imprint, attached=attached, registers=registers, site=site
    )
    short = Document("summary", [summary], words, book.language, day, front=False, site=site)
    return [report, short] if summary in {page.name for page in pages} else [report]
