"""The site: every edition in every language, with a way from each page to the same page of another edition or language."""

import posixpath
from collections.abc import Collection, Mapping, Sequence
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup

from na_report.base.errors import BookError, NaReportError
from na_report.base.files import contents, copy_folder, locked, partial_of, put_in_place, remove
from na_report.base.paths import BUILD
from na_report.base.wording import Words
from na_report.book.book import Book, held, is_whole
from na_report.running.contents import read_words
from na_report.screen.describing import site_address
from na_report.screen.footer import PAPERS, move_papers

# The list of chapters in the page template.
PLACE = "nav#hoofdstukken"
# The names of the pages per edition and language, in the order in which a reader chooses.
Shelf = Mapping[tuple[str, str], Collection[str]]
_FRONT = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>\
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">\
<meta http-equiv="refresh" content="0; url={address}"></head>\
<body><main><h1><a href="{address}">{title}</a></h1></main></body></html>
"""


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
            copy_folder(book.project.data / book.edition, folder / "data")
        (partial / "index.html").write_text(front(books[0]), encoding="utf-8")
        (partial / ".nojekyll").touch()
        put_in_place(partial, target)
    return target / "index.html"


def in_site(book: Book, shelf: Shelf) -> dict[str, bytes]:
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
    move_papers(soup, _papers(book), book.language)
    words, editions, languages = Words(book.language, book.project), "", ""
    several = sum(edition == book.edition for edition, _ in shelf) > 1
    known, site = (read_words(book.project), site_address(book.project)) if several else ({}, "")
    for (edition, language), pages in shelf.items():
        there = f"{edition}/{language}/{name if name in pages else 'index.html'}"
        address = posixpath.relpath(there, f"{book.edition}/{book.language}")
        mark = " aria-current=true" if (edition, language) == (book.edition, book.language) else ""
        if language == book.language:
            label = escape(words("site.edition_named", edition=edition))
            editions += f'<li><a href="{address}"{mark}>{label}</a></li>'
        if edition == book.edition and several:
            label = escape(str(known[language].get("name", language)))
            languages += f'<li><a href="{address}" lang="{language}" hreflang="{language}"{mark}>{label}</a></li>'
            if name in pages:  # tells search engines which page is the same in which language
                attributes = {"rel": "alternate", "hreflang": language, "href": f"{site}{there}" if site else address}
                soup.head.append(soup.new_tag("link", attrs=attributes))
    markup = f'<h2>{words("site.edition")}</h2><ul class="edities">{editions}</ul>'
    if languages:
        markup += f'<h2>{words("site.language")}</h2><ul class="talen">{languages}</ul>'
    place.append(BeautifulSoup(markup, "html.parser"))
    return str(soup)


def front(book: Book) -> str:
    """Returns a page that leads on to the newest edition, by itself or by hand."""
    title = Words(book.language, book.project)("site.newest")
    return _FRONT.format(language=book.language, title=title, address=f"{book.edition}/{book.language}/index.html")
