"""`na-report build` and `site`: executed notebooks to a book, books to a site."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from na_report.base.errors import NaReportError
from na_report.base.paths import LOCK, Project
from na_report.commands.arguments import add_edition, add_jobs, add_language
from na_report.commands.pages import answers_of, execute

if TYPE_CHECKING:
    from na_report.book.book import Book
    from na_report.book.building import Subject, TakeAlong
    from na_report.running.pages import Page


def add(commands: Any) -> None:
    """Adds the commands of this module to the command line."""
    build = commands.add_parser("build", help="make the book")
    add_edition(build)
    add_language(build)
    build.add_argument("--format", default="html,pdf", help="html, pdf or both with a comma")
    add_jobs(build)
    build.add_argument("--force", action="store_true", help="run every page, also what would come out the same")
    build.add_argument(
        "--check",
        type=Path,
        metavar="PATH",
        help="make nothing; tell whether a published book is what this project gives",
    )
    build.set_defaults(run=_build)

    site = commands.add_parser("site", help="lay the built books of all editions side by side, ready to publish")
    site.add_argument("--language", action="append", help="once for each; all when left out")
    site.set_defaults(run=_site)


def _build(options: argparse.Namespace, project: Project) -> int:
    from na_report.book.book import Book
    from na_report.book.published import held, is_current
    from na_report.editions.folders import edition_folder, newest_edition
    from na_report.running.contents import known_language
    from na_report.running.fingerprint import hash_inputs

    formats = options.format.split(",")
    unknown = [name for name in formats if name not in ("html", "pdf")]
    if unknown:
        raise NaReportError(f"There is no format {unknown[0]!r}.", hint="Choose html, pdf or html,pdf.")
    if options.check:
        return _check(options, project)
    start = time.perf_counter()
    book = Book(project, options.edition or newest_edition(project), known_language(project, options.language))
    inputs = hash_inputs(project)
    if not options.force and is_current(book, inputs, formats):
        print(f"edition {book.edition}: nothing changed since the last build ({time.perf_counter() - start:.1f} s)")
        return 0
    edition_folder(book.edition, project)
    from na_report.book.building import make_book
    from na_report.processes.renderer import renderer
    from na_report.processes.surroundings import pinned

    with held(book), pinned(), renderer() as process:  # gets ready while the pages run
        subject = _subject(book, jobs=options.jobs, force=options.force)
        make_book(book, inputs, formats, process, subject, options.jobs)
    print(f"done in {time.perf_counter() - start:.1f} s", flush=True)
    return 0


def _subject(book: Book, *, jobs: int, force: bool) -> Subject:
    """Returns what a build of a book needs of this project's subject; it tells of itself on the screen."""
    from na_report.book.building import Subject
    from na_report.commands.sectors import refuse_missing
    from na_report.editions.edition import open_edition

    project, edition = book.project, book.edition

    def say(line: str) -> None:
        print(line, flush=True)

    def verify() -> Callable[[], TakeAlong]:
        take_along = edition_at_hand(book, force=force)
        say(f"edition {edition}: verified")
        refuse_missing(open_edition(edition, project), project, book.language)
        return take_along

    def run(pages: Sequence[Page]) -> None:
        answers = None if force else answers_of(project, edition)
        execute(project, pages, {"edition": edition}, book.notebooks, jobs, answers)

    return Subject(verify, run, say)


def _check(options: argparse.Namespace, project: Project) -> int:
    """Tells whether a published book is what this project gives."""
    from na_report.book.book import Book
    from na_report.book.building import make_book
    from na_report.book.comparing import copied, differences, formats_of
    from na_report.book.published import held
    from na_report.editions.folders import edition_folder, list_editions, newest_edition
    from na_report.processes.renderer import renderer
    from na_report.processes.surroundings import pinned

    if options.force or "format" in options.given:
        raise NaReportError("--check makes nothing: --force and --format do not go with it.", hint="Leave them out.")
    path = Path(os.path.realpath(options.check))  # also of a link that leads to itself
    named = [part for part in reversed(path.parts) if part in list_editions(project)]
    edition = options.edition or next(iter(named), newest_edition(project))
    if "language" not in options.given and edition in path.parts:
        after = path.parts[len(path.parts) - path.parts[::-1].index(edition) :]
        options.language = next((part for part in after if part in ("nl", "en")), options.language)
    formats = formats_of(path, options.language)
    edition_folder(edition, project)
    with TemporaryDirectory() as folder:
        book = Book(copied(project, Path(folder)), edition, options.language)
        with held(book), pinned(), renderer() as process:
            make_book(book, "", formats, process, _subject(book, jobs=options.jobs, force=True), options.jobs)
        count, found = differences(book, path)
    for line in found:
        print(line)
    what = f"edition {edition}: {path}"
    if found:
        print(f"{what} is not what this project gives: {len(found)} of {count} files differ")
        return 1
    print(f"{what} is what this project gives: {count} files are the same")
    return 0


def edition_at_hand(book: Book, *, force: bool = False) -> Callable[[], TakeAlong]:
    """Verifies the edition of a book, unless data and program are those of the last time.

    Args:
        book: The book.
        force: Does both whatever was done before.

    Returns:
        What writes the edition to take along where it is not at hand, and gives the files with the first and last year
        of the data.

    Raises:
        InvalidInputError: Carries all problems of the edition.
    """
    from na_report.base.files import write_whole
    from na_report.book.published import hash_part
    from na_report.running.fingerprint import hash_files, library_hash

    project, folder = book.project, book.folder / "take-along"
    lock = project.root / LOCK
    inputs = [path for path in (project.data / book.edition).rglob("*") if path.is_file()]
    key = [hash_files(inputs, project.data), library_hash(), hash_part(lock), sys.version]
    try:
        done = json.loads((folder / "made.json").read_text(encoding="utf-8"))
        files = [folder / name for name in done["files"]]
        if not force and done["key"] == key and all(hash_part(path) == done["files"][path.name] for path in files):
            return lambda: (files, (done["period"][0], done["period"][1]))
    except (OSError, ValueError, KeyError, TypeError):
        pass  # never done, or stopped halfway

    from na_report.editions.edition import open_edition
    from na_report.editions.folders import verify_edition
    from na_report.workbook.take_along import period_covered, write_take_along

    verify_edition(book.edition, project)

    def write() -> TakeAlong:
        files = write_take_along(book.edition, folder, project)
        period = period_covered(open_edition(book.edition, project))
        done = {"key": key, "files": {path.name: hash_part(path) for path in files}, "period": period}
        write_whole(folder / "made.json", json.dumps(done).encode())
        return files, period

    return write


def _site(options: argparse.Namespace, project: Project) -> int:
    from na_report.book.book import Book
    from na_report.book.site import write_site
    from na_report.editions.folders import newest_edition, sealed_editions
    from na_report.running.contents import known_language, languages

    newest_edition(project)
    spoken = [known_language(project, name) for name in options.language or languages(project)]
    editions = list(reversed(sealed_editions(project)))
    books = [Book(project, edition, language) for edition in editions for language in spoken]
    index = write_site(books)
    print(f"site  {project.short(index)}: {len(editions)} editions in {', '.join(spoken)}")
    return 0
