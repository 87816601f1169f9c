"""Whether a published book is what this project gives, to the byte, and if not, which files differ."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from na_report.base.errors import NaReportError
from na_report.base.files import contents, copy_folder
from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.book.site import Shelf, in_site
from na_report.editions.folders import sealed_editions
from na_report.running.contents import languages
from na_report.running.fingerprint import FILES
from na_report.screen.footer import PAPERS

# So many bytes of a text are shown, before and after the place that differs.
_BEFORE, _AFTER = 20, 40

Contents = Mapping[str, bytes]


def compare(expected: Contents, found: Contents) -> list[str]:
    """Returns a line per file that differs: changed, missing or extra; with the place where it begins to differ.

    Example:
        >>> for line in compare({"a": b"one\\ntwo", "b": b""}, {"a": b"one\\ntoo", "c": b""}):
        ...     print(line)
        changed  a: line 2: expected 'one\\ntwo', found 'one\\ntoo'
        missing  b
        extra    c
    """
    told = []
    for name in sorted({*expected, *found}):
        if name not in found:
            told.append(f"missing  {name}")
        elif name not in expected:
            told.append(f"extra    {name}")
        elif expected[name] != found[name]:
            told.append(f"changed  {name}: {_first_difference(expected[name], found[name])}")
    return told


def _first_difference(expected: bytes, found: bytes) -> str:
    """Returns where two files begin to differ: the byte, or the line when both are text."""
    at = next((at for at, (one, other) in enumerate(zip(expected, found, strict=False)) if one != other), None)
    at = min(len(expected), len(found)) if at is None else at
    try:
        expected.decode(), found.decode()
    except UnicodeDecodeError:
        return f"byte {at}"
    shown = [part[max(0, at - _BEFORE) : at + _AFTER].decode(errors="ignore") for part in (expected, found)]
    line = expected.count(b"\n", 0, at) + 1
    return f"line {line}: expected {shown[0]!r}, found {shown[1]!r}"


def copied(project: Project, folder: Path) -> Project:
    """Copies to an empty folder what a book is made of, so that a book can be made there."""
    for name in ("chapters", "data", *FILES):
        source = project.root / name
        if source.is_dir():
            copy_folder(source, folder / name)
        elif source.is_file():
            shutil.copyfile(source, folder / name)
    return Project(folder)


def formats_of(path: Path, language: str) -> list[str]:
    """Returns in which formats a book must be made to compare it with a published one.

    Args:
        path: A PDF, a folder with the pages of a book, the folder that a build writes to, or that of an edition in a site.
        language: The language of the book.

    Raises:
        NaReportError: There is no book at that path.
    """
    if path.is_file() and path.suffix == ".pdf":
        return ["pdf"]
    for folder in (path, path / "html", path / language):
        if (folder / "index.html").is_file():
            return ["html", "pdf"] if _is_in_site(folder) or 'report.pdf"' in _first_page(folder) else ["html"]
    raise NaReportError(
        f"{path} is no book: it is not a PDF and has no index.html, nor {language}/index.html.",
        hint="Name a PDF, a folder with the pages of a book, or the folder of an edition in a site.",
    )


def differences(book: Book, path: Path) -> tuple[int, list[str]]:
    """Compares a book with a published copy of it: returns how many files were compared, and a line per file that differs.

    Args:
        book: The book, made as it should be.
        path: The published copy, see `formats_of`.
    """
    expected: Contents
    if path.is_file():
        name = path.name if path.name in PAPERS else "report.pdf"
        expected, found = {path.name: (book.folder / name).read_bytes()}, {path.name: path.read_bytes()}
    elif (path / "index.html").is_file():
        expected, found = _pages(book, path), contents(path)
    elif (path / "html" / "index.html").is_file():
        expected, found = _readable(book.folder), _readable(path)
    else:
        expected = _below(book.language, _pages(book, path / book.language))
        expected |= _below("data", contents(book.project.data / book.edition))
        found = _below(book.language, contents(path / book.language)) | _below("data", contents(path / "data"))
    return len({*expected, *found}), compare(expected, found)


def _first_page(folder: Path) -> str:
    return (folder / "index.html").read_text(encoding="utf-8", errors="replace")


def _is_in_site(folder: Path) -> bool:
    """Tells whether a folder of pages is part of a site, where each page leads to other editions."""
    return 'class="edities"' in _first_page(folder)


def _pages(book: Book, folder: Path) -> dict[str, bytes]:
    """Returns the files of a book as they must be in a folder: as built, or as in the site that the folder is in."""
    if not _is_in_site(folder):
        return contents(book.html)
    site, project = folder.parents[1], book.project
    places = [(edition, language) for edition in reversed(sealed_editions(project)) for language in languages(project)]
    shelf: Shelf = {
        (edition, language): [page.name for page in (site / edition / language).glob("*.html")]
        for edition, language in places
        if (site / edition / language).is_dir()
    }
    return in_site(book, shelf)


def _below(name: str, files: Contents) -> dict[str, bytes]:
    return {f"{name}/{path}": content for path, content in files.items()}


def _readable(folder: Path) -> dict[str, bytes]:
    """Returns what of the folder of a build is for readers."""
    return _below("html", contents(folder / "html")) | {path.name: path.read_bytes() for path in folder.glob("*.pdf")}
