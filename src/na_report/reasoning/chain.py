"""What rests on what: recommendation -> conclusion -> finding, agenda item or observation -> source."""

from collections.abc import Collection
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import NamedTuple

import networkx as nx

from na_report.base.digits import in_order
from na_report.base.errors import NaReportError
from na_report.editions.asked import derived
from na_report.editions.edition import Edition

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

# Makes a function of an edition work once for as long as that is used: the preview opens another one after each save.
remembered = lru_cache(maxsize=4)


def graph(edition: Edition) -> nx.DiGraph:
    """Returns the chain as a graph: an edge goes from a row to what it rests on, each node has the attribute `table`."""
    if "graph" in edition.kept:
        return edition.kept["graph"]
    net = edition.kept["graph"] = nx.DiGraph()
    for table in _TABLES:
        net.add_nodes_from(edition[table]["id"], table=table)
    for table, columns in _RESTS.items():
        for row in edition[table].to_dict("records"):
            for column in columns:
                net.add_edges_from((row["id"], target) for target in row[column].split(";") if target)
    net.add_edges_from(zip(edition["observations"]["indicator_id"], edition["observations"]["id"], strict=True))
    return net


def _with(edition: Edition, key: str) -> nx.DiGraph:
    """Returns the chain when a row is in it; otherwise tells which id may be meant."""
    net = graph(edition)
    if key in net:
        return net
    ids = {node.upper(): node for node in net}
    near = [ids[found] for found in get_close_matches(key.strip().upper(), ids, n=3)]
    hint = f"Did you mean {' or '.join(near)}?" if near else "Ids look like R1, C14, FM12, A08.3 or IND007."
    what = f"Edition {edition.name} has no row {key!r} in the tables that rest on each other: {', '.join(_TABLES)}."
    raise NaReportError(what, hint=hint)


def _of(edition: Edition, table: str, keys: Collection[str]) -> list[str]:
    """Returns which ids are of a table, in its order."""
    return [item for item in edition[table]["id"] if item in keys]


@derived
def below(edition: Edition, key: str, table: str) -> list[str]:
    """Returns the rows of a table that a row of the chain rests on directly, in the order of the table."""
    return _of(edition, table, _with(edition, key).succ[key])


@derived
def reached(edition: Edition, key: str, table: str) -> list[str]:
    """Returns the rows of a table that a row of the chain rests on, directly or further down, in the order of the table."""
    return _of(edition, table, nx.descendants(_with(edition, key), key))


@derived
def above(edition: Edition, key: str, table: str) -> list[str]:
    """Returns the rows of a table that rest on a row directly, in the order of the table."""
    return _of(edition, table, users(edition, key))


@derived
def users(edition: Edition, key: str) -> list[str]:
    """Returns the ids of all rows that rest on a row directly, in the order of their numbers."""
    net = graph(edition)
    return in_order(net.pred[key]) if key in net else []


class Step(NamedTuple):
    """One line of a chain: a row, how deep it is, and whether it stands higher up with all that hangs on it."""

    key: str
    table: str
    depth: int
    seen: bool


def walk(edition: Edition, key: str, *, up: bool = False) -> list[Step]:
    """Returns a row and all that it rests on, or with `up` all that rests on it, each row spelled out once."""
    net = _with(edition, key)
    order = {node: place for place, node in enumerate(net)}
    net = net.reverse(copy=False) if up else net
    steps: list[Step] = []
    depths = {key: -1}
    for one, node, kind in nx.dfs_labeled_edges(net, key, sort_neighbors=partial(sorted, key=order.__getitem__)):
        if kind != "reverse":
            depth = depths[one] + 1
            seen = kind == "nontree"
            depths |= {} if seen else {node: depth}
            steps.append(Step(node, net.nodes[node]["table"], depth, seen and bool(net.succ[node])))
    return steps
