"""Stopped anywhere: nothing is damaged, nothing half counts as whole, and the next run works; a small part of the long run.

`scripts/crash_test.py` runs hundreds of tries; docs/trust.md tells how many and what came of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import crash_test
import pytest
from conftest import ROOT
from crash_operations import Copy, DamageError, Export, Operation, Publish
from crash_test import DONE, Fault, faults, run, trial

from na_report.paths import Project

CANT = 77


def crash(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/crash_test.py", "--seed", "7", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)


@pytest.mark.slow("each fault stops and starts the program again")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--fault", "step", "--only", "import", "--count", "2"),
        ("--fault", "step,quota", "--only", "copy,seal,export,publish,site", "--count", "4"),
        ("--fault", "disk,readonly", "--only", "copy,export,publish", "--count", "2"),
    ],
    ids=lambda arguments: "-".join(arguments[1:4:2]),
)
def test_nothing_is_damaged(arguments: tuple[str, ...]) -> None:
    done = crash(*arguments)
    if done.returncode == CANT:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stderr
    assert " tries: " in done.stdout


def test_a_full_disk_is_told_with_what_to_do(project: Project) -> None:
    command = [sys.executable, "-m", "na_report.cli", "edition", "copy", "2021", "2027"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=project.root, check=False, preexec_fn=crash_test.files_up_to(1000)
    )
    assert done.returncode == 2
    assert done.stderr.count("error:") == done.stderr.count("hint:") == 1
    assert "Make room on the disk" in done.stderr
    assert not (project.data / "2027").exists()


def damages(operation: Operation, count: int = 100) -> list[str]:
    found = []
    for fault in faults("step", operation, count, crash_test.random.Random(1)):
        try:
            trial(operation, fault)
        except DamageError as damage:
            found.append(str(damage))
    return found


@pytest.mark.slow("it tries the crash tests, which are slow themselves")
def test_an_edition_that_is_copied_in_sight_is_found_out(tmp_path: Path) -> None:
    class InSight(Copy):
        def act(self) -> None:
            folder = self.project.data / "2099"
            folder.mkdir()
            for name, content in self.old.items():
                (folder / name).write_bytes(content)

    assert any("neither as before nor whole" in damage for damage in damages(InSight(Project(ROOT), tmp_path / "copy")))


@pytest.mark.slow("it tries the crash tests, which are slow themselves")
def test_a_book_whose_mark_is_not_taken_away_first_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the hashes the old mark would hold for any mixture of old and new.
    monkeypatch.setattr("na_report.publishing.published.forget", lambda book: None)
    monkeypatch.setattr("na_report.publishing.published.hash_part", lambda path: "x" if path.exists() else "")
    assert any("counts as" in damage for damage in damages(Publish(Project(ROOT), tmp_path / "publish")))


def test_a_workbook_that_is_left_half_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(path: Path, content: bytes) -> None:
        path.write_bytes(content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    operation = Export(Project(ROOT), tmp_path / "export")
    monkeypatch.setattr("na_report.evidence.workbook_export.write_whole", half)
    with pytest.raises(DamageError, match="neither as before nor whole"):
        trial(operation, Fault("none"))


def test_a_child_tells_how_it_ended() -> None:
    assert run(lambda: None, Fault("none")) == DONE
    assert run(lambda: os.kill(os.getpid(), 9), Fault("none")) == -9
