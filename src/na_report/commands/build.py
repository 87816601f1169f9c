"""`na-report build`, `site` and `archive`: executed notebooks to a book, and books to keep."""

import os
import time
from argparse import Namespace
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from na_report.base.errors import NaReportError
from na_report.base.paths import BUILD, Project
from na_report.book.book import Book, held, is_current
from na_report.editions import folders
from na_report.running.fingerprint import hash_inputs
from na_report.running.pages import Page, known_language, languages


def build(options: Namespace, project: Project) -> int:
    """Makes the book."""
    formats = options.format.split(",")
    if unknown := [name for name in formats if name not in ("html", "pdf")]:
        raise NaReportError(f"There is no format {unknown[0]!r}.", hint="Choose html, pdf or html,pdf.")
    if options.check:
        return _check(options, project)
    start = time.perf_counter()
    book = Book(project, options.edition or folders.newest_edition(project), known_language(project, options.language))
    if not options.force and is_current(book, hash_inputs(project), formats):
        print(f"edition {book.edition}: nothing changed since the last build ({time.perf_counter() - start:.1f} s)")
        return 0
    folders.edition_folder(book.edition, project)
    _make(book, formats, options.jobs, force=options.force)
    print(f"done in {time.perf_counter() - start:.1f} s", flush=True)
    return 0


def _make(book: Book, formats: Sequence[str], jobs: int, *, force: bool) -> None:
    """Makes a book with what it needs of this project's subject, and tells how far it is."""
    from na_report.book.building import make_book
    from na_report.commands.check import refuse_missing
    from na_report.commands.run import answers_of, execute
    from na_report.editions.edition import open_edition, period_covered
    from na_report.editions.integrity import verify_edition
    from na_report.processes.renderer import renderer
    from na_report.processes.surroundings import pinned

    project, edition, say = book.project, book.edition, partial(print, flush=True)

    def verify() -> tuple[str, str]:
        verify_edition(edition, project)
        say(f"edition {edition}: verified")
        opened = open_edition(edition, project)
        refuse_missing(opened, project, book.language)
        return period_covered(opened)

    def take_along() -> list[Path]:
        from na_report.workbook.exporting import write_take_along  # imported while Sphinx renders

        return write_take_along(edition, book.folder / "take-along", project)

    def run(pages: Sequence[Page]) -> None:
        execute(book, pages, jobs, None if force else answers_of(project, edition))

    with held(book), pinned(), renderer() as process:  # gets ready while the pages run
        make_book(book, formats, process, verify=verify, take_along=take_along, run=run, say=say)


def _check(options: Namespace, project: Project) -> int:
    from na_report.book.site import copied, differences, formats_of

    if options.force or "format" in options.given:
        raise NaReportError("--check makes nothing: --force and --format do not go with it.", hint="Leave them out.")
    path = Path(os.path.realpath(options.check))  # also of a link that leads to itself
    named = [part for part in reversed(path.parts) if part in folders.list_editions(project)]
    edition = options.edition or next(iter(named), folders.newest_edition(project))
    if "language" not in options.given and edition in path.parts:
        after = path.parts[len(path.parts) - path.parts[::-1].index(edition) :]
        options.language = next((part for part in after if part in languages(project)), options.language)
    formats = formats_of(path, options.language)
    folders.edition_folder(edition, project)
    with TemporaryDirectory() as folder:
        book = Book(copied(project, Path(folder)), edition, options.language)
        _make(book, formats, options.jobs, force=True)
        count, found = differences(book, path)
    what = f"edition {edition}: {path}"
    if found:
        said = f"{what} is not what this project gives: {len(found)} of {count} files differ"
        print(*found, said, sep="\n")
        return 1
    print(f"{what} is what this project gives: {count} files are the same")
    return 0


def site(options: Namespace, project: Project) -> int:
    """Lays the built books of all editions side by side."""
    from na_report.book.site import write_site

    folders.newest_edition(project)
    spoken = [known_language(project, name) for name in options.language or languages(project)]
    editions = folders.sealed_editions(project)[::-1]
    index = write_site([Book(project, edition, language) for edition in editions for language in spoken])
    print(f"site  {project.short(index)}: {len(editions)} editions in {', '.join(spoken)}")
    return 0


def archive(options: Namespace, project: Project) -> int:
    """Keeps a built book, its data, chapters and program in one file."""
    from na_report.book.archive import write_archive
    from na_report.editions.edition import open_edition
    from na_report.editions.integrity import verify_edition

    edition = open_edition(options.edition, project)
    if folders.is_draft(project.data / edition.name):
        raise NaReportError(
            f"Edition {edition.name} is a draft, and what still changes is not archived.",
            hint=f"Seal it first: na-report edition seal {edition.name}.",
        )
    # A chapter may look back to an earlier edition, never ahead.
    latest = folders.order_of(edition.name)
    editions = [name for name in folders.sealed_editions(project) if folders.order_of(name) <= latest]
    for name in editions:
        verify_edition(name, project)
    spoken = list(dict.fromkeys(known_language(project, name) for name in options.language or [""]))
    target = options.file or project.root / BUILD / edition.name / f"{edition.descriptor['name']}.zip"
    project.refuse_data(target)
    if target.suffix.lower() != ".zip":
        raise NaReportError(f"{target.name} is not the name of an archive.", hint="End the name with .zip.")
    if options.file and target.exists() and not options.force:
        raise NaReportError(f"{target} exists already.", hint="Choose another name, or replace it with --force.")
    write_archive(project, editions, spoken, edition.descriptor, target)
    print(f"archive  {target}  ({target.stat().st_size / 1e6:.1f} MB)")
    return 0
