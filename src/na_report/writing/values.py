"""Numbers in prose: written as the reader's language writes them, with a link to the row they come from."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from babel.numbers import format_compact_decimal, format_decimal

from na_report.base.numbers import half_up
from na_report.base.wording import Words
from na_report.editions.edition import Edition
from na_report.writing.markdown import escape, link
from na_report.writing.periods import past_target

_DIRECTIONS = ("eu_below", "eu_at", "eu_above")


def number(value: float, language: str = "nl") -> str:
    """Returns a number as the language writes it, rounded half up; from a million on with the word.

    Example:
        >>> number(19.5), number(85000), number(1_300_000), number(19.5, "en")
        ('19,5', '85.000', '1,3 miljoen', '19.5')
    """
    # Babel rounds halves to the even digit, so it gets nothing to round.
    rounded = half_up(value, 3)
    if abs(rounded) < 1_000_000:
        return str(format_decimal(rounded, locale=language))
    size = Decimal(1000) ** (rounded.adjusted() // 3)
    short = format_compact_decimal(
        half_up(rounded / size, 1) * size, format_type="long", locale=language, fraction_digits=1
    )
    return str(short).replace("\xa0", " ")


def in_words(value: float, language: str = "nl") -> str:
    """Returns a small whole number as a word, any other as digits.

    Example:
        >>> in_words(8), in_words(74), in_words(2.5)
        ('acht', '74', '2,5')
    """
    return _counted("cardinals", value, language) or number(value, language)


def _counted(kind: str, value: float, language: str) -> str:
    """Returns the word for a small whole number; nothing for any other."""
    known = Words(language)(f"numbers.{kind}").split()
    return known[int(value)] if float(value).is_integer() and 0 <= value < len(known) else ""


def written(value: float, unit: str, language: str = "nl") -> str:
    """Returns a value with its unit as a sentence has it; halves are rounded up, as statistics offices do.

    Example:
        >>> written(19.5, "percent"), written(80.98, "percent"), written(41, "percent"), written(2, "rank")
        ('19,5%', '81,0%', '41%', 'tweede')
        >>> written(8, "count"), written(1.5e6, "eur_per_year")
        ('acht', '1,5 miljoen euro per jaar')
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
        case "eur_per_year":
            return words("numbers.euro_per_year", number=number(value, language))
        case "eur":
            return words("numbers.euro", number=number(value, language))
        case "direction":
            return words(f"numbers.{_DIRECTIONS[int(value) + 1]}")
        case "year":
            return str(half_up(value))
    return number(value, language)


class Value(NamedTuple):
    """What a reader sees of a number: the text, with qualifier and unit, and the same as MyST that leads to its row."""

    text: str
    link: str


def value(edition: Edition, key: str, language: str = "nl") -> Value:
    """Returns an observation as a reader sees it; of an indicator the latest.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> value(open_edition("2021"), "IND016").text
        'ruim 80%'
    """
    row = edition.observation(key)
    unit = edition.row("indicators", row["indicator_id"])["unit"]
    text = row[f"text_{language}"]
    if not text:
        text = written(row["value"], unit, language)
        if row["qualifier"]:
            text = f"{edition.label('qualifier', row['qualifier'], language)} {text}"
    past = past_target(edition, row, language)
    linked = f"[{link(row['id'], escape(text))}]{{.waarde}}"
    return Value(text, f"{linked} ({escape(past)})" if past else linked)
