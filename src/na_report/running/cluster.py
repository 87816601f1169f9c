"""A Dask cluster as a pool: the same pages, run elsewhere."""

from __future__ import annotations

import atexit
import contextlib
import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import TOC, Project
from na_report.processes.kernels import is_warm, warm_kernels
from na_report.running.execution import Task

CONNECT_SECONDS = 10
_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://[^\s/]+:\d{1,5}/?")
_GIVE = "give the address that it prints: --scheduler tcp://HOST:PORT."
_lock = threading.Lock()
_warm = contextlib.ExitStack()
atexit.register(_warm.close)


class ClusterPool(Executor):
    """Runs pages on the workers of a cluster.

    Args:
        client: A `distributed.Client`.
        chapters: The notebooks, whose imports each worker keeps ready.
    """

    def __init__(self, client: Any, chapters: Sequence[Path]) -> None:
        # Two runs are two runs, also when they look the same to the scheduler.
        self._executor = client.get_executor(pure=False)
        self._chapters = tuple(chapters)

    def submit(self, function: Callable[..., Any], /, *args: Any, **options: Any) -> Any:
        """Hands a task to the cluster; a worker that dies leaves its tasks to the others."""
        return self._executor.submit(_run_warm, self._chapters, function, *args, **options)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Lets go of what was handed out."""
        self._executor.shutdown(wait=wait)


def _run_warm(chapters: tuple[Path, ...], function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Runs on a worker, which keeps one server of warm kernels until it ends, and a new one where that ended unused."""
    with _lock:
        if not is_warm():
            _warm.close()
            _warm.enter_context(warm_kernels(chapters))
    return function(*args, **options)


def check_address(address: str) -> None:
    """Sees that a text can be the address of a scheduler.

    Raises:
        NaReportError: It can't; asking it would take long.
    """
    if not _ADDRESS.fullmatch(address):
        raise NaReportError(f"{address!r} is not the address of a Dask scheduler.", hint=f"Start one and {_GIVE}")


@contextmanager
def cluster_pool(address: str, project: Project, tasks: Sequence[Task]) -> Iterator[tuple[Executor, int]]:
    """Gives the workers of a Dask cluster as a pool.

    Args:
        address: The scheduler, such as `tcp://127.0.0.1:8786`.
        project: The project; each worker must see its folder under the same name.
        tasks: What will be run.

    Raises:
        NaReportError: `distributed` is not installed, no scheduler answers, there is no worker, or a worker does not see
            the project.
    """
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
            f"No Dask scheduler answers at {address}: {problem}", hint=f"Start one with `dask scheduler`, or {_GIVE}"
        ) from None
    finally:
        log.setLevel(said)
    with client:
        workers = _check_workers(client, project, address)
        pool = ClusterPool(client, list(dict.fromkeys(task.page.chapter for task in tasks)))
        try:
            yield pool, workers
        finally:
            pool.shutdown(wait=False)


def _check_workers(client: Any, project: Project, address: str) -> int:
    """Returns how many pages the cluster runs at once."""
    threads: Mapping[str, int] = client.nthreads()
    if not threads:
        raise NaReportError(
            f"The scheduler at {address} has no workers.", hint=f"Start some with: dask worker {address} --nthreads 1"
        )
    seen = client.run(_sees, project.root)
    blind = sorted(worker for worker, there in seen.items() if not there)
    if blind:
        raise NaReportError(
            f"These workers do not see {project.root}: {', '.join(blind)}.",
            hint="Put the project on a disk that all machines share, under the same path.",
        )
    return sum(threads.values())


def _sees(folder: Path) -> bool:
    return (folder / TOC).is_file()
