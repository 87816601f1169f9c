"""Finds what is wrong in a single cell: type, form, code, reference, or what statistics offices and spreadsheets mark it with."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from na_report.base.digits import EXACT_DIGITS, as_shown
from na_report.editions.schema import Column

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# \d would take digits of other scripts too.
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,30})?")
INTEGER = re.compile(r"-?[0-9]{1,15}")
_PERIOD = re.compile(r"([0-9]{4})(-(0[1-9]|1[0-2]))?(/([0-9]{4}))?")
# The characters of RFC 3986: none of them ends a link in Markdown or HTML.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~-]+(:[0-9]+)?([/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?")
# Control characters, and marks that make text read in another order than it stands.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LENGTH_LIMIT = 100_000
# The texts of errors in the languages of Excel, LibreOffice and Google Sheets: #REF!, #NAAM?, #DEEL/0!, #¡VALOR!, #N/B,
# Err:502; and the hashes of a column that is too narrow for its numbers.
_ERROR = re.compile(
    r"#[¡¿]?[^\W\d_a-z]+(?:[/ _][^\W_a-z]+)*[!?]|#(?:N/?[A-Z]|I/T|GETTING_DATA|SAKNAS!?|Н/Д)|#{2,}"
    r"|(?:Err|Error|Fout|Fehler|Erreur|Fel|Feil|Virhe)\s?:\s?\d{3}"
)
_FLAGGED = re.compile(r"([-+\u2212]?\d(?:[\d.,\xa0\u2009\u202f ]*\d)?(?:\s?%)?)\s*\(?\^?([A-Za-z]{1,3}|\*{1,2})\)?")
_KNOWN: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
# What offices say of a value, by their letter; Eurostat since 2025 knows b d e f i m n p u, before that also c s z.
FLAGS: dict[str, str] = {letter: says for letter, (says, _) in _KNOWN["flags"].items()}
# Those that make a value a careful one.
CAREFUL = {"e", "f", "s"}

# What was found, what was expected, what to do.
Fault = tuple[str, str, str]
# Per place (`table.column`, or `codes:list`) the values to refer to; without the places of tables that could not be read.
Known = Mapping[str, set[str]]


def check_cell(column: Column, cell: str, known: Known) -> Iterator[Fault]:
    """Yields what is wrong in a cell."""
    if not cell and column.required:
        yield "", "a value", "Fill the cell."
    elif _ERROR.fullmatch(cell):
        yield cell, "a value, no error", "Type the value, or empty the cell."
    elif len(cell) > _LENGTH_LIMIT:
        yield f"{len(cell)} characters", f"at most {_LENGTH_LIMIT}", "Shorten the text."
    elif cell != cell.strip() or _UNSEEN.search(cell):
        expected = "no spaces at the ends, no line breaks and no marks that control text or turn its order"
        yield cell, expected, "Take them out."
    elif column.many and cell and any(not part or part != part.strip() for part in cell.split(";")):
        yield cell, "values with one ; between them and no spaces around it", "Take out what is too much."
    else:
        parts = cell.split(";") if column.many else [cell]
        for part, count in Counter(filter(None, parts)).items():
            if count > 1:
                yield part, "each value once", "Take out the second."
            yield from _check_value(column, part, known)


def _check_value(column: Column, value: str, known: Known) -> Iterator[Fault]:
    has_type, expected = _TYPES.get(column.type, (bool, ""))
    if not has_type(value):
        yield value, expected, _remedy(column.type, value) or "Correct the value."
    elif column.type == "number" and Decimal(value) != as_shown(float(value)):
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


def _is_known(value: str, places: Iterable[str], known: Known) -> bool:
    """Tells whether a value stands in one of the places, or may stand in a table that could not be read."""
    return any(value in known.get(place, {value}) for place in places)


def _remedy(kind: str, text: str) -> str:
    """Returns what to do with a text that stands where a value of a type belongs; nothing when it is no known mark."""
    flagged, flags = _FLAGGED.fullmatch(text), _KNOWN["flags"]
    if flagged and kind in ("number", "integer"):
        found = [flagged[2]] if flagged[2] in flags else list(flagged[2].lower())
        if flags.keys() >= {*found}:
            says = ", ".join(flags[flag][0] for flag in found)
            goes = "; ".join(dict.fromkeys(flags[flag][1] for flag in found))
            return f'Write {flagged[1]} alone; {flagged[2]} says "{says}": {goes}.'
    matches = ((re.fullmatch(form, text, re.IGNORECASE), answer) for form, answer in _KNOWN["forms"].get(kind, ()))
    return next((match.expand(answer) for match, answer in matches if match), "")


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


def is_line(value: Any) -> bool:
    """Tells whether a value is text that shows as one line, in the order in which it stands."""
    return isinstance(value, str) and bool(value.strip()) and not _UNSEEN.search(value)


def is_address(value: Any) -> bool:
    """Tells whether a value is a web address that can stand in a page as a link."""
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_period(value: str) -> bool:
    found = _PERIOD.fullmatch(value)
    return found is not None and found[1] <= (found[5] or found[1])


# Per type how to tell a value of it, and what is expected in words.
_TYPES: dict[str, tuple[Callable[[str], object], str]] = {
    "integer": (INTEGER.fullmatch, "a whole number of at most 15 digits"),
    "number": (NUMBER.fullmatch, "a number with a point as decimal sign"),
    "date": (_is_date, "a date as 2026-11-24"),
    "period": (_is_period, "a year, a month from 01 to 12, or two years in order (2019, 2020-11, 2018/2022)"),
    "url": (
        is_address,
        "an address that starts with http:// or https://, with other characters than these written as %20",
    ),
}
