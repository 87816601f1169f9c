"""What a language has its own way for: numbers, days, lists, capitals, full stops, and which words are its own."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal

from na_report.base.digits import half_up
from na_report.base.wording import Words, worded_languages
from na_report.writing.markdown import plain

_DIRECTIONS = ("eu_below", "eu_at", "eu_above")
# Per length of an ISO date or month what makes it a day, and how it is written.
_DATES = {len("2024-12"): ("-01", "LLLL y"), len("2024-12-31"): ("", "d MMMM y")}


def number(value: float, language: str = "nl") -> str:
    """Returns a number as the language writes it, rounded half up; from a million on with the word."""
    # Babel rounds halves to the even digit, so it gets nothing to round.
    rounded = half_up(value, 3)
    if abs(rounded) < 1_000_000:
        return str(format_decimal(rounded, locale=language))
    size = Decimal(1000) ** (rounded.adjusted() // 3)
    short = half_up(rounded / size, 1) * size
    told = format_compact_decimal(short, format_type="long", locale=language, fraction_digits=1)
    return str(told).replace("\xa0", " ")


def in_words(value: float, language: str = "nl") -> str:
    """Returns a small whole number as a word, any other as digits."""
    return _counted("cardinals", value, language) or number(value, language)


def _counted(kind: str, value: float, language: str) -> str:
    """Returns the word for a small whole number; nothing for any other."""
    known = Words(language)(f"numbers.{kind}").split()
    return known[int(value)] if float(value).is_integer() and 0 <= value < len(known) else ""


def written(value: float, unit: str, language: str = "nl") -> str:
    """Returns a value with its unit as a sentence has it; halves are rounded up, as statistics offices do.

    Example:
        >>> written(80.98, "percent"), written(41, "percent"), written(2, "rank"), written(1.5e6, "eur_per_year")
        ('81,0%', '41%', 'tweede', '1,5 miljoen euro per jaar')
    """
    words = Words(language)
    match unit:
        case "percent":
            # One decimal is what a reader can use; the table holds the value as published. A whole number is one that
            # the source gives whole: 80,98 is 81,0% beside 83,6%, and not 81%.
            form = "#,##0" if float(value).is_integer() else "#,##0.0"
            return f"{format_decimal(half_up(value, 1), format=form, locale=language)}%"
        case "rank":
            ordinal = _counted("ordinals", value, language)
            return ordinal or words("numbers.later_ordinal", number=str(half_up(value)))
        case "count" | "projects":
            return in_words(value, language)
        case "eur" | "eur_per_year":
            return words(f"numbers.{unit.replace('eur', 'euro')}", number=number(value, language))
        case "direction":
            return words(f"numbers.{_DIRECTIONS[int(value) + 1]}")
        case "year":
            return str(half_up(value))
    return number(value, language)


def written_day(day: str, language: str = "nl") -> str:
    """Returns an ISO date, or a month or year, as a reader writes it; that of a draft is not there yet.

    Example:
        >>> written_day("2026-11-24"), written_day("2026-11-24", "en"), written_day("2024-12"), written_day("2022")
        ('24 november 2026', '24 November 2026', 'december 2024', '2022')
    """
    if len(day) not in _DATES:
        return day or Words(language)("periods.not_sealed")
    rest, form = _DATES[len(day)]
    return str(format_date(date.fromisoformat(day + rest), form, locale=language))


def ids(cell: str | Iterable[str]) -> list[str]:
    """Returns the values of a list cell, or of a list."""
    return [item for item in (cell.split(";") if isinstance(cell, str) else cell) if item]


def number_of(key: str) -> str:
    """Returns the number in an id, such as the 7 of FM07."""
    found = re.search(r"\d+", key)
    return str(int(found[0])) if found else key


def listed(parts: Iterable[str], language: str = "nl") -> str:
    """Returns parts as a sentence lists them."""
    *first, last = parts or [""]
    return Words(language)("language.and", first=", ".join(first), last=last) if first else last


def ended(text: str) -> str:
    """Returns MyST that ends with a full stop, and not with two."""
    return text if plain(text).endswith(".") else f"{text}."


def sentence_case(text: str) -> str:
    """Returns text with a capital at the start; Dutch has no accent on that of één."""
    return f"E{text[1:]}" if text.startswith("éé") else text[:1].upper() + text[1:]


def in_sentence(text: str) -> str:
    """Returns a label with a small letter, unless it starts with a name or an abbreviation.

    Example:
        >>> in_sentence("Alle sectoren"), in_sentence("Nederland als geheel"), in_sentence("ICT-specialisten")
        ('alle sectoren', 'Nederland als geheel', 'ICT-specialisten')
    """
    names = tuple(name for language in worded_languages() for name in Words(language)("language.names").split())
    return text if text.startswith(names) or text[1:2].isupper() else text[:1].lower() + text[1:]


def language_of(text: str) -> str:
    """Returns the language that most words of a title are typical of, else nothing: a name belongs to none."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    typical = {language: Words(language)("language.typical").split() for language in worded_languages()}
    counts = {language: sum(word in known for word in words) for language, known in typical.items()}
    most = [language for language, count in counts.items() if count == max(counts.values())]
    return most[0] if len(most) == 1 else ""


def spoken(shown: str, text: str, language: str) -> str:
    """Returns the MyST of a text, marked for screen readers where the text is in another language than the book."""
    other = language_of(text)
    return f"[{shown}]{{.language-{other}}}" if other and other != language else shown
