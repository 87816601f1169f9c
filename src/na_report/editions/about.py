"""What the study is, as `data/about.yml` says it for each new edition, and which form that and a descriptor have."""

import json
import re
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import ABOUT, Project
from na_report.base.settings import Place, form_faults, placed, read_texts
from na_report.editions.cells import is_address, is_line

_FORMS = json.loads(Path(__file__).with_name("descriptor.json").read_bytes())


def _is_day(value: Any) -> bool:
    """Tells whether a value is a day as 2026-11-24, with or without a time behind it."""
    return bool(re.fullmatch(r"[0-9-]{10}(T[0-9:.+-]+Z?)?", value) and date.fromisoformat(value[:10]))


@cache
def _formats() -> Any:
    """Returns what tells whether a text is of a format that the forms name."""
    from jsonschema import FormatChecker  # takes 0.1 s to import

    formats = FormatChecker(())
    formats.checks("line")(is_line)
    formats.checks("address")(is_address)
    formats.checks("day", (ValueError, TypeError))(_is_day)
    formats.checks("regex", (re.error, ValueError, TypeError, OverflowError))(partial(re.compile, flags=re.ASCII))
    return formats


def faults(said: Any, form: str) -> list[tuple[Place, str, str]]:
    """Returns the places that haven't the form of `descriptor.json`, with what was found and what was expected."""
    return form_faults(said, {**_FORMS, "$ref": f"#/definitions/{form}"}, _formats())


def read_about(project: Project, edition: str) -> dict[str, Any]:
    """Returns what the descriptor of a new edition says of the study; names all that it can't use, with its line."""
    said, lines = read_texts(project.data / ABOUT)
    problems = []
    for place, what, expected in faults(said, "about"):
        line = lines.get(place, lines.get(place[:-1], 1))
        problems.append(f"{placed(f'data/{ABOUT}, line {line}', place)}: found {what}, expected {expected}.")
    if problems:
        hint = f"Correct data/{ABOUT}; datapackage.json of an edition shows the form."
        raise NaReportError("\n".join(problems), hint=hint)
    return {**said, **{name: said[name].replace("{edition}", edition) for name in ("title", "description")}}
