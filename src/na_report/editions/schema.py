"""The tables of an edition: as `tables.json` declares those of a new one, and as CSV files, read as text or told why not.

They are declared with the words of Table Schema, as in the seal of an edition.
The same declarations check a draft, go along in `datapackage.json` when it is sealed, and fill the drop-downs of the workbook.
A sealed edition is read by what its own descriptor says. What came after the first edition was sealed is marked `later`.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from na_report.base.errors import InvalidInputError, Problem

LANGUAGES = ("nl", "en")
# A table with more problems is no table; a small workbook can hold millions.
PROBLEMS_LIMIT = 5_000
_SAVE = "Save the file as CSV UTF-8 without BOM (a byte order mark)"
_COMMAS = (
    "Excel writes what Windows has as list separator. Open the table in LibreOffice and save it as CSV with a comma as field "
    "delimiter, or take the way through a workbook: na-report edition export."
)

# The row, what was found, what was expected, what to do.
_Fault = tuple[int, str, str, str]
Row = dict[str, str]
Rows = list[Row]


@dataclass(frozen=True)
class Column:
    """One column of a table, by the name in the header of its CSV file."""

    name: str
    type: str = "string"  # or integer, number, date, period, url
    required: bool = True
    pattern: str = ""  # a regular expression for the whole value, or each id of a list
    codes: str = ""  # the code list in the table `codes` that the value is one of
    refers_to: Sequence[str] = ()  # the `table.column` places, one of which must hold the value
    many: bool = False  # whether the cell is a list of values with `;` between them
    minimum: float | None = None
    unique: bool = False  # so it is for a key and for what other tables refer to
    later: bool = False  # whether it came after the first sealed edition, so that one sealed before may lack it
    text: bool = False  # whether a reader sees it; it may hold `{IND001}` or `{IND001-NL-2020}` and no other braces
    said: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)  # as Table Schema says it


@dataclass(frozen=True)
class Table:
    """One table of an edition; the first column is its key, `later` tells whether an edition sealed before may lack it."""

    name: str
    title_nl: str
    columns: tuple[Column, ...]
    later: bool = False

    @property
    def key(self) -> str:
        """The name of the column that tells the rows apart."""
        return self.columns[0].name

    @property
    def file(self) -> str:
        """The name of the CSV file."""
        return f"{self.name}.csv"


Schema = tuple[Table, ...]

# Beside the words of Table Schema, a field holds under this one what these can't say, so that it can be read back whole.
_OURS = "naReport"


def table_schema(table: Table) -> dict[str, Any]:
    """Returns the Table Schema (Data Package v2) of a table."""
    keys = [
        {"fields": [column.name], "reference": {"resource": "" if place == table.name else place, "fields": [target]}}
        for column in table.columns
        if len(column.refers_to) == 1 and not column.many
        for place, target in [column.refers_to[0].split(".")]
    ]
    fields = [{**column.said, _OURS: column.said.get(_OURS, {})} for column in table.columns]
    for said in fields:
        said.pop("later", None)  # no edition can tell what came after it
    schema = {"fields": fields, "primaryKey": [table.key], "missingValues": [""]}
    return schema | ({"foreignKeys": keys} if keys else {})


def read_schema(resources: Sequence[Mapping[str, Any]], declared: Mapping[str, Table]) -> Schema:
    """Returns the tables that the resources of a sound descriptor describe.

    Of a field that was sealed before fields held all that a column can say, the rest is taken from the tables that are declared.
    """
    return tuple(_table(resource, declared.get(resource["name"])) for resource in resources)


def schema_faults(resources: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yields the tables of a descriptor that can't be what an edition has: what was found and expected."""
    files, tables = sorted(resource["path"] for resource in resources), read_schema(resources, BY_NAME)
    if files != sorted({table.file for table in tables}):
        yield f"resources: {', '.join(files)}", "each table once, in a file of its name"
    elif lacking := [table.name for table in TABLES if not table.later and table.file not in files]:
        yield f"resources: no {', '.join(lacking)}", "each table of an edition"
    places = {f"{table.name}.{column.name}" for table in tables for column in table.columns}
    for table in tables:
        names = [column.name for column in table.columns]
        known = BY_NAME[table.name].columns if table.name in BY_NAME else ()
        if len({*names}) < len(names) or {column.name for column in known if not column.later} - {*names}:
            yield f"resources, {table.name}: columns {', '.join(names)}", "each column of an edition once"
        if nowhere := {place for column in table.columns for place in column.refers_to} - places:
            yield f"resources, {table.name}: {', '.join(sorted(nowhere))}", "references to columns that there are"


def _table(resource: Mapping[str, Any], declared: Table | None) -> Table:
    known = {column.name: column for column in declared.columns} if declared else {}
    columns = (_column(field, known.get(field["name"])) for field in resource["schema"]["fields"])
    return Table(
        resource["name"], resource["title"], tuple(columns), later=declared.later if declared else "later" in resource
    )


def _column(field: Mapping[str, Any], declared: Column | None) -> Column:
    if _OURS not in field and declared:
        return declared
    said, limits = field.get(_OURS, {}), field.get("constraints", {})
    kind = said.get("type", "url" if field.get("format") == "uri" else field["type"])
    return Column(
        field["name"],
        kind,
        required=bool(limits.get("required")),
        pattern=said.get("pattern", "" if kind == "period" else limits.get("pattern", "")),
        minimum=limits.get("minimum") if kind in ("integer", "number") else None,
        later=declared.later if declared else "later" in field,
        said=field,
        **{word: said[word] for word in ("codes", "refers_to", "many", "unique", "text") if word in said},
    )


TABLES = read_schema(json.loads(Path(__file__).with_name("tables.json").read_bytes()), {})
BY_NAME = {table.name: table for table in TABLES}


def read_table(folder: Path, table: Table) -> Rows:
    """Returns the rows of a table of the edition in a folder; an `InvalidInputError` tells all that makes that impossible."""
    path, names = folder / table.file, [column.name for column in table.columns]
    lines: list[list[str]] = []
    try:
        if path.is_file():  # to read a pipe would take for ever
            text = path.read_bytes().decode("utf-8")
            if not (faults := list(_of_other_programs(text))):
                lines.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
                faults = list(islice(_of_columns(lines, names), PROBLEMS_LIMIT))
        else:
            faults = [(0, "no file", "a table of the edition", "Put the file back, or copy it from another edition.")]
    except OSError as error:
        faults = [(0, error.strerror or str(error), "a file that can be read", "Give yourself the right to read it.")]
    except UnicodeDecodeError as error:
        row, what = error.object.count(b"\n", 0, error.start) + 1, error.object[error.start : error.end].hex()
        if error.object[:2] in (b"\xff\xfe", b"\xfe\xff"):
            what = "UTF-16 text (Unicode text of Excel)"
        faults = [(row, what, "UTF-8 text", f"{_SAVE}.")]
    except csv.Error as error:  # in the row after those that could be read
        expected, remedy = "rows of comma-separated values", "Look for a quote that is not closed."
        faults = [(len(lines) + 1, str(error), expected, remedy)]
    if faults:
        problems = [Problem(table.file, row, "", *fault) for row, *fault in faults]
        hint = "Put the file back or mend it, and try again."
        raise InvalidInputError(f"{table.file} can't be read as a table:", problems, hint=hint)
    return [dict(zip(names, cells, strict=True)) for cells in lines[1:]]


def write_table(folder: Path, table: Table, rows: Rows) -> None:
    """Writes a table as the CSV file of an edition, with the columns that it has now; what a row lacks is empty."""
    names = [column.name for column in table.columns]
    with (folder / table.file).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _of_other_programs(text: str) -> Iterator[_Fault]:
    """Yields what a spreadsheet program writes in another way than a table of an edition is written."""
    if text.startswith("\ufeff"):
        remedy = f"{_SAVE}; Excel always adds one, LibreOffice and Notepad need not."
        yield 1, "a byte order mark", "a header at the very start", remedy
    first = text.partition("\n")[0]
    if "," not in first and (separators := [sign for sign in ";\t|" if sign in first]):
        yield 1, f"columns with {separators[0]!r} between them", "columns with a comma between them", _COMMAS


def _of_columns(lines: Sequence[Sequence[str]], names: Sequence[str]) -> Iterator[_Fault]:
    """Yields where the rows of a table, header first, have other columns than its names."""
    header = lines[0] if lines else []
    if header != names:
        missing, unknown = (", ".join(sorted(part)) or "none" for part in ({*names} - {*header}, {*header} - {*names}))
        remedy = f"Missing: {missing}; unknown: {unknown}; put each column once, in this order."
        yield 1, ", ".join(header)[:200], ", ".join(names), remedy
        return  # to count cells would say the same of each row
    for number, cells in enumerate(lines, start=1):
        if len(cells) != len(names):
            yield number, f"{len(cells)} cells", f"{len(names)} cells", "Quote a value that holds a comma."
