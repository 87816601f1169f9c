"""A process that has Jupyter Book and Sphinx imported, and forks for each rendering.

Importing them takes longer than rendering a page. The process starts while the pages run, and serves all renderings of a
build or a preview. Started as `python -m na_report.publishing.renderer`; ends when its standard input closes.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from na_report.publishing.garbage import collect_seldom
from na_report.publishing.processes import end_with
from na_report.publishing.surroundings import fixed

_MODULES = (
    *("docutils.parsers.rst.directives.images", "docutils.parsers.rst.directives.tables"),
    *("jupyter_book", "jupyter_book.cli.main", "jupyter_book.sphinx", "sphinx.application", "sphinx.builders.html"),
    *("sphinx.ext.intersphinx", "sphinx.ext.mathjax", "sphinx.search.nl", "myst_nb"),
    *("myst_nb.sphinx_ext", "sphinx_book_theme", "pydata_sphinx_theme", "sphinx_comments", "sphinx_copybutton"),
    *("docutils.languages.nl", "docutils.parsers.rst.languages.nl", "jinja2.sandbox", "sphinx_design.extension"),
    *("sphinx_jupyterbook_latex.events", "sphinx_jupyterbook_latex.theme", "sphinx_jupyterbook_latex.transforms"),
    *("sphinx_design", "sphinx_external_toc.parsing", "sphinx_jupyterbook_latex", "sphinx_multitoc_numbering"),
    *("sphinx_thebe", "sphinx_togglebutton", "sphinx.transforms.post_transforms.images", "sphinx.writers.html5"),
)
# The number of the open file to which a rendering says that the pages for paper are there, and what it says.
TELL, WRITTEN = "NA_REPORT_TELL", "written"


class Renderer:
    """The process, seen from the one that started it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "na_report.publishing.renderer", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=fixed(),
            text=True,
            process_group=0,
        )

    def run(self, arguments: Sequence[str], log: Path, written: Callable[[], None] | None = None) -> int:
        """Runs `jupyter-book` with these arguments and returns its exit code.

        Args:
            arguments: What stands behind `jupyter-book` on a command line.
            log: Where its output goes.
            written: Called when the pages for paper are there, while those for the screen are still being written.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            return 1
        try:
            stdin.write(json.dumps({"arguments": list(arguments), "log": str(log)}) + "\n")
            stdin.flush()
            while (line := stdout.readline().strip()) == WRITTEN:
                if written:
                    written()
            return int(line or "1")
        except OSError:
            return 1

    def close(self) -> None:
        """Ends the process, and a rendering that is going on."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


@contextmanager
def renderer() -> Iterator[Renderer]:
    """Gives a renderer that is gone when the block ends."""
    process = Renderer()
    try:
        yield process
    finally:
        process.close()


def main() -> None:
    """Imports what renderings need, then forks one for each line on the standard input."""
    end_with(int(sys.argv[1]))
    mine = os.getpid()
    _leave_out_database()
    for module in _MODULES:
        # What can't be imported is the rendering's own error, told in its log.
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    _import_the_rest()
    collect_seldom()
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            end_with(mine)
            os._exit(_render(request))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


def _import_the_rest() -> None:
    """Imports what Sphinx sets up in each rendering, and compiles the grammar of selectors, which takes longer than a page."""
    with contextlib.suppress(ImportError):
        from sphinx.application import builtin_extensions

        for module in builtin_extensions:
            importlib.import_module(module)
        compile_selectors()


def compile_selectors() -> None:
    """Compiles the grammar of CSS selectors, which is done at first use, with something of each kind that one can hold."""
    from bs4 import BeautifulSoup

    BeautifulSoup("", "html.parser").select("a.b > c, d[e^='f']:not(g) h")


def _leave_out_database() -> None:
    """Stands in for the database of executed notebooks, which takes a third of all imports: here Sphinx executes none."""
    database: Any = ModuleType("jupyter_cache.cache.db")
    database.__getattr__ = lambda name: type(name, (), {})
    sys.modules[database.__name__] = database


def _render(request: dict[str, Any]) -> int:
    os.environ[TELL] = str(os.dup(1))
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        from jupyter_book.cli.main import main as jupyter_book

        sys.argv = ["jupyter-book", *request["arguments"]]
        jupyter_book(request["arguments"])
    except SystemExit as end:
        code = end.code
        return code if isinstance(code, int) else int(code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    main()
