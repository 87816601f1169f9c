"""What a page may use of the machine, and that nothing of a build outlives it."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import multiprocessing
import os
import resource
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from na_report.errors import ChapterError, NaReportError

MEMORY = "NA_REPORT_PAGE_MEMORY_MB"
SECONDS = "NA_REPORT_PAGE_SECONDS"
# The largest page takes some 400 MB and 5 seconds.
DEFAULTS = {MEMORY: 4096, SECONDS: 600}
# So long a cell may go on after it was asked to stop.
GRACE_SECONDS = 2
_PR_SET_PDEATHSIG = 1
_FOLDERS = "na-report-"
# Locked as long as the process of the folder runs.
_IN_USE = ".in-use"
# A folder is made just before it is locked; this much later it must be.
_NEW_SECONDS = 60

# The kernels that this thread started; it runs one page at a time.
_running = threading.local()
_in_use: dict[str, int] = {}


@dataclass
class Limits:
    """What a page may use.

    Args:
        memory_mb: Memory of its kernel, in MiB.
        seconds: Time from its first cell to its last.
        passed: Whether its time was over before it was done.
    """

    memory_mb: int
    seconds: int
    passed: bool = field(default=False, compare=False)

    def story(self, problem: BaseException, kind: str = "") -> str:
        """Returns what a page did that is over a limit and what to do; empty when no limit explains a problem.

        Args:
            problem: What stopped the page.
            kind: The name of the error in the cell; empty when there was none.

        Example:
            >>> Limits(100, 60).story(Exception(), "MemoryError")[:66]
            'it needs more than the 100 MB of memory that a page may use. Read '
        """
        if self.passed:
            return (
                f"it ran longer than the {self.seconds} s that a page may take. "
                f"Look for an endless loop, give this page more `seconds` in chapters/pages.yml, or set {SECONDS} higher."
            )
        if "MemoryError" in kind:
            return (
                f"it needs more than the {self.memory_mb} MB of memory that a page may use. "
                f"Read less at once, give this page more `memory_mb` in chapters/pages.yml, or set {MEMORY} higher."
            )
        if type(problem).__name__ == "DeadKernelError":
            return (
                "its kernel died, which happens when memory runs out or a library crashes. "
                f"Run the cell in JupyterLab; a page may use {self.memory_mb} MB ({MEMORY})."
            )
        return ""


def page_limits(memory_mb: int | None = None, seconds: int | None = None) -> Limits:
    """Returns the limits of a page: its own, or those that the environment sets, or those that suit any page of a report.

    Args:
        memory_mb: Memory that the page itself may use, in MiB; nothing when it says nothing of it.
        seconds: Time that the page itself may take.

    Raises:
        NaReportError: A limit in the environment is no whole number above zero.
    """
    found = {}
    for name, usual in DEFAULTS.items():
        text = os.environ.get(name, str(usual))
        if not text.isdecimal() or int(text) == 0:
            raise NaReportError(
                f"{name} is {text!r}, expected a whole number above zero.",
                hint=f"Unset it for the usual {usual}, or give a number.",
            )
        found[name] = int(text)
    return Limits(memory_mb or found[MEMORY], seconds or found[SECONDS])


@contextmanager
def within(limits: Limits) -> Iterator[None]:
    """Stops the kernels that start in a block when their time is over: first the cell, then the kernel."""
    done = threading.Event()
    kernels: list[int] = []
    _running.kernels, _running.limits = kernels, limits

    def watch() -> None:
        if done.wait(limits.seconds):
            return
        limits.passed = True
        end = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < end:
            _send(signal.SIGINT, kernels)
            if done.wait(0.5):
                return
        _send(signal.SIGKILL, kernels)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        del _running.kernels, _running.limits


def _send(number: int, kernels: list[int]) -> None:
    for pid in kernels:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)


def confine(pid: int) -> None:
    """Limits the memory of a kernel that has just started, and has `within` look after it.

    Counted is what the kernel asks for itself, not the libraries that it shares: memory beyond it is a `MemoryError` in the cell.
    """
    getattr(_running, "kernels", []).append(pid)
    limits = getattr(_running, "limits", None) or page_limits()
    size = limits.memory_mb * 2**20
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_DATA, (size, size))


def cell_of(problem: BaseException) -> str:
    """Returns which cell was running when papermill met a problem, as ", cell 3"; empty when none was.

    A kernel that dies leaves no error in a cell, so the place is only in the frames that the problem came through.
    """
    step = problem.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_name == "papermill_execute_cells":
            return f", cell {step.tb_frame.f_locals['index'] + 1}"
        step = step.tb_next
    return ""


def end_with(parent: int) -> None:
    """Has the system end this process when its parent ends, however that ends.

    Args:
        parent: The process id of the parent, which may be gone already.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def follow_parent(parent: int) -> None:
    """Makes a process that runs pages end with the one that started it, and leave the keyboard to that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)


@contextmanager
def workers_stopped_on_error() -> Iterator[None]:
    """Ends the worker processes of a block at once when the block fails or is interrupted; else a pool waits for its pages.

    Raises:
        ChapterError: A worker itself was killed.
    """
    before = {*multiprocessing.active_children()}
    try:
        yield
    except BaseException as problem:
        for worker in {*multiprocessing.active_children()} - before:
            worker.kill()
        if isinstance(problem, BrokenProcessPool):
            hint = "Look whether memory ran out; with --jobs 1 one page runs at a time."
            raise ChapterError("A process that runs pages was killed; its pages have not run.", hint=hint) from problem
        raise


def private_folder() -> str:
    """Returns a new folder with a short path that only this user can enter, for sockets; see `remove_folder`.

    Where a process was killed before it removed its folder, the next one that asks for one does.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*/{_IN_USE}"):
        with contextlib.suppress(OSError):
            _remove_if_left(left)
    folder = tempfile.mkdtemp(prefix=_FOLDERS)
    handle = os.open(f"{folder}/{_IN_USE}", os.O_WRONLY | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    _in_use[folder] = handle
    return folder


def remove_folder(folder: str) -> None:
    """Removes a private folder of this process."""
    if folder in _in_use:
        os.close(_in_use.pop(folder))
    shutil.rmtree(folder, ignore_errors=True)


def _remove_if_left(mark: Path) -> None:
    """Removes the folder of a process of this user that no longer runs."""
    handle = os.open(mark, os.O_RDWR | os.O_NOFOLLOW)
    try:
        about = os.fstat(handle)
        if about.st_uid != os.getuid() or time.time() - about.st_mtime < _NEW_SECONDS:
            return
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(mark.parent)
    finally:
        os.close(handle)
