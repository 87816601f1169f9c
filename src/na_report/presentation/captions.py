"""What captions of figures say beside their topic: unit, change, and the sources and rows of the observations."""

from __future__ import annotations

import pandas as pd

from na_report.evidence.edition import Edition
from na_report.presentation.markdown import escape
from na_report.presentation.text import ended, linked, short_source

_SOURCE = {"nl": "Bron: {} Waarnemingen: {}.", "en": "Source: {} Observations: {}."}


def plain_source(edition: Edition, frame: pd.DataFrame, language: str) -> str:
    """Returns author, title and year of the sources of observations, as plain text."""
    keys = dict.fromkeys(key for key in frame["source_id"] if key)
    rows = [edition.row("sources", key) for key in keys]
    return "; ".join(f"{row['author'].replace(';', ', ')}, {row[f'title_{language}']}" for row in rows)


def caption_with_source(edition: Edition, text: str, frame: pd.DataFrame, language: str) -> str:
    """Returns a caption that ends with links to the sources and rows of observations."""
    keys = dict.fromkeys(key for key in frame["source_id"] if key)
    sources = "; ".join(short_source(edition, key, language) for key in keys)
    # A long series is named by its indicators; the table under the figure has every observation.
    rows = frame["id"] if len(frame) <= 4 else dict.fromkeys(frame["indicator_id"])
    return f"{text} {_SOURCE[language].format(ended(sources), linked(rows))}"


def unit_in_words(edition: Edition, frame: pd.DataFrame, language: str) -> str:
    """Returns the unit of observations as a caption names it, such as `in procenten`."""
    unit = str(frame.iloc[0]["unit"])
    if unit == "percent":
        return {"nl": "in procenten", "en": "in per cent"}[language]
    return edition.label("unit", unit, language)


def change(frame: pd.DataFrame, language: str) -> str:
    """Returns how two dated shares differ; nothing where a source tells one of them in words."""
    if frame["value"].isna().any():
        return ""
    first, last = frame.iloc[0], frame.iloc[1]
    sign = int(last["value"] > first["value"]) - int(last["value"] < first["value"])
    text = {
        "nl": (
            "Het aandeel bleef gelijk: {} ({}) en {} ({}).",
            "Het aandeel steeg van {} ({}) naar {} ({}).",
            "Het aandeel daalde van {} ({}) naar {} ({}).",
        ),
        "en": (
            "The share stayed the same: {} ({}) and {} ({}).",
            "The share rose from {} ({}) to {} ({}).",
            "The share fell from {} ({}) to {} ({}).",
        ),
    }[language][sign]
    cells = [escape(row[column].replace("/", "–")) for row in (first, last) for column in ("text", "period")]
    return " " + text.format(*cells)
