"""A process that imports Jupyter Book and Sphinx while the pages run, and forks for each rendering."""

import gc
import importlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

from na_report.processes.surroundings import pinned
from na_report.processes.workers import Workers, end_with

# Runs `jupyter-book` with arguments, whose output goes to a log, and returns its exit code: below zero when it was killed.
Renderer = Callable[[Sequence[str], Path], int]


@contextmanager
def renderer() -> Iterator[Renderer]:
    """Gives a renderer; its process is gone when the block ends, whatever it is doing."""
    pool = _started()

    def render(arguments: Sequence[str], log: Path) -> int:
        nonlocal pool
        try:
            pool.submit(bool)
        except BrokenProcessPool:  # it died while it had nothing to do, or at work the last time
            pool = _started()
        try:
            return pool.submit(_render, arguments, log).result()
        except BrokenProcessPool:
            return -signal.SIGKILL

    try:
        yield render
    finally:
        pool.end()


def _started() -> Workers:
    pool = Workers(1)
    with pinned():
        pool.submit(_get_ready)
    return pool


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
        importlib.import_module(module)


def _render(arguments: Sequence[str], log: Path) -> int:
    """Runs Jupyter Book in a process of its own: Sphinx leaves behind what the next rendering would trip over."""
    child = multiprocessing.get_context("fork").Process(target=_run, args=(arguments, log, os.getpid()))
    child.start()
    child.join()
    return child.exitcode or 0


def _run(arguments: Sequence[str], log: Path, parent: int) -> None:
    end_with(parent)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(file, 1)
    os.dup2(file, 2)
    from jupyter_book.cli.main import main as jupyter_book

    jupyter_book(list(arguments))
