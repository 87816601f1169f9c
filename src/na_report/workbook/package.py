"""Reads the file of a workbook: the cells of its sheets, each with its type and number format.

Only parts that values depend on are read. A library that reads all of a workbook stops at a colour, a font or a print area that
it doesn't like.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, fromstring, iterparse

from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from na_report.workbook.layout import AGAIN, FaultError
from na_report.workbook.number_formats import is_date

# Of all parts that are read. Without this a small file unpacks to more cells than memory holds.
TAGS_LIMIT = 6_000_000


class Cell(NamedTuple):
    """A cell with something in it.

    Args:
        value: A text, a number, or a date where its format shows one.
        kind: `s` text, `m` text with letters that are raised, lowered or crossed out, `n` number, `d` date, `b` truth value,
            `e` error, `f` formula.
        form: The number format.
    """

    value: Any
    kind: str
    form: str = "General"


Cells = dict[int, Cell]


class Package:
    """A workbook that is open to read.

    Attributes:
        titles: The names of all sheets, in their order.
        sheets: Per name the part of each sheet with cells.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._tags = 0
        # The names of parts don't differ by capitals, and some programs write them with the slash of Windows.
        self._names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
        if len(self._names) < len(archive.namelist()):
            raise ValueError("a part occurs twice")  # of which programs read different ones
        main = next((path for kind, path in self._links("").values() if kind == "officeDocument"), "xl/workbook.xml")
        links = self._links(main)
        book = self._xml(main)
        self.titles: list[str] = []
        self.sheets: dict[str, str] = {}
        for sheet in book.iterfind("{*}sheets/{*}sheet"):
            title = sheet.get("name", "")
            kind, path = links[next(value for key, value in sheet.items() if key.endswith("}id"))]
            self.titles.append(title)
            if kind == "worksheet":
                self.sheets.setdefault(title, path)
        if not self.titles:
            raise ValueError("no sheets")
        settings = book.find("{*}workbookPr")
        old = settings is not None and settings.get("date1904", "0") in ("1", "true", "on")
        self._epoch = MAC_EPOCH if old else WINDOWS_EPOCH
        others = dict(links.values())
        styles = self._xml(others["styles"]) if "styles" in others else Element("none")
        forms = {int(form.get("numFmtId", -1)): form.get("formatCode", "") for form in styles.iterfind("{*}numFmts/*")}
        used = [int(style.get("numFmtId", 0)) for style in styles.iterfind("{*}cellXfs/*")]
        self._forms = [(BUILTIN_FORMATS | forms).get(number, "General") for number in used]
        texts = self._xml(others["sharedStrings"]) if "sharedStrings" in others else Element("none")
        self._texts = [_text(item) for item in texts]

    def _content(self, path: str) -> bytes:
        """Returns the bytes of a part, which are safe to parse."""
        content = self._archive.read(self._names[path.lower()])
        if b"\0" in content:
            raise FaultError(f"{path} in another encoding", "parts in UTF-8", AGAIN)
        if re.search(rb"<!(?:DOCTYPE|ENTITY)", content):
            remedy = "No spreadsheet program writes these. Don't trust the file; ask where it comes from."
            raise FaultError(f"a document type or entities in {path}", "plain data", remedy)
        self._tags += content.count(b"<")
        if self._tags > TAGS_LIMIT:
            remedy = "Delete the empty rows under the last row."
            raise FaultError(f"more than {TAGS_LIMIT:,} tags, up to {path}", "as many as people make", remedy)
        return content

    def _xml(self, path: str) -> Element:
        return fromstring(self._content(path))  # noqa: S314  what declares entities was refused

    def _links(self, path: str) -> dict[str, tuple[str, str]]:
        """Returns per id the kind and the path of what a part names."""
        folder, name = posixpath.split(path)
        links = posixpath.join(folder, "_rels", f"{name}.rels")
        if links.lower() not in self._names:
            return {}
        return {
            link.get("Id", ""): (
                link.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, link.get("Target", "").replace("\\", "/"))).lstrip("/"),
            )
            for link in self._xml(links)
        }

    def sheet(self, title: str) -> tuple[list[tuple[int, Cells]], list[str]]:
        """Returns the rows of a sheet with something in them, each with its number and its cells, and the merged areas."""
        rows: list[tuple[int, Cells]] = []
        merged: list[str] = []
        number = 0
        for _, element in iterparse(BytesIO(self._content(self.sheets[title]))):  # noqa: S314  see `_xml`
            tag = element.tag.rpartition("}")[2]
            if tag == "row":
                number = int(element.get("r", number + 1))
                if cells := dict(self._cells(element)):
                    rows.append((number, cells))
                element.clear()
            elif tag == "mergeCell":
                merged.append(element.get("ref", "").replace("$", ""))
        return rows, merged

    def _cells(self, row: Element) -> Iterator[tuple[int, Cell]]:
        place = 0
        for element in row:
            letters = re.match(r"\$?([A-Za-z]{1,3})", element.get("r", ""))
            place = column_index_from_string(letters[1]) if letters else place + 1
            cell = self._cell(element)
            if cell and str(cell.value).strip():
                yield place, cell

    def _cell(self, element: Element) -> Cell | None:
        kind, raw, texts = element.get("t", "n"), "", None
        for child in element:
            tag = child.tag.rpartition("}")[2]
            if tag == "f":
                return Cell(f"={child.text or '…'}", "f")
            if tag == "v":
                raw = (child.text or "").strip()
            elif tag == "is":
                texts = _text(child)
        style = int(element.get("s", 0))
        form = self._forms[style] if 0 <= style < len(self._forms) else "General"
        if kind == "s" and raw:
            texts = self._texts[int(raw)]
        elif kind == "str":
            texts = (raw, "s")
        if texts:
            return Cell(*texts, form)
        if kind in ("e", "b"):
            return Cell({"1": "TRUE", "0": "FALSE"}.get(raw, raw), kind)
        if not raw:
            return None
        if kind == "d":
            return Cell(from_ISO8601(raw), "d", form)
        number = float(raw)
        try:
            return Cell(from_excel(number, self._epoch), "d", form) if is_date(form) else Cell(number, "n", form)
        except (OverflowError, ValueError):
            return Cell(raw, "e")  # before or after the days that a spreadsheet knows


def _text(item: Element) -> tuple[str, str]:
    """Returns the text of a cell without the reading aids of Japanese, and its kind."""
    text, kind = "", "s"
    for piece in item:
        if piece.tag.endswith("}t"):
            text += piece.text or ""
        elif piece.tag.endswith("}r"):
            text += "".join(part.text or "" for part in piece.iterfind("{*}t"))
            marks = [*piece.iterfind("{*}rPr/{*}vertAlign"), *piece.iterfind("{*}rPr/{*}strike")]
            if any(mark.get("val", "1") not in ("0", "false", "baseline") for mark in marks):
                kind = "m"
    return text, kind
