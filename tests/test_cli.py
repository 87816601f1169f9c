"""The command line: exit codes, one error and one hint, no traceback without --debug."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import ROOT, Change

from na_report.paths import Project


def na_report(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "na_report.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=project.root, check=False)


def test_verify_says_that_an_edition_is_fine(project: Project) -> None:
    done = na_report(project, "edition", "verify", "2021")
    assert done.returncode == 0
    assert "2021" in done.stdout


def test_verify_exits_1_and_names_the_problem(project: Project, change: Change) -> None:
    change("observations", "IND007-NL-2019", "value", "veel")
    done = na_report(project, "edition", "verify")
    assert done.returncode == 1
    assert "observations.csv, row 8, column value: found 'veel'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "nowhere"),
        ("run", "sector-mbo", "-p", "sectr", "mbo"),
        ("build", "--format", "docx"),
        ("build", "-e", "1999"),
    ],
)
def test_wrong_use_exits_2_with_error_and_hint(project: Project, arguments: tuple[str, ...]) -> None:
    done = na_report(project, *arguments)
    assert done.returncode == 2
    assert done.stderr.count("error:") == 1
    assert done.stderr.count("hint:") == 1
    assert "Traceback" not in done.stderr


def test_debug_shows_the_traceback(project: Project) -> None:
    assert "Traceback" in na_report(project, "--debug", "run", "nowhere").stderr


def test_outside_a_project_the_error_says_where_to_go(tmp_path_factory: pytest.TempPathFactory) -> None:
    done = na_report(Project(tmp_path_factory.mktemp("empty")), "edition", "list")
    assert done.returncode == 2
    assert "_toc.yml" in done.stderr


def test_the_commands_of_the_readme_exist() -> None:
    import re

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:`|^)make ([a-z]+)\b", readme, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"
    for command in set(re.findall(r"na-report ((?:edition )?[a-z]+)", readme)):
        help_text = na_report(Project(ROOT), *command.split(), "--help")
        assert help_text.returncode == 0, command
