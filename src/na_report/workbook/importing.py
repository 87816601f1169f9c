"""Makes a new edition from a workbook, or makes nothing and tells all that stands in the way, as comments in a copy too."""

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from io import BytesIO
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter, range_boundaries

from na_report.base.errors import InvalidInputError, NaReportError, Problem, how_many
from na_report.base.files import write_whole
from na_report.base.paths import Project
from na_report.editions.edition import seal_folder
from na_report.editions.folders import NAME, making, order_of, refuse_name, sealed_editions
from na_report.editions.integrity import Numbered, check_tables
from na_report.editions.schema import BY_NAME, PROBLEMS_LIMIT, TABLES, Row, Table, write_table
from na_report.workbook.cell_values import to_text, trimmed
from na_report.workbook.exporting import FORMAT, META, START, book_bytes, tables_in
from na_report.workbook.package import Cells, FaultError, Package, encode, opened

AUTHOR = "na-report"
# Stands before each remark, so that the next import finds it, under words of someone else too. LibreOffice drops authors.
_MARK = f"— {AUTHOR}: "
_COMMENTS_LIMIT = 2_000
# Both in memory, some times over.
_BYTES_LIMIT, _CELLS_LIMIT = 20 * 2**20, 4_000_000
_OURS = b"na-report problems"

Source = Mapping[str, Mapping[str, Row]]


class Imported(NamedTuple):
    """What came out of a workbook, with notes of what a person may want to look at."""

    folder: Path
    source: str  # the edition that the workbook was made from
    rows: int
    notes: list[str]


class _Taken:
    """What is taken of a workbook: the rows per table with their numbers in the sheet, and all that stands in the way."""

    def __init__(self, book: Package, project: Project) -> None:
        self.titles = {title.strip().lower(): title for title in reversed(book.titles) if title in book.sheets}
        own = {self.titles.get(table.name, "") for table in TABLES} | {START, META}
        others = (title for title in book.titles if title not in own)
        self.notes = [f"sheet {title!r} is no table of an edition and was not read" for title in others]
        self.problems: list[Problem] = []
        self.rows: dict[str, list[tuple[int, Row]]] = {}
        self.places: dict[str, dict[str, int]] = {}  # per table, of each column that its sheet has
        marks, _ = book.sheet(META) if META in book.sheets else ([], [])
        said = {str(cells[1].value): str(cells[2].value) for _, cells in marks if {1, 2} <= cells.keys()}
        self.edition = said.get("edition", "no such sheet, or one without an edition")
        self.source = self._origin(said, project)  # per table and key, in the edition that the workbook was made from
        for table in TABLES:
            if table.name in self.titles:
                self._read(table, *book.sheet(self.titles[table.name]))
            else:
                self._tell(table.name, FaultError("no sheet", f"sheets {', '.join(book.titles)}", name=table.name))
        told = {(problem.file, problem.row, problem.column) for problem in self.problems}
        self.problems += [one for one in self._unsound() if (one.file, one.row, one.column) not in told]

    def _tell(self, sheet: str, fault: FaultError, row: int = 0, place: int = 0, name: str = "") -> None:
        found, expected, remedy = fault.args
        letter = get_column_letter(place) if place else ""
        self.problems.append(Problem(sheet, row, name, found, expected, remedy, letter))

    def _origin(self, said: Mapping[str, str], project: Project) -> Source:
        """Compares the workbook's marks with the edition that it was made from, and returns that edition's rows."""
        folder = project.data / self.edition
        if said.get("format") != FORMAT or not NAME.fullmatch(self.edition) or not folder.is_dir():
            self._tell(META, FaultError("no origin", self.edition))
            return {}
        tables, marks = tables_in(folder)
        for key, now in marks.items():
            if (found := said.get(key, "")) != now:
                self._tell(META, FaultError("other origin", found[:19], edition=self.edition, key=key, now=now[:19]))
        keyed = {name: {row[BY_NAME[name].key]: row for row in rows} for name, rows in tables.items()}
        return {} if self.problems else keyed

    def _read(self, table: Table, rows: list[tuple[int, Cells]], merged: list[str]) -> None:
        title, before = self.titles[table.name], self.source.get(table.name, {})
        header, cells = rows[0] if rows else (1, {})
        heads = {place: trimmed(str(cell.value)) for place, cell in sorted(cells.items())}
        names, places = [column.name for column in table.columns], self.places.setdefault(table.name, {})
        for place, head in heads.items():
            if head.lower() in names and head.lower() not in places:
                places[head.lower()] = place
            else:
                self._tell(title, FaultError("head", head, table=table.name), header, place)
        for name in (name for name in names if name not in places):
            self._tell(title, FaultError("no column", ", ".join(heads.values())[:80], name=name), header, 1, name)
        if table.key not in places:
            return
        taken = self.rows.setdefault(table.name, [])
        for number, cells in rows[1:]:
            if cells.keys() & {*places.values()}:
                taken.append((number, self._row(table, number, cells)))
            else:
                self.notes.append(f"sheet {title!r}: row {number} has no value under a header and was not read")
        for area in merged[:PROBLEMS_LIMIT]:
            left, top, right, _ = range_boundaries(area)
            if top <= rows[-1][0] and any(left <= place <= right for place in places.values()):
                self._tell(title, FaultError("merged", f"merged cells {area}"), top, left)
        if before and not taken:
            self._tell(title, FaultError("no rows", "no rows"), header + 1, 1)

    def _row(self, table: Table, number: int, cells: Cells) -> Row:
        places = self.places[table.name]
        found = {name: cells[place] for name, place in places.items() if place in cells}
        key, indicator = (
            trimmed(str(found[name].value)) if name in found else "" for name in (table.key, "indicator_id")
        )
        before, row = self.source.get(table.name, {}).get(key, {}), {}
        for column in table.columns:
            name, old = column.name, before.get(column.name, "")
            row[name] = "" if name in places else old
            unit = self._units.get(indicator, "") if column.type == "number" else ""
            try:
                row[name] = to_text(found[name], column, before=old, unit=unit) if name in found else row[name]
            except FaultError as fault:
                row[name] = old
                self._tell(self.titles[table.name], fault, number, places[name], name)
        return row

    @cached_property
    def _units(self) -> dict[str, str]:
        """The unit of each indicator; its sheet comes before those that need it."""
        return {row["id"]: row["unit"] for _, row in self.rows.get("indicators", ())}

    def _unsound(self) -> Iterator[Problem]:
        """Runs the checks of an edition; a missing sheet is taken from the source, so that others are checked."""
        numbered: dict[str, Numbered] = {name: [*enumerate(rows.values(), 2)] for name, rows in self.source.items()}
        numbered |= self.rows
        for problem in check_tables(numbered) if len(numbered) == len(TABLES) else ():
            table = problem.file.removesuffix(".csv")
            if table in self.rows and problem.column in self.places[table]:
                expected = problem.expected.removesuffix(" with a point as decimal sign")  # a cell takes a comma too
                remedy = problem.remedy.replace("Row ", f"Row {self.titles[table]}!")
                letter = get_column_letter(self.places[table][problem.column])
                yield replace(problem, file=self.titles[table], expected=expected, remedy=remedy, letter=letter)


def import_edition(path: Path, new: str, project: Project) -> Imported:
    """Makes a sealed edition from a workbook that `export_edition` wrote and people changed.

    An `InvalidInputError` carries every problem with its cell; a copy of the workbook beside it shows them as comments.
    """
    refuse_name(new, project)
    if not path.is_file():
        raise NaReportError(f"There is no file {path}.", hint="Check the name and the folder.")
    with opened(path) as book:
        taken = _Taken(book, project)
    if taken.problems:
        order = {name: number for number, name in enumerate([META, *BY_NAME])}
        problems = sorted({*taken.problems}, key=lambda one: (one.row, len(one.letter), one.letter, one))
        problems.sort(key=lambda one: order.get(one.file.strip().lower(), len(order)))
        copy = _write_problems(path, problems)
        hint = f"; {copy} shows them as comments in the cells." if copy else "."
        hint = f"No edition was made. Mend these cells and import again{hint}"
        raise InvalidInputError(f"{path.name} has {how_many(problems)}:", problems, hint=hint)
    with making(new, project) as folder:
        for table in TABLES:
            write_table(folder, table, [row for _, row in taken.rows[table.name]])
        seal_folder(folder, new, date.today())
    # A workbook knows nothing of what changed in the editions after the one that it was made from.
    base = taken.edition
    taken.notes += [
        f"edition {name} came after {base}, which this workbook was made from: what changed there is not in {new}; "
        f"compare them with: na-report edition diff {name} {new}"
        for name in sealed_editions(project)
        if name != new and order_of(name) > order_of(base)
    ]
    return Imported(project.data / new, base, sum(map(len, taken.rows.values())), taken.notes)


def _write_problems(path: Path, problems: Sequence[Problem]) -> Path | None:
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
    if sum(sheet.max_row * sheet.max_column for sheet in book.worksheets) > _CELLS_LIMIT:
        raise ValueError("no copy")  # on its way through a sheet openpyxl makes all cells between those that are there
    for cell in (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.comment):
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
