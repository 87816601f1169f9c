"""Finds everything that is wrong in an edition: bytes, types, codes, ranges and references."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from na_report.errors import Problem
from na_report.evidence.cells import INTEGER, NUMBER, check_cell, check_placeholders
from na_report.evidence.descriptor import read_seal
from na_report.evidence.schema import Table
from na_report.evidence.tables import BY_NAME, TABLES

# A table with more problems is no table; a small workbook can hold millions.
PROBLEMS_LIMIT = 5_000
_RANGES = {
    "percent": (0.0, 100.0),
    "score_1_5": (1.0, 5.0),
    "rank": (1.0, 1000.0),
    "share_words": (0.0, 100.0),
    "direction": (-1.0, 1.0),
}
Row = dict[str, str]
Rows = list[Row]
Numbered = Sequence[tuple[int, Row]]


def find_problems(folder: Path, *, sealed: bool = True) -> list[Problem]:
    """Returns all problems of the edition in a folder; an empty list when it is sound.

    Args:
        folder: The folder of the edition.
        sealed: Whether the bytes must match the hashes in the descriptor.
    """
    problems: list[Problem] = []
    tables: dict[str, Rows] = {}
    for table in TABLES:
        rows = _read(folder, table, problems)
        if rows is not None:
            tables[table.name] = rows
    if sealed:
        problems += read_seal(folder)[1]
    for extra in sorted(folder.glob("*.csv")):
        if extra.stem not in BY_NAME:
            problems.append(
                Problem(extra.name, 0, "", extra.name, "only tables of the schema", "Move the file out of the edition.")
            )
    problems += check_tables({name: [*enumerate(rows, start=2)] for name, rows in tables.items()})
    return sorted(set(problems))


def check_tables(numbered: Mapping[str, Numbered]) -> list[Problem]:
    """Returns the problems inside and between tables, wherever they came from.

    Args:
        numbered: Per table name its rows, each with the number that a problem names it by.

    Example:
        >>> row = {"id": "geo:NL", "list": "geo", "code": "NL", "label_nl": "Nederland", "label_en": ""}
        >>> [str(problem) for problem in check_tables({"codes": [(7, row)]})]
        ["codes.csv, row 7, column label_en: found '', expected a value. Fill the cell."]
    """
    tables = {name: [row for _, row in rows] for name, rows in numbered.items()}
    values = known_values(tables)
    problems: list[Problem] = []
    for name, rows in numbered.items():
        problems += islice(_check_rows(BY_NAME[name], rows, values), PROBLEMS_LIMIT)
    problems += islice(_check_meaning(tables, numbered), PROBLEMS_LIMIT)
    return problems


def _read(folder: Path, table: Table, problems: list[Problem]) -> Rows | None:
    """Reads a table as text, or adds the reason why that is impossible to the problems."""
    path = folder / table.file
    if not path.is_file():
        remedy = "Put the file back, or copy it from another edition."
        problems.append(Problem(table.file, 0, "", "no file", "a table of the edition", remedy))
        return None
    content = path.read_bytes()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        found = content[error.start : error.end].hex()
        problems.append(Problem(table.file, row, "", found, "UTF-8 text", "Save the file as CSV UTF-8."))
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    expected = [column.name for column in table.columns]
    try:
        lines = list(reader)
    except csv.Error as error:
        remedy = "Look for a quote that is not closed."
        problems.append(Problem(table.file, reader.line_num, "", str(error), "rows of comma-separated values", remedy))
        return None
    header = lines[0] if lines else []
    if header != expected:
        missing, unknown = set(expected) - set(header), set(header) - set(expected)
        remedy = f"Missing: {', '.join(sorted(missing)) or 'none'}; unknown: {', '.join(sorted(unknown)) or 'none'}."
        problems.append(Problem(table.file, 1, "", ",".join(header), ",".join(expected), remedy))
        return None
    rows: Rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(expected):
            remedy = "Quote a value that holds a comma."
            problems.append(Problem(table.file, number, "", f"{len(cells)} cells", f"{len(expected)} cells", remedy))
            return None
        rows.append(dict(zip(expected, cells, strict=True)))
    return rows


def known_values(tables: dict[str, Rows]) -> dict[str, set[str]]:
    """Returns per place (`table.column`, or `codes:list`) the values that others may refer to."""
    places = {place for table in TABLES for column in table.columns for place in column.refers_to}
    known = {place: {row[place.split(".")[1]] for row in tables.get(place.split(".")[0], [])} for place in places}
    for row in tables.get("codes", []):
        known.setdefault(f"codes:{row['list']}", set()).add(row["code"])
    return known


def _check_rows(table: Table, rows: Numbered, known: dict[str, set[str]]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    indicators, observations = known["indicators.id"], known["observations.id"]
    for number, row in rows:
        key = row[table.key]
        if key in seen:
            yield Problem(table.file, number, table.key, key, "an id of its own", f"Row {seen[key]} has the same id.")
        seen.setdefault(key, number)
        for column in table.columns:
            for found, expected, remedy in check_cell(column, row[column.name], known):
                yield Problem(table.file, number, column.name, found, expected, remedy)
            if column.text:
                for found, expected, remedy in check_placeholders(row[column.name], row, indicators, observations):
                    yield Problem(table.file, number, column.name, found, expected, remedy)


def _check_meaning(tables: dict[str, Rows], numbered: Mapping[str, Numbered]) -> Iterator[Problem]:
    """Checks what no single cell can tell: ranges by unit, ids that agree, periods in order."""
    units = {row["id"]: row["unit"] for row in tables.get("indicators", [])}
    observed = {row["indicator_id"] for row in tables.get("observations", [])}
    for number, row in numbered.get("observations", []):
        yield from _check_observation(row, number, units)
    for number, row in numbered.get("indicators", []):
        if "observations" in tables and row["id"] not in observed:
            yield Problem(
                "indicators.csv", number, "id", row["id"], "at least one observation", "Add it, or drop the indicator."
            )
    for number, row in numbered.get("agendas", []):
        start, end = row["period_start"], row["period_end"]
        if INTEGER.fullmatch(start) and INTEGER.fullmatch(end) and int(start) > int(end):
            yield Problem("agendas.csv", number, "period_end", end, f"{start} or later", "Swap or correct the years.")
    pairs: Iterable[tuple[str, str, str]] = (
        ("agenda_items", "agenda_id", "{agenda_id}."),
        ("observations", "indicator_id", "{indicator_id}-{geo}-"),
        ("recommendations", "number", "R{number}"),
        ("notes", "footnote", "N{footnote:0>2}"),
        ("codes", "list", "{list}:{code}"),
    )
    for name, _, form in pairs:
        for number, row in numbered.get(name, []):
            start = form.format(**row)
            if not row["id"].startswith(start):
                yield Problem(
                    f"{name}.csv", number, "id", row["id"], f"an id that starts with {start}", "Correct one of the two."
                )


def _check_observation(row: dict[str, str], number: int, units: dict[str, str]) -> Iterator[Problem]:
    unit = units.get(row["indicator_id"], "")
    if not row["value"] and not row["text_nl"]:
        yield Problem(
            "observations.csv", number, "value", "", "a value, or words in text_nl and text_en", "Fill one of them."
        )
    if bool(row["text_nl"]) != bool(row["text_en"]):
        yield Problem(
            "observations.csv", number, "text_en", row["text_en"], "words in both languages or in none", "Fill both."
        )
    if row["value"] and unit in _RANGES and NUMBER.fullmatch(row["value"]):
        low, high = _RANGES[unit]
        if not low <= float(row["value"]) <= high:
            yield Problem(
                "observations.csv",
                number,
                "value",
                row["value"],
                f"{low:g} to {high:g} ({unit})",
                "Correct value or unit.",
            )
