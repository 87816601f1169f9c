"""What an office says beside a value: flags of both generations of Eurostat, of SDMX and in words, as letters."""

from __future__ import annotations

import re

from na_report.statistics.rows import UnreadableError

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


def letters(text: str) -> str:
    """Returns flags as letters in the order of the alphabet.

    Args:
        text: Letters, a code of SDMX, words, or a code with words; behind a | what is said of confidentiality.

    Raises:
        UnreadableError: It is no flag that is known.

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
