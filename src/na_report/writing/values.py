"""Numbers in prose: written as the reader's language writes them, with a link to the row they come from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_compact_decimal, format_decimal

from na_report.base.numbers import half_up
from na_report.base.wording import Words
from na_report.editions.edition import Edition
from na_report.writing.markdown import escape, link
from na_report.writing.periods import past_target

_IN_WORDS = {"count", "projects"}
_DIRECTIONS = ("eu_below", "eu_at", "eu_above")


def number(value: float, language: str = "nl") -> str:
    """Returns a number as the language writes it, rounded half up; from a million on with the word.

    Example:
        >>> number(19.5), number(85000), number(1_300_000), number(19.5, "en")
        ('19,5', '85.000', '1,3 miljoen', '19.5')
        >>> number(0.0625), number(1_250_000), number(999_950_000)
        ('0,063', '1,3 miljoen', '1 miljard')
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
        >>> written(81.45, "percent"), written(81.35, "percent"), written(-2.25, "percent")
        ('81,5%', '81,4%', '-2,3%')
        >>> written(8, "count"), written(1.5e6, "eur_per_year")
        ('acht', '1,5 miljoen euro per jaar')
    """
    words = Words(language)
    if unit == "percent":
        # One decimal is what a reader can use; the table holds the value as published. A whole number is one that the
        # source gives whole: 80,98 is 81,0% beside 83,6%, and not 81%.
        form = "#,##0" if float(value).is_integer() else "#,##0.0"
        return f"{format_decimal(half_up(value, 1), format=form, locale=language)}%"
    if unit == "rank":
        return _counted("ordinals", value, language) or words("numbers.later_ordinal", number=str(half_up(value)))
    if unit in _IN_WORDS:
        return in_words(value, language)
    if unit == "eur_per_year":
        return words("numbers.euro_per_year", number=number(value, language))
    if unit == "eur":
        return words("numbers.euro", number=number(value, language))
    if unit == "direction":
        return words(f"numbers.{_DIRECTIONS[int(value) + 1]}")
    if unit == "year":
        return str(half_up(value))
    return number(value, language)


@dataclass(frozen=True)
class Value:
    """One observation as a reader sees it.

    Args:
        key: The id of the observation.
        text: The value with qualifier and unit, such as `ruim 80%`.
        number: The bare number, or NaN where the source has only words.
        past: That it is a target whose year has passed, in words; nothing for any other value.
    """

    key: str
    text: str
    number: float
    past: str = ""

    @property
    def link(self) -> str:
        """MyST: the text, linked to the row of the observation, which names the caveats that concern it."""
        past = f" ({escape(self.past)})" if self.past else ""
        return f"[{link(self.key, escape(self.text))}]{{.waarde}}{past}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/markdown": self.link}


def value(edition: Edition, key: str, language: str = "nl") -> Value:
    """Returns an observation as a reader sees it.

    Args:
        edition: Where the observation is.
        key: The id of an observation or of an indicator.
        language: `nl` or `en`.

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
    return Value(row["id"], text, float(row["value"]), past_target(edition, row, language))
