"""What a page may use of the machine."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from na_report.base.errors import NaReportError

MEMORY = "NA_REPORT_PAGE_MEMORY_MB"
SECONDS = "NA_REPORT_PAGE_SECONDS"
# The largest page takes some 400 MB and 5 seconds.
DEFAULTS = {MEMORY: 4096, SECONDS: 600}
# A tebibyte and a week: more is a slip of the pen, and far more is what no system call takes.
MOST = {MEMORY: 2**20, SECONDS: 7 * 24 * 3600}
# So long a cell may go on after it was asked to stop.
GRACE_SECONDS = 2
_AGAIN_SECONDS = 0.5

# The kernels that this thread started; it runs one page at a time.
_running = threading.local()


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
        if not text.isdecimal() or not 0 < int(text[:20]) <= MOST[name]:
            raise NaReportError(
                f"{name} is {text[:20]!r}, expected a whole number above zero, of {MOST[name]} at most.",
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
        # Until the block ends: on a busy machine a kernel may start when the time is over already.
        _send(signal.SIGINT, kernels)
        while not done.wait(_AGAIN_SECONDS):
            _send(signal.SIGINT if time.monotonic() < end else signal.SIGKILL, kernels)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        del _running.kernels, _running.limits


def _send(number: int, kernels: list[int]) -> None:
    for pid in [*kernels]:  # more may come meanwhile
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


def cell_of(problem: BaseException) -> Any:
    """Returns the cell that was running when papermill met a problem; nothing when none was.

    A kernel that dies leaves no error in a cell, so the place is only in the frames that the problem came through.
    """
    step = problem.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_name == "papermill_execute_cells":
            return step.tb_frame.f_locals["cell"]
        step = step.tb_next
    return None
