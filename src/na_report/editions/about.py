"""What the study is: title, makers, licence and sources, as `data/about.yml` says it for each new edition."""

from __future__ import annotations

from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import ABOUT, Project
from na_report.base.settings import read_texts, shown

KEYS = ("title", "description", "licenses", "contributors", "sources")


def read_about(project: Project, edition: str) -> dict[str, Any]:
    """Returns what the descriptor of a new edition says of the study.

    Args:
        project: The project.
        edition: The name of the edition.

    Raises:
        NaReportError: The file is not there, or has other names than a descriptor needs.

    Example:
        >>> from na_report.base.paths import find_project
        >>> about = read_about(find_project(), "2031")
        >>> about["title"][-11:], about["licenses"][0]["name"]
        ('editie 2031', 'CC-BY-4.0')
    """
    said, lines = read_texts(project.data / ABOUT)
    problems = [
        f"data/{ABOUT}, line {lines[(name,)]}: found {shown(name)}, expected one of {', '.join(KEYS)}."
        for name in said
        if name not in KEYS
    ]
    problems += [f"data/{ABOUT}: found no {name}, expected it." for name in KEYS if name not in said]
    if problems:
        raise NaReportError(
            "\n".join(problems), hint=f"Correct data/{ABOUT}; datapackage.json of an edition shows the form."
        )
    texts = {name: said[name] for name in ("title", "description") if isinstance(said[name], str)}
    return {**said, **{name: text.replace("{edition}", edition) for name, text in texts.items()}}


def refuse_faults(project: Project, faults: list[tuple[str, str]]) -> None:
    """Refuses what `data/about.yml` says when the descriptor that it makes has faults.

    Args:
        project: The project.
        faults: What was found, as `key: value`, and what was expected.

    Raises:
        NaReportError: Names all of them, with their line.
    """
    _, lines = read_texts(project.data / ABOUT)
    problems = [
        f"data/{ABOUT}, line {lines[(key,)]}, {found}: expected {expected}."
        for found, expected in faults
        if (key := found.partition(":")[0]) in KEYS
    ]
    if problems:
        raise NaReportError("\n".join(problems), hint=f"Correct data/{ABOUT}, and seal the edition again.")
