"""The colophon: which edition this is, what it was made with, how to refer to it and how to check it."""

import re
import tomllib
from functools import cache
from typing import Any

from na_report.base.citation import Work, apa, bibtex
from na_report.base.errors import NaReportError
from na_report.base.paths import LOCK, PROGRAM, WORDS, find_project
from na_report.base.settings import read_settings
from na_report.base.wording import Words
from na_report.editions.edition import Edition, seal_of
from na_report.writing.markdown import Block, box, escape
from na_report.writing.numbers import written_day

# Files that a page shows something of; chapters/pages.yml names the same ones, so that a change runs the page again.
WORDS_FILE, PROJECT_FILE, LOCK_FILE = f"chapters/{WORDS}", PROGRAM, LOCK


def facts(edition: Edition, language: str = "nl") -> Block:
    """Shows edition, version, date, fingerprint and licences as a list of terms."""
    words, seal = Words(language), seal_of(edition)
    shown = {
        "edition": escape(edition.name),
        "version": escape(seal.version),
        "sealed": written_day(seal.created, language),
        "fingerprint": f"`{seal.fingerprint}`",
        "licence": f"[{escape(seal.licence)}]({seal.licence_url})",
        "code_licence": escape(str(_project()["license"])),
    }
    return Block(box("feiten", "\n\n".join(f"{words(f'colophon.{name}')}\n: {text}" for name, text in shown.items())))


def software(language: str = "nl") -> Block:
    """Shows na-report, Python and the main libraries with the versions that are locked."""
    project, locked, words = _project(), _locked(), Words(language)
    first, last = re.findall(r"[0-9.]+", str(project["requires-python"]))
    python = words("colophon.python", first=first, last=last)
    lines = [f"- **{project['name']}** {project['version']}", f"- **Python** {python}"]
    libraries = words.section("libraries")
    lines += [f"- **{name}** {locked[name]} ({about})" for name, about in libraries.items() if name in locked]
    return Block("\n".join(lines))


def reference(edition: Edition, language: str = "nl") -> Block:
    """Shows how to refer to the report; the book on the web makes of it what can be copied."""
    seal, title = seal_of(edition), str(_words(language)["title"])
    work = Work(seal.author, title, seal.created[:4] or edition.name[:4], edition.name, seal.version, language)
    shown = escape(apa(work)).replace(escape(title), f"*{escape(title)}*")
    return Block(box("citeer", shown, "", commands(bibtex(work)).markdown))


def commands(*lines: str) -> Block:
    """Shows commands for a terminal."""
    return Block("\n".join(["```text", *lines, "```"]))


def contact(language: str = "nl") -> Block:
    """Shows where a reader reports a problem: `contact` of the words of the book, or else the organisation that publishes it."""
    words, place = Words(language), str(_words(language).get("contact") or "")
    return Block(words("colophon.contact", contact=escape(place)) if place else words("colophon.no_contact"))


def _project() -> dict[str, Any]:
    return dict(tomllib.loads(_read(PROJECT_FILE))["project"])


def _words(language: str) -> dict[str, Any]:
    return dict(read_settings(find_project().root / WORDS_FILE)[language])


@cache
def _locked() -> dict[str, str]:
    """Returns the version of each package in the lock."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", _read(LOCK_FILE), re.MULTILINE))


def _read(name: str) -> str:
    try:
        return (find_project().root / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NaReportError(
            f"The colophon tells what the book was made with, and {name} is not there.",
            hint=f"Put back {name} (git restore {name}), or take the page out of _toc.yml.",
        ) from None
