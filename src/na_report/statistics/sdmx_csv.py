"""SDMX-CSV 1.0 and 2.0, as Eurostat and OECD write them: with codes, with labels, or with both."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from na_report.statistics.rows import Record, Rows, UnreadableError, day_of

_START = re.compile(r'"?(DATAFLOW|STRUCTURE(\[.\])?)"?[,;]')
_STATUS = ("OBS_FLAG", "OBS_STATUS")


def is_sdmx_csv(text: str) -> bool:
    """Tells whether a text starts as SDMX-CSV does."""
    return _START.match(text) is not None


def open_sdmx_csv(text: str) -> Rows:
    """Opens an answer in SDMX-CSV.

    Raises:
        UnreadableError: It has no period or value, or is a message that changes another one.
    """
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_START.match(text)[0][-1], strict=True)  # type: ignore[index]
    header = [cell.split(": ")[0] for cell in next(lines)]
    for name in ("TIME_PERIOD", "OBS_VALUE"):
        if header.count(name) != 1:
            raise UnreadableError(f"found SDMX-CSV with {header.count(name)} columns {name}, expected one")
    second = header[0].startswith("STRUCTURE")
    first = _checked(next(lines, None), header, lines.line_num)
    said = {} if first is None else dict(zip(header, first, strict=True))
    return Rows(
        f"SDMX-CSV {'2.0' if second else '1.0'}",
        said.get("STRUCTURE_ID" if second else "DATAFLOW", ""),
        day_of(said.get("LAST UPDATE", "")),
        tuple(header),  # a column that is no dimension is asked for by nobody
        _records(chain([first] if first else [], lines), header),
    )


def _records(rows: Iterable[list[str]], header: list[str]) -> Iterator[Record]:
    time, value = header.index("TIME_PERIOD"), header.index("OBS_VALUE")
    status = next((header.index(name) for name in _STATUS if name in header), None)
    hidden = header.index("CONF_STATUS") if "CONF_STATUS" in header else None
    action = header.index("ACTION") if "ACTION" in header else None
    for number, row in enumerate(rows, start=2):
        _checked(row, header, number)
        if action is not None and row[action] not in ("I", "R", "A", "M", ""):
            raise UnreadableError(
                f"row {number}: found the action {row[action][:20]!r}, expected data and no deletions"
            )
        flags = row[status] if status is not None else ""
        if hidden is not None and row[hidden]:
            flags = f"{flags}|{row[hidden]}"
        yield row, row[time], row[value], flags


def _checked(row: list[str] | None, header: list[str], number: int) -> list[str] | None:
    if row is not None and len(row) != len(header):
        raise UnreadableError(
            f"row {number}: found {len(row)} cells, expected {len(header)}; the answer may be cut off"
        )
    return row
