"""A sweep: all combinations of a grid, each once in the table, whatever happens on the way."""

import csv
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import copy_of_project, na_report, wait
from nbformat.v4 import new_code_cell
from small_book import parameters, write_notebook

from na_report.base.files import locked
from na_report.base.paths import Project
from na_report.commands import run
from na_report.running import execution
from na_report.running.pages import Page

PARAMETERS = 'edition: str = "2021"\nsector: str = "mbo"\nnumber: int = 0\nfast: bool = True\nslow: float = 0.0'
RECORD = """import time
from IPython.display import display
time.sleep(slow)
data = {"application/papermill.record/text/plain": f"{sector} {10 // (number - 13)}"}
display(data, raw=True, metadata={"scrapbook": {"name": "answer"}})"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose chapters compute next to nothing."""
    project = copy_of_project(tmp_path_factory.mktemp("sweep"))
    write_notebook(project.chapters / "nl", "proef", parameters(PARAMETERS), new_code_cell(RECORD))
    (project.root / "_toc.yml").write_text("format: jb-book\nroot: proef-mbo\nchapters:\n- file: proef-ho\n")
    (project.chapters / "pages.yml").write_text(
        "proef-mbo: {chapter: proef, parameters: {sector: mbo}}\nproef-ho: {chapter: proef, parameters: {sector: ho}}\n"
    )
    return project


def swept(project: Project, folder: Path, page: str, *grid: str) -> tuple[int, str]:
    """Runs a sweep and returns the exit code and what was said of what went wrong."""
    done = na_report(project, "run", page, "--to", str(folder), "--grid", *grid)
    return done.returncode, done.stderr


def column(folder: Path, name: str) -> list[str]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


def test_all_stands_for_what_the_pages_and_the_project_have(small: Project, tmp_path: Path) -> None:
    assert swept(small, tmp_path, "proef", "edition=all", "sector=all", "fast=all") == (0, "")
    found = [*zip(*(column(tmp_path, name) for name in ("edition", "sector", "fast")), strict=True)]
    assert len(found) == len({*found}) == 8
    assert ("2026", "ho", "False") in found
    code, said = swept(small, tmp_path, "proef", "number=1,twee,drie")
    assert (code, "'twee'" in said, "'drie'" in said) == (2, True, True)


def test_a_failing_run_stops_no_other_and_only_what_changed_runs_again(small: Project, tmp_path: Path) -> None:
    code, said = swept(small, tmp_path, "proef", "number=12,13,14")
    assert (code, "2 of 6 runs failed" in said) == (1, True)
    assert column(tmp_path, "state") == ["ran", "ran", "failed", "failed", "ran", "ran"]
    assert column(tmp_path, "answer") == ["mbo -10", "ho -10", "", "", "mbo 10", "ho 10"]
    assert "ZeroDivisionError" in column(tmp_path, "error")[2]
    assert all((tmp_path / name).is_file() for name in column(tmp_path, "notebook"))
    assert swept(small, tmp_path, "proef", "number=12,14") == (0, "")
    assert column(tmp_path, "state") == ["unchanged"] * 4
    assert column(tmp_path, "answer") == ["mbo -10", "ho -10", "mbo 10", "ho 10"]


def test_one_sweep_at_a_time_in_a_folder_and_no_cell_of_its_table_is_a_formula(small: Project, tmp_path: Path) -> None:
    with locked(tmp_path / ".sweep.lock", "It"):
        code, said = swept(small, tmp_path, "proef-mbo", "sector==1+1", "number=3")
        assert (code, f"The sweep in {tmp_path} is being made" in said) == (2, True)
    assert not (tmp_path / "index.csv").exists()
    assert swept(small, tmp_path, "proef-mbo", "sector==1+1", "number=3") == (0, "")
    assert [column(tmp_path, name) for name in ("sector", "answer", "number")] == [["'=1+1"], ["'=1+1 -1"], ["3"]]


def test_a_sweep_that_is_stopped_tells_what_has_not_run(
    small: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(stale: Sequence[Page], jobs: int) -> Any:
        raise KeyboardInterrupt

    assert swept(small, tmp_path, "proef", "number=1") == (0, "")
    monkeypatch.setattr(run, "local_pool", stopped)
    assert swept(small, tmp_path, "proef", "number=1,2")[0] == 128 + signal.SIGINT
    assert column(tmp_path, "state") == ["unchanged", "unchanged", "not run", "not run"]


@pytest.fixture(scope="module")
def dask() -> Iterator[Any]:
    """A Dask cluster on this machine only. Its two workers are processes of their own, so that one can die."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=60) as cluster:
        yield cluster


@pytest.mark.parametrize(
    "event", ["another sweep ends", pytest.param("a worker dies", marks=pytest.mark.slow("a crash of another machine"))]
)
def test_whatever_happens_on_a_cluster_no_run_is_lost_or_doubled(
    small: Project, tmp_path: Path, dask: Any, event: str
) -> None:
    done = []

    def happens() -> None:
        wait(lambda: len([*tmp_path.glob("*.state.json")]) >= 2)
        if event == "a worker dies":
            os.kill(dask.workers[0].pid, signal.SIGKILL)
        else:
            with execution.cluster_pool(dask.scheduler_address, small, []):
                pass
        done.append(len([*tmp_path.glob("*.state.json")]))

    meanwhile = threading.Thread(target=happens)
    meanwhile.start()
    grid = "number=1,2,3,4", "slow=1.2"
    assert swept(small, tmp_path, "proef", *grid, "--scheduler", dask.scheduler_address) == (0, "")
    meanwhile.join()
    assert done[0] < 8, "it happened midway"
    assert column(tmp_path, "state") == ["ran"] * 8
    assert len({*column(tmp_path, "notebook")}) == 8
    assert len([*tmp_path.glob("*.ipynb")]) == 8, "the run that died leaves nothing behind"


def test_a_scheduler_that_can_not_be_or_does_not_answer_and_a_package_that_is_missing_are_named(
    small: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(address: str) -> str:
        return swept(small, tmp_path, "proef-mbo", "number=1", "--scheduler", address)[1]

    for address in ("garbage", "localhost", "http://localhost:1", "inproc://x", "tcp://127.0.0.1:999999"):
        assert "is not the address of a Dask scheduler" in said(address)
    monkeypatch.setattr(execution, "CONNECT_SECONDS", 0.3)
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in said("tcp://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "needs the package distributed" in said("tcp://127.0.0.1:9")
