"""The tables of Eurostat's bulk download, of both generations: a row per series, a column per period, flags in the cell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from na_report.statistics.rows import Record, Rows, UnreadableError

_START = re.compile(r"([\w,]+)\\(time|TIME_PERIOD)\t")
_CELL = re.compile(r"(:|-?[0-9.]+(?:[eE][-+]?[0-9]+)?)? ?([a-z]*)")


def is_tsv(text: str) -> bool:
    r"""Tells whether a text starts as such a table does.

    Example:
        >>> is_tsv("unit,geo\\time\t2019 \nPC,NL\t1.0 b\n"), is_tsv("a\tb\n")
        (True, False)
    """
    return _START.match(text) is not None


def open_tsv(text: str) -> Rows:
    """Opens such a table; it does not say of which dataset it is, nor of which day."""
    start = _START.match(text)
    names = tuple(start[1].split(","))  # type: ignore[index]
    form = f"Eurostat TSV, {'old' if start[2] == 'time' else 'new'} form"  # type: ignore[index]
    return Rows(form, "", "", names, _records(text, len(names)))


def _records(text: str, dimensions: int) -> Iterator[Record]:
    lines = text.splitlines()
    periods = [period.strip() for period in lines[0].split("\t")[1:]]
    for number, line in enumerate(lines[1:], start=2):
        key, *cells = line.split("\t")
        parts = key.strip().split(",")
        if len(parts) != dimensions or len(cells) != len(periods):
            found = f"{len(parts)} codes and {len(cells)} cells"
            raise UnreadableError(
                f"row {number}: found {found}, expected {dimensions} and {len(periods)}; the answer may be cut off"
            )
        for period, cell in zip(periods, cells, strict=True):
            found_cell = _CELL.fullmatch(cell.strip())
            if not found_cell:
                raise UnreadableError(f"row {number}, {period}: found {cell[:40]!r}, expected a number, : or flags")
            yield parts, period, found_cell[1] or "", found_cell[2]
