"""The Dutch words of the workbook, as `words.yml` beside this module has them."""

from pathlib import Path

import yaml

from na_report.editions.schema import Column

_WORDS = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
STEPS: list[str] = _WORDS["steps"]
COLUMN_HEADS: list[str] = _WORDS["heads"]


def explain(column: Column) -> str:
    """Returns what a column holds, in Dutch, with the language where the column has one; its name where no words are here."""
    stem, _, language = column.name.rpartition("_")
    more = {"nl": " (Nederlands)", "en": " (Engels)"}.get(language, "")
    name = stem if more else column.name
    return f"{_WORDS['columns'].get(name, name)}{more}"


def kind(column: Column) -> str:
    """Returns the kind of value of a column, in Dutch, with the list or the tables that it comes from."""
    many = "s" if column.many else ""
    if column.codes:
        what = f"code{many} uit de lijst {column.codes}"
    elif column.refers_to:
        what = f"id{many} uit {', '.join(place.split('.')[0] for place in column.refers_to)}"
    else:
        what = _WORDS["types"][column.type]
    return f"{what}, met ; ertussen" if column.many else what
