"""A sweep: all combinations of a grid, each once in the table, whatever happens on the way."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from conftest import PATIENCE, wait
from small_book import parameters, write_notebook

from na_report.base.errors import ChapterError, NaReportError
from na_report.base.locks import BusyError, locked
from na_report.base.paths import Project
from na_report.processes.workers import Workers
from na_report.running import pools, sweep
from na_report.running.pages import Page
from na_report.running.pools import Pool, local_pool
from na_report.running.sweep import combinations, read_grid

PARAMETERS = 'edition: str = "2021"\nsector: str = "mbo"\nnumber: int = 0\nfast: bool = True\nslow: float = 0.0'
RECORD = """import time
from IPython.display import display
time.sleep(slow)
data = {"application/papermill.record/text/plain": f"{sector} {10 // (number - 13)}"}
display(data, raw=True, metadata={"scrapbook": {"name": "answer"}})"""


@pytest.fixture
def small(project: Project) -> Project:
    """A project whose chapters compute next to nothing."""
    write_notebook(project.chapters / "nl", "proef", parameters(PARAMETERS), nbformat.v4.new_code_cell(RECORD))
    (project.root / "_toc.yml").write_text("format: jb-book\nroot: proef-mbo\nchapters:\n- file: proef-ho\n")
    (project.chapters / "pages.yml").write_text(
        "proef-mbo: {chapter: proef, parameters: {sector: mbo}}\nproef-ho: {chapter: proef, parameters: {sector: ho}}\n"
    )
    return project


def pages_of(project: Project, *grid: str, pages: Sequence[str] = ("proef",)) -> list[Page]:
    return combinations(project, pages, read_grid(grid), {"edition": ["2021", "2026"]})


def run(project: Project, wanted: Sequence[Page], folder: Path, pool: Pool = local_pool) -> list[dict[str, str]]:
    return sweep.run_sweep(project, wanted, folder, lambda edition: lambda questions: {}, pool=pool)


def column(folder: Path, name: str) -> list[str]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


def test_all_stands_for_what_the_pages_and_the_project_have(small: Project) -> None:
    found = [page.parameters for page in pages_of(small, "edition=all", "sector=all", "fast=all")]
    combinations = {(each["edition"], each["sector"], each["fast"]) for each in found}
    assert len(found) == len(combinations) == 8
    assert ("2026", "ho", False) in combinations
    own = [page.parameters["sector"] for page in pages_of(small, "number=1")]
    assert own == ["mbo", "ho"], "without an axis each page keeps its own"


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (["sectr=all"], "Nobody knows which values sectr allows"),
        (["sectr=mbo"], "Did you mean sector"),
        (["number=1,twee,drie"], "(?s)'twee'.*'drie'"),
        (["sector"], "no axis"),
        (["sector=mbo", "sector=ho"], "twice"),
    ],
)
def test_a_wrong_grid_is_refused_whole_before_anything_runs(small: Project, grid: list[str], message: str) -> None:
    with pytest.raises(NaReportError, match=message):
        pages_of(small, *grid)


def test_a_failing_run_stops_no_other_and_only_what_changed_runs_again(small: Project, tmp_path: Path) -> None:
    wanted = pages_of(small, "number=12,13,14")
    with pytest.raises(ChapterError, match="2 of 6 runs failed"):
        run(small, wanted, tmp_path)
    assert column(tmp_path, "state") == ["ran", "ran", "failed", "failed", "ran", "ran"]
    assert column(tmp_path, "answer") == ["mbo -10", "ho -10", "", "", "mbo 10", "ho 10"]
    assert "ZeroDivisionError" in column(tmp_path, "error")[2]
    assert all((tmp_path / name).is_file() for name in column(tmp_path, "notebook"))
    sweep.check_folder(tmp_path)
    run(small, [page for page in wanted if page.parameters["number"] != 13], tmp_path)
    assert column(tmp_path, "state") == ["unchanged"] * 4
    assert column(tmp_path, "answer") == ["mbo -10", "ho -10", "mbo 10", "ho 10"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("index.csv", b"my,data\n"), ("index.csv", b""), ("index.csv", b"\xff\xfe"), ("letter.txt", b"dear")],
)
def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NaReportError, match="no sweep"):
        sweep.check_folder(tmp_path)


def test_one_sweep_at_a_time_in_a_folder_and_no_cell_of_its_table_is_a_formula(small: Project, tmp_path: Path) -> None:
    wanted = pages_of(small, "sector==1+1", "number=3", pages=["proef-mbo"])
    with locked(tmp_path / ".sweep.lock", "It"), pytest.raises(BusyError, match=r"The sweep in .* is being made"):
        run(small, wanted, tmp_path)
    assert not (tmp_path / "index.csv").exists()
    [row] = run(small, wanted, tmp_path)
    assert row["answer"] == "=1+1 -1"
    assert [column(tmp_path, name) for name in ("sector", "answer", "number")] == [["'=1+1"], ["'=1+1 -1"], ["3"]]


def test_a_process_that_dies_is_a_failed_run_in_the_table(small: Project, tmp_path: Path) -> None:
    @contextmanager
    def pool(stale: Sequence[Page]) -> Iterator[Executor]:
        with Workers(1) as executor:
            executor.submit(os._exit, 3)
            yield executor

    with pytest.raises(ChapterError, match="its process ended"):
        run(small, pages_of(small, "number=1"), tmp_path, pool)
    assert column(tmp_path, "state") == ["failed", "failed"]


def test_a_sweep_that_is_stopped_tells_what_has_not_run(small: Project, tmp_path: Path) -> None:
    @contextmanager
    def pool(stale: Sequence[Page]) -> Iterator[Executor]:
        raise KeyboardInterrupt
        yield

    run(small, pages_of(small, "number=1"), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run(small, pages_of(small, "number=1,2"), tmp_path, pool)
    assert column(tmp_path, "state") == ["unchanged", "unchanged", "not run", "not run"]


# A Dask cluster on this machine only. Its workers are processes of their own, so that one can die.


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a scheduler with two workers, and one of these."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": ""}
    folder, started = tmp_path / "cluster", []
    folder.mkdir()
    place = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", "scheduler.json"]
    worker = ["distributed.cli.dask_worker", *place, "--nthreads", "1", "--no-nanny", "--name"]
    for command in (["distributed.cli.dask_scheduler", *place, "--port", "0"], [*worker, "0"], [*worker, "1"]):
        command = [sys.executable, "-m", *command]
        started.append(subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.DEVNULL))
        assert wait((folder / "scheduler.json").is_file)
    yield json.loads((folder / "scheduler.json").read_text())["address"], started[1]
    for process in reversed(started):
        process.kill()
        process.wait()


@pytest.mark.slow("a crash of another machine")
def test_a_worker_that_dies_costs_no_run_and_doubles_none(
    small: Project, tmp_path: Path, dask: tuple[str, subprocess.Popen[bytes]]
) -> None:
    from distributed import Client

    (address, worker), folder, done = dask, tmp_path / "sweep", []
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=PATIENCE)

    def kill_one() -> None:
        wait(lambda: len([*folder.glob("*.state.json")]) >= 2)
        worker.kill()
        done.append(len([*folder.glob("*.state.json")]))

    killer = threading.Thread(target=kill_one)
    killer.start()
    rows = run(
        small,
        pages_of(small, "number=1,2,3,4", "slow=0.4"),
        folder,
        lambda stale: pools.cluster_pool(address, small, stale),
    )
    killer.join()
    assert worker.wait(timeout=PATIENCE) == -signal.SIGKILL
    assert done[0] < 6, "one worker died midway"
    assert [row["state"] for row in rows] == ["ran"] * 8
    assert len(set(column(folder, "notebook"))) == 8
    assert len([*folder.glob("*.ipynb")]) == 8, "the run that died leaves nothing behind"


def test_workers_of_a_cluster_run_the_pages_of_a_sweep(
    small: Project, tmp_path: Path, dask: tuple[str, subprocess.Popen[bytes]]
) -> None:
    from distributed import Client

    with Client(dask[0], set_as_default=False) as client:
        client.wait_for_workers(2, timeout=20)
    rows = run(small, pages_of(small, "number=1,2"), tmp_path, lambda stale: pools.cluster_pool(dask[0], small, stale))
    assert [(row["state"], row["answer"]) for row in rows] == [
        ("ran", f"{sector} -1") for _ in (1, 2) for sector in ("mbo", "ho")
    ]


@pytest.mark.parametrize(
    "address", ["garbage", "localhost", "http://localhost:1", "inproc://x", "tcp://127.0.0.1:999999"]
)
def test_what_is_no_address_of_a_scheduler_is_refused_at_once(small: Project, address: str) -> None:
    with pytest.raises(NaReportError, match="is not the address of a Dask scheduler"):
        pools.cluster_pool(address, small, []).__enter__()


def test_a_scheduler_that_does_not_answer_and_a_package_that_is_missing_are_named(
    small: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "CONNECT_SECONDS", 0.3)
    with pytest.raises(NaReportError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        pools.cluster_pool("tcp://127.0.0.1:9", small, []).__enter__()
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NaReportError, match="needs the package distributed"):
        pools.cluster_pool("tcp://127.0.0.1:9", small, []).__enter__()
