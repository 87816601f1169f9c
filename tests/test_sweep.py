"""A sweep: all combinations of a grid, each once in the table, whatever happens on the way."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

from na_report.base.errors import ChapterError, NaReportError
from na_report.base.locks import BusyError, locked
from na_report.base.paths import Project
from na_report.processes.processes import cores
from na_report.running import sweep
from na_report.running.cluster import cluster_pool
from na_report.running.execution import Task, local_pool, run_page
from na_report.running.grid import read_grid, task_name, tasks_of

PARAMETERS = 'edition: str = "2021"\nsector: str = "mbo"\nnumber: int = 0\nfast: bool = True\nslow: float = 0.0'
RECORD = (
    "import time\nfrom IPython.display import display\n"
    "time.sleep(slow)\n"
    "display({'application/papermill.record/text/plain': f'{sector} {10 // (number - 13)}'}, raw=True,"
    " metadata={'scrapbook': {'name': 'answer'}})"
)


@pytest.fixture
def small(project: Project) -> Project:
    """A project whose chapters compute next to nothing."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    notebook.cells = [
        nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(RECORD),
    ]
    nbformat.write(notebook, project.chapters / "nl" / "proef.ipynb")
    (project.root / "_toc.yml").write_text("format: jb-book\nroot: proef-mbo\nchapters:\n- file: proef-ho\n")
    (project.chapters / "pages.yml").write_text(
        "proef-mbo: {chapter: proef, parameters: {sector: mbo}}\nproef-ho: {chapter: proef, parameters: {sector: ho}}\n"
    )
    return project


def tasks(project: Project, *grid: str, pages: Sequence[str] = ("proef",)) -> list[Task]:
    known = {"edition": ["2021", "2026"]}
    return tasks_of(project, pages, read_grid(grid), known)


def run(project: Project, wanted: Sequence[Task], folder: Path) -> list[sweep.Row]:
    return sweep.run_sweep(project, wanted, folder, lambda edition: lambda questions: {})


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


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
    rows = table(tmp_path)
    assert [row["state"] for row in rows] == ["ran", "ran", "failed", "failed", "ran", "ran"]
    assert [row["answer"] for row in rows] == ["mbo -10", "ho -10", "", "", "mbo 10", "ho 10"]
    assert "ZeroDivisionError" in rows[2]["error"]
    assert all((tmp_path / row["notebook"]).is_file() for row in rows)
    assert (tmp_path / "index.html").read_text(encoding="utf-8").count("<tr>") == 7
    run(small, [task for task in wanted if task.parameters["number"] != 13], tmp_path)
    assert [row["state"] for row in table(tmp_path)] == ["unchanged"] * 4
    assert [row["answer"] for row in table(tmp_path)] == ["mbo -10", "ho -10", "mbo 10", "ho 10"]


@pytest.mark.parametrize("content", [b"my,data\n", b"", b"\xff\xfe", b"notebook,mine\n"])
def test_a_table_of_something_else_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "index.csv").write_bytes(content)
    with pytest.raises(NaReportError, match="no sweep"):
        sweep.check_folder(tmp_path)


def test_one_sweep_at_a_time_in_a_folder(small: Project, tmp_path: Path) -> None:
    wanted = tasks(small, "number=1", pages=["proef-mbo"])
    folder = tmp_path / "sweep"
    folder.mkdir()
    with locked(folder / ".sweep.lock", "It"):
        sweep.check_folder(folder)
        with pytest.raises(BusyError, match=r"The sweep in .* is being made by process"):
            run(small, wanted, folder)
    run(small, wanted, folder)
    sweep.check_folder(folder)


def test_a_run_leaves_the_half_made_notebook_of_another_value_alone(small: Project, tmp_path: Path) -> None:
    other, own = (tmp_path / f"proef--sector={name}.0a1b2c3d.running.ipynb" for name in ("mbo.avond", "mbo"))
    for path in (other, own):
        path.write_text("{}")
    run(small, tasks(small, "sector=mbo", pages=["proef-mbo"]), tmp_path)
    assert other.exists()
    assert not own.exists()


def test_a_cell_of_the_table_is_no_formula(small: Project, tmp_path: Path) -> None:
    [row] = run(small, tasks(small, "sector==1+1", "number=3", pages=["proef-mbo"]), tmp_path)
    assert row.results["answer"] == "=1+1 -1"
    [shown] = table(tmp_path)
    assert (shown["sector"], shown["answer"], shown["number"]) == ("'=1+1", "'=1+1 -1", "3")


def test_a_process_that_dies_is_a_failed_run_in_the_table(small: Project, tmp_path: Path) -> None:
    @contextmanager
    def pool(stale: Sequence[Task]) -> Iterator[tuple[object, int]]:
        with local_pool(stale, jobs=1, warm=False) as (executor, workers):
            executor.submit(os._exit, 3)
            yield executor, workers

    with pytest.raises(ChapterError, match="its process ended"):
        sweep.run_sweep(small, tasks(small, "number=1"), tmp_path, lambda edition: lambda questions: {}, pool=pool)
    assert [row["state"] for row in table(tmp_path)] == ["failed", "failed"]


@pytest.mark.parametrize(("jobs", "count"), [(1, 1), (2, 2), (9, 4), (0, min(4, cores()))])
def test_there_is_a_process_per_task_up_to_the_number_asked_for(small: Project, jobs: int, count: int) -> None:
    wanted = tasks(small, "number=1,2")
    assert len(wanted) == 4
    with local_pool(wanted, jobs=jobs, warm=False) as (_, workers):
        assert workers == count


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(NaReportError, match="no sweep"):
        sweep.check_folder(tmp_path)


# A Dask cluster on this machine only. Its workers are processes of their own, so that one can die.


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": ""}
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], env=environment, cwd=folder, stderr=subprocess.DEVNULL
        )
        started.append(process)
        return process

    try:
        found = folder / "scheduler.json"
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(found)]
        start("distributed.cli.dask_scheduler", *options)
        workers = [
            start(
                "distributed.cli.dask_worker",
                *("--scheduler-file", str(found), "--nthreads", "1", "--no-nanny", "--no-dashboard"),
                *("--host", "127.0.0.1", "--local-directory", str(folder), "--name", str(number)),
            )
            for number in range(2)
        ]
        end = time.monotonic() + 20
        while not found.is_file() and time.monotonic() < end:
            time.sleep(0.05)
        yield json.loads(found.read_text())["address"], workers
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


@pytest.mark.slow("a crash of another machine")
def test_a_worker_that_dies_costs_no_run_and_doubles_none(small: Project, tmp_path: Path) -> None:
    from distributed import Client, default_client

    wanted = tasks(small, "number=1,2,3,4", "slow=0.4")
    folder, place = tmp_path / "sweep", tmp_path / "cluster"
    place.mkdir()
    with cluster(place) as (address, workers):
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=20)

        done_at_kill = []

        def kill_one() -> None:
            end = time.monotonic() + 20
            while len(list(folder.glob("*.state.json"))) < 2 and time.monotonic() < end:
                time.sleep(0.02)
            workers[0].send_signal(signal.SIGKILL)
            done_at_kill.append(len(list(folder.glob("*.state.json"))))

        killer = threading.Thread(target=kill_one)
        killer.start()
        with cluster_pool(address, small, wanted) as pool:
            with pytest.raises(ValueError, match="No clients found"):
                default_client()  # a program that uses the library keeps its own

            @contextmanager
            def same(stale: Sequence[Task]) -> Iterator[tuple[object, int]]:
                yield pool

            rows = sweep.run_sweep(small, wanted, folder, lambda edition: lambda questions: {}, pool=same)
        killer.join()
        assert workers[0].wait(timeout=5) == -signal.SIGKILL
        assert done_at_kill[0] < 6, "one worker died midway"
    assert [row.state for row in rows] == ["ran"] * 8
    found = table(folder)
    assert len(found) == len({row["notebook"] for row in found}) == 8
    assert len(list(folder.glob("*.ipynb"))) == 8, "the run that died leaves nothing behind"
    parameters: list[Mapping[str, str]] = [{key: row[key] for key in ("sector", "number")} for row in found]
    assert len({tuple(each.values()) for each in parameters}) == 8


def test_a_scheduler_that_does_not_answer_is_named(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("na_report.running.cluster.CONNECT_SECONDS", 0.3)
    with (
        pytest.raises(NaReportError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        cluster_pool("tcp://127.0.0.1:9", small, []),
    ):
        pass


def test_without_distributed_the_error_says_what_to_install(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NaReportError) as caught, cluster_pool("tcp://127.0.0.1:9", small, []):
        pass
    assert "na-report[cluster]" in caught.value.hint


def test_a_worker_that_was_idle_for_long_gets_a_new_server(small: Project, tmp_path: Path) -> None:
    """What a worker of a cluster does, in this process: its server ends unused between two runs."""
    from na_report.processes import kernels
    from na_report.running import cluster

    [task] = tasks(small, "number=1", pages=["proef-mbo"])
    chapters = (task.page.chapter,)
    try:
        for _ in range(2):
            done = cluster._run_warm(chapters, run_page, small, task.page, task.parameters, tmp_path)
            assert done.error == ""
            assert kernels.is_warm()
            folder = Path(os.environ[kernels.FOLDER])
            [server] = _children("na_report.processes.forkserver")
            os.kill(server, signal.SIGKILL)
            shutil.rmtree(folder)
    finally:
        cluster._warm.close()
    assert _children("na_report.processes.forkserver") == []


def _children(name: str) -> list[int]:
    listed = subprocess.run(
        ["pgrep", "--parent", str(os.getpid()), "--full", name], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in listed.stdout.split()]
