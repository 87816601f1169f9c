"""Whether a book is whole, and how a new one takes its place: the mark goes first and comes back last."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from na_report.base.files import put_in_place, remove, write_whole
from na_report.base.locks import locked
from na_report.book.book import Book
from na_report.running.executed import whole_notebooks
from na_report.running.fingerprint import hash_files
from na_report.running.pages import Page

MARK = "build.json"
# What readers get of each format; the mark holds a hash of each.
PARTS = {"html": ("html",), "pdf": ("report.pdf", "summary.pdf")}
# What a killed run of a page leaves beside the notebooks.
_LEFT_OVER = ("notebooks/*.running.ipynb", "notebooks/*.reads.json", "notebooks/.*.partial", ".*.partial", "made")


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


def drop_other_pages(book: Book, pages: Sequence[Page]) -> None:
    """Removes what is left of pages that the book no longer has, so that it equals a book made from nothing."""
    names = {page.name for page in pages}
    for path in book.notebooks.glob("*"):
        if path.name.split(".")[0] not in names:
            remove(path)


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
    forget(book)
    for part in [part for name in formats for part in PARTS[name]]:
        if part in made:
            put_in_place(made[part], book.folder / part)
        else:
            remove(book.folder / part)
    remove(book.made)
    remember(book, inputs, formats)


def forget(book: Book) -> None:
    """Takes away the mark that the book is whole, before anything of it changes."""
    (book.folder / MARK).unlink(missing_ok=True)


def remember(book: Book, inputs: str, formats: Iterable[str]) -> None:
    """Marks the book as it is now as whole."""
    write_whole(book.folder / MARK, json.dumps(_state(book, inputs, formats)).encode())


def _state(book: Book, inputs: str, formats: Iterable[str]) -> dict[str, str]:
    notebooks = hash_files(whole_notebooks(book.notebooks), book.notebooks)
    return {"inputs": inputs, "notebooks": notebooks} | _parts(book, formats)


def _parts(book: Book, formats: Iterable[str]) -> dict[str, str]:
    return {part: hash_part(book.folder / part) for name in formats for part in PARTS[name]}


def _mark(book: Book) -> dict[str, Any]:
    try:
        mark = json.loads((book.folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return mark if isinstance(mark, dict) else {}


def hash_part(path: Path) -> str:
    """Returns a hash of a file or folder; empty when there is none."""
    if path.is_dir():
        return hash_files([file for file in path.rglob("*") if file.is_file()], path)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""
