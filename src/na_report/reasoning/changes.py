"""What differs between two editions, and what follows for claims and recommendations."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
import pandas as pd

from na_report.base.numbers import as_shown, in_digits
from na_report.editions.cells import INTEGER
from na_report.editions.edition import Edition
from na_report.editions.slips import factor_between
from na_report.editions.tables import TABLES
from na_report.reasoning import chain
from na_report.reasoning.claims import check
from na_report.reasoning.ids import in_order

# Columns that say something about a row without changing what it states.
_REMARKS = ("update_", "series", "confidence", "extracted")


@dataclass(frozen=True)
class CellChange:
    """A cell whose value differs.

    Args:
        key: The id of the row.
        column: The column.
        old: The value in the old edition, as text.
        new: The value in the new edition, as text.
    """

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
    """The latest value of an indicator in a place, before and after.

    Args:
        indicator: The id of the indicator.
        old_key: The observation in the old edition.
        new_key: The observation in the new edition.
        old: Its value, or nothing where the source has words.
        new: The new value.
        unit: The unit of both.
        comparable: Whether both belong to one series, so that the difference is change.
        factor: How often one fits in the other when that is a round number of times, which is mostly a slip.
    """

    indicator: str
    old_key: str
    new_key: str
    old: float | None
    new: float | None
    unit: str
    comparable: bool
    factor: str = ""


@dataclass(frozen=True)
class ClaimChange:
    """A claim whose verdict differs."""

    claim: str
    old: str
    new: str


@dataclass(frozen=True)
class Changes:
    """All that differs between two editions.

    Args:
        old: The name of the old edition.
        new: The name of the new edition.
        tables: Per table what differs; only tables that differ.
        values: Indicators whose latest value differs.
        claims: Claims that changed their verdict.
        recommendations: Recommendations that lean on something that differs.
    """

    old: str
    new: str
    tables: dict[str, TableChange] = field(default_factory=dict)
    values: tuple[ValueChange, ...] = ()
    claims: tuple[ClaimChange, ...] = ()
    recommendations: tuple[str, ...] = ()

    @property
    def rows(self) -> list[str]:
        """The ids of all rows that are new, gone or different."""
        found: dict[str, None] = {}
        for table in self.tables.values():
            keys = [*table.added, *table.removed, *(cell.key for cell in table.changed)]
            found.update(dict.fromkeys(keys))
        return list(found)


def compare(old: Edition, new: Edition) -> Changes:
    """Compares two editions.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> edition = open_edition("2021")
        >>> compare(edition, edition).tables
        {}
    """
    names = dict.fromkeys([table.name for table in (*TABLES, *old.schema, *new.schema)])
    tables = {name: _compare_table(old, new, name) for name in names}
    tables = {name: change for name, change in tables.items() if change}
    changes = Changes(old.name, new.name, tables, _compare_values(old, new), _compare_claims(old, new))
    return Changes(old.name, new.name, tables, changes.values, changes.claims, _recommendations((old, new), changes))


def _texts(edition: Edition, name: str) -> dict[str, dict[str, str]]:
    if name not in edition.tables:  # of a later version of the program
        return {}
    rows = edition[name]
    [table, *_] = [table for table in (*edition.schema, *TABLES) if table.name == name]
    whole = {column.name for column in table.columns if column.type == "integer"}
    frame = pd.DataFrame({column: rows[column].map(_whole if column in whole else _text) for column in rows.columns})
    return dict(zip(rows[rows.columns[0]], frame.to_dict("records"), strict=True))


def _text(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else in_digits(as_shown(value))
    return str(value)


def _whole(value: str) -> str:
    """Returns a whole number without noughts in front, which change nothing."""
    return str(int(value)) if INTEGER.fullmatch(value) else value


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
    removed = tuple(key for key in before if key not in after)
    return TableChange(added, removed, changed)


def _compare_values(old: Edition, new: Edition) -> tuple[ValueChange, ...]:
    """Compares per indicator and place the latest observation of both editions."""
    latest_old, latest_new = _latest(old), _latest(new)
    units = dict(new["indicators"][["id", "unit"]].itertuples(index=False))
    found = []
    for place, before in latest_old.items():
        after = latest_new.get(place)
        if after is None:
            continue
        if before["id"] == after["id"] and _shown(before) == _shown(after):
            continue
        same_series = before["id"] == after["id"] or before["series"] == after["series"] != ""
        same_unit = units.get(place[0]) == _unit(old, place[0])
        found.append(
            ValueChange(
                place[0],
                before["id"],
                after["id"],
                _number(before),
                _number(after),
                units.get(place[0], ""),
                same_series and same_unit,
                factor_between(_text(before["value"]), _text(after["value"])) if same_unit else "",
            )
        )
    return tuple(found)


def _number(row: dict[str, Any]) -> float | None:
    return None if math.isnan(row["value"]) else float(row["value"])


def _shown(row: dict[str, Any]) -> tuple[str, str]:
    return (_text(row["value"]), str(row["text_nl"]))


def _unit(edition: Edition, key: str) -> str:
    return str(edition.row("indicators", key)["unit"])


def _latest(edition: Edition) -> dict[tuple[str, str], dict[str, Any]]:
    rows = edition["observations"].sort_values("period", kind="stable")
    return {(row["indicator_id"], row["geo"]): row for row in rows.to_dict("records")}


def _compare_claims(old: Edition, new: Edition) -> tuple[ClaimChange, ...]:
    before = {result.claim.id: result.verdict.state for result in check(old)}
    return tuple(
        ClaimChange(result.claim.id, before[result.claim.id], result.verdict.state)
        for result in check(new)
        if before.get(result.claim.id, result.verdict.state) != result.verdict.state
    )


def _recommendations(editions: Iterable[Edition], changes: Changes) -> tuple[str, ...]:
    """Returns the recommendations that reach a row that differs, or a conclusion whose claim differs."""
    touched = {claim.claim for claim in changes.claims}
    for table in changes.tables.values():
        cells = (cell.key for cell in table.changed if not cell.column.startswith(_REMARKS))
        touched |= {*table.added, *table.removed, *cells}
    found: dict[str, None] = {}
    for edition in editions:
        net = chain.graph(edition)
        for key in edition["recommendations"]["id"]:
            if key in touched or nx.descendants(net, key) & touched:
                found[key] = None
    return tuple(in_order(found))
