"""What rests on what: recommendation -> conclusion -> finding, agenda item or observation -> source."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar
from weakref import WeakKeyDictionary

import networkx as nx

from na_report.base.digits import in_order
from na_report.base.errors import NaReportError
from na_report.editions.asked import derived
from na_report.editions.declared_tables import TABLES
from na_report.editions.edition import Edition

T = TypeVar("T")

# Per table the columns whose ids a row rests on.
_RESTS = {
    "starting_points": ("recommendation_ids",),
    "recommendations": ("rests_on",),
    "conclusions": ("rests_on",),
    "findings": ("source_ids", "indicator_ids"),
    "agenda_items": ("agenda_id",),
    "agendas": ("source_id",),
    "contradictions": ("refs",),
    "observations": ("source_id",),
    "notes": ("source_id",),
}
_TABLES = (*_RESTS, "indicators", "sources")


def remembered(function: Callable[[Edition], T]) -> Callable[[Edition], T]:
    """Makes a function of an edition work once for as long as that edition is used.

    A `functools.cache` would hold on to every edition that it ever saw: the preview opens one after each save.
    """
    known: WeakKeyDictionary[Edition, T] = WeakKeyDictionary()

    @functools.wraps(function)
    def ask(edition: Edition) -> T:
        if edition not in known:
            known[edition] = function(edition)
        return known[edition]

    return ask


@remembered
def graph(edition: Edition) -> nx.DiGraph:
    """Returns the chain as a graph: an edge goes from a row to what it rests on, each node has the attribute `table`."""
    net = nx.DiGraph()
    for table in _TABLES:
        net.add_nodes_from(edition[table]["id"], table=table)
    for table, columns in _RESTS.items():
        for row in edition[table].to_dict("records"):
            for column in columns:
                net.add_edges_from((row["id"], target) for target in row[column].split(";") if target)
    net.add_edges_from(zip(edition["observations"]["indicator_id"], edition["observations"]["id"], strict=True))
    return net


def _with(edition: Edition, key: str) -> nx.DiGraph:
    """Returns the chain when a row is in it; otherwise tells where the row is, or which id may be meant."""
    net = graph(edition)
    if key in net:
        return net
    for table in TABLES:
        if table.name not in _TABLES and key in set(edition[table.name][table.key]):
            raise NaReportError(
                f"{key} is a row of {table.name}, a table that is no part of the chain of what rests on what.",
                hint=f"Choose the id of a row of: {', '.join(_TABLES)}.",
            )
    ids = {node.upper(): node for node in net}
    near = [ids[found] for found in get_close_matches(key.strip().upper(), ids, n=3)]
    hint = f"Did you mean {' or '.join(near)}?" if near else "Ids look like R1, C14, FM12, A08.3 or IND007."
    raise NaReportError(f"No row of edition {edition.name} has the id {key!r}.", hint=hint)


def _of(edition: Edition, table: str, keys: Collection[str]) -> list[str]:
    """Returns which ids are of a table, in its order."""
    return [item for item in edition[table]["id"] if item in keys]


@derived
def below(edition: Edition, key: str, table: str) -> list[str]:
    """Returns the rows of a table that a row of the chain rests on directly, in the order of the table."""
    return _of(edition, table, set(_with(edition, key).successors(key)))


@derived
def reached(edition: Edition, key: str, table: str) -> list[str]:
    """Returns the rows of a table that a row of the chain rests on, directly or further down, in the order of the table."""
    return _of(edition, table, nx.descendants(_with(edition, key), key))


@derived
def users(edition: Edition, key: str) -> list[str]:
    """Returns the ids of all rows that rest on a row directly, in the order of their numbers."""
    net = graph(edition)
    return in_order(net.predecessors(key)) if key in net else []


@derived
def above(edition: Edition, key: str, table: str) -> list[str]:
    """Returns the rows of a table that rest on a row directly, in the order of the table."""
    net = graph(edition)
    return _of(edition, table, set(net.predecessors(key)) if key in net else ())


@dataclass(frozen=True)
class Step:
    """One line of a chain: a row, how deep it is, and whether it stands higher up with all that hangs on it."""

    key: str
    table: str
    depth: int
    seen: bool


def walk(edition: Edition, key: str, *, up: bool = False) -> Iterator[Step]:
    """Yields a row and all that it rests on, or with `up` all that rests on it, each row spelled out once."""
    net = _with(edition, key)
    order = {node: place for place, node in enumerate(net)}
    spelled: set[str] = set()

    def visit(node: str, depth: int) -> Iterator[Step]:
        onward = sorted(net.predecessors(node) if up else net.successors(node), key=order.__getitem__)
        yield Step(node, net.nodes[node]["table"], depth, seen=node in spelled and bool(onward))
        if node not in spelled:
            spelled.add(node)
            for following in onward:
                yield from visit(following, depth + 1)

    return visit(key, 0)
