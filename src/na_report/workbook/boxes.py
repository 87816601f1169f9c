"""The boxes of comments in a workbook, and their place in a sheet: changed as text, so that all else stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.parsers import expat

from openpyxl.utils.cell import coordinate_to_tuple

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
_VML += ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
_BOX = (
    f'<v:shapetype {_VML} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
# What stands in a sheet behind the place of the drawing of its comments.
_BEHIND = {
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
}
_COLOUR = "C00000"


def element(name: str) -> re.Pattern[str]:
    """Returns the form of an element of a name, with its prefix `p`, what it has `with` it and what is `inside`."""
    return re.compile(rf"<(?P<p>(?:\w+:)?){name}\b(?P<with>[^>]*?)(?:/>|>(?P<inside>.*?)</(?P=p){name}\s*>)", re.DOTALL)


_SHAPE = element("shape")


def before_the_end(text: str, name: str, entry: str) -> str:
    """Puts something before the end of the element that has the name."""
    ends = list(re.finditer(rf"</(?:\w+:)?{name}\s*>", text))
    if not ends:
        raise ValueError(f"no end of {name}")
    return text[: ends[-1].start()] + entry + text[ends[-1].start() :]


def drawing_of(sheet: str) -> str:
    """Returns the id of the link to the drawing of a sheet's comments; nothing when there is none."""
    found = re.search(r"<(?:\w+:)?legacyDrawing\b[^>]*?\bid\s*=\s*[\"']([^\"']*)", sheet)
    return found[1] if found else ""


def with_boxes(drawing: str, places: Iterable[str], gone: Iterable[str]) -> str:
    """Returns a drawing with boxes for the comments of more cells, without those of others.

    Args:
        drawing: The text of the drawing; nothing for a new one.
        places: Cells that get a comment.
        gone: Cells that have none any more.
    """
    text = drawing or f"<xml {_VML}>\n{_BOX}</xml>"
    away = {coordinate_to_tuple(place) for place in gone}
    text = _SHAPE.sub(lambda match: "" if _place_of_shape(match[0]) in away else match[0], text)
    if "_x0000_t202" not in text:
        text = before_the_end(text, "xml", _BOX)
    first = max([1024, *map(int, re.findall(r'id="_x0000_s(\d{1,8})"', text))]) + 1
    return before_the_end(text, "xml", "".join(_box(place, number) for number, place in enumerate(places, start=first)))


def _box(place: str, number: int) -> str:
    row, column = coordinate_to_tuple(place)
    style = "position:absolute;margin-left:60pt;margin-top:2pt;width:270pt;height:90pt;visibility:hidden"
    return (
        f'<v:shape {_VML} id="_x0000_s{number}" type="#_x0000_t202" style="{style}" fillcolor="#ffffe1" o:insetmode="auto">'
        '<v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>'
        f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
    )


def _place_of_shape(shape: str) -> tuple[int, int] | None:
    found = [re.search(rf"<x:{name}>\s*(\d+)\s*</x:{name}>", shape) for name in ("Row", "Column")]
    return (int(found[0][1]) + 1, int(found[1][1]) + 1) if found[0] and found[1] else None


def with_drawing(sheet: str, entry: str) -> str:
    """Puts the link to a drawing where the order of a sheet wants it: behind the rows, before what follows a drawing."""
    rows = re.search(r"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>", sheet)
    end = [match.start() for match in re.finditer(r"</(?:\w+:)?worksheet\s*>", sheet)][-1]
    start = rows.end() if rows else end
    tail = sheet[start:end].encode()
    places: list[int] = []
    depth = 0
    parser = expat.ParserCreate()

    def begin(name: str, attributes: object) -> None:
        nonlocal depth
        if depth == 1 and name.rpartition(":")[2] in _BEHIND:
            places.append(parser.CurrentByteIndex - len(b"<x>"))
        depth += 1

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    parser.Parse(b"<x>" + tail + b"</x>", True)
    place = min(places, default=len(tail))
    return sheet[:start] + (tail[:place] + entry.encode() + tail[place:]).decode() + sheet[end:]


def with_colour(sheet: str) -> str:
    """Gives the tab of a sheet a colour where nobody chose one."""
    start = re.search(r"<(?:\w+:)?worksheet\b[^>]*>", sheet)
    if not start or re.search(r"<(?:\w+:)?tabColor\b", sheet[: start.end() + 2_000]):
        return sheet
    colour = f'<tabColor xmlns="{MAIN}" rgb="FF{_COLOUR}"/>'
    found = re.compile(r"\s*<((?:\w+:)?)sheetPr\b([^>]*?)(/?)>").match(sheet, start.end())
    if not found:
        return f'{sheet[: start.end()]}<sheetPr xmlns="{MAIN}">{colour}</sheetPr>{sheet[start.end() :]}'
    name = f"{found[1]}sheetPr"
    rest = f"</{name}>" if found[3] else ""
    return f"{sheet[: start.end()]}<{name}{found[2]}>{colour}{rest}{sheet[found.end() :]}"
