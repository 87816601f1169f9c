"""Reads the table of an edition as text, cell by cell, or tells why that is impossible."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from na_report.base.errors import InvalidInputError, NaReportError, Problem
from na_report.editions.descriptor import read_seal, schema_in
from na_report.editions.schema import TABLES, Table

# A table with more problems is no table; a small workbook can hold millions.
PROBLEMS_LIMIT = 5_000
_SAVE = "Save the file as CSV UTF-8 without BOM (a byte order mark)"
_COMMAS = (
    "Excel writes what Windows has as list separator. Open the table in LibreOffice and save it as CSV with a comma as field "
    "delimiter, or take the way through a workbook: na-report edition export."
)

# The row, what was found, what was expected, what to do.
_Fault = tuple[int, str, str, str]
Row = dict[str, str]
Rows = list[Row]


def rows_of(folder: Path) -> dict[str, Rows]:
    """Returns the rows of an edition per table as this program has them: what came after the edition is there, and empty.

    A `NaReportError` refuses columns that a later version of the program knows, and that would be lost here.
    """
    schema = schema_in(folder, read_seal(folder)[0])
    known = {f"{table.name}.{column.name}" for table in TABLES for column in table.columns}
    places = [f"{table.name}.{column.name}" for table in schema for column in table.columns]
    if unknown := [place for place in places if place not in known]:
        raise NaReportError(
            f"Edition {folder.name} has columns that this version of na-report does not know: {', '.join(unknown)}.",
            hint="Use the version of na-report that the edition was sealed with, or a later one.",
        )
    there = {table.name: read_table(folder, table) for table in schema}
    return {table.name: _completed(there.get(table.name, []), table) for table in TABLES}


def read_table(folder: Path, table: Table) -> Rows:
    """Returns the rows of a table of the edition in a folder; an `InvalidInputError` tells all that makes that impossible."""
    path, names = folder / table.file, [column.name for column in table.columns]
    lines: list[list[str]] = []
    try:
        if path.is_file():  # to read a pipe would take for ever
            text = path.read_bytes().decode("utf-8")
            if not (faults := list(_of_other_programs(text))):
                lines.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
                faults = list(islice(_of_columns(lines, names), PROBLEMS_LIMIT))
        else:
            faults = [(0, "no file", "a table of the edition", "Put the file back, or copy it from another edition.")]
    except OSError as error:
        faults = [(0, error.strerror or str(error), "a file that can be read", "Give yourself the right to read it.")]
    except UnicodeDecodeError as error:
        row, what = error.object.count(b"\n", 0, error.start) + 1, error.object[error.start : error.end].hex()
        if error.object[:2] in (b"\xff\xfe", b"\xfe\xff"):
            what = "UTF-16 text (Unicode text of Excel)"
        faults = [(row, what, "UTF-8 text", f"{_SAVE}.")]
    except csv.Error as error:  # in the row after those that could be read
        faults = [
            (len(lines) + 1, str(error), "rows of comma-separated values", "Look for a quote that is not closed.")
        ]
    if faults:
        problems = [Problem(table.file, row, "", *fault) for row, *fault in faults]
        hint = "Put the file back or mend it, and try again."
        raise InvalidInputError(f"{table.file} can't be read as a table:", problems, hint=hint)
    return [dict(zip(names, cells, strict=True)) for cells in lines[1:]]


def write_table(folder: Path, table: Table, rows: Rows) -> None:
    """Writes a table as the CSV file of an edition, with the columns that it has now."""
    with (folder / table.file).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [column.name for column in table.columns], lineterminator="\n")
        writer.writeheader()
        writer.writerows(_completed(rows, table))


def _completed(rows: Rows, table: Table) -> Rows:
    return [{column.name: row.get(column.name, "") for column in table.columns} for row in rows]


def _of_other_programs(text: str) -> Iterator[_Fault]:
    """Yields what a spreadsheet program writes in another way than a table of an edition is written."""
    if text.startswith("\ufeff"):
        remedy = f"{_SAVE}; Excel always adds one, LibreOffice and Notepad need not."
        yield 1, "a byte order mark", "a header at the very start", remedy
    first = text.partition("\n")[0]
    if "," not in first and (separators := [sign for sign in ";\t|" if sign in first]):
        yield 1, f"columns with {separators[0]!r} between them", "columns with a comma between them", _COMMAS


def _of_columns(lines: Sequence[Sequence[str]], names: Sequence[str]) -> Iterator[_Fault]:
    """Yields where the rows of a table, header first, have other columns than its names."""
    header = lines[0] if lines else []
    if header != names:
        missing, unknown = (", ".join(sorted(part)) or "none" for part in ({*names} - {*header}, {*header} - {*names}))
        remedy = f"Missing: {missing}; unknown: {unknown}; put each column once, in this order."
        yield 1, ", ".join(header)[:200], ", ".join(names), remedy
        return  # to count cells would say the same of each row
    for number, cells in enumerate(lines, start=1):
        if len(cells) != len(names):
            yield number, f"{len(cells)} cells", f"{len(names)} cells", "Quote a value that holds a comma."
