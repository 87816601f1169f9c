"""Turns one cell of a workbook into the text that a table holds, or says why that would lose something."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from na_report.base.numbers import EXACT_DIGITS, as_shown, in_digits
from na_report.editions.schema import Column
from na_report.workbook.formats import parts_of_date, show_number, show_text
from na_report.workbook.layout import decode
from na_report.workbook.package import MarkedText

# What str.strip() takes off (among which no-break spaces), and the marks without width that come along from web pages.
_EDGES = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\u200e\u200f\u2060\ufeff"
)
_PLAIN = re.compile(r"-?\d+")
_ONE_SIGN = re.compile(r"(-?)(\d*)[.,](\d+)")
_GROUPED = re.compile(r"-?[1-9]\d{0,2}(?:\.\d{3}){2,}|-?[1-9]\d{0,2}(?:,\d{3}){2,}")
_GROUPED_WITH_SIGN = re.compile(r"-?[1-9]\d{0,2}(?:(?:\.\d{3})+,\d+|(?:,\d{3})+\.\d+)")
_SPACED = re.compile(r"(?<=\d)[ \xa0\u2009\u202f](?=\d{3}(?!\d))")
# What may stand beside the digits of a number in a unit.
_WORDS_OF_UNITS = {
    "percent": ("", "%"),
    "share_words": ("", "%"),
    **dict.fromkeys(("eur", "eur_per_year"), ("", "€", "EUR", "euro")),
}


class ValueFaultError(Exception):
    """A cell whose value can't be taken over as it is."""

    def __init__(self, found: str, expected: str, remedy: str) -> None:
        super().__init__(found)
        self.fault = (found, expected, remedy)


def to_text(cell: Any, column: Column, *, before: str = "", unit: str = "") -> str:
    """Returns what a table holds for a cell: what the cell shows, to the digit.

    A cell that holds what the edition has is no change, however it is shown.

    Args:
        cell: A cell with its value, type and number format.
        column: The column that the cell is in.
        before: The text of the same row and column in the edition that the workbook was made from.
        unit: The unit of a number; `percent` takes cells that are shown as per cent.

    Raises:
        ValueFaultError: The cell has a formula, an error or a value of a wrong type, or shows something else than it holds.
    """
    value, kind, form = cell.value, cell.data_type, str(cell.number_format)
    if value is None:
        return ""
    if kind == "f":
        shown = value if isinstance(value, str) else "=…"
        remedy = "Copy the cell and paste it in place as a value (Paste special > Values)."
        raise ValueFaultError(shown if shown.startswith("=") else f"={shown}", "a value, no formula", remedy)
    if kind == "e":
        raise ValueFaultError(str(value), "a value, no error", "Type the value, or empty the cell.")
    if isinstance(value, str):
        return _text(value, column, form, before, unit)
    if isinstance(value, bool):
        shown = "TRUE" if value else "FALSE"
        raise ValueFaultError(
            shown, "text or a number, no truth value", "Format the cell as text and type the value again."
        )
    if isinstance(value, (datetime, date, time, timedelta)):
        return _date(value, column, form, before)
    return _number(value, column, form, before, unit)


def _text(value: str, column: Column, form: str, before: str, unit: str) -> str:
    text = decode(value).strip(_EDGES)
    if column.many:
        text = ";".join(part for part in (part.strip(_EDGES) for part in text.split(";")) if part)
    if not text or text == before:
        return text
    if isinstance(value, MarkedText):
        if value.crossed:
            remedy = "Take out what is crossed out, or take off the crossing out."
            raise ValueFaultError(decode(value.crossed), "text that is not crossed out", remedy)
        text = decode(value.shown).strip(_EDGES)
    shown = show_text(text, form)
    if shown.strip(_EDGES) != text:
        remedy = "Format the cell as text, and type what it should say."
        raise ValueFaultError(f"{text}, shown as {shown!r}", "a text that is shown as it is", remedy)
    return read_number(text, before, unit) if column.type in ("number", "integer") else text


def _date(value: Any, column: Column, form: str, before: str) -> str:
    """Returns a date as a table holds it; a date where none belongs is a page or a number that the program misread."""
    if isinstance(value, datetime) and value.time() == time(0):
        value = value.date()
    shown = str(value)
    parts = parts_of_date(form)
    if type(value) is date:
        held = shown if column.type == "date" else shown[:4] if parts == "y" else shown[:7]
        if column.type in ("date", "period") and held == before:
            return before
        if column.type == "date" and parts == "ymd":
            return held
        if column.type == "period" and parts in ("y", "ym"):
            return held
        if column.type == "date":
            remedy = "Format the cell so that it shows day, month and year."
            raise ValueFaultError(f"{shown}, of which the cell shows a part", "a date that is shown whole", remedy)
    if column.type == "date":
        raise ValueFaultError(shown, "a date without a time", "Write the date alone, such as 2026-11-24.")
    what = "a number" if column.type in ("number", "integer") else "text"
    remedy = f"The program made a date of it. Format the cell as {what} and type the value again."
    raise ValueFaultError(f"{shown} (a date)", what, remedy)


def _number(value: float, column: Column, form: str, before: str, unit: str) -> str:
    if not math.isfinite(value):
        raise ValueFaultError(str(value), "a number", "Type the value again.")
    # A whole number of more digits is an id that lost some: the program shows noughts for them.
    number = Decimal(repr(value)) if abs(value) >= 10**EXACT_DIGITS else as_shown(value)
    shown = show_number(number, form)
    if shown.percent:
        number *= 100
        if column.type != "number" or unit != "percent":
            what = f"a number in the unit {unit}" if unit else "a value that is not shown as per cent"
            remedy = "Format the cell as a number, or as text for a code, and check the value."
            raise ValueFaultError(f"{in_digits(number)}%", what, remedy)
    if same_number(before, number):
        return before
    text = in_digits(number)
    if len(number.as_tuple().digits) > EXACT_DIGITS:
        remedy = "Format the cell as text and type the value again."
        raise ValueFaultError(text, f"at most {EXACT_DIGITS} digits", remedy)
    if column.type == "date":
        raise ValueFaultError(text, "a date as 2026-11-24", "Format the cell as a date.")
    if column.type == "integer" and number != number.to_integral_value():
        return text  # for the check of its type
    if column.type in ("number", "integer"):
        if shown.number != number or shown.words not in _WORDS_OF_UNITS.get(unit, ("",)):
            remedy = f"Type the value that you mean, in the unit {unit}" if unit else "Type the value that you mean"
            remedy += ", and format the cell as General."
            raise ValueFaultError(f"{text}, shown as {shown.text!r}", "a number that is shown as it is", remedy)
        return text
    if column.type in ("string", "url") and number != number.to_integral_value():
        # 3.1 may have been 3.10 before the program took it for a number.
        raise ValueFaultError(text, "text", "Format the cell as text and type the value again, such as 3.10.")
    if shown.text == text or re.fullmatch(rf"0+{text}", shown.text):  # 007
        return shown.text
    remedy = "Format the cell as text and type what it should say."
    raise ValueFaultError(f"{text}, shown as {shown.text!r}", "a value that is shown as it is", remedy)


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
    return before if same_number(before, number) else in_digits(number)


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
