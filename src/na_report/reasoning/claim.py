"""What a claim is: a statement with its check, and what its facts can measure: an edition and arguments in, a figure out."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from na_report.base.errors import MissingRowError
from na_report.editions.edition import Edition
from na_report.editions.schema import BY_NAME, Column

# Tested on facts of after the report, on the report's own facts, or counted in our tables: that tells only that text and
# tables agree, so no reader is told of it.
KINDS = NEWER, REPORT, COUNT = "newer", "report", "count"
HOLDS, OUTDATED, CONTRADICTED, NOT_TESTABLE = "holds", "outdated", "contradicted", "not_testable"
FAILS = (OUTDATED, CONTRADICTED)
JUDGEMENT = "judgement"  # in place of a comparison: the data can not decide
# Per column what its cells must hold: a value, some values, `not`, `at_least` or conditions on the table it refers to.
Where: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = list[dict[str, Any]]


@dataclass(frozen=True)
class Fact:
    """A figure that decides: the observation that it is or the rows that were counted, and what it is per language."""

    value: float
    observation: str = ""
    rows: tuple[str, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict)
    yes_no: bool = False


@dataclass(frozen=True)
class Claim:
    """A statement with its check; the first lines of `chapters/claims.yml` tell what each part means.

    The id is the conclusion's, with `.later` behind it for its test on newer facts; or `S` and a number for a sentence.
    """

    id: str
    page: str
    kind: str
    says: Mapping[str, str]
    holds: str  # when it was read, nothing but numbers, names of facts and signs was let through
    # Per name a measure with its arguments, and how it is told.
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    uses_coding: bool = False
    against: str = ""
    unknown: str = ""
    means: Mapping[str, str] = field(default_factory=dict)

    @property
    def conclusion(self) -> str:
        """The id of the conclusion, or nothing for a sentence."""
        return self.id.partition(".")[0] if self.id.startswith("C") else ""


@dataclass(frozen=True)
class Result:
    """What the data says of a claim, with the figures that decide and the ids of the rows that contradict it.

    `why` tells why nothing can be tested; it is empty for a judgement. The recommendations lean on the claim.
    """

    claim: Claim
    state: str
    facts: tuple[Fact, ...] = ()
    against: tuple[str, ...] = ()
    why: str = ""
    recommendations: tuple[str, ...] = ()


def evaluate(claim: Claim, edition: Edition) -> Result:
    """Returns the result, without recommendations; not testable for a judgement or where the edition lacks what it is about."""
    if claim.holds == JUDGEMENT:
        return Result(claim, NOT_TESTABLE)
    try:
        measured = {name: _measure(edition, declared) for name, declared in claim.facts.items()}
    except MissingRowError as missing:
        return Result(claim, NOT_TESTABLE, why=str(missing))
    shown = tuple(measured[name] for name, declared in claim.facts.items() if declared.get("shown") != "no")
    if not eval(claim.holds, {"__builtins__": {}}, {name: one.value for name, one in measured.items()}):  # noqa: S307
        against = measured[claim.against].rows if claim.against else ()
        return Result(claim, OUTDATED if claim.kind == NEWER else CONTRADICTED, shown, against)
    if claim.unknown and measured[claim.unknown].value:
        why = f"It holds of all that is known, and {claim.unknown} is more than none."
        return Result(claim, NOT_TESTABLE, shown, why=why)
    return Result(claim, HOLDS, shown)


def _measure(edition: Edition, declared: Mapping[str, Any]) -> Fact:
    """Returns a fact as a claim declares it; without a wording it goes by the name of its indicator."""
    [measure] = declared.keys() & MEASURES.keys()
    given, says = declared[measure], declared.get("says", {})
    found = MEASURES[measure](edition, **({"indicator": given} if isinstance(given, str) else given))
    if found.observation and not says:
        row = edition.row("indicators", edition.observation(found.observation)["indicator_id"])
        says = {name.removeprefix("label_"): text for name, text in row.items() if name.startswith("label_")}
    return replace(found, says=says, yes_no=declared.get("yes_no") == "yes")


def value(edition: Edition, indicator: str, geo: str = "") -> Fact:
    """Returns the number of an observation, or of the latest one of an indicator, or of another place in that same year."""
    row = edition.observation(indicator)
    if geo:
        row = edition.observation(f"{row['indicator_id']}-{geo}-{row['period']}")
    if math.isnan(row["value"]):
        raise MissingRowError(f"The observation {row['id']} has no number.")
    return Fact(float(row["value"]), row["id"])


def count(
    edition: Edition,
    table: str,
    where: Where | None = None,
    among: Where | None = None,
    distinct: str = "",
    status: Sequence[str] = (),
) -> Fact:
    """Counts rows of a table, or the different values of a column in them; `chapters/claims.yml` tells what each word does."""
    rows = edition.records(table) if among is None else _some(select(edition, table, among), table)
    rows = select(edition, table, where or {}, rows)
    key = BY_NAME[table].key
    if status:
        known = _some(edition.records("statuses"), "statuses")
        wanted = {row["id"] for row in known if row["status"] in status}
        rows = [row for row in rows if row[key] in wanted]
    found = tuple(row[key] for row in rows)
    if not distinct:
        return Fact(len(found), rows=found)
    values = {value for row in rows for value in row[_column(edition, table, distinct).name].split(";") if value}
    if where and distinct in where:
        values = set(filter(_condition(edition, table, distinct, where[distinct]), values))
    return Fact(len(values), rows=found)


def goals_in_each(edition: Edition, agendas: Where) -> Fact:
    """Counts the goal categories that occur in each of some agendas."""
    return Fact(len(set.intersection(*_goals(edition, agendas)[0].values())))


def agendas_with_all_goals(edition: Edition, agendas: Where) -> Fact:
    """Counts which of some agendas have items in each goal category."""
    found, goals = _goals(edition, agendas)
    full = tuple(key for key, mine in found.items() if mine == goals)
    return Fact(len(full), rows=full)


MEASURES: dict[str, Callable[..., Fact]] = {
    measure.__name__: measure for measure in (value, count, goals_in_each, agendas_with_all_goals)
}


def _goals(edition: Edition, agendas: Where) -> tuple[dict[str, set[str]], set[str]]:
    """Returns per agenda the goal categories in which it has an item, by first category, of at least one; and all of them."""
    codes = {row["code"] for row in select(edition, "categories", {"kind": "goal"})}
    goals: dict[str, set[str]] = {row["id"]: set() for row in _some(select(edition, "agendas", agendas), "agendas")}
    for item in edition.records("agenda_items"):
        goals.get(item["agenda_id"], set()).update(codes & {item["category"]})
    return goals, codes


def _some(rows: Rows, table: str) -> Rows:
    """Returns rows that a claim is about: of no rows at all it could be said that all or none are so."""
    if not rows:
        raise MissingRowError(f"The edition has no {table} that this is about.")
    return rows


def select(edition: Edition, table: str, where: Where, rows: Rows | None = None) -> Rows:
    """Returns the rows of a table, or of some of its rows, that fit all conditions; refuses one on a row that is nowhere."""
    rows = edition.records(table) if rows is None else rows
    for name, wanted in where.items():
        fits = _condition(edition, table, name, wanted)
        rows = [row for row in rows if fits(row[name])]
    return rows


def _column(edition: Edition, table: str, name: str) -> Column:
    """Returns a column; refuses one that came after the edition: it is there, but empty of what nobody looked at."""
    found = [column for one in edition.schema if one.name == table for column in one.columns if column.name == name]
    if not found:
        raise MissingRowError(f"The edition has no {name} in the table {table}.")
    return found[0]


def _condition(edition: Edition, table: str, name: str, wanted: Any) -> Callable[[str], bool]:
    """Returns what tells of a cell of a column whether it has, or its list holds, what is wanted."""
    column, conditions = _column(edition, table, name), wanted if isinstance(wanted, Mapping) else {}
    if "at_least" in conditions:
        return lambda cell: len(cell.split(";")) >= int(conditions["at_least"])
    if "not" in conditions:
        other = _condition(edition, table, name, conditions["not"])
        return lambda cell: not other(cell)
    # A key refers to its own table.
    own = (f"{table}.{name}",) if name == BY_NAME[table].key else ()
    places = [place.split(".") for place in column.refers_to or own]
    if isinstance(wanted, Mapping):
        values = {row[target] for other_table, target in places for row in select(edition, other_table, conditions)}
    else:
        values = {wanted} if isinstance(wanted, str) else set(wanted)
        known = {row[target] for other_table, target in places for row in edition.records(other_table)}
        if places and (nowhere := sorted(values - known)):  # that no row has it would say nothing
            raise MissingRowError(f"The edition has no {', '.join(nowhere)} for {name} in the table {table}.")
    return lambda cell: not values.isdisjoint(cell.split(";") if column.many else [cell])
