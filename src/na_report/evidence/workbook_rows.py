"""Reads the rows of a sheet fast: openpyxl's own parser of cells, fed by the XML parser in C."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import iterparse

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet._reader import MERGE_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS

_TEXT_TAG = f"{{{SHEET_MAIN_NS}}}t"

Cells = dict[int, Any]


class SheetRows:
    """The rows of a sheet with something in them, from top to bottom, as in the file.

    openpyxl reads with defusedxml, in Python, which takes three times as long, and skips merged cells.

    Args:
        worksheet: A sheet of a workbook that openpyxl opened to read only.
    """

    def __init__(self, worksheet: Any) -> None:
        self._sheet = worksheet
        self.merged: list[str] = []

    def __iter__(self) -> Iterator[tuple[int, Cells]]:
        """Yields the number of a row and its filled cells per position; `merged` is known after the last."""
        book = self._sheet.parent
        if not self._sheet._worksheet_path.endswith(".xml"):
            raise ValueError(f"a sheet in {self._sheet._worksheet_path}")  # the guard looks at .xml only
        with book._archive.open(self._sheet._worksheet_path) as source:
            parser = _Parser(
                source,
                self._sheet._shared_strings,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            for _, element in iterparse(source):  # noqa: S314  the guard refused all that declare entities
                if element.tag == ROW_TAG:
                    number, cells = parser.parse_row(element)
                    element.clear()
                    filled = {cell["column"]: ReadOnlyCell(self._sheet, **cell) for cell in cells if _is_filled(cell)}
                    if filled:
                        yield number, filled
                elif element.tag == MERGE_TAG:
                    self.merged += [str(area.get("ref", "")).replace("$", "") for area in element]


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """openpyxl's parser with a short way for plain text, which is most of an edition."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        if element.get("t") == "inlineStr" and element.get("r") and len(element) == 1 and len(element[0]) == 1:
            text = element[0][0]
            if text.tag == _TEXT_TAG:
                row, column = coordinate_to_tuple(element.get("r"))
                self.col_counter = column
                style = int(element.get("s", 0))
                return {"row": row, "column": column, "value": text.text, "data_type": "s", "style_id": style}
        return dict(super().parse_cell(element))


def _is_filled(cell: dict[str, Any]) -> bool:
    value = cell["value"]
    return value is not None and not (isinstance(value, str) and cell["data_type"] != "f" and not value.strip())
