"""Processes that do the work of a build, none of which outlives it."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from na_report.errors import ChapterError

_PR_SET_PDEATHSIG = 1


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
