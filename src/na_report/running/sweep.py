"""A sweep: every combination of a grid to a notebook, and a table of what came out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from na_report.base.errors import ChapterError, NaReportError
from na_report.base.files import write_whole
from na_report.base.locks import locked
from na_report.base.paths import Project
from na_report.base.spreadsheets import for_sheet
from na_report.running.execution import Pool, Run, Task, Watcher, local_pool, needs_run, run_tasks
from na_report.running.fingerprint import Answers

TABLE = "index.csv"
RECORD = "application/papermill.record/"
# Columns of the table, before and after those of the parameters.
_FIRST, _STATE = "notebook", ("state", "seconds", "error")


@dataclass(frozen=True)
class Row:
    """One combination in the table of a sweep: how it went, if it ran, and what the page recorded under a name (`glue`).

    Its state is `ran`, `unchanged`, `failed`, or `not run` when the sweep was stopped before.
    """

    task: Task
    state: str
    run: Run | None = None
    results: Mapping[str, str] = field(default_factory=dict)


def run_sweep(
    project: Project,
    tasks: Sequence[Task],
    folder: Path,
    answers: Callable[[str], Answers],
    *,
    pool: Pool = local_pool,
    watcher: Watcher | None = None,
) -> list[Row]:
    """Runs what is not yet as its ingredients make it, and writes the table of all tasks.

    Args:
        project: The project.
        tasks: What to run; see `grid.tasks_of`.
        folder: Where the notebooks go, and the table as `index.csv`.
        answers: Gives per edition today's digests for what a page asked of the data.
        pool: Gives processes for tasks, on this machine or elsewhere.
        watcher: Hears how it goes.

    Raises:
        ChapterError: One or more runs failed; the others are there, and the table has them all.
        BusyError: Another process makes a sweep in this folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".sweep.lock", f"The sweep in {folder}"):
        stale = [
            task for task in tasks if needs_run(project, task, folder, answers(str(task.parameters.get("edition", ""))))
        ]
        runs: dict[str, Run | None] = {task.page.name: None for task in stale}
        try:
            if stale:
                with pool(stale) as (executor, workers):
                    for run in run_tasks(project, stale, folder, executor, workers, watcher or Watcher()):
                        runs[run.page] = run
        finally:
            rows = [_row(task, runs, folder) for task in tasks]
            _write_table(rows, folder)
    errors = [row.run.error for row in rows if row.run and row.run.error]
    if errors:
        raise ChapterError(
            f"{len(errors)} of {len(rows)} runs failed:\n" + "\n".join(f"  {error}" for error in errors),
            hint=f"{folder / TABLE} has them all; mend the chapter or the grid and run it again.",
        )
    return rows


def _row(task: Task, runs: Mapping[str, Run | None], folder: Path) -> Row:
    name = task.page.name
    run = runs.get(name)
    if name in runs and (run is None or run.error):
        return Row(task, "failed" if run else "not run", run)
    return Row(task, "ran" if run else "unchanged", run, recorded(folder / f"{name}.ipynb"))


def recorded(notebook: Path) -> dict[str, str]:
    """Returns what an executed notebook recorded under a name, as plain text."""
    found = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            text = output.get("data", {}).get(f"{RECORD}text/plain")
            if name and text is not None:
                found[str(name)] = "".join(text)
    return found


def _write_table(rows: Sequence[Row], folder: Path) -> None:
    parameters = list(dict.fromkeys(name for row in rows for name in row.task.parameters))
    results = sorted({name for row in rows for name in row.results})
    lines: list[list[Any]] = [[_FIRST, "language", *parameters, *_STATE, *results]]
    for row in rows:
        page, run = row.task.page, row.run
        name = f"{page.name}.ipynb" if row.state in ("ran", "unchanged") else f"{page.name}.failed.ipynb"
        lines.append(
            [
                name if (folder / name).is_file() else "",
                page.language,
                *(row.task.parameters.get(key, "") for key in parameters),
                *(row.state, f"{run.seconds:.2f}" if run else "", run.error if run else ""),
                *(row.results.get(key, "") for key in results),
            ]
        )
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([for_sheet(str(cell)) for cell in line] for line in lines)
    write_whole(folder / TABLE, table.getvalue().encode())


def check_folder(folder: Path) -> None:
    """Refuses a folder that holds something else than a sweep."""
    if folder.exists() and not folder.is_dir():
        raise NaReportError(f"{folder} is a file, and a sweep needs a folder.", hint="Choose another name with --to.")
    if folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()) and not _is_sweep(folder):
        raise NaReportError(
            f"{folder} holds files, but no sweep.", hint="Choose an empty or new folder with --to, or an earlier sweep."
        )


def _is_sweep(folder: Path) -> bool:
    """Tells whether a folder has the table of a sweep, and not just a file of that name."""
    try:
        with (folder / TABLE).open(encoding="utf-8", newline="") as file:
            heads = next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False
    return heads[:1] == [_FIRST] and {*_STATE} <= {*heads}
