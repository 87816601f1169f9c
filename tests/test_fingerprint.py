"""A page runs again when an ingredient changes that it has, and only then; a sweep runs all of a grid, whatever happens."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT, cases, copy_of_project, edit, na_report, seal_again, wait
from nbformat.v4 import new_code_cell
from small_book import parameters, write_notebook

from na_report.base.files import locked
from na_report.base.paths import Project
from na_report.commands.run import answers_of
from na_report.editions.asked import digest
from na_report.running import execution, fingerprint
from na_report.running.execution import run_pages
from na_report.running.pages import Page, all_pages, choose, mentions

NAMES = ["sector-mbo", "sector-hoger-onderwijs", "koploper", "kanttekeningen", "conclusies"]
RERUNS = cases("reruns")


def run(project: Project) -> list[Any]:
    """Runs what is not as its ingredients make it."""
    pages = choose(all_pages(project), NAMES)
    return run_pages(project, pages, {"edition": "2021"}, notebooks(project), answers=answers_of(project, "2021"))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose pages have run; each test works on a copy."""
    project = copy_of_project(tmp_path_factory.mktemp("ran"))
    assert len(run(project)) == len(NAMES)
    return project


@pytest.fixture
def project(ran: Project, tmp_path: Path) -> Project:
    shutil.copytree(ran.root, tmp_path / "copy")
    return Project(tmp_path / "copy")


def notebooks(project: Project) -> Path:
    return project.build("2021", "nl") / "notebooks"


def why(project: Project, name: str) -> list[str]:
    told, *reasons = na_report(project, "explain", name, "--edition", "2021").stdout.splitlines()
    assert told == f"{name}: {'would run again' if reasons else 'is up to date'}"
    return [reason.strip() for reason in reasons]


def test_nothing_runs_again_when_nothing_changed(project: Project) -> None:
    assert [why(project, name) for name in NAMES] == [[]] * len(NAMES)
    assert run(project) == []


@pytest.mark.parametrize("case", RERUNS.values(), ids=RERUNS)
def test_a_change_runs_the_pages_that_show_it_and_no_others(project: Project, case: dict[str, Any]) -> None:
    edit(project.root / case["file"], case["old"], case["new"])
    if case["file"].startswith("data"):
        seal_again(project, "2021")
    told = {name: found for name in NAMES if (found := "; ".join(why(project, name)))}
    assert told.keys() == case["runs"].keys()
    assert [found for name, found in told.items() if case["runs"][name] not in found] == []


def test_all_that_makes_a_page_is_compared(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    edit(project.chapters / "nl" / "sector.ipynb", "blocks.show(", "blocks.show (")
    edit(project.chapters / "pages.yml", "sector: mbo}", "sector: po_vo}")
    (project.root / "requirements.lock").write_bytes(b"\xff")
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    files, root = fingerprint.library_files()
    library = tmp_path / "library"
    shutil.copytree(root, library)
    edit(library / "cli.py", "import", " import")
    monkeypatch.setattr(fingerprint, "own_library", fingerprint.own_library.__wrapped__)
    copies = [library / path.relative_to(root) for path in files]
    monkeypatch.setattr(fingerprint, "library_files", lambda: (copies, library))
    changed = ["chapter", "parameters", "library", "python", "lock"]
    assert why(project, "sector-mbo") == [f"{name} changed" for name in changed]


def test_a_page_with_a_damaged_mark_or_notebook_runs_again(project: Project) -> None:
    assert "koploper" in mentions(notebooks(project), ["ind088-nl-2020"])
    mark = fingerprint.state_file(notebooks(project), "koploper")
    whole = mark.read_text(encoding="utf-8")
    edit(notebooks(project) / "koploper.ipynb", '"cells"', '"cell"')
    assert why(project, "koploper") == ["its executed notebook was changed or damaged"]
    assert "koploper" not in mentions(notebooks(project), ["ind088-nl-2020"])
    code = '"ingredients": {'
    for old, new in ((code, f'{code}"code": 5, '), ('"reads"', '"read"'), ("[{", "{"), ("[", "[" * 99_999)):
        mark.write_text(whole, encoding="utf-8")
        edit(mark, old, new)
        assert why(project, "koploper") == ["it has not run to the end yet"], old


def test_each_file_of_the_project_counts_for_the_book_also_one_that_keeps_its_size_and_time(project: Project) -> None:
    edit(project.chapters / "pages.yml", "colofon: {reads: [", "colofon: {reads: [bijlage.txt, ")
    seen = {fingerprint.hash_inputs(project)}
    for name in (b"bijlage.txt", b"data/\xff", b"chapters/\xff", b"chapters/\xfe"):  # also one whose name is no text
        path = project.root / os.fsdecode(name)
        path.write_text("1")
        seen.add(fingerprint.hash_inputs(project))
    before = path.stat()
    time.sleep(0.02)  # as fine as a file system counts
    path.write_text("2")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert len(seen | {fingerprint.hash_inputs(project)}) == 6


def test_an_answer_has_a_hash_of_all_that_it_holds_in_whichever_process() -> None:
    long, short = (pd.DataFrame({"id": [f"R{row}" for row in range(rows)], "value": 0.5}) for rows in (200, 3))
    others = [long.replace({"id": "R100"}, "other"), long.assign(value=[0.5] * 100 + [0.7] + [0.5] * 99)]
    others += [short.assign(value=0.5000000000001), short.assign(value="0.5"), short.set_index("id")]
    for one, other in zip((long, long, short, short, short), others, strict=True):
        for wrap in (lambda answer: answer, lambda answer: {"a": [answer]}, lambda answer: (1, answer)):
            assert digest(wrap(one)) == digest(wrap(one.copy()))
            assert digest(wrap(one)) != digest(wrap(other)), (one, other)
    assert digest(set("hgfedcba")) == digest([*"abcdefgh"]), "the order of a set differs from process to process"


def test_a_build_that_has_nothing_to_do_waits_for_no_library() -> None:
    slow = {"babel", "bs4", "jsonschema", "matplotlib", "nbformat", "openpyxl", "pandas", "sphinx"}
    code = f"""import sys
from na_report.base.paths import find_project
from na_report.commands.build import Book, folders, hash_inputs, is_current, known_language
project = find_project()
is_current(Book(project, folders.newest_edition(project), known_language(project, "")), hash_inputs(project), ["html"])
print(*{slow} & {{*sys.modules}})"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


# A sweep: all combinations of a grid, each once in the table

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
    return list(pd.read_csv(folder / "index.csv", dtype=str, keep_default_na=False)[name])


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


def test_a_stopped_sweep_tells_what_is_left(small: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(stale: Sequence[Page], jobs: int) -> Any:
        raise KeyboardInterrupt

    assert swept(small, tmp_path, "proef", "number=1") == (0, "")
    monkeypatch.setattr("na_report.commands.run.local_pool", stopped)
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
def test_on_a_cluster_no_run_is_lost_or_doubled(small: Project, tmp_path: Path, dask: Any, event: str) -> None:
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


def test_a_scheduler_that_is_not_there_is_named(
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
