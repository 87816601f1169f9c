"""A whole edition to take along: as workbooks for people and as tables for programs."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path
from string import Template
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from na_report.base.files import whole_file, write_whole
from na_report.base.paths import Project
from na_report.base.zips import zip_entry
from na_report.editions.asked import derived
from na_report.editions.edition import Edition
from na_report.editions.folders import edition_folder
from na_report.workbook.exporting import make_workbook
from na_report.workbook.layout import book_bytes

_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_FORMS = Path(__file__).with_name("ods")
# A width in a workbook counts characters; a character of the body text is some 0.19 cm wide.
_CM_PER_CHARACTER = 0.19


def write_take_along(name: str, folder: Path, project: Project) -> list[Path]:
    """Writes an edition as .xlsx, .ods and a .zip of its sealed tables; the same edition gives the same bytes.

    Args:
        name: The name of the edition.
        folder: Where the files go; made when it isn't there.
        project: The project of the edition.
    """
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


@derived
def period_covered(edition: Edition) -> tuple[str, str]:
    """Returns the first and the last year of the observations; empty when none has a period.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> period_covered(open_edition("2021"))
        ('2015', '2024')
    """
    periods = [part for period in edition["observations"]["period"] for part in str(period).split("/") if part]
    years = sorted(part[:4] for part in periods)
    return (years[0], years[-1]) if years else ("", "")


def write_ods(book: Workbook, target: Path) -> Path:
    """Writes a workbook that `make_workbook` made as an OpenDocument spreadsheet; the same workbook gives the same bytes.

    A text stays a text, whatever it starts with: nothing is written as a formula. What all such files share stands in `ods/`.
    """
    about = book.properties
    frozen = Template((_FORMS / "view.part").read_text(encoding="utf-8"))  # the first row and column stay in sight
    parts = {
        "title": escape(about.title),
        "maker": escape(about.creator),
        "made": about.created.strftime("%Y-%m-%dT%H:%M:%S"),
        "views": "".join(frozen.substitute(sheet=quoteattr(sheet.title)) for sheet in book if sheet.freeze_panes),
        "widths": "".join(
            f'<style:style style:name="breed{width}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{width * _CM_PER_CHARACTER:.2f}cm"/></style:style>'
            for width in sorted({width for sheet in book for width in _widths(sheet)})
        ),
        "sheets": "".join(map(_sheet, book)),
        "filters": "".join(
            # With this name LibreOffice takes it for the filter of the sheet, and keeps it when it saves as .xlsx.
            f'<table:database-range table:name="__Anonymous_Sheet_DB__{number}" table:display-filter-buttons="true" '
            f"table:target-range-address={quoteattr(_range(sheet))}/>"
            for number, sheet in enumerate(book)
            if sheet.auto_filter.ref
        ),
    }
    with whole_file(target) as partial, zipfile.ZipFile(partial, "w") as archive:
        # Programs know the file by these first bytes, so they come first and uncompressed.
        archive.writestr(zip_entry("mimetype", compressed=False), _MIME)
        for form in sorted(_FORMS.glob("*.xml")):
            name = f"META-INF/{form.name}" if form.stem == "manifest" else form.name
            archive.writestr(zip_entry(name), Template(form.read_text(encoding="utf-8")).substitute(parts))
    return target


def _widths(sheet: Any) -> list[int]:
    letters = map(get_column_letter, range(1, sheet.max_column + 1))
    return [round(sheet.column_dimensions[letter].width) for letter in letters]


def _range(sheet: Any) -> str:
    place = f"'{sheet.title}'."
    return place + str(sheet.auto_filter.ref).replace(":", f":{place}")


def _sheet(sheet: Any) -> str:
    style = "open" if sheet.sheet_state == "visible" else "dicht"
    columns = "".join(f'<table:table-column table:style-name="breed{width}"/>' for width in _widths(sheet))
    rows = "".join(f"<table:table-row>{_cells(row)}</table:table-row>" for row in sheet.iter_rows())
    return f'<table:table table:name={quoteattr(sheet.title)} table:style-name="{style}">{columns}{rows}</table:table>'


def _cells(row: Any) -> str:
    """Returns the cells of a row up to the last one that holds something."""
    last = max((number for number, cell in enumerate(row, start=1) if cell.value is not None), default=1)
    return "".join(map(_cell, row[:last]))


def _cell(cell: Any) -> str:
    value = cell.value
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, date):
        kind = f'table:style-name="datum" office:value-type="date" office:date-value="{value:%Y-%m-%d}"'
        return f"<table:table-cell {kind}><text:p>{value:%Y-%m-%d}</text:p></table:table-cell>"
    style = "kop" if cell.font.b else "cel" if cell.alignment.wrap_text else "regel"
    if isinstance(value, int | float):
        kind = f'table:style-name="{style}" office:value-type="float" office:value="{value!r}"'
        return f"<table:table-cell {kind}><text:p>{value!r}</text:p></table:table-cell>"
    lines = [_text(line) for line in value.split("\n")]
    if cell.hyperlink:
        address = quoteattr("#" + cell.hyperlink.location.replace("!", ".").replace("'", ""))
        lines = [f'<text:a xlink:type="simple" xlink:href={address}>{line}</text:a>' for line in lines]
    text = "".join(f"<text:p>{line}</text:p>" for line in lines)
    return f'<table:table-cell table:style-name="{style}" office:value-type="string">{text}</table:table-cell>'


def _text(line: str) -> str:
    """Writes what OpenDocument would run together: more spaces in a row, spaces at the edges, tabs."""
    marked = re.sub(r"^ +| +$| {2,}", lambda match: f'<text:s text:c="{len(match[0])}"/>', escape(line))
    return marked.replace("\t", "<text:tab/>")
