"""The folders of the editions: which there are, and which are sealed. Reads no table, so it answers at once."""

import re
from collections.abc import Iterable
from pathlib import Path

from na_report.base.digits import as_counted
from na_report.base.errors import NaReportError
from na_report.base.paths import DESCRIPTOR, Project, find_project

NAME = re.compile(r"[0-9]{4}[a-z0-9-]{0,30}")


def order_of(name: str) -> tuple[str, list[tuple[int, str]]]:
    """Returns what editions are ordered by: the year, and then letters and numbers as a person counts."""
    return name[:4], as_counted(name[4:])


def list_editions(project: Project | None = None) -> list[str]:
    """Returns the names of the editions of a project, oldest first."""
    data = (project or find_project()).data
    return sorted((path.name for path in data.iterdir() if path.is_dir() and NAME.fullmatch(path.name)), key=order_of)


def previous_edition(name: str, names: Iterable[str]) -> str:
    """Returns the edition before an edition, or nothing for the first."""
    return max((other for other in names if order_of(other) < order_of(name)), key=order_of, default="")


def is_draft(folder: Path) -> bool:
    """Tells whether the edition in a folder is not sealed yet."""
    return not (folder / DESCRIPTOR).exists()


def sealed_editions(project: Project | None = None) -> list[str]:
    """Returns the names of the editions that are sealed, oldest first."""
    project = project or find_project()
    return [name for name in list_editions(project) if not is_draft(project.data / name)]


def newest_edition(project: Project | None = None) -> str:
    """Returns the name of the newest sealed edition; a draft is only used when it is named."""
    project = project or find_project()
    if names := sealed_editions(project):
        return names[-1]
    drafts = list_editions(project)
    hint = f"Seal a draft: na-report edition seal {drafts[-1]}." if drafts else "Put back the folder data/2021."
    raise NaReportError(f"{project.data} has no sealed edition.", hint=hint)


def edition_folder(name: str, project: Project | None = None) -> Path:
    """Returns the folder of an edition; raises a `NaReportError` when there is none or the name can't be one."""
    project = project or find_project()
    if not NAME.fullmatch(name) or not (project.data / name).is_dir():
        known = ", ".join(list_editions(project)) or "none yet"
        raise NaReportError(f"There is no edition {name!r}.", hint=f"Choose one of: {known}.")
    return project.data / name
