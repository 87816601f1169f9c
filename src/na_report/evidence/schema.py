"""What the declaration of a table can say of its columns, and the Table Schema that follows from it."""

from __future__ import annotations

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
        unique: Whether no two rows may have the same value; so it is for a key and for what other tables refer to. Not
            in the Table Schema: an edition that was sealed before says the same of its columns.
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
    text: bool = False


@dataclass(frozen=True)
class Table:
    """One table of an edition; the first column is its key."""

    name: str
    title_nl: str
    columns: tuple[Column, ...]

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


_FIELD_TYPES = {"url": "string", "period": "string"}
PERIOD = r"\d{4}(-\d{2})?(/\d{4})?"


def table_schema(table: Table) -> dict[str, Any]:
    """Returns the Table Schema (Data Package v2) of a table.

    Example:
        >>> from na_report.evidence.tables import BY_NAME
        >>> table_schema(BY_NAME["interviewees"])["fields"][0]
        {'name': 'id', 'type': 'string', 'constraints': {'required': True, 'unique': True, 'pattern': 'P\\\\d+'}}
    """
    fields = []
    keys = []
    for column in table.columns:
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
        fields.append(field)
        if len(column.refers_to) == 1 and not column.many:
            place, target = column.refers_to[0].split(".")
            keys.append(
                {
                    "fields": [column.name],
                    "reference": {"resource": "" if place == table.name else place, "fields": [target]},
                }
            )
    schema: dict[str, Any] = {"fields": fields, "primaryKey": [table.key], "missingValues": [""]}
    if keys:
        schema["foreignKeys"] = keys
    return schema
