"""Where the time goes in the cases that do not reach their goal; each profile is made in a process of its own.

    python scripts/bench/profiles.py page|prose FOLDER

FOLDER is a copy of the project with a built book; prints a table.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measuring import run
from stock import EDITION, Place

PAGE = "sector-mbo"
ROUNDS = 5


def table(place: Place) -> str:
    """Returns the section of all profiles."""
    here = str(Path(__file__).resolve())
    parts = [run([sys.executable, here, name, str(place.ours.root)], place.folder) for name in ("page", "prose")]
    return "## Where the time goes\n\n" + "\n".join(parts)


@contextlib.contextmanager
def timed(seconds: dict[str, float], functions: dict[str, tuple[Any, str]]) -> Iterator[None]:
    """Adds up the time in functions, by label, as long as a block lasts."""
    inside: set[str] = set()
    originals = {label: getattr(owner, name) for label, (owner, name) in functions.items()}
    for label, (owner, name) in functions.items():

        def wrapped(*arguments: Any, _label: str = label, **options: Any) -> Any:
            if _label in inside:  # a function that calls itself
                return originals[_label](*arguments, **options)
            inside.add(_label)
            start = time.perf_counter()
            try:
                return originals[_label](*arguments, **options)
            finally:
                seconds[_label] += time.perf_counter() - start
                inside.discard(_label)

        setattr(owner, name, wrapped)
    try:
        yield
    finally:
        for label, (owner, name) in functions.items():
            setattr(owner, name, originals[label])


def rows(title: str, seconds: dict[str, float], whole: float, last: str) -> str:
    """Returns a table of parts, with what is left and the whole."""
    left = whole - sum(seconds.values())
    lines = [
        f"| {label} | {value:.2f} | {value / whole:.0%} |"
        for label, value in [*seconds.items(), (last, left), ("the whole", whole)]
    ]
    return f"{title}\n\n| part | s | share |\n| --- | ---: | ---: |\n" + "\n".join(lines) + "\n"


def page(folder: Path) -> str:
    """Returns where the time of one run of a sector page goes, on one core, in a warm kernel."""
    import nbformat

    from na_report.paths import Project
    from na_report.publishing.execution import run_page
    from na_report.publishing.kernels import warm_kernels
    from na_report.publishing.pages import Page, all_pages, checked_parameters, choose
    from na_report.publishing.surroundings import pinned

    project = Project(folder)
    [found] = choose(all_pages(project), [PAGE])
    parameters = checked_parameters(found, {"edition": EDITION})
    notebook = nbformat.read(found.chapter, as_version=4)
    with tempfile.TemporaryDirectory() as target, pinned(), warm_kernels([found.chapter]):
        bare = Path(target) / "chapters" / "nl" / "bare.ipynb"
        bare.parent.mkdir(parents=True)
        first = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
        nbformat.write(nbformat.v4.new_notebook(cells=[first], metadata=notebook.metadata), bare)
        empty = Page("bare", bare, found.parameters)
        around, whole = (
            statistics.median(run_page(project, what, parameters, Path(target)).seconds for _ in range(ROUNDS))
            for what in (empty, found)
        )
    seconds = {"kernel, papermill, files (the same page with no cells)": around}
    for _ in range(2):  # the second time: what is imported once is there, as in a kernel that is forked
        inside: dict[str, float] = defaultdict(float)
        _cells(notebook, parameters, folder, inside)
    return rows(
        f"One of the page runs: `{PAGE}` of edition {EDITION}, one at a time, in a warm kernel. Most of it is matplotlib at "
        "work on three figures, each drawn twice as SVG and once as PNG; the stock side draws the same ones.",
        seconds | inside,
        whole,
        "other cells, first use of fonts, outputs on their way",
    )


def _cells(notebook: Any, parameters: Any, folder: Path, seconds: dict[str, float]) -> None:
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    from na_report.presentation import figures, verdicts
    from na_report.presentation import page as pages

    os.chdir(folder / "chapters")
    gc.freeze()  # as in a kernel, which does not look through what it was forked with
    shell = InteractiveShell.instance()
    start = time.perf_counter()
    parts = {
        "figures, SVG with its layout": (figures, "_svg"),
        "figures, PNG": (figures, "_png"),
        "reading the edition": (pages, "open_edition"),
        "verdicts on the claims": (verdicts, "page_note"),
    }
    with timed(seconds, parts), capture_output():
        for cell in notebook.cells:
            if cell.cell_type == "code":
                shell.run_cell(cell.source).raise_error()
            if "parameters" in cell.metadata.get("tags", []):
                shell.push(parameters)
    seconds["the rest of the cells (placing bars and labels, text, tables)"] = (
        time.perf_counter() - start - sum(seconds.values())
    )


def prose(folder: Path) -> str:
    """Returns where the time of a build after a change of one sentence goes."""
    os.chdir(folder)
    run([sys.executable, "-m", "na_report.cli", "build", "--edition", EDITION, "--format", "html"], folder)
    path = folder / "chapters" / "nl" / "sector" / "mbo.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("snel digitaal volwassener", "zienderogen digitaal volwassener"), encoding="utf-8")
    program = "import sys, time; start = time.perf_counter(); from na_report.cli import main; "
    begun = time.perf_counter()
    run([sys.executable, "-c", program], folder)
    seconds: dict[str, float] = {"starting Python": time.perf_counter() - begun}
    start = time.perf_counter()
    from na_report.cli import main
    from na_report.commands import book as command
    from na_report.publishing import book, polish, published, renderer

    seconds["imports"] = time.perf_counter() - start
    inside: dict[str, float] = defaultdict(float)
    parts = {
        "running the page": (command, "execute"),
        "laying out what Sphinx reads": (book, "stage"),
        "Sphinx: the rest of its imports, then all pages": (renderer.Renderer, "run"),
        "copying the pages": (book.shutil, "copytree"),
        "mending the pages": (polish, "polish"),
        "putting the book in place": (published, "publish"),
    }
    sys.argv = ["na-report", "build", "--edition", EDITION, "--format", "html"]
    with timed(inside, parts), contextlib.redirect_stdout(io.StringIO()):
        main()
    whole = time.perf_counter() - start + seconds["starting Python"]
    return rows(
        "One sentence of a story changed, `na-report build`. One page runs, and all are rendered and mended again; "
        "`na-report preview` goes on from what it rendered before.",
        seconds | {label: inside[label] for label in parts},
        whole,
        "comparing with what is there, locks, the end",
    )


if __name__ == "__main__":
    print({"page": page, "prose": prose}[sys.argv[1]](Path(sys.argv[2])))
