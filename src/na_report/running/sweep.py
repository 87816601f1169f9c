"""A sweep: every combination of a grid to a notebook, and a table of what came out."""

from __future__ import annotations

import csv
import html
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

RECORD = "application/papermill.record/"
_STYLE = (
    "body{font:1rem/1.5 sans-serif;margin:2rem}table{border-collapse:collapse}"
    "th,td{border:1px solid #767676;padding:.3rem .6rem;text-align:left}"
)


# Columns of the table, before and after those of the parameters.
_FIRST, _STATE = "notebook", ("state", "seconds", "error")


@dataclass(frozen=True)
class Row:
    """One combination in the table of a sweep.

    Args:
        task: What it is.
        state: `ran`, `unchanged`, `failed`, or `not run` when the sweep was stopped before.
        seconds: How long the run took; nothing when there was none.
        error: What went wrong.
        results: What the page recorded under a name (`glue`), as text.
    """

    task: Task
    state: str
    seconds: float | None = None
    error: str = ""
    results: Mapping[str, str] = field(default_factory=dict)


class _Collector(Watcher):
    """Keeps the runs that ended, also when the sweep is stopped, and passes everything on."""

    def __init__(self, watcher: Watcher) -> None:
        self.runs: dict[str, Run] = {}
        self._watcher = watcher

    def ended(self, run: Run) -> None:
        self.runs[run.page] = run
        self._watcher.ended(run)

    def going(self, done: int, total: int, running: Sequence[str]) -> None:
        self._watcher.going(done, total, running)


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
        folder: Where the notebooks go, and the table as `index.csv` and `index.html`.
        answers: Gives per edition today's digests for what a page asked of the data.
        pool: Gives processes for tasks, on this machine or elsewhere.
        watcher: Hears how it goes.

    Raises:
        ChapterError: One or more runs failed; the others are there, and the table has them all.
        BusyError: Another process makes a sweep in this folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".sweep.lock", f"The sweep in {folder}"):
        return _run_sweep(project, tasks, folder, answers, pool, watcher or Watcher())


def _run_sweep(
    project: Project,
    tasks: Sequence[Task],
    folder: Path,
    answers: Callable[[str], Answers],
    pool: Pool,
    watcher: Watcher,
) -> list[Row]:
    stale = [
        task for task in tasks if needs_run(project, task, folder, answers(str(task.parameters.get("edition", ""))))
    ]
    collector = _Collector(watcher)
    try:
        if stale:
            with pool(stale) as (executor, workers):
                run_tasks(project, stale, folder, executor, workers=workers, watcher=collector)
    finally:
        names = {task.page.name for task in stale}
        rows = [_row(task, collector.runs.get(task.page.name), folder, task.page.name in names) for task in tasks]
        write_table(rows, folder)
    failed = [row for row in rows if row.state == "failed"]
    if failed:
        raise ChapterError(
            f"{len(failed)} of {len(rows)} runs failed:\n" + "\n".join(f"  {row.error}" for row in failed),
            hint=f"{folder / 'index.csv'} has them all; mend the chapter or the grid and run it again.",
        )
    return rows


def _row(task: Task, run: Run | None, folder: Path, stale: bool) -> Row:
    if run is not None and run.error:
        return Row(task, "failed", run.seconds, run.error)
    if run is None and stale:
        return Row(task, "not run")
    notebook = folder / f"{task.page.name}.ipynb"
    return Row(task, "unchanged" if run is None else "ran", run.seconds if run else None, "", recorded(notebook))


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


def write_table(rows: Sequence[Row], folder: Path) -> None:
    """Writes the table of a sweep: `index.csv` for programs, `index.html` for people."""
    parameters = list(dict.fromkeys(name for row in rows for name in _given(row.task)))
    results = sorted({name for row in rows for name in row.results})
    heads = [_FIRST, *parameters, *_STATE, *results]
    lines = []
    for row in rows:
        there = row.state in ("ran", "unchanged")
        name = f"{row.task.page.name}.ipynb" if there else f"{row.task.page.name}.failed.ipynb"
        lines.append(
            [
                name if (folder / name).is_file() else "",
                *(str(_given(row.task).get(key, "")) for key in parameters),
                row.state,
                "" if row.seconds is None else f"{row.seconds:.2f}",
                row.error,
                *(row.results.get(key, "") for key in results),
            ]
        )
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([[for_sheet(cell) for cell in line] for line in [heads, *lines]])
    write_whole(folder / "index.csv", table.getvalue().encode())
    write_whole(folder / "index.html", _html(heads, lines).encode())


def _given(task: Task) -> dict[str, Any]:
    """Returns what makes a task another than the others: the language of its notebook and its parameters."""
    return {"language": task.page.language, **task.parameters}


def _html(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in heads)
    body = "".join(
        f'<tr><td><a href="{html.escape(name)}">{html.escape(name)}</a></td>'
        + "".join(f"<td>{html.escape(value)}</td>" for value in rest)
        + "</tr>\n"
        for name, *rest in lines
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Sweep</title><style>{_STYLE}</style></head>'
        f"<body><h1>Sweep</h1><p>{len(lines)} runs</p>\n<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"
        "</body></html>\n"
    )


def check_folder(folder: Path) -> None:
    """Refuses a folder that holds something else than a sweep.

    Raises:
        NaReportError: There are files, but no table of a sweep; or it is a file itself.
    """
    if folder.exists() and not folder.is_dir():
        raise NaReportError(f"{folder} is a file, and a sweep needs a folder.", hint="Choose another name with --to.")
    if folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()) and not _is_sweep(folder):
        raise NaReportError(
            f"{folder} holds files, but no sweep.", hint="Choose an empty or new folder with --to, or an earlier sweep."
        )


def _is_sweep(folder: Path) -> bool:
    """Tells whether a folder has the table of a sweep, and not just a file of that name."""
    try:
        with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
            heads = next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False
    return heads[:1] == [_FIRST] and {*_STATE} <= {*heads}
