"""What every kind of answer gives: rows with dimensions, a period, a value and flags, read one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from na_report.base.errors import NaReportError

# The parts of a row as the answer writes them, its period, its value and its flags.
Record = tuple[Sequence[str], str, str, str]
# Why there is no answer to a series.
Kind = Literal["not read", "not asked", "series gone", "unit changed", "definition changed"]

# The largest answer, in bytes.
LARGEST = 200_000_000
_STAMPS = ("%d/%m/%y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
_YEAR, _MONTH = re.compile(r"(\d{4})(-A1|JJ00)?"), re.compile(r"(\d{4})(?:-M?|M|MM)(\d{2})")


class UnreadableError(NaReportError):
    """An answer that is not what it should be; says in one sentence what was found.

    Args:
        what: What was found.
        kind: What that means for the series.
    """

    def __init__(self, what: str, kind: Kind = "not read") -> None:
        super().__init__(what)
        self.kind = kind


@dataclass(frozen=True)
class Rows:
    """An answer, opened.

    Args:
        form: The name of the format.
        dataset: The dataset that it says to be of; empty when the format doesn't say.
        updated: The day of the data as ISO date; empty when the answer doesn't say.
        dimensions: What the parts of a row are called, dimensions among them.
        records: Its rows.
    """

    form: str
    dataset: str
    updated: str
    dimensions: tuple[str, ...]
    records: Iterator[Record]


def day_of(stamp: str) -> str:
    """Returns the day of a time as an office writes it; nothing when it can't be told.

    Example:
        >>> day_of("17/12/24 11:00:00"), day_of("2024-12-17T11:00:00"), day_of("soon")
        ('2024-12-17', '2024-12-17', '')
    """
    for form in _STAMPS:
        try:
            return datetime.strptime(stamp.strip()[:19], form).date().isoformat()
        except ValueError:
            continue
    return ""


def period_of(text: str) -> str:
    """Returns a period as an edition writes it.

    Raises:
        UnreadableError: It is no year and no month.

    Example:
        >>> period_of("2019"), period_of("2019JJ00"), period_of("2019MM03"), period_of("2019M03"), period_of("2019-03")
        ('2019', '2019', '2019-03', '2019-03', '2019-03')
    """
    if found := _YEAR.fullmatch(text.strip()):
        return found[1]
    if (found := _MONTH.fullmatch(text.strip())) and 1 <= int(found[2]) <= 12:
        return f"{found[1]}-{found[2]}"
    raise UnreadableError(f"found the period {text[:40]!r}, expected a year or a month")
