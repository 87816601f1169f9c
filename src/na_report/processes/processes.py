"""Processes that do the work of a build, as many as there are cores for; none outlives it."""

from __future__ import annotations

import contextlib
import ctypes
import math
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

from na_report.base.errors import ChapterError

_PR_SET_PDEATHSIG = 1
_NO_LIMIT = 2**20


def cores(system: Path = Path("/")) -> int:
    """Returns how many cores this process may use, which is often fewer than the machine has.

    Counted are the cores that it was given (`taskset`, a batch system) and the time that its control groups allow
    (containers, `systemd`).

    Args:
        system: The root of the file system.
    """
    allowed = [len(os.sched_getaffinity(0))]
    with contextlib.suppress(OSError, ValueError):
        for line in (system / "proc/self/cgroup").read_text().splitlines():
            _, kinds, group = line.split(":", 2)
            mounted = system / "sys/fs/cgroup" / ("cpu" if "cpu" in kinds.split(",") else "")
            own = mounted / group.lstrip("/")
            if not kinds or "cpu" in kinds.split(","):
                # In a container the group's own name may be that of outside, and its limits are those of the mount.
                places = [own, *own.parents]
                allowed += [_quota(place) for place in places[: places.index(mounted) + 1]]
    return max(1, min(allowed))


def _quota(group: Path) -> int:
    """Returns for how many cores a control group has time; more than any machine has where it has no limit."""
    with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
        if (group / "cpu.max").is_file():
            quota, period = (group / "cpu.max").read_text().split()
        else:
            quota, period = ((group / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        if int(quota) > 0:  # "max" and -1 are no limit
            return math.ceil(int(quota) / int(period))
    return _NO_LIMIT


def new_pool(count: int, get_ready: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """Returns a pool of processes that start from nothing, leave the keyboard to this one and end with it, however it ends.

    Args:
        count: How many there are at most.
        get_ready: What each does first; a function of a module.
    """
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, context, initializer=_start, initargs=(os.getpid(), get_ready))


def _start(parent: int, get_ready: Callable[[], None] | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
    if get_ready:
        get_ready()


def end_with(parent: int) -> None:
    """Has the system end this process when its parent ends, however that ends.

    Args:
        parent: The process id of the parent, which may be gone already.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


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


def end_pool(pool: ProcessPoolExecutor) -> None:
    """Ends the processes of a pool, whatever they are doing."""
    running = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in running:
        process.kill()
