"""The appendices: every organisation, initiative, observation, source and caveat, with links both ways."""

import json
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import REGISTERS, find_project
from na_report.base.settings import form_faults, read_texts, refuse_faults
from na_report.editions.asked import derived
from na_report.editions.edition import Edition
from na_report.editions.schema import TABLES
from na_report.reasoning.checking import check
from na_report.registers.templates import Templates
from na_report.writing.markdown import Block
from na_report.writing.voice import Voice

CLAIMS = "claims"  # in place of a table: what the data says of each
_FORM = json.loads(Path(__file__).with_name("registers.json").read_bytes())
_FORM["additionalProperties"]["properties"]["table"]["enum"] = [*(table.name for table in TABLES), CLAIMS]


@derived
def described(edition: Edition, name: str) -> dict[str, Any]:
    """Returns what `chapters/registers.yml` says of a register: a page that shows it runs again when that changes."""
    found, lines = read_texts(find_project().chapters / REGISTERS)
    faults = form_faults(found, _FORM) or [
        ((register,), repr(head), "one of its columns")
        for register, about in found.items()
        for head in (*about.get("filters", ()), *about.get("right", ()))
        if head not in about["columns"]
    ]
    refuse_faults(
        f"chapters/{REGISTERS}", faults, f"Correct chapters/{REGISTERS}; its first lines tell what it may say.", lines
    )
    if name not in found:
        hint = f"Choose one of: {', '.join(found)}; or describe it there."
        raise NaReportError(f"chapters/{REGISTERS}: found no register {name!r}.", hint=hint)
    return dict(found[name])


def show(edition: Edition, name: str, language: str = "nl", **asked: str) -> Block:
    """Shows a register of `chapters/registers.yml`, of a sector or what else its rows are asked for."""
    about, voice, place = described(edition, name), Voice(edition, language), f"chapters/{REGISTERS}, {name}"
    templates = Templates(voice, **asked)
    title, caption, where, order = (
        templates.cell(about.get(each, ""), f"{place}, {each}") for each in ("name", "caption", "where", "order")
    )
    cells = {head: templates.cell(cell, f"{place}, columns, {head}") for head, cell in about["columns"].items()}
    records = map(vars, check(edition)) if about["table"] == CLAIMS else edition.records(about["table"])
    found = [(where(row), row) for row in map(templates.view, records)]
    if wrong := {says for says, _ in found} - {"", "True", "False"}:
        hint = "Write a comparison between the braces, such as {{ kind == 'newer' }}."
        raise NaReportError(f"{place}, where: found {min(wrong)!r}, expected True or False.", hint=hint)
    rows = sorted((row for says, row in found if says != "False"), key=order)
    shown = ({head: fill(row) for head, fill in cells.items()} for row in rows)
    looks = {each: about.get(each, ()) for each in ("filters", "right")}
    return voice.table(shown, caption({}) or voice.words(f"captions.{name}"), title({}), **looks)
