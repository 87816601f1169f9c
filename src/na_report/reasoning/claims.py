"""Conclusions and countable sentences as checks on the data, of three kinds that are never added up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType

from na_report.base.errors import MissingRowError
from na_report.editions.edition import Edition
from na_report.editions.reads import Reads, derived
from na_report.reasoning import chain, formula
from na_report.reasoning.claim import (
    CONTRADICTED,
    COUNT,
    FAILS,
    HOLDS,
    JUDGEMENT,
    KINDS,
    NEWER,
    NOT_TESTABLE,
    OUTDATED,
    Claim,
    Verdict,
)
from na_report.reasoning.claim_file import read_claims
from na_report.reasoning.measures import Measured
from na_report.reasoning.memory import remembered


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
        >>> from na_report.editions.edition import open_edition
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
