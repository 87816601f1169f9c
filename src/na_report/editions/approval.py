"""What a seal says of an edition that came from statistics offices: who approved it, when, and on which answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError, Problem
from na_report.base.paths import ANSWERS
from na_report.editions.cells import is_line
from na_report.editions.descriptor import sha256


def approval(folder: Path, by: str, on: date) -> dict[str, Any]:
    """Returns what a descriptor gets of an approval; nothing when nobody approves and no answers are kept.

    Args:
        folder: The folder of the edition.
        by: Who approves; empty when nobody is named.
        on: The day.

    Raises:
        NaReportError: Answers are kept and nobody approves them, or the name is no name.

    Example:
        >>> approval(Path("data/2026"), "", date(2026, 11, 29)), approval(Path("data/2026"), "N. Jansen", date(2026, 11, 29))
        ({}, {'approved': {'by': 'N. Jansen', 'on': '2026-11-29', 'answers': []}})
    """
    answers = [{"path": f"{ANSWERS}/{path.name}", "hash": sha256(path.read_bytes())} for path in _kept(folder)]
    if not by and not answers:
        return {}
    if not is_line(by):
        raise NaReportError(
            f"Nobody approved what edition {folder.name} has of statistics offices.",
            hint=f"Look at what changed, then: na-report edition seal {folder.name} --by NAME.",
        )
    return {"approved": {"by": by, "on": on.isoformat(), "answers": answers}}


def faults_of_answers(folder: Path, said: Mapping[str, Any]) -> Iterator[Problem]:
    """Yields the kept answers that are not those of the seal.

    Args:
        folder: The folder of a sealed edition.
        said: What its descriptor says.
    """
    approved = said.get("approved")
    entries = approved.get("answers") if isinstance(approved, dict) else None
    sealed = {
        str(entry.get("path")): str(entry.get("hash"))
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    }
    found = {f"{ANSWERS}/{path.name}": sha256(path.read_bytes()) for path in _kept(folder)}
    for path in sorted({*sealed, *found}):
        if sealed.get(path) != found.get(path):
            what, expected = (
                f"{part[:19]}…" if (part := said_of.get(path)) else "no file" for said_of in (found, sealed)
            )
            yield Problem(path, 0, "", what, f"what was sealed: {expected}", "Put the file back as it was.")


def _kept(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / ANSWERS).glob("*") if not path.name.startswith("."))
