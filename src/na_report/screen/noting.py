"""What a mark in the text tells when a reader asks: the row that it leads to, in short.

Marks are the links in a span `herkomst`, `opmerking` or `waarde`. A table to look things up in has a row per thing, which
tells of the place that its first cell links to; other places are told of by the row of the table that they are in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import Tag

MARKS = ("herkomst", "opmerking", "waarde")
_LOOKUP = "filterbaar"
_Lines = list[tuple[str, str]]


@dataclass(frozen=True)
class Notes:
    """What one page has for the notes of all.

    Args:
        wanted: Where its marks lead.
        remarks: Where those of its marks lead that are a remark.
        told: What its tables to look things up in tell per address: the name of a column with the text of the cell.
        held: The same of its other tables, for the places that are in their rows.
        links: Where the rows of these other tables lead, per place.
    """

    wanted: set[str] = field(default_factory=set)
    remarks: set[str] = field(default_factory=set)
    told: dict[str, _Lines] = field(default_factory=dict)
    held: dict[str, _Lines] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)


def notes_of(name: str, article: Tag) -> Notes:
    """Returns what a page has for notes.

    Args:
        name: Its file name.
        article: Its text, with its tables mended.
    """
    found = Notes()
    for mark in article.find_all("span", class_=MARKS):
        addresses = {_address(name, link) for link in mark.find_all("a", href=True)}
        found.wanted.update(addresses)
        if "opmerking" in mark["class"]:
            found.remarks.update(addresses)
    for table in article.find_all("table"):
        is_lookup = _LOOKUP in (table.get("class") or [])
        skipped = {" ".join(head.get_text().split()) for head in table.find_all("th", attrs={"data-filter": True})}
        for row in (row for body in table.find_all("tbody") for row in body.find_all("tr")):
            _read_row(row, name, found, skipped if is_lookup else None)
    return found


def _read_row(row: Tag, name: str, found: Notes, skipped: set[str] | None) -> None:
    """Adds what a row tells; of a table to look things up in without the columns to filter by."""
    first, *cells = row.find_all(["th", "td"], recursive=False)
    if skipped is not None:
        if (link := first.find("a", href=True)) is not None:
            found.told[_address(name, link)] = [
                (str(cell["data-kolom"]), _text(cell)) for cell in cells if cell["data-kolom"] not in skipped
            ]
        return
    lines = [(str(cell["data-kolom"]), _text(cell)) for cell in cells if not _is_list_of_links(cell)]
    leads = [_address(name, link) for link in row.find_all("a", href=True)]
    for place in row.find_all(id=True):
        found.held[f"{name}#{place['id']}"] = lines
        found.links[f"{name}#{place['id']}"] = leads


def _address(name: str, link: Tag) -> str:
    href = str(link["href"])
    return f"{name}{href}" if href.startswith("#") else href


def _text(tag: Tag) -> str:
    """Returns what a cell says, with a full stop before what stands below it in small letters."""
    text = " ".join(tag.get_text().split())
    for note in tag.find_all("span", class_="grondslag"):
        small = " ".join(note.get_text().split())
        before, _, after = text.partition(f" {small}")
        if small and before and not before.endswith((".", "?", "!")):
            text = f"{before}. {small}{after}"
    return text


def _is_list_of_links(cell: Tag) -> bool:
    linked = "".join(link.get_text() for link in cell.find_all("a"))
    return len(_text(cell).replace(", ", "")) <= len(linked)


def gathered(pages: Iterable[Notes]) -> Mapping[str, list[list[str]]]:
    """Returns per address that a mark leads to what a reader is told there: pairs of a name and a text.

    A name is empty for what the row is about, and `!` for a remark of the row.
    """
    pages = list(pages)
    told = {address: lines for page in pages for address, lines in page.told.items()}
    held = {address: lines for page in pages for address, lines in page.held.items()}
    links = {address: leads for page in pages for address, leads in page.links.items()}
    remarks = {address.partition("#")[0] for page in pages for address in page.remarks}
    made = {}
    for address in sorted({address for page in pages for address in page.wanted}):
        lines = told.get(address) or held.get(address, [])
        shown = [
            ["" if number == 0 else name, text] for number, (name, text) in enumerate(lines) if text not in ("", "–")
        ]
        shown += [
            ["!", held[other][0][1]]
            for other in dict.fromkeys(links.get(address, []))
            if other.partition("#")[0] in remarks and other != address and held.get(other)
        ]
        if shown:
            made[address] = shown
    return made


def write_notes(target: Path, pages: Iterable[Notes]) -> None:
    """Writes the notes as a script that defines `NOTES`, so that it can be read from a folder too."""
    data = json.dumps(gathered(pages), ensure_ascii=False, separators=(",", ":"))
    target.write_text(f"const NOTES = {data};\n", encoding="utf-8")
