"""What a fact of a claim can measure: edition and arguments in, figure out; a `MissingRowError` where it can't be tested."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from na_report.base.errors import MissingRowError
from na_report.editions.declared_tables import BY_NAME
from na_report.editions.edition import Edition
from na_report.editions.schema import Column

# Per column what its cells must hold: a value, some values, `not`, `at_least` or conditions on the table it refers to.
Where: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = list[dict[str, Any]]


class Measured(NamedTuple):
    """A figure, with the id of the observation that it is or the ids of the rows that were counted."""

    value: float
    observation: str = ""
    rows: tuple[str, ...] = ()


def value(edition: Edition, indicator: str, *, period_of: str = "", geo: str = "") -> Measured:
    """Returns the number of an observation, or of the latest one of an indicator; of the same year where it is compared."""
    if period_of or geo:
        other = edition.observation(period_of or indicator)
        indicator = f"{indicator}-{geo or other['geo']}-{other['period']}"
    row = edition.observation(indicator)
    if math.isnan(row["value"]):
        raise _not_testable(f"The observation {row['id']} has no number.")
    return Measured(float(row["value"]), row["id"])


def count(
    edition: Edition,
    table: str,
    *,
    where: Where | None = None,
    among: Where | None = None,
    ids: Sequence[str] = (),
    distinct: str = "",
    status: Sequence[str] = (),
) -> Measured:
    """Counts rows of a table, or the different values of a column in them; `chapters/claims.yml` tells what each word does."""
    key, where = BY_NAME[table].key, where or {}
    rows = edition.records(table) if among is None else _some(select(edition, table, among), table)
    rows = select(edition, table, where, rows)
    if ids:
        wanted = [edition.row(table, name)[key] for name in ids]
        rows = [row for row in rows if row[key] in wanted]
    if status:
        known = _some(edition.records("statuses"), "statuses")
        wanted = [row["id"] for row in known if row["status"] in status]
        rows = [row for row in rows if row[key] in wanted]
    found = tuple(row[key] for row in rows)
    if not distinct:
        return Measured(len(found), rows=found)
    column = _column(edition, table, distinct)
    values = {value for row in rows for value in row[distinct].split(";") if value}
    if distinct in where:
        values = set(filter(_condition(edition, column, where[distinct]), values))
    return Measured(len(values), rows=found)


def largest(edition: Edition, table: str, by: str, *, where: Where | None = None) -> Measured:
    """Returns the number of rows of the value of a column that most rows have."""
    column = _column(edition, table, by)
    counts = Counter(row[column.name] for row in select(edition, table, where or {}))
    return Measured(max(counts.values(), default=0))


def goals_in_each(edition: Edition, agendas: Where) -> Measured:
    """Counts the goal categories that occur in each of some agendas."""
    return Measured(len(set.intersection(*_goals(edition, agendas)[0].values())))


def agendas_with_all_goals(edition: Edition, agendas: Where) -> Measured:
    """Counts which of some agendas have items in each goal category."""
    found, goals = _goals(edition, agendas)
    full = tuple(key for key, mine in found.items() if mine == goals)
    return Measured(len(full), rows=full)


MEASURES: dict[str, Callable[..., Measured]] = {
    measure.__name__: measure for measure in (value, count, largest, goals_in_each, agendas_with_all_goals)
}


def _goals(edition: Edition, agendas: Where) -> tuple[dict[str, set[str]], set[str]]:
    """Returns per agenda the goal categories in which it has an item, by first category, of at least one; and all of them."""
    codes = {row["code"] for row in select(edition, "categories", {"kind": "goal"})}
    goals: dict[str, set[str]] = {row["id"]: set() for row in _some(select(edition, "agendas", agendas), "agendas")}
    for item in edition.records("agenda_items"):
        goals.get(item["agenda_id"], set()).update(codes & {item["category"]})
    return goals, codes


def _not_testable(what: str) -> MissingRowError:
    return MissingRowError(what, hint="The claim can't be tested.")


def _some(rows: Rows, table: str) -> Rows:
    """Returns rows that a claim is about: of no rows at all it could be said that all or none are so."""
    if not rows:
        raise _not_testable(f"The edition has no {table} that this is about.")
    return rows


def select(edition: Edition, table: str, where: Where, rows: Rows | None = None) -> Rows:
    """Returns the rows of a table, or of some of its rows, that fit all conditions; refuses one on a row that is nowhere."""
    rows = edition.records(table) if rows is None else rows
    for name, wanted in where.items():
        fits = _condition(edition, _column(edition, table, name), wanted)
        rows = [row for row in rows if fits(row[name])]
    return rows


def _column(edition: Edition, table: str, name: str) -> Column:
    """Returns a column; refuses one that came after the edition: it is there, but empty of what nobody looked at."""
    if not edition.has(table, name):
        raise _not_testable(f"The edition has no {name} in the table {table}.")
    return BY_NAME[table].column(name)


def _condition(edition: Edition, column: Column, wanted: Any) -> Callable[[str], bool]:
    """Returns what tells of a cell whether it has, or its list holds, what is wanted."""
    conditions = wanted if isinstance(wanted, Mapping) else {}
    if "at_least" in conditions:
        return lambda cell: len(cell.split(";")) >= int(conditions["at_least"])
    if "not" in conditions:
        other = _condition(edition, column, conditions["not"])
        return lambda cell: not other(cell)
    places = [place.split(".") for place in column.refers_to]
    if isinstance(wanted, Mapping):
        [(table, target)] = places
        values = {row[target] for row in select(edition, table, wanted)}
    else:
        values = {wanted} if isinstance(wanted, str) else set(wanted)
        known = {row[target] for table, target in places for row in edition.records(table)}
        for key in sorted(values - known) if places else ():  # that no row has it would say nothing
            raise _not_testable(f"The edition has no {key!r}, which {column.name} refers to.")
    return lambda cell: not values.isdisjoint(cell.split(";") if column.many else [cell])
