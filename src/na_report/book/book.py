"""Which book is being made, where its parts are, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import TOC, WORDS, Project
from na_report.base.settings import read_configuration, shown
from na_report.base.wording import Words
from na_report.editions.folders import is_draft
from na_report.running.contents import known_language, read_contents, read_words

# What every book says of itself, beside the captions of its parts.
_WORDS = (
    *("name", "title", "subtitle", "author", "cover", "contents", "notes", "figures", "registers", "where"),
    *("summary", "figure", "table"),
)


@dataclass(frozen=True)
class Book:
    """What is being made of one edition in one language."""

    project: Project
    edition: str
    language: str
    # The preview has a folder of its own, so that the book that is published is always one that a build made.
    is_preview: bool = False

    @property
    def folder(self) -> Path:
        """Where everything of this book is: `report.pdf` and `summary.pdf`, and what follows."""
        built = self.project.build(self.edition, self.language)
        return built.parents[1] / "preview" / self.edition / self.language if self.is_preview else built

    @property
    def notebooks(self) -> Path:
        """The executed notebooks."""
        return self.folder / "notebooks"

    @property
    def html(self) -> Path:
        """The finished HTML book."""
        return self.folder / "html"

    @property
    def made(self) -> Path:
        """Where the parts of a new book wait until all are whole."""
        return self.folder / "made"

    @property
    def stage(self) -> Path:
        """The source folder that Sphinx reads."""
        return self.folder / "stage"

    @property
    def rendered(self) -> Path:
        """What Sphinx makes of the stage, and goes on from: `html` and the pages for paper."""
        return self.folder / "sphinx"


def words(book: Book) -> dict[str, Any]:
    """Returns title, subtitle and other words of the book in its language, from `chapters/words.yml`.

    Raises:
        NaReportError: Some are missing, or something is wrong with the table of contents, the configuration or the address of
            the site: this is asked before anything runs.
    """
    from na_report.screen.describing import site_address

    site_address(book.project)
    read_configuration(book.project)
    place = f"chapters/{WORDS}, {book.language}"
    found = read_words(book.project)[known_language(book.project, book.language)]
    if not isinstance(found, dict):
        found = {}
    contents = read_contents(book.project, book.language)
    parts, summary, pages = found.get("parts"), found.get("summary"), contents.pages
    captions = isinstance(parts, list) and len(parts) == contents.parts and all(isinstance(part, str) for part in parts)
    a_page = not isinstance(summary, str) or summary in ("", *pages)
    checks = [
        *((name, found.get(name), "text", isinstance(found.get(name), str)) for name in _WORDS),
        ("parts", parts, f"{contents.parts} captions as text: one per part of {TOC}", captions),
        ("summary", summary, f"a page of {TOC}, or '' for a book without a short PDF", a_page),
    ]
    problems = [
        f"{place}, {name}: found {shown(value)}, expected {expected}."
        for name, value, expected, is_sound in checks
        if not is_sound
    ]
    if problems := contents.problems + problems:
        raise NaReportError("\n".join(problems), hint=f"Fill these in chapters/{WORDS}.")
    given = {
        key: value.replace("{edition}", book.edition) if isinstance(value, str) else value
        for key, value in found.items()
    }
    # What is not sealed says so on every page: its title is in the head of the pages.
    mark = Words(book.language, book.project)("site.draft") if is_draft(book.project.data / book.edition) else ""
    return given | {"mark": mark, "title": f"{mark}: {given['title']}" if mark else given["title"]}
