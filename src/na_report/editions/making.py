"""How a new edition comes about: out of sight, by one process at a time, and in place when it is whole."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from na_report.base.errors import NaReportError
from na_report.base.files import partial_of, put_in_place, remove, sync, sync_all
from na_report.base.locks import BusyError, locked
from na_report.base.paths import Project
from na_report.editions.folders import NAME, is_draft


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
