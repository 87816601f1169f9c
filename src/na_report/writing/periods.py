"""When: the period of an observation, targets whose year has passed, and the day that an edition was sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date

from na_report.base.wording import Words
from na_report.editions.edition import Edition


def written_day(day: str, language: str = "nl") -> str:
    """Returns an ISO date as a reader writes it; that of a draft is not there yet.

    Example:
        >>> written_day("2026-11-24"), written_day("2026-11-24", "en")
        ('24 november 2026', '24 November 2026')
    """
    if not day:
        return Words(language)("periods.not_sealed")
    return str(format_date(date.fromisoformat(day), "d MMMM y", locale=language))


def written_since(when: str, language: str = "nl") -> str:
    """Returns a year, month or day as a reader writes it.

    Example:
        >>> [written_since(when) for when in ("2022", "2024-12", "2025-07-04")]
        ['2022', 'december 2024', '4 juli 2025']
    """
    if len(when) == len("2024-12"):
        return str(format_date(date.fromisoformat(f"{when}-01"), "LLLL y", locale=language))
    return when if len(when) == len("2024") else written_day(when, language)


def is_target(row: Mapping[str, Any]) -> bool:
    """Tells whether an observation is a target; the name of its series says so."""
    return "target" in str(row["series"]).split("_")


def is_past(edition: Edition, row: Mapping[str, Any]) -> bool:
    """Tells whether an observation is a target for a year before that of the edition."""
    return is_target(row) and row["period"].isdigit() and int(row["period"]) < int(edition.name[:4])


def past_target(edition: Edition, row: Mapping[str, Any], language: str = "nl") -> str:
    """Returns that the year of a target has passed; nothing for any other observation."""
    return Words(language)("periods.past_target", year=row["period"]) if is_past(edition, row) else ""


def period(edition: Edition, row: Mapping[str, Any], language: str = "nl", *, told: bool = False) -> str:
    """Returns the period of an observation as plain text: of a target whether it has passed, and what we inferred.

    In a sentence, when it is `told`, that we inferred it is left to the row.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> edition = open_edition("2026")
        >>> [period(edition, edition.observation(key)) for key in ("IND052", "IND002-NL-2020", "IND130-EU-2025", "IND128")]
        ['2018–2022', '2020, jaartal van ons', 'doel voor 2025; dat jaar is voorbij', 'doel voor 2030']
    """
    words = Words(language)
    if not row["period"]:
        return words("no_period")
    if is_target(row):
        return past_target(edition, row, language) or words("periods.target", year=row["period"])
    shown = str(row["period"]).replace("/", "–")
    return words("periods.inferred", year=shown) if row["period_basis"] == "inferred" and not told else shown
