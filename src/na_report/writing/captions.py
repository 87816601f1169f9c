"""What captions of figures say beside their topic: unit, change, and the sources and rows of the observations."""

from __future__ import annotations

import pandas as pd

from na_report.base.wording import Words
from na_report.editions.edition import Edition
from na_report.writing.markdown import escape
from na_report.writing.text import ended, short_source


def plain_source(edition: Edition, frame: pd.DataFrame, language: str) -> str:
    """Returns author, title and year of the sources of observations, as plain text."""
    keys = dict.fromkeys(key for key in frame["source_id"] if key)
    rows = [edition.row("sources", key) for key in keys]
    return "; ".join(f"{row['author'].replace(';', ', ')}, {row[f'title_{language}']}" for row in rows)


def caption_with_source(edition: Edition, text: str, frame: pd.DataFrame, language: str) -> str:
    """Returns a caption that ends with links to the sources of observations; their rows are in the table under the figure."""
    keys = dict.fromkeys(key for key in frame["source_id"] if key)
    sources = "; ".join(short_source(edition, key, language) for key in keys)
    return f"{text} {Words(language)('source')}: {ended(sources)}"


def unit_in_words(edition: Edition, frame: pd.DataFrame, language: str) -> str:
    """Returns the unit of observations as a caption names it, such as `in procenten`."""
    unit = str(frame.iloc[0]["unit"])
    if unit == "percent":
        return Words(language)("figures.in_percent")
    return edition.label("unit", unit, language)


def change(frame: pd.DataFrame, language: str) -> str:
    """Returns how two dated shares differ; nothing where a source tells one of them in words."""
    if frame["value"].isna().any():
        return ""
    first, last = frame.iloc[0], frame.iloc[1]
    rise = last["value"] - first["value"]
    key = "same" if rise == 0 else "rose" if rise > 0 else "fell"
    parts = {
        name: escape(row[column].replace("/", "–"))
        for word, row in (("first", first), ("last", last))
        for name, column in ((word, "text"), (f"{word}_period", "period"))
    }
    return " " + Words(language)(f"figures.{key}", **parts)
