"""Limits of a page: what goes over one is named with page, cell, limit and remedy; nothing outlives a build."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from conftest import one_of_a_kind

from na_report.base.errors import ChapterError, NaReportError
from na_report.base.paths import Project
from na_report.processes import limits, private
from na_report.running.execution import run_pages
from na_report.running.pages import all_pages, choose

BASE = {"edition": "2021"}
PAGE = "kanttekeningen"


def with_cell(project: Project, code: str) -> None:
    path = project.chapters / "nl" / f"{PAGE}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [*notebook.cells[:2], nbformat.v4.new_code_cell(code)]
    nbformat.write(notebook, path)


def failure(project: Project, folder: Path, **options: bool) -> str:
    with pytest.raises(ChapterError) as caught:
        run_pages(project, choose(all_pages(project), [PAGE]), BASE, folder, **options)  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.parametrize("warm", one_of_a_kind([True, False]), ids=["warm", "cold"])
def test_a_cell_that_takes_too_much_memory_is_named_with_the_limit(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm: bool
) -> None:
    monkeypatch.setenv(limits.MEMORY, "1500")
    with_cell(project, "import numpy\nlen(numpy.zeros(2 * 2**30, dtype='int8'))")
    message = failure(project, tmp_path, warm=warm)
    assert f"Page {PAGE} failed: chapter {PAGE}.ipynb, cell 3 (" in message
    assert "1500 MB" in message
    assert f"set {limits.MEMORY} higher" in message


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("while True: pass", marks=pytest.mark.slow("what can only be killed is the harder case")),
        "import signal, time\nsignal.signal(2, signal.SIG_IGN)\nwhile True: time.sleep(60)",
    ],
    ids=["can be asked to stop", "can only be killed"],
)
def test_a_page_that_takes_too_long_is_stopped_and_named(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setenv(limits.SECONDS, "6")
    with_cell(project, code)
    message = failure(project, tmp_path)
    assert f"Page {PAGE} failed: chapter {PAGE}.ipynb, cell 3 (" in message
    assert "longer than the 6 s" in message
    assert f"set {limits.SECONDS} higher" in message


@pytest.mark.slow("the same limits from another file")
def test_a_page_can_have_limits_of_its_own(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = project.chapters / "pages.yml"
    text = declared.read_text(encoding="utf-8")
    monkeypatch.setenv(limits.SECONDS, "60")
    declared.write_text(f"{text}{PAGE}: {{seconds: 2}}\n", encoding="utf-8")
    with_cell(project, "while True: pass")
    assert "longer than the 2 s" in failure(project, tmp_path)
    declared.write_text(f"{text}{PAGE}: {{memory_mb: 1400}}\n", encoding="utf-8")
    with_cell(project, "import numpy\nlen(numpy.zeros(2 * 2**30, dtype='int8'))")
    message = failure(project, tmp_path)
    assert "1400 MB" in message
    assert "chapters/pages.yml" in message


@pytest.mark.parametrize("value", ["0", "veel", "1.5", "True"])
def test_a_limit_of_a_page_that_is_no_number_is_named(project: Project, value: str) -> None:
    declared = project.chapters / "pages.yml"
    text = declared.read_text(encoding="utf-8")
    declared.write_text(f"{text}{PAGE}: {{seconds: {value}}}\n", encoding="utf-8")
    with pytest.raises(
        NaReportError, match=rf"pages.yml: page {PAGE}, seconds: found .*{value}.*, expected a whole .* 900"
    ):
        all_pages(project)


@pytest.mark.parametrize("value", ["", "0", "much", "-1", "9" * 30])
def test_a_limit_that_is_no_number_is_wrong_use(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(limits.MEMORY, value)
    with pytest.raises(NaReportError, match=limits.MEMORY):
        limits.page_limits()


def below(parent: int) -> set[int]:
    """Returns all processes that descend from one."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, after = path.read_text().split(" (", 1)
        except OSError:
            continue
        children.setdefault(int(after.rsplit(") ", 1)[1].split()[1]), []).append(int(pid))
    found, todo = set(), [parent]
    while todo:
        mine = children.get(todo.pop(), [])
        found |= {*mine}
        todo += mine
    return found


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


def wait(condition: Callable[[], object], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return bool(condition())


ASKED = pytest.mark.slow("what survives being killed survives being asked")


# `kill` and a closed terminal tell only the process that a person started; who is killed as a group loses its workers too.
@pytest.mark.parametrize(
    ("tell", "number"),
    [
        pytest.param(os.kill, signal.SIGINT, marks=ASKED),
        pytest.param(os.kill, signal.SIGTERM, marks=ASKED),
        (os.kill, signal.SIGKILL),
        pytest.param(os.killpg, signal.SIGKILL, marks=pytest.mark.slow("a crash, of which there is one above")),
    ],
)
def test_nothing_of_a_stopped_run_keeps_running(
    project: Project, tmp_path: Path, tell: Callable[[int, int], None], number: signal.Signals
) -> None:
    sign = tmp_path / "runs"
    with_cell(project, f"import pathlib, time\npathlib.Path({str(sign)!r}).touch()\ntime.sleep(60)")
    command = [sys.executable, "-m", "na_report.cli", "run", PAGE, "--edition", "2021"]
    run = subprocess.Popen(
        command, cwd=project.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    assert wait(sign.exists, 30)
    family = below(run.pid)
    assert len(family) > 2, "worker, server and kernel"
    tell(run.pid, number)
    run.wait(timeout=20)
    assert wait(lambda: not any(runs(pid) for pid in family)), [pid for pid in family if runs(pid)]


def test_sockets_are_private_and_a_dead_process_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(private, "_LONGEST", 1000)
    os.umask(os.umask(0))
    code = "import os; from na_report.processes import private as p; p._LONGEST = 1000; p.private_folder(); os._exit(1)"
    subprocess.run([sys.executable, "-c", code], env=os.environ | {"TMPDIR": str(tmp_path)}, check=False)
    [left] = tmp_path.iterdir()
    mine = Path(private.private_folder())
    assert stat.S_IMODE(mine.stat().st_mode) == 0o700
    assert left.exists(), "a folder may be new and not locked yet"
    monkeypatch.setattr(private, "_NEW_SECONDS", 0)
    other = Path(private.private_folder())
    assert not left.exists()
    assert mine.exists(), "its process runs"
    private.remove_folder(str(mine))
    private.remove_folder(str(other))
    assert [*tmp_path.iterdir()] == []


def test_the_folder_of_someone_else_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(private, "_LONGEST", 1000)
    monkeypatch.setattr(private, "_NEW_SECONDS", 0)
    theirs = tmp_path / "na-report-theirs"
    theirs.mkdir()
    (theirs / ".in-use").touch()
    me = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: me + 1)
    private.remove_folder(private.private_folder())
    assert theirs.exists()
    monkeypatch.setattr(os, "getuid", lambda: me)
    private.remove_folder(private.private_folder())
    assert not theirs.exists()


def test_a_folder_for_sockets_has_a_short_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 80)
    deep.mkdir()
    monkeypatch.setattr(private.tempfile, "tempdir", str(deep))
    folder = private.private_folder()
    assert len(folder) < 80
    private.remove_folder(folder)


def test_a_kernel_that_starts_when_the_time_is_over_is_stopped_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GRACE_SECONDS", 0.1)
    kernel = subprocess.Popen(["sleep", "60"], process_group=0)
    try:
        with limits.within(limits.Limits(1000, 0)):
            time.sleep(1)
            limits.confine(kernel.pid)
            assert kernel.wait(timeout=10) in (-signal.SIGINT, -signal.SIGKILL)
    finally:
        kernel.kill()
