"""Which book is being made, where its parts are, and what it says of itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from na_report.base.errors import NaReportError
from na_report.base.paths import TOC, WORDS, Project
from na_report.base.settings import shown
from na_report.base.site_settings import read_configuration
from na_report.base.wording import Words
from na_report.editions.folders import is_draft
from na_report.running.contents import known_language, read_contents, read_words

# What every book says of itself, beside the captions of its parts.
_WORDS = (
    *("name", "title", "subtitle", "author", "cover", "contents", "notes", "figures", "registers", "where"),
    *("summary", "figure", "table"),
)


def _in_folder(name: str) -> Path:
    return cast(Path, property(lambda book: book.folder / name))


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
        """Where everything of this book is: its PDFs, and what follows."""
        built = self.project.build(self.edition, self.language)
        return built.parents[1] / "preview" / self.edition / self.language if self.is_preview else built

    notebooks = _in_folder("notebooks")  # those that ran
    html = _in_folder("html")  # the finished pages
    made = _in_folder("made")  # where the parts of a new book wait until all are whole
    stage = _in_folder("stage")  # the source that Sphinx reads
    rendered = _in_folder("sphinx")  # what Sphinx makes of it, and goes on from: `html` and the pages for paper


def words(book: Book) -> dict[str, Any]:
    """Returns title, subtitle and other words of the book in its language, from `chapters/words.yml`.

    A `NaReportError` tells all that is wrong there, with the contents, the configuration or the address of the site: asked before
    anything runs.
    """
    from na_report.screen.describing import site_address

    site_address(book.project)
    read_configuration(book.project)
    found = read_words(book.project)[known_language(book.project, book.language)]
    given = found if isinstance(found, dict) else {}
    contents = read_contents(book.project, book.language)
    expected = dict.fromkeys(_WORDS, "text") | {"parts": f"{contents.parts} captions as text: one per part of {TOC}"}
    sound = {name: isinstance(given.get(name), str) for name in _WORDS}
    parts, summary = given.get("parts"), given.get("summary")
    sound["parts"] = isinstance(parts, list) and [type(part) for part in parts] == [str] * contents.parts
    if sound["summary"]:
        sound["summary"] = summary in ("", *contents.pages)
        expected["summary"] = f"a page of {TOC}, or '' for a book without a short PDF"
    problems = contents.problems + [
        f"chapters/{WORDS}, {book.language}, {name}: found {shown(given.get(name))}, expected {expected[name]}."
        for name, is_sound in sound.items()
        if not is_sound
    ]
    if problems:
        raise NaReportError("\n".join(problems), hint=f"Fill these in chapters/{WORDS}.")
    said = {
        key: value.replace("{edition}", book.edition) if isinstance(value, str) else value
        for key, value in given.items()
    }
    # What is not sealed says so on every page: its title is in the head of the pages.
    mark = Words(book.language, book.project)("site.draft") if is_draft(book.project.data / book.edition) else ""
    return said | {"mark": mark, "title": f"{mark}: {said['title']}" if mark else said["title"]}
