"""What a cell shows: how the number formats of spreadsheet programs turn a number, a date or a text into what one sees."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from na_report.base.numbers import EXACT_DIGITS, as_shown, half_up, in_digits

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?:_|\*).|\[(?P<bracket>[^\]]*)\]|(?P<general>General|Standaard|Standard)'
    r"|(?P<exponent>E[+-])|(?P<half>AM/PM|A/P)|(?P<day>y+|m+|d+|h+|s+)|(?P<digit>[0#?.,])|(?P<percent>%)|(?P<text>@)"
    r"|(?P<section>;)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_COLOUR = re.compile(r"black|blue|cyan|green|magenta|red|white|yellow|colou?r ?\d+", re.IGNORECASE)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_MINUS = "-\u2212("

Token = tuple[str, str]
_BAR: Token = ("words", "/")


@dataclass(frozen=True)
class Shown:
    """What a cell shows of a number.

    Args:
        text: About what one sees, with a point as decimal sign and without marks between thousands.
        number: What the digits say, a percentage as 19.5; nothing when they don't say the number.
        percent: Whether it is shown as per cent.
        words: What else stands there.
    """

    text: str
    number: Decimal | None
    percent: bool = False
    words: str = ""


@functools.lru_cache(maxsize=4096)
def _sections(number_format: str) -> tuple[tuple[Token, ...], ...]:
    """Returns the parts of a format for positive, negative, nought and text, each as tokens."""
    sections: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(number_format):
        kind, text = match.lastgroup, match[0]
        if kind == "section":
            sections.append([])
        elif kind in ("quoted", "escaped", "other"):
            sections[-1].append(("words", match[kind]))
        elif kind == "bracket":
            sections[-1] += _bracket(match[kind])
        elif kind:
            sections[-1].append((kind, text))
    return tuple(tuple(section) for section in sections)


def _bracket(inside: str) -> list[Token]:
    if inside.startswith("$"):
        return [("words", inside[1:].partition("-")[0])]  # a currency, or only a language
    if _ELAPSED.fullmatch(inside):
        return [("half", inside)]
    return [] if _COLOUR.fullmatch(inside) else [("condition", inside)]


def _words(section: tuple[Token, ...]) -> str:
    return "".join(text for kind, text in section if kind == "words").replace("\xa0", " ").strip()


def is_date(number_format: str) -> bool:
    """Tells whether a format shows a number as a date or a time.

    Example:
        >>> [is_date(form) for form in ("yyyy", "[$-413]d mmmm yyyy;@", "[h]:mm", "0.00E+00", '0" dagen"', "General")]
        [True, True, True, False, False, False]
    """
    kinds = {kind for kind, _ in _sections(number_format)[0]}
    return bool(kinds & {"day", "half"}) and "general" not in kinds


def parts_of_date(number_format: str) -> str:
    """Returns which parts of a date a format shows: `y`, `m` and `d`; `?` for anything else.

    Example:
        >>> [parts_of_date(form) for form in ("yyyy", "mmm-yy", "d mmmm yyyy", "yy", "mmmm", '"Q1 "yyyy', "dd-mm-yyyy hh:mm")]
        ['y', 'ym', 'ymd', '?', 'm', 'y?', 'ymd?']
    """
    section = _sections(number_format)[0]
    days = [text.lower() for kind, text in section if kind == "day"]
    found = ""
    if any(text[0] == "y" for text in days):
        found += "?" if days == ["yy"] else "y"
    if any(text[0] == "m" for text in days):
        found += "m"
    if any(text[0] == "d" and len(text) < 3 for text in days):
        found += "d"
    strange = any(kind not in ("day", "words", "digit") for kind, _ in section) or any(text[0] in "hs" for text in days)
    return found + ("?" if strange or re.search(r"[^\W_]", _words(section)) else "")


def show_text(text: str, number_format: str) -> str:
    """Returns what a cell shows of a text.

    Example:
        >>> show_text("12", '"p. "@'), show_text("12", ";;;"), show_text("12", "0.0"), show_text("12", "@")
        ('p. 12', '', '12', '12')
    """
    sections = _sections(number_format)
    last = sections[-1]
    if len(sections) < 4 and not any(kind == "text" for kind, _ in last):
        return text
    return "".join(text if kind == "text" else part for kind, part in last if kind in ("text", "words"))


def show_number(number: Decimal, number_format: str) -> Shown:
    """Returns what a cell shows of a number.

    Example:
        >>> show_number(Decimal("0.195"), "0.0%").number, show_number(Decimal(1300000), '#,##0," dzd"').text
        (Decimal('19.5'), '1300 dzd')
        >>> show_number(Decimal("-5"), "0;0").number, show_number(Decimal("28.47"), "0.0").text
        (Decimal('5'), '28.5')
    """
    sections = _sections(number_format)
    if any(kind == "condition" for section in sections for kind, _ in section):
        return Shown("something that its format chooses", None)
    if len(sections) == 4 or any(kind == "text" for kind, _ in sections[-1]):
        sections = sections[:-1]
    if not sections:
        return Shown(in_digits(number), number)
    place = (1 if number < 0 else 2 if number == 0 else 0) if len(sections) > 1 else 0
    if place >= len(sections):
        place = 0
    section = sections[place]
    words = _words(section)
    if _BAR in section:
        words = re.sub(r"/\s*\d*", "", words)
    if place == 1:
        number = -number
        if any(sign in words for sign in _MINUS):
            shown = _show(number, section)
            rest = re.sub(r"[-\u2212()]", "", words).strip()
            return Shown(f"-{shown.text}", None if shown.number is None else -shown.number, shown.percent, rest)
    shown = _show(number, section)
    return Shown(shown.text, shown.number, shown.percent, words.removeprefix("+").strip())


def _show(number: Decimal, section: tuple[Token, ...]) -> Shown:
    """Returns what one section of a format shows of a number; its sign has been chosen."""
    kinds = [kind for kind, _ in section]
    percents = kinds.count("percent")
    mantissa = section[: kinds.index("exponent")] if "exponent" in kinds else section
    core = "".join(text for kind, text in mantissa if kind == "digit")
    before, after = ("".join(part) for part in _around(section))
    if "general" in kinds:
        return Shown(f"{before}{in_digits(number)}{after}", number)
    if not re.search(r"[0#?]", core):
        return Shown(f"{before}{after}", None)
    if _BAR in section:
        return _fraction(number, section)
    whole, _, behind = core.partition(".")
    decimals = len(re.findall(r"[0#?]", behind))
    if "exponent" in kinds:
        digits = min(decimals + 1, EXACT_DIGITS)
        return Shown(f"{number:.{digits - 1}E}", as_shown(float(f"{number:.{digits - 1}E}")))
    scale = len(whole) - len(whole.rstrip(",")) + len(behind) - len(behind.rstrip(","))
    number = half_up(number.scaleb(2 * percents - 3 * scale), decimals)
    least = len(re.findall("0", behind))
    text = _padded(number, whole.count("0"), least) + "%" * percents
    return Shown(f"{before}{text}{after}", number, percents > 0)


def _around(section: tuple[Token, ...]) -> tuple[list[str], list[str]]:
    """Returns the words before the digits of a section and those between or behind them."""
    before: list[str] = []
    after: list[str] = []
    side = before
    for kind, text in section:
        if kind in ("digit", "general"):
            side = after
        elif kind == "words":
            side.append(text)
    return before, after


def _padded(number: Decimal, whole: int, decimals: int) -> str:
    left, _, right = in_digits(abs(number)).partition(".")
    right = right.ljust(decimals, "0")
    return ("-" if number < 0 else "") + left.zfill(whole) + (f".{right}" if right else "")


def _fraction(number: Decimal, section: tuple[Token, ...]) -> Shown:
    """Returns what a format such as `# ?/?` or `# ?/8` shows."""
    below = "".join(text for kind, text in section[section.index(_BAR) + 1 :])
    fixed = re.match(r"[1-9]\d{0,8}", below)
    exact = Fraction(number)
    if fixed:
        near = Fraction(round(exact * int(fixed[0])), int(fixed[0]))
    else:
        near = exact.limit_denominator(10 ** min(max(1, len(re.findall(r"[0#?]", below))), EXACT_DIGITS) - 1)
    return Shown(str(near), number if near == exact else Decimal(near.numerator) / near.denominator)
