"""A whole edition to take along: as workbooks for people and as tables for programs."""

from __future__ import annotations

import zipfile
from pathlib import Path

from na_report.base.files import whole_file
from na_report.base.paths import Project
from na_report.base.zips import zip_entry
from na_report.editions.edition import Edition
from na_report.editions.folders import edition_folder
from na_report.editions.reads import derived
from na_report.workbook.exporting import export_edition
from na_report.workbook.ods import write_ods


def write_take_along(name: str, folder: Path, project: Project) -> list[Path]:
    """Writes an edition as .xlsx, .ods and a .zip of its sealed tables; the same edition gives the same bytes.

    Args:
        name: The name of the edition.
        folder: Where the files go; made when it isn't there.
        project: The project of the edition.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"na-report-{name}"
    workbook = export_edition(name, folder / f"{stem}.xlsx", project, force=True)
    tables = _zip(edition_folder(name, project), folder / f"{stem}.zip", stem)
    return [workbook, write_ods(workbook, folder / f"{stem}.ods"), tables]


def _zip(edition: Path, target: Path, inside: str) -> Path:
    with whole_file(target) as partial, zipfile.ZipFile(partial, "w") as archive:
        for path in sorted(path for path in edition.iterdir() if path.suffix in (".csv", ".json")):
            archive.writestr(zip_entry(f"{inside}/{path.name}", mode=0o644), path.read_bytes())
    return target


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
