"""The claims as people write them in `chapters/claims.yml`, read with all that is wrong."""

import csv
import keyword
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from na_report.base.files import read_once
from na_report.base.paths import CLAIMS, Project, find_project
from na_report.base.settings import Fault, Place, form_faults, read_settings, read_texts, refuse_faults, shown
from na_report.base.wording import worded_languages
from na_report.editions.folders import edition_folder, list_editions
from na_report.editions.schema import BY_NAME
from na_report.reasoning.claim import JUDGEMENT, MEASURES, Claim

# What a comparison is made of: no more than facts, numbers and signs.
_NAME = r"(?!(?:and|or|not)\b)[A-Za-z_][A-Za-z0-9_]*"
_VALUE = rf"-?(?:{_NAME}|(?:0|[1-9][0-9]{{0,14}})(?:\.[0-9]{{1,15}})?)"
_SUM = rf"{_VALUE}(?: *[-+*] *{_VALUE})*"
_TEST = rf"(?:not +)*{_SUM}(?: *(?:[<>]=?|[=!]=) *{_SUM})+"
# The arguments of a measure that name columns.
_OF_COLUMNS = ("where", "among", "agendas", "distinct")


def read_claims(project: Project | None = None) -> list[Claim]:
    """Returns the claims of a project in the order of its file, not to be changed; names all that is wrong with its line."""
    return _read((project or find_project()).chapters / CLAIMS)


@read_once
def _read(path: Path) -> list[Claim]:
    declared, lines = read_texts(path)
    known = worded_languages(Project(path.parent.parent))
    # Each wording must be there in each of the known languages that the file speaks.
    spoken = sorted({place[-1] for place in lines if place[-2:-1] == ("says",) and place[-1] in known}) or known
    form = read_settings(Path(__file__).with_name("claims_form.yml"))
    form["$defs"]["holds"]["pattern"] = rf"^(?:{JUDGEMENT}|{_TEST}(?: +(?:and|or) +{_TEST})*)$"
    form["$defs"]["name"]["not"] = {"enum": keyword.kwlist}
    form["$defs"]["table"] = {"enum": list(BY_NAME)}
    wording = f"the wording in each language: {', '.join(spoken)}"
    form["$defs"]["says"] |= {"description": wording, "required": spoken, "propertyNames": {"enum": known}}
    _refuse([*form_faults(declared, form), *_beyond_form(declared)], lines)
    for entry in declared.values():
        entry["uses_coding"] = entry.get("uses_coding") == "yes"
    return [Claim(key, **entry) for key, entry in declared.items()]


def _refuse(faults: Iterable[Fault], lines: Mapping[Place, int]) -> None:
    hint = f"Correct chapters/{CLAIMS}; its first lines tell how a claim is made."
    refuse_faults(f"chapters/{CLAIMS}", dict.fromkeys(faults), hint, lines)


def _beyond_form(declared: Mapping[str, Any]) -> Iterator[Fault]:
    """Yields what no form can tell: facts that a claim lacks, and columns that a table lacks."""
    for key, entry in declared.items():
        claim = _by_name(entry)
        facts, holds = _by_name(claim.get("facts")), str(claim.get("holds", ""))
        named = [("holds", name) for name in re.findall(rf"\b{_NAME}", holds) if holds != JUDGEMENT]
        named += [(role, claim[role]) for role in ("against", "unknown") if isinstance(claim.get(role), str)]
        for role, name in named:
            if name not in facts:
                yield (key, role), shown(name), f"one of the facts: {', '.join(facts)}"
        for name, fact in facts.items():
            for measure in MEASURES.keys() & _by_name(fact).keys():
                given = _by_name(fact[measure])
                table = str(given.get("table", "agendas"))
                # Of a table that is none the form tells.
                for part in [part for part in given if part in _OF_COLUMNS and table in BY_NAME]:
                    where = {str(given[part]): ""} if part == "distinct" else _by_name(given[part])
                    yield from _where((key, "facts", name, measure, part), table, where)


def _by_name(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _where(place: Place, table: str, where: Mapping[str, Any]) -> Iterator[Fault]:
    """Yields what is wrong with the columns in conditions on the rows of a table."""
    columns = {column.name: column for column in BY_NAME[table].columns}
    for name, wanted in where.items():
        inner = _by_name(wanted)
        while inner.keys() == {"not"}:
            inner = _by_name(inner["not"])
        if name not in columns:
            yield (*place, name), shown(name), f"a column of {table}: {', '.join(columns)}"
        elif inner.keys() == {"at_least"} and not columns[name].many:
            yield (*place, name), shown(wanted), f"a value or some values: {name} is no list"
        elif inner and inner.keys() != {"at_least"}:
            others = [other.split(".")[0] for other in columns[name].refers_to]
            if len(others) == 1:
                yield from _where((*place, name), others[0], inner)
            else:
                yield (*place, name), shown(wanted), f"a value or some values: {name} refers to no one table"


def refuse_misplaced(project: Project, pages: Collection[str]) -> None:
    """Refuses claims of a page that is not among the pages of the book, or of a conclusion that no edition has."""
    conclusions, faults = sorted(set(_conclusions(project))), list[Fault]()
    for claim in read_claims(project):
        if claim.page not in pages:
            faults.append(((claim.id, "page"), shown(claim.page), f"a page of _toc.yml: {', '.join(sorted(pages))}"))
        if claim.conclusion not in ("", *conclusions):
            faults.append(((claim.id,), shown(claim.id), f"a conclusion of an edition: {', '.join(conclusions)}"))
    if faults:
        _refuse(faults, read_texts(project.chapters / CLAIMS)[1])


def _conclusions(project: Project) -> Iterator[str]:
    """Yields the ids of the conclusions of all editions, also of one with other faults."""
    for name in list_editions(project):
        path = edition_folder(name, project) / BY_NAME["conclusions"].file
        with suppress(OSError, UnicodeDecodeError, csv.Error), path.open(encoding="utf-8", newline="") as file:
            yield from (row.get("id", "") for row in csv.DictReader(file))
