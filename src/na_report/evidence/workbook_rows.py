"""Reads the rows of a sheet fast: openpyxl's own parser of cells, fed by the XML parser in C."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import iterparse

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.worksheet._reader import MERGE_TAG, ROW_TAG, WorkSheetParser

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
        with book._archive.open(self._sheet._worksheet_path) as source:
            parser = WorkSheetParser(
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


def _is_filled(cell: dict[str, Any]) -> bool:
    value = cell["value"]
    return value is not None and not (isinstance(value, str) and cell["data_type"] != "f" and not value.strip())
