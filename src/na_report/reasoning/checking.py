"""Conclusions and countable sentences as checks on the data, of three kinds that are never added up."""

from dataclasses import dataclass, replace

from na_report.base.errors import MissingRowError
from na_report.editions.asked import Reads, derived
from na_report.editions.edition import Edition
from na_report.reasoning import chain
from na_report.reasoning.claim import COUNT, FAILS, KINDS, Result, evaluate
from na_report.reasoning.claims_file import read_claims as all_claims


@derived
def results_of(edition: Edition, conclusion: str) -> list[Result]:
    """Returns what a reader is told of a conclusion: its test on newer facts first, then that on the report's own."""
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
    failed = [found for found in check(edition) if found.state in FAILS and found.claim.kind != COUNT]
    return [found for found in failed if page in ("", found.claim.page)]


@derived
@chain.remembered
def check(edition: Edition) -> list[Result]:
    """Evaluates all claims on an edition but those of conclusions that it lacks; the list is shared, so don't change it."""
    conclusions = {"", *edition["conclusions"]["id"]}
    return [
        replace(
            evaluate(claim, edition),
            recommendations=tuple(chain.above(edition, claim.conclusion, "recommendations")),
        )
        for claim in all_claims()
        if claim.conclusion in conclusions
    ]


@dataclass(frozen=True)
class Flip:
    """A claim whose verdict becomes `state` when an item moves to a category, or (no item) inferred codings are left out."""

    claim: str
    item: str
    category: str
    state: str


@derived
@chain.remembered
def robustness(edition: Edition) -> tuple[list[Flip], int]:
    """Tells which claims depend on codings that are our own inference, and how many variants were computed for that.

    The inferred codings are all left out, and each is moved to each other category, one at a time.
    """
    items, categories = edition.records("agenda_items"), edition.records("categories")
    codes = [row["code"] for row in categories if row["kind"] in ("goal", "principle", "way_of_working", "outside")]
    inferred = [item for item in items if item["coding_basis"] == "inferred"]
    left_out = {item["id"]: {**item, "category": ""} for item in items if item["coding_basis"] != "explicit"}
    moved = [{**item, "category": code} for item in inferred for code in codes if code != item["category"]]
    variants = [("", "", left_out), *((item["id"], item["category"], {item["id"]: item}) for item in moved)]
    base = [(claim, evaluate(claim, edition).state) for claim in all_claims() if claim.uses_coding]
    flips = []
    for item, category, rows in variants:
        # Only the rows by key have these: claims read nothing else.
        coded = {**edition.kept, "agenda_items": {**edition.kept["agenda_items"], **rows}}
        variant = replace(edition, kept=coded, reads=Reads(inside=True))
        states = ((claim.id, state, evaluate(claim, variant).state) for claim, state in base)
        flips += [Flip(key, item, category, now) for key, state, now in states if now != state]
    return flips, len(variants)
