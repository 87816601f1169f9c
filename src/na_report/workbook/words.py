"""The Dutch words of the workbook, as `words.yml` beside this module has them."""

from __future__ import annotations

from pathlib import Path

import yaml

from na_report.editions.schema import Column

_WORDS = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
STEPS: list[str] = _WORDS["steps"]
COLUMN_HEADS: list[str] = _WORDS["heads"]
_LANGUAGES = {"nl": " (Nederlands)", "en": " (Engels)"}


def explain(column: Column) -> str:
    """Returns what a column holds, in Dutch, with the language where the column has one; its name where no words are here.

    Example:
        >>> from na_report.editions.declared_tables import BY_NAME
        >>> explain(BY_NAME["findings"].column("text_en"))
        'de tekst die de lezer ziet (Engels)'
    """
    stem, _, language = column.name.rpartition("_")
    name, more = (stem, _LANGUAGES[language]) if language in _LANGUAGES else (column.name, "")
    return f"{_WORDS['columns'].get(name, name)}{more}"


def kind(column: Column) -> str:
    """Returns the kind of value of a column, in Dutch, with the list or the tables that it comes from.

    Example:
        >>> from na_report.editions.declared_tables import BY_NAME
        >>> kind(BY_NAME["findings"].column("source_ids"))
        'ids uit sources, met ; ertussen'
    """
    many = "s" if column.many else ""
    if column.codes:
        what = f"code{many} uit de lijst {column.codes}"
    elif column.refers_to:
        what = f"id{many} uit {', '.join(place.split('.')[0] for place in column.refers_to)}"
    else:
        what = _WORDS["types"][column.type]
    return f"{what}, met ; ertussen" if column.many else what
