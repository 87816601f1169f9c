"""The claims as people write them in `chapters/claims.yml`, read with all that is wrong, and what the data say of each.

They are conclusions and countable sentences as checks on the data, of three kinds that are never added up.
"""

import csv
import keyword
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from na_report.base.errors import MissingRowError
from na_report.base.files import read_once
from na_report.base.paths import CLAIMS, Project, find_project
from na_report.base.settings import Fault, Place, form_faults, read_settings, read_texts, refuse_faults, shown
from na_report.base.wording import worded_languages
from na_report.editions.asked import Reads, derived
from na_report.editions.edition import Edition
from na_report.editions.folders import edition_folder, list_editions
from na_report.editions.schema import BY_NAME
from na_report.reasoning import chain
from na_report.reasoning.claim import COUNT, FAILS, JUDGEMENT, KINDS, MEASURES, Claim, Result, evaluate

# What a comparison is made of: no more than facts, numbers and signs.
_NAME = r"(?!(?:and|or|not)\b)[A-Za-z_][A-Za-z0-9_]*"
_VALUE = rf"-?(?:{_NAME}|(?:0|[1-9][0-9]{{0,14}})(?:\.[0-9]{{1,15}})?)"
_SUM = rf"{_VALUE}(?: *[-+*] *{_VALUE})*"
_TEST = rf"(?:not +)*{_SUM}(?: *(?:[<>]=?|[=!]=) *{_SUM})+"
# The arguments of a measure that name columns.
_OF_COLUMNS = ("where", "among", "agendas", "distinct")


def all_claims(project: Project | None = None) -> list[Claim]:
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
    for claim in all_claims(project):
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


@derived
def results_of(edition: Edition, conclusion: str) -> list[Result]:
    """Returns what a reader is told of a conclusion: its test on newer facts first, then that on the report's own."""
    results = [found for found in check(edition) if found.claim.conclusion]
    known = dict.fromkeys(found.claim.conclusion for found in results)
    if conclusion not in known:
        raise MissingRowError(
            f"Edition {edition.name} has no claim {conclusion!r}.",
            hint=f"Choose one of: {', '.join(known)}; or add it to chapters/claims.yml.",
        )
    mine = [found for found in results if found.claim.conclusion == conclusion and found.claim.kind != COUNT]
    return sorted(mine, key=lambda found: KINDS.index(found.claim.kind))


@derived
def failing(edition: Edition, page: str = "") -> list[Result]:
    """Returns the claims that fail and that a reader is told of, of one page or of all."""
    failed = [found for found in check(edition) if found.state in FAILS and found.claim.kind != COUNT]
    return [found for found in failed if page in ("", found.claim.page)]


@derived
@chain.remembered
def check(edition: Edition) -> list[Result]:
    """Evaluates all claims on an edition but those of conclusions that it lacks; the list is shared, so don't change it."""
    conclusions = {"", *edition["conclusions"]["id"]}
    return [
        replace(
            evaluate(claim, edition),
            recommendations=tuple(chain.above(edition, claim.conclusion, "recommendations")),
        )
        for claim in all_claims()
        if claim.conclusion in conclusions
    ]


class Flip(NamedTuple):
    """A claim whose verdict becomes `state` when an item moves to a category, or (no item) inferred codings are left out."""

    claim: str
    item: str
    category: str
    state: str


@derived
@chain.remembered
def robustness(edition: Edition) -> tuple[list[Flip], int]:
    """Tells which claims depend on codings that are our own inference, and how many variants were computed for that.

    The inferred codings are all left out, and each is moved to each other category, one at a time.
    """
    items, categories = edition.records("agenda_items"), edition.records("categories")
    codes = [row["code"] for row in categories if row["kind"] in ("goal", "principle", "way_of_working", "outside")]
    inferred = [item for item in items if item["coding_basis"] == "inferred"]
    left_out = {item["id"]: {**item, "category": ""} for item in items if item["coding_basis"] != "explicit"}
    moved = [{**item, "category": code} for item in inferred for code in codes if code != item["category"]]
    variants = [("", "", left_out), *((item["id"], item["category"], {item["id"]: item}) for item in moved)]
    base = [(claim, evaluate(claim, edition).state) for claim in all_claims() if claim.uses_coding]
    flips = []
    for item, category, rows in variants:
        # Only the rows by key have these: claims read nothing else.
        coded = {**edition.kept, "agenda_items": {**edition.kept["agenda_items"], **rows}}
        variant = replace(edition, kept=coded, reads=Reads(inside=True))
        states = ((claim.id, state, evaluate(claim, variant).state) for claim, state in base)
        flips += [Flip(key, item, category, now) for key, state, now in states if now != state]
    return flips, len(variants)
