"""Which book is being made, what it says of itself, whether it is whole, and how a new one takes its place."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from na_report.base.errors import NaReportError
from na_report.base.files import locked, put_in_place, remove, write_whole
from na_report.base.paths import TOC, WORDS, Project
from na_report.base.settings import form_faults, read_configuration, told_faults
from na_report.base.wording import Words
from na_report.editions.folders import is_draft
from na_report.running.fingerprint import hash_files
from na_report.running.notebooks import whole_notebooks
from na_report.running.pages import known_language, read_contents, read_words

# What readers get of each format. The mark holds a hash of each; it goes before anything of a book changes and comes back last.
PARTS = {"html": ("html",), "pdf": ("report.pdf", "summary.pdf")}
_MARK = "build.json"
# What a process that was killed leaves.
_LEFT_OVER = ("notebooks/.*.partial", ".*.partial", "made")
# What `words.yml` has to say of a book; that a part has a caption and which pages there are, is added.
_FORM = Path(__file__).parent / "texts" / "words.json"


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
    rendered = _in_folder("sphinx/_build")  # what Sphinx makes of it, and goes on from: `html` and the pages for paper


def words(book: Book) -> dict[str, Any]:
    """Returns title, subtitle and other words of the book in its language, from `chapters/words.yml`.

    A `NaReportError` tells all that is wrong there, with the contents, the configuration or the address of the site: asked before
    anything runs.
    """
    from na_report.screen.describing import site_address

    site_address(book.project)
    read_configuration(book.project)
    given = read_words(book.project)[known_language(book.project, book.language)]
    contents = read_contents(book.project, book.language)
    form = json.loads(_FORM.read_bytes())
    form["properties"]["parts"] |= {
        "minItems": contents.parts,
        "maxItems": contents.parts,
        "description": f"{contents.parts} captions as text: one per part of {TOC}",
    }
    form["properties"]["summary"] = {
        "enum": ["", *contents.pages],
        "description": f"a page of {TOC}, or '' for a book without a short PDF",
    }
    if problems := contents.problems + told_faults(f"chapters/{WORDS}, {book.language}", form_faults(given, form)):
        raise NaReportError("\n".join(problems), hint=f"Fill these in chapters/{WORDS}.")
    said = {
        key: value.replace("{edition}", book.edition) if isinstance(value, str) else value
        for key, value in given.items()
    }
    # What is not sealed says so on every page: its title is in the head of the pages.
    mark = Words(book.language, book.project)("site.draft") if is_draft(book.project.data / book.edition) else ""
    return said | {"mark": mark, "title": f"{mark}: {said['title']}" if mark else said["title"]}


@contextmanager
def held(*books: Book) -> Iterator[None]:
    """Keeps other processes from making the same books (a `BusyError`), and clears away what a dead one left."""
    with ExitStack() as locks:
        for book in books:
            book.folder.mkdir(parents=True, exist_ok=True)
            what = f"The book of edition {book.edition} ({book.language})"
            locks.enter_context(locked(book.folder / "build.lock", what))
            for path in [path for pattern in _LEFT_OVER for path in book.folder.glob(pattern)]:
                remove(path)
        yield


def is_current(book: Book, inputs: str, formats: Iterable[str]) -> bool:
    """Tells whether the book was made whole, in these formats, of the same inputs, and was not touched since."""
    return _state(book, inputs, formats).items() <= _mark(book).items()


def is_whole(book: Book) -> bool:
    """Tells whether HTML and PDF of the book are there as one and the same build left them."""
    return _parts(book, PARTS).items() <= _mark(book).items()


def publish(book: Book, inputs: str, made: Mapping[str, Path], formats: Iterable[str]) -> None:
    """Puts what was made in its place, by its name there, and marks the book as whole in the formats of this build.

    `inputs` is the hash of all that it was made of. A part of these formats that was not made is removed.
    """
    (book.folder / _MARK).unlink(missing_ok=True)
    for part in [part for name in formats for part in PARTS[name]]:
        if part in made:
            put_in_place(made[part], book.folder / part)
        else:
            remove(book.folder / part)
    remove(book.made)
    remember(book, inputs, formats)


def remember(book: Book, inputs: str, formats: Iterable[str]) -> None:
    """Marks the book as it is now as whole."""
    write_whole(book.folder / _MARK, json.dumps(_state(book, inputs, formats)).encode())


def _state(book: Book, inputs: str, formats: Iterable[str]) -> dict[str, str]:
    notebooks = hash_files(whole_notebooks(book.notebooks), book.notebooks)
    return {"inputs": inputs, "notebooks": notebooks} | _parts(book, formats)


def _parts(book: Book, formats: Iterable[str]) -> dict[str, str]:
    return {part: hash_part(book.folder / part) for name in formats for part in PARTS[name]}


def _mark(book: Book) -> dict[str, Any]:
    try:
        return dict(json.loads((book.folder / _MARK).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def hash_part(path: Path) -> str:
    """Returns a hash of a file or folder; empty when there is none."""
    if path.is_dir():
        return hash_files([file for file in path.rglob("*") if file.is_file()], path)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""
