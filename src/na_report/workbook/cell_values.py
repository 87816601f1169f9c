"""Turns one cell of a workbook into the text that a table holds, or says why that would lose something.

What a cell shows is what is taken in. A number format that says more than digits, a sign, a percentage or a whole date is not
worked out: its cell is refused.
"""

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from na_report.base.digits import EXACT_DIGITS, as_shown, half_up, in_digits
from na_report.editions.schema import Column
from na_report.workbook.package import Cell, FaultError, decode

# All spaces, and the marks without width that come along from web pages.
_EDGES = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u200e\u200f\u2060\ufeff"
_NUMBER = re.compile(r"(?:General|@|[#0,]*0(?:\.(?P<decimals>[#0]+))?)(?P<percent>(?:\\?[ \xa0])?%)?")
# What changes no digit of a date: its language (of the longer ones some have own digits), day of the week, what stands between.
_DRESS = re.compile(r"\[\$-(?:[0-9a-f]{1,4}|[a-z]{2}-[a-z]{2})\]|d{3,4}|[-/.,\\ ]")


def to_text(cell: Cell, column: Column, *, before: str = "", unit: str = "") -> str:
    """Returns what a table holds for a cell: what the cell shows, to the digit, or a `FaultError`.

    A cell that holds what the edition has `before` is no change, however it is shown; the `unit` percent takes percentages.
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
    if cell.kind != "s":
        raise FaultError(cell.kind, text)
    *others, last = re.sub(r"[_*].| ", "", cell.form).split(";")
    if last != "@" if "@" in last else len(others) == 3:
        raise FaultError("other text shown", f"{text}, shown in the format {cell.form!r}")
    return read_number(text, before, unit) if column.type in ("number", "integer") else text


def trimmed(text: str) -> str:
    """Returns text without the spaces around it, of whatever width."""
    return text.strip(_EDGES)


def _date(value: Any, column: Column, form: str, before: str) -> str:
    """Returns a date as a table holds it; a date where none belongs is a page or a number that the program misread."""
    if isinstance(value, datetime) and value.time() == time(0):
        value = value.date()
    shown, code = str(value), _DRESS.sub("", form.lower().removesuffix(";@"))
    parts = "".join(sorted({*code}))
    if type(value) is date:
        if column.type == "date" and (parts == "dmy" or shown == before):
            return shown
        if column.type == "period" and (parts == "my" or code in ("yyy", "yyyy")):
            return shown[: 7 if parts == "my" else 4]
    if column.type == "date":
        raise FaultError("other date shown", f"{shown}, shown in the format {form!r}")
    what = "a number" if column.type in ("number", "integer") else "text"
    raise FaultError("a date", f"{shown} (a date)", what=what)


def _number(value: float, column: Column, form: str, before: str, unit: str) -> str:
    if not abs(value) < 10**EXACT_DIGITS:  # the program shows noughts for the digits of an id that it lost
        raise FaultError("digits lost", repr(value), most=EXACT_DIGITS)
    number, is_number = as_shown(value), column.type in ("number", "integer")
    match = _NUMBER.fullmatch(form)
    if match and match["percent"]:
        number *= 100
        if column.type != "number" or unit != "percent":
            what = f"a number in the unit {unit}" if unit else "a value that is not shown as per cent"
            raise FaultError("per cent shown", f"{in_digits(number)}%", what=what)
    if same_number(before, number):
        return before
    text = in_digits(number)
    if column.type == "string" and number % 1:
        # 3.1 may have been 3.10 before the program took it for a number.
        raise FaultError("number for text", text)
    exact = match and (form in ("General", "@") or half_up(number, len(match["decimals"] or "")) == number)
    if exact if is_number else form in ("General", "0", "@"):
        return text
    parts = {"unit": f", in the unit {unit}" if unit else "", "form": "General" if is_number else "text"}
    raise FaultError("other number shown", f"{text}, shown in the format {form!r}", **parts)


def read_number(text: str, before: str = "", unit: str = "") -> str:
    """Returns a number that was typed as text; text that is no number comes back as it is, for the check of its type."""
    plain = text.replace("\u2212", "-").replace(",", ".")
    if plain.endswith("%"):
        if unit != "percent":
            what = f"a number in the unit {unit}" if unit else "a number"
            raise FaultError("per cent typed", text, what=what)
        plain = trimmed(plain[:-1])
    if re.fullmatch(r"[+-]?0*[1-9][0-9]{0,2}\.[0-9]{3}", plain):
        whole = plain.replace(".", "").removeprefix("+")
        raise FaultError("two ways to read", text, whole=whole, thousands=whole[:-3], rest=whole[-3:])
    if not re.fullmatch(r"[+-]?([0-9]+|[0-9]*\.[0-9]+)", plain):
        return text
    return before if same_number(before, Decimal(plain)) else in_digits(Decimal(plain))


def same_number(text: str, number: Decimal) -> bool:
    """Tells whether a text is a way to write a number, as 3.10 is of 3.1."""
    try:
        return bool(text) and Decimal(text) == number
    except InvalidOperation:
        return False
