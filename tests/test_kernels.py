"""Warm kernels: the same outputs as kernels that start from nothing, and nothing left running."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from conftest import one_of_a_kind

from na_report.base.errors import ChapterError
from na_report.base.paths import Project
from na_report.processes import kernels, private
from na_report.running.execution import run_pages
from na_report.running.pages import all_pages, choose

BASE = {"edition": "2021"}


def servers(folder: Path | None = None) -> list[int]:
    """Returns the kernel servers that work in a folder, or that this process started; never those of someone else."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_bytes()
            mine = (
                (path / "cwd").readlink() == folder
                if folder
                else f"PPid:\t{os.getpid()}\n" in (path / "status").read_text()
            )
        except OSError:
            continue
        if b"na_report.processes.forkserver" in command and mine:
            found.append(int(path.name))
    return found


@pytest.mark.slow("a build under other conditions")
def test_warm_kernels_give_what_cold_ones_give(project: Project, tmp_path: Path) -> None:
    pages = choose(all_pages(project), ["sector-mbo", "koploper", "veranderingen"])
    run_pages(project, pages, BASE, tmp_path / "warm")
    run_pages(project, pages, BASE, tmp_path / "cold", warm=False)
    for page in pages:
        warm, cold = (tmp_path / kind / f"{page.name}.ipynb" for kind in ("warm", "cold"))
        assert warm.read_text(encoding="utf-8") == cold.read_text(encoding="utf-8"), page.name


def test_a_kernel_is_forked_from_the_server(project: Project, tmp_path: Path) -> None:
    path = project.chapters / "nl" / "koploper.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(
        nbformat.v4.new_code_cell("import os, pathlib\npathlib.Path(f'/proc/{os.getppid()}/cmdline').read_text()")
    )
    nbformat.write(notebook, path)
    run_pages(project, choose(all_pages(project), ["koploper"]), BASE, tmp_path)
    [*_, last] = nbformat.read(tmp_path / "koploper.ipynb", as_version=4).cells
    assert "na_report.processes.forkserver" in str(last.outputs)


@pytest.mark.parametrize("kind", ["any folder", "a folder of that name", "a folder in use"])
def test_a_server_takes_away_no_folder_of_someone_else(kind: str, tmp_path: Path) -> None:
    used = private.private_folder()
    place = {"any folder": tmp_path, "a folder of that name": tmp_path / "na-report-x", "a folder in use": Path(used)}[
        kind
    ]
    place.mkdir(exist_ok=True)
    (place / "work.txt").touch()
    start = [sys.executable, "-m", "na_report.processes.forkserver", str(place / "s"), "1"]
    subprocess.run(start, input=b"", check=True)
    assert (place / "work.txt").exists()
    private.remove_folder(used)


def test_a_server_takes_away_the_folder_of_a_process_that_was_killed() -> None:
    code = "import os; from na_report.processes import private as p; print(p.private_folder(), flush=True); os._exit(1)"
    made = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    start = [sys.executable, "-m", "na_report.processes.forkserver", f"{made}/s", "1"]
    subprocess.run(start, input=b"", check=True)
    assert not Path(made).exists()


@pytest.mark.slow("runs a page in both kinds of kernel")
def test_a_warm_kernel_gets_the_arguments_of_a_cold_one(project: Project, tmp_path: Path) -> None:
    path = project.chapters / "nl" / "koploper.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import sys\n[sys.argv[1], *sys.argv[3:]]"))
    nbformat.write(notebook, path)
    shown = []
    for warm in (True, False):
        run_pages(project, choose(all_pages(project), ["koploper"]), BASE, tmp_path, warm=warm)
        shown.append(str(nbformat.read(tmp_path / "koploper.ipynb", as_version=4).cells[-1].outputs))
    assert shown[0] == shown[1]
    assert "-f" in shown[0]


def test_a_kernel_ends_with_who_asked_for_it_and_no_other_does() -> None:
    with kernels.warm_kernels([]):
        one, other = (_started(name) for name in ("one", "other"))
        assert one.poll() is None
        one._connection.close()
        assert _wait(lambda: not Path(f"/proc/{one.pid}").exists())
        assert Path(f"/proc/{other.pid}").exists()
        assert other.poll() is None
        other.kill()
        assert other.wait() == -signal.SIGKILL
        assert other.poll() == -signal.SIGKILL


@pytest.mark.parametrize(
    "said", [b"", b"{", b'{"arguments": [], "folder": "/", "environment": {}}\n'], ids=["nothing", "half", "all"]
)
def test_who_asks_for_a_kernel_and_goes_takes_no_other_along(capfd: pytest.CaptureFixture[str], said: bytes) -> None:
    with kernels.warm_kernels([]):
        for _ in range(3):
            with socket.socket(socket.AF_UNIX) as gone:
                gone.connect(os.environ[kernels.SOCKET])
                gone.sendall(said)
        kernel = _started("stays")
        assert kernel.poll() is None
        kernel.kill()
        kernel.wait()
    assert "Traceback" not in capfd.readouterr().err


def _started(name: str) -> kernels.ForkedKernel:
    """Returns a warm kernel that has its sockets where nothing is left of them."""
    folder = Path(os.environ[kernels.FOLDER]) / name
    folder.mkdir()
    arguments = ["-f", f"{folder}/k.json", "--IPKernelApp.transport=ipc", f"--IPKernelApp.ip={folder}/k"]
    return kernels._ask(os.environ[kernels.SOCKET], arguments, {"cwd": folder})


@pytest.mark.parametrize(("said", "code"), [(b"3\n", 3), (b"0\n", 0), (b"-15\n", -15), (b"", -9)])
def test_a_kernel_has_ended_when_its_server_says_so(said: bytes, code: int) -> None:
    ours, theirs = socket.socketpair()
    ours.settimeout(2)
    kernel = kernels.ForkedKernel(ours, 0)
    assert kernel.poll() is None
    theirs.sendall(said)
    theirs.close()
    assert [kernel.wait(), kernel.poll()] == [code, code]


def test_a_page_that_dies_is_named_and_leaves_nothing_running(project: Project, tmp_path: Path) -> None:
    path = project.chapters / "nl" / "koploper.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import os\nos.kill(os.getpid(), 9)"))
    nbformat.write(notebook, path)
    with pytest.raises(ChapterError, match=r"koploper.ipynb, cell \d+ \(\w+, 'import os'\): its kernel died"):
        run_pages(project, choose(all_pages(project), ["koploper", "kanttekeningen"]), BASE, tmp_path)
    assert (tmp_path / "kanttekeningen.ipynb").is_file()
    assert servers() == []


@pytest.mark.slow("a crash of what starts kernels; pages then run as without it")
def test_a_server_that_can_not_start_leaves_cold_kernels(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "START_SECONDS", 0.2)
    monkeypatch.setattr(kernels, "imported", lambda notebooks: ["--no-such-thing", "x" * 200])
    monkeypatch.setattr(kernels, "private_folder", lambda: str(_deep(tmp_path)))
    run_pages(project, choose(all_pages(project), ["kanttekeningen"]), BASE, tmp_path / "out")
    assert (tmp_path / "out" / "kanttekeningen.ipynb").is_file()


@pytest.mark.slow("a crash of what starts kernels; pages then run as without it")
def test_a_server_that_ended_unused_leaves_cold_kernels(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(kernels.FOLDER, str(tmp_path / "gone"))
    monkeypatch.setenv(kernels.SOCKET, str(tmp_path / "gone" / "s"))
    assert not kernels.is_warm()
    run_pages(project, choose(all_pages(project), ["kanttekeningen"]), BASE, tmp_path / "out", warm=False)
    assert (tmp_path / "out" / "kanttekeningen.ipynb").is_file()


def _deep(folder: Path) -> Path:
    """Returns a folder whose path is too long for a socket."""
    deep = folder / ("d" * 120)
    deep.mkdir(exist_ok=True)
    return deep


def _wait(condition: object, seconds: float = 15) -> object:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()  # type: ignore[operator]
        if found:
            return found
        time.sleep(0.1)
    return condition()  # type: ignore[operator]


@pytest.mark.parametrize(
    "code",
    one_of_a_kind(
        [
            "import os, time\nif not os.fork():\n    os.setsid()\n"
            "    os.fork() or os.execvp('sleep', ['sleep', 'SECONDS'])\n    os._exit(0)\ntime.sleep(0.2)",
            "import subprocess\nsubprocess.Popen(['sleep', 'SECONDS'], start_new_session=True)",
        ]
    ),
    ids=["daemon", "session of its own"],
)
def test_what_a_cell_leaves_running_ends_with_the_run(project: Project, tmp_path: Path, code: str) -> None:
    seconds = f"83{os.getpid()}"  # no other process sleeps as long
    path = project.chapters / "nl" / "koploper.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(code.replace("SECONDS", seconds)))
    nbformat.write(notebook, path)
    run_pages(project, choose(all_pages(project), ["koploper"]), BASE, tmp_path)
    left = subprocess.run(["pgrep", "--full", f"sleep {seconds}"], capture_output=True, text=True, check=False)
    assert left.stdout == ""
