"""Under each figure and table one line: take it along, the whole edition too, and refer to it."""

import re
from html import escape
from string import Template

from bs4 import BeautifulSoup, Tag

from na_report.base.citation import Part, apa, bibtex
from na_report.screen.describing import FILES, Publication, text_of
from na_report.screen.footer import size

_KINDS = {".xlsx": "XLSX", ".ods": "ODS", ".zip": "CSV (zip)"}


def add_take_along(page: BeautifulSoup, article: Tag, name: str, book: Publication | None) -> None:
    """Makes the line under each figure and table, and fills the places of the colophon; without a book they stay as they are.

    The form and its words are a template in the page, so that they are in its language; it is taken away.
    """
    template = page.select_one("template#verwijs")
    if template:
        template.extract()
    if not template or not book:
        return
    files = {path: _link(f"{FILES}/{path.name}", _KINDS[path.suffix]) for path in book.files}
    # The colophon has all forms of the edition.
    whole = ", ".join(link for path, link in files.items() if path.suffix != ".zip")
    for line in article.find_all(class_="meenemen"):
        shown = line.find_previous(["figure", "table"])
        if line.parent.name == "p" and shown and shown.get("id"):
            own = ", ".join(_link(link["href"], link.get_text()) for link in line.select("a[href]"))
            made = _filled(template, name, book, part_of(shown), own=own, whole=whole)
            line.parent.replace_with(*made.find_all("div", recursive=False))
    for place in article.find_all(class_="citeer"):
        place.clear()
        place.extend(_filled(template, name, book).find_all("dl"))
    for place in article.find_all(class_="hele-editie"):
        items = [
            f"<li>{link}: {template[f'data-{path.suffix[1:]}']} ({size(path.stat().st_size, book.work.language)})</li>"
            for path, link in files.items()
        ]
        place.append(BeautifulSoup(f"<ul>{''.join(items)}</ul>", "html.parser"))


def _link(address: str, text: str) -> str:
    return f'<a download="" href="{escape(address)}">{escape(text)}</a>'


def part_of(shown: Tag) -> Part:
    """Returns a figure or table as a reference names it, with the first sentence of its caption as its title."""
    number, title = (shown.select_one(f".caption-{name}") for name in ("number", "text"))
    first = re.split(r"(?<=[.!?])\s+(?=[A-Z0-9])", text_of(title) if title else "", maxsplit=1)[0]
    return Part(shown["id"], number.get_text().strip() if number else "", first.rstrip("."))


def _filled(template: Tag, name: str, book: Publication, part: Part | None = None, **links: str) -> BeautifulSoup:
    """Returns a copy of the template for a figure or table, or for the whole book."""
    anchor = f"#{part.key}" if part else "index.html"
    address = book.address(f"{name}{anchor}" if part else anchor)
    # A reference has the title of the report in italics, as the style has it.
    before, title, after = map(escape, apa(book.work, part, address).partition(book.work.title))
    filled = {
        **{"own": "", "whole": "", "place": anchor, "number": escape(part.number) if part else "", **links},
        "address": escape(address or (f"{name}{anchor}" if part else book.work.title)),
        "apa": f"{before}<cite>{title}</cite>{after}",
        "bibtex": escape(bibtex(book.work, part, address)),
    }
    return BeautifulSoup(Template(template.decode_contents()).substitute(filled), "html.parser")
