"""What the workbook of an edition and its way back share: names of sheets, the mark of the schema, problems with a cell."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from na_report.base.errors import Problem
from na_report.editions.schema import table_schema
from na_report.editions.tables import TABLES

START = "Start"
META = "_na_report"
FORMAT = "na-report workbook 1"

_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TO_CODE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, order=True)
class CellProblem(Problem):
    """A problem with its place in a workbook; `file` is the sheet, or the file when the sheet doesn't matter.

    Example:
        >>> print(CellProblem("observations", 12, "H", "veel", "a number", "Correct the value.", name="value"))
        observations!H12 (value): found 'veel', expected a number. Correct the value.
    """

    name: str = ""

    def __str__(self) -> str:
        place = f"{self.file}!{self.column}{self.row}" if self.column and self.row else self.file
        if self.name:
            place += f" ({self.name})"
        return f"{place}: found {self.found!r}, expected {self.expected}. {self.remedy}"


def schema_version() -> str:
    """Returns a mark of the tables and columns that this version of the program knows.

    Example:
        >>> len(schema_version())
        12
    """
    text = json.dumps([[table.name, table_schema(table)] for table in TABLES], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def encode(text: str) -> str:
    r"""Writes what XML can't hold as `_x000C_`, as spreadsheet programs do.

    Example:
        >>> encode("a\x0cb"), encode("_x0041_")
        ('a_x000C_b', '_x005F_x0041_')
    """
    return _TO_CODE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def decode(text: str) -> str:
    r"""Undoes `encode`; two halves of a character that stand side by side become one.

    Example:
        >>> decode("a_x000C_b"), decode("_x005F_x0041_")
        ('a\x0cb', '_x0041_')
    """
    if "_x" not in text:
        return text
    plain = _CODED.sub(lambda match: chr(int(match[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
