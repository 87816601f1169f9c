"""Processes that do the work of a build, as many as there are cores for; none outlives it."""

import contextlib
import ctypes
import math
import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType

from na_report.base.errors import BookError

_SPAWN = multiprocessing.get_context("spawn")
_PR_SET_PDEATHSIG = 1


def cores(system: Path = Path("/")) -> int:
    """Returns how many cores this process may use, which is often fewer than the machine has.

    It may have been given some of them (`taskset`, a batch system), or its control groups a part of their time (containers).
    """
    allowed = [len(os.sched_getaffinity(0))]
    with contextlib.suppress(OSError):
        group = (system / "proc/self/cgroup").read_text().rpartition("::/")[2].strip()
        # In a container the group's own name may be that of outside, and its limits are those of the mount.
        for place in (system / "sys/fs/cgroup" / group / "x").parents:
            with contextlib.suppress(OSError, ValueError):
                quota, period = map(int, (place / "cpu.max").read_text().split())  # "max" is no limit
                allowed.append(math.ceil(quota / period))
    return max(1, min(allowed))


class Workers(ProcessPoolExecutor):
    """Processes that start from nothing, leave the keyboard to this one and end with it, however it ends.

    Where its block fails or is interrupted they end at once.
    """

    def __init__(self, count: int) -> None:
        super().__init__(count, _SPAWN, initializer=_start, initargs=(os.getpid(),))

    def end(self) -> None:
        """Ends the processes, whatever they are doing, with those of other pools: they start again when they are needed."""
        self.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            if isinstance(process, _SPAWN.Process):
                process.kill()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Waits for the processes, or ends them; a `BookError` when one of them was killed."""
        if problem is not None:
            self.end()
        if isinstance(problem, BrokenProcessPool):
            hint = "Look whether memory ran out; with --jobs 1 no other process is needed."
            raise BookError("A process that makes pages of the book was killed.", hint=hint) from problem
        return super().__exit__(kind, problem, trace)


def _start(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)


def end_with(parent: int) -> None:
    """Has the system end this process when its parent ends, however that ends; it may be gone already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
