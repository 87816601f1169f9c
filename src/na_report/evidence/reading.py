"""Reads the table of an edition as text, cell by cell, or tells why that is impossible."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from na_report.errors import InvalidInputError, Problem
from na_report.evidence.schema import Table

# A table with more problems is no table; a small workbook can hold millions.
PROBLEMS_LIMIT = 5_000
_WITHOUT_MARK = "without BOM (a byte order mark)"

Row = dict[str, str]
Rows = list[Row]


def read_table(folder: Path, table: Table) -> Rows:
    """Returns the rows of a table of the edition in a folder.

    Raises:
        InvalidInputError: The file is not there, can't be read or has other columns; see also `parse_table`.
    """
    path = folder / table.file
    if not path.is_file():
        raise _refused(
            table, 0, "no file", "a table of the edition", "Put the file back, or copy it from another edition."
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        what = error.strerror or str(error)
        raise _refused(table, 0, what, "a file that can be read", "Give yourself the right to read it.") from error
    return parse_table(content, table)


def parse_table(content: bytes, table: Table) -> Rows:
    """Returns the rows of a table that is written as CSV.

    Raises:
        InvalidInputError: It is no UTF-8, no CSV, or has other columns than the table.

    Example:
        >>> from na_report.evidence.schema import Column
        >>> parse_table(b"id,name\\nP1,Jan\\n", Table("people", "Mensen", (Column("id"), Column("name"))))
        [{'id': 'P1', 'name': 'Jan'}]
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        found = content[error.start : error.end].hex()
        raise _refused(table, row, found, "UTF-8 text", f"Save the file as CSV UTF-8 {_WITHOUT_MARK}.") from error
    if text.startswith("\ufeff"):
        remedy = f"Save the file as UTF-8 {_WITHOUT_MARK}; Excel always adds one, LibreOffice and Notepad need not."
        raise _refused(table, 1, "a byte order mark", "a header at the very start", remedy)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    expected = [column.name for column in table.columns]
    try:
        lines = list(reader)
    except csv.Error as error:
        remedy = "Look for a quote that is not closed."
        raise _refused(table, reader.line_num, str(error), "rows of comma-separated values", remedy) from error
    header = lines[0] if lines else []
    if header != expected:
        missing, unknown = set(expected) - set(header), set(header) - set(expected)
        remedy = f"Missing: {', '.join(sorted(missing)) or 'none'}; unknown: {', '.join(sorted(unknown)) or 'none'}."
        raise _refused(table, 1, ",".join(header), ",".join(expected), remedy)
    uneven = [
        _problem(table, number, f"{len(cells)} cells", f"{len(expected)} cells", "Quote a value that holds a comma.")
        for number, cells in enumerate(lines[1:], start=2)
        if len(cells) != len(expected)
    ]
    if uneven:
        raise _error(table, uneven[:PROBLEMS_LIMIT])
    return [dict(zip(expected, cells, strict=True)) for cells in lines[1:]]


def write_table(folder: Path, table: Table, rows: Rows) -> None:
    """Writes a table as the CSV file of an edition; a column that a row lacks is empty, and others are left out."""
    with (folder / table.file).open("w", encoding="utf-8", newline="") as file:
        names = [column.name for column in table.columns]
        writer = csv.DictWriter(file, names, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _problem(table: Table, row: int, found: str, expected: str, remedy: str) -> Problem:
    return Problem(table.file, row, "", found, expected, remedy)


def _error(table: Table, problems: list[Problem]) -> InvalidInputError:
    return InvalidInputError(
        f"{table.file} can't be read as a table:", problems, hint="Put the file back or mend it, and try again."
    )


def _refused(table: Table, row: int, found: str, expected: str, remedy: str) -> InvalidInputError:
    return _error(table, [_problem(table, row, found, expected, remedy)])
