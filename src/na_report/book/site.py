"""The site: every edition in every language, with a way from each page to the same page of another edition or language."""

from __future__ import annotations

import html
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup

from na_report.base.errors import BookError, NaReportError
from na_report.base.files import copy_folder, partial_of, put_in_place, remove
from na_report.base.locks import locked
from na_report.base.paths import BUILD, Project
from na_report.base.wording import Words
from na_report.book.book import Book
from na_report.book.published import held, is_whole
from na_report.running.contents import read_words
from na_report.screen.describing import site_address
from na_report.screen.footing import move_papers

# The list of chapters in the page template.
PLACE = "nav#hoofdstukken"


@dataclass(frozen=True)
class Shelf:
    """The books of a site, newest edition first.

    Args:
        project: The project.
        books: The books; each must have been built.
    """

    project: Project
    books: Sequence[Book]

    @property
    def folder(self) -> Path:
        """Where the site is made."""
        return self.project.root / BUILD / "site"


def write_site(shelf: Shelf) -> Path:
    """Lays all books side by side, with their PDFs and data, and returns the first page.

    Raises:
        NaReportError: A book has not been built, or not to the end.
        BusyError: Another process is making the site or one of its books.
        BookError: A page has no place for the list of editions.
    """
    shelf.folder.parent.mkdir(exist_ok=True)
    with locked(shelf.folder.with_suffix(".lock"), "The site"):
        partial = partial_of(shelf.folder)
        remove(partial)
        for book in shelf.books:
            _copy_book(book, partial / book.edition)
        for book in shelf.books:
            _add_switch(partial, book, shelf.books)
        first = shelf.books[0]
        (partial / "index.html").write_text(_front(first), encoding="utf-8")
        (partial / ".nojekyll").touch()
        put_in_place(partial, shelf.folder)
    return shelf.folder / "index.html"


def _copy_book(book: Book, folder: Path) -> None:
    """Copies pages, PDFs and data of a book to the folder of its edition in the site."""
    with held(book):
        if not is_whole(book):
            raise NaReportError(
                f"The book of edition {book.edition} in {book.language} has not been built, or not to the end.",
                hint=f"Run: na-report build --edition {book.edition} --language {book.language}",
            )
        target = folder / book.language
        copy_folder(book.html, target)
        for pdf in pdfs(book):
            shutil.copy(pdf, target / pdf.name)
    data = folder / "data"
    if not data.exists():
        copy_folder(book.project.data / book.edition, data)


def _add_switch(root: Path, book: Book, others: Sequence[Book]) -> None:
    """Leads every page of a book to the PDFs beside it, and puts lists of editions and languages in its side bar."""
    folder = root / book.edition / book.language
    editions = [other for other in others if other.language == book.language]
    languages = [other for other in others if other.edition == book.edition]
    for page in sorted(folder.glob("*.html")):
        text = page.read_text(encoding="utf-8")
        switched = with_switch(
            text,
            page.name,
            book,
            {other.edition: _address(root, folder, other, page.name) for other in editions},
            {other.language: _address(root, folder, other, page.name) for other in languages},
        )
        if not switched:
            raise BookError(
                f"The page {page.name} of edition {book.edition} has no {PLACE} for the list of editions.",
                hint="Look whether the page template changed, or build the edition again: na-report build --force.",
            )
        page.write_text(switched, encoding="utf-8")


def pdfs(book: Book) -> list[Path]:
    """Returns the PDFs of a book, which in a site stand beside its pages."""
    return [pdf for pdf in (book.pdf, book.summary) if pdf.is_file()]


def with_switch(page: str, name: str, book: Book, editions: Mapping[str, str], languages: Mapping[str, str]) -> str:
    """Returns a page that leads to its PDFs and to other editions and languages; empty when it has no place for these.

    Args:
        page: The HTML of the page.
        name: Its file name.
        book: The book that it is of.
        editions: Per edition the address of the page there.
        languages: Per language the address of the page there.
    """
    soup = BeautifulSoup(page, "html.parser")
    place = soup.select_one(PLACE)
    if place is None:
        return ""
    words = Words(book.language, book.project)
    items = "".join(
        f'<li><a href="{address}"{_mark(edition == book.edition)}>'
        f"{html.escape(words('site.edition_named', edition=edition))}</a></li>"
        for edition, address in editions.items()
    )
    move_papers(soup, {pdf.name: pdf for pdf in pdfs(book)}, book.language)
    markup = f'<h2>{words("site.edition")}</h2><ul class="edities">{items}</ul>'
    if len(languages) > 1:
        markup += f"<h2>{words('site.language')}</h2>" + _languages(soup, name, book, languages)
    place.append(BeautifulSoup(markup, "html.parser"))
    return str(soup)


def _mark(is_current: bool) -> str:
    return " aria-current=true" if is_current else ""


def _languages(soup: BeautifulSoup, name: str, book: Book, languages: Mapping[str, str]) -> str:
    """Returns the list of languages, and tells search engines which page is the same in which language."""
    known, site, items = read_words(book.project), site_address(book.project), ""
    for language, address in languages.items():
        called = html.escape(str(known[language].get("name", language)))
        codes = f'lang="{language}" hreflang="{language}"'
        items += f'<li><a href="{address}" {codes}{_mark(language == book.language)}>{called}</a></li>'
        if soup.head is not None and address.rpartition("/")[2] == name:
            whole = f"{site}{book.edition}/{language}/{name}" if site else address
            soup.head.append(soup.new_tag("link", attrs={"rel": "alternate", "hreflang": language, "href": whole}))
    return f'<ul class="talen">{items}</ul>'


def _address(root: Path, folder: Path, other: Book, name: str) -> str:
    """Returns the way to a page of another book, or to its first page where that book does not have it."""
    target = root / other.edition / other.language
    page = target / name if (target / name).is_file() else target / "index.html"
    return os.path.relpath(page, folder)


def _front(book: Book) -> str:
    """Returns a page that leads on to the newest edition, by script or by hand."""
    address = f"{book.edition}/{book.language}/index.html"
    title = Words(book.language, book.project)("site.newest")
    return (
        f'<!DOCTYPE html>\n<html lang="{book.language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
        f'<meta http-equiv="refresh" content="0; url={address}"></head>'
        f'<body><main><h1><a href="{address}">{title}</a></h1></main></body></html>\n'
    )
