"""A sweep: all combinations of a grid, each once in the table, whatever happens on the way."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from test_kernels import processes, wait

from na_report.base.errors import ChapterError, NaReportError
from na_report.base.locks import BusyError, locked
from na_report.base.paths import Project
from na_report.processes.workers import cores
from na_report.running import cluster, sweep
from na_report.running.execution import Pool, Task, local_pool, run_page
from na_report.running.grid import read_grid, task_name, tasks_of

PARAMETERS = 'edition: str = "2021"\nsector: str = "mbo"\nnumber: int = 0\nfast: bool = True\nslow: float = 0.0'
RECORD = """import time
from IPython.display import display
time.sleep(slow)
data = {"application/papermill.record/text/plain": f"{sector} {10 // (number - 13)}"}
display(data, raw=True, metadata={"scrapbook": {"name": "answer"}})"""


@pytest.fixture
def small(project: Project) -> Project:
    """A project whose chapters compute next to nothing."""
    cells = [
        nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(RECORD),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), project.chapters / "nl" / "proef.ipynb")
    (project.root / "_toc.yml").write_text("format: jb-book\nroot: proef-mbo\nchapters:\n- file: proef-ho\n")
    (project.chapters / "pages.yml").write_text(
        "proef-mbo: {chapter: proef, parameters: {sector: mbo}}\nproef-ho: {chapter: proef, parameters: {sector: ho}}\n"
    )
    return project


def tasks(project: Project, *grid: str, pages: Sequence[str] = ("proef",)) -> list[Task]:
    return tasks_of(project, pages, read_grid(grid), {"edition": ["2021", "2026"]})


def run(project: Project, wanted: Sequence[Task], folder: Path, pool: Pool = local_pool) -> list[sweep.Row]:
    return sweep.run_sweep(project, wanted, folder, lambda edition: lambda questions: {}, pool=pool)


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(folder: Path, name: str) -> list[str]:
    return [row[name] for row in table(folder)]


def test_all_stands_for_what_the_pages_and_the_project_have(small: Project) -> None:
    found = [task.parameters for task in tasks(small, "edition=all", "sector=all", "fast=all")]
    combinations = {(each["edition"], each["sector"], each["fast"]) for each in found}
    assert len(found) == len(combinations) == 8
    assert ("2026", "ho", False) in combinations


def test_without_an_axis_each_page_keeps_its_own_parameters(small: Project) -> None:
    assert [task.parameters["sector"] for task in tasks(small, "number=1")] == ["mbo", "ho"]


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (["sectr=all"], "Nobody knows which values sectr allows"),
        (["sectr=mbo"], "Did you mean sector"),
        (["number=1,twee,drie"], "(?s)'twee'.*'drie'"),
        (["number=all"], "Nobody knows which values number allows"),
        (["sector"], "no axis"),
        (["sector=mbo", "sector=ho"], "twice"),
    ],
)
def test_a_wrong_grid_is_refused_whole_before_anything_runs(small: Project, grid: list[str], message: str) -> None:
    with pytest.raises(NaReportError, match=message):
        tasks(small, *grid)


def test_names_differ_where_values_do() -> None:
    values = ["a/b", "a b", "a-b", "a--b", "a b ", "é", "", "..", "x" * 300, "x" * 301, "a=b", "A-b"]
    names = [task_name("c", {"v": value}) for value in values]
    assert len(set(names)) == len(values)
    assert all("/" not in name and len(name) < 200 for name in names)


def test_a_failing_run_stops_no_other_and_only_what_changed_runs_again(small: Project, tmp_path: Path) -> None:
    wanted = tasks(small, "number=12,13,14")
    with pytest.raises(ChapterError, match="2 of 6 runs failed"):
        run(small, wanted, tmp_path)
    assert column(tmp_path, "state") == ["ran", "ran", "failed", "failed", "ran", "ran"]
    assert column(tmp_path, "answer") == ["mbo -10", "ho -10", "", "", "mbo 10", "ho 10"]
    assert "ZeroDivisionError" in column(tmp_path, "error")[2]
    assert all((tmp_path / name).is_file() for name in column(tmp_path, "notebook"))
    run(small, [task for task in wanted if task.parameters["number"] != 13], tmp_path)
    assert column(tmp_path, "state") == ["unchanged"] * 4
    assert column(tmp_path, "answer") == ["mbo -10", "ho -10", "mbo 10", "ho 10"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("index.csv", b"my,data\n"),
        ("index.csv", b""),
        ("index.csv", b"\xff\xfe"),
        ("index.csv", b"notebook,mine\n"),
        ("letter.txt", b"dear"),
    ],
)
def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NaReportError, match="no sweep"):
        sweep.check_folder(tmp_path)


def test_one_sweep_at_a_time_in_a_folder(small: Project, tmp_path: Path) -> None:
    wanted = tasks(small, "number=1", pages=["proef-mbo"])
    with locked(tmp_path / ".sweep.lock", "It"), pytest.raises(BusyError, match=r"The sweep in .* is being made"):
        run(small, wanted, tmp_path)
    assert not (tmp_path / "index.csv").exists()
    run(small, wanted, tmp_path)
    sweep.check_folder(tmp_path)


def test_a_cell_of_the_table_is_no_formula(small: Project, tmp_path: Path) -> None:
    [row] = run(small, tasks(small, "sector==1+1", "number=3", pages=["proef-mbo"]), tmp_path)
    assert row.results["answer"] == "=1+1 -1"
    [shown] = table(tmp_path)
    assert (shown["sector"], shown["answer"], shown["number"]) == ("'=1+1", "'=1+1 -1", "3")


def test_a_process_that_dies_is_a_failed_run_in_the_table(small: Project, tmp_path: Path) -> None:
    @contextmanager
    def pool(stale: Sequence[Task]) -> Iterator[tuple[object, int]]:
        with local_pool(stale, jobs=1) as (executor, workers):
            executor.submit(os._exit, 3)
            yield executor, workers

    with pytest.raises(ChapterError, match="its process ended"):
        run(small, tasks(small, "number=1"), tmp_path, pool)
    assert column(tmp_path, "state") == ["failed", "failed"]


@pytest.mark.parametrize(("jobs", "count"), [(1, 1), (2, 2), (9, 4), (0, min(4, cores()))])
def test_there_is_a_process_per_task_up_to_the_number_asked_for(small: Project, jobs: int, count: int) -> None:
    with local_pool(tasks(small, "number=1,2"), jobs=jobs) as (_, workers):
        assert workers == count


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
        assert wait((folder / "scheduler.json").is_file, 20)
    yield json.loads((folder / "scheduler.json").read_text())["address"], started[1]
    for process in reversed(started):
        process.kill()
        process.wait()


@pytest.mark.slow("a crash of another machine")
def test_a_worker_that_dies_costs_no_run_and_doubles_none(
    small: Project, tmp_path: Path, dask: tuple[str, subprocess.Popen[bytes]]
) -> None:
    from distributed import Client, default_client

    (address, worker), folder = dask, tmp_path / "sweep"
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=20)

    def states() -> int:
        return len([*folder.glob("*.state.json")])

    done: list[int] = []

    def kill_one() -> None:
        wait(lambda: states() >= 2, 20)
        worker.kill()
        done.append(states())

    @contextmanager
    def pool(stale: Sequence[Task]) -> Iterator[tuple[object, int]]:
        with cluster.cluster_pool(address, small, stale) as found:
            with pytest.raises(ValueError, match="No clients found"):
                default_client()  # a program that uses the library keeps its own
            yield found

    killer = threading.Thread(target=kill_one)
    killer.start()
    rows = run(small, tasks(small, "number=1,2,3,4", "slow=0.4"), folder, pool)
    killer.join()
    assert worker.wait(timeout=5) == -signal.SIGKILL
    assert done[0] < 6, "one worker died midway"
    assert [row.state for row in rows] == ["ran"] * 8
    assert len({(row["notebook"], row["sector"], row["number"]) for row in table(folder)}) == 8
    assert len([*folder.glob("*.ipynb")]) == 8, "the run that died leaves nothing behind"


def test_a_scheduler_that_does_not_answer_is_named(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.3)
    with (
        pytest.raises(NaReportError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        cluster.cluster_pool("tcp://127.0.0.1:9", small, []),
    ):
        pass


def test_without_distributed_the_error_says_what_to_install(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NaReportError) as caught, cluster.cluster_pool("tcp://127.0.0.1:9", small, []):
        pass
    assert "na-report[cluster]" in caught.value.hint


def test_a_worker_keeps_one_server_until_it_ends(small: Project, tmp_path: Path) -> None:
    [task] = tasks(small, "number=1", pages=["proef-mbo"])
    for _ in range(2):
        done = cluster.run_warm((task.page.chapter,), run_page, small, task.page, task.parameters, tmp_path)
        assert done.error == ""
        assert len(processes("na_report.processes.forkserver")) == 1
    cluster.end_server()
    assert processes("na_report.processes.forkserver") == []
