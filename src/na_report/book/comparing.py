"""Whether a published book is what this project gives, to the byte, and if not, which files differ."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from na_report.base.errors import NaReportError
from na_report.base.files import contents, copy_folder
from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.book.site import in_site
from na_report.editions.folders import sealed_editions
from na_report.running.fingerprint import FILES
from na_report.running.pages import languages
from na_report.screen.describing import PAPERS

# So many bytes are shown, before and after the place that differs.
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
            sides = expected[name], found[name]
            at = len(os.path.commonprefix(sides))  # noqa: RUF071  that is what it is for
            was, now = (side[max(0, at - _BEFORE) : at + _AFTER].decode(errors="replace") for side in sides)
            line = expected[name].count(b"\n", 0, at) + 1
            told.append(f"changed  {name}: line {line}: expected {was!r}, found {now!r}")
    return told


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
    """Returns in which formats a book must be made to compare it with a published one: one whose pages lead to a PDF in both.

    The path is that of a PDF, a folder with the pages of a book, or the folder of an edition in a site. A `NaReportError` when
    there is no book.
    """
    if path.is_file() and path.suffix == ".pdf":
        return ["pdf"]
    for folder in (path, path / language):
        if (folder / "index.html").is_file():
            return ["html", "pdf"] if 'report.pdf"' in _first_page(folder) else ["html"]
    raise NaReportError(
        f"{path} is no book: it is not a PDF and has no index.html, nor {language}/index.html.",
        hint="Name a PDF, a folder with the pages of a book, or the folder of an edition in a site.",
    )


def differences(book: Book, path: Path) -> tuple[int, list[str]]:
    """Compares a book with a published copy of it, see `formats_of`.

    Returns how many files were compared, and a line per file that differs.
    """
    expected: Contents
    if path.is_file():
        name = path.name if path.name in PAPERS else "report.pdf"
        expected, found = {path.name: (book.folder / name).read_bytes()}, {path.name: path.read_bytes()}
    elif (path / "index.html").is_file():
        expected, found = _pages(book, path), contents(path)
    else:
        expected = _below(book.language, _pages(book, path / book.language))
        expected |= _below("data", contents(book.project.data / book.edition))
        found = _below(book.language, contents(path / book.language)) | _below("data", contents(path / "data"))
    return len({*expected, *found}), compare(expected, found)


def _first_page(folder: Path) -> str:
    return (folder / "index.html").read_text(encoding="utf-8", errors="replace")


def _pages(book: Book, folder: Path) -> Contents:
    """Returns the files of a book as they must be in a folder: as built, or as in the site that the folder is in."""
    if 'class="edities"' not in _first_page(folder):
        return contents(book.html)
    site, project = folder.parents[1], book.project
    places = [(edition, language) for edition in reversed(sealed_editions(project)) for language in languages(project)]
    found = {place: [page.name for page in site.joinpath(*place).glob("*.html")] for place in places}
    return in_site(book, {place: pages for place, pages in found.items() if pages})


def _below(name: str, files: Contents) -> dict[str, bytes]:
    return {f"{name}/{path}": content for path, content in files.items()}
