"""The tables of a new edition, as `tables.csv` and `columns.csv` beside this module declare them.

The same declarations check a draft, describe it in `datapackage.json` when it is sealed, and fill the drop-downs of the
workbook. A sealed edition is read by what its own descriptor says (`schema.read_schema`). What came after the first edition
was sealed is marked `later`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from na_report.editions.schema import LANGUAGES, Column, Schema, Table

_MARKS = ("required", "unique", "many", "text", "later")


def _rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _columns(row: dict[str, str]) -> Iterator[Column]:
    """Yields the columns of a row; a name that ends in `_*` stands for one in each language."""
    stem, both, _ = row["name"].partition("*")
    marks = row["marks"].split()
    for language in LANGUAGES if both else ("",):
        yield Column(
            stem + language,
            row["type"],
            pattern=row["pattern"],
            codes=row["codes"],
            refers_to=tuple(row["refers_to"].split()),
            minimum=int(row["minimum"]) if row["minimum"] else None,
            **{mark: mark in marks for mark in _MARKS},
        )


def _declared() -> Iterator[Table]:
    rows = _rows("columns.csv")
    for table in _rows("tables.csv"):
        columns = (column for row in rows if row["table"] == table["name"] for column in _columns(row))
        yield Table(table["name"], table["title"], tuple(columns), later=table["later"] == "yes")


TABLES: Schema = tuple(_declared())
BY_NAME = {table.name: table for table in TABLES}
