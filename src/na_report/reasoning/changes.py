"""What differs between two editions, and what follows for claims and recommendations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from na_report.base.digits import as_shown, in_digits, in_order
from na_report.editions.cells import INTEGER
from na_report.editions.decimal_slips import factor_between
from na_report.editions.declared_tables import TABLES
from na_report.editions.edition import Edition
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

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


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
    factor: str = ""  # how often one fits in the other when that is a round number of times, which is mostly a slip


@dataclass(frozen=True)
class ClaimChange:
    """A claim whose verdict differs."""

    claim: str
    old: str
    new: str


@dataclass(frozen=True)
class Changes:
    """All that differs between two editions: tables, latest values and verdicts, and the recommendations that lean on it."""

    old: str
    new: str
    tables: dict[str, TableChange] = field(default_factory=dict)
    values: tuple[ValueChange, ...] = ()
    claims: tuple[ClaimChange, ...] = ()
    recommendations: tuple[str, ...] = ()

    @property
    def rows(self) -> set[str]:
        """The ids of all rows that are new, gone or different."""
        return _rows(self.tables)


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
    tables = {name: change for name in names if (change := _compare_table(old, new, name))}
    claims = _compare_claims(old, new)
    touched = _rows(tables, _REMARKS) | {claim.claim for claim in claims}
    leaning = (
        key
        for edition in (old, new)
        for key in edition["recommendations"]["id"]
        if key in touched or nx.descendants(chain.graph(edition), key) & touched
    )
    return Changes(old.name, new.name, tables, _compare_values(old, new), claims, tuple(in_order(set(leaning))))


def _compare_table(old: Edition, new: Edition, name: str) -> TableChange:
    if name in old.tables and name in new.tables and old[name].equals(new[name]):
        return TableChange()
    before, after = _texts(old, name), _texts(new, name)
    changed = tuple(
        CellChange(key, column, row.get(column, ""), after[key].get(column, ""))
        for key, row in before.items()
        if key in after
        for column in {**row, **after[key]}
        if row.get(column, "") != after[key].get(column, "")
    )
    added = tuple(key for key in after if key not in before)
    return TableChange(added, tuple(key for key in before if key not in after), changed)


def _texts(edition: Edition, name: str) -> dict[str, dict[str, str]]:
    """Returns the rows of a table by key, each value as text; none of a table that this edition does not know yet."""
    if name not in edition.tables:
        return {}
    table = next(table for table in (*edition.schema, *TABLES) if table.name == name)
    whole = {column.name for column in table.columns if column.type == "integer"}
    return {
        row[table.key]: {column: _text(value, whole=column in whole) for column, value in row.items()}
        for row in edition.records(name)
    }


def _text(value: object, *, whole: bool = False) -> str:
    """Returns a value as text; of a whole number without noughts in front, which change nothing."""
    if isinstance(value, float):
        return "" if math.isnan(value) else in_digits(as_shown(value))
    text = str(value)
    return str(int(text)) if whole and INTEGER.fullmatch(text) else text


def _compare_values(old: Edition, new: Edition) -> tuple[ValueChange, ...]:
    """Compares per indicator and place the latest observation of both editions."""
    latest, found = _latest(new), []
    for (indicator, place), before in _latest(old).items():
        after = latest.get((indicator, place))
        if after is None:
            continue
        texts = [_text(row["value"]) for row in (before, after)]
        same_row = before["id"] == after["id"]
        if same_row and texts[0] == texts[1] and before["text_nl"] == after["text_nl"]:
            continue
        units = [edition.row("indicators", indicator)["unit"] for edition in (old, new)]
        same_series, same_unit = same_row or before["series"] == after["series"] != "", units[0] == units[1]
        old_value, new_value = (float(text) if text else None for text in texts)
        comparable, factor = same_series and same_unit, factor_between(*texts) if same_unit else ""
        keys = (indicator, before["id"], after["id"])
        found.append(ValueChange(*keys, old_value, new_value, units[1], comparable, factor))
    return tuple(found)


def _latest(edition: Edition) -> dict[tuple[str, str], dict[str, Any]]:
    rows = sorted(edition.records("observations"), key=lambda row: str(row["period"]))
    return {(row["indicator_id"], row["geo"]): row for row in rows}


def _compare_claims(old: Edition, new: Edition) -> tuple[ClaimChange, ...]:
    before = {result.claim.id: result.verdict.state for result in check(old)}
    return tuple(
        ClaimChange(result.claim.id, before[result.claim.id], result.verdict.state)
        for result in check(new)
        if before.get(result.claim.id, result.verdict.state) != result.verdict.state
    )
