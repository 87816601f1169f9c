"""What every kind of answer gives: rows with codes, a period, a value and flags, which are letters here."""

from __future__ import annotations

import re
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
# Eurostat since 2025 knows b d e f i m n p u; before that also c s z.
MEANING = {
    "b": "break in the series",
    "c": "confidential",
    "d": "definition differs",
    "e": "estimated",
    "f": "forecast",
    "i": "see the notes",
    "m": "missing",
    "n": "not significant",
    "p": "provisional",
    "s": "estimate of Eurostat",
    "u": "low reliability",
    "z": "not applicable",
}
# The code list of SDMX (CL_OBS_STATUS), which OECD and others write.
_SDMX = {code.upper(): code for code in "bdefinpu"} | {"A": "", "Q": "c"} | dict.fromkeys("HLMO", "m")
_WORDS = {words: letter for letter, words in MEANING.items()} | {
    "break in time series": "b",
    "definition differs (see metadata)": "d",
    "definition differs, see metadata": "d",
    "eurostat estimate": "s",
    "see metadata": "i",
    "not available": "",
}


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


def letters(text: str) -> str:
    """Returns flags as letters in the order of the alphabet; behind a | stands what is said of confidentiality.

    Raises:
        UnreadableError: It is no letter, code of SDMX, or word that is known.

    Example:
        >>> letters("bu"), letters("A"), letters("P"), letters("b: break in time series"), letters("|C")
        ('bu', '', 'p', 'b', 'c')
    """
    said, _, hidden = text.partition("|")
    found = said.split(": ")[0].strip()
    known = _SDMX.get(found, _WORDS.get(said.strip().lower()))
    if known is None:
        known = re.sub(r"[\s,]", "", found)
        if set(known) - set(MEANING):
            raise UnreadableError(f"found the flag {said[:40]!r}, expected one of {' '.join(MEANING)}")
    free = hidden.split(": ")[0].strip() in ("", "F", "A")
    return "".join(sorted({*known, *("" if free else "c")}))
