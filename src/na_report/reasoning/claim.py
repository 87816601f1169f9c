"""What a claim is: a statement with its check, its figures and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from na_report.base.errors import MissingRowError
from na_report.editions.edition import Edition
from na_report.reasoning.measures import MEASURES, Fact

# Tested on facts of after the report, on the report's own facts, or counted in our tables: that tells only that text and
# tables agree, so no reader is told of it.
KINDS = NEWER, REPORT, COUNT = "newer", "report", "count"
HOLDS, OUTDATED, CONTRADICTED, NOT_TESTABLE = "holds", "outdated", "contradicted", "not_testable"
FAILS = (OUTDATED, CONTRADICTED)
JUDGEMENT = "judgement"  # in place of a comparison: the data can not decide


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
