"""What differs between two editions, and what follows for claims and recommendations."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import networkx as nx

from na_report.base.digits import as_shown, in_digits, in_order
from na_report.editions.cells import NUMBER
from na_report.editions.edition import Edition
from na_report.editions.schema import TABLES
from na_report.reasoning import chain
from na_report.reasoning.checking import check

# Columns that say something about a row without changing what it states.
_REMARKS = ("update_", "series", "confidence", "extracted")


@dataclass(frozen=True)
class CellChange:
    """A cell whose value differs: the id of its row, and both values as text."""

    key: str
    column: str
    old: str
    new: str


@dataclass(frozen=True)
class TableChange:
    """What differs in one table; ids in the order of the edition that has them."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[CellChange, ...] = ()


@dataclass(frozen=True)
class ValueChange:
    """The latest value of an indicator in a place, before and after."""

    indicator: str
    old_key: str
    new_key: str
    old: float | None  # nothing where the source has words
    new: float | None
    unit: str
    comparable: bool  # whether both belong to one series, so that the difference is change
    factor: str = ""  # as that of a cell, where the unit is the same


@dataclass(frozen=True)
class Changes:
    """All that differs between two editions: tables, latest values and verdicts, and the recommendations that lean on it."""

    old: str
    new: str
    tables: dict[str, TableChange]
    values: list[ValueChange]
    claims: list[dict[str, str]]  # those whose verdict differs: the claim, and its old and new one
    recommendations: list[str]

    @property
    def rows(self) -> set[str]:
        """The ids of all rows that are new, gone or different."""
        return _rows(self.tables)

    @property
    def slips(self) -> list[str]:
        """The observations that may have another decimal point than was meant, each in a sentence."""
        cells = self.tables.get("observations", TableChange()).changed
        found = {one.new_key: (_text(one.new), one.factor, f"{_text(one.old)} ({one.old_key})") for one in self.values}
        found |= {one.key: (one.new, _factor(one.old, one.new), one.old) for one in cells if one.column == "value"}
        said = "{}: the value {} is exactly {} the one before, {}; check it against the unit"
        return [said.format(key, *about) for key, about in found.items() if about[1]]


def _rows(tables: Mapping[str, TableChange], but: tuple[str, ...] = ()) -> set[str]:
    """Returns the rows that are new, gone or different in other columns than some."""
    found: set[str] = set()
    for table in tables.values():
        cells = (cell.key for cell in table.changed if not cell.column.startswith(but))
        found.update(table.added, table.removed, cells)
    return found


def compare(old: Edition, new: Edition) -> Changes:
    """Compares two editions."""
    names = dict.fromkeys(table.name for table in (*TABLES, *old.schema, *new.schema))
    tables = {name: _compare_rows(_texts(old, name), _texts(new, name)) for name in names}
    tables = {name: change for name, change in tables.items() if change != TableChange()}
    before = {result.claim.id: result.state for result in check(old)}
    states = ((found.claim.id, before.get(found.claim.id), found.state) for found in check(new))
    claims = [{"claim": key, "old": was, "new": now} for key, was, now in states if was and was != now]
    touched = _rows(tables, _REMARKS) | {claim["claim"] for claim in claims}
    leaning = {
        key
        for edition in (old, new)
        for key in edition["recommendations"]["id"]
        if touched & {key, *nx.descendants(chain.graph(edition), key)}
    }
    return Changes(old.name, new.name, tables, [*_compare_values(old, new)], claims, in_order(leaning))


def _texts(edition: Edition, name: str) -> dict[str, dict[str, str]]:
    """Returns the rows of a table by key, each value as text; none of a table that this edition does not know yet."""
    rows = edition.records(name) if name in edition.tables else []
    return {next(iter(row.values())): {column: _text(value) for column, value in row.items()} for row in rows}


def _text(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else in_digits(as_shown(value))
    return str(value)


def _compare_rows(old: Mapping[str, dict[str, str]], new: Mapping[str, dict[str, str]]) -> TableChange:
    added, removed = (tuple(key for key in one if key not in other) for one, other in ((new, old), (old, new)))
    changed = [
        CellChange(key, column, row.get(column, ""), new[key].get(column, ""))
        for key, row in old.items()
        if key in new and row != new[key]
        for column in row | new[key]
    ]
    return TableChange(added, removed, tuple(cell for cell in changed if cell.old != cell.new))


def _compare_values(old: Edition, new: Edition) -> Iterator[ValueChange]:
    """Yields per indicator and place the latest observation of both editions where they differ."""
    latest = _latest(new)
    for place, before in _latest(old).items():
        after = latest.get(place, before)
        was, now = _text(before["value"]), _text(after["value"])
        if (before["id"], was, before["text_nl"]) != (after["id"], now, after["text_nl"]):
            unit, old_unit = (edition.row("indicators", place[0])["unit"] for edition in (new, old))
            same_series = before["id"] == after["id"] or before["series"] == after["series"] != ""
            value, new_value = (float(text) if text else None for text in (was, now))
            factor, comparable = (_factor(was, now), same_series) if unit == old_unit else ("", False)
            yield ValueChange(place[0], before["id"], after["id"], value, new_value, unit, comparable, factor)


def _factor(old: str, new: str) -> str:
    if not (NUMBER.fullmatch(old) and NUMBER.fullmatch(new) and Fraction(old)):
        return ""
    round_ones = (10, 100, 1_000, 1_000_000)
    said = {one: f"{one:,} times" for one in round_ones} | {Fraction(1, one): f"1/{one:,} of" for one in round_ones}
    return said.get(Fraction(new) / Fraction(old), "")


def _latest(edition: Edition) -> dict[tuple[str, str], dict[str, Any]]:
    rows = sorted(edition.records("observations"), key=lambda row: str(row["period"]))
    return {(row["indicator_id"], row["geo"]): row for row in rows}
