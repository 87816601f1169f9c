"""`na-report build` and `site`: executed notebooks to a book, books to a site."""

from __future__ import annotations

import argparse
import time
from typing import Any

from na_report.commands.pages import answers_of, execute
from na_report.errors import NaReportError
from na_report.paths import Project


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
    from na_report.evidence.edition import newest_edition, verify_edition
    from na_report.publishing import book as books
    from na_report.publishing.fingerprint import hash_inputs
    from na_report.publishing.pages import all_pages

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
    books.forget(book)
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
        index = books.build_html(book, pages, _publication(book, words))
        print(f"HTML  {project.short(index)}  ({time.perf_counter() - began:.1f} s)", flush=True)
    if "pdf" in formats:
        from na_report.publishing.pdf import write_pdf

        began = time.perf_counter()
        long_page = books.render(book, "singlehtml") / "index.html"
        name = f"na-report-{edition}-{book.language}"
        off = [page.name for page in pages if not page.on_paper]
        write_pdf(long_page, book.pdf, words, language=book.language, identifier=name, without=off)
        summary = str(words["summary"])
        if summary in {page.name for page in pages}:
            short = f"{name}-{summary}"
            write_pdf(long_page, book.summary, words, language=book.language, identifier=short, only=summary)
            print(f"PDF   {project.short(book.summary)}", flush=True)
        print(f"PDF   {project.short(book.pdf)}  ({time.perf_counter() - began:.1f} s)", flush=True)
    books.remember(book, inputs, formats)
    print(f"done in {time.perf_counter() - start:.1f} s", flush=True)
    return 0


def _publication(book: Any, words: Any) -> Any:
    """Returns what the book says of itself, with the whole edition to take along."""
    from na_report.evidence.edition import open_edition
    from na_report.evidence.take_along import period_covered, write_take_along
    from na_report.publishing.describing import publication

    files = write_take_along(book.edition, book.folder / "take-along", book.project)
    period = period_covered(open_edition(book.edition, book.project))
    return publication(book.project, book.edition, book.language, words, files, period)


def _site(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.edition import list_editions
    from na_report.publishing.book import Book
    from na_report.publishing.site import Shelf, write_site

    books = [Book(project, edition, options.language) for edition in reversed(list_editions(project))]
    index = write_site(Shelf(project, books))
    print(f"site  {project.short(index)}: {len(books)} editions")
    return 0
