"""Reads the rows of a sheet of a workbook as cells."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, iterparse

from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601

from na_report.workbook.formats import is_date
from na_report.workbook.package import Package, text_of

_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?[0-9]+")
_WHOLE = re.compile(r"-?[0-9]+")


class Cell(NamedTuple):
    """A cell with something in it.

    Args:
        value: A text, a number, a truth value, or a date where its format shows one.
        data_type: `s` text, `n` number, `b` truth value, `d` date, `e` error, `f` formula, whose text is the value.
        number_format: How the program shows it.
    """

    value: Any
    data_type: str
    number_format: str


Cells = dict[int, Cell]


class SheetRows:
    """The rows of a sheet with something in them, from top to bottom, as in the file.

    Args:
        package: The workbook.
        path: The part with the sheet.
    """

    def __init__(self, package: Package, path: str) -> None:
        self._package = package
        self._path = path
        self.merged: list[str] = []

    def __iter__(self) -> Iterator[tuple[int, Cells]]:
        """Yields the number of a row and its filled cells per position; `merged` is known after the last."""
        number = 0
        with self._package.open(self._path) as source:
            for _, element in iterparse(source):  # noqa: S314  the guard refused all that declare entities
                tag = element.tag.rpartition("}")[2]
                if tag == "row":
                    number = int(element.get("r", number + 1))
                    filled = dict(self._cells(element))
                    element.clear()
                    if filled:
                        yield number, filled
                elif tag == "mergeCell":
                    self.merged.append(str(element.get("ref", "")).replace("$", ""))

    def _cells(self, row: Element) -> Iterator[tuple[int, Cell]]:
        place = 0
        for element in row:
            if element.tag.rpartition("}")[2] != "c":
                continue
            match = _PLACE.fullmatch(element.get("r", ""))
            place = column_index_from_string(match[1]) if match else place + 1
            cell = self._cell(element)
            if cell and not (isinstance(cell.value, str) and cell.data_type != "f" and not cell.value.strip()):
                yield place, cell

    def _cell(self, element: Element) -> Cell | None:
        kind, raw = element.get("t", "n"), ""
        for child in element:
            tag = child.tag.rpartition("}")[2]
            if tag == "f":
                return Cell(f"={child.text or '…'}", "f", "General")
            if tag == "v":
                raw = child.text or ""
            elif tag == "is" and kind == "inlineStr":
                raw = text_of(child)
        if not raw.strip():
            return None
        form = self._package.number_format(element.get("s", "0"))
        if kind == "s":
            return Cell(self._package.strings[int(raw)], "s", form)
        if kind in ("str", "inlineStr"):
            return Cell(raw, "s", form)
        if kind in ("e", "b"):
            return Cell(raw.strip() if kind == "e" else raw.strip() in ("1", "true"), kind, form)
        return self._number(raw.strip(), kind, form)

    def _number(self, raw: str, kind: str, form: str) -> Cell:
        if kind == "d":
            return Cell(from_ISO8601(raw), "d", form)
        number = int(raw) if _WHOLE.fullmatch(raw) and len(raw) < 400 else float(raw)
        if not is_date(form) or not math.isfinite(number):
            return Cell(number, "n", form)
        try:
            return Cell(from_excel(number, self._package.epoch), "d", form)
        except (OverflowError, ValueError):
            return Cell(raw, "e", form)  # before or after the days that a spreadsheet knows
