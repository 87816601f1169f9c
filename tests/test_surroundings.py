"""A page comes out the same whatever the user, the folder and the machine have for it, and holds nothing of the run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, cases, copy_of_project
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from small_book import only_pages, parameters, write_notebook

from na_report.base.paths import Project
from na_report.processes.surroundings import cores
from na_report.running.notebooks import normalised

AROUND = cases("surroundings")


def hostile(home: Path) -> dict[str, str]:
    """Fills a home folder, and returns the environment that goes with it."""
    shadows = {f"path/{name}.py": "shadow = True" for name in AROUND["shadows"]}
    for name, text in (AROUND["files"] | shadows).items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text.replace("PYTHON", sys.executable))
    user = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    variables = (each.split("=") for each in AROUND["variables"].split())
    return user | {name: value.replace("HOME", str(home)) for name, value in variables}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A book that was built in hostile surroundings with all streams closed."""
    folder = tmp_path_factory.mktemp("hostile")
    project = copy_of_project(folder)
    for name, (kernel, code) in AROUND["pages"].items():
        cells = [new_markdown_cell(f"# {name.title()}", id="kop"), parameters(), new_code_cell(code, id="proef")]
        named = {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}} if kernel else {}
        write_notebook(project.chapters / "nl", name, *cells, metadata=named)
    only_pages(project, *AROUND["pages"])
    (project.chapters / "nl" / "hulp.py").write_text("x = 3\n")
    for name in AROUND["shadows"]:
        for place in (project.root, project.chapters / "nl"):
            (place / f"{name}.py").write_text("shadow = True\n")
    command = Path(sys.executable).with_name("na-report")
    closed = f"'{command}' build --edition 2026 --format html <&- >&- 2>&-"
    subprocess.run(closed, shell=True, cwd=project.root, env=hostile(folder / "home"), check=True)  # noqa: S602
    return project


def outputs(project: Project, page: str) -> list[nbformat.NotebookNode]:
    path = project.build("2026", "nl") / "notebooks" / f"{page}.ipynb"
    [cell] = [cell for cell in nbformat.read(path, as_version=4).cells if cell.id == "proef"]
    return list(cell.outputs)


def test_a_page_runs_in_the_environment_of_the_project_and_no_other(made: Project) -> None:
    for page in ("genoemd", "thuis", "zonder"):
        printed, shown = outputs(made, page)
        assert printed.text.splitlines()[:2] == [".venv/bin/python None 0 set()", "[False, False, False]"]
        assert shown.data["text/plain"] == "3", "a module of the chapters' own is found"


STARTS = """import sys
from IPython.core import shellapp
shellapp.ENV_CONFIG_DIRS, shellapp.SYSTEM_CONFIG_DIRS = [sys.argv[1] + "/environment"], [sys.argv[1] + "/machine"]
from na_report.processes.page_kernel import IPKernelApp
kernel = IPKernelApp.instance()
kernel.initialize(["-f", "k.json", "--IPKernelApp.transport=ipc", "--IPKernelApp.ip=k"])
print({"started"} & {*kernel.shell.user_ns}, file=sys.__stderr__)"""


def test_what_a_machine_or_an_environment_runs_at_each_start_stays_out_of_a_page(tmp_path: Path) -> None:
    for place in ("environment", "machine"):
        (tmp_path / place / "startup").mkdir(parents=True)
        (tmp_path / place / "startup" / "00.py").write_text("started = True")
    command, around = [sys.executable, "-c", STARTS, str(tmp_path)], os.environ | {"IPYTHONDIR": str(tmp_path / "own")}
    done = subprocess.run(command, cwd=tmp_path, env=around, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "set()"


def test_nothing_of_the_process_the_memory_or_the_machine_is_on_a_page(made: Project) -> None:
    text = json.dumps(outputs(made, "proces"))
    for shown in (
        *("<cell>:3: UserWarning: let op", "<object object at 0x\\u2026>", "tmp\\u2026"),
        *("python/warnings.py:1: UserWarning: ver weg", "site-packages/pandas/__init__.py:1: UserWarning: pakket"),
        "chapters/nl chapters\\nin stukken\\n",
    ):
        assert shown in text
    assert not re.search(rf"ipykernel_|0x[0-9a-f]{{4}}|/tmp/tmp\w|{re.escape(str(made.root.parent))}", text)
    printed = [output.name for output in outputs(made, "proces") if output.output_type == "stream"]
    assert printed == ["stdout", "stderr"], "where text was cut does not show"


def test_a_file_of_an_output_stays_as_it_is() -> None:
    data = {"text/csv": "waarde\nat 0x7f00aa11bb22\n", "text/plain": "at 0x7f00aa11bb22"}
    carrying = new_output("display_data", data, metadata={"na_report": {"files": {"text/csv": "a.csv"}}})
    notebook = new_notebook(cells=[new_code_cell("", id="a", outputs=[carrying])])
    [shown] = normalised(notebook, {}, ROOT).cells[0].outputs
    assert shown.data == {"text/csv": data["text/csv"], "text/plain": "at 0x…"}


def test_the_cores_are_those_of_the_process_and_its_control_groups_and_nothing_asks_how_many_the_machine_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    assert cores(tmp_path) == 64, "there are no control groups"
    for number, (group, place, limit, expected) in enumerate(AROUND["cores"]):
        root = tmp_path / str(number)
        for path, text in ((root / "proc/self/cgroup", group), (root / "sys/fs/cgroup" / place / "cpu.max", limit)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n")
        assert cores(root) == expected, (group, place, limit)
    paths = [*(ROOT / "src").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]
    assert [path.name for path in paths if "cpu_count" in path.read_text(encoding="utf-8")] == []
