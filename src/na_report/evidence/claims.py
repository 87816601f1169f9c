"""Conclusions and countable sentences as checks on the data: holds, contradicted or not testable."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from na_report.errors import InvalidInputError, MissingRowError, Problem, how_many
from na_report.evidence import chain
from na_report.evidence.edition import Edition
from na_report.evidence.memory import remembered
from na_report.evidence.reads import Reads, derived

HOLDS, CONTRADICTED, NOT_TESTABLE = "holds", "contradicted", "not_testable"
GOALS = ("learner_skills", "teacher_staff_skills", "digital_applications", "digital_infrastructure")
SECTORS = ("po_vo", "mbo", "ho", "ve")


@dataclass(frozen=True)
class Fact:
    """A figure that decides.

    Args:
        what_nl: What it is, in Dutch.
        what_en: The same in English.
        value: The figure.
        key: The observation that it comes from; empty for a count.
        yes_no: Whether 1 means yes and 0 no.
    """

    what_nl: str
    what_en: str
    value: float
    key: str = ""
    yes_no: bool = False


@dataclass(frozen=True)
class Verdict:
    """What the data says of a claim."""

    state: str
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A statement with its check.

    Args:
        id: The conclusion's id, or one that starts with `S` for a sentence of a chapter.
        page: The page that makes the statement.
        says_nl: The statement, for a conclusion the part of it that is tested; or why nothing is.
        says_en: The same in English.
        check: Edition in, verdict out.
        uses_coding: Whether the verdict depends on how agenda items are coded.
    """

    id: str
    page: str
    says_nl: str
    says_en: str
    check: Callable[[Edition], Verdict] = field(repr=False)
    uses_coding: bool = False

    @property
    def conclusion(self) -> str:
        """The id of the conclusion, or nothing for a sentence."""
        return self.id if self.id.startswith("C") else ""


@dataclass(frozen=True)
class Result:
    """A claim with its verdict and the recommendations that lean on it.

    Args:
        claim: The claim.
        verdict: What the data says.
        recommendations: Those that rest on the conclusion, directly or further up.
        sharing: Other recommendations that rest on some of the same evidence.
    """

    claim: Claim
    verdict: Verdict
    recommendations: tuple[str, ...] = ()
    sharing: tuple[str, ...] = ()


def all_claims() -> list[Claim]:
    """Returns the claims, conclusions first."""
    from na_report.evidence.claim_list import CLAIMS  # it imports this module for the words of a claim

    return list(CLAIMS)


def check_pages(pages: Collection[str]) -> None:
    """Sees that each claim names a page of the book.

    Args:
        pages: The names of the pages.

    Raises:
        InvalidInputError: Carries each claim that names none.

    Example:
        >>> check_pages({claim.page for claim in all_claims()})
    """
    problems = [
        Problem(
            *(
                f"evidence/claim_list.py, claim {claim.id}, page",
                0,
                "",
                claim.page,
                f"one of {', '.join(sorted(pages))}",
            ),
            "Name the page that makes the statement, as _toc.yml does.",
        )
        for claim in all_claims()
        if claim.page not in pages
    ]
    if problems:
        raise InvalidInputError(
            f"{how_many(problems)} with the pages of claims:",
            problems,
            hint="A contradicted claim is told on its page: without one no reader hears of it.",
        )


@derived
def result(edition: Edition, key: str) -> Result:
    """Returns one claim with its verdict.

    Raises:
        MissingRowError: There is no such claim, or the edition does not have its conclusion.
    """
    results = {found.claim.id: found for found in check(edition)}
    if key not in results:
        raise MissingRowError(
            f"Edition {edition.name} has no claim {key!r}.",
            hint=f"Choose one of: {', '.join(results)}; or add it to evidence/claim_list.py.",
        )
    return results[key]


@derived
def contradicted_on(edition: Edition, page: str) -> list[Result]:
    """Returns the contradicted claims of a page, or of all pages for `index`."""
    return [
        found for found in check(edition) if found.verdict.state == CONTRADICTED and page in ("index", found.claim.page)
    ]


@derived
@remembered
def check(edition: Edition) -> list[Result]:
    """Evaluates all claims on an edition but those of conclusions that it lacks; the list is shared, so don't change it.

    Example:
        >>> from na_report.evidence.edition import open_edition
        >>> results = check(open_edition("2021"))
        >>> len([result for result in results if result.claim.conclusion])
        16
    """
    net = chain.graph(edition)
    advice, conclusions = list(edition["recommendations"]["id"]), set(edition["conclusions"]["id"])
    results = []
    for claim in all_claims():
        leaning, sharing = [], []
        if claim.conclusion and claim.conclusion not in conclusions:
            continue
        if claim.conclusion:
            evidence = set(net.successors(claim.conclusion))
            for key in advice:
                below = set(net.successors(key))
                if claim.conclusion in below:
                    leaning.append(key)
                elif below & evidence:
                    sharing.append(key)
        results.append(Result(claim, evaluate(claim, edition), tuple(leaning), tuple(sharing)))
    return results


def evaluate(claim: Claim, edition: Edition) -> Verdict:
    """Returns the verdict on a claim; not testable when the edition lacks what it is about."""
    try:
        return claim.check(edition)
    except MissingRowError:
        return Verdict(NOT_TESTABLE)


def verdict_if(condition: bool, *facts: Fact) -> Verdict:
    """Returns holds or contradicted, with the figures that decide."""
    return Verdict(HOLDS if condition else CONTRADICTED, facts)


@derived
def weakened(edition: Edition) -> dict[str, list[str]]:
    """Returns per recommendation the contradicted conclusions that it leans on; only recommendations that have any."""
    found: dict[str, list[str]] = {}
    for result in check(edition):
        if result.verdict.state == CONTRADICTED:
            for key in result.recommendations:
                found.setdefault(key, []).append(result.claim.id)
    return found


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
    flips, count = [], 0
    for item, category, variant in _variants(edition):
        count += 1
        for claim in claims:
            state = evaluate(claim, variant).state
            if state != base[claim.id]:
                flips.append(Flip(claim.id, item, category, state))
    return flips, count


def _variants(edition: Edition) -> Iterator[tuple[str, str, Edition]]:
    items = edition["agenda_items"]
    yield "", "", _coded(edition, dict.fromkeys(items[items["coding_basis"] != "explicit"]["id"], ""))
    categories = edition["categories"]
    codes = list(categories[categories["kind"].isin(["goal", "principle", "way_of_working", "outside"])]["code"])
    for key, now in items[items["coding_basis"] == "inferred"][["id", "category"]].itertuples(index=False):
        for code in codes:
            if code != now:
                yield str(key), code, _coded(edition, {key: code})


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
