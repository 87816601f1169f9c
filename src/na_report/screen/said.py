"""What a page says to a reader, and what it keeps for the search page and for the notes of all pages.

Marks are the links in a span `herkomst`, `opmerking` or `waarde`. When a reader asks, a mark tells the row that it leads to, in
short. A table to look things up in has a row per thing, which tells of the place that its first cell links to; other places are
told of by the row of the table that they are in.
"""

import json
import re
from collections import ChainMap
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import toctree

# Beside Sphinx's pages for the screen, as not all of those are written anew.
FOLDER = "screen"
# What leads a reader on, and is no part of a text.
MARKS = {"opmerking", "herkomst"}
# A table to look things up in repeats what the book says elsewhere.
_USELESS = {"meenemen", "filterbaar", "herkomst"}
_NOTED = {"herkomst", "opmerking", "waarde"}
_TAG = re.compile(r"<[^>]*>")
# Per cell the name of its column and what it says.
_Lines = list[tuple[str, str]]


def said(*given: Any, without: Collection[str] = ()) -> str:
    """Returns the text of nodes on one line, without those of some classes; a caption has its number before it."""
    return " ".join("".join(text for node in given for text in _texts(node, without)).split())


def _texts(node: Any, without: Collection[str]) -> Iterator[str]:
    if isinstance(node, nodes.Text):
        yield node.astext()
    elif isinstance(node, nodes.raw):
        yield _TAG.sub("", node.astext())
    elif not isinstance(node, nodes.Invisible) and not any(name in without for name in node["classes"]):
        if isinstance(node, nodes.title | nodes.caption) and "number" in node.parent:
            yield f"{node.parent['number']} "
        for child in node.children:
            yield from _texts(child, without)
        if not isinstance(node, nodes.Inline):
            yield " "


def keep(app: Any, tree: Any, page: str) -> None:
    """Keeps what a page says to the others."""
    menus = app.env.tocs[app.config.root_doc].findall(toctree)
    part = next((menu.get("caption") or "" for menu in menus if page in menu["includefiles"]), "")
    path = Path(app.outdir).parent / FOLDER / f"{page}.json"
    path.parent.mkdir(exist_ok=True)
    kept = {"places": [*places(f"{page}.html", tree, part)], **notes_of(f"{page}.html", tree)}
    path.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def places(name: str, tree: Any, part: str = "") -> Iterator[dict[str, str]]:
    """Yields the sections of a page with a file name, and the part of the book that it is in."""
    sections = list(tree.findall(nodes.section))
    for section in sections:
        title, *rest = section.children
        yield {
            "page": said(sections[0][0], without=_USELESS),
            "title": said(title, without=_USELESS),
            "address": name if section is sections[0] else f"{name}#{section['ids'][0]}",
            "text": said(*(part for part in rest if not isinstance(part, nodes.section)), without=_USELESS),
            "part": part,
        }


def notes_of(name: str, tree: Any) -> dict[str, Any]:
    """Returns what a page with a file name has for the notes of all, as JSON can hold it; its tables are mended.

    That is where its marks lead, the pages that its remarks are on, what its tables to look things up in tell per address, and
    per place in other tables what its row tells and where that leads.
    """
    marks = [mark for mark in tree.findall(nodes.inline) if not _NOTED.isdisjoint(mark["classes"])]
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
