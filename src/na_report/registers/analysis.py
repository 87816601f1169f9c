"""The frame behind each figure and table: edition in, frame out, nothing drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from na_report.editions.edition import Edition
from na_report.editions.reads import derived
from na_report.writing.values import value

# What stands for a section where a row is of an edition and not of the report.
_EDITION = r"\d{4}[a-z0-9-]*"
CATEGORY_KINDS = ("goal", "principle", "way_of_working", "outside")


@derived
def has_later(edition: Edition) -> bool:
    """Tells whether an edition has agendas of after the report.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> has_later(open_edition("2021")), has_later(open_edition("2026"))
        (False, True)
    """
    return bool((edition["agendas"]["analysed"] == "added").any())


def observed(edition: Edition, keys: Iterable[str], language: str = "nl") -> pd.DataFrame:
    """Returns observations in the given order.

    Args:
        edition: Where they are.
        keys: Ids of observations or indicators.
        language: `nl` or `en`.

    Returns:
        A frame with `id`, `indicator_id`, `label`, `group`, `period`, `value`, `unit`, `text` and `source_id`.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> observed(open_edition("2021"), ["IND019", "IND020"])[["period", "value", "text"]].values.tolist()
        [['2019', 41.0, '41%'], ['2015', 76.0, '76%']]
    """
    rows = []
    for key in keys:
        row = edition.observation(key)
        indicator = edition.row("indicators", row["indicator_id"])
        rows.append(
            {
                "id": row["id"],
                "indicator_id": row["indicator_id"],
                "label": indicator[f"label_{language}"],
                "group": row[f"group_{language}"],
                "period": row["period"],
                "value": row["value"],
                "unit": indicator["unit"],
                "text": value(edition, row["id"], language).text,
                "source_id": row["source_id"],
            }
        )
    return pd.DataFrame(rows)


def series(edition: Edition, keys: Iterable[str], geo: Iterable[str], language: str = "nl") -> pd.DataFrame:
    """Returns the dated values of indicators in some places, in the order of the years.

    Returns:
        The columns of `observed`, and `geo`, `place`, `series` and `year`.
    """
    wanted = [(key, code) for key in keys for code in geo]
    picked = [
        row
        for key, code in wanted
        for row in edition.rows("observations", indicator_id=key, geo=code).sort_values("period").to_dict("records")
        if row["period"].isdigit() and row["value"] == row["value"]
    ]
    frame = observed(edition, [row["id"] for row in picked], language)
    return frame.assign(
        geo=[row["geo"] for row in picked],
        place=[edition.label("geo", row["geo"], language) for row in picked],
        series=[row["series"] for row in picked],
        year=[int(row["period"]) for row in picked],
    )


def places(edition: Edition, key: str, language: str = "nl") -> pd.DataFrame:
    """Returns an indicator in all places of its latest year that has more than one place, from high to low.

    Returns:
        The columns of `series`.
    """
    rows = edition.rows("observations", indicator_id=key)
    frame = series(edition, [key], dict.fromkeys(rows["geo"]), language)
    counts = frame.groupby("year")["geo"].nunique()
    latest = counts[counts > 1].index.max()
    return frame[frame["year"] == latest].sort_values(["value", "geo"], ascending=[False, True]).reset_index(drop=True)


def categories(edition: Edition, language: str = "nl") -> pd.DataFrame:
    """Returns the categories that agenda items and findings are coded in, in the order of the framework.

    Returns:
        A frame with `code`, `kind`, `short` and `label`.
    """
    rows = edition["categories"]
    rows = rows[rows["kind"].isin(CATEGORY_KINDS)]
    return pd.DataFrame(
        {
            "code": rows["code"],
            "kind": rows["kind"],
            "short": rows[f"short_{language}"],
            "label": rows[f"label_{language}"],
        }
    ).reset_index(drop=True)


def coding(edition: Edition) -> pd.DataFrame:
    """Counts agenda items per agenda, category and basis of the coding.

    Returns:
        A frame with `agenda_id`, `category`, `explicit` and `inferred`, a row per pair that occurs.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> counts = coding(open_edition("2021"))
        >>> int(counts["explicit"].sum()), int(counts["inferred"].sum())
        (25, 49)
    """
    items = edition["agenda_items"]
    counts = items.groupby(["agenda_id", "category", "coding_basis"], sort=True).size().unstack(fill_value=0)
    return counts.reindex(columns=["explicit", "inferred"], fill_value=0).reset_index().rename_axis(columns=None)


def findings(
    edition: Edition, sector: str | None = None, themes: Iterable[str] = (), kinds: Iterable[str] = ()
) -> pd.DataFrame:
    """Returns the findings of a sector, theme or kind; all when nothing is given."""
    rows = edition["findings"] if sector is None else edition.rows("findings", sector=sector)
    wanted = list(themes)
    if wanted:
        rows = rows[rows["theme"].isin(wanted)]
    wanted = list(kinds)
    return rows[rows["kind"].isin(wanted)] if wanted else rows


def finding_counts(edition: Edition, by: str = "sector", sector: str | None = None) -> pd.DataFrame:
    """Counts findings per category and sector or kind.

    Args:
        edition: Where the findings are.
        by: The column that makes the columns: `sector`, `kind` or `evidence_type`.
        sector: Counts this sector only.

    Returns:
        A frame with a row per category code in the order of the framework and a column per value.
    """
    rows = findings(edition, sector)
    if by == "sector":
        rows = rows[rows["sector"].isin(sectors(edition))]
    counts = rows.groupby(["category", by]).size().unstack(fill_value=0)
    order = {"sector": sectors(edition), "kind": codes(edition, "finding_kind")}.get(by, codes(edition, by))
    return counts.reindex(index=list(categories(edition)["code"]), columns=order, fill_value=0).rename_axis(
        index="category", columns=None
    )


def sectors(edition: Edition) -> list[str]:
    """Returns the ids of the sectors of the study in the order of their table.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> sectors(open_edition("2021"))
        ['po_vo', 'mbo', 'ho', 've']
    """
    return list(edition.rows("sectors", kind="sector")["id"])


def codes(edition: Edition, name: str) -> list[str]:
    """Returns the codes of a code list in their own order."""
    rows = edition["codes"]
    return list(rows[rows["list"] == name]["code"])


def of_report(edition: Edition, table: str) -> pd.DataFrame:
    """Returns the rows that the report names; what came later has the name of an edition for a section.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> [len(of_report(open_edition("2026"), table)) for table in ("initiatives", "organisations", "agendas")]
        [65, 50, 12]
    """
    rows = edition[table]
    return rows[~rows["sections"].str.fullmatch(_EDITION)]


def came_later(row: Mapping[str, Any]) -> bool:
    """Tells whether a row is none of the report."""
    return re.fullmatch(_EDITION, row["sections"]) is not None
