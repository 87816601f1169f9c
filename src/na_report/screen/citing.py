"""Under each figure and table one line: take it along, the whole edition too, and refer to it."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

from na_report.base.citation import Part, apa, bibtex
from na_report.screen.describing import FILES, Publication

# The form and its words are in the page template, so that they are in the language of the page.
TEMPLATE = "template#verwijs"
# What a line under each figure offers of the whole edition; the colophon has all forms.
_SHORT = (".xlsx", ".ods")
_KINDS = {".xlsx": "XLSX", ".ods": "ODS", ".zip": "CSV (zip)"}


def add_take_along(page: BeautifulSoup, article: Tag, name: str, book: Publication | None) -> None:
    """Makes the line under each figure and table, and fills the places of the colophon; takes the template away.

    Args:
        page: The whole page.
        article: Its text.
        name: Its file name.
        book: What a reference says; without it the lines stay as the chapter made them.
    """
    template = page.select_one(TEMPLATE)
    if template is not None:
        template.extract()
    if book is None or template is None:
        return
    for line in article.find_all(class_="meenemen"):
        shown = line.find_previous(["figure", "table"])
        around = line.parent
        if isinstance(shown, Tag) and around is not None and around.name == "p" and shown.get("id"):
            around.replace_with(_line(page, line, shown, template, name, book))
    for place in article.find_all(class_="citeer"):
        place.clear()
        place.append(_references(page, template, "", None, name, book))
    for place in article.find_all(class_="hele-editie"):
        place.append(_all_files(page, template, book))


def _line(page: BeautifulSoup, old: Tag, shown: Tag, template: Tag, name: str, book: Publication) -> Tag:
    part = part_of(shown)
    line = page.new_tag("p")
    line.append(f"{template['data-neem-mee']}: ")
    for number, link in enumerate(old.select("a[href]")):
        line.append(", " if number else "")
        line.append(_download(page, str(link["href"]), link.get_text()))
    whole = [path for path in book.files if path.suffix in _SHORT]
    if whole:
        line.append(f" · {template['data-hele-editie']}: ")
        for number, path in enumerate(whole):
            line.append(", " if number else "")
            line.append(_download(page, f"{FILES}/{path.name}", _KINDS[path.suffix]))
    fold = page.new_tag("details", attrs={"class": "verwijs"})
    fold.append(page.new_tag("summary", string=str(template["data-verwijs"])))
    fold.select("summary")[0].append(page.new_tag("span", attrs={"class": "verborgen"}, string=f": {part.number}"))
    fold.append(_references(page, template, f"{name}#{part.key}", part, name, book))
    box = page.new_tag("div", attrs={"class": "meenemen"})
    box.extend([line, fold])
    return box


def _download(page: BeautifulSoup, address: str, text: str) -> Tag:
    return page.new_tag("a", attrs={"href": address, "download": ""}, string=text)


def part_of(shown: Tag) -> Part:
    """Returns a figure or table as a reference names it, by its caption up to the source.

    Example:
        >>> caption = '<span class="caption-number">Tabel 2 </span><span class="caption-text">Wat er is. Bron: B.</span>'
        >>> part_of(BeautifulSoup(f'<table id="tab-x"><caption>{caption}</caption></table>', "html.parser").table)
        Part(key='tab-x', number='Tabel 2', title='Wat er is')
    """
    number, title = shown.select_one(".caption-number"), shown.select_one(".caption-text")
    copy = BeautifulSoup(str(title or ""), "html.parser")
    for mark in copy.select(".opmerking, .herkomst, .headerlink"):
        mark.decompose()
    first = re.split(r"(?<=[.!?])\s+(?=[A-Z0-9])", " ".join(copy.get_text().split()), maxsplit=1)[0]
    return Part(str(shown["id"]), number.get_text().strip() if number else "", first.rstrip("."))


def _references(page: BeautifulSoup, template: Tag, place: str, part: Part | None, name: str, book: Publication) -> Tag:
    """Returns the permanent link and the references as a list of terms."""
    anchor = f"#{part.key}" if part else ""
    address = book.address(f"{name}{anchor}" if part else "index.html")
    fields = BeautifulSoup(template.decode_contents(), "html.parser").dl
    if fields is None:
        raise AssertionError("the page template has a list for references")
    for slot in fields.select("[data-vul]"):
        kind = str(slot.attrs.pop("data-vul"))
        if kind == "link":
            slot["href"] = anchor or "index.html"
            slot.string = address or place or book.work.title
        elif kind == "apa":
            _write_apa(page, slot, apa(book.work, part, address), book.work.title)
        else:
            slot.string = bibtex(book.work, part, address)
    return fields


def _write_apa(page: BeautifulSoup, slot: Tag, text: str, title: str) -> None:
    """Writes a reference with the title of the report in italics, as the style has it."""
    before, found, after = text.partition(title)
    slot.append(before)
    slot.append(page.new_tag("cite", string=found))
    slot.append(after)


def _all_files(page: BeautifulSoup, template: Tag, book: Publication) -> Tag:
    items = page.new_tag("ul")
    for path in book.files:
        item = page.new_tag("li")
        item.append(_download(page, f"{FILES}/{path.name}", f"{_KINDS[path.suffix]}"))
        size = f"{path.stat().st_size / 1000:.0f} kB"
        item.append(f": {template[f'data-{path.suffix[1:]}']} ({size})")
        items.append(item)
    return items
