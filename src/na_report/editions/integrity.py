"""Finds everything that is wrong in an edition: bytes, types, codes, ranges and references."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, permutations
from pathlib import Path

from na_report.base.errors import InvalidInputError, Problem, how_many
from na_report.base.paths import ANSWERS, DESCRIPTOR, Project
from na_report.base.settings import read_settings
from na_report.editions.cells import INTEGER, NUMBER, Known, check_cell, check_placeholders
from na_report.editions.descriptor import read_seal, schema_in
from na_report.editions.folders import edition_folder
from na_report.editions.schema import PROBLEMS_LIMIT, TABLES, Row, Schema, Table, read_table

Numbered = Sequence[tuple[int, Row]]
_RULES = read_settings(Path(__file__).with_name("rules.yml"))


def verify_edition(name: str, project: Project | None = None) -> None:
    """Checks everything about an edition; raises an `InvalidInputError` that carries all problems."""
    hint = "Mend them in data/ and run na-report edition verify again."
    refuse_unsound(edition_folder(name, project), f"Edition {name} has {{}}:", hint)


def refuse_unsound(folder: Path, what: str, hint: str) -> None:
    """Raises an `InvalidInputError` with all problems of the edition in a folder; {} in `what` is where it says how many."""
    if problems := find_problems(folder):
        raise InvalidInputError(what.format(how_many(problems)), problems, hint=hint)


def find_problems(folder: Path) -> list[Problem]:
    """Returns all problems of the edition in a folder; an empty list when it is sound.

    If sealed, the bytes must match the hashes in the descriptor and the tables its schema; else the tables that of this program.
    """
    said, problems = read_seal(folder)
    schema = schema_in(folder, said)
    numbered: dict[str, Numbered] = {}
    for table in schema:
        try:
            numbered[table.name] = [*enumerate(read_table(folder, table), start=2)]
        except InvalidInputError as error:
            problems += error.problems
    expected = {DESCRIPTOR, ANSWERS, *(table.file for table in schema)}
    for extra in sorted(path.name for path in folder.glob("[!.]*") if path.name not in expected):
        # File managers leave names with a dot; no copy, site or archive takes them along.
        what = "only tables of the schema and their seal"
        problems.append(Problem(extra, 0, "", extra, what, "Move it out of the edition."))
    return sorted({*problems, *check_tables(numbered, schema)})


def check_tables(numbered: Mapping[str, Numbered], schema: Schema = TABLES) -> list[Problem]:
    """Returns the problems inside and between tables, wherever they came from: rows with the number that a problem names."""
    known = _known_values(numbered, schema)
    units = {row["id"]: row["unit"] for _, row in numbered.get("indicators", ())}
    problems: list[Problem] = []
    for table in schema:
        rows = numbered.get(table.name, [])
        for check in (_unique(table, rows), _circles(table, rows), _faults(table, rows, known, units)):
            found = (Problem(table.file, number, *fault) for number, *fault in check)
            problems += islice(found, PROBLEMS_LIMIT)
    return problems


def _known_values(numbered: Mapping[str, Numbered], schema: Schema) -> dict[str, set[str]]:
    """Returns the values per place (`table.column`, or `codes:list`) of the tables that there are."""
    there = [(table, column) for table in schema if table.name in numbered for column in table.columns]
    known = {f"{table.name}.{part.name}": {row[part.name] for _, row in numbered[table.name]} for table, part in there}
    if "codes" in numbered:
        known |= {f"codes:{column.codes}": set() for _, column in there if column.codes}
        for _, row in numbered["codes"]:
            known.setdefault(f"codes:{row['list']}", set()).add(row["code"])
    return known


# Of a fault: the number of its row, the column, what was found, what was expected, what to do.
_Faults = Iterator[tuple[int, str, str, str, str]]


def _unique(table: Table, rows: Numbered) -> _Faults:
    for column in table.columns:
        article, seen = "an" if column.name == "id" else "a", dict[str, int]()
        for number, row in rows if column.unique else ():
            cell = row[column.name]
            # 01 and 1 are one number.
            value = str(int(cell)) if column.type == "integer" and INTEGER.fullmatch(cell) else cell
            if value in seen and (value or column.required):
                remedy = f"Row {seen[value]} has the same {column.name}."
                yield number, column.name, cell, f"{article} {column.name} of its own", remedy
            seen.setdefault(value, number)


def _circles(table: Table, rows: Numbered) -> _Faults:
    """Yields the ids in a table that lead, from row to row, back to the row that they stand in."""
    import networkx as nx  # which the commands that only read an edition need not wait for

    for column in table.columns:
        if f"{table.name}.{table.key}" in column.refers_to:
            told = ((number, row[table.key], target) for number, row in rows for target in row[column.name].split(";"))
            edges = {(key, target): number for number, key, target in told if key and target}
            circle = {key: keys for keys in nx.strongly_connected_components(nx.DiGraph(edges.keys())) for key in keys}
            for (key, target), number in edges.items():
                if target in circle[key]:
                    remedy = f"{target} rests on {key}, so {key} can't rest on {target}: take one of the two out."
                    yield number, column.name, target, f"ids that don't lead back to {key}", remedy


def _faults(table: Table, rows: Numbered, known: Known, units: Mapping[str, str]) -> _Faults:
    observed = known.get("observations.indicator_id")  # of a table that can't be read nothing is known
    for number, row in rows:
        for column in table.columns:
            shown = check_placeholders(row[column.name], row, known) if column.text else ()
            for fault in chain(check_cell(column, row[column.name], known), shown):
                yield number, column.name, *fault
        if table.name == "indicators" and observed is not None and row["id"] not in observed:
            yield number, "id", row["id"], "at least one observation", "Add it, or drop the indicator."
        yield from ((number, *fault) for fault in _together(table.name, row, units))


def _together(name: str, row: Row, units: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Yields what no single cell can tell: ids that agree, cells that go together, ranges by unit, years in order."""
    whole, start, _ = _RULES["ids"].get(name, "…").format(**row).partition("…")
    if not row["id"].startswith(whole) or (not start and row["id"] != whole):
        what = f"an id that starts with {whole}" if start else f"the id {whole}"
        yield "id", row["id"], what, "Correct one of the two."
    for pair in _RULES["together"].get(name, ()):
        for empty, full in permutations(pair):
            if row[full] and not row[empty]:
                yield empty, "", f"a value, as {full} has one", "Fill both or neither."
    if name == "observations":
        if not row["value"] and not row["text_nl"]:
            yield "value", "", "a value, or words in text_nl and text_en", "Fill one of them."
        low, high = _RULES["ranges"].get(unit := units.get(row["indicator_id"], ""), (-math.inf, math.inf))
        if NUMBER.fullmatch(row["value"]) and not low <= float(row["value"]) <= high:
            yield "value", row["value"], f"{low:g} to {high:g} ({unit})", "Correct value or unit."
    if name == "agendas":
        start, end = row["period_start"], row["period_end"]
        if INTEGER.fullmatch(start) and INTEGER.fullmatch(end) and int(start) > int(end):
            yield "period_end", end, f"{start} or later", "Swap or correct the years."
    if name == "statuses" and row["status"] != "unknown" and not row["source_id"]:
        yield "source_id", "", "a source, or the status unknown", "Name the source that shows it."
