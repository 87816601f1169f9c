"""Reads the table of an edition as text, cell by cell, or tells why that is impossible."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from na_report.base.errors import InvalidInputError, Problem
from na_report.editions.schema import Table

# A table with more problems is no table; a small workbook can hold millions.
PROBLEMS_LIMIT = 5_000
_SAVE = "Save the file as CSV UTF-8 without BOM (a byte order mark)"
_SEPARATORS = {";": "a semicolon", "\t": "a tab", "|": "a bar"}
_COMMAS = (
    "Excel writes what Windows has as list separator. Open the table in LibreOffice and save it as CSV with a comma as field "
    "delimiter, or take the way through a workbook: na-report edition export."
)

Row = dict[str, str]
Rows = list[Row]


def read_table(folder: Path, table: Table) -> Rows:
    """Returns the rows of a table of the edition in a folder; an `InvalidInputError` tells why that is impossible."""
    path = folder / table.file
    try:
        if not path.is_file():
            remedy = "Put the file back, or copy it from another edition."
            raise _refused(table, 0, "no file", "a table of the edition", remedy)
        return parse_table(path.read_bytes(), table)
    except OSError as error:
        found, remedy = error.strerror or str(error), "Give yourself the right to read it."
        raise _refused(table, 0, found, "a file that can be read", remedy) from error


def parse_table(content: bytes, table: Table) -> Rows:
    """Returns the rows of a table that is written as CSV, or tells all that is wrong: no UTF-8, no CSV, or other columns."""
    text, expected = _decoded(content, table), [column.name for column in table.columns]
    _refuse_other_programs(text, expected, table)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header, *lines = [*reader] or [[]]
    except csv.Error as error:
        remedy = "Look for a quote that is not closed."
        raise _refused(table, reader.line_num, str(error), "rows of comma-separated values", remedy) from error
    if header != expected:
        missing, unknown = [name for name in expected if name not in header], sorted({*header} - {*expected})
        if not missing and not unknown:
            remedy = "Put the columns in this order, each once."
            raise _refused(table, 1, ",".join(header), ",".join(expected), remedy)
        remedy = f"Missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}."
        raise _refused(table, 1, f"{len(header)} columns", f"the {len(expected)} columns of this table", remedy)
    count = f"{len(expected)} cells"
    uneven = [
        Problem(table.file, number, "", f"{len(cells)} cells", count, "Quote a value that holds a comma.")
        for number, cells in enumerate(lines, start=2)
        if len(cells) != len(expected)
    ]
    if uneven:
        raise _unreadable(table, uneven[:PROBLEMS_LIMIT])
    return [dict(zip(expected, cells, strict=True)) for cells in lines]


def completed(rows: Rows, table: Table) -> Rows:
    """Returns rows with the columns that a table has now: one that came after they were sealed is empty."""
    return [{column.name: row.get(column.name, "") for column in table.columns} for row in rows]


def write_table(folder: Path, table: Table, rows: Rows) -> None:
    """Writes a table as the CSV file of an edition, see `completed`."""
    with (folder / table.file).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [column.name for column in table.columns], lineterminator="\n")
        writer.writeheader()
        writer.writerows(completed(rows, table))


def _decoded(content: bytes, table: Table) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _refused(table, 1, "UTF-16 text (Unicode text of Excel)", "UTF-8 text", f"{_SAVE}.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise _refused(table, row, content[error.start : error.end].hex(), "UTF-8 text", f"{_SAVE}.") from error


def _refuse_other_programs(text: str, expected: list[str], table: Table) -> None:
    """Refuses what a spreadsheet program writes in another way than a table of an edition is written."""
    faults = []
    if text.startswith("\ufeff"):
        remedy = f"{_SAVE}; Excel always adds one, LibreOffice and Notepad need not."
        faults.append(("a byte order mark", "a header at the very start", remedy))
    first = text.removeprefix("\ufeff").partition("\n")[0].rstrip("\r")
    for separator, name in _SEPARATORS.items():
        parts = {part.strip(' "') for part in first.split(separator)}
        if (parts & {*expected} and len(parts) > 1) or first == f"sep={separator}":
            faults.append((f"columns with {name} between them", "columns with a comma between them", _COMMAS))
    if faults:
        raise _unreadable(table, [Problem(table.file, 1, "", *fault) for fault in faults])


def _refused(table: Table, row: int, found: str, expected: str, remedy: str) -> InvalidInputError:
    return _unreadable(table, [Problem(table.file, row, "", found, expected, remedy)])


def _unreadable(table: Table, problems: list[Problem]) -> InvalidInputError:
    hint = "Put the file back or mend it, and try again."
    return InvalidInputError(f"{table.file} can't be read as a table:", problems, hint=hint)
