"""What the colophon tells: how to refer to this edition, and what it was made with.

`chapters/pages.yml` names the files that are read here but for the lock, so that a change runs the page again.
"""

import re
import tomllib
from functools import cache
from typing import Any

from na_report.base.citation import Work, apa, bibtex
from na_report.base.errors import NaReportError
from na_report.base.paths import LOCK, PROGRAM, WORDS, find_project
from na_report.base.settings import read_settings
from na_report.editions.edition import Edition, seal_of
from na_report.writing.markdown import escape


def reference(edition: Edition, language: str) -> tuple[str, str]:
    """Returns how to refer to the report, as MyST and for BibTeX; the book on the web makes of it what can be copied."""
    seal, title = seal_of(edition), str(of_book(language)["title"])
    work = Work(seal.author, title, seal.created[:4] or edition.name[:4], edition.name, seal.version, language)
    shown = escape(apa(work)).replace(escape(title), f"*{escape(title)}*")
    return shown, bibtex(work)


def program() -> dict[str, Any]:
    """Returns what the program says of itself, with the first and the last `python` that it works with."""
    project = tomllib.loads(_read(PROGRAM))["project"]
    return {**project, "python": re.findall(r"[0-9.]+", project["requires-python"])}


def of_book(language: str) -> dict[str, Any]:
    """Returns the words of the book in a language; its `contact` is where a reader reports a problem."""
    return dict(read_settings(find_project().chapters / WORDS)[language])


@cache
def locked() -> dict[str, str]:
    """Returns the version of each package in the lock."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", _read(LOCK), re.MULTILINE))


def _read(name: str) -> str:
    try:
        return (find_project().root / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NaReportError(
            f"The colophon tells what the book was made with, and {name} is not there.",
            hint=f"Put back {name} (git restore {name}), or take the page out of _toc.yml.",
        ) from None
