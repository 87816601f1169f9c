"""Reads the table of an edition as text, cell by cell, or tells why that is impossible."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from na_report.base.errors import InvalidInputError, Problem
from na_report.editions.schema import Table

# A table with more problems is no table; a small workbook can hold millions.
PROBLEMS_LIMIT = 5_000
_WITHOUT_MARK = "without BOM (a byte order mark)"

_SEPARATORS = {";": "a semicolon", "\t": "a tab", "|": "a bar"}
_COMMAS = (
    "Excel writes what Windows has as list separator. Open the table in LibreOffice and save it as CSV with a comma as field "
    "delimiter, or take the way through a workbook: na-report edition export."
)

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
        >>> from na_report.editions.schema import Column
        >>> parse_table(b"id,name\\nP1,Jan\\n", Table("people", "Mensen", (Column("id"), Column("name"))))
        [{'id': 'P1', 'name': 'Jan'}]
    """
    text = _decoded(content, table)
    expected = [column.name for column in table.columns]
    faults = list(_faults_of_program(text, expected))
    if faults:
        raise _error(table, [_problem(table, 1, *fault) for fault in faults])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = list(reader)
    except csv.Error as error:
        remedy = "Look for a quote that is not closed."
        raise _refused(table, reader.line_num, str(error), "rows of comma-separated values", remedy) from error
    header = lines[0] if lines else []
    if header != expected:
        raise _refused(table, 1, *_fault_of_header(header, expected))
    uneven = [
        _problem(table, number, f"{len(cells)} cells", f"{len(expected)} cells", "Quote a value that holds a comma.")
        for number, cells in enumerate(lines[1:], start=2)
        if len(cells) != len(expected)
    ]
    if uneven:
        raise _error(table, uneven[:PROBLEMS_LIMIT])
    return [dict(zip(expected, cells, strict=True)) for cells in lines[1:]]


def completed(rows: Rows, table: Table) -> Rows:
    """Returns rows with the columns that a table has now: one that came after they were sealed is empty.

    Example:
        >>> from na_report.editions.schema import Column
        >>> completed([{"id": "P1"}], Table("people", "Mensen", (Column("id"), Column("name", required=False))))
        [{'id': 'P1', 'name': ''}]
    """
    return [{column.name: row.get(column.name, "") for column in table.columns} for row in rows]


def write_table(folder: Path, table: Table, rows: Rows) -> None:
    """Writes a table as the CSV file of an edition, see `completed`."""
    with (folder / table.file).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [column.name for column in table.columns], lineterminator="\n")
        writer.writeheader()
        writer.writerows(completed(rows, table))


def _decoded(content: bytes, table: Table) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        remedy = f"Save the file as CSV UTF-8 {_WITHOUT_MARK}."
        raise _refused(table, 1, "UTF-16 text (Unicode text of Excel)", "UTF-8 text", remedy)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        found = content[error.start : error.end].hex()
        raise _refused(table, row, found, "UTF-8 text", f"Save the file as CSV UTF-8 {_WITHOUT_MARK}.") from error


def _faults_of_program(text: str, expected: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yields what a spreadsheet program writes in another way than a table of an edition is written."""
    if text.startswith("\ufeff"):
        remedy = f"Save the file as UTF-8 {_WITHOUT_MARK}; Excel always adds one, LibreOffice and Notepad need not."
        yield "a byte order mark", "a header at the very start", remedy
    first = text.removeprefix("\ufeff").partition("\n")[0].rstrip("\r")
    for separator, name in _SEPARATORS.items():
        parts = {part.strip(' "') for part in first.split(separator)}
        if (parts & {*expected} and len(parts) > 1) or first == f"sep={separator}":
            yield f"columns with {name} between them", "columns with a comma between them", _COMMAS


def _fault_of_header(header: list[str], expected: list[str]) -> tuple[str, str, str]:
    missing, unknown = [name for name in expected if name not in header], sorted({*header} - {*expected})
    if not missing and not unknown:
        return ",".join(header), ",".join(expected), "Put the columns in this order, each once."
    remedy = f"Missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}."
    return f"{len(header)} columns", f"the {len(expected)} columns of this table", remedy


def _problem(table: Table, row: int, found: str, expected: str, remedy: str) -> Problem:
    return Problem(table.file, row, "", found, expected, remedy)


def _error(table: Table, problems: list[Problem]) -> InvalidInputError:
    return InvalidInputError(
        f"{table.file} can't be read as a table:", problems, hint="Put the file back or mend it, and try again."
    )


def _refused(table: Table, row: int, found: str, expected: str, remedy: str) -> InvalidInputError:
    return _error(table, [_problem(table, row, found, expected, remedy)])
