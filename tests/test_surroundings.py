"""A page comes out the same wherever it runs, one that goes wrong is named while the others go on, and nothing outlives a run."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest
import yaml
from conftest import CLI, PATIENCE, ROOT, at_work, cases, copy_of_project, program, wait
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from small_book import only_pages, parameters, write_chapter, write_notebook

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
    assert [shown for shown in AROUND["shown"] if shown not in text] == []
    assert not re.search(rf"ipykernel_|0x[0-9a-f]{{4}}|/tmp/tmp\w|{re.escape(str(made.root.parent))}", text)
    printed = [output.name for output in outputs(made, "proces") if output.output_type == "stream"]
    assert printed == ["stdout", "stderr"], "where text was cut does not show"


def test_a_file_of_an_output_stays_as_it_is() -> None:
    data = {"text/csv": "waarde\nat 0x7f00aa11bb22\n", "text/plain": "at 0x7f00aa11bb22"}
    carrying = new_output("display_data", data, metadata={"na_report": {"files": {"text/csv": "a.csv"}}})
    notebook = new_notebook(cells=[new_code_cell("", id="a", outputs=[carrying])])
    [shown] = normalised(notebook, {}, ROOT).cells[0].outputs
    assert shown.data == {"text/csv": data["text/csv"], "text/plain": "at 0x…"}


def test_the_cores_are_those_that_the_process_may_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


# Pages that go wrong, and runs that are ended

WRONG, RIGHT = cases("pages").values()


def test_a_page_that_takes_too_long_too_much_or_dies_is_named_and_the_others_go_on(project: Project) -> None:
    only_pages(project, *WRONG, *RIGHT)
    for name, code in ({name: page["code"] for name, page in WRONG.items()} | RIGHT).items():
        write_chapter(project, name, f"# {name}", code)
    settings = {name: page["settings"] for name, page in WRONG.items() if "settings" in page}
    (project.chapters / "pages.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (temporary := project.root / ("d" * 80)).mkdir()  # longer than the address of a socket may be
    done = program(project, "run", "--edition", "2021", TMPDIR=str(temporary))
    assert done.returncode == 1
    assert ([*temporary.iterdir()], at_work(project)) == ([], []), "what a page starts ends with the run"
    for name, page in WRONG.items():
        [told] = [line for line in done.stderr.splitlines() if f"Page {name} failed" in line]
        assert f"chapter {name}.ipynb, cell 2 (code, {page['code'].partition(chr(10))[0]!r}): " in told
        assert [text for text in page["says"] if text not in told] == [], told
    folder = project.build("2021", "nl") / "notebooks"
    failed = nbformat.read(folder / "stuk.failed.ipynb", as_version=4)
    assert any(output.output_type == "error" for cell in failed.cells for output in cell.get("outputs", []))
    assert (folder / "eindeloos.failed.ipynb").is_file(), "what a page had shown by then"
    whole = [path.stem for path in folder.glob("*.ipynb") if ".failed" not in path.name]
    assert sorted(whole) == sorted(RIGHT), "the others go on"
    [printed] = nbformat.read(folder / "praat.ipynb", as_version=4).cells[2].outputs
    assert printed.text.split() == [str(number) for number in range(50)], "all that a page prints is kept"


RARE = pytest.mark.slow("another case of a kind")


# Who is killed can't clear up. Only the process that a person started hears of a signal, or with it all that it started.
@pytest.mark.parametrize(
    ("number", "to_all", "said"),
    [
        (signal.SIGTERM, False, "told to end"),
        (signal.SIGKILL, False, ""),
        pytest.param(signal.SIGHUP, False, "told to end", marks=RARE),
        pytest.param(signal.SIGINT, True, "stopped by the keyboard", marks=RARE),
        pytest.param(signal.SIGKILL, True, "", marks=RARE),
    ],
)
def test_nothing_is_left_of_a_run_that_is_ended(project: Project, number: int, to_all: bool, said: str) -> None:
    code = "import subprocess, time\nsubprocess.Popen(['sleep', '600'], start_new_session=True)\n"
    write_chapter(project, "koploper", "# Kop", f"{code}open('begun', 'w').close()\ntime.sleep(600)")
    temporary = Path(tempfile.mkdtemp())  # with a name that is short enough for sockets
    command, env = [*CLI, "run", "koploper", "--edition", "2021"], os.environ | {"TMPDIR": str(temporary)}
    pipe = subprocess.PIPE
    run = subprocess.Popen(command, cwd=project.root, env=env, stderr=pipe, text=True, start_new_session=True)
    assert wait((project.chapters / "nl" / "begun").exists)
    assert len(at_work(project)) > 2, "the command, the kernel of the page, and what its cell started"
    modes = {stat.S_IMODE(folder.stat().st_mode) for folder in temporary.iterdir()}
    assert modes == {0o700}, "nobody else comes at its sockets"
    os.killpg(run.pid, number) if to_all else run.send_signal(number)
    told = run.communicate(timeout=PATIENCE)[1]
    assert (said in told, "Traceback" in told) == (True, False)
    assert run.returncode == (128 + number if said else -number)
    assert wait(lambda: at_work(project) == []), at_work(project)
    assert wait(lambda: [*temporary.iterdir()] == [])
    temporary.rmdir()
