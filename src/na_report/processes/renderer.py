"""A process that imports Jupyter Book and Sphinx while the pages run, and forks for each rendering.

Started as `python -m na_report.processes.renderer`; ends when its standard input closes.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from na_report.processes.surroundings import fixed
from na_report.processes.workers import end_with

# The number of the open file to which a rendering says that the pages for paper are there, and what it says.
TELL, WRITTEN = "NA_REPORT_TELL", "written"


class Renderer:
    """The process, seen from the one that started it."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "na_report.processes.renderer", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=fixed(),
            text=True,
            process_group=0,
        )

    def run(self, arguments: Sequence[str], log: Path, written: Callable[[], object] = lambda: None) -> int:
        """Runs `jupyter-book` with these arguments and returns its exit code, below zero when it was killed.

        Args:
            arguments: What stands behind `jupyter-book` on a command line.
            log: Where its output goes.
            written: Called when the pages for paper are there, while those for the screen are still being written.
        """
        if self._process.poll() is not None:
            self.close()
            self._start()
        assert self._process.stdin and self._process.stdout  # noqa: S101
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps({"arguments": list(arguments), "log": str(log)}) + "\n")
            self._process.stdin.flush()
            for line in self._process.stdout:
                if line.strip() != WRITTEN:
                    return int(line)
                written()
        return self._process.wait()

    def close(self) -> None:
        """Ends the process, and a rendering that is going on."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


@contextmanager
def renderer() -> Iterator[Renderer]:
    """Gives a renderer that is gone when the block ends."""
    with contextlib.closing(Renderer()) as process:
        yield process


def main() -> None:
    """Imports what a rendering needs, then forks for each that the standard input asks for."""
    end_with(int(sys.argv[1]))
    # Trees of pages are needed until the end, so a search for garbage among them finds none; it would take a third of the time.
    gc.set_threshold(50_000, 20, 20)
    # What can't be imported is the rendering's own error, told in its log.
    with contextlib.suppress(ImportError):
        _import()
    mine = os.getpid()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            end_with(mine)
            _render(**json.loads(line))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


def _render(arguments: list[str], log: str) -> NoReturn:
    os.environ[TELL] = str(os.dup(1))
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(file, 1)
    os.dup2(file, 2)
    from jupyter_book.cli.main import main as jupyter_book

    jupyter_book(arguments)
    sys.exit()


def _import() -> None:
    """Imports what Jupyter Book and Sphinx themselves import, or compile, only once they are asked for a book."""
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


if __name__ == "__main__":
    main()
