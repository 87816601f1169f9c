"""Finds what is wrong in a single cell: its type, form, characters, code or reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from na_report.base.digits import EXACT_DIGITS
from na_report.editions.declared_tables import BY_NAME
from na_report.editions.office_marks import about_date, about_number, about_period, is_error
from na_report.editions.schema import PERIOD, Column

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# \d would take digits of other scripts too.
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,30})?")
INTEGER = re.compile(r"-?[0-9]{1,15}")
# The characters of RFC 3986: none of them ends a link in Markdown or HTML.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
# Control characters, and marks that make text read in another order than it stands.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LENGTH_LIMIT = 100_000

# What was found, what was expected, what to do.
Fault = tuple[str, str, str]
# Per place (`table.column`, or `codes:list`) the values to refer to; without the places of tables that could not be read.
Known = Mapping[str, set[str]]


def check_cell(column: Column, cell: str, known: Known) -> Iterator[Fault]:
    """Yields what is wrong in a cell.

    Example:
        >>> list(check_cell(Column("value", "number"), "19,5", {}))
        [('19,5', 'a number with a point as decimal sign', 'Write 19.5.')]
    """
    if not cell:
        if column.required:
            yield "", "a value", "Fill the cell."
        return
    if cell != cell.strip() or "\r" in cell or "\n" in cell:
        yield cell, "no spaces at the ends and no line breaks", "Take them out."
    elif _UNSEEN.search(cell):
        yield cell, "no control characters and no marks that turn the order of text", "Take them out."
    if is_error(cell):
        yield cell, "a value, no error", "Type the value, or empty the cell."
        return
    if len(cell) > _LENGTH_LIMIT:
        yield f"{len(cell)} characters", f"at most {_LENGTH_LIMIT}", "Shorten the text."
    parts = cell.split(";") if column.many else [cell]
    if column.many and (not all(parts) or any(part != part.strip() for part in parts)):
        yield cell, "values with one ; between them and no spaces around it", "Take out what is too much."
    for part in sorted({part for part in parts if part and parts.count(part) > 1}):
        yield part, "each value once", "Take out the second."
    # Each part once: an empty or double part is one problem, not also that of the id that it isn't.
    for value in dict.fromkeys(filter(None, parts)):
        yield from _check_value(column, value, known)


def _check_value(column: Column, value: str, known: Known) -> Iterator[Fault]:
    has_type, expected = _TYPES.get(column.type, (bool, ""))
    if not has_type(value):
        yield value, expected, _about(column, value) or "Correct the value."
    elif column.type == "number" and len(_digits(value)) > EXACT_DIGITS:
        yield value, f"a number of at most {EXACT_DIGITS} digits", "Round it: no spreadsheet shows more."
    elif column.minimum is not None and float(value) < column.minimum:
        yield value, f"{column.minimum:g} or more", "Correct the value."
    if column.pattern and not re.fullmatch(column.pattern, value, re.ASCII):
        yield value, f"the form {column.pattern}", "Correct the id or value."
    if column.codes and value not in (codes := known.get(f"codes:{column.codes}", {value})):
        options = sorted(codes)
        shown = ", ".join(options[:12]) + (", …" if len(options) > 12 else "")
        yield value, f"a code of the list {column.codes}", f"Choose one of: {shown}."
    if column.refers_to and not _is_known(value, column.refers_to, known):
        places = " or ".join(sorted(place.split(".")[0] for place in column.refers_to))
        yield value, f"an id in {places}", "Correct the id, or add the row that it names."


def _about(column: Column, value: str) -> str:
    """Returns what to do with a value of another form that people know."""
    if column.type in ("number", "integer"):
        return about_number(value, may_be_empty=column.type == "integer" and not column.required)
    return {"period": about_period, "date": about_date}.get(column.type, lambda value: "")(value)


def _digits(number: str) -> str:
    """Returns the digits of a number that count, from the first to the last that is no nought."""
    return number.lstrip("-0.").rstrip("0").replace(".", "") if "." in number else number.lstrip("-0")


def _is_known(value: str, places: Iterable[str], known: Known) -> bool:
    """Tells whether a value stands in one of the places; of a table that could not be read, whether it could."""

    def may_be(place: str) -> bool:
        table, column = place.split(".")
        return table not in BY_NAME or bool(re.fullmatch(BY_NAME[table].column(column).pattern, value, re.ASCII))

    return any(value in known[place] if place in known else may_be(place) for place in places)


def is_line(value: Any) -> bool:
    """Tells whether a value is text that shows as one line, in the order in which it stands."""
    return isinstance(value, str) and bool(value.strip()) and not _UNSEEN.search(value)


def is_address(value: str) -> bool:
    """Tells whether a text is a web address that can stand in a page as a link."""
    try:
        return _ADDRESS.fullmatch(value) is not None and bool(urlsplit(value).hostname)
    except ValueError:
        return False


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_period(value: str) -> bool:
    found = re.fullmatch(PERIOD, value, re.ASCII)
    if not found:
        return False
    month, last = found[1], found[2]
    return (not month or "01" <= month[1:] <= "12") and (not last or value[:4] <= last[1:])


# Per type how to tell a value of it, and what is expected in words.
_TYPES: dict[str, tuple[Callable[[str], object], str]] = {
    "integer": (INTEGER.fullmatch, "a whole number of at most 15 digits"),
    "number": (NUMBER.fullmatch, "a number with a point as decimal sign"),
    "date": (_is_date, "a date as 2026-11-24"),
    "period": (
        _is_period,
        "a year, a month from 01 to 12, or two years in order with a slash (2019, 2020-11, 2018/2022)",
    ),
    "url": (
        is_address,
        "an address that starts with http:// or https://, with other characters than these written as %20",
    ),
}


def check_placeholders(text: str, row: Mapping[str, str], known: Known) -> Iterator[Fault]:
    """Yields what is wrong with the ids between braces in a text that a reader sees."""
    remainder = PLACEHOLDER.sub("", text)
    if "{" in remainder or "}" in remainder:
        yield text, "braces only around an indicator id", "Write {IND007}, or leave the braces out."
    for name in PLACEHOLDER.findall(text):
        if not _is_known(name, ("indicators.id", "observations.id"), known):
            yield name, "an indicator id or observation id between braces", "Correct the id, or add the row."
        elif "indicator_ids" in row and name.split("-")[0] not in row["indicator_ids"].split(";"):
            yield name, "an indicator that the row lists", "Add the id to indicator_ids."
