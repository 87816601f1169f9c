"""What the study is: title, makers, licence and sources, as `data/about.yml` says it for each new edition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import ABOUT, Project
from na_report.base.settings import read_texts, shown
from na_report.editions.cells import is_address, is_line

# What is said of the study, and for each list what an entry of it has.
_LISTS = {"licenses": ("name", "title", "path"), "contributors": ("title",), "sources": ("title",)}
KEYS = ("title", "description", *_LISTS)


def read_about(project: Project, edition: str) -> dict[str, Any]:
    """Returns what the descriptor of a new edition says of the study; names all that it can't use, with its line."""
    said, lines = read_texts(project.data / ABOUT)
    problems = [
        f"data/{ABOUT}, line {lines[(name,)]}: found {shown(name)}, expected one of {', '.join(KEYS)}."
        for name in said
        if name not in KEYS
    ]
    for name, expected in faults_of_study(said):
        where = f", line {lines[(name,)]}, {name}: found {shown(said[name])}" if name in said else f": found no {name}"
        problems.append(f"data/{ABOUT}{where}, expected {expected}.")
    if problems:
        hint = f"Correct data/{ABOUT}; datapackage.json of an edition shows the form."
        raise NaReportError("\n".join(problems), hint=hint)
    return {**said, **{name: said[name].replace("{edition}", edition) for name in ("title", "description")}}


def faults_of_study(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields which names hold something else than the book and the archive can use, and what was expected."""
    for key in ("title", "description"):
        if not is_line(said.get(key)):
            yield key, f"a line of text in {key}"
    for key, parts in _LISTS.items():
        entries = said.get(key)
        if not isinstance(entries, list) or not entries or not all(_has_lines(entry, parts) for entry in entries):
            yield key, f"a list of one or more with {', '.join(parts)} in {key}"
        elif key == "licenses" and not all(is_address(entry["path"]) for entry in entries):
            yield key, f"an address that starts with http:// or https:// as path in {key}"


def _has_lines(entry: Any, keys: tuple[str, ...]) -> bool:
    return isinstance(entry, dict) and all(is_line(entry.get(key)) for key in keys)
