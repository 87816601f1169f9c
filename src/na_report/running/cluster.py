"""A Dask cluster as a pool: the same pages, run elsewhere."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import TOC, Project
from na_report.processes.kernels import warm_kernels
from na_report.running.pages import Page

CONNECT_SECONDS = 10
_WARM = "na-report-kernels"


@contextmanager
def cluster_pool(address: str, project: Project, pages: Sequence[Page]) -> Iterator[tuple[Executor, int]]:
    """Gives the workers of a Dask cluster as a pool; each must see the folder of the project under the same name.

    A worker that dies leaves its pages to the others. A `NaReportError` tells what is missing: the package `distributed`, a
    scheduler that answers, or workers that see the project.
    """
    try:
        from distributed import Client, WorkerPlugin
    except ImportError:
        raise NaReportError(
            "Running on a cluster needs the package distributed, which is not installed.",
            hint='Run: pip install "na-report[cluster]", here and on the workers.',
        ) from None

    class Warm(WorkerPlugin):  # type: ignore[misc]
        """A server of warm kernels on each worker, also on one that comes later, for as long as the sweep takes."""

        def setup(self, worker: Any) -> None:
            self.server = ExitStack()
            self.server.enter_context(warm_kernels(chapters))

        def teardown(self, worker: Any) -> None:
            self.server.close()

    chapters = list(dict.fromkeys(page.chapter for page in pages))
    log = logging.getLogger("distributed")
    said = log.level
    log.setLevel(logging.CRITICAL + 1)  # what it has to say of an address that nobody answers at is told below
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as problem:
        raise NaReportError(
            f"No Dask scheduler answers at {address}: {problem}",
            hint="Start one with `dask scheduler`, and give the address that it prints: --scheduler tcp://HOST:PORT.",
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
        client.register_plugin(Warm(), _WARM)
        # Two runs are two runs, also when they look the same to the scheduler.
        executor = client.get_executor(pure=False)
        try:
            yield executor, sum(client.nthreads().values())
        finally:
            executor.shutdown(wait=False)
            client.unregister_worker_plugin(_WARM)
