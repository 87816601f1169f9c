"""Warm kernels: the same outputs as kernels that start from nothing, and nothing left running."""

import os
import socket
import subprocess
from contextlib import nullcontext, suppress
from pathlib import Path

import nbformat
import pytest
from conftest import one_of_a_kind, wait
from small_book import changed

from na_report.base.errors import ChapterError
from na_report.base.paths import Project
from na_report.processes import kernels
from na_report.running.execution import run_pages
from na_report.running.pages import all_pages, choose

BASE = {"edition": "2021"}
SERVER = "na_report.processes.forkserver"


def add_cell(project: Project, code: str, page: str = "koploper", after: int | None = None) -> None:
    """Adds a cell of code to a chapter, after so many of its cells or all of them; the others go."""
    with changed(project.chapters / "nl" / f"{page}.ipynb") as notebook:
        notebook.cells = [*notebook.cells[:after], nbformat.v4.new_code_cell(code, id="proef")]


def run(project: Project, folder: Path, *names: str) -> None:
    run_pages(project, choose(all_pages(project), names), BASE, folder)


def last_output(path: Path) -> str:
    return str(nbformat.read(path, as_version=4).cells[-1].outputs)


def processes(pattern: str) -> list[str]:
    """Returns the processes that this one started or adopted whose command has a text in it."""
    command = ["pgrep", "--full", "--parent", str(os.getpid()), pattern]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()


def servers(folder: Path) -> list[Path]:
    """Returns the servers of kernels that work in a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if SERVER.encode() in (path / "cmdline").read_bytes() and (path / "cwd").readlink() == folder:
                found.append(path)
    return found


def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has kernels start from nothing."""
    monkeypatch.setattr(kernels, "warm_kernels", lambda chapters: nullcontext())


def asked(name: str) -> kernels.ForkedKernel:
    """Returns a warm kernel, which waits for a client."""
    folder = Path(os.environ[kernels.SERVER]) / name
    folder.mkdir()
    arguments = ["-f", f"{folder}/k.json", "--IPKernelApp.transport=ipc", f"--IPKernelApp.ip={folder}/k"]
    kernel = kernels.ForkedKernel(arguments, str(folder), os.environ)
    assert wait((folder / "k.json").exists)
    return kernel


@pytest.mark.parametrize(
    "said", [b"", b"{\n", b'{"arguments": [], "folder": "/", "environment": {}}\n'], ids=["nothing", "half", "all"]
)
def test_who_asks_for_a_kernel_and_goes_takes_no_other_along(capfd: pytest.CaptureFixture[str], said: bytes) -> None:
    with kernels.warm_kernels([]):
        one, other = asked("one"), asked("other")
        with socket.socket(socket.AF_UNIX) as gone:
            gone.connect(f"{os.environ[kernels.SERVER]}/{kernels.SOCKET}")
            gone.sendall(said)
        one.send_signal(9)
        assert one.wait() == one.poll() == 0
        assert other.poll() is None
    assert other.poll() == 0
    assert processes(SERVER) == []
    assert capfd.readouterr().err == ""


def test_a_page_that_dies_is_named_and_leaves_nothing_running(project: Project, tmp_path: Path) -> None:
    add_cell(project, "import os\nos.kill(os.getpid(), 9)")
    with pytest.raises(ChapterError, match=r"koploper.ipynb, cell \d+ \(proef, 'import os'\): its kernel died"):
        run(project, tmp_path, "koploper", "kanttekeningen")
    assert (tmp_path / "kanttekeningen.ipynb").is_file()
    assert processes(SERVER) == []


DAEMON = """import os, time
if not os.fork():
    os.setsid()
    os.fork() or os.execvp("sleep", ["sleep", "SECONDS"])
    os._exit(0)
time.sleep(0.2)"""
SESSION = "import os, subprocess\nsubprocess.Popen(['sleep', 'SECONDS'], start_new_session=True)"


@pytest.mark.parametrize("code", one_of_a_kind([DAEMON, SESSION]), ids=["daemon", "session of its own"])
def test_what_a_cell_leaves_running_ends_with_the_run(project: Project, tmp_path: Path, code: str) -> None:
    seconds = f"83{os.getpid()}"  # no other process sleeps as long
    add_cell(project, f"{code.replace('SECONDS', seconds)}\nopen(f'/proc/{{os.getppid()}}/cmdline').read()")
    run(project, tmp_path, "koploper")
    assert SERVER in last_output(tmp_path / "koploper.ipynb"), "it was forked from the server"
    assert subprocess.run(["pgrep", "--full", f"sleep {seconds}"], check=False).returncode == 1


@pytest.mark.slow("a race that is rarely lost, so it is run eight times")
def test_the_first_words_of_a_kernel_are_not_lost(project: Project, tmp_path: Path) -> None:
    add_cell(project, "for number in range(50):\n    print(number, flush=True)", after=1)
    for _ in range(8):
        run(project, tmp_path, "koploper")
        said = nbformat.read(tmp_path / "koploper.ipynb", as_version=4).cells[-1].outputs
        assert "".join(output.text for output in said).split() == [str(number) for number in range(50)]
