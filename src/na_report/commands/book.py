"""`na-report build` and `site`: executed notebooks to a book, books to a site."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from na_report.commands.pages import answers_of, execute
from na_report.errors import NaReportError
from na_report.paths import Project

if TYPE_CHECKING:
    from na_report.publishing.book import Book
    from na_report.publishing.renderer import Renderer


def add(commands: Any) -> None:
    """Adds the commands of this module to the command line."""
    build = commands.add_parser("build", help="make the book")
    build.add_argument("--edition", "-e", help="the newest when left out")
    build.add_argument("--language", choices=["nl", "en"], default="nl")
    build.add_argument("--format", default="html,pdf", help="html, pdf or both with a comma")
    build.add_argument("--jobs", "-j", type=int, default=0)
    build.add_argument("--force", action="store_true", help="run every page, also what would come out the same")
    build.set_defaults(run=_build)

    site = commands.add_parser("site", help="lay the built books of all editions side by side, ready to publish")
    site.add_argument("--language", choices=["nl", "en"], default="nl")
    site.set_defaults(run=_site)


def _build(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.folders import newest_edition
    from na_report.publishing import book as books
    from na_report.publishing.fingerprint import hash_inputs

    formats = options.format.split(",")
    unknown = [name for name in formats if name not in ("html", "pdf")]
    if unknown:
        raise NaReportError(f"There is no format {unknown[0]!r}.", hint="Choose html, pdf or html,pdf.")
    start = time.perf_counter()
    edition = options.edition or newest_edition(project)
    book = books.Book(project, edition, options.language)
    inputs = hash_inputs(project)
    if not options.force and books.is_current(book, inputs, formats):
        print(f"edition {edition}: nothing changed since the last build ({time.perf_counter() - start:.1f} s)")
        return 0
    from na_report.publishing.renderer import renderer

    books.forget(book, everything=options.force)
    with renderer() as process:  # gets ready while the pages run
        _make(options, book, formats, process)
    books.remember(book, inputs, formats)
    print(f"done in {time.perf_counter() - start:.1f} s", flush=True)
    return 0


def _make(options: argparse.Namespace, book: Book, formats: Sequence[str], process: Renderer) -> None:
    from na_report.evidence.folders import verify_edition
    from na_report.publishing import book as books
    from na_report.publishing.pages import all_pages

    project, edition = book.project, book.edition
    verify_edition(edition, project)
    print(f"edition {edition}: verified", flush=True)
    pages = all_pages(project)
    words = books.words(book)
    given = {"edition": edition, "language": options.language}
    answers = None if options.force else answers_of(project, edition)
    execute(project, pages, given, book.notebooks, options.jobs, answers)
    books.stage(book, pages)
    if "html" in formats:
        began = time.perf_counter()
        index = books.build_html(book, pages, process)
        print(f"HTML  {project.short(index)}  ({time.perf_counter() - began:.1f} s)", flush=True)
    if "pdf" in formats:
        from na_report.publishing.pdf import write_pdf

        began = time.perf_counter()
        long_page = books.render(book, "singlehtml", process) / "index.html"
        write_pdf(long_page, book.pdf, words, language=book.language, identifier=f"na-report-{edition}-{book.language}")
        summary = str(words["summary"])
        if summary in {page.name for page in pages}:
            short = f"na-report-{edition}-{book.language}-{summary}"
            write_pdf(long_page, book.summary, words, language=book.language, identifier=short, only=summary)
            print(f"PDF   {project.short(book.summary)}", flush=True)
        print(f"PDF   {project.short(book.pdf)}  ({time.perf_counter() - began:.1f} s)", flush=True)


def _site(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.edition import list_editions
    from na_report.publishing.book import Book
    from na_report.publishing.site import Shelf, write_site

    books = [Book(project, edition, options.language) for edition in reversed(list_editions(project))]
    index = write_site(Shelf(project, books))
    print(f"site  {project.short(index)}: {len(books)} editions")
    return 0
