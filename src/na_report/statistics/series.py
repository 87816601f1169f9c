"""The series of an edition: where the observations of an indicator come from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from na_report.editions.table_files import Rows

# In `dimensions`, the one that tells the places apart.
PLACE = "*"
_PAIRS = ("dimensions", "places", "labels")
# Names of offices and of their surveys, as a source names them.
_OFFICES = re.compile(r"\b(eurostat|cbs|oecd|oeso|piaac|pisa|talis)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Series:
    """One row of the table `series`: a series of an office, and what it feeds."""

    id: str
    provider: str  # eurostat, oecd or cbs
    dataset: str
    dimensions: Mapping[str, str]  # per dimension its code, in the order of the dataset
    places: Mapping[str, str]  # per code of the edition's list `geo` the code of the office
    labels: Mapping[str, str]  # per code what the office calls it, for answers that have labels alone
    start: str  # the first period that is wanted; empty for all
    unit: str
    indicator_id: str
    group_nl: str
    group_en: str
    method_series: str  # after a break a new one starts with its name
    source_id: str

    def __str__(self) -> str:
        return f"{self.id} ({self.dataset}, {self.indicator_id})"


def declared(rows: Rows) -> list[Series]:
    """Returns the series that the rows of the table `series` declare."""
    cells: list[dict[str, Any]] = [{**row, **{name: _pairs(row[name]) for name in _PAIRS}} for row in rows]
    return [Series(**each) for each in cells]


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
    units = {row["id"]: row["unit"] for row in tables["indicators"]}
    for series in declared(tables["series"]):
        if (unit := units.get(series.indicator_id, "")) != series.unit:
            yield f"{series}: found the unit {series.unit}, expected that of the indicator, {unit}"
        if [*series.dimensions.values()].count(PLACE) != 1 and len(series.places) != 1:
            yield f"{series}: found {len(series.places)} places, expected one dimension with * to tell them apart"
