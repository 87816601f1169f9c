"""Turns one cell of a workbook into the text that a table holds, or says why that would lose something."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from na_report.base.digits import EXACT_DIGITS, as_shown, in_digits
from na_report.editions.schema import Column
from na_report.workbook.layout import FaultError, decode
from na_report.workbook.number_formats import parts_of_date, show_number, shows_text
from na_report.workbook.package import Cell

# All spaces, and the marks without width that come along from web pages.
_EDGES = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u200e\u200f\u2060\ufeff"
_SPACED = re.compile(r"(?<=\d)[ \xa0\u2009\u202f](?=\d{3}(?!\d))")
_TYPED = re.compile(r"(?P<sign>-?)(?P<whole>\d*)(?:[.,](?P<part>\d+))?")
# 1.300.000 and 1.234,5, and the same with comma and point changed about.
_GROUPED = re.compile(
    r"(-?[1-9]\d{0,2}(?:(?:\.\d{3}){2,}|(?:,\d{3}){2,}|(?:\.\d{3})+(?=,)|(?:,\d{3})+(?=\.)))([.,]\d+)?"
)
# What may stand beside the digits of a number in a unit.
_WORDS_OF_UNITS: dict[str, tuple[str, ...]] = dict.fromkeys(("percent", "share_words"), ("", "%"))
_WORDS_OF_UNITS |= dict.fromkeys(("eur", "eur_per_year"), ("", "€", "EUR", "euro"))
_FAULTS = {
    "f": ("a value, no formula", "Copy the cell and paste it in place as a value (Paste special > Values)."),
    "e": ("a value, no error", "Type the value, or empty the cell."),
    "b": ("text or a number, no truth value", "Format the cell as text and type the value again."),
    "m": ("text without raised, lowered or crossed-out letters", "Type what it should say, in letters on the line."),
}


def to_text(cell: Cell, column: Column, *, before: str = "", unit: str = "") -> str:
    """Returns what a table holds for a cell: what the cell shows, to the digit.

    A cell that holds what the edition has is no change, however it is shown.

    Args:
        before: The text in the edition that the workbook was made from.
        unit: The unit of a number; `percent` takes cells that are shown as per cent.

    Raises:
        FaultError: The cell has a formula, an error or a value of a wrong type, or shows something else than it holds.
    """
    if isinstance(cell.value, str):
        return _text(cell, column, before, unit)
    if isinstance(cell.value, float):
        return _number(cell.value, column, cell.form, before, unit)
    return _date(cell.value, column, cell.form, before)


def _text(cell: Cell, column: Column, before: str, unit: str) -> str:
    text = trimmed(decode(cell.value))
    if column.many:
        text = ";".join(filter(None, map(trimmed, text.split(";"))))
    if cell.kind in ("s", "m") and text in ("", before):
        return text
    if cell.kind in _FAULTS:
        raise FaultError(text, *_FAULTS[cell.kind])
    if not shows_text(cell.form):
        remedy = "Format the cell as text, and type what it should say."
        raise FaultError(f"{text}, shown in the format {cell.form!r}", "a text that is shown as it is", remedy)
    return read_number(text, before, unit) if column.type in ("number", "integer") else text


def trimmed(text: str) -> str:
    """Returns text without the spaces around it, of whatever width."""
    return text.strip(_EDGES)


def _date(value: Any, column: Column, form: str, before: str) -> str:
    """Returns a date as a table holds it; a date where none belongs is a page or a number that the program misread."""
    if isinstance(value, datetime) and value.time() == time(0):
        value = value.date()
    shown, parts = str(value), parts_of_date(form)
    if type(value) is date and column.type in ("date", "period"):
        held = shown if column.type == "date" else shown[:4] if parts == "y" else shown[:7]
        if held == before or parts in (("ymd",) if column.type == "date" else ("y", "ym")):
            return held
    if column.type == "date":
        remedy = "Write the date alone, such as 2026-11-24, and let the cell show day, month and year."
        raise FaultError(f"{shown}, shown in the format {form!r}", "a date without a time that is shown whole", remedy)
    what = "a number" if column.type in ("number", "integer") else "text"
    remedy = f"The program made a date of it. Format the cell as {what} and type the value again."
    raise FaultError(f"{shown} (a date)", what, remedy)


def _number(value: float, column: Column, form: str, before: str, unit: str) -> str:
    if not abs(value) < 10**EXACT_DIGITS:  # the program shows noughts for the digits of an id that it lost
        remedy = "Format the cell as text and type the value again."
        raise FaultError(repr(value), f"a number of at most {EXACT_DIGITS} digits", remedy)
    number = as_shown(value)
    shown = show_number(number, form)
    if shown and shown.percent:
        number *= 100
        if column.type != "number" or unit != "percent":
            what = f"a number in the unit {unit}" if unit else "a value that is not shown as per cent"
            remedy = "Format the cell as a number, or as text for a code, and check the value."
            raise FaultError(f"{in_digits(number)}%", what, remedy)
    if same_number(before, number):
        return before
    text = in_digits(number)
    if column.type == "date":
        raise FaultError(text, "a date as 2026-11-24", "Format the cell as a date.")
    is_number, is_whole = column.type in ("number", "integer"), number == number.to_integral_value()
    if column.type == "integer" and not is_whole:
        return text  # for the check of its type
    if not is_number and not is_whole and column.type != "period":
        # 3.1 may have been 3.10 before the program took it for a number.
        raise FaultError(text, "text", "Format the cell as text and type the value again, such as 3.10.")
    if is_number and shown and shown.number == number and shown.words in _WORDS_OF_UNITS.get(unit, ("",)):
        return text
    if not is_number and shown and re.fullmatch(f"0*{re.escape(text)}", shown.text):  # 007
        return shown.text
    found = f"{text}, shown {f'as {shown.text!r}' if shown else f'in the format {form!r}'}"
    remedy = f"Type the value that you mean{f', in the unit {unit}' if unit else ''}, and format the cell as "
    raise FaultError(found, "a value that is shown as it is", remedy + ("General." if is_number else "text."))


def read_number(text: str, before: str = "", unit: str = "") -> str:
    """Returns a number that was typed as text; text that is no number comes back as it is, for the check of its type.

    Raises:
        FaultError: The number can be read in two ways, or is a percentage where the unit is another.

    Example:
        >>> read_number("19,5"), read_number("1.300.000"), read_number("1 300 000"), read_number("veel")
        ('19.5', '1300000', '1300000', 'veel')
    """
    plain = _SPACED.sub("", text).replace("\u2212", "-").removeprefix("+")
    if plain.endswith("%"):
        if unit != "percent":
            what = f"a number in the unit {unit}" if unit else "a number"
            raise FaultError(text, what, "Write the number without the per cent sign, and check the unit.")
        plain = trimmed(plain[:-1])
    if match := _GROUPED.fullmatch(plain):
        plain = re.sub("[.,]", "", match[1]) + (match[2] or "")
    elif re.fullmatch(r"-?0*[1-9]\d{0,2}[.,]\d{3}", plain) and len(plain.lstrip("-")) <= 7:
        whole = re.sub("[.,]", "", plain)
        remedy = f"Type it as a number: {whole}, or {whole[:-3]},{whole[-3:]} with decimals."
        raise FaultError(text, "a number that can be read in one way", remedy)
    match = _TYPED.fullmatch(plain)
    if not match or not re.search(r"\d", plain):
        return text
    number = Decimal(f"{match['sign']}{match['whole'] or '0'}.{match['part'] or '0'}")
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
