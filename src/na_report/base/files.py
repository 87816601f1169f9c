"""Files and folders that are there whole or not at all, whatever stops the program while it writes them."""

import contextlib
import ctypes
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


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


def contents(folder: Path) -> dict[str, bytes]:
    """Returns the bytes of all files in a folder by their path in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def remove(path: Path) -> None:
    """Removes a file, a link or a folder with all that is in it; fine when there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def copy_folder(source: Path, target: Path) -> None:
    """Copies what is in sight in a folder; stops at the first error, so that who calls hears its cause."""
    target.mkdir(parents=True, exist_ok=True)
    # What can't be read, `glob` leaves out without a word.
    for path in sorted(path for path in source.iterdir() if not path.name.startswith(".")):
        if path.is_dir():
            copy_folder(path, target / path.name)
        else:
            shutil.copyfile(path, target / path.name)


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
