"""Answers in JSON: JSON-stat 2.0, and the observations of CBS (OData v4) with the state of its periods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Any

from na_report.statistics.rows import Record, Rows, UnreadableError, day_of

_MOST = 5_000_000  # what Eurostat gives at most
_TIMES = ("time", "TIME_PERIOD")
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
    if isinstance(said, dict) and said.get("version") == "2.0" and said.get("class") == "dataset":
        return _json_stat(said)
    if (
        all(isinstance(part, dict) and isinstance(part.get("value"), list) for part in parts)
        and "@odata.context" in said
    ):
        return _cbs([row for part in parts for row in part["value"]])
    raise UnreadableError(f"found {_name(said)}, expected SDMX-CSV, Eurostat TSV, JSON-stat 2.0 or OData v4 of CBS")


def _name(said: Any) -> str:
    if isinstance(said, dict) and {"dataSets", "data"} & {*said}:
        return "SDMX-JSON, as the retired stats.oecd.org gave it"
    if isinstance(said, dict) and any(isinstance(part, dict) and "dimension" in part for part in said.values()):
        return "JSON-stat 1, which is retired"
    if isinstance(said, dict) and "odata.metadata" in said:
        return "OData v3, which CBS retires"
    return "JSON of an unknown kind"


def _json_stat(said: dict[str, Any]) -> Rows:
    try:
        names, sizes = [str(name) for name in said["id"]], [int(size) for size in said["size"]]
        lists = [_codes(said["dimension"][name]["category"]) for name in names]
        time = next(place for place, name in enumerate(names) if name in _TIMES)
    except (KeyError, TypeError, ValueError, StopIteration, AttributeError) as error:
        raise UnreadableError("found JSON-stat 2.0 without id, size, time or categories") from error
    if prod(sizes) > _MOST:
        raise UnreadableError(f"found JSON-stat of {prod(sizes):,} cells, expected at most {_MOST:,}")
    if [len(codes) for codes in lists] != sizes or not all(sizes):
        raise UnreadableError("found JSON-stat 2.0 with other sizes than it has categories")
    values, states = said.get("value"), said.get("status") or {}

    def at(cells: Any, number: int) -> str:
        if isinstance(cells, dict):
            found = cells.get(str(number))
        else:
            found = cells[number] if isinstance(cells, list) and number < len(cells) else None
        return "" if found is None else str(found)

    def records() -> Iterator[Record]:
        if isinstance(values, list) and len(values) != prod(sizes):
            raise UnreadableError(f"found {len(values)} values, expected {prod(sizes)}; the answer may be cut off")
        for number, key in enumerate(product(*lists)):
            yield (
                [part for place, part in enumerate(key) if place != time],
                key[time],
                at(values, number),
                at(states, number),
            )

    extension = said.get("extension")
    dataset = str(extension.get("id") or "") if isinstance(extension, dict) else ""
    plain = tuple(name for place, name in enumerate(names) if place != time)
    return Rows("JSON-stat 2.0", dataset, day_of(str(said.get("updated", ""))), plain, records())


def _codes(category: dict[str, Any]) -> list[str]:
    index, label = category.get("index"), category.get("label") or {}
    codes = (
        index if isinstance(index, list) else sorted(index, key=lambda code: int(index[code])) if index else [*label]
    )
    return [f"{code}: {label[code]}" if code in label else str(code) for code in codes]


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
