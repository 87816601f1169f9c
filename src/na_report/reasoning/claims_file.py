"""The claims as people write them in `chapters/claims.yml`, read with all that is wrong."""

from __future__ import annotations

import csv
import difflib
import functools
import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from na_report.base.errors import NaReportError
from na_report.base.paths import CLAIMS, Project, find_project
from na_report.base.settings import read_texts, shown
from na_report.base.wording import worded_languages
from na_report.editions.declared_tables import BY_NAME
from na_report.editions.folders import edition_folder, list_editions
from na_report.reasoning import formula
from na_report.reasoning.claim import JUDGEMENT, KINDS, Claim, Figure
from na_report.reasoning.measures import AT_LEAST, MEASURES, NOT

# Where something stands (the names that lead to it); with it what was found and what was expected.
Place: TypeAlias = tuple[str, ...]
Fault: TypeAlias = tuple[Place, str, str]

_NEEDED, _OTHERS = ("page", "kind", "says", "holds"), ("facts", "against", "unknown", "uses_coding", "means")
_OF_A_FACT = ("says", "shown", "yes_no")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


# What some names of a claim, a fact or a measure hold: how to tell a good value, and what is expected in words.
_Kind: TypeAlias = tuple[Callable[[Any], bool], str]
_YES_OR_NO: _Kind = (lambda value: value in ("yes", "no"), "yes or no")
_TEXT: _Kind = (_is_text, "a line of text")
_LIST: _Kind = (_is_texts, "a list, such as [A02.9, A02.11]")
_KINDS: dict[str, _Kind] = {
    **dict.fromkeys(("uses_coding", "shown", "yes_no"), _YES_OR_NO),
    **dict.fromkeys(("page", "holds", "indicator", "period_of", "geo", "table", "distinct", "by"), _TEXT),
    **dict.fromkeys(("ids", "status"), _LIST),
    "kind": (lambda value: value in KINDS, f"one of {', '.join(KINDS)}"),
}


def read_claims(project: Project | None = None) -> list[Claim]:
    """Returns the claims of a project in the order of its file, not to be changed; names all that is wrong with its line."""
    path = (project or find_project()).chapters / CLAIMS
    found = path.stat() if path.is_file() else None
    return _read_seen(path, *((found.st_mtime_ns, found.st_size) if found else (0, 0)))


@functools.lru_cache(maxsize=4)
def _read_seen(path: Path, changed: int, size: int) -> list[Claim]:
    declared, lines = read_texts(path)
    known = worded_languages(Project(path.parent.parent))
    # Each wording must be there in each of the known languages that the file speaks.
    spoken = {place[-1] for place in lines if place[-2:-1] == ("says",) and place[-1] in known} or set(known)
    _refuse(lines, _faults(declared, spoken, known))
    return [_claim(key, entry) for key, entry in declared.items()]


def _refuse(lines: Mapping[Place, int], found: Iterator[Fault]) -> None:
    problems = [
        f"chapters/{CLAIMS}, line {lines.get(place, lines.get(place[:-1], 1))}, {', '.join(place)}: "
        f"found {what}, expected {expected}" + ("" if expected.endswith("?") else ".")
        for place, what, expected in found
    ]
    if problems:
        hint = f"Correct chapters/{CLAIMS}; its first lines tell how a claim is made."
        raise NaReportError("\n".join(problems), hint=hint)


def refuse_unknown(project: Project, pages: Collection[str]) -> None:
    """Refuses claims of a page that is not among the pages of the book, or of a conclusion that no edition has."""
    conclusions = set(_conclusions(project))

    def found() -> Iterator[Fault]:
        for claim in read_claims(project):
            if claim.page not in pages:
                yield (claim.id, "page"), shown(claim.page), _one_of("a page of _toc.yml", claim.page, pages)
            if claim.conclusion and claim.conclusion not in conclusions:
                yield (claim.id,), shown(claim.id), _one_of("a conclusion of an edition", claim.id, conclusions)

    _refuse(read_texts(project.chapters / CLAIMS)[1], found())


def _conclusions(project: Project) -> Iterator[str]:
    """Yields the ids of the conclusions of all editions, also of one with other faults."""
    for name in list_editions(project):
        path = edition_folder(name, project) / BY_NAME["conclusions"].file
        with suppress(OSError, UnicodeDecodeError, csv.Error), path.open(encoding="utf-8", newline="") as file:
            yield from (row.get("id", "") for row in csv.DictReader(file))


def _claim(key: str, entry: Mapping[str, Any]) -> Claim:
    facts = {name: _figure(fact) for name, fact in entry.get("facts", {}).items()}
    return Claim(key, **{**entry, "facts": facts, "uses_coding": entry.get("uses_coding") == "yes"})


def _figure(fact: Mapping[str, Any]) -> Figure:
    [measure] = fact.keys() & MEASURES.keys()
    yes_no = fact.get("yes_no") == "yes"
    return Figure(measure, _arguments(measure, fact[measure]), fact.get("says", {}), fact.get("shown") != "no", yes_no)


def _arguments(measure: str, given: Any) -> dict[str, Any]:
    """Returns the arguments of a measure by name; a text alone is the first one."""
    first = list(inspect.signature(MEASURES[measure]).parameters)[1]
    return {first: given} if isinstance(given, str) else dict(given)


def _faults(declared: Mapping[str, Any], spoken: set[str], known: Collection[str]) -> Iterator[Fault]:
    for key, entry in declared.items():
        if not isinstance(entry, dict):
            yield (key,), shown(entry), "a claim: page, kind, says, holds and facts"
            continue
        yield from _names((key,), entry, _NEEDED, (*_NEEDED, *_OTHERS))
        for name in entry.keys() & {"says", "means"}:
            yield from _says((key, name), entry[name], spoken, known)
        facts = entry.get("facts", {})
        if not isinstance(facts, dict):
            yield (key, "facts"), shown(facts), "facts by name"
            continue
        holds = entry.get("holds")
        if isinstance(holds, str) and holds and (holds != JUDGEMENT or facts):
            yield from (((key, "holds"), shown(what), expected) for what, expected in formula.faults(holds, facts))
        for role in entry.keys() & {"against", "unknown"}:
            if not (isinstance(entry[role], str) and isinstance(facts.get(entry[role]), dict)):
                yield (key, role), shown(entry[role]), f"one of the facts: {', '.join(facts)}"
        for name, fact in facts.items():
            yield from _fact((key, "facts", name), fact, spoken, known)


def _fact(place: Place, fact: Any, spoken: set[str], known: Collection[str]) -> Iterator[Fault]:
    if not isinstance(fact, dict) or len(fact.keys() & MEASURES.keys()) != 1:
        names = [*fact] if isinstance(fact, dict) else [shown(fact)]
        other = next((name for name in names if name not in _OF_A_FACT), "")
        yield place, ", ".join(names), _one_of("one measure", other, MEASURES)
        return
    [measure] = fact.keys() & MEASURES.keys()
    yield from _names(place, fact, (), (measure, *_OF_A_FACT))
    if "says" in fact or (measure != "value" and fact.get("shown") != "no"):
        yield from _says((*place, "says"), fact.get("says"), spoken, known)
    place, given = (*place, measure), fact[measure]
    if not isinstance(given, dict | str):
        yield place, shown(given), "arguments by name"
        return
    parameters = list(inspect.signature(MEASURES[measure]).parameters.values())[1:]
    needed = [parameter.name for parameter in parameters if parameter.default is parameter.empty]
    arguments = _arguments(measure, given)
    yield from _names(place, arguments, needed, [parameter.name for parameter in parameters])
    table = arguments.get("table", "agendas")
    if not isinstance(table, str) or table not in BY_NAME:
        yield (*place, "table"), shown(table), _one_of("a table of an edition", str(table), BY_NAME)
        return
    for name, argument in arguments.items():
        if name in ("where", "among", "agendas"):
            yield from _where((*place, name), table, argument)
        elif name in ("distinct", "by"):
            yield from _column((*place, name), table, str(argument))


def _says(place: Place, says: Any, spoken: set[str], known: Collection[str]) -> Iterator[Fault]:
    """Yields what is wrong with a wording."""
    if not isinstance(says, dict):
        yield place, shown(says), f"the wording in each language: {', '.join(sorted(spoken))}"
        return
    for language in spoken - says.keys():
        yield place, f"no wording in {language}", f"one in each language: {', '.join(sorted(spoken))}"
    for language, text in says.items():
        if language not in known:
            yield (*place, language), shown(language), f"a language that has words: {', '.join(sorted(known))}"
        elif not _is_text(text):
            yield (*place, language), shown(text), _TEXT[1]


def _column(place: Place, table: str, name: str) -> Iterator[Fault]:
    columns = [column.name for column in BY_NAME[table].columns]
    if name not in columns:
        yield place, shown(name), _one_of(f"a column of {table}", name, columns)


def _where(place: Place, table: str, where: Any) -> Iterator[Fault]:
    """Yields what is wrong with conditions on the rows of a table."""
    if not isinstance(where, dict):
        yield place, shown(where), "columns with what their cells must hold, such as {kind: goal}"
        return
    for name, wanted in where.items():
        wrong = list(_column((*place, name), table, name))
        yield from wrong or _condition((*place, name), table, name, wanted)


def _condition(place: Place, table: str, name: str, wanted: Any) -> Iterator[Fault]:
    column = BY_NAME[table].column(name)
    if isinstance(wanted, dict) and NOT in wanted:
        yield from _names(place, wanted, (), (NOT,))
        yield from _condition((*place, NOT), table, name, wanted[NOT])
    elif isinstance(wanted, dict) and AT_LEAST in wanted:
        yield from _names(place, wanted, (), (AT_LEAST,))
        if not column.many or not str(wanted[AT_LEAST]).isdecimal():
            what = f"a whole number and a column with a list, and {name} has {'one' if column.many else 'none'}"
            yield place, shown(wanted), what
    elif isinstance(wanted, dict) and len(column.refers_to) == 1:
        yield from _where(place, column.refers_to[0].split(".")[0], wanted)
    elif isinstance(wanted, dict):
        yield place, shown(wanted), f"values: {name} refers to no one table"
    elif not isinstance(wanted, str) and not _is_texts(wanted):
        yield place, shown(wanted), "a value or a list of values"


def _names(
    place: Place, entry: Mapping[str, Any], needed: Collection[str], allowed: Collection[str]
) -> Iterator[Fault]:
    """Yields the names that a part lacks, those that it should not have, and those that hold something of another kind."""
    yield from ((place, f"no {name}", ", ".join(needed)) for name in needed if name not in entry)
    for name, value in entry.items():
        is_good, expected = _KINDS.get(name, (lambda _: True, ""))
        if name not in allowed:
            yield (*place, name), shown(name), _one_of("a name that is known", name, allowed)
        elif not is_good(value):
            yield (*place, name), shown(value), expected


def _one_of(what: str, found: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(found, sorted(known), n=1)
    return f"{what}: {', '.join(sorted(known))}" + (f". Did you mean {close[0]}?" if close else "")
