"""Writes a copy of a workbook with its problems as comments in the cells."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.comments import Comment

from na_report.evidence.workbook import META, CellProblem
from na_report.files import partial_of

AUTHOR = "na-report"
COMMENTS_LIMIT = 2_000
# openpyxl holds a workbook that it changes in memory as a whole.
CELLS_LIMIT = 3_000_000
_MARK = b"na-report problems"
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")


def write_problems(path: Path, problems: Sequence[CellProblem]) -> Path | None:
    """Writes `NAME.problems.xlsx` beside a workbook; returns its path, or nothing when no cell has a problem.

    A workbook with very many cells gets no copy. A copy that someone saved work in is never replaced: the new one gets a number.
    """
    notes: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        if problem.row and problem.column and problem.file != META:
            text = f"Found {problem.found!r}, expected {problem.expected}. {problem.remedy}"
            notes.setdefault((problem.file, f"{problem.column}{problem.row}"), []).append(text)
    if not notes:
        return None
    try:
        if _count_cells(path) > CELLS_LIMIT:
            return None
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on parts that openpyxl doesn't keep; it is a copy
            book = load_workbook(file)
            for sheet in book.worksheets:
                for row in sheet.iter_rows():
                    for cell in row:
                        if cell.comment and cell.comment.author == AUTHOR:
                            cell.comment = None
            for (title, place), texts in [*notes.items()][:COMMENTS_LIMIT]:
                book[title][place].comment = Comment("\n".join(texts), AUTHOR, width=360, height=60 + 60 * len(texts))
                book[title].sheet_properties.tabColor = "C00000"
            return _save(book, path)
    except Exception:  # the list of problems itself must reach the reader, with or without this copy
        return None


def _count_cells(path: Path) -> int:
    """Returns at least the number of cells in a workbook."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return sum(len(_CELL.findall(archive.read(name))) for name in sheets)


def _save(book: object, path: Path) -> Path:
    stem = path.with_suffix("").name
    target = path.with_name(f"{stem}.problems.xlsx")
    number = 2
    while target.exists() and not _is_ours(target):
        target = path.with_name(f"{stem}.problems-{number}.xlsx")
        number += 1
    partial = partial_of(target)
    book.save(partial)  # type: ignore[attr-defined]
    with zipfile.ZipFile(partial, "a") as archive:
        archive.comment = _MARK  # gone as soon as a spreadsheet program saves the file
    return partial.replace(target)


def _is_ours(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == _MARK
    except zipfile.BadZipFile:
        return False
