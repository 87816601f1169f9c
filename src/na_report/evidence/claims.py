"""Conclusions and countable sentences as checks on the data, of three kinds that are never added up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from na_report.errors import MissingRowError
from na_report.evidence import chain, formula
from na_report.evidence.edition import Edition
from na_report.evidence.measures import MEASURES, Measured
from na_report.evidence.memory import remembered
from na_report.evidence.reads import Reads, derived

# Tested on facts of after the report, on the report's own facts, or counted in our tables: that tells only that text and
# tables agree, so no reader is told of it.
KINDS = NEWER, REPORT, COUNT = "newer", "report", "count"
HOLDS, OUTDATED, CONTRADICTED, NOT_TESTABLE = "holds", "outdated", "contradicted", "not_testable"
FAILS = (OUTDATED, CONTRADICTED)
JUDGEMENT = "judgement"  # in place of a comparison: the data can not decide


@dataclass(frozen=True)
class Fact:
    """A figure that decides.

    Args:
        says: What it is, per language.
        value: The figure.
        key: The observation that it comes from; empty for a count.
        yes_no: Whether 1 means yes and 0 no.
    """

    says: Mapping[str, str]
    value: float
    key: str = ""
    yes_no: bool = False


@dataclass(frozen=True)
class Verdict:
    """What the data says of a claim.

    Args:
        state: Holds; outdated, where newer facts say otherwise; contradicted, where its own do; or not testable.
        facts: The figures that decide.
        against: The ids of the rows that contradict the claim, where single rows do.
        why: Why nothing can be tested; empty for a judgement.
    """

    state: str
    facts: tuple[Fact, ...] = ()
    against: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Figure:
    """A fact as a claim declares it.

    Args:
        measure: The name of what measures it.
        arguments: What the measure is given.
        says: What it is, per language; the name of the indicator when empty.
        shown: Whether a reader sees it.
        yes_no: Whether 1 means yes and 0 no.
    """

    measure: str
    arguments: Mapping[str, Any]
    says: Mapping[str, str] = field(default_factory=dict)
    shown: bool = True
    yes_no: bool = False

    def measured(self, edition: Edition) -> Measured:
        """Returns the figure in an edition."""
        return MEASURES[self.measure](edition, **self.arguments)

    def fact(self, edition: Edition, measured: Measured) -> Fact:
        """Returns the figure with what it is."""
        says = self.says or _label(edition, measured.observation)
        return Fact(says, measured.value, measured.observation, self.yes_no)


def _label(edition: Edition, key: str) -> dict[str, str]:
    """Returns the name of the indicator of an observation, per language."""
    row = edition.row("indicators", edition.observation(key)["indicator_id"])
    return {column.removeprefix("label_"): row[column] for column in row if column.startswith("label_")}


@dataclass(frozen=True)
class Claim:
    """A statement with its check.

    Args:
        id: The conclusion's id, with `.later` behind it for its test on newer facts; `S` and a number for a sentence of a page.
        page: The page that makes the statement.
        kind: What it is tested on, one of `KINDS`.
        says: Per language the statement, for a conclusion the part of it that is tested; or why nothing is.
        holds: When it holds, as a comparison of its facts; or `JUDGEMENT`.
        facts: The figures, by name.
        uses_coding: Whether the verdict depends on how agenda items are coded.
        against: The fact whose rows contradict the statement; empty when no single row does.
        unknown: The fact that counts what nobody knows: of none can't be said while there is any; empty when all is known.
        means: Per language what it means for the advice when it fails; empty when it means nothing.
    """

    id: str
    page: str
    kind: str
    says: Mapping[str, str]
    holds: str
    facts: Mapping[str, Figure]
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
    """A claim with its verdict and the recommendations that lean on it.

    Args:
        claim: The claim.
        verdict: Its verdict.
        recommendations: Those that rest on the conclusion, directly or further up.
        sharing: Other recommendations that rest on some of the same evidence.
    """

    claim: Claim
    verdict: Verdict
    recommendations: tuple[str, ...] = ()
    sharing: tuple[str, ...] = ()


def all_claims() -> list[Claim]:
    """Returns the claims of the project in the order of `chapters/claims.yml`."""
    from na_report.evidence.claim_file import read_claims  # it imports this module for what a claim is

    return read_claims()


@derived
def results_of(edition: Edition, conclusion: str) -> list[Result]:
    """Returns what a reader is told of a conclusion: its test on newer facts first, then that on the report's own.

    Raises:
        MissingRowError: No claim is about it, or the edition does not have it.
    """
    results = [found for found in check(edition) if found.claim.conclusion]
    known = dict.fromkeys(found.claim.conclusion for found in results)
    if conclusion not in known:
        raise MissingRowError(
            f"Edition {edition.name} has no claim {conclusion!r}.",
            hint=f"Choose one of: {', '.join(known)}; or add it to chapters/claims.yml.",
        )
    mine = [found for found in results if found.claim.conclusion == conclusion and found.claim.kind != COUNT]
    return sorted(mine, key=lambda found: KINDS.index(found.claim.kind))


@derived
def failing(edition: Edition, page: str = "") -> list[Result]:
    """Returns the claims that fail and that a reader is told of, of one page or of all."""
    return [
        found
        for found in check(edition)
        if found.verdict.state in FAILS and found.claim.kind != COUNT and page in ("", found.claim.page)
    ]


@derived
@remembered
def check(edition: Edition) -> list[Result]:
    """Evaluates all claims on an edition but those of conclusions that it lacks; the list is shared, so don't change it.

    Example:
        >>> from na_report.evidence.edition import open_edition
        >>> results = check(open_edition("2021"))
        >>> len({result.claim.conclusion for result in results if result.claim.conclusion})
        16
    """
    net = chain.graph(edition)
    conclusions = set(edition["conclusions"]["id"])
    below = {key: set(net.successors(key)) for key in edition["recommendations"]["id"]}
    results = []
    for claim in all_claims():
        if claim.conclusion and claim.conclusion not in conclusions:
            continue
        evidence = set(net.successors(claim.conclusion)) if claim.conclusion else set()
        leaning = tuple(key for key in below if claim.conclusion in below[key])
        sharing = tuple(key for key in below if key not in leaning and below[key] & evidence)
        results.append(Result(claim, evaluate(claim, edition), leaning, sharing))
    return results


def evaluate(claim: Claim, edition: Edition, known: Mapping[str, Measured] = MappingProxyType({})) -> Verdict:
    """Returns the verdict on a claim; not testable when it is a judgement or the edition lacks what it is about.

    Args:
        claim: The claim.
        edition: What it is tested on.
        known: Facts that are measured already.
    """
    if claim.holds == JUDGEMENT:
        return Verdict(NOT_TESTABLE)
    try:
        measured = {name: known.get(name) or figure.measured(edition) for name, figure in claim.facts.items()}
    except MissingRowError as missing:
        return Verdict(NOT_TESTABLE, why=str(missing))
    holds = formula.holds(claim.holds, {name: found.value for name, found in measured.items()})
    shown = tuple(figure.fact(edition, measured[name]) for name, figure in claim.facts.items() if figure.shown)
    against = tuple(measured[claim.against].rows) if claim.against and not holds else ()
    if holds and claim.unknown and measured[claim.unknown].value:
        return Verdict(
            NOT_TESTABLE, shown, why=f"It holds of all that is known, and {claim.unknown} is more than none."
        )
    fails = OUTDATED if claim.kind == NEWER else CONTRADICTED
    return Verdict(HOLDS if holds else fails, shown, against)


@dataclass(frozen=True)
class Flip:
    """A claim whose verdict changes when the coding of agenda items does.

    Args:
        claim: The id of the claim.
        item: The item that moved; empty when all inferred codings were left out.
        category: Where it moved to.
        state: The verdict then.
    """

    claim: str
    item: str
    category: str
    state: str


@derived
@remembered
def robustness(edition: Edition) -> tuple[list[Flip], int]:
    """Tells which claims depend on codings that are our own inference.

    The claims are computed again with all inferred codings left out, and with each inferred coding moved to each other
    category, one at a time.

    Returns:
        The flips, and the number of variants computed.
    """
    claims = [claim for claim in all_claims() if claim.uses_coding]
    base = {claim.id: evaluate(claim, edition).state for claim in claims}
    fixed = {claim.id: dict(_fixed(claim, edition)) for claim in claims}
    flips, count = [], 0
    for item, category, variant in _variants(edition):
        count += 1
        states = {claim.id: evaluate(claim, variant, fixed[claim.id]).state for claim in claims}
        flips += [Flip(key, item, category, state) for key, state in states.items() if state != base[key]]
    return flips, count


def _fixed(claim: Claim, edition: Edition) -> Iterator[tuple[str, Measured]]:
    """Yields the facts of a claim that no agenda item can change: those whose measure does not ask for any."""
    for name, figure in claim.facts.items():
        asked = replace(edition, reads=Reads())
        with suppress(MissingRowError):
            measured = figure.measured(asked)
            if not any("agenda_items" in question for question in asked.reads.answers):
                yield name, measured


def _variants(edition: Edition) -> Iterator[tuple[str, str, Edition]]:
    items = edition["agenda_items"]
    yield "", "", _coded(edition, dict.fromkeys(items[items["coding_basis"] != "explicit"]["id"], ""))
    categories = edition["categories"]
    codes = list(categories[categories["kind"].isin(["goal", "principle", "way_of_working", "outside"])]["code"])
    for key, now in items[items["coding_basis"] == "inferred"][["id", "category"]].itertuples(index=False):
        yield from ((str(key), code, _coded(edition, {key: code})) for code in codes if code != now)


def _coded(edition: Edition, categories: Mapping[str, str]) -> Edition:
    """Returns an edition in which some agenda items have another category, and what was read of it is not known."""
    items = edition.tables["agenda_items"].copy()
    moved = items["id"].map(categories)
    items["category"] = items["category"].where(moved.isna(), moved)
    # Hundreds of variants differ in a row or so: they share what is known of all other rows.
    recoded = {key: {**edition.row("agenda_items", key), "category": code} for key, code in categories.items()}
    rows = dict(edition._rows)
    if recoded:
        rows["agenda_items"] = {**rows["agenda_items"], **recoded}
    return replace(edition, tables={**edition.tables, "agenda_items": items}, _rows=rows, reads=Reads())
