"""What a claim is: a statement with its check, its figures and its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from na_report.editions.edition import Edition
from na_report.reasoning.measures import MEASURES, Measured

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
