"""Writes an edition as an Excel workbook that people can edit and send back."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

from babel.dates import format_date
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink

from na_report.base.errors import NaReportError
from na_report.base.files import write_whole
from na_report.base.locks import locked
from na_report.base.paths import Project
from na_report.base.zips import zip_entry
from na_report.editions.descriptor import sha256
from na_report.editions.edition import open_edition, refuse_unknown
from na_report.editions.reading import completed, parse_table
from na_report.editions.schema import Column, Table
from na_report.editions.tables import BY_NAME, TABLES
from na_report.workbook.layout import FORMAT, META, START, encode, schema_version
from na_report.workbook.words import COLUMN_HEADS, STEPS, explain, kind

LAST_ROW = 1_048_576
_LINES_LIMIT = 16
_WIDTHS = {"A": 20, "B": 22, "C": 80, "D": 50, "E": 11}
_CELL_LIMIT = 32_767
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "'")
_FORMATS = {"integer": "0", "number": "General", "date": "yyyy-mm-dd"}
_GREY = PatternFill("solid", fgColor="E7E6E6")
# In the files of a workbook of a draft: the first day that a zip can hold.
_NO_DAY = date(1980, 1, 1)
_DARK = PatternFill("solid", fgColor="1F3864")

Rows = list[dict[str, str]]


def export_edition(name: str, target: Path, project: Project, *, force: bool = False) -> Path:
    """Writes an edition to a workbook; the same edition gives the same bytes.

    Args:
        force: Whether an existing file may be replaced.

    Raises:
        NaReportError: The file exists, can't be written or is no .xlsx, or a text is too long for a cell.
        InvalidInputError: The edition is not what was sealed.
    """
    if target.suffix.lower() != ".xlsx":
        raise NaReportError(f"{target.name} is not the name of a workbook.", hint="End the name with .xlsx.")
    if target.exists() and not force:
        raise NaReportError(f"{target} exists already.", hint="Choose another name, or replace it with --force.")
    edition = open_edition(name, project)
    refuse_unknown(edition.schema, name)
    tables: dict[str, Rows] = {}
    hashes: dict[str, str] = {}
    sealed = {table.name: table for table in edition.schema}
    for table in TABLES:
        content = (project.data / name / table.file).read_bytes() if table.name in sealed else b""
        tables[table.name] = completed(parse_table(content, sealed[table.name]) if content else [], table)
        hashes[table.name] = sha256(content)
    _refuse_long_text(tables)
    created = None if edition.draft else date.fromisoformat(str(edition.descriptor["created"])[:10])
    content = _fixed_bytes(_make(name, created, tables, hashes), created or _NO_DAY)
    try:
        with locked(target.with_name(f".{target.name}.lock"), f"The workbook {target}"):
            write_whole(target, content)
    except OSError as error:
        raise NaReportError(
            f"{target} can't be written: {error.strerror}.", hint="Choose a folder that you may write to."
        ) from error
    return target


def _make(name: str, created: date | None, tables: Mapping[str, Rows], hashes: Mapping[str, str]) -> Workbook:
    book = Workbook(write_only=True)
    book.properties.creator = "na-report"
    book.properties.title = f"na-report {name}"
    lists: dict[str, list[str]] = {}
    for row in tables["codes"]:
        lists.setdefault(row["list"], []).append(row["code"])
    _write_start(book, name, created, tables)
    for table in TABLES:
        _write_table(book, table, tables, list(lists))
    _write_meta(book, name, hashes, lists)
    return book


def _cell(sheet: Any, value: Any, **styles: Any) -> Any:
    cell = WriteOnlyCell(sheet)
    if isinstance(value, str):
        cell.value = encode(value)
        cell.data_type = "s"  # openpyxl takes a text with = at the start for a formula
    else:
        cell.value = value
    for style, given in styles.items():
        setattr(cell, style, given)
    return cell


def _write_start(book: Workbook, name: str, created: date | None, tables: Mapping[str, Rows]) -> None:
    sheet = book.create_sheet(START)
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.protection.sheet = True
    wrap = Alignment(wrap_text=True, vertical="top")
    heading = Font(bold=True, size=13)
    title = f"Gegevens van het rapport over digitalisering in het onderwijs: editie {name}"
    sheet.append([_cell(sheet, title, font=Font(bold=True, size=16))])
    said = "Deze editie is een concept: zij is nog niet vastgelegd. Dit werkboek is een kopie."
    if created:
        day = format_date(created, "d MMMM y", locale="nl")
        said = f"Deze editie is vastgelegd op {day}. Zij verandert niet; dit werkboek is een kopie."
    sheet.append([_cell(sheet, said)])
    sheet.append([])
    sheet.append([_cell(sheet, "Zo werkt het", font=heading)])
    for number, step in enumerate(STEPS, start=1):
        _set_height(sheet, number + 4, [(step, _WIDTHS["C"])])
        sheet.append([_cell(sheet, f"{number}.", alignment=wrap), None, _cell(sheet, step, alignment=wrap)])
    sheet.append([])
    sheet.append([_cell(sheet, "De bladen", font=heading)])
    for row, table in enumerate(TABLES, start=len(STEPS) + 7):
        cell = _cell(sheet, table.name, font=Font(color="0563C1", underline="single"))
        cell._hyperlink = Hyperlink(f"A{row}", location=f"'{table.name}'!A1")  # the setter knows outside addresses only
        sheet.append([cell, None, _cell(sheet, f"{table.title_nl} ({len(tables[table.name])} rijen)")])
    sheet.append([])
    sheet.append([_cell(sheet, "De kolommen", font=heading)])
    head = {"font": Font(bold=True, color="FFFFFF"), "fill": _DARK}
    sheet.append([_cell(sheet, word, **head) for word in COLUMN_HEADS])
    columns = [(table, column) for table in TABLES for column in table.columns]
    for row, (table, column) in enumerate(columns, start=len(STEPS) + len(TABLES) + 10):
        words = (table.name, column.name, explain(column), kind(column), "ja" if column.required else "nee")
        _set_height(sheet, row, zip(words, _WIDTHS.values(), strict=True))
        sheet.append([_cell(sheet, word, alignment=wrap) for word in words])


def _write_table(book: Workbook, table: Table, tables: Mapping[str, Rows], lists: list[str]) -> None:
    sheet = book.create_sheet(table.name)
    sheet.freeze_panes = "B2"
    rows = tables[table.name]
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(rows) + 1}"
    protection = sheet.protection
    protection.sheet = True
    for allowed in ("insertRows", "deleteRows", "sort", "autoFilter", "formatCells", "formatColumns", "formatRows"):
        setattr(protection, allowed, False)  # false means: not locked
    widths = []
    for number, column in enumerate(table.columns, start=1):
        widths.append(_dress_column(sheet, column, number, rows))
        for validation in _validations(column, get_column_letter(number), tables, lists):
            sheet.data_validations.append(validation)
    head = {"font": Font(bold=True, color="FFFFFF"), "fill": _DARK, "alignment": Alignment(vertical="top")}
    sheet.append([_cell(sheet, column.name, **head) for column in table.columns])
    styles = {column.name: _styles(sheet, column, column.name == table.key) for column in table.columns}
    for number, row in enumerate(rows, start=2):
        _set_height(sheet, number, zip(row.values(), widths, strict=True))
        sheet.append([_data_cell(sheet, row, column, styles[column.name]) for column in table.columns])


def _set_height(sheet: Any, row: int, texts: Iterable[tuple[str, float]]) -> None:
    """Makes a row as high as its longest text needs in a column of that width; LibreOffice doesn't do so by itself."""
    lines = max(math.ceil(len(text) / width) for text, width in texts)
    if lines > 1:
        sheet.row_dimensions[row].height = 15 * min(lines, _LINES_LIMIT)


def _dress_column(sheet: Any, column: Column, number: int, rows: Rows) -> float:
    """Sets width and style of a column, also for the empty cells under the last row, and returns the width."""
    longest = max((len(row[column.name]) for row in rows), default=0)
    dimension = sheet.column_dimensions[get_column_letter(number)]
    dimension.width = max(len(column.name) + 4, min(longest + 2, 60 if column.text else 36))
    dimension.protection = Protection(locked=False)
    dimension.number_format = _FORMATS.get(column.type, "@")
    dimension.alignment = Alignment(wrap_text=True, vertical="top")
    return float(dimension.width)


def _styles(sheet: Any, column: Column, key: bool) -> tuple[Any, Any]:
    """Returns the style of a column's cells, plain and for text that looks like a formula, made once because that is slow."""
    made = []
    for quote in (False, True):
        cell = WriteOnlyCell(sheet)
        cell.number_format = _FORMATS.get(column.type, "@")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.protection = Protection(locked=key)
        if key:
            cell.fill = _GREY
        cell.quotePrefix = quote
        made.append(cell._style)
    return made[0], made[1]


def _refuse_long_text(tables: Mapping[str, Rows]) -> None:
    """Stops before a text would be cut off; a look ahead, as openpyxl can't leave a sheet half-written."""
    for table in TABLES:
        for row in tables[table.name]:
            for name, text in row.items():
                if len(encode(text)) > _CELL_LIMIT:
                    raise NaReportError(
                        f"{table.file}: {name} of {row[table.key]} has {len(text)} characters; a cell holds {_CELL_LIMIT}.",
                        hint="Make a new edition with a shorter text.",
                    )


def _data_cell(sheet: Any, row: dict[str, str], column: Column, styles: tuple[Any, Any]) -> Any:
    text = row[column.name]
    cell = _cell(sheet, _typed(column, text))
    cell._style = styles[1] if text.startswith(_FORMULA_STARTS) and cell.data_type == "s" else styles[0]
    return cell


def _typed(column: Column, text: str) -> Any:
    """Returns the number or date that a text stands for, or the text itself where a number would lose something."""
    if not text:
        return None
    if column.type == "date":
        return date.fromisoformat(text)
    if column.type in ("integer", "number"):
        number = float(text) if "." in text else int(text)
        return number if Decimal(repr(float(number))) == Decimal(text) and len(text) < 16 else text
    return text


def _validations(column: Column, letter: str, tables: Mapping[str, Rows], lists: list[str]) -> list[DataValidation]:
    head = DataValidation(showInputMessage=True, promptTitle=column.name[:32])
    head.prompt = f"{_capital(explain(column))}. Soort: {kind(column)}. {'Verplicht.' if column.required else ''}"[:255]
    head.add(f"{letter}1")
    cells = f"{letter}2:{letter}{LAST_ROW}"
    if column.many:
        body = DataValidation(showInputMessage=True, promptTitle=column.name[:32])
        body.prompt = f"{_capital(kind(column))}. Schrijf geen spaties rond de puntkomma."[:255]
    elif column.codes in lists or column.refers_to:
        body = DataValidation("list", formula1=_choices(column, tables, lists), allow_blank=not column.required)
        # A warning, not a stop: a colleague may add the code or the row that is named afterwards.
        body.errorStyle = "warning"
        body.showErrorMessage = True
        body.errorTitle = "Onbekende waarde"
        body.error = f"Kies een {kind(column)}, of voeg de rij daar eerst toe."[:255]
    else:
        return [head]
    body.add(cells)
    return [head, body]


def _choices(column: Column, tables: Mapping[str, Rows], lists: list[str]) -> str:
    """Returns the cells that a drop-down takes its values from, with room for new rows."""
    if column.codes:
        letter = get_column_letter(lists.index(column.codes) + 4)
        count = sum(row["list"] == column.codes for row in tables["codes"])
        return f"'{META}'!${letter}$2:${letter}${count + 1}"
    table, target = column.refers_to[0].split(".")
    names = [other.name for other in BY_NAME[table].columns]
    letter = get_column_letter(names.index(target) + 1)
    return f"'{table}'!${letter}$2:${letter}${len(tables[table]) + 201}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _write_meta(book: Workbook, name: str, hashes: Mapping[str, str], lists: Mapping[str, list[str]]) -> None:
    """Writes what the way back needs: the edition, its hashes, and the code lists for the drop-downs (from column D)."""
    sheet = book.create_sheet(META)
    sheet.sheet_state = "veryHidden"
    facts = [("format", FORMAT), ("edition", name), ("schema", schema_version())]
    facts += [(f"table:{table}", found) for table, found in hashes.items()]
    columns = [[title, *codes] for title, codes in lists.items()]
    for fact, *codes in zip_longest(facts, *columns):
        sheet.append([_cell(sheet, word) if word else None for word in (*(fact or ("", "")), "", *codes)])


def _fixed_bytes(book: Workbook, created: date) -> bytes:
    """Returns the workbook with the edition's date wherever openpyxl writes the time of the day."""
    raw = io.BytesIO()
    book.save(raw)
    fixed = io.BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", f"{created}T00:00:00Z".encode(), content)
            if match := re.search(rb'<autoFilter ref="([A-Z0-9:]+)"', content):
                # Without the size of a sheet, openpyxl reads all of it to find out.
                content = content.replace(b"</sheetPr>", b'</sheetPr><dimension ref="%s" />' % match[1], 1)
            new.writestr(zip_entry(name), content)
    return fixed.getvalue()
