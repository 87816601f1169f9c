"""Writes a copy of a workbook with its problems as comments in the cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from na_report.base.files import write_whole
from na_report.base.zips import zip_entry
from na_report.workbook.layout import META, CellProblem
from na_report.workbook.remarks import AUTHOR, with_remarks

__all__ = ["AUTHOR", "write_problems"]
COMMENTS_LIMIT = 2_000
# The sheets with problems are in memory as text, some times over.
BYTES_LIMIT = 100 * 2**20
_MARK = b"na-report problems"


def write_problems(path: Path, problems: Sequence[CellProblem]) -> Path | None:
    """Writes `NAME.problems.xlsx` beside a workbook; returns its path, or nothing when no cell has a problem.

    All else in the copy is as in the workbook. A very big workbook gets no copy. A copy that someone saved work in is never
    replaced: the new one gets a number.
    """
    notes: dict[str, dict[str, str]] = {}
    cells = [problem for problem in problems if problem.row and problem.column and problem.file != META]
    for problem in cells[:COMMENTS_LIMIT]:
        sheet, place = notes.setdefault(problem.file, {}), f"{problem.column}{problem.row}"
        text = f"Found {problem.found!r}, expected {problem.expected}. {problem.remedy}"
        sheet[place] = f"{sheet[place]} {text}" if place in sheet else text
    if not notes:
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > BYTES_LIMIT:
                return None
        return _save(path, notes)
    except Exception:  # the list of problems itself must reach the reader, with or without this copy
        return None


def _save(path: Path, notes: Mapping[str, Mapping[str, str]]) -> Path:
    stem = path.with_suffix("").name
    target = path.with_name(f"{stem}.problems.xlsx")
    number = 2
    while target.exists() and not _is_ours(target):
        target = path.with_name(f"{stem}.problems-{number}.xlsx")
        number += 1
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        changed = with_remarks(old, notes)
        for name in dict.fromkeys([*old.namelist(), *changed]):
            new.writestr(zip_entry(name), changed[name] if name in changed else old.read(name))
        new.comment = _MARK  # gone as soon as a spreadsheet program saves the file
    write_whole(target, made.getvalue())
    return target


def _is_ours(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == _MARK
    except zipfile.BadZipFile:
        return False
