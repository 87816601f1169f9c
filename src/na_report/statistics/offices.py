"""Where each office answers, and how it wants to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from na_report.statistics.series import PLACE, Series

NAMES = {"eurostat": "Eurostat", "oecd": "the OECD", "cbs": "CBS"}
ADDRESSES = {
    "eurostat": "https://ec.europa.eu/eurostat/api/dissemination",
    "oecd": "https://sdmx.oecd.org/public/rest",
    "cbs": "https://datasets.cbs.nl/odata/v1/CBS",
}
# Downloads that an office allows in an hour.
MOST = {"oecd": 60}


def addresses(series: Series, bases: Mapping[str, str]) -> list[str]:
    """Returns what to ask for a series; CBS says in a second answer whether a period is provisional."""
    base, codes = bases[series.provider], list(series.places.values())
    key = ".".join("+".join(codes) if code == PLACE else code for code in series.dimensions.values())
    start = {"startPeriod": series.start} if series.start else {}
    if series.provider == "eurostat":
        query = urlencode({"format": "SDMX-CSV", "compressed": "false", **start})
        return [f"{base}/sdmx/2.1/data/{quote(series.dataset)}/{quote(key, safe='.+')}?{query}"]
    if series.provider == "oecd":
        query = urlencode({"format": "csvfile", "dimensionAtObservation": "AllDimensions", **start})
        return [f"{base}/data/{quote(series.dataset, safe=',@')}/{quote(key, safe='.+')}?{query}"]
    wanted = [
        " or ".join(f"{name} eq '{each}'" for each in (codes if code == PLACE else [code]))
        for name, code in series.dimensions.items()
    ]
    query = urlencode({"$filter": " and ".join(f"({one})" for one in wanted)}, quote_via=quote)
    return [f"{base}/{quote(series.dataset)}/Observations?{query}", f"{base}/{quote(series.dataset)}/PeriodenCodes"]


def async_addresses(base: str, key: str) -> tuple[str, str]:
    """Returns where Eurostat tells of an answer that comes later, and where that answer is."""
    key = quote(key, safe="")
    return f"{base}/1.0/async/status/{key}", f"{base}/1.0/async/data/{key}?format=SDMX-CSV&compressed=false"
