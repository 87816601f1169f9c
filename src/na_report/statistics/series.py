"""The series of an edition: where the observations of an indicator come from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from na_report.editions.reading import Row, Rows

# In `dimensions`, the one that tells the places apart.
PLACE = "*"
# Names of offices and of their surveys, as a source names them.
_OFFICES = re.compile(r"\b(eurostat|cbs|oecd|oeso|piaac|pisa|talis)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Series:
    """One series of an office, and what it feeds.

    Args:
        id: Its id.
        provider: `eurostat`, `oecd` or `cbs`.
        dataset: The code of the dataset.
        dimensions: Per dimension its code, in the order of the dataset; `*` for the dimension of the places.
        places: Per code of the edition's list `geo` the code of the office.
        labels: Per code what the office calls it, for answers that have labels alone.
        start: The first period that is wanted; empty for all.
        unit: The unit of the indicator.
        indicator: The id of the indicator.
        group: What observations say of the group, in Dutch and in English.
        method: The name of the method series; after a break a new one starts with it.
        source: The id of the source that observations name.
    """

    id: str
    provider: str
    dataset: str
    dimensions: Mapping[str, str]
    places: Mapping[str, str]
    labels: Mapping[str, str]
    start: str
    unit: str
    indicator: str
    group: tuple[str, str]
    method: str
    source: str

    def __str__(self) -> str:
        return f"{self.id} ({self.dataset}, {self.indicator})"


def declared(rows: Rows) -> list[Series]:
    """Returns the series that the rows of the table `series` declare.

    Example:
        >>> row = {"id": "SER001", "provider": "eurostat", "dataset": "x", "dimensions": "unit=PC;geo=*", "start": "",
        ...        "places": "NL=NL;EU=EU27_2020", "labels": "", "unit": "percent", "indicator_id": "IND001",
        ...        "group_nl": "", "group_en": "", "method_series": "m", "source_id": "s"}
        >>> declared([row])[0].places["EU"]
        'EU27_2020'
    """
    return [
        Series(
            row["id"],
            row["provider"],
            row["dataset"],
            _pairs(row["dimensions"]),
            _pairs(row["places"]),
            _pairs(row["labels"]),
            row["start"],
            row["unit"],
            row["indicator_id"],
            (row["group_nl"], row["group_en"]),
            row["method_series"],
            row["source_id"],
        )
        for row in rows
    ]


def _pairs(cell: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.partition("=") for part in cell.split(";") if part)}


def without_series(tables: Mapping[str, Rows]) -> dict[str, list[str]]:
    """Returns the indicators with figures of an office, or of someone who took them over, that no series feeds.

    Returns:
        Per indicator the sources of those figures. As nobody asked an office for them, no answer shows their codes.
    """
    fed = {row["indicator_id"] for row in tables["series"]}
    office = {row["id"]: _OFFICES.search(" ".join(row.values())) for row in (*tables["sources"], *tables["indicators"])}
    found: dict[str, list[str]] = {}
    for row in tables["observations"]:
        indicator, source = row["indicator_id"], row["source_id"]
        if row["value"] and indicator not in fed and (office.get(source) or office.get(indicator)):
            found.setdefault(indicator, []).append(source)
    return {indicator: list(dict.fromkeys(sources)) for indicator, sources in sorted(found.items())}


def faults(tables: Mapping[str, Rows]) -> Iterator[str]:
    """Yields what the table of the series says and the rest of the edition doesn't."""
    indicators: dict[str, Row] = {row["id"]: row for row in tables["indicators"]}
    for series in declared(tables["series"]):
        if (unit := indicators.get(series.indicator, {}).get("unit", "")) != series.unit:
            yield f"{series}: found the unit {series.unit}, expected that of the indicator, {unit}"
        if [*series.dimensions.values()].count(PLACE) != 1 and len(series.places) != 1:
            yield f"{series}: found {len(series.places)} places, expected one dimension with * to tell them apart"
