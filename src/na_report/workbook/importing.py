"""Makes a new edition from a workbook, or tells all that stands in the way, cell by cell, and makes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from openpyxl.utils import get_column_letter, range_boundaries

from na_report.base.errors import InvalidInputError, NaReportError, Problem, how_many
from na_report.base.paths import Project
from na_report.editions.edition import seal_folder
from na_report.editions.folders import NAME, making, order_of, refuse_name, sealed_editions
from na_report.editions.integrity import Numbered, check_tables
from na_report.editions.schema import BY_NAME, TABLES, Table
from na_report.editions.table_files import PROBLEMS_LIMIT, Row, write_table
from na_report.workbook.cell_values import to_text, trimmed
from na_report.workbook.comments import write_problems
from na_report.workbook.exporting import FORMAT, META, START, tables_in
from na_report.workbook.package import Cells, FaultError, Package, opened

Source = Mapping[str, Mapping[str, Row]]


@dataclass(frozen=True)
class Imported:
    """What came out of a workbook, with notes of what a person may want to look at."""

    folder: Path
    source: str  # the edition that the workbook was made from
    rows: int
    notes: list[str]


@dataclass
class Sheet:
    """A table as it stands in a workbook."""

    table: Table
    title: str
    before: Mapping[str, Row]  # per key, in the edition that the workbook was made from
    units: Mapping[str, str]  # per indicator
    problems: list[Problem]  # of the whole workbook, and its notes
    notes: list[str]
    places: dict[str, int] = field(default_factory=dict)  # per column that the sheet has
    rows: list[tuple[int, Row]] = field(default_factory=list)  # with their numbers in the sheet

    def _tell(self, row: int, place: int, name: str, fault: FaultError) -> None:
        found, expected, remedy = fault.args
        self.problems.append(Problem(self.title, row, name, found, expected, remedy, get_column_letter(place)))

    def read(self, rows: list[tuple[int, Cells]], merged: list[str]) -> None:
        """Reads the header and the rows below it."""
        header, heads = rows[0] if rows else (1, {})
        self._read_header(header, {place: trimmed(str(cell.value)) for place, cell in sorted(heads.items())})
        if self.table.key not in self.places:
            return
        for number, cells in rows[1:]:
            if cells.keys() & {*self.places.values()}:
                self._read_row(number, cells)
            else:
                self.notes.append(f"sheet {self.title!r}: row {number} has no value under a header and was not read")
        for area in merged[:PROBLEMS_LIMIT]:
            left, top, right, _ = range_boundaries(area)
            if top <= rows[-1][0] and any(left <= place <= right for place in self.places.values()):
                self._tell(top, left, "", FaultError("merged", f"merged cells {area}"))
        if self.before and not self.rows:
            self._tell(header + 1, 1, "", FaultError("no rows", "no rows"))

    def _read_header(self, row: int, heads: Mapping[int, str]) -> None:
        names = [column.name for column in self.table.columns]
        for place, head in heads.items():
            if head.lower() in names and head.lower() not in self.places:
                self.places[head.lower()] = place
            else:
                self._tell(row, place, "", FaultError("head", head, table=self.table.name))
        for name in (name for name in names if name not in self.places):
            self._tell(row, 1, name, FaultError("no column", ", ".join(heads.values())[:80], name=name))

    def _read_row(self, number: int, cells: Cells) -> None:
        found = {name: cells[place] for name, place in self.places.items() if place in cells}
        key, indicator = (
            trimmed(str(found[name].value)) if name in found else "" for name in (self.table.key, "indicator_id")
        )
        before, row = self.before.get(key, {}), {}
        for column in self.table.columns:
            name, old = column.name, before.get(column.name, "")
            row[name] = "" if name in self.places else old
            unit = self.units.get(indicator, "") if column.type == "number" else ""
            try:
                row[name] = to_text(found[name], column, before=old, unit=unit) if name in found else row[name]
            except FaultError as fault:
                row[name] = old
                self._tell(number, self.places[name], name, fault)
        self.rows.append((number, row))


def import_edition(path: Path, new: str, project: Project) -> Imported:
    """Makes a sealed edition from a workbook that `export_edition` wrote and people changed.

    An `InvalidInputError` carries every problem with its cell; a copy of the workbook beside it shows them as comments.
    """
    refuse_name(new, project)
    if not path.is_file():
        raise NaReportError(f"There is no file {path}.", hint="Check the name and the folder.")
    with opened(path) as book:
        rows, _ = book.sheet(META) if META in book.sheets else ([], [])
        meta = {str(cells[1].value): str(cells[2].value) for _, cells in rows if {1, 2} <= cells.keys()}
        problems, source = _check_origin(meta, project)
        sheets, notes = _read_tables(book, source, problems)
    told = {(problem.file, problem.row, problem.column) for problem in problems}
    problems += [other for other in _check_sheets(sheets, source) if (other.file, other.row, other.column) not in told]
    if problems:
        order = {name: number for number, name in enumerate([META, *BY_NAME])}
        problems = sorted({*problems}, key=lambda one: (order.get(one.file.strip().lower(), len(order)), one.row, one))
        copy = write_problems(path, problems)
        hint = f"; {copy} shows them as comments in the cells." if copy else "."
        hint = f"No edition was made. Mend these cells and import again{hint}"
        raise InvalidInputError(f"{path.name} has {how_many(problems)}:", problems, hint=hint)
    with making(new, project) as folder:
        for table in TABLES:
            write_table(folder, table, [row for _, row in sheets[table.name].rows])
        seal_folder(folder, new, date.today())
    base = meta["edition"]
    # A workbook knows nothing of what changed in the editions after the one that it was made from.
    notes += [
        f"edition {name} came after {base}, which this workbook was made from: what changed there is not in {new}; "
        f"compare them with: na-report edition diff {name} {new}"
        for name in sealed_editions(project)
        if name != new and order_of(name) > order_of(base)
    ]
    return Imported(project.data / new, base, sum(len(sheet.rows) for sheet in sheets.values()), notes)


def _read_tables(book: Package, source: Source, problems: list[Problem]) -> tuple[dict[str, Sheet], list[str]]:
    """Returns the sheets that hold a table, per name of the table, with notes; adds the problems to the list."""
    titles = {title.strip().lower(): title for title in reversed(book.titles) if title in book.sheets}
    own = {titles.get(table.name, "") for table in TABLES} | {START, META}
    notes = [f"sheet {title!r} is no table of an edition and was not read" for title in book.titles if title not in own]
    sheets: dict[str, Sheet] = {}
    for table in TABLES:
        if table.name not in titles:
            fault = FaultError("no sheet", f"sheets {', '.join(book.titles)}", name=table.name)
            problems.append(Problem(table.name, 0, "", *fault.args))
            continue
        units = {row["id"]: row["unit"] for _, row in sheets["indicators"].rows} if "indicators" in sheets else {}
        sheet = Sheet(table, titles[table.name], source.get(table.name, {}), units, problems, notes)
        sheet.read(*book.sheet(sheet.title))
        if table.key in sheet.places:
            sheets[table.name] = sheet
    return sheets, notes


def _check_origin(meta: Mapping[str, str], project: Project) -> tuple[list[Problem], Source]:
    """Compares the workbook's marks with the edition that it was made from, and returns that edition's rows."""
    edition = meta.get("edition", "no such sheet, or one without an edition")
    if meta.get("format") != FORMAT or not NAME.fullmatch(edition) or not (project.data / edition).is_dir():
        return [Problem(META, 0, "", *FaultError("no origin", edition).args)], {}
    tables, marks = tables_in(project.data / edition)
    changed = [
        FaultError("other origin", found[:19], edition=edition, key=key, now=now[:19])
        for key, now in marks.items()
        if (found := meta.get(key, "")) != now
    ]
    problems = [Problem(META, 0, "", *fault.args) for fault in changed]
    keyed = {name: {row[BY_NAME[name].key]: row for row in rows} for name, rows in tables.items()}
    return problems, {} if problems else keyed


def _check_sheets(sheets: Mapping[str, Sheet], source: Source) -> Iterator[Problem]:
    """Runs the checks of an edition on the sheets; a missing sheet is taken from the source, so that others are checked."""
    numbered: dict[str, Numbered] = {name: [*enumerate(rows.values(), start=2)] for name, rows in source.items()}
    numbered |= {name: sheet.rows for name, sheet in sheets.items()}
    for problem in check_tables(numbered) if len(numbered) == len(TABLES) else ():
        sheet, name = sheets.get(problem.file.removesuffix(".csv")), problem.column
        if sheet and name in sheet.places:
            expected = problem.expected.removesuffix(" with a point as decimal sign")  # a cell takes a comma too
            remedy = problem.remedy.replace("Row ", f"Row {sheet.title}!")
            letter = get_column_letter(sheet.places[name])
            yield replace(problem, file=sheet.title, expected=expected, remedy=remedy, letter=letter)
