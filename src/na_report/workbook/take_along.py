"""A whole edition to take along: as workbooks for people and as tables for programs."""

import re
import zipfile
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from openpyxl import Workbook

from na_report.base.files import whole_file, write_whole, zip_entry
from na_report.base.paths import Project
from na_report.editions.asked import derived
from na_report.editions.edition import Edition
from na_report.editions.folders import edition_folder
from na_report.workbook.exporting import make_workbook
from na_report.workbook.layout import book_bytes

_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_PARTS = ("content.xml", "manifest.xml", "meta.xml", "settings.xml", "styles.xml")


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


@derived
def period_covered(edition: Edition) -> tuple[str, str]:
    """Returns the first and the last year of the observations; empty when none has a period."""
    periods = [part for period in edition["observations"]["period"] for part in str(period).split("/") if part]
    years = sorted(part[:4] for part in periods)
    return (years[0], years[-1]) if years else ("", "")


def write_ods(book: Workbook, target: Path) -> Path:
    """Writes a workbook that `make_workbook` made as an OpenDocument spreadsheet; the same workbook gives the same bytes.

    A text stays a text, whatever it starts with: the templates in `ods/` write no formulas.
    """
    folder = FileSystemLoader(Path(__file__).with_name("ods"))
    forms = Environment(loader=folder, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    forms.filters["spaced"] = _spaced
    widths = {round(column.width) for sheet in book.worksheets for column in sheet.column_dimensions.values()}
    with whole_file(target) as partial, zipfile.ZipFile(partial, "w") as archive:
        # Programs know the file by these first bytes, so they come first and uncompressed.
        archive.writestr(zip_entry("mimetype", compressed=False), _MIME)
        for part in _PARTS:
            text = forms.get_template(part).render(book=book, about=book.properties, widths=sorted(widths))
            archive.writestr(zip_entry(f"META-INF/{part}" if part == "manifest.xml" else part), text)
    return target


def _spaced(escaped: str) -> str:
    """Writes what OpenDocument would run together: more spaces in a row, spaces at the edges, tabs."""
    marked = re.sub(r"^ +| +$| {2,}", lambda match: f'<text:s text:c="{len(match[0])}"/>', str(escaped))
    return marked.replace("\t", "<text:tab/>")
