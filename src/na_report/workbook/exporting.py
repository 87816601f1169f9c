"""Writes an edition as a workbook that people can edit and send back, and whole to take along."""

import json
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import repeat, zip_longest
from pathlib import Path
from typing import Any

import yaml
from babel.dates import format_date
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink

from na_report.base.errors import NaReportError
from na_report.base.files import EPOCH, whole_file, write_whole, zip_entry
from na_report.base.paths import Project
from na_report.base.templates import templates
from na_report.editions.descriptor import sha256
from na_report.editions.edition import open_edition, rows_of
from na_report.editions.folders import edition_folder, is_draft
from na_report.editions.schema import BY_NAME, TABLES, Column, Rows, Table, table_schema
from na_report.workbook.cell_values import same_number
from na_report.workbook.package import encode

# What the way back goes by too: the names of two sheets, and the form of the marks on the second.
START, META, FORMAT = "Start", "_na_report", "na-report workbook 1"
_WORDS = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))
_TEMPLATES = templates(__package__)
_ODS = ("content.xml", "manifest.xml", "meta.xml", "settings.xml", "styles.xml")
_LINES_LIMIT, _CELL_LIMIT = 16, 32_767
_WIDTHS = (20, 22, 80, 50, 11)
_WRAP, _FREE = Alignment(wrap_text=True, vertical="top"), Protection(locked=False)
# Per type of column the name of its style and its number format.
_STYLES = {"integer": ("geheel getal", "0"), "number": ("getal", "General"), "date": ("datum", "yyyy-mm-dd")}
_TEXT = ("tekst", "@")


def export_edition(name: str, target: Path, project: Project, *, force: bool = False) -> Path:
    """Writes an edition to a workbook; the same edition gives the same bytes. With `force` an existing file may be replaced."""
    if target.suffix.lower() != ".xlsx":
        raise NaReportError(f"{target.name} is not the name of a workbook.", hint="End the name with .xlsx.")
    if target.exists() and not force:
        raise NaReportError(f"{target} exists already.", hint="Choose another name, or replace it with --force.")
    write_whole(target, book_bytes(make_workbook(name, project)))
    return target


def make_workbook(name: str, project: Project) -> Workbook:
    """Returns the workbook of an edition, made on the day that it was sealed; see `export_edition`."""
    edition = open_edition(name, project)
    tables, marks = tables_in(project.data / name)
    created = None if is_draft(project.data / name) else date.fromisoformat(str(edition.descriptor["created"])[:10])
    book = Workbook()
    about = book.properties
    about.creator, about.title = "na-report", f"na-report {name}"
    about.created = datetime.combine(created or EPOCH, datetime.min.time())
    for style in _styles():
        book.add_named_style(style)
    lists: dict[str, list[str]] = {}
    for row in tables["codes"]:
        lists.setdefault(row["list"], []).append(row["code"])
    _write_start(book.active, name, created, tables)
    for table in TABLES:
        _write_table(book.create_sheet(table.name), table, tables, lists)
    # What the way back needs, and from column D on the code lists for the drop-downs.
    meta, facts = book.create_sheet(META), {"format": FORMAT, "edition": name} | marks
    meta.sheet_state = "veryHidden"
    columns = [[*facts], [*facts.values()], [], *([title, *codes] for title, codes in lists.items())]
    for number, values in enumerate(zip_longest(*columns, fillvalue=""), start=1):
        _put(meta, number, values, repeat("Normal"))
    return book


def tables_in(folder: Path) -> tuple[dict[str, Rows], dict[str, str]]:
    """Returns the rows of an edition per table as the workbook has them, and the marks that tell of what they were made."""
    schema = json.dumps([[table.name, table_schema(table)] for table in TABLES], sort_keys=True)
    marks = {"schema": sha256(schema.encode()).removeprefix("sha256:")[:12]}
    for path in (folder / table.file for table in TABLES):
        marks[f"table:{path.stem}"] = sha256(path.read_bytes() if path.is_file() else b"")
    return rows_of(folder), marks


def book_bytes(book: Workbook, comment: bytes = b"") -> bytes:
    """Returns the bytes of a workbook, with the day that it was made on where openpyxl writes the time of now."""
    raw, fixed = BytesIO(), BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(fixed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                day = f"{book.properties.created:%Y-%m-%d}T00:00:00Z".encode()
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", day, content)
            new.writestr(zip_entry(name), content)
        new.comment = comment
    return fixed.getvalue()


def _styles() -> Iterator[NamedStyle]:
    dark, grey = (PatternFill("solid", fgColor=colour) for colour in ("1F3864", "E7E6E6"))
    yield NamedStyle("titel", Font(bold=True, size=16))
    yield NamedStyle("kopje", Font(bold=True, size=13))
    yield NamedStyle("kop", Font(bold=True, color="FFFFFF"), dark, alignment=Alignment(vertical="top"))
    yield NamedStyle("regel", alignment=_WRAP)
    yield NamedStyle("link", Font(color="0563C1", underline="single"))
    yield NamedStyle("id", fill=grey, alignment=_WRAP, number_format="@")
    for name, form in (_TEXT, *_STYLES.values()):
        yield NamedStyle(name, alignment=_WRAP, number_format=form, protection=_FREE)


def _put(sheet: Any, row: int, values: Sequence[Any], styles: Iterable[str], widths: Iterable[float] = ()) -> None:
    """Fills a row; a text stays one, also where openpyxl takes it for a formula or would cut it off.

    With widths it becomes as high as its longest text needs: LibreOffice doesn't do so by itself.
    """
    lines = max((math.ceil(len(str(text)) / width) for text, width in zip(values, widths, strict=False)), default=1)
    if lines > 1:
        sheet.row_dimensions[row].height = 15 * min(lines, _LINES_LIMIT)
    for place, (value, style) in enumerate(zip(values, styles, strict=False), start=1):
        cell = sheet.cell(row, place)
        cell.style = style
        if isinstance(value, str) and value:
            text = encode(value)
            if len(text) > _CELL_LIMIT:
                raise NaReportError(
                    f"{sheet.title}!{cell.coordinate} would have {len(text)} characters; a cell holds {_CELL_LIMIT}.",
                    hint=f"Make a new edition with a shorter text than {value[:60]!r}….",
                )
            cell.value, cell.data_type = text, "s"
        elif value != "":
            cell.value = value


def _write_start(sheet: Any, name: str, created: date | None, tables: Mapping[str, Rows]) -> None:
    sheet.title, sheet.protection.sheet = START, True
    for number, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    day = created and format_date(created, "d MMMM y", locale="nl")
    parts = {"tables": TABLES, "rows": tables, "explain": explain, "kind": kind, "name": name, "day": day}
    lines = _TEMPLATES.get_template("start.txt").render(parts).splitlines()
    for number, line in enumerate(lines, start=1):
        style, *cells = map(str.strip, line.split("|"))
        others = "Normal" if style == "link" else style
        _put(sheet, number, cells, [style, *repeat(others, len(cells))], _WIDTHS if style == "regel" else ())
        if style == "link":
            sheet.cell(number, 1).hyperlink = Hyperlink(f"A{number}", location=f"'{cells[0]}'!A1")


def _write_table(sheet: Any, table: Table, tables: Mapping[str, Rows], lists: Mapping[str, Sequence[str]]) -> None:
    rows = tables[table.name]
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(rows) + 1}"
    sheet.protection.sheet = True
    for allowed in ("insertRows", "deleteRows", "sort", "autoFilter", "formatCells", "formatColumns", "formatRows"):
        setattr(sheet.protection, allowed, False)  # false means: not locked
    _put(sheet, 1, [column.name for column in table.columns], repeat("kop"))
    styles, formats = zip(*(_STYLES.get(column.type, _TEXT) for column in table.columns), strict=True)
    widths = []
    for number, (column, form) in enumerate(zip(table.columns, formats, strict=True), start=1):
        longest = max((len(row[column.name]) for row in rows), default=0)
        widths.append(max(len(column.name) + 4, min(longest + 2, 60 if column.text else 36)))
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = widths[-1]
        # This is how the empty cells under the last row are.
        dimension.alignment, dimension.protection, dimension.number_format = _WRAP, _FREE, form
        if not column.many and (column.codes in lists or column.refers_to):
            # A warning, not a stop: a colleague may add the code or the row that is named afterwards.
            offer = DataValidation("list", _choices(column, tables, lists))
            offer.add(f"{dimension.index}2:{dimension.index}1048576")
            offer.errorStyle, offer.showErrorMessage, offer.allow_blank = "warning", True, not column.required
            offer.errorTitle, offer.error = _WORDS["unknown"], _WORDS["choose"].format(kind=kind(column))[:255]
            sheet.add_data_validation(offer)
    for number, row in enumerate(rows, start=2):
        _put(sheet, number, [_typed(column, row[column.name]) for column in table.columns], ["id", *styles[1:]], widths)


def _typed(column: Column, text: str) -> Any:
    """Returns the number or date that a text stands for, or the text itself where a number would lose something."""
    if text and column.type == "date":
        return date.fromisoformat(text)
    if text and column.type in ("integer", "number"):
        number = float(text) if "." in text else int(text)
        return number if len(text) < 16 and same_number(text, Decimal(repr(number))) else text
    return text


def _choices(column: Column, tables: Mapping[str, Rows], lists: Mapping[str, Sequence[str]]) -> str:
    """Returns the cells that a drop-down takes its values from, with room for new rows."""
    if column.codes:
        sheet, number, last = META, [*lists].index(column.codes) + 4, len(lists[column.codes]) + 1
    else:
        sheet, target = column.refers_to[0].split(".")
        number = [other.name for other in BY_NAME[sheet].columns].index(target) + 1
        last = len(tables[sheet]) + 201
    letter = get_column_letter(number)
    return f"'{sheet}'!${letter}$2:${letter}${last}"


def explain(column: Column) -> str:
    """Returns what a column holds, in Dutch, with the language where the column has one; its name where no words are here."""
    stem, _, language = column.name.rpartition("_")
    more = _WORDS["languages"].get(language, "")
    name = stem if more else column.name
    return f"{_WORDS['columns'].get(name, name)}{more}"


def kind(column: Column) -> str:
    """Returns the kind of value of a column, in Dutch, with the list or the tables that it comes from."""
    of = column.codes or ", ".join(place.split(".")[0] for place in column.refers_to)
    form = _WORDS["code"] if column.codes else _WORDS["id"] if of else _WORDS["types"][column.type]
    return str(form.format(s="s" if column.many else "", of=of) + (_WORDS["many"] if column.many else ""))


def write_take_along(name: str, folder: Path, project: Project) -> list[Path]:
    """Writes an edition as .xlsx, .ods and a .zip of its sealed tables; the same edition gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    workbook, ods, tables = (folder / f"na-report-{name}.{ending}" for ending in ("xlsx", "ods", "zip"))
    book = make_workbook(name, project)
    write_whole(workbook, book_bytes(book))
    write_ods(book, ods)
    with whole_file(tables) as partial, zipfile.ZipFile(partial, "w") as archive:
        for path in sorted(edition_folder(name, project).iterdir()):
            if path.suffix in (".csv", ".json"):
                archive.writestr(zip_entry(f"na-report-{name}/{path.name}", mode=0o644), path.read_bytes())
    return [workbook, ods, tables]


def write_ods(book: Workbook, target: Path) -> Path:
    """Writes a workbook that `make_workbook` made as an OpenDocument spreadsheet; the same workbook gives the same bytes.

    A text stays a text, whatever it starts with: the templates in `texts/` write no formulas.
    """
    widths = {round(column.width) for sheet in book.worksheets for column in sheet.column_dimensions.values()}
    with whole_file(target) as partial, zipfile.ZipFile(partial, "w") as archive:
        # Programs know the file by these first bytes, so they come first and uncompressed.
        archive.writestr(zip_entry("mimetype", compressed=False), "application/vnd.oasis.opendocument.spreadsheet")
        for part in _ODS:
            text = _TEMPLATES.get_template(part).render(book=book, about=book.properties, widths=sorted(widths))
            archive.writestr(zip_entry(f"META-INF/{part}" if part == "manifest.xml" else part), text)
    return target


def _spaced(escaped: str) -> str:
    """Writes what OpenDocument would run together: more spaces in a row, spaces at the edges, tabs."""
    marked = re.sub(r"^ +| +$| {2,}", lambda match: f'<text:s text:c="{len(match[0])}"/>', str(escaped))
    return marked.replace("\t", "<text:tab/>")


_TEMPLATES.filters["spaced"] = _spaced
