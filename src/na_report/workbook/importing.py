"""Makes a new edition from a workbook, or tells all that stands in the way and makes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from na_report.base.errors import InvalidInputError, NaReportError, Problem, how_many
from na_report.base.paths import DESCRIPTOR, Project
from na_report.editions.descriptor import read_seal, schema_in, sha256
from na_report.editions.edition import seal_folder
from na_report.editions.folders import NAME, list_editions, place_of
from na_report.editions.integrity import Numbered, check_tables, known_values
from na_report.editions.making import making, refuse_name
from na_report.editions.reading import Row, completed, parse_table, write_table
from na_report.editions.slips import slips
from na_report.editions.tables import BY_NAME, TABLES
from na_report.workbook.comments import write_problems
from na_report.workbook.guard import refuse_bad_file
from na_report.workbook.layout import FORMAT, META, CellProblem, schema_version
from na_report.workbook.read import Reader, Sheet, opened, read_meta

Source = Mapping[str, Mapping[str, Row]]


@dataclass(frozen=True)
class Imported:
    """What came out of a workbook.

    Args:
        folder: The folder of the new edition.
        source: The edition that the workbook was made from.
        rows: How many rows the new edition has.
        added: How many of them are new; likewise `deleted` and `changed`.
        notes: What a person may want to look at: what was left unread, values that may be slips, a later edition.
    """

    folder: Path
    source: str
    rows: int
    added: int
    deleted: int
    changed: int
    notes: list[str] = field(default_factory=list)


def import_edition(path: Path, new: str, project: Project) -> Imported:
    """Makes a sealed edition from a workbook that `export_edition` wrote and people changed.

    Raises:
        NaReportError: There is no such file, or the new name is taken or can't be one.
        InvalidInputError: Carries every problem with its cell; a copy of the workbook beside it shows them as comments.
    """
    refuse_name(new, project)
    if not path.is_file():
        raise NaReportError(f"There is no file {path}.", hint="Check the name and the folder.")
    refuse_bad_file(path)
    with opened(path) as book:
        meta = read_meta(book)
        problems, source = _check_origin(meta, project)
        reader = Reader(book, source)
        sheets = reader.read()
    problems += reader.problems
    problems += _check_sheets(sheets, source)
    if problems:
        _refuse(path, problems)
    tables = {name: [row for _, row in sheet.rows] for name, sheet in sheets.items()}
    folder = _build(tables, new, project)
    base = meta["edition"][0]
    keyed = {name: {row[BY_NAME[name].key]: row for row in rows} for name, rows in tables.items()}
    notes = [*reader.notes, *slips(source, keyed), *_successors(base, new, project)]
    return Imported(folder, base, *_count(tables, source), notes=notes)


def _successors(base: str, new: str, project: Project) -> Iterator[str]:
    """Yields the editions that came after the base of a workbook, as a workbook knows nothing of what changed there."""
    for name in list_editions(project):
        if name != new and place_of(name) > place_of(base) and (project.data / name / DESCRIPTOR).is_file():
            yield (
                f"edition {name} came after {base}, which this workbook was made from: what changed there is not in {new}; "
                f"compare them with: na-report edition diff {name} {new}"
            )


def _check_origin(meta: Mapping[str, tuple[str, str]], project: Project) -> tuple[list[CellProblem], Source]:
    """Compares the workbook's marks with the edition that it was made from, and returns that edition's rows."""
    again = "Export the edition again and carry your changes over: na-report edition export"
    edition, cell = meta.get("edition", ("", "B2"))
    if not edition or meta.get("format", ("", ""))[0] != FORMAT:
        expected = "the hidden sheet that na-report edition export writes"
        found = "a sheet without an edition" if meta else "no such sheet"
        return [CellProblem(META, 0, "", found, expected, f"{again} EDITION FILE.xlsx")], {}
    if not NAME.fullmatch(edition) or not (project.data / edition).is_dir():
        remedy = "Put that edition in data/, or export another one."
        return [CellProblem(META, int(cell[1:]), "B", edition, "an edition of this project", remedy)], {}
    remedy = f"The workbook was made from other data. {again} {edition} FILE.xlsx"
    problems = []
    contents = {table.name: _bytes(project.data / edition / table.file) for table in TABLES}
    marks = {f"table:{name}": sha256(content) for name, content in contents.items()} | {"schema": schema_version()}
    for key, now in marks.items():
        found, cell = meta.get(key, ("", "B3"))
        if found != now:
            what = f"what edition {edition} has now ({now[:19]}…)"
            problems.append(CellProblem(META, int(cell[1:]), "B", f"{found[:19]}…", what, remedy, name=key))
    if problems:
        return problems, {}
    return [], _rows_of(project.data / edition, contents)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError as error:
        raise NaReportError(
            f"{path} can't be read: {error.strerror}.",
            hint="The workbook was made from it. Give yourself the right to read it and import again.",
        ) from error


def _rows_of(folder: Path, contents: Mapping[str, bytes]) -> Source:
    """Returns the rows of the tables of an edition as an export has them, or all reasons why they can't be read."""
    sealed = {table.name: table for table in schema_in(folder, read_seal(folder)[0])}
    rows: dict[str, dict[str, Row]] = {}
    problems: list[Problem] = []
    for name, content in contents.items():
        table = BY_NAME[name]
        try:
            found = parse_table(content, sealed[name]) if name in sealed else []
            rows[name] = {row[table.key]: row for row in completed(found, table)}
        except InvalidInputError as error:
            problems += error.problems
    if problems:
        raise InvalidInputError(
            f"Edition {folder.name}, which the workbook was made from, can't be read ({how_many(problems)}):",
            problems,
            hint=f"Put its files back (git restore data/{folder.name}) and import again.",
        )
    return rows


def _check_sheets(sheets: Mapping[str, Sheet], source: Source) -> Iterator[CellProblem]:
    """Runs the checks of an edition on the sheets; a missing sheet is taken from the source, so that others are checked."""
    numbered: dict[str, Numbered] = {}
    for table in TABLES:
        if table.name in sheets:
            numbered[table.name] = sheets[table.name].rows
        elif source:
            numbered[table.name] = [*enumerate(source[table.name].values(), start=2)]
        else:
            return
    deleted = _deleted(numbered, source)
    for problem in sorted(set(check_tables(numbered))):
        sheet = sheets.get(problem.file.removesuffix(".csv"))
        name = problem.column
        if sheet and name in sheet.letters and (problem.row, name) not in sheet.spoilt:
            remedy = _name_deleted(problem, sheet, deleted) or problem.remedy.replace("Row ", f"Row {sheet.title}!")
            letter = sheet.letters[name]
            expected = problem.expected.removesuffix(" with a point as decimal sign")  # a cell takes a comma too
            yield CellProblem(sheet.title, problem.row, letter, problem.found, expected, remedy, name=name)


def _deleted(numbered: Mapping[str, Numbered], source: Source) -> dict[str, set[str]]:
    """Returns per place that others refer to the values that the source has and the workbook doesn't."""
    if not source:
        return {}
    old = known_values({name: list(rows.values()) for name, rows in source.items()})
    now = known_values({name: [row for _, row in rows] for name, rows in numbered.items()})
    gone = {place: values - now.get(place, set()) for place, values in old.items()}
    left = {row["id"] for _, row in numbered["observations"]}
    gone["observed"] = {row["indicator_id"] for key, row in source["observations"].items() if key not in left}
    return gone


def _name_deleted(problem: Problem, sheet: Sheet, deleted: Mapping[str, set[str]]) -> str:
    """Returns the remedy when a cell names a row that was deleted or got another id."""
    column = sheet.table.column(problem.column)
    places = [*column.refers_to, *([f"codes:{column.codes}"] if column.codes else [])]
    if problem.expected.startswith("an indicator id"):
        places = ["indicators.id"]
    if problem.expected == "at least one observation" and problem.found in deleted.get("observed", ()):
        return f"The observations of {problem.found} were deleted or renamed: put them back, or drop this row too."
    for place in places:
        if problem.found in deleted.get(place, ()):
            table = place.replace(":", ".").split(".")[0]
            return (
                f"The row {problem.found} of {table} was deleted or renamed, and this row still names it: "
                "put it back, or take it out of this cell."
            )
    return ""


def _refuse(path: Path, problems: list[CellProblem]) -> None:
    ordered = sorted(set(problems), key=lambda problem: (_order(problem.file), problem))
    copy = write_problems(path, ordered)
    hint = "No edition was made. Mend these cells and import again"
    hint += f"; {copy} shows them as comments in the cells." if copy else "."
    raise InvalidInputError(f"{path.name} has {how_many(ordered)}:", ordered, hint=hint)


def _order(sheet: str) -> int:
    names = [META, *BY_NAME]
    return names.index(sheet.strip().lower()) if sheet.strip().lower() in names else len(names)


def _build(tables: Mapping[str, list[Row]], new: str, project: Project) -> Path:
    """Writes and seals the edition out of sight, and gives it its name when it is whole."""
    with making(new, project) as folder:
        for table in TABLES:
            write_table(folder, table, tables[table.name])
        seal_folder(folder, new, date.today())
    return project.data / new


def _count(tables: Mapping[str, list[Row]], source: Source) -> tuple[int, int, int, int]:
    rows = added = changed = 0
    for name, table in tables.items():
        rows += len(table)
        old = source[name]
        for row in table:
            before = old.get(row[BY_NAME[name].key])
            added += before is None
            changed += before is not None and before != row
    total = sum(len(table) for table in source.values())
    return rows, added, total - (rows - added), changed
