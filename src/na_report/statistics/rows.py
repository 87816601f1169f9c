"""What every kind of answer gives: rows with codes, a period, a value and flags, read one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from na_report.base.errors import NaReportError

# The parts of a row as the answer writes them, its period, its value and its flags.
Record = tuple[Sequence[str], str, str, str]
# Why there is no answer to a series.
Kind = Literal["not read", "not asked", "series gone", "unit changed", "definition changed"]
# The largest answer, in bytes.
LARGEST = 200_000_000


class UnreadableError(NaReportError):
    """An answer that is not what it should be; says in one sentence what was found, and what that means for the series."""

    def __init__(self, what: str, kind: Kind = "not read") -> None:
        super().__init__(what)
        self.kind = kind


@dataclass(frozen=True)
class Rows:
    """An answer, opened; its dataset and day (as ISO date) are empty where it doesn't say them."""

    form: str
    dataset: str
    updated: str
    dimensions: tuple[str, ...]  # what the parts of a row are called, dimensions among them
    records: Iterator[Record]
