"""One at a time: the second is told who is at it and what to do; the dead hold nobody up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from na_report.base.locks import BusyError, locked
from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.book.published import held
from na_report.editions.edition import copy_edition, seal_edition

HOLD = (
    "import sys, time; from pathlib import Path; from na_report.base.locks import locked\n"
    "with locked(Path(sys.argv[1]), 'It'): print('held', flush=True); time.sleep(60)"
)


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
        command = [sys.executable, "-m", "na_report.cli", "build", "--edition", "2021"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=project.root, check=False)
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


@pytest.mark.parametrize("name", ["2027", "2027b"])
def test_an_edition_is_made_by_one_process_at_a_time(project: Project, name: str) -> None:
    with holder(project.data / ".2027.lock"):
        if name == "2027":
            with pytest.raises(BusyError):
                copy_edition("2021", name, project)
        else:
            copy_edition("2021", name, project)
    assert (project.data / name).exists() == (name != "2027")


def test_an_edition_is_sealed_by_one_process_at_a_time(project: Project) -> None:
    copy_edition("2021", "2027", project)
    with holder(project.data / ".2027.lock"), pytest.raises(BusyError):
        seal_edition("2027", project)


def test_what_a_dead_process_left_goes_and_what_a_living_one_makes_stays(project: Project) -> None:
    for name in ("2030", "2031"):
        (project.data / f".{name}.partial").mkdir()
    with holder(project.data / ".2031.lock"):
        copy_edition("2021", "2027", project)
        left = {path.name for path in project.data.iterdir()}
    assert left == {"2021", "2026", "2027", "about.yml", ".2031.lock", ".2031.partial"}


def test_a_book_that_is_being_made_is_left_alone(project: Project) -> None:
    book = Book(project, "2021", "nl")
    with held(book), pytest.raises(BusyError), held(book):
        pass


def test_no_two_processes_are_in_at_once(tmp_path: Path) -> None:
    count = (
        "import sys, time; from pathlib import Path; from na_report.base.locks import BusyError, locked\n"
        "folder = Path(sys.argv[1]); done = 0\n"
        "while done < 100:\n"
        "    try:\n"
        "        with locked(folder / 'lock', 'It'):\n"
        "            number = int((folder / 'number').read_text())\n"
        "            (folder / 'number').write_text(str(number + 1))\n"
        "            done += 1\n"
        "    except BusyError: pass\n"
    )
    (tmp_path / "number").write_text("0")
    processes = [subprocess.Popen([sys.executable, "-c", count, str(tmp_path)]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert (tmp_path / "number").read_text() == "300"
