"""Published books: every edition in every language side by side in a site, with ways from each page to the same page of others.

And whether a published book is what this project gives, to the byte, and if not, which files differ.
"""

import os
import posixpath
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from na_report.base.errors import BookError, NaReportError
from na_report.base.files import contents, copy_all, locked, partial_of, put_in_place, remove
from na_report.base.paths import BUILD, Project
from na_report.base.templates import templates
from na_report.base.wording import Words
from na_report.book.book import Book, held, is_whole
from na_report.editions.folders import sealed_editions
from na_report.running.fingerprint import FILES
from na_report.running.pages import languages, read_words
from na_report.screen.describing import BESIDE, PAPERS, site_address, size

# The list of chapters in the page template.
PLACE = "nav#hoofdstukken"
# The names of the pages per edition and language, in the order in which a reader chooses.
Shelf = Mapping[tuple[str, str], Collection[str]]
# The bytes of files by their names.
Contents = Mapping[str, bytes]
# So many bytes are shown, before and after the place that differs.
_BEFORE, _AFTER = 20, 40
_TEXTS = templates(__package__)


def write_site(books: Sequence[Book]) -> Path:
    """Lays books side by side, newest edition first, with their PDFs and data, and returns the first page.

    A `NaReportError` when a book has not been built, or not to the end.
    """
    target = books[0].project.root / BUILD / "site"
    target.parent.mkdir(exist_ok=True)
    with locked(target.with_suffix(".lock"), "The site"), held(*books):
        partial = partial_of(target)
        remove(partial)
        shelf = {(book.edition, book.language): [page.name for page in book.html.glob("*.html")] for book in books}
        for book in books:
            folder = partial / book.edition
            for name, content in in_site(book, shelf).items():
                path = folder / book.language / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            copy_all(book.project.data / book.edition, folder / "data")
        (partial / "index.html").write_text(front(books[0]), encoding="utf-8")
        (partial / ".nojekyll").touch()
        put_in_place(partial, target)
    return target / "index.html"


def in_site(book: Book, shelf: Shelf) -> Contents:
    """Returns the files of a built book as they stand in a site: PDFs among the pages, and on each page the ways to others."""
    if not is_whole(book):
        raise NaReportError(
            f"The book of edition {book.edition} in {book.language} has not been built, or not to the end.",
            hint=f"Run: na-report build --edition {book.edition} --language {book.language}",
        )
    files = {name: path.read_bytes() for name, path in _papers(book).items()}
    for name, content in contents(book.html).items():
        is_page = name.endswith(".html")
        files[name] = with_switch(content.decode(), name, book, shelf).encode() if is_page else content
    return files


def _papers(book: Book) -> dict[str, Path]:
    return {name: path for name in PAPERS if (path := book.folder / name).is_file()}


def with_switch(page: str, name: str, book: Book, shelf: Shelf) -> str:
    """Returns a page, by its HTML and file name, that leads to its PDFs and to the other editions and languages on the shelf."""
    soup = BeautifulSoup(page, "html.parser")
    place = soup.select_one(PLACE)
    if place is None or soup.head is None:
        raise BookError(
            f"The page {name} of edition {book.edition} has no {PLACE} for the list of editions.",
            hint="Look whether the page template changed, or build the edition again: na-report build --force.",
        )
    _move_papers(soup, _papers(book), book.language)
    own, known, ways = (book.edition, book.language), read_words(book.project), []
    for (edition, language), pages in shelf.items():
        there = f"{edition}/{language}/{name if name in pages else 'index.html'}"
        way = {"edition": edition, "language": language, "here": (edition, language) == own, "same": name in pages}
        named = str(known.get(language, {}).get("name", language))
        ways.append({**way, "name": named, "there": there, "address": posixpath.relpath(there, "/".join(own))})
    said = {"ways": ways, "words": Words(book.language, book.project), "site": site_address(book.project)}
    made: Any = _TEXTS.get_template("switch.html").make_module({**said, "edition": own[0], "language": own[1]})
    for where, what in ((soup.head, made.alternates()), (place, made.switch())):
        where.append(BeautifulSoup(what, "html.parser"))
    return str(soup)


def _move_papers(page: BeautifulSoup, papers: Mapping[str, Path], language: str) -> None:
    """Makes the links to the PDFs those of a site, where they stand among the pages; a link to one that was not made goes."""
    for link in page.select(f"a[href^='{BESIDE}']"):
        if path := papers.get(link["href"].removeprefix(BESIDE)):
            link["href"] = path.name
            if link.find_parent("footer"):
                link.append(f" ({size(path.stat().st_size, language)})")
        else:
            (link.find_parent("li") or link).decompose()


def front(book: Book) -> str:
    """Returns a page that leads on to the newest edition, by itself or by hand."""
    said = {"language": book.language, "title": Words(book.language, book.project)("site.newest")}
    address = f"{book.edition}/{book.language}/index.html"
    return f"{_TEXTS.get_template('front.html').render(said, address=address)}\n"


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
        if (source := project.root / name).exists():
            copy_all(source, folder / name)
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
        spoken = f"{book.language}/"
        expected = {f"{spoken}{name}": content for name, content in _pages(book, path / spoken).items()}
        expected |= contents(book.project.data / book.edition, "data/")
        found = contents(path / spoken, spoken) | contents(path / "data", "data/")
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
