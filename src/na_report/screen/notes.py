"""What a mark in the text tells when a reader asks: the row that it leads to, in short.

Marks are the links in a span `herkomst`, `opmerking` or `waarde`. A table to look things up in has a row per thing, which
tells of the place that its first cell links to; other places are told of by the row of the table that they are in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bs4 import Tag

# Per cell the name of its column and what it says.
_Lines = list[tuple[str, str]]


@dataclass(frozen=True)
class Notes:
    """What one page has for the notes of all."""

    wanted: set[str] = field(default_factory=set)  # where its marks lead
    remarks: set[str] = field(default_factory=set)  # the pages that its remarks are on
    told: dict[str, _Lines] = field(default_factory=dict)  # what its tables to look things up in tell per address
    # What its other tables tell per place in their rows, and where that row leads.
    held: dict[str, tuple[_Lines, list[str]]] = field(default_factory=dict)


def notes_of(name: str, article: Tag) -> Notes:
    """Returns what a page with a file name and a text has for notes; its tables are mended."""
    found = Notes()
    for mark in article.find_all("span", class_=("herkomst", "opmerking", "waarde")):
        addresses = _addresses(name, mark)
        found.wanted.update(addresses)
        if "opmerking" in mark["class"]:
            found.remarks.update(address.partition("#")[0] for address in addresses)
    for table in article.find_all("table"):
        is_lookup = "filterbaar" in (table.get("class") or [])
        skipped = {_text(mark) for head in table.find_all("thead") for mark in head.find_all("span", class_="keuze")}
        for row in table.select("tbody tr"):
            first, *cells = row.find_all(["th", "td"], recursive=False)
            if not is_lookup:
                kept = [cell for cell in cells if not _is_list_of_links(cell)]
                told = _lines(kept), _addresses(name, row)
                found.held.update((f"{name}#{place['id']}", told) for place in row.find_all(id=True))
            elif leads := _addresses(name, first):
                found.told[leads[0]] = _lines(cell for cell in cells if cell["data-kolom"] not in skipped)
    return found


def _addresses(name: str, inside: Tag) -> list[str]:
    found = (str(link["href"]) for link in inside.find_all("a", href=True))
    return [f"{name}{address}" if address.startswith("#") else address for address in found]


def _lines(cells: Iterable[Tag]) -> _Lines:
    return [(str(cell["data-kolom"]), _text(cell)) for cell in cells]


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


def gathered(pages: Iterable[Notes]) -> dict[str, _Lines]:
    """Returns per address that a mark leads to what a reader is told there: pairs of a name and a text.

    A name is empty for what the row is about, and `!` for a remark of the row.
    """
    book = Notes()
    for page in pages:
        book.wanted.update(page.wanted)
        book.remarks.update(page.remarks)
        book.told.update(page.told)
        book.held.update(page.held)
    made = {}
    for address in sorted(book.wanted):
        lines, leads = book.held.get(address, ([], []))
        lines = book.told.get(address) or lines
        shown = [(name if number else "", text) for number, (name, text) in enumerate(lines) if text not in ("", "–")]
        for other in dict.fromkeys(leads):
            remark, _ = book.held.get(other, ([], []))
            if remark and other != address and other.partition("#")[0] in book.remarks:
                shown.append(("!", remark[0][1]))
        if shown:
            made[address] = shown
    return made
