"""The folders of the editions: which there are, which are sealed, and how one comes about: out of sight, and then whole."""

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from na_report.base.digits import as_counted
from na_report.base.errors import NaReportError
from na_report.base.files import BusyError, locked, partial_of, put_in_place, remove, sync, sync_all
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
    if names := sealed_editions(project):
        return names[-1]
    drafts = list_editions(project)
    hint = f"Seal a draft: na-report edition seal {drafts[-1]}." if drafts else "Put back the folder data/2021."
    raise NaReportError("The folder data/ has no sealed edition.", hint=hint)


def edition_folder(name: str, project: Project | None = None) -> Path:
    """Returns the folder of an edition; raises a `NaReportError` when there is none or the name can't be one."""
    folder = (project or find_project()).data / name
    if not NAME.fullmatch(name) or not folder.is_dir():
        known = ", ".join(list_editions(project)) or "none yet"
        raise NaReportError(f"There is no edition {name!r}.", hint=f"Choose one of: {known}.")
    return folder


def refuse_name(new: str, project: Project) -> None:
    """Stops when a new edition can't have a name: it is taken, or none for an edition."""
    if not NAME.fullmatch(new):
        raise NaReportError(
            f"{new!r} can't be the name of an edition.",
            hint="Start with the year, then small letters, digits and hyphens: 2021b.",
        )
    if (project.data / new).exists():
        raise NaReportError(f"Edition {new} exists already.", hint="Choose another name; an edition never changes.")


@contextmanager
def being_made(name: str, project: Project) -> Iterator[None]:
    """Keeps other processes from making or sealing the same edition (`BusyError`), and clears away what dead ones left."""
    with _locked(name, project):
        remove(partial_of(project.data / name))
        for other in {path.stem[1:] for path in project.data.glob(".*.*")} - {name}:  # .2027.lock, .2027.partial
            if NAME.fullmatch(other):
                with suppress(BusyError), _locked(other, project):
                    remove(partial_of(project.data / other))
        yield


def _locked(name: str, project: Project) -> AbstractContextManager[None]:
    return locked(project.data / f".{name}.lock", f"Edition {name}")


@contextmanager
def making(new: str, project: Project, *, again: bool = False) -> Iterator[Path]:
    """Gives a folder to make an edition in, which gets its name when the block ends well and goes when it doesn't.

    With `again` it takes the place of a draft of that name. A `BusyError` tells that another process is making that edition.
    """
    with being_made(new, project):
        if not again or not is_draft(project.data / new):  # who waits for an office may find it sealed meanwhile
            refuse_name(new, project)
        folder = partial_of(project.data / new)
        folder.mkdir()
        try:
            yield folder
            sync_all(folder)
            put_in_place(folder, project.data / new)
        except BaseException:
            remove(folder)
            raise
        sync(project.data)
