"""A process that imports Jupyter Book and Sphinx while the pages run, and forks for each rendering."""

import ctypes
import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from na_report.processes.surroundings import pinned

# Runs `jupyter-book` with arguments, whose output goes to a log, and returns its exit code: below zero when it was killed.
Renderer = Callable[[Sequence[str], Path], int]
_SPAWN = multiprocessing.get_context("spawn")
_PR_SET_PDEATHSIG = 1


@contextmanager
def renderer() -> Iterator[Renderer]:
    """Gives a renderer; its process is gone when the block ends, whatever it is doing."""
    process, asked = _started()

    def render(arguments: Sequence[str], log: Path) -> int:
        nonlocal process, asked
        if not process.is_alive():  # it died while it had nothing to do, or at work the last time
            process, asked = _started()
        try:
            asked.send((arguments, log))
            return int(asked.recv())
        except (EOFError, OSError):
            return -signal.SIGKILL

    try:
        yield render
    finally:
        process.kill()


def _started() -> tuple[multiprocessing.process.BaseProcess, Connection]:
    ours, its = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_serve, args=(its, os.getpid()))
    with pinned(), its:
        process.start()
    return process, ours


def _serve(asked: Connection, parent: int) -> None:
    """Renders in a process of its own each time: Sphinx leaves behind what the next rendering would trip over."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keyboard is for the command
    _end_with(parent)
    _get_ready()
    with suppress(EOFError):
        while True:
            arguments, log = asked.recv()
            child = multiprocessing.get_context("fork").Process(target=_run, args=(arguments, log, os.getpid()))
            child.start()
            child.join()
            asked.send(child.exitcode)


def _get_ready() -> None:
    """Imports what Jupyter Book and Sphinx themselves import, or compile, only once they are asked for a book."""
    # Trees of pages are needed until the end, so a search for garbage among them finds none; it would take a third of the time.
    gc.set_threshold(50_000, 20, 20)
    import soupsieve
    from jupyter_book.cli import main  # noqa: F401
    from jupyter_book.config import get_default_sphinx_config
    from nbformat.validator import get_validator
    from sphinx.application import builtin_extensions

    soupsieve.compile("a.b > c:not([d])")
    get_validator(4, 5)
    extensions = get_default_sphinx_config()["extensions"]
    for module in ("jupyter_book.sphinx", "myst_nb.sphinx_ext", *extensions, *builtin_extensions):
        import_module(module)


def _run(arguments: Sequence[str], log: Path, parent: int) -> None:
    _end_with(parent)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(file, 1)
    os.dup2(file, 2)
    from jupyter_book.cli.main import main as jupyter_book

    jupyter_book(list(arguments))


def _end_with(parent: int) -> None:
    """Has the system end this process when its parent ends, however that ends; it may be gone already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
