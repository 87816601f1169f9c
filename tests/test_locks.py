"""One at a time: the second is told who is at it and what to do; the dead hold nobody up."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import na_report

from na_report.base.files import BusyError, contents, locked, partial_of, put_in_place
from na_report.base.paths import Project
from na_report.editions.edition import copy_edition, seal_edition

HOLD = """
import sys, time; from pathlib import Path; from na_report.base.files import locked
with locked(Path(sys.argv[1]), 'It'): print('held', flush=True); time.sleep(600)
"""
COUNT = """
import sys; from pathlib import Path; from na_report.base.files import BusyError, locked
number, done = Path(sys.argv[1]) / 'number', 0
while done < 100:
    try:
        with locked(number.with_name('lock'), 'It'):
            number.write_text(str(int(number.read_text()) + 1))
            done += 1
    except BusyError: pass
"""


@contextmanager
def holder(path: Path) -> Iterator[int]:
    """Another process that holds a lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.kill()
        process.communicate()


def test_the_second_build_is_told_who_builds_and_what_to_do(project: Project) -> None:
    with holder(project.build("2021", "nl") / "build.lock") as pid:
        done = na_report(project, "build", "--edition", "2021")
    assert done.returncode == 2
    assert f"The book of edition 2021 (nl) is being made by process {pid}, since 20" in done.stderr
    assert f"kill {pid}" in done.stderr
    assert not (project.build("2021", "nl") / "notebooks").exists(), "it touched nothing"


def test_a_lock_of_a_dead_process_holds_nobody_up(tmp_path: Path) -> None:
    with holder(tmp_path / "lock") as pid:
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert (tmp_path / "lock").exists()
        with locked(tmp_path / "lock", "It"):
            pass
    assert not (tmp_path / "lock").exists()


def test_an_edition_is_made_and_sealed_by_one_process_at_a_time_and_what_the_dead_left_goes(project: Project) -> None:
    for name in ("2030", "2031"):
        (project.data / f".{name}.partial").mkdir()
    with holder(project.data / ".2031.lock"):
        with pytest.raises(BusyError):
            copy_edition("2021", "2031", project)
        copy_edition("2021", "2027", project)
        left = {path.name for path in project.data.iterdir()}
    assert left == {"2021", "2026", "2027", "about.yml", ".2031.lock", ".2031.partial"}
    with holder(project.data / ".2027.lock"), pytest.raises(BusyError):
        seal_edition("2027", project)


def test_no_two_processes_are_in_at_once(tmp_path: Path) -> None:
    (tmp_path / "number").write_text("0")
    processes = [subprocess.Popen([sys.executable, "-c", COUNT, str(tmp_path)]) for _ in range(3)]
    assert [process.wait(600) for process in processes] == [0, 0, 0]
    assert (tmp_path / "number").read_text() == "300"


@pytest.mark.parametrize("system", [ctypes.CDLL(None), object()], ids=["exchanged", "in three steps"])
def test_a_whole_folder_takes_the_place_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: object
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: system)
    old, new = tmp_path / "2027", partial_of(tmp_path / "2027")
    for folder, text in ((old, "old"), (new, "new")):
        folder.mkdir()
        (folder / "a").write_text(text)
    put_in_place(new, old)
    assert contents(tmp_path) == {"2027/a": b"new"}
