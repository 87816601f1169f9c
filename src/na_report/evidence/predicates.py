"""What the checks behind the claims share: small predicates, edition in, verdict out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sized
from typing import TypeVar

from na_report.errors import MissingRowError
from na_report.evidence.claims import NOT_TESTABLE, Fact, Verdict, verdict_if
from na_report.evidence.edition import Edition

Rows = TypeVar("Rows", bound=Sized)

# "Nearly all" and "largely" in the report: three quarters or more. Our choice.
NEARLY_ALL = 0.75
# A front-runner is among the first three of an index. Our choice.
FRONT_RUNNER_RANK = 3


def fact(edition: Edition, key: str) -> Fact:
    """Returns the number of an observation, or of the latest one of an indicator.

    Raises:
        MissingRowError: There is no such observation, or it has no number.
    """
    row = edition.observation(key)
    if math.isnan(row["value"]):
        raise MissingRowError(f"The observation {row['id']} has no number.", hint="A claim on it can't be tested.")
    indicator = edition.row("indicators", row["indicator_id"])
    return Fact(indicator["label_nl"], indicator["label_en"], float(row["value"]), row["id"])


def any_of(rows: Rows, what: str) -> Rows:
    """Returns rows of which a claim says that all or none are so, which of no rows at all would hold by itself.

    Raises:
        MissingRowError: There are none.
    """
    if not len(rows):
        raise MissingRowError(f"The edition has no {what}.", hint="A claim on all of them can't be tested.")
    return rows


def compare(holds: Callable[..., bool], *keys: str) -> Callable[[Edition], Verdict]:
    """Returns a predicate on the values of indicators."""

    def predicate(edition: Edition) -> Verdict:
        facts = [fact(edition, key) for key in keys]
        return verdict_if(holds(*(fact.value for fact in facts)), *facts)

    return predicate


def judgement(edition: Edition) -> Verdict:
    """The data can not decide."""
    return Verdict(NOT_TESTABLE)
