"""The marks of statistics offices and spreadsheets: what they say, and where that goes in an edition."""

from __future__ import annotations

import re
from collections.abc import Callable

# The texts of errors in the languages of Excel, LibreOffice and Google Sheets: #REF!, #NAAM?, #DEEL/0!, #¡VALOR!, #N/B,
# Err:502; and the hashes of a column that is too narrow for its numbers.
_ERROR = re.compile(
    r"#[¡¿]?[^\W\d_a-z]+(?:[/ _][^\W_a-z]+)*[!?]|#(?:N/?[A-Z]|I/T|GETTING_DATA|SAKNAS!?|Н/Д)|#{2,}"
    r"|(?:Err|Error|Fout|Fehler|Erreur|Fel|Feil|Virhe)\s?:\s?\d{3}"
)
_FLAGGED = re.compile(
    r"([-+\u2212]?\d(?:[\d.,\xa0\u2009\u202f ]*\d)?\s?%?)\s*"
    r"(?:\(?\^?([A-Za-z]{1,3}|\*{1,2})\)?|([\u00b9\u00b2\u00b3\u2070-\u2079†‡]+|\^?\d\)))"
)
# What offices say of a value, by their letter; Eurostat since 2025 knows b d e f i m n p u, before that also c s z.
FLAGS = {
    **{
        "b": "a break in the series",
        "c": "confidential",
        "d": "another definition",
        "e": "estimated",
        "f": "a forecast",
    },
    **{"i": "imputed", "m": "missing", "n": "not significant", "p": "provisional", "r": "revised"},
    **{"s": "estimated by the office", "u": "not reliable", "z": "not applicable"},
    **{"*": "provisional", "**": "revised and provisional"},
}
# Those that make a value a careful one.
CAREFUL = {"e", "f", "s"}
_MISSING = re.compile(
    r":(?:\s*\(?[a-z]{1,3}\)?)?|\.{1,3}|…|[xcmz*/\\?-]|[\u2010-\u2015\u2212]|--|n\.?\s?[ab]\.?|n\.?v\.?t\.?|n/[ab]|na?n|null|none|nil"
    r"|geheim|onbekend|confidential|unknown|missing",
    re.IGNORECASE,
)
_CONTEXT = "tell it in context_nl and context_en of the indicator"
_MONTHS = ("jan", "feb", "mrt|maa|mar", "apr", "mei|may", "jun", "jul", "aug", "sep", "okt|oct", "nov", "dec")
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"


def is_error(text: str) -> bool:
    """Tells whether a text is the error of a spreadsheet program, in whatever language.

    Example:
        >>> [is_error(text) for text in ("#VERW!", "#N/B", "#¿NOMBRE?", "#DIV/0!", "Fout:502", "#onderwijs", "#1")]
        [True, True, True, True, True, False, False]
    """
    return _ERROR.fullmatch(text) is not None


def about_number(text: str, *, may_be_empty: bool = False) -> str:
    """Returns what to do with a text that stands where a number belongs; nothing when it is no known mark.

    Example:
        >>> about_number("19.5 b")
        'Write 19.5 alone; b says "a break in the series": give the row a series that older values don\\'t have.'
        >>> about_number(": c")
        "': c' says that there is no value: leave out the row, or say why in text_nl and text_en."
    """
    if match := _FLAGGED.fullmatch(text):
        number, flag, note = match[1].strip(), match[2] or "", match[3]
        if note:
            return f"Write {number} alone; {note} is the mark of a footnote: {_CONTEXT}."
        parts = [flag.lower()] if flag.lower() in FLAGS else list(flag.lower())
        if all(part in FLAGS for part in parts):
            where = f"choose the qualifier about, or {_CONTEXT}" if parts[0] in CAREFUL else _CONTEXT
            if "b" in parts:
                where = "give the row a series that older values don't have"
                where += f"; {_CONTEXT} too" if len(parts) > 1 else ""
            return f'Write {number} alone; {flag} says "{", ".join(FLAGS[part] for part in parts)}": {where}.'
    if _MISSING.fullmatch(text):
        otherwise = "empty the cell" if may_be_empty else "leave out the row, or say why in text_nl and text_en"
        if re.fullmatch(r"[-\u2010-\u2015\u2212]{1,2}", text):
            return f"Write 0 if '{text}' says nought; if it says that there is no value, {otherwise}."
        return f"'{text}' says that there is no value: {otherwise}."
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        return f"Write {text.replace(',', '.')}."
    if re.fullmatch(r"'.+", text):
        return "Take out the apostrophe at the start."
    if re.fullmatch(r"[-+]?\d+([.,]\d+)?E[-+]?\d+", text, re.IGNORECASE):
        return "Write all its digits: a program shortened it."
    return ""


def _of_month(match: re.Match[str]) -> str:
    names = (number for number, form in enumerate(_MONTHS, 1) if re.match(form, match["m"], re.IGNORECASE))
    month = int(match["m"]) if match["m"].isdigit() else next(names, 0)
    return f"Write {match['y']}-{month:02}." if 1 <= month <= 12 else ""


def _of_years(match: re.Match[str]) -> str:
    last = match[2] if len(match[2]) == 4 else match[1][:2] + match[2]
    return f"Write {match[1]}/{last}." if match[1] < last else ""


def _none(what: str) -> Callable[[re.Match[str]], str]:
    return lambda match: f"An edition has no {what}: take the figure of the year ({match['y']}), or of a month."


def _year_with(*forms: str) -> str:
    """Returns the form of a year before or after something."""
    form = "|".join(forms)
    return rf"(?=.*?(?P<y>\d{{4}}))(?:\d{{4}}[ -]?(?:{form})|(?:{form})[ -]?\d{{4}})"


# How statistics offices and people write a period, and what to do; the first that has an answer.
_PERIODS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"(\d{4})(?:JJ\d\d|-?A1|-A)", lambda match: f"Write {match[1]}."),
    (
        r"(\d{4}) ?(\*{1,2}|p|e|f)",
        lambda match: f'Write {match[1]}; {match[2]} says "{FLAGS[match[2].lower()]}": {_CONTEXT}.',
    ),
    (r"(\d{4})SJ\d\d", lambda match: f"Write {match[1]}/{int(match[1]) + 1}."),
    (r"(?P<y>\d{4})-?M{1,2}-?(?P<m>\d\d)", _of_month),
    (r"(?P<m>\d\d?)[-/.](?P<y>\d{4})", _of_month),
    (r"(?P<y>\d{4})[/.](?P<m>\d\d)", _of_month),
    (rf"(?P<m>{_MONTH})[ -]?(?P<y>\d{{4}})", _of_month),
    (rf"(?P<y>\d{{4}})[ -]?(?P<m>{_MONTH})", _of_month),
    (
        rf"{_MONTH}[ -]\d\d?|\d\d?[ -]{_MONTH}",
        lambda match: "A program made a date of it: write the year and the month, such as 2020-11.",
    ),
    (
        _year_with(r"(?:Q|KW|K|T)\s?0?[1-4]", r"0?[1-4]\s?(?:e|ste|de|st|nd|rd|th)?\s?(?:kwartaal|quarter)"),
        _none("quarters"),
    ),
    (_year_with(r"(?:S|H|HJ)\s?0?[12]", r"0?[12]\s?(?:e|ste|st|nd)?\s?(?:halfjaar|half)"), _none("half-years")),
    (_year_with(r"(?:W|WK|WW)\s?\d\d?", r"week\s?\d\d?"), _none("weeks")),
    (r"(\d{4}-\d\d)-\d\d", lambda match: f"An edition has no days: write the month or the year, {match[1]}."),
    (r"\d\d-\d\d-\d{4}", lambda match: "An edition has no days: write the month or the year."),
    (r"(\d{4})\s?(?:[-/\u2010-\u2015]|t/m|tot|to)\s?['\u2018\u2019]?(\d{2}|\d{4})", _of_years),
)


def about_period(text: str) -> str:
    """Returns what to do with a period that is written as statistics offices or people do; nothing when it is unknown.

    Example:
        >>> [about_period(text) for text in ("2019JJ00", "2019MM03", "2018/19", "maart 2019", "2019SJ00")]
        ['Write 2019.', 'Write 2019-03.', 'Write 2018/2019.', 'Write 2019-03.', 'Write 2019/2020.']
        >>> about_period("2019-Q1")
        'An edition has no quarters: take the figure of the year (2019), or of a month.'
    """
    plain = re.sub(r"\s+", " ", text.strip())
    matches = ((re.fullmatch(form, plain, re.IGNORECASE), answer) for form, answer in _PERIODS)
    return next((said for match, answer in matches if match and (said := answer(match))), "")


def about_date(text: str) -> str:
    """Returns what to do with a day that is written in another order; nothing when it is none."""
    match = re.fullmatch(r"(\d\d?)[-/.](\d\d?)[-/.](\d{4})", text)
    if not match:
        return ""
    day, month = int(match[1]), int(match[2])
    if 12 < day <= 31 and 1 <= month <= 12:
        return f"Write {match[3]}-{month:02}-{day:02}."
    return "Write the year first, then the month and the day."
