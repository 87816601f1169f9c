"""Reads the sheets of a workbook as tables of text, and remembers in which cell each value stood."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from na_report.errors import InvalidInputError
from na_report.evidence.integrity import Row
from na_report.evidence.schema import BY_NAME, TABLES, Table
from na_report.evidence.workbook import META, START, CellProblem
from na_report.evidence.workbook_values import ValueFault, to_text

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:$]+)"')
_NAMES_HINT = "Give it back its name: don't rename, move or remove sheets and headers that hold data."


@dataclass
class Sheet:
    """A table as it stands in a workbook.

    Args:
        title: The name of the sheet as its maker spells it.
        rows: The rows from top to bottom, each with its number in the sheet.
        letters: Per column of the schema that the sheet has, its letter.
        spoilt: The places (row, column) that have a problem already, so that no check repeats it.
    """

    table: Table
    title: str
    rows: list[tuple[int, Row]] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)
    header_row: int = 1
    spoilt: set[tuple[int, str]] = field(default_factory=set)

    def missing(self) -> list[str]:
        """Returns the columns of the schema that the sheet does not have."""
        return [column.name for column in self.table.columns if column.name not in self.letters]


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Opens a workbook row by row; whatever goes wrong inside is told as a damaged file.

    Raises:
        InvalidInputError: The program that reads workbooks can't make sense of it.
    """
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on parts that an edition doesn't need
            book = load_workbook(file, read_only=True, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except InvalidInputError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do: KeyError, ValueError, XML errors
        remedy = "Open it in Excel or LibreOffice and save it again as .xlsx, or ask for it to be sent again."
        problem = CellProblem(path.name, 0, "", f"{type(error).__name__}: {error}", "a whole .xlsx workbook", remedy)
        raise InvalidInputError(
            f"{path.name} can't be read as a workbook:",
            [problem],
            hint="Nothing was written. Mend the file and try again.",
        ) from error


def read_meta(book: Any) -> dict[str, tuple[str, str]]:
    """Returns what the hidden sheet says: per key its value and cell; nothing when there is no such sheet."""
    if META not in book.sheetnames:
        return {}
    sheet = book[META]
    sheet.reset_dimensions()
    facts = {}
    for number, row in enumerate(sheet.iter_rows(max_col=2, values_only=True), start=1):
        if row and row[0] is not None:
            value = row[1] if len(row) > 1 and row[1] is not None else ""
            facts[str(row[0]).strip()] = (str(value).strip(), f"B{number}")
    return facts


class Reader:
    """Reads all tables of an open workbook and gathers problems and notes on the way.

    Args:
        source: The rows of the edition that the workbook was made from, per table and key; empty when unknown.
    """

    def __init__(self, book: Any, path: Path, source: Mapping[str, Mapping[str, Row]]) -> None:
        self.book = book
        self.path = path
        self.source = source
        self.problems: list[CellProblem] = []
        self.notes: list[str] = []
        self.sheets: dict[str, Sheet] = {}
        self._units: dict[str, str] = {}

    def read(self) -> dict[str, Sheet]:
        """Returns the sheets that hold a table, per name of the table."""
        titles: dict[str, str] = {}
        own = {sheet.title for sheet in self.book.worksheets}
        for title in self.book.sheetnames:
            name = title.strip().lower()
            if title in own and name in BY_NAME and name not in titles:
                titles[name] = title
            elif title not in (START, META):
                self.notes.append(f"sheet {title!r} is no table of an edition and was not read")
        for table in TABLES:
            if table.name in titles:
                self._read_sheet(table, titles[table.name])
            else:
                found = f"sheets {', '.join(self.book.sheetnames)}"
                self.problems.append(CellProblem(table.name, 0, "", found, f"a sheet {table.name}", _NAMES_HINT))
        return self.sheets

    def _read_sheet(self, table: Table, title: str) -> None:
        worksheet = self.book[title]
        worksheet.reset_dimensions()  # some programs write a size that is wrong
        sheet = Sheet(table, title)
        lines = enumerate(worksheet.iter_rows(), start=1)
        for number, cells in lines:
            if any(cell.value is not None for cell in cells):
                sheet.header_row = number
                self._read_header(sheet, cells)
                break
        else:
            self._tell(sheet, 1, "A", "", "an empty sheet", "the names of the columns in row 1", _NAMES_HINT)
            return
        if table.key not in sheet.letters:
            return
        self.sheets[table.name] = sheet
        columns = [
            (position, table.column(name))
            for position, name in sorted((_position(letter), name) for name, letter in sheet.letters.items())
        ]
        where = next(position for position, column in columns if column.name == table.key)
        for number, cells in lines:
            if any(cell.value is not None and _says_something(cell.value) for cell in cells):
                self._read_row(sheet, number, cells, columns, where)
        if table.name == "indicators":
            self._units = {row["id"]: row.get("unit", "") for _, row in sheet.rows}
        self._find_merged(sheet, worksheet)
        if not sheet.rows and self.source.get(table.name):
            remedy = "Put the rows back; an edition needs them."
            self._tell(
                sheet, sheet.header_row + 1, sheet.letters[table.key], "", "no rows", "the rows of the table", remedy
            )

    def _read_header(self, sheet: Sheet, cells: Any) -> None:
        table = sheet.table
        known = {column.name for column in table.columns}
        heads = [
            (get_column_letter(place), str(cell.value).strip()) for place, cell in enumerate(cells, 1) if _has(cell)
        ]
        if not known & {head.lower() for _, head in heads}:
            found = ", ".join(head for _, head in heads)[:80]
            remedy = "Remove the rows above the header, or put the header back."
            expected = f"the names of the columns: {', '.join(column.name for column in table.columns)[:120]}"
            self._tell(sheet, sheet.header_row, heads[0][0], "", found, expected, remedy)
            return
        for letter, head in heads:
            name = head.lower()
            if name in sheet.letters:
                remedy = f"Column {sheet.letters[name]} has this name too. Remove one of the two."
                self._tell(sheet, sheet.header_row, letter, "", head, "one column of each name", remedy)
            elif name in known:
                sheet.letters[name] = letter
            else:
                remedy = "Correct the name, or remove the column (or only its header: such a column is not read)."
                self._tell(sheet, sheet.header_row, letter, "", head, f"a column of {table.name}", remedy)
        for name in sheet.missing():
            found = ", ".join(head for _, head in heads)[:80]
            self._tell(
                sheet, sheet.header_row, "A", name, found, f"a column {name}", "Put the column back with its values."
            )

    def _read_row(self, sheet: Sheet, number: int, cells: Any, columns: list[Any], where: int) -> None:
        """Adds a row; a row with nothing but spaces, or with values only under no header, is none."""
        key = str(cells[where - 1].value or "").strip() if where <= len(cells) else ""
        before = self.source.get(sheet.table.name, {}).get(key, {})
        row: Row = {}
        measured = sheet.table.name == "observations"
        for position, column in columns:
            cell = cells[position - 1] if position <= len(cells) else None
            if cell is None or cell.value is None:
                row[column.name] = ""
                continue
            unit = self._units.get(row.get("indicator_id", ""), "") if measured and column.type == "number" else ""
            if measured and column.type == "number" and "indicator_id" not in row:
                unit = self._unit_of(sheet, cells)
            try:
                row[column.name] = to_text(cell, column, before=before.get(column.name, ""), unit=unit)
            except ValueFault as fault:
                row[column.name] = before.get(column.name, "")
                sheet.spoilt.add((number, column.name))
                self._tell(sheet, number, sheet.letters[column.name], column.name, *fault.fault)
        if any(row.values()) or any((number, name) in sheet.spoilt for name in row):
            for name in sheet.missing():
                row[name] = before.get(name, "")
            sheet.rows.append((number, row))
        else:
            self._note_unread(sheet, number)

    def _unit_of(self, sheet: Sheet, cells: Any) -> str:
        """Returns the unit of an observation in a sheet where the value stands before its indicator."""
        place = _position(sheet.letters["indicator_id"]) if "indicator_id" in sheet.letters else 0
        value = cells[place - 1].value if 0 < place <= len(cells) else ""
        return self._units.get(str(value).strip(), "")

    def _note_unread(self, sheet: Sheet, number: int) -> None:
        note = f"sheet {sheet.title!r}: row {number} has values only where no header stands, and was not read"
        self.notes.append(note)

    def _find_merged(self, sheet: Sheet, worksheet: Any) -> None:
        # Reading row by row skips merged cells, so the part of the sheet is searched as bytes.
        with zipfile.ZipFile(self.path) as archive:
            content = archive.read(worksheet._worksheet_path)
        names = {_position(letter): name for name, letter in sheet.letters.items()}
        last = sheet.rows[-1][0] if sheet.rows else sheet.header_row
        for match in _MERGED.finditer(content):
            area = match[1].decode()
            left, top, right, bottom = range_boundaries(area)
            columns = [names[position] for position in range(left, min(right, max(names)) + 1) if position in names]
            if not columns or top > last:
                continue
            sheet.spoilt |= {(row, name) for row in range(top, min(bottom, last) + 1) for name in columns}
            remedy = "Unmerge the cells (Home > Merge) and fill each of them."
            self._tell(
                sheet, top, get_column_letter(left), "", f"merged cells {area}", "cells that are not merged", remedy
            )

    def _tell(self, sheet: Sheet, row: int, letter: str, name: str, found: str, expected: str, remedy: str) -> None:
        self.problems.append(CellProblem(sheet.title, row, letter, found, expected, remedy, name=name))


def _has(cell: Any) -> bool:
    return cell.value is not None and str(cell.value).strip() != ""


def _says_something(value: Any) -> bool:
    return not isinstance(value, str) or value.strip() != ""


def _position(letter: str) -> int:
    return int(range_boundaries(f"{letter}1")[0])
