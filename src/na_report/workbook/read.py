"""Reads the sheets of a workbook as tables of text, and remembers in which cell each value stood."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_from_string

from na_report.editions.declared_tables import TABLES
from na_report.editions.schema import Table
from na_report.editions.table_files import PROBLEMS_LIMIT, Row
from na_report.workbook.cell_values import to_text, trimmed
from na_report.workbook.layout import META, START, CellProblem, FaultError
from na_report.workbook.package import Cells, Package

Source = Mapping[str, Mapping[str, Row]]


def read_meta(book: Package) -> dict[str, tuple[str, int]]:
    """Returns what the hidden sheet says: per key its value and row; nothing when there is no such sheet."""
    rows = book.sheet(META)[0] if META in book.sheets else []
    return {str(cells[1].value): (str(cells[2].value), number) for number, cells in rows if {1, 2} <= cells.keys()}


@dataclass
class Sheet:
    """A table as it stands in a workbook."""

    table: Table
    title: str
    before: Mapping[str, Row]  # per key, in the edition that the workbook was made from
    units: Mapping[str, str]  # per indicator
    places: dict[str, int] = field(default_factory=dict)  # per column that the sheet has
    rows: list[tuple[int, Row]] = field(default_factory=list)  # with their numbers in the sheet
    notes: list[str] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)

    def _tell(self, row: int, letter: str, name: str, found: str, expected: str, remedy: str) -> None:
        self.problems.append(CellProblem(self.title, row, letter, found, expected, remedy, name=name))

    def read(self, rows: list[tuple[int, Cells]], merged: list[str]) -> None:
        """Reads the header and the rows below it."""
        header, heads = rows[0] if rows else (1, {})
        self._read_header(header, heads)
        if self.table.key not in self.places:
            return
        for number, cells in rows[1:]:
            if cells.keys() & {*self.places.values()}:
                self._read_row(number, cells)
            else:
                self.notes.append(f"sheet {self.title!r}: row {number} has no value under a header and was not read")
        for area in merged[:PROBLEMS_LIMIT]:
            letter, number = coordinate_from_string(area.partition(":")[0])
            remedy = "Unmerge the cells (Home > Merge) and fill each of them."
            self._tell(number, letter, "", f"merged cells {area}", "cells that are not merged", remedy)
        if self.before and not self.rows:
            self._tell(header + 1, "A", "", "no rows", "the rows of the table", "Put them back: an edition needs them.")

    def _read_header(self, row: int, cells: Cells) -> None:
        names = [column.name for column in self.table.columns]
        heads = {place: trimmed(str(cell.value)) for place, cell in sorted(cells.items())}
        for place, head in heads.items():
            if head.lower() in names and head.lower() not in self.places:
                self.places[head.lower()] = place
            else:
                remedy = "Correct the name, or remove the column (or only its header: such a column is not read)."
                self._tell(row, get_column_letter(place), "", head, f"each column of {self.table.name} once", remedy)
        for name in names:
            if name not in self.places:
                remedy = "Put the column back with its values, and the names of the columns in the first row."
                self._tell(row, "A", name, ", ".join(heads.values())[:80], f"a column {name}", remedy)

    def _read_row(self, number: int, cells: Cells) -> None:
        found = {name: cells[place] for name, place in self.places.items() if place in cells}
        texts = {name: trimmed(str(cell.value)) for name, cell in found.items()}
        before, unit = (
            self.before.get(texts.get(self.table.key, ""), {}),
            self.units.get(texts.get("indicator_id", ""), ""),
        )
        row = {}
        for column in self.table.columns:
            name, old = column.name, before.get(column.name, "")
            row[name] = "" if name in self.places else old
            try:
                if name in found:
                    row[name] = to_text(found[name], column, before=old, unit=unit if column.type == "number" else "")
            except FaultError as fault:
                row[name] = old
                self._tell(number, get_column_letter(self.places[name]), name, *fault.args)
        self.rows.append((number, row))


def read_tables(book: Package, source: Source) -> tuple[dict[str, Sheet], list[CellProblem], list[str]]:
    """Returns the sheets that hold a table, per name of the table, with all problems and notes.

    The `source` is what the edition holds that the workbook was made from, per table and key; nothing when unknown.
    """
    titles = {title.strip().lower(): title for title in reversed(book.titles) if title in book.sheets}
    own = {titles.get(table.name, "") for table in TABLES} | {START, META}
    notes = [f"sheet {title!r} is no table of an edition and was not read" for title in book.titles if title not in own]
    problems: list[CellProblem] = []
    sheets: dict[str, Sheet] = {}
    for table in TABLES:
        if table.name not in titles:
            remedy = "Give it back its name: don't rename, move or remove sheets and headers that hold data."
            found = f"sheets {', '.join(book.titles)}"
            problems.append(CellProblem(table.name, 0, "", found, f"a sheet {table.name}", remedy))
            continue
        units = {row["id"]: row["unit"] for _, row in sheets["indicators"].rows} if "indicators" in sheets else {}
        sheet = Sheet(table, titles[table.name], source.get(table.name, {}), units)
        sheet.read(*book.sheet(sheet.title))
        problems += sheet.problems
        notes += sheet.notes
        if table.key in sheet.places:
            sheets[table.name] = sheet
    return sheets, problems, notes
