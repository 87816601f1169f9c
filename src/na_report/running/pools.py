"""Where pages run: in threads that wait for kernels of this machine, or on a Dask cluster, where kernels start from nothing."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from threading import Thread

from na_report.base.errors import NaReportError
from na_report.base.paths import TOC, Project
from na_report.processes.forked import Server, end_kernels
from na_report.processes.limits import cores
from na_report.processes.surroundings import pinned
from na_report.running.pages import Page

CONNECT_SECONDS = 10
# Dask itself asks for some of these without an end, and says so on the screen.
_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://[^\s/]+:\d{1,5}/?")


Pool = Callable[[Sequence[Page]], AbstractContextManager[Executor]]


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
