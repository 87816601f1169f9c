"""The command line: exit codes, one error and one hint, no traceback without --debug, and how a command ends."""

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from conftest import CLI, PATIENCE, ROOT, Change, copy_of_project, na_report, one_of_a_kind, program, wait
from small_book import only_pages, write_chapter
from test_kernels import add_cell

from na_report.base.errors import NaReportError
from na_report.base.paths import ADDRESS, Project
from na_report.book import book as books
from na_report.commands.arguments import make_parser
from na_report.commands.run import Progress
from na_report.running.execution import Run
from na_report.screen.describing import site_address

NOTEBOOK = "chapters/nl/koploper.ipynb"


def put(project: Project, name: str, content: bytes | str) -> None:
    (project.root / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def refused(project: Project, *arguments: str) -> str:
    """Returns what a command says that refuses: one error with a hint, and no traceback."""
    done = na_report(project, *arguments)
    assert done.returncode == 2, done.stderr
    assert (done.stderr.count("error:"), done.stderr.count("hint:")) == (1, 1), done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_verify_tells_what_is_fine_and_exits_1_where_it_is_not(project: Project, change: Change) -> None:
    done = na_report(project, "edition", "verify", "2021")
    assert (done.returncode, done.stdout[:12]) == (0, "edition 2021")
    change("observations", "IND007-NL-2019", "value", "veel")
    put(project, "data/2026/x.xlsx", b"mine")
    put(project, "data/2026/.DS_Store", b"")
    done = na_report(project, "edition", "verify")
    assert done.returncode == 1
    assert "observations.csv, row 8, column value: found 'veel'" in done.stderr
    assert "x.xlsx: found 'x.xlsx', expected only tables of the schema and their seal" in done.stderr
    assert "1 problem:" in done.stderr


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which nothing may change."""
    made = copy_of_project(tmp_path_factory.mktemp("whole"))
    put(made, "file.txt", b"mine")
    (made.root / "elsewhere").symlink_to("data/2021")
    return made


WRONG_USE = {
    "nothing": "invalid choice: 'nothing'",
    "run nowhere": "nowhere",
    "build --format docx": "There is no format 'docx'",
    "build -e 1999": "There is no edition '1999'",
    "explain koploper --edition ../..": "edition",
    "build --edition 2021 -e 2026": "-e is given twice",
    "run --grid edition=2021 --grid edition=2026": "--grid is given twice",
    "build --edition ''": "--edition/-e: found nothing, expected a value",
    "build --check=": "--check: found nothing, expected a value",
    "run ''": "argument PAGE: found nothing, expected a value",
    "run sector -p sector 'a b' -p sector mbo": "run a page for each: --grid 'sector=a b,mbo'",
    "run sector -p sector ho --grid sector=mbo": "-p and --grid both say what sector is",
    "run sector --edition 2021 --grid edition=2026": "--edition and --grid both say what edition is",
    "run sector --language nl --grid language=en": "--language and --grid both say what language is",
    "run sector-mbo -p sector ho": "na-report run sector --grid sector=ho",
    "run sector -p edition 'a b'": "--edition 'a b'",
    "run koploper --to folder": "--to and --scheduler go with a grid",
    "run koploper --grid edition=2021 --to file.txt": "is a file",
    "run koploper --grid edition=2021 --to data/x": "folder of the editions",
    "archive 2021 x.tar": "x.tar is not the name of an archive",
    "edition export 2021 elsewhere/x.xlsx": "folder of the editions",
    "build --check . --format pdf": "--check makes nothing",
    "preview --edition 2021 --port 99999": "port 99999",
    "run --jobs 99999": "expected a whole number from 0",
}


@pytest.mark.parametrize(("arguments", "said"), WRONG_USE.items(), ids=WRONG_USE)
def test_wrong_use_is_told_and_changes_nothing(whole: Project, arguments: str, said: str) -> None:
    before = sorted(whole.root.rglob("*"))
    assert said in refused(whole, *shlex.split(arguments))
    assert sorted(whole.root.rglob("*")) == before


def test_what_is_no_wrong_use(whole: Project, tmp_path: Path) -> None:
    assert make_parser().parse_args(["run", "-p", "title", ""]).parameters == {"title": ""}
    assert "Traceback" in na_report(whole, "--debug", "run", "nowhere").stderr
    assert "_toc.yml" in refused(Project(tmp_path), "edition", "list"), "which tells where to go"


def test_the_commands_of_the_readme_exist() -> None:
    readme, makefile = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "Makefile"))
    for target in re.findall(r"(?:`|^)make ([a-z]+)\b", readme, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"
    for command in set(re.findall(r"na-report ((?:edition )?[a-z]+)", readme)):
        assert na_report(Project(ROOT), *command.split(), "--help").returncode == 0, command


# A few lines that stand for a thousand million values.
YAML_BOMB = b"a: &a [x, x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (name, name, b", ".join([b"*%c" % (name - 1)] * 10)) for name in b"bcdefghi"
)
DECLARING = {"metadata": {"tags": ["parameters"]}, "source": 'edition: str = "2021"\nlanguage: str = "nl"'}


def notebook(*cells: object, **other: object) -> bytes:
    """Returns a notebook of cells of code that are sound except for what they are given."""
    sound = {"cell_type": "code", "metadata": {}, "source": [], "outputs": [], "execution_count": None}
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}} | other
    made = [sound | {"id": f"c{n}"} | cell if isinstance(cell, dict) else cell for n, cell in enumerate(cells, 1)]
    return json.dumps(whole | {"cells": made}).encode()


DAMAGED = [
    ("_toc.yml", b"root: [index", "_toc.yml, line 1, column 13"),
    ("_toc.yml", b"root: index\nparts:\n- caption: \xe9\n", "_toc.yml, line 3: found the byte 0xe9"),
    ("_toc.yml", b"", "_toc.yml: found no format, root, expected"),
    ("_toc.yml", YAML_BOMB, "_toc.yml, line 2, column 8: found *a, which repeats"),
    ("chapters/pages.yml", b"inleiding: {seconds: 0x" + b"f" * 5000 + b"}\n", "found a number of thousands of digits"),
    (NOTEBOOK, b'{"cells": [', "koploper.ipynb, line 1: found 'Expecting value'"),
    (NOTEBOOK, b'{"nbformat": 3, "worksheets": []}', "no cells of notebook format 4"),
    (NOTEBOOK, b'{"nbformat": 4, "metadata": {}, "cells": [{"source": []}]}', "koploper.ipynb, cell 1"),
    (NOTEBOOK, b'{"nbformat_minor": ' + b"9" * 5000 + b"}", "koploper.ipynb: found 'Exceeds the limit"),
    (NOTEBOOK, b"[" * 100_000, "koploper.ipynb: found 'maximum recursion depth exceeded"),
    (
        NOTEBOOK,
        notebook("code", 5),
        "koploper.ipynb, cell 1, cell_type: found 'code', expected code or markdown or raw",
    ),
    (NOTEBOOK, notebook({"metadata": 3}), "koploper.ipynb, cell 1, metadata: found 3, expected names with values"),
    (
        NOTEBOOK,
        notebook({"outputs": [{}]}),
        "koploper.ipynb, cell 1, outputs 1: found {}, expected an output as Jupyter",
    ),
    (NOTEBOOK, notebook(metadata={"kernelspec": {"language": "R"}}), "found 'R', expected a notebook in python"),
    (NOTEBOOK, notebook(metadata={"language_info": {"name": "R"}}), "found 'R', expected a notebook in python"),
    (NOTEBOOK, notebook(nbformat_minor=4), "koploper.ipynb, nbformat_minor: found 4, expected 5 or more"),
    (NOTEBOOK, notebook(DECLARING | {"source": "edition: = str"}), "expected parameters as Python writes them"),
]


def test_a_damaged_file_of_the_project_is_named_with_its_place(project: Project) -> None:
    for file, content, said in DAMAGED:
        before = (project.root / file).read_bytes()
        put(project, file, content)
        assert said in refused(project, "explain", "koploper"), file
        put(project, file, before)


WRONG_PAGES = {
    "index": "{seconds: 0}",
    "inleiding": "3",
    "conclusies": "{on_papier: false}",
    "bronnen": "{parameters: {1: x}}",
    "aanbevelingen": '{reads: [../../etc/passwd, "\\ud800"]}',
    "veranderingen": "{memory_mb: many}",
    "beleidsagendas": "{chapter: ../inleiding}",
}
CONTENTS = """format: [x]
root: index
parts: [x, {}, {chapters: [kort, {file: 3}, {url: 3}, {file: index}, {file: nowhere}, %s]}]
chapters: []
chapter: []
"""


def test_all_that_is_wrong_with_contents_and_pages_is_told_at_once(project: Project) -> None:
    put(project, "_toc.yml", CONTENTS % ", ".join(f"{{file: {name}}}" for name in [*WRONG_PAGES][1:]))
    put(project, "chapters/pages.yml", "".join(f"{name}: {said}\n" for name, said in WRONG_PAGES.items()))
    said = refused(project, "explain", "koploper")
    for line in (
        "_toc.yml, format: found ['x'], expected jb-book",
        "_toc.yml, chapter: found 'chapter', expected one of",
        "expected parts or chapters at the top, not both",
        "_toc.yml, parts 1: found 'x', expected a part with chapters",
        "_toc.yml, parts 2: found no chapters, expected a part with chapters",
        "_toc.yml, parts 3, chapters 1: found 'kort', expected a page, such as",
        "_toc.yml, parts 3, chapters 2, file: found 3, expected the name of a page",
        "_toc.yml, parts 3, chapters 3, url: found 3, expected an address",
        "_toc.yml: found 'index' twice, expected each page once",
        "chapters/nl/nowhere.ipynb does not exist",
        "chapters/pages.yml, index, seconds: found 0, expected a whole number from 1 to 604800",
        "chapters/pages.yml, inleiding: found 3, expected settings",
        "conclusies, on_papier: found 'on_papier', expected one of chapter, parameters, on_paper",
        "bronnen, parameters 1: found 1, expected the name of a parameter",
        "aanbevelingen, reads 1: found '../../etc/passwd', expected a file",
        "aanbevelingen, reads 2: found '\\ud800', expected a file",
        "veranderingen, memory_mb: found 'many'",
        "beleidsagendas, chapter: found '../inleiding'",
    ):
        assert line in said, line
    assert "inleiding.ipynb does not exist" not in said, "what is no name of a chapter is told once"


SHOWN = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "x"}}
WRONG_CELLS = {  # per cell where in it something is wrong
    "id": {"id": "a b"},
    "source": {"source": [1, 2]},
    "cell_type": {"cell_type": "prose"},
    "tags": {"metadata": {"tags": "x"}},
    "attachments": {"attachments": {"a.png": {"image/png": 3}}},
    "output": {"outputs": [SHOWN, {}]},
    "execution_count": {"execution_count": "1"},
}


def test_all_that_is_wrong_with_chapters_is_told_at_once(project: Project) -> None:
    twice = [{"id": "twice"}, {"id": "twice"}]
    put(
        project,
        NOTEBOOK,
        notebook(
            *WRONG_CELLS.values(),
            *twice,
            metadata={"mystnb": {"execution_mode": "force"}, "kernelspec": {"language": "R"}},
        ),
    )
    put(project, "chapters/nl/bronnen.ipynb", b'{"cells": [')
    said = refused(project, "run", "--edition", "2021")
    assert not re.search("oneOf|ref|definitions|Properties", said), "words of the schema"
    for number, place in enumerate(WRONG_CELLS, 1):
        assert re.search(rf"koploper\.ipynb, cell {number}\b.*{place}", said), place
    for line in (
        "cells 8, 9: found the id twice more than once",
        "mystnb: found execution_mode",
        "kernelspec, language: found 'R', expected a notebook in python",
        "bronnen.ipynb, line 1",
    ):
        assert said.count(line) == 1, line


def test_the_advice_for_cells_without_ids_helps(project: Project) -> None:
    found = json.loads(notebook(DECLARING, {"id": "twice"}, {"id": "twice"}, nbformat_minor=2))
    del found["cells"][0]["id"]
    put(project, NOTEBOOK, json.dumps(found))
    command = refused(project, "explain", "koploper", "--edition", "2021").partition(' -c "')[2].strip('"\n')
    subprocess.run([sys.executable, "-W", "ignore", "-c", command], cwd=project.root, check=True)
    assert na_report(project, "explain", "koploper", "--edition", "2021").stderr == ""


def test_words_and_settings_that_are_wrong_are_told_before_anything_runs(project: Project) -> None:
    for file, content, said in (
        ("chapters/words.yml", "1: {title: Advies}\n", ["Choose from: 1."]),
        (
            "chapters/words.yml",
            "nl: {title: Advies, parts: [{a: b}, null], summary: nowhere}\n",
            [
                "nl: found no name, subtitle, author",
                "nl, parts 1: found {'a': 'b'}, expected a caption",
                "nl, summary: found 'nowhere'",
            ],
        ),
        (
            "_config.yml",
            "html: [x]\nexecute: off\nsphinx: {config: x, extra_extensions: abc}\n",
            ["html: found ['x']", "execute: found False", "sphinx, config: found 'x'", "extensions: found 'abc'"],
        ),
    ):
        before = (project.root / file).read_bytes()
        put(project, file, content)
        told = refused(project, "build", "--edition", "2021", "--format", "html")
        assert [part for part in said if part not in told] == [], told
        assert not (project.root / "_build" / "2021" / "nl" / "notebooks").exists()
        put(project, file, before)


def test_a_parameter_chooses_the_page_that_is_named_after_it(project: Project) -> None:
    assert "'sectr'" in refused(project, "run", "sector", "-p", "sectr", "ho")
    done = na_report(project, "run", "sector", "-p", "sector", "ho", "--edition", "2021")
    assert done.returncode == 0, done.stderr
    made = (project.root / "_build" / "2021" / "nl" / "notebooks").glob("*.ipynb")
    assert [path.name for path in made] == ["sector-hoger-onderwijs.ipynb"]


def test_what_the_system_refuses_is_told_without_a_traceback(project: Project) -> None:
    put(project, "file.txt", b"mine")
    (project.root / "_build").symlink_to("file.txt")
    said = refused(project, "run", "koploper", "--edition", "2021")
    assert "hint: Remove what stands there: all in _build is made again." in said
    (project.root / "loop").symlink_to("loop")
    refused(project, "build", "--check", "loop")


ODD = (
    *("http://an:geheim@example.org/", "https://example.org/rapport/index.html", "https://example.org/?"),
    *("ftp://example.org", "https:///rapport", "https://example.org:655360/", "https://example.org/een rapport/"),
)


def test_an_odd_address_of_the_site_is_told_wherever_it_is_said(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ODD:
        for in_environment in (True, False):
            monkeypatch.setenv(ADDRESS, address if in_environment else "")
            put(project, "_config.yml", f"html: {{baseurl: {json.dumps('' if in_environment else address)}}}\n")
            with pytest.raises(NaReportError, match="The address of the site") as caught:
                books.words(books.Book(project, "2021", "nl"))
            assert "geheim" not in str(caught.value)
    for address in ("https://example.org", "http://localhost:8000/a/", "https://a.nl/~an/%C3%A9", "https://a.nl/@an/"):
        monkeypatch.setenv(ADDRESS, address)
        assert site_address(project) == f"{address.rstrip('/')}/"


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


@pytest.mark.parametrize("number", one_of_a_kind([signal.SIGTERM, signal.SIGINT, signal.SIGHUP]))
def test_a_command_that_is_ended_clears_up(project: Project, tmp_path: Path, number: int) -> None:
    sign, folder = tmp_path / "runs", Path(tempfile.mkdtemp())  # short enough for sockets
    add_cell(project, f"import pathlib, time\npathlib.Path({str(sign)!r}).touch()\ntime.sleep(600)")
    command, env = [*CLI, "run", "koploper", "--edition", "2021"], os.environ | {"TMPDIR": str(folder)}
    done = subprocess.Popen(
        command, cwd=project.root, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert wait(sign.exists)
    os.killpg(done.pid, number) if number == signal.SIGINT else done.send_signal(number)
    error = done.communicate(timeout=PATIENCE)[1]
    assert ("stopped by the keyboard" if number == signal.SIGINT else "told to end") in error
    assert "Traceback" not in error
    assert done.returncode == 128 + number
    folder.rmdir()  # only when nothing is in it
    left = ["pgrep", "--session", str(done.pid)]
    assert wait(lambda: subprocess.run(left, capture_output=True, check=False).stdout == b"")


def test_a_terminal_sees_which_pages_are_running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")  # one that is called dumb is shown no progress
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    with Progress(terminal) as progress:
        progress.going(0, 2, ["kort", "koploper"])
        progress.ended(Run("kort", Path("kort.ipynb"), 1.0))
        progress.going(1, 2, ["koploper"])
        progress.ended(Run("koploper", Path("koploper.ipynb"), 2.0, "mis"))
    text = terminal.getvalue()
    assert "0 of 2 pages, 0 s, running: kort, koploper" in text
    assert text.index("1 of 2 pages") > text.index("kort                               1.0 s")
    assert "2.0 s  FAILED" in text


@pytest.mark.parametrize("name", ["notes.csv", "datapackage.json"])
def test_a_pipe_in_an_edition_is_named_and_not_waited_for(project: Project, name: str) -> None:
    path = project.data / "2021" / name
    path.unlink()
    os.mkfifo(path)
    done = program(project, "edition", "verify", "2021")
    assert done.returncode == 1
    assert f"{name}: found 'no file" in done.stderr
