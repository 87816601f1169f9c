"""The workbook of an edition as an OpenDocument spreadsheet: the same sheets with the same values."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from na_report.files import whole_file
from na_report.zips import zip_entry

MIME = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = {
    **{
        name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
        for name in ("office", "table", "text", "style", "meta")
    },
    "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
    "config": "urn:oasis:names:tc:opendocument:xmlns:config:1.0",
    "ooo": "http://openoffice.org/2004/office",
}
# A width in a workbook counts characters; a character of the body text is some 0.19 cm wide.
_CM_PER_CHARACTER = 0.19
_DEFAULT_WIDTH = 12
_BOLD = '<style:text-properties fo:font-weight="bold"/>'
_CELL_STYLES = (
    '<number:date-style style:name="iso"><number:year number:style="long"/><number:text>-</number:text>'
    '<number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/></number:date-style>'
    + "".join(
        f'<style:style style:name="{name}" style:family="table-cell"{extra}>'
        f'<style:table-cell-properties fo:wrap-option="{wrap}" style:vertical-align="top"/>{bold}</style:style>'
        for name, extra, wrap, bold in (
            ("cel", "", "wrap", ""),
            ("regel", "", "no-wrap", ""),
            ("kop", "", "no-wrap", _BOLD),
            ("datum", ' style:data-style-name="iso"', "no-wrap", ""),
        )
    )
    + '<style:style style:name="open" style:family="table"><style:table-properties table:display="true"/></style:style>'
    '<style:style style:name="dicht" style:family="table"><style:table-properties table:display="false"/></style:style>'
)


def write_ods(workbook: Path, target: Path) -> Path:
    """Writes a workbook as an OpenDocument spreadsheet; the same workbook gives the same bytes.

    A text stays a text, whatever it starts with: nothing is written as a formula.

    Args:
        workbook: An .xlsx file that `export_edition` made.
        target: Where the .ods file goes; replaced when the new one is whole.
    """
    book = load_workbook(workbook)
    files = {
        "META-INF/manifest.xml": _manifest(),
        "content.xml": _document("content", _content(book)),
        "meta.xml": _document("meta", _meta(book)),
        "settings.xml": _document("settings", _settings(book)),
        "styles.xml": _document("styles", ""),
    }
    with whole_file(target) as partial, zipfile.ZipFile(partial, "w") as archive:
        # Programs know the file by these first bytes, so they come first and uncompressed.
        archive.writestr(zip_entry("mimetype", compressed=False), MIME)
        for name, text in files.items():
            archive.writestr(zip_entry(name), text)
    return target


def _document(kind: str, inside: str) -> str:
    names = " ".join(f'xmlns:{short}="{long}"' for short, long in _SPACES.items())
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-{kind} {names} office:version="1.3">'
    return f"{head}{inside}</office:document-{kind}>\n"


def _manifest() -> str:
    names = {"/": MIME} | {f"{name}.xml": "text/xml" for name in ("content", "meta", "settings", "styles")}
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in names.items()
    )
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    head = f'<manifest:manifest xmlns:manifest="{space}" manifest:version="1.3">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{entries}</manifest:manifest>\n'


def _meta(book: Any) -> str:
    made = book.properties.created.strftime("%Y-%m-%dT%H:%M:%S")
    title, maker = escape(book.properties.title), escape(book.properties.creator)
    return (
        f"<office:meta><meta:generator>na-report</meta:generator><dc:title>{title}</dc:title>"
        f"<meta:initial-creator>{maker}</meta:initial-creator><meta:creation-date>{made}</meta:creation-date>"
        f"<dc:date>{made}</dc:date></office:meta>"
    )


def _settings(book: Any) -> str:
    """Returns which rows and columns of each sheet stay in sight."""
    sheets = []
    for sheet in book:
        if sheet.freeze_panes:
            items = "".join(
                f'<config:config-item config:name="{side}SplitMode" config:type="short">2</config:config-item>'
                f'<config:config-item config:name="{side}SplitPosition" config:type="int">1</config:config-item>'
                f'<config:config-item config:name="Position{second}" config:type="int">1</config:config-item>'
                for side, second in (("Horizontal", "Right"), ("Vertical", "Bottom"))
            )
            sheets.append(
                f"<config:config-item-map-entry config:name={quoteattr(sheet.title)}>{items}</config:config-item-map-entry>"
            )
    return (
        '<office:settings><config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>'
        '<config:config-item config:name="ViewId" config:type="string">view1</config:config-item>'
        f'<config:config-item-map-named config:name="Tables">{"".join(sheets)}</config:config-item-map-named>'
        "</config:config-item-map-entry></config:config-item-map-indexed></config:config-item-set></office:settings>"
    )


def _content(book: Any) -> str:
    widths = sorted({_width(sheet, number) for sheet in book for number in range(1, sheet.max_column + 1)})
    columns = "".join(
        f'<style:style style:name="breed{width}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width * _CM_PER_CHARACTER:.2f}cm"/></style:style>'
        for width in widths
    )
    filters = "".join(
        # With this name LibreOffice takes it for the filter of the sheet, and keeps it when it saves as .xlsx.
        f'<table:database-range table:name="__Anonymous_Sheet_DB__{number}" table:display-filter-buttons="true" '
        f"table:target-range-address={quoteattr(_range(sheet))}/>"
        for number, sheet in enumerate(book)
        if sheet.auto_filter.ref
    )
    sheets = "".join(_sheet(sheet) for sheet in book)
    return (
        f"<office:automatic-styles>{_CELL_STYLES}{columns}</office:automatic-styles><office:body><office:spreadsheet>"
        f"{sheets}<table:database-ranges>{filters}</table:database-ranges></office:spreadsheet></office:body>"
    )


def _width(sheet: Any, number: int) -> int:
    return round(sheet.column_dimensions[get_column_letter(number)].width or _DEFAULT_WIDTH)


def _range(sheet: Any) -> str:
    first, last = sheet.auto_filter.ref.split(":")
    return f"'{sheet.title}'.{first}:'{sheet.title}'.{last}"


def _sheet(sheet: Any) -> str:
    style = "open" if sheet.sheet_state == "visible" else "dicht"
    columns = "".join(
        f'<table:table-column table:style-name="breed{_width(sheet, number)}"/>'
        for number in range(1, sheet.max_column + 1)
    )
    rows = "".join(f"<table:table-row>{''.join(_cells(row))}</table:table-row>" for row in sheet.iter_rows())
    return f'<table:table table:name={quoteattr(sheet.title)} table:style-name="{style}">{columns}{rows}</table:table>'


def _cells(row: Any) -> Iterator[str]:
    """Yields the cells of a row up to the last one that holds something."""
    filled = [number for number, cell in enumerate(row, start=1) if cell.value is not None]
    for cell in row[: filled[-1] if filled else 1]:
        yield _cell(cell)


def _cell(cell: Any) -> str:
    value = cell.value
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, date | datetime):
        day = value.strftime("%Y-%m-%d")
        kind = f'table:style-name="datum" office:value-type="date" office:date-value="{day}"'
        return f"<table:table-cell {kind}><text:p>{day}</text:p></table:table-cell>"
    style = "kop" if cell.font.b else "cel" if cell.alignment.wrap_text else "regel"
    if isinstance(value, int | float):
        kind = f'table:style-name="{style}" office:value-type="float" office:value="{value!r}"'
        return f"<table:table-cell {kind}><text:p>{value!r}</text:p></table:table-cell>"
    lines = [_text(line) for line in str(value).split("\n")]
    if cell.hyperlink and cell.hyperlink.location:
        address = quoteattr("#" + cell.hyperlink.location.replace("!", ".").replace("'", ""))
        lines = [f'<text:a xlink:type="simple" xlink:href={address}>{line}</text:a>' for line in lines]
    text = "".join(f"<text:p>{line}</text:p>" for line in lines)
    return f'<table:table-cell table:style-name="{style}" office:value-type="string">{text}</table:table-cell>'


def _text(line: str) -> str:
    """Writes what OpenDocument would run together: more spaces in a row, spaces at the edges, tabs."""
    marked = re.sub(r"^ +| +$| {2,}", lambda match: f'<text:s text:c="{len(match[0])}"/>', escape(line))
    return marked.replace("\t", "<text:tab/>")
