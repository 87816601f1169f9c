"""The claims as people write them in `chapters/claims.yml`, read with all that is wrong."""

from __future__ import annotations

import csv
import difflib
import functools
import inspect
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from na_report.base.errors import NaReportError
from na_report.base.paths import CLAIMS, Project, find_project
from na_report.base.settings import read_texts, shown
from na_report.base.wording import languages
from na_report.editions.folders import edition_folder, list_editions
from na_report.editions.tables import BY_NAME
from na_report.reasoning import formula
from na_report.reasoning.claim import JUDGEMENT, KINDS, Claim, Figure
from na_report.reasoning.measures import AT_LEAST, MEASURES, NOT

_YES = {"yes": True, "no": False}
_TEXT = "a line of text"
_CONDITIONS = "columns with what their cells must hold, such as {kind: goal}"
# Where a fault stands (the names that lead to it), what was found and what was expected.
Fault: TypeAlias = tuple[tuple[str, ...], str, str]


def read_claims(project: Project | None = None) -> list[Claim]:
    """Returns the claims of a project in the order of its file; not to be changed by the caller.

    Raises:
        NaReportError: Names all that is wrong in the file, with its line.
    """
    path = (project or find_project()).chapters / CLAIMS
    found = path.stat() if path.is_file() else None
    return _read_seen(path, *((found.st_mtime_ns, found.st_size) if found else (0, 0)))


@functools.lru_cache(maxsize=4)
def _read_seen(path: Path, changed: int, size: int) -> list[Claim]:
    declared, lines = read_texts(path)
    refuse(lines, faults(declared, languages(Project(path.parent.parent))))
    return [_claim(key, entry) for key, entry in declared.items()]


def refuse(lines: Mapping[tuple[str, ...], int], found: Iterator[Fault]) -> None:
    """Raises an error that names all faults with their line, if there are any."""
    problems = [
        f"chapters/{CLAIMS}, line {lines.get(place, lines.get(place[:-1], 1))}, {', '.join(place)}: "
        f"found {what}, expected {expected}" + ("" if expected.endswith("?") else ".")
        for place, what, expected in found
    ]
    if problems:
        raise NaReportError(
            "\n".join(problems), hint=f"Correct chapters/{CLAIMS}; its first lines tell how a claim is made."
        )


def refuse_unknown(project: Project, pages: Collection[str]) -> None:
    """Refuses claims of a page that is not among the pages of the book, or of a conclusion that no edition has.

    Raises:
        NaReportError: Names all of them, with their line.
    """
    _, lines = read_texts(project.chapters / CLAIMS)
    conclusions = set(_conclusions(project))

    def found() -> Iterator[Fault]:
        for claim in read_claims(project):
            if claim.page not in pages:
                yield (claim.id, "page"), shown(claim.page), f"a page of _toc.yml. {_suggest(claim.page, pages)}"
            if claim.conclusion and claim.conclusion not in conclusions:
                yield (claim.id,), shown(claim.id), f"a conclusion of an edition. {_suggest(claim.id, conclusions)}"

    refuse(lines, found())


def _conclusions(project: Project) -> Iterator[str]:
    """Yields the ids of the conclusions of all editions, also of one with other faults."""
    for name in list_editions(project):
        path = edition_folder(name, project) / BY_NAME["conclusions"].file
        with suppress(OSError, UnicodeDecodeError, csv.Error), path.open(encoding="utf-8", newline="") as file:
            yield from (row.get("id", "") for row in csv.DictReader(file))


def _claim(key: str, entry: Mapping[str, Any]) -> Claim:
    return Claim(
        key,
        entry["page"],
        entry["kind"],
        entry["says"],
        entry["holds"],
        {name: _figure(fact) for name, fact in entry.get("facts", {}).items()},
        _YES[entry.get("uses_coding", "no")],
        entry.get("against", ""),
        entry.get("unknown", ""),
        entry.get("means", {}),
    )


def _figure(fact: Mapping[str, Any]) -> Figure:
    [measure] = fact.keys() & MEASURES.keys()
    return Figure(
        measure,
        _arguments(measure, fact[measure]),
        fact.get("says", {}),
        _YES[fact.get("shown", "yes")],
        _YES[fact.get("yes_no", "no")],
    )


def _arguments(measure: str, given: Any) -> dict[str, Any]:
    """Returns the arguments of a measure by name; a text alone is the first one."""
    first = list(inspect.signature(MEASURES[measure]).parameters)[1]
    return {first: given} if isinstance(given, str) else dict(given)


def faults(declared: Mapping[str, Any], known: Collection[str]) -> Iterator[Fault]:
    """Yields all that is wrong with claims.

    Args:
        declared: What the file holds.
        known: The languages that there are words in.
    """
    spoken = {language for says in _wordings(declared) for language in says if language in known} or set(known)
    for key, entry in declared.items():
        if not isinstance(entry, dict):
            yield (key,), shown(entry), "a claim: page, kind, says, holds and facts"
            continue
        yield from _names(
            (key,), entry, ("page", "kind", "says", "holds"), ("facts", "against", "unknown", "uses_coding", "means")
        )
        for name in ("page", "holds"):
            if name in entry and not (isinstance(entry[name], str) and entry[name]):
                yield (key, name), shown(entry[name]), _TEXT
        if "kind" in entry and entry["kind"] not in KINDS:
            yield (key, "kind"), shown(entry["kind"]), f"one of {', '.join(KINDS)}"
        yield from _yes_or_no((key,), entry, "uses_coding")
        for name in ("says", "means"):
            if name in entry:
                yield from _says((key, name), entry[name], spoken, known)
        yield from _facts(key, entry, spoken, known)


def _wordings(node: Any) -> Iterator[Mapping[str, Any]]:
    for name, part in node.items() if isinstance(node, dict) else ():
        if name == "says" and isinstance(part, dict):
            yield part
        else:
            yield from _wordings(part)


def _facts(key: str, entry: Mapping[str, Any], spoken: set[str], known: Collection[str]) -> Iterator[Fault]:
    facts = entry.get("facts", {})
    if not isinstance(facts, dict):
        yield (key, "facts"), shown(facts), "facts by name"
        return
    holds = entry.get("holds")
    if isinstance(holds, str) and holds and (holds != JUDGEMENT or facts):
        for what, expected in formula.faults(holds, facts):
            yield (key, "holds"), shown(what), expected
    for role in ("against", "unknown"):
        if role in entry and not (isinstance(entry[role], str) and isinstance(facts.get(entry[role]), dict)):
            yield (key, role), shown(entry[role]), f"one of the facts: {', '.join(facts)}"
    for name, fact in facts.items():
        place = (key, "facts", name)
        if not isinstance(fact, dict) or len(fact.keys() & MEASURES.keys()) != 1:
            given = ", ".join(fact) if isinstance(fact, dict) else shown(fact)
            close = (
                " ".join(_suggest(word, MEASURES, else_all=False) for word in fact) if isinstance(fact, dict) else ""
            )
            yield place, given, f"one measure: {', '.join(MEASURES)}. {close}".strip(". ")
            continue
        [measure] = fact.keys() & MEASURES.keys()
        yield from _names(place, fact, (), (measure, "says", "shown", "yes_no"))
        yield from _yes_or_no(place, fact, "shown", "yes_no")
        if "says" in fact or (measure != "value" and fact.get("shown") != "no"):
            yield from _says((*place, "says"), fact.get("says"), spoken, known)
        yield from _measure((*place, measure), measure, fact[measure])


def _says(place: tuple[str, ...], says: Any, spoken: set[str], known: Collection[str]) -> Iterator[Fault]:
    """Yields what is wrong with a wording: each language that the file speaks must have one."""
    if not isinstance(says, dict):
        yield place, shown(says), f"the wording in each language: {', '.join(sorted(spoken))}"
        return
    for language in spoken - says.keys():
        yield place, f"no wording in {language}", f"one in each language: {', '.join(sorted(spoken))}"
    for language, text in says.items():
        if language not in known:
            yield (*place, language), shown(language), f"a language that has words: {', '.join(sorted(known))}"
        elif not (isinstance(text, str) and text.strip()):
            yield (*place, language), shown(text), _TEXT


def _measure(place: tuple[str, ...], measure: str, given: Any) -> Iterator[Fault]:
    """Yields what is wrong with the arguments of a measure."""
    if not isinstance(given, dict | str):
        yield place, shown(given), "arguments by name"
        return
    parameters = list(inspect.signature(MEASURES[measure]).parameters.values())[1:]
    arguments = _arguments(measure, given)
    needed = [parameter.name for parameter in parameters if parameter.default is parameter.empty]
    yield from _names(place, arguments, needed, [parameter.name for parameter in parameters])
    table = str(arguments.get("table", "agendas"))
    for name, argument in arguments.items():
        here = (*place, name) if isinstance(given, dict) else place
        if name in ("where", "among", "agendas"):
            yield from _where(here, table, argument)
        elif name in ("ids", "status"):
            if not isinstance(argument, list) or not all(isinstance(key, str) for key in argument):
                yield here, shown(argument), "a list, such as [A02.9, A02.11]"
        elif not (isinstance(argument, str) and argument):
            yield here, shown(argument), _TEXT
        elif name == "table" and argument not in BY_NAME:
            yield here, shown(argument), f"a table of an edition. {_suggest(argument, BY_NAME)}"
        elif name in ("distinct", "by"):
            yield from _column(here, table, argument)


def _column(place: tuple[str, ...], table: str, name: str) -> Iterator[Fault]:
    columns = [column.name for column in BY_NAME[table].columns] if table in BY_NAME else [name]
    if name not in columns:
        yield place, shown(name), f"a column of {table}. {_suggest(name, columns)}"


def _where(place: tuple[str, ...], table: str, where: Any) -> Iterator[Fault]:
    """Yields what is wrong with conditions on the rows of a table."""
    if not isinstance(where, dict):
        yield place, shown(where), _CONDITIONS
        return
    for name, wanted in where.items():
        wrong = list(_column((*place, name), table, name))
        yield from wrong
        if table in BY_NAME and not wrong:
            yield from _condition((*place, name), table, name, wanted)


def _condition(place: tuple[str, ...], table: str, name: str, wanted: Any) -> Iterator[Fault]:
    column = BY_NAME[table].column(name)
    if isinstance(wanted, dict) and NOT in wanted:
        yield from _names(place, wanted, (NOT,), ())
        yield from _condition((*place, NOT), table, name, wanted[NOT])
    elif isinstance(wanted, dict) and AT_LEAST in wanted:
        yield from _names(place, wanted, (AT_LEAST,), ())
        if not column.many or not str(wanted[AT_LEAST]).isdecimal():
            yield (
                place,
                shown(wanted),
                f"a whole number and a column with a list, and {name} has {'one' if column.many else 'none'}",
            )
    elif isinstance(wanted, dict):
        if len(column.refers_to) == 1:
            yield from _where(place, column.refers_to[0].split(".")[0], wanted)
        else:
            yield place, shown(wanted), f"values: {name} refers to no one table"
    elif not isinstance(wanted, str) and not (
        isinstance(wanted, list) and all(isinstance(item, str) for item in wanted)
    ):
        yield place, shown(wanted), "a value or a list of values"


def _yes_or_no(place: tuple[str, ...], entry: Mapping[str, Any], *names: str) -> Iterator[Fault]:
    for name in names:
        if name in entry and entry[name] not in ("yes", "no"):
            yield (*place, name), shown(entry[name]), "yes or no"


def _names(
    place: tuple[str, ...], entry: Mapping[str, Any], needed: Collection[str], others: Collection[str]
) -> Iterator[Fault]:
    """Yields the names that a part lacks, and those that it should not have."""
    allowed = list(dict.fromkeys([*needed, *others]))
    for name in needed:
        if name not in entry:
            yield place, f"no {name}", f"{', '.join(needed)}"
    for name in entry:
        if name not in allowed:
            yield (
                (*place, name),
                shown(name),
                f"one of {', '.join(allowed)}. {_suggest(name, allowed, else_all=False)}".strip(". "),
            )


def _suggest(name: str, known: Collection[str], *, else_all: bool = True) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"There are: {', '.join(sorted(known))}" if else_all else ""
