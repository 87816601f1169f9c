"""What a mark in the text tells when a reader asks: the row that it leads to, in short.

Marks are the links in a span `herkomst`, `opmerking` or `waarde`. A table to look things up in has a row per thing, which
tells of the place that its first cell links to; other places are told of by the row of the table that they are in.
"""

from collections import ChainMap
from collections.abc import Iterable
from typing import NamedTuple

from bs4 import Tag

# Per cell the name of its column and what it says.
_Lines = list[tuple[str, str]]


class Notes(NamedTuple):
    """What one page has for the notes of all."""

    wanted: set[str]  # where its marks lead
    remarks: set[str]  # the pages that its remarks are on
    told: dict[str, _Lines]  # what its tables to look things up in tell per address
    held: dict[str, tuple[_Lines, list[str]]]  # per place in other tables what its row tells, and where that leads


def notes_of(name: str, article: Tag) -> Notes:
    """Returns what a page with a file name and a text has for notes; its tables are mended."""
    found = Notes(set(), set(), {}, {})
    for mark in article.find_all("span", class_=("herkomst", "opmerking", "waarde")):
        addresses = _addresses(name, mark)
        found.wanted.update(addresses)
        if "opmerking" in mark["class"]:
            found.remarks.update(address.partition("#")[0] for address in addresses)
    for table in article.find_all("table"):
        skipped = {_text(mark) for mark in table.select("thead .keuze")}
        for row in table.select("tbody tr"):
            first, *cells = row.find_all(["th", "td"], recursive=False)
            if "filterbaar" not in table.get("class", ()):
                lines = [(cell["data-kolom"], _text(cell)) for cell in cells if not _is_list_of_links(cell)]
                found.held.update((f"{name}#{place['id']}", (lines, _addresses(name, row))) for place in row(id=True))
            elif leads := _addresses(name, first):
                lines = [(cell["data-kolom"], _text(cell)) for cell in cells if cell["data-kolom"] not in skipped]
                found.told[leads[0]] = lines
    return found


def _addresses(name: str, inside: Tag) -> list[str]:
    found = (str(link["href"]) for link in inside.find_all("a", href=True))
    return [f"{name}{address}" if address.startswith("#") else address for address in found]


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
    pages = [*pages][::-1]  # where two pages tell of one place, the last one does
    told, held = ChainMap(*(page.told for page in pages)), ChainMap(*(page.held for page in pages))
    remarks, made = {name for page in pages for name in page.remarks}, {}
    for address in sorted({address for page in pages for address in page.wanted}):
        lines, leads = held.get(address, ([], []))
        lines = told.get(address, lines)
        shown = [(name if number else "", text) for number, (name, text) in enumerate(lines) if text not in ("", "–")]
        for other in dict.fromkeys(leads):
            remark, _ = held.get(other, ([], []))
            if remark and other != address and other.partition("#")[0] in remarks:
                shown.append(("!", remark[0][1]))
        if shown:
            made[address] = shown
    return made
