"""One at a time: a lock that tells who holds it, and that dies with its holder."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from na_report.base.errors import NaReportError


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
    """Returns the locked file."""
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
