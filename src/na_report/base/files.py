"""Files and folders that are there whole or not at all, whatever stops the program, and that one process makes at a time."""

import contextlib
import ctypes
import fcntl
import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import lru_cache, wraps
from pathlib import Path
from typing import TypeVar

from na_report.base.errors import NaReportError

T = TypeVar("T")
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
# The first and the last day that a zip file can tell.
EPOCH, _LAST = date(1980, 1, 1), date(2107, 12, 31)


def read_once(read: Callable[[Path], T]) -> Callable[[Path], T]:
    """Has a function read a file again only when something was done to it, for who doesn't change what it returns."""

    @lru_cache(maxsize=1_000)
    def seen(path: Path, changed: int, size: int) -> T:
        return read(path)

    @wraps(read)
    def again(path: Path) -> T:
        found = path.stat() if path.exists() else None
        return seen(path, found.st_ctime_ns, found.st_size) if found else read(path)

    return again


def partial_of(target: Path) -> Path:
    """Returns where a file or folder is made before it is whole: of `data/2027` that is `data/.2027.partial`."""
    return target.with_name(f".{target.name}.partial")


@contextlib.contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Gives the name that a file is written under; after the block `target` shows its bytes, also after a loss of power.

    Where the folder can't be written to or the disk is full, the old file is as it was.
    """
    partial = partial_of(target)
    try:
        yield partial
        sync(partial)
        partial.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    sync(target.parent)


def write_whole(target: Path, content: bytes) -> None:
    """Writes a file so that its name shows the old bytes or the new ones."""
    with whole_file(target) as partial:
        partial.write_bytes(content)


def sync(path: Path) -> None:
    """Waits until a file, or the list of names in a folder, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(folder: Path) -> None:
    """Waits until a folder is on the disk with all that is in it."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)


def contents(folder: Path, under: str = "") -> dict[str, bytes]:
    """Returns the bytes of all files in a folder by their path in it, or under another."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {under + path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def remove(path: Path) -> None:
    """Removes a file, a link or a folder with all that is in it; fine when there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def copy_all(source: Path, target: Path) -> None:
    """Copies a file, or what is in sight in a folder; stops at the first error, so that who calls hears its cause."""
    if not source.is_dir():
        shutil.copyfile(source, target)
        return
    target.mkdir(parents=True, exist_ok=True)
    # What can't be read, `glob` leaves out without a word.
    for path in sorted(path for path in source.iterdir() if not path.name.startswith(".")):
        copy_all(path, target / path.name)


def put_in_place(made: Path, target: Path) -> None:
    """Gives a whole file or folder its name, on the same file system; who reads finds the old or the new, never neither."""
    if made.is_dir() and target.is_dir():
        _exchange(made, target)
        shutil.rmtree(made)
    else:
        made.replace(target)


def _exchange(one: Path, other: Path) -> None:
    """Lets two folders change names in one step, which Python has no function for, or where the system has none in three."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None or rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) != 0:
        aside = other.with_name(f".{other.name}.aside")  # not where the other one was made
        remove(aside)
        other.rename(aside)
        one.rename(other)
        aside.rename(one)


def zip_entry(name: str, *, day: date = EPOCH, compressed: bool = True, mode: int = 0) -> zipfile.ZipInfo:
    """Returns an entry that tells nothing of the machine, its user or the time of the day; `mode` such as 0o644."""
    entry = zipfile.ZipInfo(name, (*min(max(day, EPOCH), _LAST).timetuple()[:3], 0, 0, 0))
    entry.create_system = 3  # Unix, which keeps permissions
    entry.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    entry.external_attr = (stat.S_IFREG | mode) << 16 if mode else 0
    return entry


class BusyError(NaReportError):
    """Another process is making the same thing."""


@contextlib.contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Holds a lock for the time of a block; the system gives it back when its holder ends, however it ends.

    The folder of its file must exist; the file is gone after the block. `what` is being made, as the start of a sentence ("The
    book of edition 2026"): a `BusyError` names who holds the lock, since when, and what to do.
    """
    handle = _taken(path, what)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()} {datetime.now().astimezone().isoformat(' ', 'seconds')}".encode())
        yield
    finally:
        # Removed while it is held, so that nobody can hold a file that has lost its name: see _taken.
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(handle)


def _taken(path: Path, what: str) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with contextlib.ExitStack() as undo:
            undo.callback(os.close, handle)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid, _, since = os.read(handle, 100).decode().partition(" ")  # nothing of a holder that has just come
                raise BusyError(
                    f"{what} is being made by " + (f"process {pid}, since {since}." if pid else "another process."),
                    hint=f"Wait until it is done{pid and f', or stop it with: kill {pid}'}. Then run the command again.",
                ) from None
            except OSError as error:
                hint = "Put the project on a disk of this machine; some network disks know no locks."
                raise NaReportError(f"{path} can't be locked: {error.strerror}.", hint=hint) from error
            # Its last holder may have removed the file between the two steps; then the lock is on a file without a name.
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_ino == os.fstat(handle).st_ino:
                    undo.pop_all()
                    return handle
