"""Warm kernels: the same outputs as kernels that start from nothing, and nothing left running."""

import os
import subprocess
from pathlib import Path

import nbformat
import pytest
from conftest import one_of_a_kind
from small_book import changed

from na_report.base.errors import ChapterError
from na_report.base.paths import Project
from na_report.processes.forked import Server
from na_report.running.execution import run_pages
from na_report.running.pages import all_pages, choose

BASE = {"edition": "2021"}
SERVER = "multiprocessing.forkserver"


def add_cell(project: Project, code: str, page: str = "koploper", after: int | None = None) -> None:
    """Adds a cell of code to a chapter, after so many of its cells or all of them; the others go."""
    with changed(project.chapters / "nl" / f"{page}.ipynb") as notebook:
        notebook.cells = [*notebook.cells[:after], nbformat.v4.new_code_cell(code, id="proef")]


def run(project: Project, folder: Path, *names: str) -> None:
    run_pages(project, choose(all_pages(project), names), BASE, folder)


def last_output(path: Path) -> str:
    return str(nbformat.read(path, as_version=4).cells[-1].outputs)


def kernels(parent: int = os.getpid()) -> list[int]:
    """Returns the processes that the fork server of a process runs for kernels."""
    found = []
    for server in children(parent):
        if SERVER in Path(f"/proc/{server}/cmdline").read_text():
            found += children(server)
    return found


def children(parent: int) -> list[int]:
    listed = subprocess.run(["pgrep", "--parent", str(parent)], capture_output=True, text=True, check=False).stdout
    return [int(pid) for pid in listed.split()]


def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has kernels start from nothing."""
    monkeypatch.setattr(Server, "start", lambda chapters: None)
    monkeypatch.setattr(Server, "folder", "")


def test_a_page_that_dies_is_named_and_leaves_nothing_running(project: Project, tmp_path: Path) -> None:
    add_cell(project, "import os\nos.kill(os.getpid(), 9)")
    with pytest.raises(ChapterError, match=r"koploper.ipynb, cell \d+ \(proef, 'import os'\): its kernel died"):
        run(project, tmp_path, "koploper", "kanttekeningen")
    assert (tmp_path / "kanttekeningen.ipynb").is_file()
    assert kernels() == []


DAEMON = """import os, time
if not os.fork():
    os.setsid()
    os.fork() or os.execvp("sleep", ["sleep", "SECONDS"])
    os._exit(0)
time.sleep(0.2)"""
SESSION = "import os, subprocess\nsubprocess.Popen(['sleep', 'SECONDS'], start_new_session=True)"


@pytest.mark.parametrize("code", one_of_a_kind([DAEMON, SESSION]), ids=["daemon", "session of its own"])
def test_what_a_cell_leaves_running_ends_with_the_run(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    seconds = f"83{os.getpid()}"  # no other process sleeps as long
    monkeypatch.syspath_prepend(Path.cwd())
    looks = f"import sys\nopen(f'/proc/{{os.getppid()}}/cmdline').read(), {str(Path.cwd())!r} in sys.path"
    add_cell(project, f"{code.replace('SECONDS', seconds)}\n{looks}")
    run(project, tmp_path, "koploper")
    said = last_output(tmp_path / "koploper.ipynb")
    assert SERVER in said, "it was forked from the server"
    assert "False)" in said, "it looks for modules where a kernel does, not where this process does"
    assert subprocess.run(["pgrep", "--full", f"sleep {seconds}"], check=False).returncode == 1


@pytest.mark.slow("a race that is rarely lost, so it is run eight times")
def test_the_first_words_of_a_kernel_are_not_lost(project: Project, tmp_path: Path) -> None:
    add_cell(project, "for number in range(50):\n    print(number, flush=True)", after=1)
    for _ in range(8):
        run(project, tmp_path, "koploper")
        said = nbformat.read(tmp_path / "koploper.ipynb", as_version=4).cells[-1].outputs
        assert "".join(output.text for output in said).split() == [str(number) for number in range(50)]
