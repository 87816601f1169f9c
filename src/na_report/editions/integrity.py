"""Finds everything that is wrong in an edition: bytes, types, codes, ranges and references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from na_report.base.errors import InvalidInputError, Problem
from na_report.base.paths import ANSWERS, DESCRIPTOR
from na_report.editions.cells import INTEGER, NUMBER, Known, check_cell, check_placeholders
from na_report.editions.declared_tables import TABLES
from na_report.editions.descriptor import changed_answers, read_seal, schema_in
from na_report.editions.schema import Schema, Table
from na_report.editions.table_files import PROBLEMS_LIMIT, Row, Rows, read_table

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
# Of a row: the column, what was found, what was expected, what to do.
_Fault = tuple[str, str, str, str]


def find_problems(folder: Path, *, sealed: bool = True) -> list[Problem]:
    """Returns all problems of the edition in a folder; an empty list when it is sound.

    If sealed, the bytes must match the hashes in the descriptor and the tables its schema; else the tables that of this program.
    """
    said, problems = read_seal(folder) if sealed else ({}, [])
    schema = schema_in(folder, said)
    problems += changed_answers(folder, said) if sealed else []
    tables: dict[str, Rows] = {}
    for table in schema:
        try:
            tables[table.name] = read_table(folder, table)
        except InvalidInputError as error:
            problems += error.problems
    expected = {DESCRIPTOR, ANSWERS, *(table.file for table in schema)}
    for extra in sorted(path.name for path in folder.iterdir() if path.name not in expected):
        if not extra.startswith("."):  # what file managers leave; no copy, site or archive takes it along
            what = "only tables of the schema and their seal"
            problems.append(Problem(extra, 0, "", extra, what, "Move it out of the edition."))
    problems += check_tables({name: [*enumerate(rows, start=2)] for name, rows in tables.items()}, schema)
    return sorted(set(problems))


def check_tables(numbered: Mapping[str, Numbered], schema: Schema = TABLES) -> list[Problem]:
    """Returns the problems inside and between tables, wherever they came from: rows with the number that a problem names."""
    tables = {name: [row for _, row in rows] for name, rows in numbered.items()}
    values = _known_values(tables, schema)
    problems: list[Problem] = []
    for table in schema:
        rows = numbered.get(table.name, [])
        problems += islice(_check_rows(table, rows, values), PROBLEMS_LIMIT)
        problems += islice(_check_circles(table, rows), PROBLEMS_LIMIT)
    return problems + list(islice(_check_meaning(tables, numbered), PROBLEMS_LIMIT))


def _known_values(tables: Mapping[str, Rows], schema: Schema) -> dict[str, set[str]]:
    """Returns per place (`table.column`, or `codes:list`) the values that others may refer to, of the tables that there are."""
    columns = [column for table in schema for column in table.columns]
    places = [place.split(".") for column in columns for place in column.refers_to]
    known = {f"{table}.{column}": {row[column] for row in tables[table]} for table, column in places if table in tables}
    if "codes" in tables:
        known |= {f"codes:{column.codes}": set() for column in columns if column.codes}
        for row in tables["codes"]:
            known.setdefault(f"codes:{row['list']}", set()).add(row["code"])
    return known


def _check_rows(table: Table, rows: Numbered, known: Known) -> Iterator[Problem]:
    yield from _check_unique(table, rows)
    for number, row in rows:
        for column in table.columns:
            faults = list(check_cell(column, row[column.name], known))
            faults += check_placeholders(row[column.name], row, known) if column.text else []
            yield from (Problem(table.file, number, column.name, *fault) for fault in faults)


def _check_unique(table: Table, rows: Numbered) -> Iterator[Problem]:
    for column in table.columns:
        article, seen = "an" if column.name == "id" else "a", dict[str, int]()
        for number, row in rows if column.unique else ():
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
        sound = [(number, row[table.key], row[column.name].split(";")) for number, row in rows]
        sound = [found for found in sound if form.fullmatch(found[1])]
        for number, key, target in _leading_back(sound):
            expected = f"ids that don't lead back to {key}"
            remedy = f"{target} rests on {key}, so {key} can't rest on {target}: take one of the two out."
            yield Problem(table.file, number, column.name, target, expected, remedy)


def _leading_back(rows: Sequence[tuple[int, str, list[str]]]) -> Iterator[tuple[int, str, str]]:
    import networkx as nx  # which the commands that only read an edition need not wait for

    net = nx.DiGraph((key, target) for _, key, targets in rows for target in targets)
    circle = {key: members for members in nx.strongly_connected_components(net) for key in members}
    for number, key, targets in rows:
        yield from ((number, key, target) for target in targets if target in circle[key])


def _check_meaning(tables: Mapping[str, Rows], numbered: Mapping[str, Numbered]) -> Iterator[Problem]:
    """Checks what no single cell can tell: ranges by unit, ids that agree, periods in order."""
    units = {row["id"]: row["unit"] for row in tables.get("indicators", [])}
    # Of a table that can't be read nothing is known.
    observed = {row["indicator_id"] for row in tables["observations"]} if "observations" in tables else units.keys()
    for name, rows in numbered.items():
        for number, row in rows:
            faults: list[_Fault] = []
            if name == "observations":
                faults += _check_observation(row, units.get(row["indicator_id"], ""))
            elif name == "indicators" and row["id"] not in observed:
                faults.append(("id", row["id"], "at least one observation", "Add it, or drop the indicator."))
            elif name == "agendas":
                start, end = row["period_start"], row["period_end"]
                if INTEGER.fullmatch(start) and INTEGER.fullmatch(end) and int(start) > int(end):
                    faults.append(("period_end", end, f"{start} or later", "Swap or correct the years."))
            elif name == "statuses":
                faults += _check_status(row)
            if name in _IDS and row["id"] != (whole := _IDS[name].format(**row)):
                faults.append(("id", row["id"], f"the id {whole}", "Correct one of the two."))
            yield from (Problem(f"{name}.csv", number, *fault) for fault in faults)


def _check_observation(row: Row, unit: str) -> Iterator[_Fault]:
    if not row["id"].startswith(start := f"{row['indicator_id']}-{row['geo']}-"):
        yield "id", row["id"], f"an id that starts with {start}", "Correct one of the two."
    if not row["value"] and not row["text_nl"]:
        yield "value", "", "a value, or words in text_nl and text_en", "Fill one of them."
    if bool(row["text_nl"]) != bool(row["text_en"]):
        yield "text_en", row["text_en"], "words in both languages or in none", "Fill both."
    if unit in _RANGES and NUMBER.fullmatch(row["value"]):
        low, high = _RANGES[unit]
        if not low <= float(row["value"]) <= high:
            yield "value", row["value"], f"{low:g} to {high:g} ({unit})", "Correct value or unit."


def _check_status(row: Row) -> Iterator[_Fault]:
    """Yields where a status says more than its trace: without a source all that can be said is that nobody knows."""
    if row["status"] != "unknown" and not row["source_id"]:
        yield "source_id", "", "a source, or the status unknown", "Name the source that shows it."
    for one, other in (("source_id", "confidence"), ("confidence", "source_id"), ("successor_nl", "successor_en")):
        if row[one] and not row[other]:
            yield other, "", f"a value, as {one} has one", "Fill both or neither."
