"""The formats of answers: SDMX-CSV of Eurostat and OECD, Eurostat's tables, OData v4 of CBS. Others are refused by name."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from na_report.statistics.rows import Record, Rows, UnreadableError

_CSV = re.compile(r'"?(DATAFLOW|STRUCTURE(\[.\])?)"?([,;])')
_TSV = re.compile(r"([\w,]+)\\(time|TIME_PERIOD)\t")
_TSV_CELL = re.compile(r"(:|-?[0-9.]+(?:[eE][-+]?[0-9]+)?)? ?([a-z]*)")
_STAMPS = ("%d/%m/%y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
_CBS_TIME, _CBS_FINAL = "Perioden", "Definitief"
_CBS_NO_DIMENSION = {"Id", "Value", "StringValue", "ValueAttribute", _CBS_TIME}
# What CBS says instead of a value; whatever else it says is a value that is not there.
_CBS_NO_VALUE = {"None": "", "Impossible": "z", "Confidential": "c"}


def open_answer(parts: Sequence[bytes]) -> Rows:
    """Opens an answer; more than one part where an office gives it in pages.

    Raises:
        UnreadableError: It is damaged, or in a format that is retired or unknown, which is named.
    """
    try:
        texts = [part.decode("utf-8-sig") for part in parts]
    except UnicodeDecodeError as error:
        raise UnreadableError(f"found the byte {error.object[error.start]:#x}, expected text in UTF-8") from error
    text = texts[0].lstrip()
    if text.startswith(("{", "[")):
        said = [_json(each) for each in texts]
        if all(isinstance(each, dict) and isinstance(each.get("value"), list) for each in said) and (
            "@odata.context" in said[0]
        ):
            return _cbs([row for each in said for row in each["value"] if isinstance(row, dict)])
    elif found := _CSV.match(text):
        return _sdmx_csv(text, found[3])
    elif found := _TSV.match(text):
        return _tsv(text, found[1].split(","), "old" if found[2] == "time" else "new")
    raise UnreadableError(f"found {_name(text)}, expected SDMX-CSV, Eurostat TSV or OData v4 of CBS")


def _name(text: str) -> str:
    """Returns what a text is that can't be read."""
    start = text[:5000].lower()
    kinds = {
        "nothing": not text,
        "a web page": "<html" in start or "<!doctype html" in start,
        "SDMX-ML (XML)": start.startswith("<") and "sdmx" in start,
        "XML": start.startswith("<"),
        "SDMX-JSON, as the retired stats.oecd.org gave it": '"datasets"' in start or '"data"' in start,
        "OData v3, which CBS retires": '"odata.metadata"' in start,
        "JSON-stat 2.0": '"dimension"' in start and '"class"' in start,
        "JSON-stat 1, which is retired": '"dimension"' in start,
        "JSON of an unknown kind": start.startswith(("{", "[")),
    }
    return next((kind for kind, is_it in kinds.items() if is_it), f"text of an unknown kind, {text[:30]!r}")


def _sdmx_csv(text: str, separator: str) -> Rows:
    """Opens SDMX-CSV 1.0 or 2.0, with codes, with labels, or with both."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header = [cell.split(": ")[0] for cell in next(lines)]
    for name in ("TIME_PERIOD", "OBS_VALUE"):
        if header.count(name) != 1:
            raise UnreadableError(f"found SDMX-CSV with {header.count(name)} columns {name}, expected one")
    first = next(lines, None)
    said = dict(zip(header, first or (), strict=False))
    form, dataset = ("2.0", "STRUCTURE_ID") if header[0].startswith("STRUCTURE") else ("1.0", "DATAFLOW")
    records = _csv_records(chain([first] if first else [], lines), header)
    # A column that is no dimension is asked for by nobody.
    return Rows(f"SDMX-CSV {form}", said.get(dataset, ""), _day(said.get("LAST UPDATE", "")), tuple(header), records)


def _csv_records(rows: Iterator[list[str]], header: list[str]) -> Iterator[Record]:
    place = {name: number for number, name in enumerate(header)}
    time, value, action, hidden = (place.get(name) for name in ("TIME_PERIOD", "OBS_VALUE", "ACTION", "CONF_STATUS"))
    status = place.get("OBS_FLAG", place.get("OBS_STATUS"))
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            found = f"found {len(row)} cells, expected {len(header)}"
            raise UnreadableError(f"row {number}: {found}; the answer may be cut off")
        if action is not None and row[action] not in ("I", "R", "A", "M", ""):
            raise UnreadableError(
                f"row {number}: found the action {row[action][:20]!r}, expected data and no deletions"
            )
        flags = row[status] if status is not None else ""
        if hidden is not None and row[hidden]:
            flags = f"{flags}|{row[hidden]}"
        yield row, row[time], row[value], flags  # type: ignore[index]


def _day(stamp: str) -> str:
    for form in _STAMPS:
        try:
            return datetime.strptime(stamp.strip()[:19], form).date().isoformat()
        except ValueError:
            continue
    return ""


def _tsv(text: str, dimensions: list[str], generation: str) -> Rows:
    """Opens a table of Eurostat's bulk download: a row per series, a column per period, flags in the cell."""
    lines = text.splitlines()
    periods = [period.strip() for period in lines[0].split("\t")[1:]]

    def records() -> Iterator[Record]:
        for number, line in enumerate(lines[1:], start=2):
            key, *cells = line.split("\t")
            parts = key.strip().split(",")
            if (len(parts), len(cells)) != (len(dimensions), len(periods)):
                found = f"{len(parts)} codes and {len(cells)} cells, expected {len(dimensions)} and {len(periods)}"
                raise UnreadableError(f"row {number}: found {found}; the answer may be cut off")
            for period, cell in zip(periods, cells, strict=True):
                found_cell = _TSV_CELL.fullmatch(cell.strip())
                if not found_cell:
                    raise UnreadableError(f"row {number}, {period}: found {cell[:40]!r}, expected a number, : or flags")
                yield parts, period, found_cell[1] or "", found_cell[2]

    return Rows(f"Eurostat TSV, {generation} form", "", "", tuple(dimensions), records())


def _json(text: str) -> Any:
    try:
        # A number keeps the digits that the office wrote.
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda _: None)
    except ValueError as error:
        raise UnreadableError(f"found damaged JSON ({error}); the answer may be cut off") from error


def _cbs(rows: list[dict[str, Any]]) -> Rows:
    """Opens observations of CBS, with the state of its periods behind them."""
    states = {str(row["Identifier"]): row.get("Status") for row in rows if "Identifier" in row}
    found = [row for row in rows if "Identifier" not in row]
    names = tuple(name for name in (found[0] if found else {}) if name not in _CBS_NO_DIMENSION)

    def records() -> Iterator[Record]:
        for row in found:
            try:
                period, parts = str(row[_CBS_TIME]), [str(row[name]).strip() for name in names]
            except KeyError as error:
                raise UnreadableError(f"found an observation of CBS without {error}") from error
            flags = _CBS_NO_VALUE.get(str(row.get("ValueAttribute", "None")), "m")
            if states.get(period, _CBS_FINAL) != _CBS_FINAL:
                flags += "p"
            yield parts, period, "" if row.get("Value") is None else str(row["Value"]), flags

    return Rows("OData v4 of CBS", "", "", names, records())
