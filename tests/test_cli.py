"""The command line: exit codes, one error and one hint, no traceback without --debug, and whatever its streams are."""

import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import CLI, ROOT, Change, cases, copy_of_project, na_report, program
from small_book import only_pages, write_chapter

from na_report.base.files import remove
from na_report.base.paths import ADDRESS, BUILD, Project
from na_report.commands.arguments import make_parser
from na_report.commands.run import Progress
from na_report.running.execution import Run
from na_report.running.pages import agreeing, all_pages, choose
from na_report.screen.describing import site_address

REFUSED = cases("refused")
NOTEBOOK = "chapters/nl/koploper.ipynb"


def notebook(cells: Sequence[object], **other: object) -> str:
    """Returns a notebook of cells of code that are sound except for what they are given."""
    sound = {"cell_type": "code", "metadata": {}, "source": [], "outputs": [], "execution_count": None}
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}} | other
    made = [sound | {"id": f"c{n}"} | cell if isinstance(cell, dict) else cell for n, cell in enumerate(cells, 1)]
    return json.dumps(whole | {"cells": made})


def written_out(text: str) -> str:
    return re.sub(r"«(.) x (\d+)»", lambda found: found[1] * int(found[2]), text)


@contextmanager
def given(project: Project, files: Mapping[str, Any]) -> Iterator[None]:
    """Puts files in a project for as long as a block lasts."""
    paths = {name: project.root / name for name in files}
    before = {path: path.read_bytes() if path.is_file() else None for path in paths.values()}
    for name, content in files.items():
        text = written_out(content) if isinstance(content, str) else notebook(**content)
        paths[name].parent.mkdir(exist_ok=True)
        paths[name].write_bytes(text.encode("latin-1"))
    yield
    for path, content in before.items():
        path.unlink() if content is None else path.write_bytes(content)


def state(project: Project) -> dict[Path, int]:
    """Returns when each file was changed, without the locks."""
    return {
        path: path.lstat().st_mtime_ns
        for path in project.root.rglob("*")
        if path.suffix != ".lock" and not path.is_dir()
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which nothing may change."""
    made = copy_of_project(tmp_path_factory.mktemp("whole"))
    (made.root / "file.txt").touch()
    (made.root / "elsewhere").symlink_to("data/2021")
    (made.root / "loop").symlink_to("loop")
    return made


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["command"])
def test_what_is_wrong_is_told_and_changes_nothing(
    whole: Project, monkeypatch: pytest.MonkeyPatch, case: dict[str, Any]
) -> None:
    for name, value in case.get("surroundings", {}).items():
        monkeypatch.setenv(name, written_out(value))
    with given(whole, case.get("given", {})):
        before = state(whole)
        done = na_report(whole, *shlex.split(case["command"]))
        assert state(whole) == before
    remove(whole.root / BUILD)
    said = done.stderr
    assert done.returncode == 2, said
    assert (said.count("error:"), said.count("hint:"), "Traceback" in said) == (1, 1, False), said
    expected = [case["says"]] if isinstance(case["says"], str) else case["says"]
    assert [text for text in expected if text not in said] == [], said
    assert [text for text in case.get("never", []) if text in said] == [], said


def test_what_is_no_wrong_use(whole: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert make_parser().parse_args(["run", "-p", "title", ""]).parameters == {"title": ""}
    assert "Traceback" in na_report(whole, "--debug", "run", "nowhere").stderr
    assert "_toc.yml" in na_report(Project(tmp_path), "edition", "list").stderr, "which tells where to go"
    named = agreeing(choose(all_pages(whole), ["sector"]), {"sector": "ho"})
    assert [page.name for page in named] == ["sector-hoger-onderwijs"]
    for address in ("https://example.org", "http://localhost:8000/a/", "https://a.nl/~an/%C3%A9", "https://a.nl/@an/"):
        monkeypatch.setenv(ADDRESS, address)
        assert site_address(whole) == f"{address.rstrip('/')}/"


def test_verify_tells_what_is_fine_and_exits_1_where_it_is_not(project: Project, change: Change) -> None:
    done = na_report(project, "edition", "verify", "2021")
    assert (done.returncode, done.stdout[:12]) == (0, "edition 2021")
    change("observations", "IND007-NL-2019", "value", "veel")
    for name in ("x.xlsx", ".DS_Store"):
        (project.data / "2026" / name).touch()
    for name in ("notes.csv", "datapackage.json"):  # a pipe is named, and not waited for
        (project.data / "2021" / name).unlink()
        os.mkfifo(project.data / "2021" / name)
    done = program(project, "edition", "verify")
    assert done.returncode == 1
    assert "observations.csv, row 8, column value: found 'veel'" in done.stderr
    assert "x.xlsx: found 'x.xlsx', expected only tables of the schema and their seal" in done.stderr
    assert "1 problem:" in done.stderr
    assert "notes.csv: found 'no file" in done.stderr and "datapackage.json: found 'no file" in done.stderr


def test_the_commands_of_the_readme_exist() -> None:
    readme, makefile = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "Makefile"))
    for target in re.findall(r"(?:`|^)make ([a-z]+)\b", readme, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"
    for command in set(re.findall(r"na-report ((?:edition )?[a-z]+)", readme)):
        assert na_report(Project(ROOT), *command.split(), "--help").returncode == 0, command


def test_the_advice_for_cells_without_ids_helps(project: Project) -> None:
    declaring = {"metadata": {"tags": ["parameters"]}, "source": 'edition: str = "2021"\nlanguage: str = "nl"'}
    found = json.loads(notebook([declaring, {"id": "twice"}, {"id": "twice"}], nbformat_minor=2))
    del found["cells"][0]["id"]
    (project.root / NOTEBOOK).write_text(json.dumps(found), encoding="utf-8")
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
    with Progress(terminal) as progress:
        progress([], 0, 2, ["kort", "koploper"])
        progress([Run("kort", Path("kort.ipynb"), 1.0)], 1, 2, ["koploper"])
        progress([Run("koploper", Path("koploper.ipynb"), 2.0, "mis")], 2, 2, [])
    text = terminal.getvalue()
    assert "0 of 2 pages, 0 s, running: kort, koploper" in text
    assert text.index("1 of 2 pages") > text.index("kort                               1.0 s")
    assert "2.0 s  FAILED" in text
