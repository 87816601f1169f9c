"""What a cell shows: how the number formats of spreadsheet programs turn a number, a date or a text into what one sees."""

from __future__ import annotations

import functools
import re
from decimal import Decimal
from typing import NamedTuple

from na_report.base.digits import half_up, in_digits

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?:_|\*).|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?:black|blue|cyan|green|magenta|red|white|yellow|colou?r ?\d+)\]|\[(?P<elapsed>[hms]+)\]"
    r"|(?P<general>General|Standaard|Standard)|(?P<code>E[+-]|AM/PM|A/P|[ymdhs0#?.,%@\[\]<>=])|(?P<section>;)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
# Words are quotes here, and General is a G.
_NUMBER = re.compile(r'"*(?:G|(?P<whole>[#0?](?:[#0?,]*[#0?])?)(?:\.(?P<part>[#0?]*))?)"*(?P<percent>%?)"*')
_SIGNS = re.compile(r"[-\u2212()]")


class Shown(NamedTuple):
    """What a cell shows of a number: what its digits say (a percentage as 19.5), what one sees, the words beside the digits."""

    number: Decimal
    text: str
    words: str
    percent: bool


@functools.lru_cache(maxsize=4096)
def _sections(form: str) -> list[tuple[str, str]]:
    """Returns the parts of a format, for positive numbers, negative ones, nought and text: its code, and the words in it."""
    codes, words = [""], [""]
    for match in _TOKEN.finditer(form):
        kind, text = match.lastgroup, match[match.lastgroup or 0]
        if kind == "section":
            codes.append("")
            words.append("")
        elif kind in ("quoted", "escaped", "currency", "other"):
            codes[-1] += '"'
            words[-1] += text
        elif kind:
            codes[-1] += {"general": "G", "elapsed": "h"}.get(kind, text.lower())
    return [(code, word.replace("\xa0", " ").strip()) for code, word in zip(codes, words, strict=True)]


def is_date(form: str) -> bool:
    """Tells whether a format shows a number as a date or a time.

    Example:
        >>> [is_date(form) for form in ("yyyy", "[$-413]d mmmm yyyy;@", "[h]:mm", "0.00E+00", '0" dagen"', "General")]
        [True, True, True, False, False, False]
    """
    return re.search("[ymdhs]", _sections(form)[0][0]) is not None


def parts_of_date(form: str) -> str:
    """Returns which parts of a date a format shows: `y`, `m` and `d`; `?` for anything else.

    Example:
        >>> [parts_of_date(form) for form in ("yyyy", "mmm-yy", "d mmmm yyyy", "yy", "mmmm", '"Q1 "yyyy', "dd-mm-yyyy hh:mm")]
        ['y', 'ym', 'ymd', 'y?', 'm', 'y?', 'ymd?']
    """
    code, words = _sections(form)[0]
    shown = {run[0] for run in re.findall(r'y+|m+|d+|[^ymd",.]', code) if run not in ("ddd", "dddd")}
    parts = "".join(part for part in "ymd" if part in shown)
    strange = shown - {*"ymd"} or re.search(r"[^\W_]", words) or (parts == "y" and "yyy" not in code)
    return f"{parts}?" if strange else parts


def shows_text(form: str) -> bool:
    """Tells whether a cell shows a text as it is.

    Example:
        >>> [shows_text(form) for form in ('"p. "@', ";;;", "0.0", "@")]
        [False, False, True, True]
    """
    *others, (code, words) = _sections(form)
    return code.strip('"') == "@" and not words if "@" in code else len(others) < 3


def show_number(number: Decimal, form: str) -> Shown | None:
    """Returns what a cell shows of a number; nothing for a format that says more than digits, a sign and a percentage.

    Example:
        >>> show_number(Decimal("0.195"), "0.0%").number, show_number(Decimal(7), "000").text
        (Decimal('19.5'), '007')
        >>> show_number(Decimal("-5"), "0;0").number, show_number(Decimal("28.47"), "0.0").text
        (Decimal('5'), '28.5')
        >>> show_number(Decimal(1300000), '#,##0,," mln"')
    """
    sections = _sections(form)
    if len(sections) == 4 or "@" in sections[-1][0]:
        sections = sections[:-1] or [("G", "")]
    place = (1 if number < 0 else 2 if number == 0 else 0) if len(sections) > 1 else 0
    code, words = sections[place if place < len(sections) else 0]
    match = _NUMBER.fullmatch(code)
    if not match:
        return None
    if place == 1:
        number = number if _SIGNS.search(words) else -number
        words = _SIGNS.sub("", words).strip()
    if match["percent"]:
        number *= 100
    whole, part = match["whole"] or "", match["part"] or ""
    if whole:
        number = half_up(number, len(part))
    left, _, right = in_digits(abs(number)).partition(".")
    digits = f"{left.zfill(whole.count('0'))}.{right.ljust(part.count('0'), '0')}".removesuffix(".")
    text = f"{'-' if number < 0 else ''}{digits}{match['percent']}"
    text = f"{words} {text}" if code.startswith('"') else f"{text} {words}"
    return Shown(number, text.strip(), words.removeprefix("+"), bool(match["percent"]))
