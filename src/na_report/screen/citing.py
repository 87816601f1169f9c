"""Under each figure and table one line: take it along, the whole edition too, and refer to it."""

from __future__ import annotations

import re
from html import escape

from bs4 import BeautifulSoup, Tag

from na_report.base.citation import Part, apa, bibtex
from na_report.screen.describing import FILES, Publication, text_of

# What a line under each figure offers of the whole edition; the colophon has all forms.
_SHORT = (".xlsx", ".ods")
_KINDS = {".xlsx": "XLSX", ".ods": "ODS", ".zip": "CSV (zip)"}


def add_take_along(page: BeautifulSoup, article: Tag, name: str, book: Publication | None) -> None:
    """Makes the line under each figure and table, and fills the places of the colophon.

    The form and its words are a template in the page, so that they are in its language; it is taken away.

    Args:
        page: The whole page.
        article: Its text.
        name: Its file name.
        book: What a reference says; without it the lines stay as the chapter made them.
    """
    template = page.select_one("template#verwijs")
    if template is not None:
        template.extract()
    if book is None or template is None:
        return
    for line in article.find_all(class_="meenemen"):
        shown, around = line.find_previous(["figure", "table"]), line.parent
        if isinstance(shown, Tag) and around is not None and around.name == "p" and shown.get("id"):
            around.replace_with(_line(line, shown, template, name, book))
    for place in article.find_all(class_="citeer"):
        place.clear()
        place.append(_references(template, None, name, book))
    for place in article.find_all(class_="hele-editie"):
        items = (
            f"<li>{_link(f'{FILES}/{path.name}', _KINDS[path.suffix])}: {template[f'data-{path.suffix[1:]}']} "
            f"({path.stat().st_size / 1000:.0f} kB)</li>"
            for path in book.files
        )
        place.append(_made(f"<ul>{''.join(items)}</ul>"))


def _made(markup: str) -> Tag:
    made = BeautifulSoup(markup, "html.parser").find(True)
    if not isinstance(made, Tag):
        raise TypeError(markup)
    return made


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}" download="">{escape(text)}</a>'


def _line(old: Tag, shown: Tag, template: Tag, name: str, book: Publication) -> Tag:
    part = part_of(shown)
    own = [_link(str(link["href"]), link.get_text()) for link in old.select("a[href]")]
    whole = [_link(f"{FILES}/{path.name}", _KINDS[path.suffix]) for path in book.files if path.suffix in _SHORT]
    offered = f"{template['data-neem-mee']}: {', '.join(own)}"
    offered += f" · {template['data-hele-editie']}: {', '.join(whole)}" if whole else ""
    hidden = f'<span class="verborgen">: {escape(part.number)}</span>'
    line = _made(
        f'<div class="meenemen"><p>{offered}</p>'
        f'<details class="verwijs"><summary>{template["data-verwijs"]}{hidden}</summary></details></div>'
    )
    line.select("details")[0].append(_references(template, part, name, book))
    return line


def part_of(shown: Tag) -> Part:
    """Returns a figure or table as a reference names it, by its caption up to the source.

    Example:
        >>> caption = '<span class="caption-number">Tabel 2 </span><span class="caption-text">Wat er is. Bron: B.</span>'
        >>> part_of(BeautifulSoup(f'<table id="tab-x"><caption>{caption}</caption></table>', "html.parser").table)
        Part(key='tab-x', number='Tabel 2', title='Wat er is')
    """
    number, title = (shown.select_one(f".caption-{name}") for name in ("number", "text"))
    first = re.split(r"(?<=[.!?])\s+(?=[A-Z0-9])", text_of(title) if title else "", maxsplit=1)[0]
    return Part(str(shown["id"]), number.get_text().strip() if number else "", first.rstrip("."))


def _references(template: Tag, part: Part | None, name: str, book: Publication) -> Tag:
    """Returns the permanent link and the references as a list of terms."""
    anchor = f"#{part.key}" if part else ""
    address = book.address(f"{name}{anchor}" if part else "index.html")
    fields = _made(template.decode_contents().strip())
    # A reference has the title of the report in italics, as the style has it.
    before, title, after = map(escape, apa(book.work, part, address).partition(book.work.title))
    filled = {
        "link": escape(address or (f"{name}{anchor}" if part else book.work.title)),
        "apa": f"{before}<cite>{title}</cite>{after}",
        "bibtex": escape(bibtex(book.work, part, address)),
    }
    for slot in fields.select("[data-vul]"):
        kind = str(slot.attrs.pop("data-vul"))
        slot.append(BeautifulSoup(filled[kind], "html.parser"))
        if kind == "link":
            slot["href"] = anchor or "index.html"
    return fields
