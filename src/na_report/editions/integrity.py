"""Finds everything that is wrong in an edition: bytes, types, codes, ranges and references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from na_report.base.errors import InvalidInputError, Problem
from na_report.base.paths import ANSWERS, DESCRIPTOR
from na_report.editions.approval import faults_of_answers
from na_report.editions.cells import INTEGER, NUMBER, Known, check_cell, check_placeholders
from na_report.editions.descriptor import read_seal, schema_in
from na_report.editions.reading import PROBLEMS_LIMIT, Row, Rows, read_table
from na_report.editions.schema import Schema, Table
from na_report.editions.tables import TABLES

_RANGES = {
    "percent": (0.0, 100.0),
    "score_1_5": (1.0, 5.0),
    "rank": (1.0, 1000.0),
    "share_words": (0.0, 100.0),
    "direction": (-1.0, 1.0),
}
# What the id of a row is when the other columns are what they are; of an observation it is only the start.
_IDS = {
    "agenda_items": "{agenda_id}.{item_no}",
    "recommendations": "R{number}",
    "notes": "N{footnote:0>2}",
    "codes": "{list}:{code}",
}

Numbered = Sequence[tuple[int, Row]]


def find_problems(folder: Path, *, sealed: bool = True) -> list[Problem]:
    """Returns all problems of the edition in a folder; an empty list when it is sound.

    Args:
        folder: The folder of the edition.
        sealed: Whether the bytes must match the hashes in the descriptor, and the tables its schema; else the tables must
            match that of this program.
    """
    said, problems = read_seal(folder) if sealed else ({}, [])
    schema = schema_in(folder, said)
    tables: dict[str, Rows] = {}
    for table in schema:
        try:
            tables[table.name] = read_table(folder, table)
        except InvalidInputError as error:
            problems += error.problems
    problems += faults_of_answers(folder, said) if sealed else []
    expected = {DESCRIPTOR, ANSWERS, *(table.file for table in schema)}
    for extra in sorted(path.name for path in folder.iterdir() if path.name not in expected):
        if not extra.startswith("."):  # what file managers leave; no copy, site or archive takes it along
            what = "only tables of the schema and their seal"
            problems.append(Problem(extra, 0, "", extra, what, "Move it out of the edition."))
    problems += check_tables({name: [*enumerate(rows, start=2)] for name, rows in tables.items()}, schema)
    return sorted(set(problems))


def check_tables(numbered: Mapping[str, Numbered], schema: Schema = TABLES) -> list[Problem]:
    """Returns the problems inside and between tables, wherever they came from.

    Args:
        numbered: Per table name its rows, each with the number that a problem names it by.
        schema: What the tables may hold.

    Example:
        >>> row = {"id": "geo:NL", "list": "geo", "code": "NL", "label_nl": "Nederland", "label_en": ""}
        >>> [str(problem) for problem in check_tables({"codes": [(7, row)]})]
        ["codes.csv, row 7, column label_en: found '', expected a value. Fill the cell."]
    """
    tables = {name: [row for _, row in rows] for name, rows in numbered.items()}
    values = known_values(tables, schema)
    problems: list[Problem] = []
    for table in schema:
        rows = numbered.get(table.name, [])
        problems += islice(_check_rows(table, rows, values), PROBLEMS_LIMIT)
        problems += islice(_check_circles(table, rows), PROBLEMS_LIMIT)
    problems += islice(_check_meaning(tables, numbered), PROBLEMS_LIMIT)
    return problems


def known_values(tables: Mapping[str, Rows], schema: Schema = TABLES) -> dict[str, set[str]]:
    """Returns per place (`table.column`, or `codes:list`) the values that others may refer to.

    Args:
        tables: The rows of each table that could be read; the places of others are left out.
        schema: What the tables may hold.
    """
    columns = [column for table in schema for column in table.columns]
    places = {place for column in columns for place in column.refers_to if place.split(".")[0] in tables}
    known = {place: {row[place.split(".")[1]] for row in tables[place.split(".")[0]]} for place in places}
    if "codes" in tables:
        known |= {f"codes:{column.codes}": set() for column in columns if column.codes}
        for row in tables["codes"]:
            known.setdefault(f"codes:{row['list']}", set()).add(row["code"])
    return known


def _check_rows(table: Table, rows: Numbered, known: Known) -> Iterator[Problem]:
    yield from _check_unique(table, rows)
    for number, row in rows:
        for column in table.columns:
            for found, expected, remedy in check_cell(column, row[column.name], known):
                yield Problem(table.file, number, column.name, found, expected, remedy)
            if column.text:
                for found, expected, remedy in check_placeholders(row[column.name], row, known):
                    yield Problem(table.file, number, column.name, found, expected, remedy)


def _check_unique(table: Table, rows: Numbered) -> Iterator[Problem]:
    for column in table.columns:
        if not column.unique:
            continue
        article, seen = "an" if column.name == "id" else "a", dict[str, int]()
        for number, row in rows:
            cell = row[column.name]
            # 01 and 1 are one number.
            value = str(int(cell)) if column.type == "integer" and INTEGER.fullmatch(cell) else cell
            if value in seen and (value or column.required):
                remedy = f"Row {seen[value]} has the same {column.name}."
                yield Problem(table.file, number, column.name, cell, f"{article} {column.name} of its own", remedy)
            seen.setdefault(value, number)


def _check_circles(table: Table, rows: Numbered) -> Iterator[Problem]:
    """Yields the ids in a table that lead, from row to row, back to the row that they stand in."""
    form = re.compile(table.column(table.key).pattern, re.ASCII)  # a file may have any number of rows without an id
    for column in table.columns:
        if f"{table.name}.{table.key}" not in column.refers_to:
            continue
        onward = {row[table.key]: row[column.name].split(";") for _, row in rows if form.fullmatch(row[table.key])}
        reached = {key: _reached(key, onward) for key in onward}
        for number, row in rows:
            key = row[table.key]
            for target in row[column.name].split(";") if key in onward else ():
                if key == target or key in reached.get(target, ()):
                    expected = f"ids that don't lead back to {key}"
                    remedy = f"{target} rests on {key}, so {key} can't rest on {target}: take one of the two out."
                    yield Problem(table.file, number, column.name, target, expected, remedy)


def _reached(start: str, onward: Mapping[str, Sequence[str]]) -> set[str]:
    """Returns all that a row leads to, directly or further on."""
    found: set[str] = set()
    left = [start]
    while left:
        for target in onward.get(left.pop(), ()):
            if target not in found:
                found.add(target)
                left.append(target)
    return found


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
    for number, row in numbered.get("statuses", []):
        yield from _check_status(row, number)
    for name, form in _IDS.items():
        for number, row in numbered.get(name, []):
            if row["id"] != (whole := form.format(**row)):
                yield Problem(f"{name}.csv", number, "id", row["id"], f"the id {whole}", "Correct one of the two.")


def _check_observation(row: dict[str, str], number: int, units: dict[str, str]) -> Iterator[Problem]:
    unit = units.get(row["indicator_id"], "")
    if not row["id"].startswith(start := f"{row['indicator_id']}-{row['geo']}-"):
        expected = f"an id that starts with {start}"
        yield Problem("observations.csv", number, "id", row["id"], expected, "Correct one of the two.")
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


def _check_status(row: dict[str, str], number: int) -> Iterator[Problem]:
    """Yields where a status says more than its trace: without a source all that can be said is that nobody knows."""
    if row["status"] != "unknown" and not row["source_id"]:
        expected = "a source, or the status unknown"
        yield Problem("statuses.csv", number, "source_id", "", expected, "Name the source that shows it.")
    for one, other in (("source_id", "confidence"), ("confidence", "source_id"), ("successor_nl", "successor_en")):
        if row[one] and not row[other]:
            yield Problem("statuses.csv", number, other, "", f"a value, as {one} has one", "Fill both or neither.")
