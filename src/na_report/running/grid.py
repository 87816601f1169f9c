"""A grid of parameters: which combinations it has, and what the notebook of each is called."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.running.chapters import declared_types
from na_report.running.contents import known_language, languages
from na_report.running.execution import Task
from na_report.running.pages import Page, all_pages, checked_parameters, choose, refuse_all

ALL = "all"
_LANGUAGE = "language"
# Longer file names are cut: with `.running.ipynb` behind it a name stays far below the 255 that file systems allow.
NAME_LENGTH = 120
_PLAIN = re.compile(r"[A-Za-z0-9_.]+(-[A-Za-z0-9_.]+)*")


def read_grid(texts: Sequence[str]) -> dict[str, list[str]]:
    """Returns the values per parameter of a grid as it is typed.

    Example:
        >>> read_grid(["edition=2021,2026", "sector=all"])
        {'edition': ['2021', '2026'], 'sector': ['all']}
    """
    grid: dict[str, list[str]] = {}
    for text in texts:
        name, _, values = text.partition("=")
        found = [value.strip() for value in values.split(",") if value.strip()]
        if not name.isidentifier() or not found:
            raise NaReportError(
                f"This is no axis of a grid: {text!r}.",
                hint="Write NAME=VALUE,VALUE or NAME=all, such as sector=mbo,ho.",
            )
        if name in grid:
            raise NaReportError(f"The parameter {name} is in the grid twice.", hint="Put its values behind one name.")
        grid[name] = list(dict.fromkeys(found))
    return grid


def tasks_of(
    project: Project, wanted: Sequence[str], grid: Mapping[str, Sequence[str]], known: Mapping[str, Sequence[Any]]
) -> list[Task]:
    """Returns a task per combination, in the order of the grid, with every parameter checked; names all that is wrong.

    Pages of the same chapter that a grid makes equal count once.

    Args:
        project: The project.
        wanted: The names of pages or chapters; all when there are none.
        grid: The values per parameter, as text; `all` for each that the parameter allows. `language` chooses the notebooks.
        known: The values of parameters that the chapters themselves don't tell, such as the editions there are.
    """
    spoken = list(grid.get(_LANGUAGE, [""]))
    books = languages(project) if spoken == [ALL] else [known_language(project, name) for name in spoken]
    found = {book: choose(all_pages(project, book), wanted) for book in books}
    axes = {
        name: books if name == _LANGUAGE else _values(project, name, values, found[books[0]], known)
        for name, values in grid.items()
    }
    problems: dict[str, NaReportError] = {}
    tasks: dict[str, Task] = {}
    for combination in itertools.product(*axes.values()):
        given = dict(zip(axes, combination, strict=True))
        language = given.pop(_LANGUAGE, books[0])
        for page in found[language]:
            if page.since > str(given.get("edition", page.since)):
                continue  # the book of that edition does not have it
            try:
                parameters = checked_parameters(page, given)
            except NaReportError as error:
                # Pages of one chapter go wrong in the same way.
                problems.setdefault(str(error).partition(":")[2], error)
                continue
            shown = {name: value for name, value in parameters.items() if name in axes or name in page.parameters}
            name = task_name(page.chapter.stem, shown | ({_LANGUAGE: language} if _LANGUAGE in axes else {}))
            tasks.setdefault(name, Task(replace(page, name=name, parameters={}), parameters))
    refuse_all([*problems.values()])
    return list(tasks.values())


def _values(
    project: Project, name: str, values: Sequence[str], pages: Sequence[Page], known: Mapping[str, Sequence[Any]]
) -> list[Any]:
    if list(values) != [ALL]:
        return list(values)
    if name in known:
        return list(known[name])
    chapters = {page.chapter for page in pages}
    everything = all_pages(project, pages[0].language)
    if given := [page.parameters[name] for page in everything if page.chapter in chapters and name in page.parameters]:
        return list(dict.fromkeys(given))
    if {declared_types(path).get(name) for path in chapters} == {"bool"}:
        return [False, True]
    raise NaReportError(
        f"Nobody knows which values {name} allows: no page in chapters/pages.yml sets it.",
        hint=f"Write them out: --grid {name}=VALUE,VALUE.",
    )


def task_name(chapter: str, parameters: Mapping[str, Any]) -> str:
    """Returns a file name that tells the parameters, and differs where they differ.

    Example:
        >>> task_name("sector", {"edition": "2026", "sector": "po_vo"})
        'sector--edition=2026--sector=po_vo'
        >>> task_name("sector", {"title": "Wat nu?"}), task_name("sector", {"title": "Wat nu!"})
        ('sector--title=Wat-nu~7c0cf5', 'sector--title=Wat-nu~77988d')
    """
    texts = {name: str(value) for name, value in parameters.items()}
    plain = {name: "-".join(re.findall(r"[A-Za-z0-9_.]+", text)) for name, text in texts.items()}
    name = "--".join([chapter, *(f"{name}={text}" for name, text in plain.items())])
    if all(_PLAIN.fullmatch(text) for text in texts.values()) and len(name) <= NAME_LENGTH:
        return name
    mark = hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:6]
    return f"{name[:NAME_LENGTH]}~{mark}"
