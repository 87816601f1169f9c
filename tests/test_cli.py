"""The command line: exit codes, one error and one hint, no traceback without --debug, and whatever its streams are."""

import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import CLI, alter, cases, na_report, program
from small_book import only_pages, write_chapter

from na_report.base.files import contents
from na_report.base.paths import ADDRESS, Project
from na_report.commands.arguments import make_parser
from na_report.commands.run import progress
from na_report.running.execution import Run
from na_report.running.pages import agreeing, all_pages, choose
from na_report.screen.describing import site_address


def notebook(cells: Sequence[object], **other: object) -> str:
    """Returns a notebook of cells of code that are sound except for what they are given."""
    sound = {"cell_type": "code", "metadata": {}, "source": [], "outputs": [], "execution_count": None}
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}} | other
    made = [sound | {"id": f"c{n}"} | cell if isinstance(cell, dict) else cell for n, cell in enumerate(cells, 1)]
    return json.dumps(whole | {"cells": made})


@pytest.mark.parametrize("case", cases("refused"), ids=lambda case: case["command"])
def test_what_is_wrong_is_told_and_changes_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, case: dict[str, Any]
) -> None:
    (project.root / "elsewhere").symlink_to("data/2021")
    (project.root / "loop").symlink_to("loop")
    for name, value in case.get("surroundings", {}).items():
        monkeypatch.setenv(name, value)
    for name, content in case.get("given", {}).items():
        (project.root / name).parent.mkdir(exist_ok=True)
        text = content if isinstance(content, str) else notebook(**content)
        (project.root / name).write_bytes(text.encode("latin-1"))
    before = contents(project.root)
    done = na_report(project, *shlex.split(case["command"]))
    assert contents(project.root) == before
    said = done.stderr
    assert (done.returncode, said.count("error:"), said.count("hint:"), "Traceback" in said) == (2, 1, 1, False), said
    expected = [case["says"]] if isinstance(case["says"], str) else case["says"]
    assert [text for text in expected if text not in said] == [], said
    assert [text for text in case.get("never", []) if text in said] == [], said


def test_what_is_no_wrong_use(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert make_parser().parse_args(["run", "-p", "title", ""]).parameters == {"title": ""}
    assert "Traceback" in na_report(project, "--debug", "run", "nowhere").stderr
    assert "_toc.yml" in na_report(Project(tmp_path), "edition", "list").stderr, "which tells where to go"
    named = agreeing(choose(all_pages(project), ["sector"]), {"sector": "ho"})
    assert [page.name for page in named] == ["sector-hoger-onderwijs"]
    for address in ("https://example.org", "http://localhost:8000/a/", "https://a.nl/~an/%C3%A9", "https://a.nl/@an/"):
        monkeypatch.setenv(ADDRESS, address)
        assert site_address(project) == f"{address.rstrip('/')}/"


def test_verify_tells_what_is_fine_and_exits_1_where_it_is_not(project: Project) -> None:
    done = na_report(project, "edition", "verify", "2021")
    assert (done.returncode, done.stdout[:12]) == (0, "edition 2021")
    alter(project, "2021", "observations IND007-NL-2019 value veel")
    for name in ("x.xlsx", ".DS_Store"):
        (project.data / "2026" / name).touch()
    for name in ("notes.csv", "datapackage.json"):  # a pipe is named, and not waited for
        (project.data / "2021" / name).unlink()
        os.mkfifo(project.data / "2021" / name)
    done = program(project, "edition", "verify")
    said = [
        *("1 problem:", "observations.csv, row 8, column value: found 'veel'", "notes.csv: found 'no file"),
        *("datapackage.json: found 'no file", "x.xlsx: found 'x.xlsx', expected only tables of the schema"),
    ]
    assert (done.returncode, [text for text in said if text not in done.stderr]) == (1, []), done.stderr


def test_the_advice_for_cells_without_ids_helps(project: Project) -> None:
    declaring = {"metadata": {"tags": ["parameters"]}, "source": 'edition: str = "2021"\nlanguage: str = "nl"'}
    found = json.loads(notebook([declaring, {"id": "twice"}, {"id": "twice"}], nbformat_minor=2))
    del found["cells"][0]["id"]
    (project.chapters / "nl" / "koploper.ipynb").write_text(json.dumps(found), encoding="utf-8")
    explain = ("explain", "koploper", "--edition", "2021")
    command = na_report(project, *explain).stderr.partition(' -c "')[2].strip('"\n')
    subprocess.run([sys.executable, "-W", "ignore", "-c", command], cwd=project.root, check=True)
    assert na_report(project, *explain).stderr == ""


def test_the_streams_of_a_command_may_be_gone_closed_or_poor(project: Project) -> None:
    def shell(command: str, **env: str) -> subprocess.CompletedProcess[str]:
        said = ["bash", "-c", command.replace("CLI", shlex.join(CLI))]
        return subprocess.run(said, cwd=project.root, env=os.environ | env, capture_output=True, text=True, check=False)

    done = shell("CLI edition verify | true; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) == (141, ""), "who stops reading stops the command, and that is no success"
    assert shell("CLI edition copy 2021 2022 <&- >&- 2>&-").returncode == 0
    assert (project.data / "2022" / "sources.csv").is_file()
    assert "agenda\\u2019s" in shell("CLI check --edition 2021", PYTHONIOENCODING="ascii").stdout


@pytest.mark.slow("a race between a build and who saves")
def test_a_chapter_that_changes_its_sources_makes_no_book(project: Project) -> None:
    only_pages(project, "index", "kort")
    write_chapter(project, "index", "# Begin")
    write_chapter(project, "kort", "# Kort", "import os\nos.system('echo x >> ../../data/2026/notes.csv')")
    done = na_report(project, "build", "--edition", "2021", "--format", "html")
    assert done.returncode == 1
    assert "changed while the book was being made" in done.stderr
    assert not (project.root / "_build" / "2021" / "nl" / "build.json").exists()


def test_a_terminal_sees_which_pages_are_running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")  # one that is called dumb is shown no progress
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", terminal)
    with progress() as watch:
        watch([], 0, 2, ["kort", "koploper"])
        watch([Run("kort", Path("kort.ipynb"), 1.0)], 1, 2, ["koploper"])
        watch([Run("koploper", Path("koploper.ipynb"), 2.0, "mis")], 2, 2, [])
    seen = r"running: kort, koploper.*kort {10,}1\.0 s\n.*1 of 2 pages, 0 s, running: koploper.* 2\.0 s  FAILED\n"
    assert re.search(seen, terminal.getvalue(), re.DOTALL)
