"""The copies of the project that the sides work in, and the stock tools."""

from __future__ import annotations

import functools
import json
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml
from measuring import BIN, na_report, run

from na_report.paths import Project
from na_report.publishing.book import Book, stage
from na_report.publishing.comparing import copied
from na_report.publishing.execution import Task
from na_report.publishing.pages import all_pages, checked_parameters

EDITION = "2026"


@dataclass
class Place:
    """Where the bench works: a copy of the project per side."""

    root: Path
    folder: Path
    quick: bool

    @functools.cached_property
    def ours(self) -> Project:
        """Our copy."""
        return self._copy("ours")

    @functools.cached_property
    def theirs(self) -> Project:
        """The copy of the stock tools, with the notebooks as they would be written without our tags."""
        return self._copy("theirs")

    def _copy(self, name: str) -> Project:
        target = self.folder / name
        target.mkdir()
        return copied(Project(self.root), target)

    @property
    def book(self) -> Book:
        """The book that our side makes."""
        return Book(self.ours, EDITION, "nl")

    @property
    def stock(self) -> Book:
        """The folder where the stock side keeps its notebooks and stage."""
        return Book(self.theirs, EDITION, "nl")

    def tasks(self, project: Project) -> list[Task]:
        """Returns the pages of the book with their parameters."""
        given = {"edition": EDITION}
        return [Task(page, checked_parameters(page, given)) for page in all_pages(project)]


def ours_build(place: Place) -> None:
    """Makes the book with na-report."""
    na_report("build", "--edition", EDITION, "--format", "html", folder=place.ours.root)


def papermill(task: Task, target: Path) -> None:
    """Runs a page with papermill's command line."""
    options = [
        part
        for name, value in task.parameters.items()
        for part in ("-r" if isinstance(value, str) else "-p", name, str(value))
    ]
    command = [BIN / "papermill", task.page.chapter, target, *options, "--cwd", task.page.chapter.parent]
    run([*command, "--no-progress-bar", "--log-level", "ERROR"], target.parent)


def stock_stage(place: Place) -> None:
    """Lays out the stage for Jupyter Book; not timed, as stock tools have no such step."""
    shutil.rmtree(place.stock.stage, ignore_errors=True)
    stage(place.stock, all_pages(place.theirs))
    config = yaml.safe_load((place.stock.stage / "_config.yml").read_text(encoding="utf-8"))
    del config["sphinx"]["extra_extensions"]
    config["sphinx"]["config"].pop("myst_ref_domains", None)
    (place.stock.stage / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")


def jupyter_book(place: Place, *more: str, folder: Path | None = None) -> None:
    """Makes the HTML book with the stock command, of the stage or of another folder."""
    run(
        [BIN / "jupyter-book", "build", folder or place.stock.stage, "--path-output", place.stock.folder, *more],
        place.folder,
    )


def stock_build(place: Place) -> float:
    """Makes the book with stock tools and returns how long that took, laying out not counted."""
    place.stock.notebooks.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    for task in place.tasks(place.theirs):
        name = f"{task.page.name}.ipynb"
        papermill(task, place.stock.notebooks / name)
    ran = time.perf_counter() - start
    stock_stage(place)
    start = time.perf_counter()
    jupyter_book(place)
    return ran + time.perf_counter() - start


def shown(notebook: Path) -> list[object]:
    """Returns what the code cells of a notebook show."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [
        [{**output, "execution_count": 0} for output in cell["outputs"]]
        for cell in cells
        if cell["cell_type"] == "code"
    ]


def same_outputs(ours: Path, theirs: Path, names: Iterable[str]) -> None:
    """Ends the run when a page shows something else on one side."""
    for name in names:
        if shown(ours / f"{name}.ipynb") != shown(theirs / f"{name}.ipynb"):
            raise SystemExit(f"gate: the outputs of {name} differ")


def same_pages(place: Place) -> None:
    """Ends the run when a page of the book is missing on one side."""
    stock = place.stock.folder / "_build" / "html"
    ours, theirs = ({path.name for path in folder.glob("*.html")} for folder in (place.book.html, stock))
    wanted = {f"{page.name}.html" for page in all_pages(place.ours)}
    if not wanted <= ours & theirs:
        raise SystemExit(f"gate: pages are missing: {sorted(wanted - (ours & theirs))}")
