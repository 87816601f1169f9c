"""`na-report languages` and `new`: what those who write chapters need beside a notebook."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from na_report.base.paths import PAGES, TOC, Project


def add(commands: Any) -> None:
    """Adds the commands of this module to the command line."""
    languages = commands.add_parser("languages", help="tell what is behind, missing or extra in translations")
    languages.add_argument(
        "--accept", nargs="+", type=Path, default=[], metavar="FILE", help="say that these follow what they translate"
    )
    languages.add_argument("--list", action="store_true", help="name the languages of the project, one a line")
    languages.set_defaults(run=_languages)

    new = commands.add_parser("new", help="lay out a new chapter")
    kinds = new.add_subparsers(required=True, metavar="KIND")
    chapter = kinds.add_parser("chapter", help="a notebook in each language, with the cells that it needs")
    chapter.add_argument("name", help="as in the address of its page")
    chapter.set_defaults(run=_new_chapter)


def _languages(options: argparse.Namespace, project: Project) -> int:
    from na_report.running.contents import languages
    from na_report.running.translation import accept, find_differences

    first, *others = languages(project)
    if options.list:
        print("\n".join([first, *others]))
        return 0
    for path in options.accept:
        accept(project, path)
    found = find_differences(project)
    for line in found:
        print(line)
    if found:
        print("Translate them, then run: na-report languages --accept FILE")
    else:
        print(f"{', '.join(others) or 'no language'}: as {first}")
    return 1 if found else 0


def _new_chapter(options: argparse.Namespace, project: Project) -> int:
    from na_report.running.new_chapter import write_chapter

    for path in write_chapter(project, options.name):
        print(f"wrote {project.short(path)}")
    print(f"Add a line to {TOC} where the page belongs:\n  - file: {options.name}")
    print(f"More than one page of this chapter, or a limit? Name them in chapters/{PAGES} as the sector pages are.")
    print("Write in JupyterLab (make lab) and look (make preview); make outputs keeps what nbval compares.")
    return 0
