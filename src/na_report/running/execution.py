"""Runs pages with papermill and keeps what they show.

They run in threads that wait for kernels of this machine, or on a Dask cluster, where kernels start from nothing.
"""

import copy
import json
import logging
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from na_report.base.errors import BookError, NaReportError
from na_report.base.files import write_whole
from na_report.base.paths import READS, TOC, Project
from na_report.processes.forked import Server, end_kernels, kernel_folder
from na_report.processes.surroundings import MEMORY, SECONDS, cores, page_limits, pinned
from na_report.running.fingerprint import Answers, data_hash, ingredients, read_state, reasons, state_file, write_state
from na_report.running.notebooks import Notebook, normalised, own_cell, read_chapter
from na_report.running.pages import Page, with_all

# Nbformat, papermill and Jupyter are imported in the functions that need them: a build that runs no page needs none of them.

CONNECT_SECONDS = 10
# Dask itself asks for some of these without an end, and says so on the screen.
_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://[^\s/]+:\d{1,5}/?")


class Run(NamedTuple):
    """A page that has run, or failed: its notebook, how many seconds it took, and what went wrong, if something did."""

    page: str
    notebook: Path
    seconds: float
    error: str = ""


# Hears which pages ended, how many of how many have, and which are running; called some times a second.
Watcher = Callable[[Sequence[Run], int, int, Sequence[str]], object]
# Gives what runs pages.
Pool = Callable[[Sequence[Page]], AbstractContextManager[Executor]]


def run_pages(
    project: Project,
    pages: Sequence[Page],
    parameters: Mapping[str, Any],
    folder: Path,
    *,
    jobs: int = 0,
    answers: Answers | None = None,
    watcher: Watcher = lambda *_: None,
) -> list[Run]:
    """Runs pages, each in a kernel of its own, and writes the executed notebooks to a folder.

    All parameters are checked before the first kernel starts. A page that fails does not stop the others; its notebook is
    `<page>.failed.ipynb`, and a `BookError` names chapter, cell and cause of each.

    Args:
        jobs: How many run at once; 0 for one per core.
        answers: Gives today's digests for what a page asked of the data; a page that would come out the same is then
            left alone. Without it every page runs.
    """
    found: dict[str, Run | None] = {}
    whole = with_all((page, parameters) for page in pages)
    run_stale(project, whole, folder, lambda edition: answers, found, partial(local_pool, jobs=jobs), watcher)
    runs = [run for run in found.values() if run]
    if failed := [run for run in runs if run.error]:
        kept = next((run.notebook for run in failed if run.notebook.exists()), None)
        see = f"Open {kept} to see the cell with its output, mend" if kept else "Mend"
        raise BookError("\n".join(run.error for run in failed), hint=f"{see} the chapter and run it again.")
    return runs


def run_stale(
    project: Project,
    pages: Sequence[Page],
    folder: Path,
    answers: Callable[[str], Answers | None],
    runs: dict[str, Run | None],
    pool: Pool,
    watcher: Watcher,
) -> None:
    """Runs the pages that are no longer what their ingredients make by the answers of their edition, in a pool of whatever kind.

    These are in `runs` from the start, with nothing, and each run is as it ends, so that who stops it knows how far it came. A
    page whose process dies is a run with an error, like one whose notebook fails.
    """
    page_limits()
    folder.mkdir(parents=True, exist_ok=True)
    asked = [(page, answers(str(page.parameters.get("edition", "")))) for page in pages]
    stale = [page for page, today in asked if not today or needs_run(project, page, folder, today)]
    runs |= dict.fromkeys(page.name for page in stale)
    with pool(stale) if stale else nullcontext() as executor:
        waiting = {executor.submit(run_page, project, page, folder): page.name for page in stale} if executor else {}
        ended: list[Run] = []
        while waiting or ended:
            running = [name for future, name in waiting.items() if future.running()]
            watcher(ended, len(stale) - len(waiting), len(stale), running)
            ended = []
            for future in wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED).done:
                name = waiting.pop(future)
                try:
                    ended.append(future.result())
                except Exception as problem:
                    failed = f"Page {name} failed: its process ended: {problem}"
                    ended.append(Run(name, folder / f"{name}.failed.ipynb", 0, failed))
                runs[name] = ended[-1]


def needs_run(project: Project, page: Page, folder: Path, answers: Answers) -> bool:
    """Tells whether a page is no longer what its ingredients make."""
    if reasons(project, page, folder, answers):
        return True
    # Its answers are those of today's data, so they are not asked again until it changes again.
    state, data = read_state(folder, page.name), data_hash(project)
    if state is not None and state.data != data:
        write_state(folder, page.name, state.ingredients, state.reads, data)
    return False


def run_page(project: Project, page: Page, folder: Path) -> Run:
    """Runs one page with all its parameters, which are checked already."""
    import nbformat

    start = time.perf_counter()
    target, failed = folder / f"{page.name}.ipynb", folder / f"{page.name}.failed.ipynb"
    # The state goes first and comes back last: a run that is killed leaves no page that looks whole.
    for old in (state_file(folder, page.name), target, failed):
        old.unlink(missing_ok=True)
    made_of, data = ingredients(project, page), data_hash(project)
    chapter, limits = read_chapter(page.chapter), page_limits(page.memory_mb, page.seconds)
    begun: list[Notebook] = []
    with kernel_folder() as name:
        place, reads = Path(name) / "page.ipynb", Path(name) / "reads.json"
        own, cause = {MEMORY: str(limits.memory_mb), SECONDS: str(limits.seconds), READS: str(reads)}, ""
        try:
            executed = run_notebook(chapter, page.parameters, page.chapter.parent, place, own, begun.append)
            # Papermill takes a `sys.exit()` for a good end, though the cells after it did not run.
            if ends := [output.ename for output in begun[-1].outputs if output.output_type == "error"] if begun else []:
                cause = f"{ends[0]}, so the cells after it did not run."
        except Exception as problem:
            # Whatever a kernel or the file system does, the other pages go on and this one is named.
            kind = getattr(problem, "ename", type(problem).__name__)
            cause = limits.story(kind, time.perf_counter() - start) or f"{kind}: {getattr(problem, 'evalue', problem)}"
        if cause and place.exists():
            shutil.copyfile(place, failed)
        answered = json.loads(reads.read_text(encoding="utf-8")) if reads.is_file() else {}
    if cause:
        where = f"{page.chapter.name}, {own_cell(chapter, begun[-1])}" if begun else page.chapter.name
        return Run(page.name, failed, time.perf_counter() - start, f"Page {page.name} failed: chapter {where}: {cause}")
    write_whole(target, f"{nbformat.writes(normalised(executed, page.parameters, project.root))}\n".encode())
    write_state(folder, page.name, made_of, answered, data)
    return Run(page.name, target, time.perf_counter() - start)


def run_notebook(
    chapter: Notebook,
    parameters: Mapping[str, Any],
    folder: Path,
    place: Path,
    own: Mapping[str, str],
    begin: Callable[[Any], object] = lambda cell: None,
) -> Notebook:
    """Runs a notebook, which stays as it is, with papermill in a kernel of its own, and returns it with its outputs.

    Args:
        folder: Where its code runs.
        place: Where papermill writes it, also when it fails; in a folder that sockets can be in.
        own: What the kernel has in its environment beside what this process has.
        begin: Called with each cell of code before it runs.
    """
    import papermill
    from jupyter_core.utils import ensure_event_loop

    from na_report.processes.kernels import page_kernel

    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        return papermill.execute_notebook(
            copy.deepcopy(chapter),
            str(place),
            parameters=dict(parameters),
            resources={"metadata": {"path": str(folder)}},  # and not as `cwd`, which is of all threads
            progress_bar=False,
            request_save_on_cell_execute=False,
            on_cell_execute=lambda cell, cell_index: begin(cell),
            coalesce_streams=True,  # where printed text was cut depends on how busy the machine was
            **page_kernel(place.parent, own),
        )
    finally:
        ensure_event_loop().close()  # of this thread, which nobody else closes


@contextmanager
def local_pool(pages: Sequence[Page], *, jobs: int = 0) -> Iterator[Executor]:
    """Gives threads that each run a page at a time; where the block fails, their kernels end at once."""
    with pinned():
        Server.start(dict.fromkeys(page.chapter for page in pages))
        from papermill.iorw import local_file_io_cwd

        # Papermill changes the working directory while it writes: to what is set here, and else to where another thread was.
        with local_file_io_cwd(), ThreadPoolExecutor(jobs or cores()) as pool:
            try:
                yield pool
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                end = Thread(target=pool.shutdown)
                end.start()
                while end.is_alive():
                    end_kernels()
                    end.join(0.1)
                raise


@contextmanager
def cluster_pool(address: str, project: Project, pages: Sequence[Page]) -> Iterator[Executor]:
    """Gives the workers of a Dask cluster as a pool; each must see the folder of the project under the same name.

    A worker that dies leaves its pages to the others. A `NaReportError` tells what is missing: the package `distributed`, a
    scheduler that answers, or workers that see the project.
    """
    give = "give the address that it prints: --scheduler tcp://HOST:PORT."
    if not _ADDRESS.fullmatch(address):
        raise NaReportError(f"{address!r} is not the address of a Dask scheduler.", hint=f"Start one and {give}")
    try:
        from distributed import Client
    except ImportError:
        raise NaReportError(
            "Running on a cluster needs the package distributed, which is not installed.",
            hint='Run: pip install "na-report[cluster]", here and on the workers.',
        ) from None
    log = logging.getLogger("distributed")
    said = log.level
    log.setLevel(logging.CRITICAL + 1)  # what it has to say of an address that nobody answers at is told below
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as problem:
        raise NaReportError(
            f"No Dask scheduler answers at {address}: {problem}",
            hint=f"Start one with `dask scheduler`, and {give}",
        ) from None
    finally:
        log.setLevel(said)
    with client:
        seen = client.run((project.root / TOC).is_file)
        if not seen or not all(seen.values()):
            blind = ", ".join(worker for worker, there in seen.items() if not there)
            raise NaReportError(
                f"These workers do not see {project.root}: {blind}." if seen else f"There are no workers at {address}.",
                hint=f"Start them with: dask worker {address} --nthreads 1, where the project has the same path as here.",
            )
        # Two runs are two runs, also when they look the same to the scheduler.
        executor = client.get_executor(pure=False)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)
