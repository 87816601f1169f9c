"""A whole edition to take along: as workbooks for people and as tables for programs."""

from __future__ import annotations

import zipfile
from pathlib import Path

from na_report.base.files import whole_file, write_whole
from na_report.base.paths import Project
from na_report.base.zips import zip_entry
from na_report.editions.edition import Edition
from na_report.editions.folders import edition_folder
from na_report.editions.reads import derived
from na_report.workbook.exporting import make_workbook
from na_report.workbook.layout import book_bytes
from na_report.workbook.ods import write_ods


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
