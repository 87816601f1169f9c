"""What a claim is: a statement with its check, its figures and its verdict."""

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
    """A figure that decides: what it is per language, its value, and the id of the observation (of a count none)."""

    says: Mapping[str, str]
    value: float
    key: str = ""
    yes_no: bool = False


@dataclass(frozen=True)
class Verdict:
    """What the data says of a claim, with the figures that decide and the ids of the rows that contradict it.

    `why` tells why nothing can be tested; it is empty for a judgement.
    """

    state: str
    facts: tuple[Fact, ...] = ()
    against: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Figure:
    """A fact as a claim declares it; without a wording it goes by the name of its indicator."""

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
        says = self.says
        if not says:
            row = edition.row("indicators", edition.observation(measured.observation)["indicator_id"])
            says = {column.removeprefix("label_"): row[column] for column in row if column.startswith("label_")}
        return Fact(says, measured.value, measured.observation, self.yes_no)


@dataclass(frozen=True)
class Claim:
    """A statement with its check; the first lines of `chapters/claims.yml` tell what each part means.

    The id is the conclusion's, with `.later` behind it for its test on newer facts; or `S` and a number for a sentence.
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
