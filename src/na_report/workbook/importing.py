"""Makes a new edition from a workbook, or tells all that stands in the way and makes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from openpyxl.utils import get_column_letter

from na_report.base.errors import InvalidInputError, NaReportError, how_many
from na_report.base.paths import Project
from na_report.editions.decimal_slips import slips
from na_report.editions.declared_tables import BY_NAME, TABLES
from na_report.editions.edition import seal_folder
from na_report.editions.folders import NAME, place_of, sealed_editions
from na_report.editions.integrity import Numbered, check_tables
from na_report.editions.making import making, refuse_name
from na_report.editions.table_files import write_table
from na_report.workbook.comments import write_problems
from na_report.workbook.layout import FORMAT, META, CellProblem, tables_in
from na_report.workbook.opening import opened
from na_report.workbook.read import Sheet, Source, read_meta, read_tables

_AGAIN = "Export the edition again and carry your changes over: na-report edition export"


@dataclass(frozen=True)
class Imported:
    """What came out of a workbook: numbers of rows, and notes of what a person may want to look at."""

    folder: Path
    source: str  # the edition that the workbook was made from
    rows: int
    added: int
    deleted: int
    changed: int
    notes: list[str]


def import_edition(path: Path, new: str, project: Project) -> Imported:
    """Makes a sealed edition from a workbook that `export_edition` wrote and people changed.

    Raises:
        NaReportError: There is no such file, or the new name is taken or can't be one.
        InvalidInputError: Carries every problem with its cell; a copy of the workbook beside it shows them as comments.
    """
    refuse_name(new, project)
    if not path.is_file():
        raise NaReportError(f"There is no file {path}.", hint="Check the name and the folder.")
    with opened(path) as book:
        meta = read_meta(book)
        problems, source = _check_origin(meta, project)
        sheets, found, notes = read_tables(book, source)
    problems += found
    told = {(problem.file, problem.row, problem.name) for problem in problems}
    problems += [other for other in _check_sheets(sheets, source) if (other.file, other.row, other.name) not in told]
    if problems:
        _refuse(path, problems)
    with making(new, project) as folder:
        for table in TABLES:
            write_table(folder, table, [row for _, row in sheets[table.name].rows])
        seal_folder(folder, new, date.today())
    base = meta["edition"][0]
    tables = {name: {row[sheet.table.key]: row for _, row in sheet.rows} for name, sheet in sheets.items()}
    old, now = ({(name, key): row for name in each for key, row in each[name].items()} for each in (source, tables))
    changed = sum(old[key] != now[key] for key in old.keys() & now.keys())
    notes += slips(source, tables)
    # A workbook knows nothing of what changed in the editions after the one that it was made from.
    notes += [
        f"edition {name} came after {base}, which this workbook was made from: what changed there is not in {new}; "
        f"compare them with: na-report edition diff {name} {new}"
        for name in sealed_editions(project)
        if name != new and place_of(name) > place_of(base)
    ]
    return Imported(project.data / new, base, len(now), len(now.keys() - old), len(old.keys() - now), changed, notes)


def _check_origin(meta: Mapping[str, tuple[str, int]], project: Project) -> tuple[list[CellProblem], Source]:
    """Compares the workbook's marks with the edition that it was made from, and returns that edition's rows."""
    edition, row = meta.get("edition", ("no such sheet, or one without an edition", 0))
    if meta.get("format", ("", 0))[0] != FORMAT or not NAME.fullmatch(edition) or not (project.data / edition).is_dir():
        remedy = f"Put that edition in data/. {_AGAIN} EDITION FILE.xlsx"
        expected = "the hidden sheet of na-report edition export, with an edition of this project"
        return [CellProblem(META, row, "B", edition, expected, remedy)], {}
    remedy = f"The workbook was made from other data. {_AGAIN} {edition} FILE.xlsx"
    tables, marks = tables_in(project.data / edition)
    problems = []
    for key, now in marks.items():
        found, row = meta.get(key, ("", 3))
        if found != now:
            what = f"what edition {edition} has now ({now[:19]}…)"
            problems.append(CellProblem(META, row, "B", f"{found[:19]}…", what, remedy, name=key))
    keyed = {name: {row[BY_NAME[name].key]: row for row in rows} for name, rows in tables.items()}
    return problems, {} if problems else keyed


def _check_sheets(sheets: Mapping[str, Sheet], source: Source) -> Iterator[CellProblem]:
    """Runs the checks of an edition on the sheets; a missing sheet is taken from the source, so that others are checked."""
    numbered: dict[str, Numbered] = {name: [*enumerate(rows.values(), start=2)] for name, rows in source.items()}
    numbered |= {name: sheet.rows for name, sheet in sheets.items()}
    for problem in check_tables(numbered) if len(numbered) == len(TABLES) else ():
        sheet, name = sheets.get(problem.file.removesuffix(".csv")), problem.column
        if sheet and name in sheet.places:
            expected = problem.expected.removesuffix(" with a point as decimal sign")  # a cell takes a comma too
            remedy = problem.remedy.replace("Row ", f"Row {sheet.title}!")
            letter = get_column_letter(sheet.places[name])
            yield CellProblem(sheet.title, problem.row, letter, problem.found, expected, remedy, name=name)


def _refuse(path: Path, problems: list[CellProblem]) -> None:
    order = {name: number for number, name in enumerate([META, *BY_NAME])}
    ordered = sorted(set(problems), key=lambda problem: (order.get(problem.file.strip().lower(), len(order)), problem))
    copy = write_problems(path, ordered)
    hint = "No edition was made. Mend these cells and import again"
    hint += f"; {copy} shows them as comments in the cells." if copy else "."
    raise InvalidInputError(f"{path.name} has {how_many(ordered)}:", ordered, hint=hint)
