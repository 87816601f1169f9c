"""Limits of a page: what goes over one is named with page, cell, limit and remedy; nothing outlives a build."""

import os
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import CLI, PATIENCE, one_of_a_kind, wait
from test_kernels import add_cell, cold, run

from na_report.base.errors import ChapterError, NaReportError
from na_report.base.paths import Project
from na_report.processes import limits
from na_report.processes.forked import kernel_folder
from na_report.running.pages import all_pages

PAGE = "kanttekeningen"
LARGE = "import numpy\nlen(numpy.zeros(2 * 2**30, dtype='int8'))"
ENDLESS = "while True: pass"
DEAF = "import time\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass"


def failure(project: Project, folder: Path, code: str) -> str:
    add_cell(project, code, PAGE, after=1)
    with pytest.raises(ChapterError) as caught:
        run(project, folder, PAGE)
    assert f"Page {PAGE} failed: chapter {PAGE}.ipynb, cell 2 (proef, " in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("warm", one_of_a_kind([True, False]), ids=["warm", "cold"])
def test_a_cell_that_takes_too_much_memory_is_named_with_the_limit(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm: bool
) -> None:
    monkeypatch.setenv(limits.MEMORY, "1500")
    if not warm:
        cold(monkeypatch)
    message = failure(project, tmp_path, LARGE)
    assert "1500 MB" in message
    assert f"set {limits.MEMORY} higher" in message


# What can only be killed is the harder case.
@pytest.mark.parametrize("code", one_of_a_kind([DEAF, ENDLESS]), ids=["can only be killed", "can be asked to stop"])
def test_a_page_that_takes_too_long_is_stopped_and_named(project: Project, tmp_path: Path, code: str) -> None:
    with (project.chapters / "pages.yml").open("a", encoding="utf-8") as file:
        file.write(f"{PAGE}: {{seconds: 4}}\n")  # a limit of its own
    message = failure(project, tmp_path, code)
    assert "longer than the 4 s" in message
    assert "`seconds` in chapters/pages.yml" in message
    assert f"set {limits.SECONDS} higher" in message
    assert (tmp_path / f"{PAGE}.failed.ipynb").exists() == (code == ENDLESS)


@pytest.mark.parametrize("value", ["", "0", "much", "-1", "1.5", "9" * 30])
def test_a_limit_that_is_no_number_is_wrong_use(project: Project, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    (project.chapters / "pages.yml").write_text(f"{PAGE}: {{seconds: {value}}}\n", encoding="utf-8")
    with pytest.raises(NaReportError, match=rf"pages.yml, {PAGE}, seconds: found .*, expected a whole .* 900"):
        all_pages(project)
    monkeypatch.setenv(limits.MEMORY, value)
    with pytest.raises(NaReportError, match=limits.MEMORY):
        limits.page_limits()


def below(parent: int) -> set[int]:
    """Returns all processes that descend from one and run."""
    listed = subprocess.run(["pgrep", "--parent", str(parent)], capture_output=True, text=True, check=False).stdout
    children = {int(pid) for pid in listed.split()}
    return children.union(*map(below, children))


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


# `kill` tells only the process that a person started; who is killed as a group loses its workers too.
@pytest.mark.parametrize("kill", one_of_a_kind([os.kill, os.killpg]))
def test_nothing_of_a_killed_run_is_left(project: Project, tmp_path: Path, kill: Callable[[int, int], None]) -> None:
    sign = tmp_path / "runs"
    code = "import pathlib, subprocess, time\nsubprocess.Popen(['sleep', '600'], start_new_session=True)\n"
    add_cell(project, f"{code}pathlib.Path({str(sign)!r}).touch()\ntime.sleep(600)", PAGE, after=1)
    command = [*CLI, "run", PAGE, "--edition", "2021"]
    null = subprocess.DEVNULL
    with tempfile.TemporaryDirectory() as temporary:
        env = os.environ | {"TMPDIR": temporary}
        process = subprocess.Popen(command, cwd=project.root, env=env, stdout=null, stderr=null, start_new_session=True)
        assert wait(sign.exists)
        family = below(process.pid)
        assert len(family) > 3, "server, its process for the kernel, kernel and what the cell started"
        [folder] = Path(temporary).iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        kill(process.pid, signal.SIGKILL)
        process.wait(timeout=PATIENCE)
        assert wait(lambda: not any(map(runs, family))), [pid for pid in family if runs(pid)]
        assert wait(lambda: not [*Path(temporary).iterdir()])


def test_a_folder_for_sockets_has_a_short_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("d" * 80)))
    with kernel_folder() as folder:
        assert len(folder) < 80
