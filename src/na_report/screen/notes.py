"""What a mark in the text tells when a reader asks: the row that it leads to, in short.

Marks are the links in a span `herkomst`, `opmerking` or `waarde`. A table to look things up in has a row per thing, which
tells of the place that its first cell links to; other places are told of by the row of the table that they are in.
"""

from collections import ChainMap
from collections.abc import Iterable, Mapping
from typing import Any

from docutils import nodes

from na_report.screen.said import said

# Per cell the name of its column and what it says.
_Lines = list[tuple[str, str]]
_MARKS = {"herkomst", "opmerking", "waarde"}


def notes_of(name: str, tree: Any) -> dict[str, Any]:
    """Returns what a page with a file name has for the notes of all, as JSON can hold it; its tables are mended.

    That is where its marks lead, the pages that its remarks are on, what its tables to look things up in tell per address, and
    per place in other tables what its row tells and where that leads.
    """
    marks = [mark for mark in tree.findall(nodes.inline) if not _MARKS.isdisjoint(mark["classes"])]
    remarks = [address for mark in marks if "opmerking" in mark["classes"] for address in _addresses(name, mark)]
    told: dict[str, _Lines] = {}
    held: dict[str, tuple[_Lines, list[str]]] = {}
    for table in tree.findall(nodes.table):
        head, body = next(table.findall(nodes.thead), ()), next(table.findall(nodes.tbody))
        skipped = {said(mark) for row in head for mark in row.findall(nodes.inline) if "keuze" in mark["classes"]}
        for row in body:
            first, *cells = row.children
            if "filterbaar" not in table["classes"]:
                shown = (_lines_of(cell) for cell in cells if not _is_list_of_links(cell))
                entry = [*shown], _addresses(name, row)
                held |= {f"{name}#{place}": entry for node in row.findall(nodes.Element) for place in node["ids"]}
            elif leads := _addresses(name, first):
                told[leads[0]] = [(column, text) for column, text in map(_lines_of, cells) if column not in skipped]
    return {
        "wanted": [address for mark in marks for address in _addresses(name, mark)],
        "remarks": [address.partition("#")[0] for address in remarks],
        "told": told,
        "held": held,
    }


def _addresses(name: str, inside: Any) -> list[str]:
    links = inside.findall(nodes.reference)
    return [f"{name}#{link['refid']}" if "refid" in link else link["refuri"] for link in links]


def _lines_of(cell: Any) -> tuple[str, str]:
    """Returns the column of a cell and what it says, with a full stop before what stands below it in small letters."""
    text = said(cell)
    for note in (note for note in cell.findall(nodes.inline) if "grondslag" in note["classes"]):
        small = said(note)
        before, _, after = text.partition(f" {small}")
        if small and before and not before.endswith((".", "?", "!")):
            text = f"{before}. {small}{after}"
    return cell["html"]["data-kolom"], text


def _is_list_of_links(cell: Any) -> bool:
    linked = "".join(link.astext() for link in cell.findall(nodes.reference))
    return len(said(cell).replace(", ", "")) <= len(linked)


def gathered(pages: Iterable[Mapping[str, Any]]) -> dict[str, _Lines]:
    """Returns per address that a mark leads to what a reader is told there: pairs of a name and a text.

    A name is empty for what the row is about, and `!` for a remark of the row.
    """
    pages = [*pages][::-1]  # where two pages tell of one place, the last one does
    told, held = ChainMap(*(page["told"] for page in pages)), ChainMap(*(page["held"] for page in pages))
    remarks, made = {name for page in pages for name in page["remarks"]}, {}
    for address in sorted({address for page in pages for address in page["wanted"]}):
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
