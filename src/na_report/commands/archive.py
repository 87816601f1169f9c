"""`na-report archive`: one file that keeps a book with all that made it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import BUILD, Project


def add(commands: Any) -> None:
    """Adds the command of this module to the command line."""
    archive = commands.add_parser("archive", help="keep a built book, its data, chapters and program in one file")
    archive.add_argument("edition")
    archive.add_argument("file", nargs="?", type=Path, metavar="FILE.zip", help="in _build when left out")
    archive.add_argument("--language", action="append", help="once for each; nl when left out")
    archive.add_argument("--force", action="store_true", help="replace an existing file")
    archive.set_defaults(run=_archive)


def _archive(options: argparse.Namespace, project: Project) -> int:
    from na_report.book.archive import write_archive
    from na_report.editions.edition import open_edition
    from na_report.editions.folders import place_of, sealed_editions, verify_edition
    from na_report.running.contents import known_language

    edition = open_edition(options.edition, project)
    if edition.draft:
        raise NaReportError(
            f"Edition {edition.name} is a draft, and what still changes is not archived.",
            hint=f"Seal it first: na-report edition seal {edition.name}.",
        )
    # A chapter may look back to an earlier edition, never ahead.
    editions = [name for name in sealed_editions(project) if place_of(name) <= place_of(edition.name)]
    for name in editions:
        verify_edition(name, project)
    languages = list(dict.fromkeys(known_language(project, name) for name in options.language or [""]))
    about = edition.descriptor
    target = options.file or project.root / BUILD / edition.name / f"{about['name']}.zip"
    project.refuse_data(target)
    if target.suffix.lower() != ".zip":
        raise NaReportError(f"{target.name} is not the name of an archive.", hint="End the name with .zip.")
    if options.file and target.exists() and not options.force:
        raise NaReportError(f"{target} exists already.", hint="Choose another name, or replace it with --force.")
    write_archive(project, editions, languages, about, target)
    print(f"archive  {target}  ({target.stat().st_size / 1e6:.1f} MB)")
    return 0
