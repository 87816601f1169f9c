"""Pages that go wrong are named with cell, cause and remedy, the others go on, and nothing outlives a run."""

import os
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

import nbformat
import pytest
import yaml
from conftest import CLI, PATIENCE, at_work, cases, program, wait
from small_book import only_pages, write_chapter

from na_report.base.paths import Project

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
