"""Answers in JSON: the observations of CBS (OData v4) with the state of its periods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from na_report.statistics.rows import Record, Rows, UnreadableError

_CBS_TIME, _FINAL = "Perioden", "Definitief"
_CBS_NO_DIMENSION = {"Id", "Value", "StringValue", "ValueAttribute", _CBS_TIME}
# What CBS says instead of a value; whatever else it says is a value that is not there.
_CBS_NO_VALUE = {"None": "", "Impossible": "z", "Confidential": "c"}


def open_json(parts: Sequence[Any]) -> Rows:
    """Opens an answer in JSON, which CBS gives in pages.

    Raises:
        UnreadableError: It is in a format that is retired or unknown, which is named.
    """
    said = parts[0]
    if (
        all(isinstance(part, dict) and isinstance(part.get("value"), list) for part in parts)
        and "@odata.context" in said
    ):
        return _cbs([row for part in parts for row in part["value"]])
    raise UnreadableError(f"found {_name(said)}, expected SDMX-CSV, Eurostat TSV or OData v4 of CBS")


def _name(said: Any) -> str:
    if isinstance(said, dict) and {"dataSets", "data"} & {*said}:
        return "SDMX-JSON, as the retired stats.oecd.org gave it"
    if isinstance(said, dict) and any(isinstance(part, dict) and "dimension" in part for part in said.values()):
        return "JSON-stat 1, which is retired"
    if isinstance(said, dict) and "dimension" in said:
        return "JSON-stat 2.0"
    if isinstance(said, dict) and "odata.metadata" in said:
        return "OData v3, which CBS retires"
    return "JSON of an unknown kind"


def _cbs(rows: list[Any]) -> Rows:
    states = {
        str(row["Identifier"]): row.get("Status") for row in rows if isinstance(row, dict) and "Identifier" in row
    }
    found = [row for row in rows if isinstance(row, dict) and "Identifier" not in row]
    names = tuple(name for name in (found[0] if found else {}) if name not in _CBS_NO_DIMENSION)

    def records() -> Iterator[Record]:
        for row in found:
            try:
                period, parts = str(row[_CBS_TIME]), [str(row[name]).strip() for name in names]
            except KeyError as error:
                raise UnreadableError(f"found an observation of CBS without {error}") from error
            flags = _CBS_NO_VALUE.get(str(row.get("ValueAttribute", "None")), "m")
            if states.get(period, _FINAL) != _FINAL:
                flags += "p"
            yield parts, period, "" if row.get("Value") is None else str(row["Value"]), flags

    return Rows("OData v4 of CBS", "", "", names, records())
