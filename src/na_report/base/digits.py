"""Numbers as people see them: as a spreadsheet shows them, rounded as statistics offices do, counted in names; and text there."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

# The digits that a spreadsheet shows; a float keeps each number of so many digits.
EXACT_DIGITS = 15
# A sign before a plain number makes no formula.
_FORMULA = re.compile(r"[=@\t\r]|[+-](?!\d+([.,]\d+)*%?$)")


def as_shown(value: float) -> Decimal:
    """Returns a finite number to the digits that a spreadsheet shows: what is behind them comes from binary arithmetic."""
    return Decimal(f"{value:.{EXACT_DIGITS}g}")


def half_up(value: float | Decimal, decimals: int = 0) -> Decimal:
    """Rounds a number to a number of decimals, halves away from nought as statistics offices do."""
    number = value if isinstance(value, Decimal) else as_shown(value)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent <= decimals:
        return number  # no number, or nothing to round
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0  # -0.04 is 0.0 and not -0.0


def in_digits(number: Decimal) -> str:
    """Writes a number with digits alone, without noughts behind."""
    text = format(number or Decimal(0), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def in_order(keys: Iterable[str]) -> list[str]:
    """Returns ids, each once, in the order in which a person counts.

    Example:
        >>> in_order(["R10", "R2", "A08.10", "A08.2a", "C14"])
        ['A08.2a', 'A08.10', 'C14', 'R2', 'R10']
    """
    return sorted(dict.fromkeys(keys), key=as_counted)


def as_counted(name: str) -> list[tuple[int, str]]:
    """Returns what orders names as a person counts: R2 before R10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|\D+", name)]


def for_sheet(text: str) -> str:
    """Returns text that a spreadsheet program takes for text; for CSV that a person opens, not for the tables of an edition.

    Example:
        >>> for_sheet("=1+1"), for_sheet("-2,5"), for_sheet("-x")
        ("'=1+1", '-2,5', "'-x")
    """
    return f"'{text}" if _FORMULA.match(text) else text
