"""Writes a copy of a workbook with its problems as comments in the cells."""

import re
import warnings
import zipfile
from collections.abc import Sequence
from io import BytesIO
from itertools import chain, count
from pathlib import Path

from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.utils import range_boundaries

from na_report.base.errors import Problem
from na_report.base.files import write_whole
from na_report.workbook.exporting import book_bytes
from na_report.workbook.package import encode

AUTHOR = "na-report"
# Stands before each remark, so that the next import finds it, under words of someone else too. LibreOffice drops authors.
_MARK = f"— {AUTHOR}: "
_COMMENTS_LIMIT = 2_000
# Both in memory, some times over.
_BYTES_LIMIT, _CELLS_LIMIT = 20 * 2**20, 4_000_000
_OURS = b"na-report problems"


def write_problems(path: Path, problems: Sequence[Problem]) -> Path | None:
    """Writes `NAME.problems.xlsx` beside a workbook; returns its path, or nothing when no cell has a problem or it can't be.

    A copy that someone saved work in is never replaced: the new one gets a number.
    """
    cells = [problem for problem in problems if problem.letter]
    if not cells:
        return None
    try:
        content = _with_remarks(path, cells[:_COMMENTS_LIMIT])
        endings = chain([""], map("-{}".format, count(2)))
        names = (path.with_name(f"{path.stem}.problems{ending}.xlsx") for ending in endings)
        target = next(target for target in names if not target.exists() or _is_ours(target))
        write_whole(target, content)
    except Exception:  # the list of problems itself must reach the reader, with or without this copy
        return None
    return target


def _with_remarks(path: Path, problems: Sequence[Problem]) -> bytes:
    """Returns the workbook with remarks under the words that its cells have already, without those of an earlier time."""
    with zipfile.ZipFile(path) as archive:
        too_big = sum(part.file_size for part in archive.infolist()) > _BYTES_LIMIT
        parts = [] if too_big else [archive.read(part) for part in archive.infolist()]
    # openpyxl changes a text with x005F_, and fills each area with cells.
    if too_big or any(b"x005F_" in part for part in parts) or sum(map(_filled, parts)) > _CELLS_LIMIT:
        raise ValueError("no copy")
    with warnings.catch_warnings(action="ignore"):  # of what it leaves out, which no value depends on
        book = load_workbook(path, rich_text=True)
    # The cells that are there; its own way through a sheet makes all between them.
    for cell in (cell for sheet in book.worksheets for cell in sheet._cells.values() if cell.comment):
        said = cell.comment.text.partition(_MARK)[0].rstrip()
        cell.comment = Comment(said, cell.comment.author) if said else None
    for problem in problems:
        sheet = book[problem.file]
        cell = sheet[f"{problem.letter}{problem.row}"]
        said, author = (f"{cell.comment.text}\n", cell.comment.author) if cell.comment else ("", AUTHOR)
        remark = f"Found {problem.found!r}, expected {problem.expected}. {problem.remedy}"
        cell.comment = Comment(said + _MARK + encode(remark), author, height=120, width=360)
        sheet.sheet_properties.tabColor = sheet.sheet_properties.tabColor or "C00000"
    return book_bytes(book, comment=_OURS)


def _filled(part: bytes) -> int:
    """Returns how many cells openpyxl makes for the areas of a part: for two columns that are merged, two million."""
    cells = 0
    if re.search(b"mergeCell|hyperlink", part.replace(b"\0", b"")):
        for _, element in iterparse(BytesIO(part)):
            if element.tag.endswith(("}mergeCell", "}hyperlink")):
                left, top, right, bottom = range_boundaries(element.get("ref"))
                cells += (right - left + 1) * (bottom - top + 1)
    return cells


def _is_ours(path: Path) -> bool:
    """Tells whether nobody saved the copy since: a spreadsheet program drops the comment of the zip file."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == _OURS
    except (OSError, zipfile.BadZipFile):
        return False
