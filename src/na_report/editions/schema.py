"""What the declaration of a table can say of its columns, and how a descriptor holds it as Table Schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("nl", "en")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Args:
        name: The name in the header of the CSV file.
        type: `string`, `integer`, `number`, `date`, `period` (2019, 2020-11 or 2018/2022) or `url`.
        required: Whether every row must have a value.
        pattern: A regular expression that the whole value (or each id of a list) matches.
        codes: The code list in the table `codes` that the value is one of.
        refers_to: The `table.column` places, one of which must hold the value.
        many: Whether the cell is a list of values with `;` between them.
        minimum: The smallest number allowed.
        unique: Whether no two rows may have the same value; so it is for a key and for what other tables refer to.
        later: Whether the column came after the first sealed edition, so that one sealed before may lack it.
        text: Whether a reader sees the value; it may hold `{IND001}` or `{IND001-NL-2020}` and no other braces.
    """

    name: str
    type: str = "string"
    required: bool = True
    pattern: str = ""
    codes: str = ""
    refers_to: tuple[str, ...] = ()
    many: bool = False
    minimum: float | None = None
    unique: bool = False
    later: bool = False
    text: bool = False


@dataclass(frozen=True)
class Table:
    """One table of an edition; the first column is its key.

    Args:
        name: The name of its file, without `.csv`.
        title_nl: What it is called in the descriptor and the workbook.
        columns: Its columns in their order.
        later: Whether the table came after the first sealed edition, so that one sealed before may lack it.
    """

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

    def column(self, name: str) -> Column:
        """Returns the column of that name."""
        return next(column for column in self.columns if column.name == name)


Schema = tuple[Table, ...]

PERIOD = r"\d{4}(-\d{2})?(/\d{4})?"
_TYPES = ("string", "integer", "number", "date", "period", "url")
_FIELD_TYPES = {"url": "string", "period": "string"}
# Beside the words of Table Schema, a field holds under this one what these can't say, so that it can be read back whole.
_OURS = "naReport"
_OUR_WORDS = ("type", "codes", "refers_to", "many", "unique", "text")


def table_schema(table: Table) -> dict[str, Any]:
    """Returns the Table Schema (Data Package v2) of a table.

    Example:
        >>> people = Table("people", "Mensen", (Column("id", pattern=r"P\\d+", unique=True), Column("name", text=True)))
        >>> table_schema(people)["fields"][0]["constraints"]
        {'required': True, 'unique': True, 'pattern': 'P\\\\d+'}
    """
    schema: dict[str, Any] = {
        "fields": [_field(table, column) for column in table.columns],
        "primaryKey": [table.key],
        "missingValues": [""],
    }
    keys = [
        {
            "fields": [column.name],
            "reference": {"resource": "" if place == table.name else place, "fields": [target]},
        }
        for column in table.columns
        if len(column.refers_to) == 1 and not column.many
        for place, target in [column.refers_to[0].split(".")]
    ]
    return schema | ({"foreignKeys": keys} if keys else {})


def _field(table: Table, column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": _FIELD_TYPES.get(column.type, column.type)}
    if column.type == "url":
        field["format"] = "uri"
    if column.many:
        # Data Package has a type `list`, but its published profile does not know it.
        field["description"] = "values with ; between them"
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.name == table.key:
        constraints["unique"] = True
    if column.pattern and not column.many:
        constraints["pattern"] = column.pattern
    if column.type == "period":
        constraints["pattern"] = PERIOD
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if constraints:
        field["constraints"] = constraints
    said = {word: value for word in _OUR_WORDS if (value := getattr(column, word)) and value != field.get(word)}
    if column.many and column.pattern:
        said["pattern"] = column.pattern
    return field | {_OURS: {word: list(value) if isinstance(value, tuple) else value for word, value in said.items()}}


def read_schema(resources: Any, declared: Mapping[str, Table]) -> Schema:
    """Returns the tables that the resources of a descriptor describe.

    Args:
        resources: What the descriptor says; its faults are for `descriptor.py` to tell.
        declared: Per name the tables that this program knows. Of a field that was sealed before fields held all that a
            column can say, the rest is taken from here.

    Example:
        >>> people = Table("people", "Mensen", (Column("id", unique=True), Column("tags", many=True, required=False)))
        >>> said = [{"name": "people", "title": "Mensen", "schema": table_schema(people)}]
        >>> read_schema(said, {}) == (people,)
        True
    """
    tables = []
    for resource in resources:
        name = str(resource["name"])
        known = {column.name: column for column in declared[name].columns} if name in declared else {}
        columns = (_column(field, known.get(str(field["name"]))) for field in resource["schema"]["fields"])
        tables.append(
            Table(name, str(resource["title"]), tuple(columns), later=name in declared and declared[name].later)
        )
    return tuple(tables)


def faults_of_schema(
    resources: Sequence[Mapping[str, Any]], declared: Mapping[str, Table]
) -> Iterator[tuple[str, str]]:
    """Yields what in the resources of a descriptor is no schema that a table can be read by: found, and expected.

    Args:
        resources: The resources, each with a name.
        declared: Per name the tables that this program knows.

    Example:
        >>> list(faults_of_schema([{"name": "people", "title": "Mensen", "schema": {"fields": [{"name": "Id"}]}}], {}))
        [('people: no such schema', 'fields with name, type and limits in the schema of people')]
    """
    tables: dict[str, Table] = {}
    for resource in resources:
        name = str(resource["name"])
        try:
            [tables[name]] = read_schema([resource], declared)
            if not all(map(_is_column, tables[name].columns)) or not tables[name].columns:
                raise ValueError(name)
        except (KeyError, TypeError, ValueError, AttributeError, re.error):
            tables.pop(name, None)
            yield f"{name}: no such schema", f"fields with name, type and limits in the schema of {name}"
    places = {f"{table.name}.{column.name}" for table in tables.values() for column in table.columns}
    for table in tables.values():
        names = [column.name for column in table.columns]
        lacking = (
            [column.name for column in declared[table.name].columns if not column.later]
            if table.name in declared
            else []
        )
        for column in lacking:
            if column not in names:
                yield f"{table.name}: no {column}", f"the column {column} in the schema of {table.name}"
        if len(set(names)) < len(names):
            yield f"{table.name}: {names!r}", f"each column once in the schema of {table.name}"
        for place in sorted({place for column in table.columns for place in column.refers_to} - places):
            yield f"{table.name}: {place!r}", f"a place in one of the tables in the schema of {table.name}"


def _is_column(column: Column) -> bool:
    re.compile(column.pattern)
    return (
        re.fullmatch(r"[a-z][a-z0-9_]*", column.name) is not None
        and column.type in _TYPES
        and (column.minimum is None or isinstance(column.minimum, int | float))
    )


def _column(field: Mapping[str, Any], declared: Column | None) -> Column:
    if _OURS not in field and declared:
        return declared
    said, limits = field.get(_OURS, {}), field.get("constraints", {})
    kind = str(said.get("type", "url" if field.get("format") == "uri" else field["type"]))
    pattern = said.get("pattern", "" if kind == "period" else limits.get("pattern", ""))
    return Column(
        str(field["name"]),
        kind,
        required=bool(limits.get("required")),
        pattern=str(pattern),
        codes=str(said.get("codes", "")),
        refers_to=tuple(map(str, said.get("refers_to", ()))),
        many=bool(said.get("many")),
        minimum=limits.get("minimum"),
        unique=bool(said.get("unique")),
        later=bool(declared and declared.later),
        text=bool(said.get("text")),
    )
