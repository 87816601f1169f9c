"""The tables of a new edition, as `tables.csv` and `columns.csv` beside this module declare them.

The same declarations check a draft, describe it in `datapackage.json` when it is sealed, and fill the drop-downs of the
workbook. A sealed edition is read by what its own descriptor says (`schema.read_schema`). What came after the first edition
was sealed is marked `later`.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from na_report.editions.schema import LANGUAGES, Column, Schema, Table

_MARKS = ("required", "unique", "many", "text", "later")


def _rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _columns(table: str) -> Iterator[Column]:
    """Yields the columns of a table; a name that ends in `_*` stands for one in each language."""
    for row in _COLUMNS:
        stem, both, _ = row["name"].partition("*")
        for language in LANGUAGES if both else ("",):
            if row["table"] == table:
                yield Column(
                    stem + language,
                    row["type"],
                    pattern=row["pattern"],
                    codes=row["codes"],
                    refers_to=tuple(row["refers_to"].split()),
                    minimum=int(row["minimum"]) if row["minimum"] else None,
                    **{mark: mark in row["marks"].split() for mark in _MARKS},
                )


_COLUMNS = _rows("columns.csv")
TABLES: Schema = tuple(
    Table(row["name"], row["title"], tuple(_columns(row["name"])), later=row["later"] == "yes")
    for row in _rows("tables.csv")
)
BY_NAME = {table.name: table for table in TABLES}
