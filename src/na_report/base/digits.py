"""Numbers as people see them: to the digits that a spreadsheet shows, rounded as statistics offices do, counted in names."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

# The digits that a spreadsheet shows; a float keeps each number of so many digits.
EXACT_DIGITS = 15


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
