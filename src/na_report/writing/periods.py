"""When: the period of an observation, targets whose year has passed, and days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date

from na_report.base.wording import Words
from na_report.editions.edition import Edition

_FORMS = {len("2024-12"): ("-01", "LLLL y"), len("2024-12-31"): ("", "d MMMM y")}


def written_day(day: str, language: str = "nl") -> str:
    """Returns an ISO date, or a month or year, as a reader writes it; that of a draft is not there yet.

    Example:
        >>> written_day("2026-11-24"), written_day("2026-11-24", "en")
        ('24 november 2026', '24 November 2026')
        >>> written_day("2024-12"), written_day("2022")
        ('december 2024', '2022')
    """
    if len(day) not in _FORMS:
        return day or Words(language)("periods.not_sealed")
    rest, form = _FORMS[len(day)]
    return str(format_date(date.fromisoformat(day + rest), form, locale=language))


def past_target(edition: Edition, row: Mapping[str, Any], language: str = "nl") -> str:
    """Returns that the year of a target is before that of the edition; nothing for any other observation."""
    past = _is_target(row) and row["period"].isdigit() and int(row["period"]) < int(edition.name[:4])
    return Words(language)("periods.past_target", year=row["period"]) if past else ""


def _is_target(row: Mapping[str, Any]) -> bool:
    """Tells whether an observation is a target; the name of its series says so."""
    return "target" in str(row["series"]).split("_")


def period(edition: Edition, row: Mapping[str, Any], language: str = "nl", *, told: bool = False) -> str:
    """Returns the period of an observation as plain text: of a target whether it has passed, and what we inferred.

    In a sentence, when it is `told`, that we inferred it is left to the row.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> edition = open_edition("2026")
        >>> [period(edition, edition.observation(key)) for key in ("IND052", "IND002-NL-2020", "IND130-EU-2025", "IND128")]
        ['2018–2022', '2020, jaartal van ons', 'doel voor 2025; dat jaar is voorbij', 'doel voor 2030']
    """
    words, shown = Words(language), str(row["period"]).replace("/", "–")
    if not shown:
        return words("no_period")
    if _is_target(row):
        return past_target(edition, row, language) or words("periods.target", year=shown)
    return words("periods.inferred", year=shown) if row["period_basis"] == "inferred" and not told else shown
