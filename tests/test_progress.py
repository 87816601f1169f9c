"""What a run of pages shows, and that Ctrl-C leaves nothing running."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_kernels import servers

from na_report.base.paths import Project
from na_report.commands.progress import Progress
from na_report.running.execution import Run


def test_a_terminal_sees_which_pages_are_running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")  # one that is called dumb is shown no progress
    leader, follower = pty.openpty()
    with os.fdopen(follower, "w") as terminal:
        with Progress(terminal) as progress:
            progress.going(0, 2, ["kort", "koploper"])
            progress.ended(Run("kort", Path("kort.ipynb"), 1.0))
            progress.going(1, 2, ["koploper"])
            progress.ended(Run("koploper", Path("koploper.ipynb"), 2.0, "mis"))
        text = ""
        while select.select([leader], [], [], 1)[0]:  # a terminal gives what it has in pieces
            text += os.read(leader, 1000).decode()
    os.close(leader)
    assert "0 of 2 pages, 0 s, running: kort, koploper" in text
    assert text.index("1 of 2 pages") > text.index("kort                               1.0 s")
    assert "2.0 s  FAILED" in text


def test_ctrl_c_ends_a_run_and_leaves_nothing(project: Project) -> None:
    command = [sys.executable, "-m", "na_report.cli", "run", "sector", "inleiding", "koploper", "--edition", "2021"]
    run = subprocess.Popen(command, cwd=project.root, stderr=subprocess.PIPE, text=True, start_new_session=True)
    end = time.monotonic() + 20
    while not list(project.root.glob("_build/2021/nl/notebooks/*.ipynb")) and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)
    _, error = run.communicate(timeout=20)
    assert run.returncode == 130
    assert "stopped by the keyboard" in error
    assert "Traceback" not in error
    end = time.monotonic() + 10
    while working(project) and time.monotonic() < end:
        time.sleep(0.1)
    assert working(project) == []
    assert servers(project.root) == []


def working(project: Project) -> list[int]:
    """Returns the processes in the folders of a project."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if (path / "cwd").readlink() in (project.root, project.chapters):
                found.append(int(path.name))
        except OSError:
            continue
    return found
