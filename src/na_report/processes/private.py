"""Folders that only this user can enter, and that no process leaves behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

_FOLDERS = "na-report-"
# Locked as long as the process of the folder runs.
_IN_USE = ".in-use"
# A folder is made just before it is locked; this much later it must be.
_NEW_SECONDS = 60

# The address of a socket has some 100 characters, of which the folder and the socket take up to 40.
_LONGEST = 60

_in_use: dict[str, int] = {}


def private_folder() -> str:
    """Returns a new folder with a short path that only this user can enter, for sockets; see `remove_folder`.

    Where a process was killed before it removed its folder, the next one that asks for one does.
    """
    base = _base()
    for left in Path(base).glob(f"{_FOLDERS}*"):
        remove_if_left(left, _NEW_SECONDS)
    folder = tempfile.mkdtemp(prefix=_FOLDERS, dir=base)
    handle = os.open(f"{folder}/{_IN_USE}", os.O_WRONLY | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    _in_use[folder] = handle
    return folder


def _base() -> str:
    """Returns the usual folder for what is temporary, or the system's own where that one's name is too long for sockets."""
    usual = tempfile.gettempdir()
    short = [usual, *(name for name in ("/tmp", "/var/tmp") if os.access(name, os.W_OK | os.X_OK))]  # noqa: S108
    return next((name for name in short if len(os.fsencode(name)) <= _LONGEST), usual)


def remove_folder(folder: str) -> None:
    """Removes a private folder of this process."""
    if folder in _in_use:
        os.close(_in_use.pop(folder))
    shutil.rmtree(folder, ignore_errors=True)


def remove_if_left(folder: Path, age: float = 0) -> None:
    """Removes a folder that `private_folder` made for a process of this user that no longer runs, and no other folder.

    Args:
        folder: The folder, whoever named it.
        age: So many seconds it must have been there.
    """
    if not folder.name.startswith(_FOLDERS):
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder / _IN_USE, os.O_RDWR | os.O_NOFOLLOW)
        try:
            about = os.fstat(handle)
            if about.st_uid == os.getuid() and time.time() - about.st_mtime >= age:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
        finally:
            os.close(handle)
