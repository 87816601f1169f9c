"""Turns one cell of a workbook into the text that a table holds, or says why that would lose something."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from na_report.evidence.schema import Column
from na_report.evidence.workbook import decode

# What str.strip() takes off (among which no-break spaces), and the marks without width that come along from web pages.
_EDGES = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\u200e\u200f\u2060\ufeff"
)
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_PLAIN = re.compile(r"-?\d+")
_ONE_SIGN = re.compile(r"(-?)(\d*)[.,](\d+)")
_GROUPED = re.compile(r"-?[1-9]\d{0,2}(?:\.\d{3}){2,}|-?[1-9]\d{0,2}(?:,\d{3}){2,}")
_GROUPED_WITH_SIGN = re.compile(r"-?[1-9]\d{0,2}(?:(?:\.\d{3})+,\d+|(?:,\d{3})+\.\d+)")
_SPACED = re.compile(r"(?<=\d)[ \xa0\u2009\u202f](?=\d{3}(?!\d))")
_EXACT = 15  # digits that a spreadsheet keeps


class ValueFaultError(Exception):
    """A cell whose value can't be taken over as it is."""

    def __init__(self, found: str, expected: str, remedy: str) -> None:
        super().__init__(found)
        self.fault = (found, expected, remedy)


def to_text(cell: Any, column: Column, *, before: str = "", unit: str = "") -> str:
    """Returns what a table holds for a cell.

    Args:
        cell: A cell of openpyxl.
        column: The column that the cell is in.
        before: The text of the same row and column in the edition that the workbook was made from.
        unit: The unit of a number; `percent` takes cells that are shown as per cent.

    Raises:
        ValueFaultError: The cell has a formula, an error or a value of a wrong type.
    """
    value = cell.value
    kind = cell.data_type
    if value is None:
        return ""
    if kind == "f":
        raise _formula(value)
    if isinstance(value, str) and kind != "e":
        text = decode(value).strip(_EDGES)
        if column.many:
            return ";".join(part for part in (part.strip(_EDGES) for part in text.split(";")) if part)
        return read_number(text, before, unit) if column.type in ("number", "integer") and text else text
    if kind == "e":
        raise ValueFaultError(str(value), "a value, no error", "Type the value, or empty the cell.")
    if isinstance(value, bool):
        shown = "TRUE" if value else "FALSE"
        raise ValueFaultError(
            shown, "text or a number, no truth value", "Format the cell as text and type the value again."
        )
    if isinstance(value, (datetime, date, time, timedelta)):
        return _date(value, column, str(cell.number_format))
    return _number(Decimal(repr(value)), column, str(cell.number_format), before, unit)


def _formula(value: Any) -> ValueFaultError:
    shown = value if isinstance(value, str) else str(getattr(value, "text", None) or "=…")
    return ValueFaultError(
        shown if shown.startswith("=") else f"={shown}",
        "a value, no formula",
        "Copy the cell and paste it in place as a value (Paste special > Values).",
    )


def _date(value: Any, column: Column, number_format: str) -> str:
    """Returns a date as a table holds it; a date where none belongs is a page or a number that the program misread."""
    if isinstance(value, datetime) and value.time() == time(0):
        value = value.date()
    shown = str(value)
    if type(value) is date:
        if column.type == "date":
            return shown
        if column.type == "period" and value.day == 1 and "d" not in _QUOTED.sub("", number_format).lower():
            return shown[:7]
    if column.type == "date":
        raise ValueFaultError(shown, "a date without a time", "Write the date alone, such as 2026-11-24.")
    raise ValueFaultError(
        f"{shown} (a date)",
        "a number" if column.type in ("number", "integer") else "text",
        "The program made a date of it. Format the cell as "
        f"{'a number' if column.type in ('number', 'integer') else 'text'} and type the value again.",
    )


def _number(number: Decimal, column: Column, number_format: str, before: str, unit: str) -> str:
    if not number.is_finite():
        raise ValueFaultError(str(number), "a number", "Type the value again.")
    if "%" in _QUOTED.sub("", number_format):
        shown = f"{_write(number * 100)}%"
        if column.type != "number" or unit != "percent":
            what = f"a number in the unit {unit}" if unit else "a value that is not shown as per cent"
            raise ValueFaultError(
                shown, what, "Format the cell as a number, or as text for a code, and check the value."
            )
        number *= 100
    if same_number(before, number):
        return before
    if len(number.as_tuple().digits) > _EXACT and number == number.to_integral_value():
        raise ValueFaultError(
            _write(number), f"at most {_EXACT} digits", "Format the cell as text and type the value again."
        )
    if column.type == "date":
        raise ValueFaultError(_write(number), "a date as 2026-11-24", "Format the cell as a date.")
    if column.type in ("string", "url") and number != number.to_integral_value():
        # 3.1 may have been 3.10 before the program took it for a number.
        raise ValueFaultError(_write(number), "text", "Format the cell as text and type the value again, such as 3.10.")
    return _write(number)


def read_number(text: str, before: str = "", unit: str = "") -> str:
    """Returns a number that was typed as text; text that is no number comes back as it is, for the check of its type.

    Raises:
        ValueFaultError: The number can be read in two ways, or is a percentage where the unit is another.

    Example:
        >>> read_number("19,5"), read_number("1.300.000"), read_number("1 300 000"), read_number("veel")
        ('19.5', '1300000', '1300000', 'veel')
    """
    if text == before:
        return text
    plain = _SPACED.sub("", text).replace("\u2212", "-").removeprefix("+")
    if plain.endswith("%"):
        if unit != "percent":
            what = f"a number in the unit {unit}" if unit else "a number"
            raise ValueFaultError(text, what, "Write the number without the per cent sign, and check the unit.")
        plain = plain[:-1].rstrip(_EDGES)
    if _GROUPED.fullmatch(plain):
        plain = re.sub(r"[.,]", "", plain)
    elif _GROUPED_WITH_SIGN.fullmatch(plain):
        whole, sign, part = re.split(r"([.,])(?=\d+$)", plain)
        plain = re.sub(r"[.,]", "", whole) + "." + part
    elif match := _ONE_SIGN.fullmatch(plain):
        sign, whole, part = match.groups()
        if len(part) == 3 and len(whole) <= 3 and whole.strip("0"):
            remedy = f"Type it as a number: {sign}{whole}{part}, or {sign}{whole},{part} with decimals."
            raise ValueFaultError(text, "a number that can be read in one way", remedy)
        plain = f"{sign}{whole or '0'}.{part}"
    elif not _PLAIN.fullmatch(plain):
        return text
    number = Decimal(plain)
    return before if same_number(before, number) else _write(number)


def same_number(text: str, number: Decimal) -> bool:
    """Tells whether a text is a way to write a number.

    Example:
        >>> same_number("3.10", Decimal("3.1")), same_number("3.1.0", Decimal("3.1"))
        (True, False)
    """
    try:
        return bool(text) and Decimal(text) == number
    except InvalidOperation:
        return False


def _write(number: Decimal) -> str:
    return format(number.normalize() if number else Decimal(0), "f")
