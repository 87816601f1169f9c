"""Reads the sheets of a workbook as tables of text, and remembers in which cell each value stood."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries

from na_report.base.errors import InvalidInputError, NaReportError
from na_report.editions.reading import Row
from na_report.editions.schema import Column, Table
from na_report.editions.tables import BY_NAME, TABLES
from na_report.workbook.layout import META, START, CellProblem
from na_report.workbook.package import Package
from na_report.workbook.rows import Cells, SheetRows
from na_report.workbook.values import ValueFaultError, to_text

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
def opened(path: Path) -> Iterator[Package]:
    """Opens a workbook row by row; whatever goes wrong inside is told as a damaged file.

    Raises:
        InvalidInputError: The program that reads workbooks can't make sense of it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield Package(archive)
    except NaReportError:
        raise
    except Exception as error:  # whatever parsers raise: KeyError, ValueError, XML errors
        remedy = "Open it in Excel or LibreOffice and save it again as .xlsx, or ask for it to be sent again."
        problem = CellProblem(path.name, 0, "", f"{type(error).__name__}: {error}", "a whole .xlsx workbook", remedy)
        raise InvalidInputError(
            f"{path.name} can't be read as a workbook:",
            [problem],
            hint="Nothing was written. Mend the file and try again.",
        ) from error


def read_meta(book: Package) -> dict[str, tuple[str, str]]:
    """Returns what the hidden sheet says: per key its value and cell; nothing when there is no such sheet."""
    if META not in book.sheets:
        return {}
    facts = {}
    for number, cells in SheetRows(book, book.sheets[META]):
        if 1 in cells:
            value = cells[2].value if 2 in cells else ""
            facts[str(cells[1].value).strip()] = (str(value).strip(), f"B{number}")
    return facts


class Reader:
    """Reads all tables of an open workbook and gathers problems and notes on the way.

    Args:
        source: The rows of the edition that the workbook was made from, per table and key; empty when unknown.
    """

    def __init__(self, book: Package, source: Mapping[str, Mapping[str, Row]]) -> None:
        self.book = book
        self.source = source
        self.problems: list[CellProblem] = []
        self.notes: list[str] = []
        self.sheets: dict[str, Sheet] = {}
        self._units: dict[str, str] = {}

    def read(self) -> dict[str, Sheet]:
        """Returns the sheets that hold a table, per name of the table."""
        titles: dict[str, str] = {}
        for title in self.book.titles:
            name = title.strip().lower()
            if title in self.book.sheets and name in BY_NAME and name not in titles:
                titles[name] = title
            elif title not in (START, META):
                self.notes.append(f"sheet {title!r} is no table of an edition and was not read")
        for table in TABLES:
            if table.name in titles:
                self._read_sheet(table, titles[table.name])
            else:
                found = f"sheets {', '.join(self.book.titles)}"
                self.problems.append(CellProblem(table.name, 0, "", found, f"a sheet {table.name}", _NAMES_HINT))
        return self.sheets

    def _read_sheet(self, table: Table, title: str) -> None:
        sheet = Sheet(table, title)
        content = SheetRows(self.book, self.book.sheets[title])
        lines = iter(content)
        sheet.header_row, heads = next(lines, (1, {}))
        self._read_header(sheet, heads)
        if table.key not in sheet.letters:
            return
        self.sheets[table.name] = sheet
        columns = {column_index_from_string(letter): table.column(name) for name, letter in sheet.letters.items()}
        for number, cells in lines:
            if columns.keys() & cells.keys():
                self._read_row(sheet, number, cells, columns)
            else:
                self.notes.append(f"sheet {title!r}: row {number} has values only under no header and was not read")
        if table.name == "indicators":
            self._units = {row["id"]: row["unit"] for _, row in sheet.rows}
        self._tell_merged(sheet, content.merged, columns)
        if not sheet.rows and self.source.get(table.name):
            remedy = "Put the rows back; an edition needs them."
            self._tell(
                sheet, sheet.header_row + 1, sheet.letters[table.key], "", "no rows", "the rows of the table", remedy
            )

    def _read_header(self, sheet: Sheet, cells: Cells) -> None:
        table = sheet.table
        known = {column.name for column in table.columns}
        heads = [(get_column_letter(place), str(cell.value).strip()) for place, cell in sorted(cells.items())]
        shown = ", ".join(head for _, head in heads)[:80]
        if not known & {head.lower() for _, head in heads}:
            remedy = "Remove the rows above the header, or put the header back."
            expected = f"the names of the columns: {', '.join(column.name for column in table.columns)[:120]}"
            self._tell(sheet, sheet.header_row, heads[0][0] if heads else "A", "", shown, expected, remedy)
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
            self._tell(
                sheet, sheet.header_row, "A", name, shown, f"a column {name}", "Put the column back with its values."
            )

    def _read_row(self, sheet: Sheet, number: int, cells: Cells, columns: Mapping[int, Column]) -> None:
        before = self.source.get(sheet.table.name, {}).get(_plain(sheet, cells, sheet.table.key), {})
        row: Row = dict.fromkeys((column.name for column in sheet.table.columns), "")
        row |= {name: before.get(name, "") for name in sheet.missing()}
        for place, column in columns.items():
            cell = cells.get(place)
            if cell is None:
                continue
            old = before.get(column.name, "")
            unit = self._units.get(_plain(sheet, cells, "indicator_id"), "") if column.type == "number" else ""
            try:
                row[column.name] = to_text(cell, column, before=old, unit=unit)
            except ValueFaultError as fault:
                row[column.name] = old
                sheet.spoilt.add((number, column.name))
                self._tell(sheet, number, sheet.letters[column.name], column.name, *fault.fault)
        sheet.rows.append((number, row))

    def _tell_merged(self, sheet: Sheet, areas: list[str], columns: Mapping[int, Column]) -> None:
        last = sheet.rows[-1][0] if sheet.rows else sheet.header_row
        for area in areas:
            left, top, right, bottom = range_boundaries(area)
            inside = [column.name for place, column in columns.items() if left <= place <= right]
            if inside and top <= last:
                sheet.spoilt |= {(row, name) for row in range(top, min(bottom, last) + 1) for name in inside}
                remedy = "Unmerge the cells (Home > Merge) and fill each of them."
                found = f"merged cells {area}"
                self._tell(sheet, top, get_column_letter(left), "", found, "cells that are not merged", remedy)

    def _tell(self, sheet: Sheet, row: int, letter: str, name: str, found: str, expected: str, remedy: str) -> None:
        self.problems.append(CellProblem(sheet.title, row, letter, found, expected, remedy, name=name))


def _plain(sheet: Sheet, cells: Cells, name: str) -> str:
    """Returns the text of an id in a row that is not read yet."""
    cell = cells.get(column_index_from_string(sheet.letters[name])) if name in sheet.letters else None
    return str(cell.value).strip() if cell else ""
