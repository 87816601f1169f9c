"""A Dask cluster as a pool: the same pages, run elsewhere."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import TOC, Project
from na_report.processes.kernels import SERVER, warm_kernels
from na_report.running.execution import Task

CONNECT_SECONDS = 10
_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://[^\s/]+:\d{1,5}/?")
_GIVE = "give the address that it prints: --scheduler tcp://HOST:PORT."
_lock = threading.Lock()
_server = contextlib.ExitStack()
end_server = atexit.register(_server.close)


class _Pool(Executor):
    """Has the workers run pages with warm kernels; one that dies leaves its pages to the others."""

    def __init__(self, executor: Executor, chapters: Sequence[Path]) -> None:
        self._executor, self._chapters = executor, tuple(chapters)

    def submit(self, function: Callable[..., Any], /, *args: Any, **options: Any) -> Any:
        return self._executor.submit(run_warm, self._chapters, function, *args, **options)


def run_warm(chapters: Sequence[Path], function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Calls a function on a worker, which keeps one server of warm kernels until it ends."""
    with _lock:
        if SERVER not in os.environ:
            _server.enter_context(warm_kernels(chapters))
    return function(*args, **options)


def check_address(address: str) -> None:
    """Refuses a text that can't be the address of a scheduler; asking it would take long."""
    if not _ADDRESS.fullmatch(address):
        raise NaReportError(f"{address!r} is not the address of a Dask scheduler.", hint=f"Start one and {_GIVE}")


@contextmanager
def cluster_pool(address: str, project: Project, tasks: Sequence[Task]) -> Iterator[tuple[Executor, int]]:
    """Gives the workers of a Dask cluster as a pool; each must see the folder of the project under the same name.

    Raises:
        NaReportError: `distributed` is not installed, no scheduler answers, or there is no worker that sees the project.
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
        executor = client.get_executor(
            pure=False
        )  # two runs are two runs, also when they look the same to the scheduler
        try:
            yield _Pool(executor, list(dict.fromkeys(task.page.chapter for task in tasks))), workers
        finally:
            executor.shutdown(wait=False)


def _check_workers(client: Any, project: Project, address: str) -> int:
    """Returns how many pages the cluster runs at once."""
    threads: dict[str, int] = client.nthreads()
    if not threads:
        raise NaReportError(
            f"The scheduler at {address} has no workers.", hint=f"Start some with: dask worker {address} --nthreads 1"
        )
    seen = client.run((project.root / TOC).is_file)
    if blind := sorted(worker for worker, there in seen.items() if not there):
        raise NaReportError(
            f"These workers do not see {project.root}: {', '.join(blind)}.",
            hint="Put the project on a disk that all machines share, under the same path.",
        )
    return sum(threads.values())
