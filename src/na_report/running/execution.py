"""Runs pages with papermill and keeps what they show."""

from __future__ import annotations

import copy
import json
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from na_report.base.errors import ChapterError, NaReportError
from na_report.base.files import write_whole
from na_report.base.paths import READS, Project
from na_report.processes.limits import page_limits
from na_report.processes.surroundings import pinned
from na_report.processes.workers import Workers, cores
from na_report.running.chapters import read_chapter
from na_report.running.executed import normalised, own_cell
from na_report.running.fingerprint import Answers, data_hash, ingredients, read_state, reasons, state_file, write_state
from na_report.running.pages import Page, checked_parameters, refuse_all

if TYPE_CHECKING:
    import nbformat

# Nbformat, papermill and Jupyter are imported in the functions that need them: a build that runs no page needs none of them.


@dataclass(frozen=True)
class Run:
    """A page that has run, or failed: its notebook, how many seconds it took, and what went wrong, if something did."""

    page: str
    notebook: Path
    seconds: float
    error: str = ""


@dataclass(frozen=True)
class Task:
    """A page to run, with parameters that are checked."""

    page: Page
    parameters: Mapping[str, Any]


@dataclass
class Watcher:
    """Hears how a run goes; does nothing with it, for those who don't care."""

    def ended(self, run: Run) -> None:
        """A page ended, well or not."""

    def going(self, done: int, total: int, running: Sequence[str]) -> None:
        """So many of so many pages are done and these are being run; called some times a second."""


Pool = Callable[[Sequence[Task]], AbstractContextManager[tuple[Executor, int]]]


def run_pages(
    project: Project,
    pages: Sequence[Page],
    parameters: Mapping[str, Any],
    folder: Path,
    *,
    jobs: int = 0,
    answers: Answers | None = None,
    pool: Pool | None = None,
    watcher: Watcher | None = None,
) -> list[Run]:
    """Runs pages, each in a kernel of its own, and writes the executed notebooks.

    All parameters are checked before the first kernel starts. A page that fails does not stop the others.

    Args:
        project: The project of the pages.
        pages: What to run.
        parameters: Values for all pages, such as the edition.
        folder: Where the notebooks go, as `<page>.ipynb`; the one of a page that fails as `<page>.failed.ipynb`.
        jobs: How many run at once; 0 for one per core.
        answers: Gives today's digests for what a page asked of the data; a page that would come out the same is then
            left alone. Without it every page runs.
        pool: Gives processes to run in; those of `local_pool` when left out.
        watcher: Hears how it goes.

    Raises:
        NaReportError: A parameter is unknown or has the wrong type.
        ChapterError: One or more pages failed; names chapter, cell and cause of each.
    """
    page_limits()
    tasks = _checked(pages, parameters)
    folder.mkdir(parents=True, exist_ok=True)
    stale = [task for task in tasks if answers is None or needs_run(project, task, folder, answers)]
    if not stale:
        return []
    with pool(stale) if pool else local_pool(stale, jobs=jobs) as (executor, workers):
        runs = list(run_tasks(project, stale, folder, executor, workers, watcher or Watcher()))
    names = [task.page.name for task in stale]
    runs.sort(key=lambda run: names.index(run.page))
    if failed := [run for run in runs if run.error]:
        kept = next((run.notebook for run in failed if run.notebook.exists()), None)
        see = f"Open {kept} to see the cell with its output, mend" if kept else "Mend"
        raise ChapterError("\n".join(run.error for run in failed), hint=f"{see} the chapter and run it again.")
    return runs


def _checked(pages: Sequence[Page], parameters: Mapping[str, Any]) -> list[Task]:
    """Returns the pages with their parameters, or all that is wrong with chapters and parameters at once."""
    tasks, problems = [], []
    for page in pages:
        try:
            tasks.append(Task(page, checked_parameters(page, parameters)))
        except NaReportError as problem:
            problems.append(problem)
    refuse_all(problems)
    return tasks


def needs_run(project: Project, task: Task, folder: Path, answers: Answers) -> bool:
    """Tells whether a page is no longer what its ingredients make."""
    if reasons(project, task.page, task.parameters, folder, answers):
        return True
    # Its answers are those of today's data, so they are not asked again until it changes again.
    state, data = read_state(folder, task.page.name), data_hash(project)
    if state is not None and state.data != data:
        write_state(folder, task.page.name, state.ingredients, state.reads, data)
    return False


@contextmanager
def local_pool(tasks: Sequence[Task], *, jobs: int = 0) -> Iterator[tuple[Executor, int]]:
    """Gives processes of this machine to run tasks in, and their number; none is left when the block ends, however it ends."""
    from na_report.processes.kernels import warm_kernels

    workers = max(1, min(jobs or cores(), len(tasks)))
    with pinned(), warm_kernels(dict.fromkeys(task.page.chapter for task in tasks)), Workers(workers) as pool:
        yield pool, workers


def run_tasks(
    project: Project, tasks: Sequence[Task], folder: Path, pool: Executor, workers: int, watcher: Watcher
) -> Iterator[Run]:
    """Runs tasks in a pool of whatever kind, and yields each run as it ends.

    A task whose process dies is a run with an error, like one whose notebook fails.
    """
    waiting = {pool.submit(run_page, project, task.page, task.parameters, folder): task.page.name for task in tasks}
    while waiting:
        # Pages start in the order in which they were asked for.
        watcher.going(len(tasks) - len(waiting), len(tasks), list(waiting.values())[:workers])
        for future in wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED).done:
            name = waiting.pop(future)
            try:
                run = future.result()
            except Exception as problem:
                run = Run(name, folder / f"{name}.failed.ipynb", 0, f"Page {name} failed: its process ended: {problem}")
            watcher.ended(run)
            yield run


def run_page(project: Project, page: Page, parameters: Mapping[str, Any], folder: Path) -> Run:
    """Runs one page; the parameters are checked already."""
    import nbformat

    from na_report.processes.kernels import kernel_folder

    start = time.perf_counter()
    target, failed = folder / f"{page.name}.ipynb", folder / f"{page.name}.failed.ipynb"
    # The state goes first and comes back last: a run that is killed leaves no page that looks whole.
    for old in (state_file(folder, page.name), target, failed):
        old.unlink(missing_ok=True)
    made_of, data = ingredients(project, page, parameters), data_hash(project)
    chapter, limits = read_chapter(page.chapter), page_limits(page.memory_mb, page.seconds)
    with kernel_folder() as name:
        place, reads = Path(name) / "page.ipynb", Path(name) / "reads.json"
        begun: list[nbformat.NotebookNode] = []
        own, cause = limits.environment() | {READS: str(reads)}, ""
        try:
            executed = run_notebook(chapter, parameters, page.chapter.parent, place, own, begun.append)
        except Exception as problem:
            # Whatever a kernel or the file system does, the other pages go on and this one is named.
            kind = getattr(problem, "ename", type(problem).__name__)
            cause = limits.story(kind, time.perf_counter() - start) or f"{kind}: {getattr(problem, 'evalue', problem)}"
            if place.exists():
                shutil.copyfile(place, failed)
        else:
            # Papermill takes a `sys.exit()` for a good end, though the cells after it did not run.
            for output in begun[-1].outputs if begun else ():
                if output.output_type == "error":
                    cause = f"{output.ename}, so the cells after it did not run."
                    shutil.copyfile(place, failed)
        answered = json.loads(reads.read_text(encoding="utf-8")) if reads.is_file() else {}
    if cause:
        where = f"{page.chapter.name}, {own_cell(chapter, begun[-1])}" if begun else page.chapter.name
        return Run(page.name, failed, time.perf_counter() - start, f"Page {page.name} failed: chapter {where}: {cause}")
    write_whole(target, f"{nbformat.writes(normalised(executed, parameters, project.root))}\n".encode())
    write_state(folder, page.name, made_of, answered, data)
    return Run(page.name, target, time.perf_counter() - start)


def run_notebook(
    chapter: nbformat.NotebookNode,
    parameters: Mapping[str, Any],
    folder: Path,
    place: Path,
    own: Mapping[str, str],
    begin: Callable[[Any], object] = lambda cell: None,
) -> nbformat.NotebookNode:
    """Runs a notebook with papermill in a kernel of its own, and returns it with its outputs.

    Args:
        chapter: The notebook; left as it is.
        parameters: Values of its parameters.
        folder: Where its code runs.
        place: Where papermill writes it, also when it fails; in a folder that sockets can be in.
        own: What the kernel has in its environment beside what this process has.
        begin: Called with each cell of code before it runs.
    """
    import papermill

    from na_report.processes.kernels import page_kernel

    logging.getLogger("papermill").setLevel(logging.ERROR)
    return papermill.execute_notebook(
        copy.deepcopy(chapter),
        str(place),
        parameters=dict(parameters),
        cwd=str(folder),
        progress_bar=False,
        request_save_on_cell_execute=False,
        on_cell_execute=lambda cell, cell_index: begin(cell),
        **page_kernel(place.parent, own),
    )
