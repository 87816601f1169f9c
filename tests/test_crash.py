"""Stopped anywhere, or two at once: nothing is damaged, nothing half counts as whole, the next run works and leaves nothing.

Faults: `kill` ends the process just before one of its file operations, `full` lets it make nothing any more from one of them
on, as on a full disk, `readonly` refuses all of them, and `quota` lets no file grow beyond a size. CRASH_TRIES says how many.
"""

import ctypes
import errno
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import CLI, PATIENCE, ROOT, at_work, na_report, wait
from small_book import PDFS, built, only_pages, write_chapter

from na_report.base.errors import NaReportError
from na_report.base.files import BusyError, contents, locked, partial_of, put_in_place
from na_report.base.paths import Project
from na_report.book.book import Book, is_current, is_whole
from na_report.book.site import write_site
from na_report.editions.edition import copy_edition, seal_edition
from na_report.running.fingerprint import hash_inputs
from na_report.workbook.exporting import export_edition
from na_report.workbook.importing import import_edition

OLD, NEW = "2021", "2099"
TRIES = int(os.environ.get("CRASH_TRIES", "3"))
DONE, WRONG, REFUSED = 0, 1, 3
FORK = multiprocessing.get_context("fork")
# What Python tells before it changes a file; its first argument is the path.
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "open")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
Act = Callable[[], object]


def importing(project: Project) -> Act:
    workbook = export_edition(OLD, project.root / "evidence.xlsx", project)
    return lambda: import_edition(workbook, NEW, project)


def sealing(project: Project) -> Act:
    copy_edition(OLD, NEW, project)
    return lambda: seal_edition(NEW, project)


def exporting(project: Project) -> Act:
    (project.root / "out").mkdir()
    (project.root / "out" / "evidence.xlsx").write_bytes(b"an older workbook")
    return lambda: export_edition(OLD, project.root / "out" / "evidence.xlsx", project, force=True)


def publishing(project: Project, word: str = "old") -> Act:
    built(project, OLD, "index", *(f"{word}-{number}" for number in range(20)), inputs=word)
    return lambda: publishing(project, "new")


def laying_out(project: Project) -> Act:
    renew, book = publishing(project), Book(project, OLD, "nl")
    write_site([book])
    renew()
    return lambda: write_site([book])


# What is done, and where the files lie that it makes or changes.
OPERATIONS: dict[str, tuple[Callable[[Project], Act], str]] = {
    "import": (importing, f"data/{NEW}"),
    "copy": (lambda project: lambda: copy_edition(OLD, NEW, project), f"data/{NEW}"),
    "seal": (sealing, f"data/{NEW}"),
    "export": (exporting, "out"),
    "publish": (publishing, f"_build/{OLD}/nl"),
    "site": (laying_out, "_build/site"),
}


class Operation:
    """Something that changes files, in a project of its own."""

    def __init__(self, project: Project, prepare: Callable[[Project], Act], place: str) -> None:
        self.project, self.place, self.saved = project, project.root / place, project.root.with_name("saved")
        self.book = Book(project, OLD, "nl")
        shutil.rmtree(project.data / "2026")  # which only takes time
        self.edition = contents(project.data / OLD)
        self.act = prepare(project)
        shutil.copytree(project.root, self.saved)
        self.old = self.result()
        self.act()
        self.new = self.result()
        assert self.new != self.old

    def undo(self) -> None:
        shutil.rmtree(self.project.root)
        shutil.copytree(self.saved, self.project.root)
        os.chdir(self.project.root)  # as the one before is gone

    def result(self) -> dict[str, bytes]:
        """Returns the files in sight: pages and PDFs of a book, else all."""
        only = ("html/", *PDFS) if self.place == self.book.folder else ""
        files = contents(self.place).items()
        return {name: content for name, content in files if name.startswith(only) and not name.startswith(".")}

    def state(self, inputs: str = "new") -> str:
        """Returns `before`, `after`, or `unmarked` for a book that does not count as whole; an error tells of damage."""
        now = self.result()
        assert contents(self.project.data / OLD) == self.edition, f"edition {OLD} changed"
        if self.place == self.book.folder:
            pages, *whole = ({name: each[name] for name in each.keys() - {*PDFS}} for each in (now, self.old, self.new))
            assert pages in whole, "the pages are neither the older nor the new ones"
            if not is_whole(self.book):
                return "unmarked"
            current = is_current(self.book, inputs, ["html", "pdf"])
            assert current == (now == self.new), "an older or mixed book counts as current"
        assert now in (self.old, self.new), f"{len(now)} files, neither as before nor whole and new"
        return "after" if now == self.new else "before"

    def trial(self, prepare: Act) -> str:
        """Does it with a fault and again without; returns what the fault left."""
        self.undo()
        ended, left = in_child(self.act, prepare), self.state()
        assert ended != WRONG and (ended != DONE or left == "after"), f"it ended with {ended}, and the state is {left}"
        if left == "after":
            self.undo()
        assert in_child(self.act) == DONE and self.state() == "after", f"after what left {left}, the next run fails"
        assert not [path for path in self.project.root.rglob(".*") if path.name != ".nojekyll"], "it leaves something"
        return left


def in_child(act: Act, prepare: Act = lambda: None) -> int | None:
    """Lets a child of this process do something, and returns how it ended; negative for a signal."""

    def run() -> None:
        try:
            prepare()
            act()
        except (NaReportError, OSError):
            sys.exit(REFUSED)

    process = FORK.Process(target=run)
    process.start()
    process.join()
    return process.exitcode


def fail(root: Path, kind: str, step: int, count: Any = None) -> None:
    """Lets this process fail at a file operation below a folder, or only counts them."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        reads = event == "open" and not int(str(arguments[2])) & WRITES
        if event not in CHANGES or reads or not str(arguments[0]).startswith(str(root)):
            return
        done.value += 1
        if kind == "kill" and done.value == step:
            os.kill(os.getpid(), signal.SIGKILL)
        elif kind == "readonly" or (kind == "full" and done.value >= step and event in ("open", "os.mkdir")):
            code = errno.EROFS if kind == "readonly" else errno.ENOSPC
            raise OSError(code, os.strerror(code))

    if kind == "quota":
        resource.setrlimit(resource.RLIMIT_FSIZE, (step, step))
        return
    done = count or FORK.Value("i")
    sys.addaudithook(hook)


def steps(kind: str, operation: Operation) -> range:
    """Returns the places where an operation can fail."""
    if kind in ("quota", "readonly"):
        return range(max(map(len, operation.new.values())) if kind == "quota" else 1)
    operation.undo()
    count = FORK.Value("i")
    assert in_child(operation.act, partial(fail, operation.project.root, "count", 0, count)) == DONE
    return range(1, count.value + 1)


@pytest.mark.slow("each fault stops and starts the program again")
@pytest.mark.parametrize("kind", ["kill", "full", "quota", "readonly"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_is_damaged(project: Project, name: str, kind: str) -> None:
    operation = Operation(project, *OPERATIONS[name])
    places = steps(kind, operation)
    for step in random.Random(7).sample(places, min(TRIES, len(places))):
        left = operation.trial(partial(fail, project.root, kind, step))
        assert kind != "readonly" or left == "before", step


def build(root: Path, prepare: Act | None = None) -> subprocess.Popen[bytes]:
    command = [*CLI, "build", "--edition", OLD]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=root, stdout=quiet, stderr=quiet, preexec_fn=prepare)


def building(project: Project) -> Act:
    only_pages(project, "index")
    write_chapter(project, "index", "# Oud")
    assert build(project.root).wait() == DONE
    write_chapter(project, "index", "# Nieuw")
    return lambda: build(project.root).wait()


@pytest.mark.slow("it builds a book again and again")
def test_a_build_that_is_killed_or_has_no_room_damages_nothing(project: Project) -> None:
    start = time.monotonic()
    operation = Operation(project, building, f"_build/{OLD}/nl")
    root, seconds, dice = project.root, (time.monotonic() - start) / 2, random.Random(7)
    inputs = hash_inputs(project)
    for number in range(TRIES):
        operation.undo()
        room = partial(fail, root, "quota", dice.choice(steps("quota", operation))) if number % 3 == 2 else None
        with build(root, room) as process:
            if room is None:
                time.sleep(dice.uniform(0, seconds))
                process.kill()
        assert wait(lambda: not at_work(project)), "what the build started goes on"
        operation.state(inputs)
        assert build(root).wait() == DONE
        assert operation.state(inputs) == "after"
        assert not [path for name in (".*", "*.lock", "made") for path in operation.place.glob(name)]


def test_a_full_disk_is_told_with_what_to_do(project: Project) -> None:
    command, full = [*CLI, "edition", "copy", "2021", "2027"], partial(fail, ROOT, "quota", 1000)
    done = subprocess.run(command, capture_output=True, text=True, cwd=project.root, check=False, preexec_fn=full)
    assert done.returncode == 2
    assert done.stderr.count("error:") == done.stderr.count("hint:") == 1
    assert "Make room on the disk" in done.stderr
    assert not (project.data / "2027").exists()


@contextmanager
def holder(path: Path) -> Iterator[int | None]:
    """Another process that holds a lock; after the block it is dead, though nobody has asked how it ended."""

    def hold() -> None:
        with locked(path, "It"):
            held.set()
            time.sleep(600)

    path.parent.mkdir(parents=True, exist_ok=True)
    held, process = FORK.Event(), FORK.Process(target=hold)
    process.start()
    assert held.wait(PATIENCE)
    try:
        yield process.pid
    finally:
        process.kill()
        os.waitid(os.P_PID, process.pid or 0, os.WEXITED | os.WNOWAIT)


def test_the_second_at_a_thing_is_told_who_is_at_it_and_the_dead_hold_nobody_up(project: Project) -> None:
    data, folder = project.data, project.build("2021", "nl")
    for name in ("2030", "2031"):
        (data / f".{name}.partial").mkdir()
    with holder(folder / "build.lock") as pid, holder(data / ".2031.lock"):
        done = na_report(project, "build", "--edition", "2021")
        with pytest.raises(BusyError):
            copy_edition("2021", "2031", project)
        copy_edition("2021", "2027", project)
        left = {path.name for path in data.iterdir()}
        with holder(data / ".2027.lock"), pytest.raises(BusyError):
            seal_edition("2027", project)
    assert done.returncode == 2
    assert f"The book of edition 2021 (nl) is being made by process {pid}, since 20" in done.stderr
    assert f"kill {pid}" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["build.lock"], "it touched nothing"
    assert left == {"2021", "2026", "2027", "about.yml", ".2031.lock", ".2031.partial"}, "what the dead left goes"
    assert (data / ".2027.lock").exists()
    seal_edition("2027", project)
    assert not (data / ".2027.lock").exists()


def test_no_two_processes_are_in_at_once(tmp_path: Path) -> None:
    def count() -> None:
        done = 0
        while done < 100:
            with suppress(BusyError), locked(tmp_path / "lock", "It"):
                number.write_text(str(int(number.read_text()) + 1))
                done += 1

    number = tmp_path / "number"
    number.write_text("0")
    processes = [FORK.Process(target=count) for _ in range(3)]
    for step in ("start", "join"):
        for process in processes:
            getattr(process, step)()
    assert number.read_text() == "300"


@pytest.mark.parametrize("system", [ctypes.CDLL(None), object()], ids=["exchanged", "in three steps"])
def test_a_folder_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: object) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: system)
    old, new = tmp_path / "2027", partial_of(tmp_path / "2027")
    for folder, text in ((old, "old"), (new, "new")):
        folder.mkdir()
        (folder / "a").write_text(text)
    put_in_place(new, old)
    assert contents(tmp_path) == {"2027/a": b"new"}
