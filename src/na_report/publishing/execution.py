"""Runs pages with papermill and keeps what they show."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError

from na_report.errors import ChapterError
from na_report.paths import Project
from na_report.publishing.fingerprint import Answers, ingredients, reasons, state_file, write_state
from na_report.publishing.kernels import warm_kernels
from na_report.publishing.limits import cell_of, end_with, page_limits, within, workers_stopped_on_error
from na_report.publishing.pages import Page, checked_parameters, selected
from na_report.publishing.surroundings import pinned

# Tells a kernel where to write down what its page asks of the data.
READS_FILE = "NA_REPORT_READS"
_CELL_EXTRAS = ("papermill", "execution", "ExecuteTime")


@dataclass(frozen=True)
class Run:
    """A page that has run, or failed.

    Args:
        page: The name of the page.
        notebook: Where the executed notebook is.
        seconds: How long it took.
        error: What went wrong; empty when nothing did.
    """

    page: str
    notebook: Path
    seconds: float
    error: str = ""


def run_pages(
    project: Project,
    pages: Sequence[Page],
    parameters: Mapping[str, Any],
    folder: Path,
    *,
    jobs: int = 0,
    answers: Answers | None = None,
    warm: bool = True,
    report: Callable[[Run], None] = lambda run: None,
) -> list[Run]:
    """Runs pages, each in a kernel of its own, and writes the executed notebooks.

    All parameters are checked before the first kernel starts. A page that fails does not stop the others.

    Args:
        project: The project of the pages.
        pages: What to run.
        parameters: Values for all pages, such as edition and language.
        folder: Where the notebooks go, as `<page>.ipynb`; the one of a page that fails as `<page>.failed.ipynb`.
        jobs: How many run at once; 0 for one per core.
        answers: Gives today's digests for what a page asked of the data; a page that would come out the same is then
            left alone. Without it every page runs.
        warm: Whether kernels are forked from a process that has the imports of the chapters; else each starts from nothing.
        report: Called with each run as it ends.

    Raises:
        NaReportError: A parameter is unknown or has the wrong type.
        ChapterError: One or more pages failed; names chapter, cell and cause of each.
    """
    page_limits()
    checked = {page.name: checked_parameters(page, parameters) for page in pages}
    folder.mkdir(parents=True, exist_ok=True)
    stale = [page for page in pages if answers is None or reasons(project, page, checked[page.name], folder, answers)]
    runs: dict[str, Run] = {}
    workers = min(jobs or os.cpu_count() or 1, len(stale))
    context = multiprocessing.get_context("spawn")
    if stale:
        with (
            pinned(),
            warm_kernels(dict.fromkeys(page.chapter for page in stale)) if warm else nullcontext(),
            ProcessPoolExecutor(workers, context, initializer=end_with, initargs=(os.getpid(),)) as pool,
            workers_stopped_on_error(),
        ):
            futures = [pool.submit(run_page, project, page, checked[page.name], folder) for page in stale]
            for future in as_completed(futures):
                run = future.result()
                runs[run.page] = run
                report(run)
    ordered = [runs[page.name] for page in stale]
    failed = [run for run in ordered if run.error]
    if failed:
        kept = next((run.notebook for run in failed if run.notebook.exists()), None)
        see = f"Open {kept} to see the cell with its output, mend" if kept else "Mend"
        raise ChapterError("\n".join(run.error for run in failed), hint=f"{see} the chapter and run it again.")
    return ordered


def run_page(project: Project, page: Page, parameters: Mapping[str, Any], folder: Path) -> Run:
    """Runs one page; the parameters are checked already."""
    start = time.perf_counter()
    logging.getLogger("papermill").setLevel(logging.ERROR)
    target, failed = folder / f"{page.name}.ipynb", folder / f"{page.name}.failed.ipynb"
    running = folder / f"{page.name}.running.ipynb"
    reads = folder / f"{page.name}.reads.json"
    # The state goes first and comes back last: a run that is killed leaves no page that looks whole.
    for old in (state_file(folder, page.name), target, failed, reads):
        old.unlink(missing_ok=True)
    os.environ[READS_FILE] = str(reads)
    made_of = ingredients(project, page, parameters)
    notebook = selected(nbformat.read(page.chapter, as_version=4), parameters)
    error, limits = "", page_limits()
    try:
        with within(limits):
            papermill.execute_notebook(
                notebook,
                str(running),
                parameters=dict(parameters),
                cwd=str(page.chapter.parent),
                progress_bar=False,
                request_save_on_cell_execute=False,
                kernel_manager_class="na_report.publishing.kernels.PrivateKernelManager",
                shutdown_kernel="immediate",  # all that a page leaves behind is written by then
            )
    except PapermillExecutionError as problem:
        error = (
            f"Page {page.name} failed: chapter {page.chapter.name}, cell {problem.cell_index + 1} "
            f"(In [{problem.exec_count}]): {limits.story(problem, problem.ename) or f'{problem.ename}: {problem.evalue}'}"
        )
    except Exception as problem:
        # Whatever a kernel or the file system does, the other pages go on and this one is named.
        cause = limits.story(problem) or f"{type(problem).__name__}: {problem}"
        error = f"Page {page.name} failed: chapter {page.chapter.name}{cell_of(problem)}: {cause}"
    if error:
        if running.exists():
            running.replace(failed)
        return Run(page.name, failed, time.perf_counter() - start, error)
    executed = normalised(nbformat.read(running, as_version=4), dict(parameters))
    nbformat.write(executed, running)
    running.replace(target)
    answered = json.loads(reads.read_text(encoding="utf-8")) if reads.is_file() else {}
    reads.unlink(missing_ok=True)
    write_state(folder, page.name, made_of, answered)
    return Run(page.name, target, time.perf_counter() - start)


def normalised(notebook: nbformat.NotebookNode, parameters: Mapping[str, Any]) -> nbformat.NotebookNode:
    """Returns an executed notebook without what differs from run to run: times, paths and random ids."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata["na_report"] = {"parameters": dict(parameters)}
    for cell in notebook.cells:
        for extra in _CELL_EXTRAS:
            cell.metadata.pop(extra, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
            cell.metadata["tags"] = [*cell.metadata["tags"], "remove-cell"]
    return notebook
