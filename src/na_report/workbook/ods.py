"""The workbook of an edition as an OpenDocument spreadsheet: the same sheets with the same values."""

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

from na_report.base.files import whole_file
from na_report.base.zips import zip_entry

_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_FORMS = Path(__file__).with_name("ods")
# A width in a workbook counts characters; a character of the body text is some 0.19 cm wide.
_CM_PER_CHARACTER = 0.19
# The first row and the first column of a sheet stay in sight.
_FROZEN = "".join(
    f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'
    for side, second in (("Horizontal", "Right"), ("Vertical", "Bottom"))
    for name, kind, value in (
        (f"{side}SplitMode", "short", 2),
        (f"{side}SplitPosition", "int", 1),
        (f"Position{second}", "int", 1),
    )
)


def write_ods(book: Workbook, target: Path) -> Path:
    """Writes a workbook that `make_workbook` made as an OpenDocument spreadsheet; the same workbook gives the same bytes.

    A text stays a text, whatever it starts with: nothing is written as a formula. What all such files share stands in `ods/`.
    """
    about = book.properties
    parts = {
        "title": escape(about.title),
        "maker": escape(about.creator),
        "made": about.created.strftime("%Y-%m-%dT%H:%M:%S"),
        "views": "".join(
            f"<config:config-item-map-entry config:name={quoteattr(sheet.title)}>{_FROZEN}</config:config-item-map-entry>"
            for sheet in book
            if sheet.freeze_panes
        ),
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
