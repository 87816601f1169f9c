"""The command line: exit codes, one error and one hint, no traceback without --debug."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, Change, copy_of_project, na_report, one_of_a_kind
from test_preview import write_chapter
from test_publishing import only_pages

from na_report.base.errors import NaReportError
from na_report.base.paths import ADDRESS, Project
from na_report.book import book as books
from na_report.commands.arguments import make_parser
from na_report.commands.run import given_parameters
from na_report.screen.describing import site_address

CLI = [sys.executable, "-m", "na_report.cli"]
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
    assert "Traceback" not in done.stderr


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
    "preview --port 0 --edition 2021/../2021": "edition",
    "run --edition ../..": "edition",
    "build --edition 2021 -e 2026": "-e is given twice",
    "edition import a.xlsx --as 2027 --as 2028": "--as is given twice",
    "run --grid edition=2021 --grid edition=2026": "--grid is given twice",
    "build --edition ''": "--edition/-e: found nothing, expected a value",
    "build --check=": "--check: found nothing, expected a value",
    "run ''": "argument PAGE: found nothing, expected a value",
    "run sector -p sector ho -p sector mbo": "na-report run sector --grid sector=ho,mbo",
    "run sector -p sector 'a b' -p sector mbo": "--grid 'sector=a b,mbo'",
    "run sector -p sector ho --grid sector=mbo": "-p and --grid both say what sector is",
    "run sector --edition 2021 --grid edition=2026": "--edition and --grid both say what edition is",
    "run sector --language nl --grid language=en": "--language and --grid both say what language is",
    "run sector-mbo -p sector ho": "na-report run sector --grid sector=ho",
    "run sector -p edition 'a b'": "--edition 'a b'",
    "run koploper -p language en": "--language en",
    "run koploper --to folder": "--to and --scheduler go with a grid",
    "run koploper --grid edition=2021 --to file.txt": "is a file",
    "run koploper --grid edition=2021 --to data/x": "folder of the editions",
    "archive 2021 x.tar": "x.tar is not the name of an archive",
    "edition export 2021 elsewhere/x.xlsx": "folder of the editions",
    "build --check . --force": "--check makes nothing",
    "build --check . --format pdf": "--check makes nothing",
    "preview --edition 2021 --port 99999": "port 99999",
    "build --jobs 1.5": "expected a whole number from 0",
    "run --jobs 99999": "expected a whole number from 0",
}


@pytest.mark.parametrize(("arguments", "said"), WRONG_USE.items(), ids=WRONG_USE)
def test_wrong_use_is_told_and_changes_nothing(whole: Project, arguments: str, said: str) -> None:
    before = sorted(whole.root.rglob("*"))
    assert said in refused(whole, *shlex.split(arguments))
    assert sorted(whole.root.rglob("*")) == before


def test_an_empty_text_is_a_value_of_a_parameter() -> None:
    assert given_parameters(make_parser().parse_args(["run", "-p", "title", ""])) == {"title": ""}


def test_debug_shows_the_traceback(whole: Project) -> None:
    assert "Traceback" in na_report(whole, "--debug", "run", "nowhere").stderr


def test_outside_a_project_the_error_says_where_to_go(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert "_toc.yml" in refused(Project(tmp_path_factory.mktemp("empty")), "edition", "list")


def test_the_commands_of_the_readme_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
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


TOC = b"format: jb-book\nroot: index\n"
DAMAGED = [
    ("_toc.yml", b"root: [index", "_toc.yml, line 1, column 13"),
    ("_toc.yml", b"root: index\nparts:\n- caption: \xe9\n", "_toc.yml, line 3: found the byte 0xe9"),
    ("_toc.yml", b"", "_toc.yml: found {}, expected"),
    ("_toc.yml", b"- index\n", "_toc.yml: found a list"),
    ("_toc.yml", TOC + b"parts:\n", "_toc.yml, parts: found nothing, expected a list"),
    ("_toc.yml", TOC + b"chapters: &c [{file: kort, sections: *c}]\n", "found *c, which repeats a part by its name"),
    ("_toc.yml", YAML_BOMB, "_toc.yml, line 2, column 8: found *a, which repeats"),
    ("chapters/pages.yml", b"inleiding: {seconds: 0x" + b"f" * 5000 + b"}\n", "can't be shown, Exceeds the limit"),
    (NOTEBOOK, b'{"cells": [', "koploper.ipynb, line 1: found 'Expecting value'"),
    (NOTEBOOK, b'{"nbformat": 3, "worksheets": []}', "no cells of notebook format 4"),
    (NOTEBOOK, b'{"nbformat": 4, "metadata": {}, "cells": [{"source": []}]}', "koploper.ipynb, cells 1"),
    (NOTEBOOK, b'{"nbformat_minor": ' + b"9" * 5000 + b"}", "koploper.ipynb: found 'Exceeds the limit"),
    (NOTEBOOK, notebook({"cell_type": ["code"]}), "koploper.ipynb: found"),
    (NOTEBOOK, b"[" * 100_000, "koploper.ipynb: found 'maximum recursion depth exceeded"),
    (NOTEBOOK, b"\xef\xbb\xbf{}", "koploper.ipynb"),
]


@pytest.mark.parametrize(("file", "content", "said"), DAMAGED)
def test_a_damaged_file_of_the_project_is_named_with_its_place(
    project: Project, file: str, content: bytes, said: str
) -> None:
    put(project, file, content)
    assert said in refused(project, "explain", "koploper")


def test_all_that_is_wrong_with_the_contents_is_told_at_once(project: Project) -> None:
    pages = "[kort, {file: 3}, {url: 3}, {file: index}, {file: nowhere}]"
    toc = f"format: [x]\nroot: index\nparts: [x, {{}}, {{chapters: {pages}}}]\nchapters: []\nchapter: []\n"
    put(project, "_toc.yml", toc)
    put(project, "chapters/pages.yml", "index: {seconds: 0}\n")
    said = refused(project, "explain", "koploper")
    for line in (
        "_toc.yml, format: found ['x'], expected jb-book",
        "_toc.yml: found 'chapter', expected one of",
        "expected parts or chapters at the top, not both",
        "_toc.yml, parts 1: found 'x', expected a part with chapters",
        "_toc.yml, parts 2: found {}, expected a part with chapters",
        "_toc.yml, parts 3, chapters 1: found 'kort', expected a page, such as",
        "_toc.yml, parts 3, chapters 2, file: found 3, expected the name of a page",
        "_toc.yml, parts 3, chapters 3, url: found 3, expected an address",
        "_toc.yml: found 'index' twice, expected each page once",
        "chapters/nl/nowhere.ipynb does not exist",
        "chapters/pages.yml, index, seconds: found 0",
    ):
        assert line in said


WRONG_PAGES = {
    "3": "found 3, expected settings",
    "{on_papier: false}": "found 'on_papier', expected one of chapter, parameters, on_paper",
    "{parameters: mbo}": "parameters: found 'mbo'",
    "{parameters: {1: x}}": "parameters: found 1, expected the name of a parameter",
    "{reads: [../../etc/passwd]}": "reads 1: found '../../etc/passwd'",
    '{reads: ["a\\0b"]}': "reads 1: found 'a\\x00b', expected a file",
    '{reads: ["\\ud800"]}': "reads 1: found '\\ud800', expected a file",
    "{seconds: 604801}": "seconds: found 604801, expected a whole number from 1 to 604800",
    "{memory_mb: 1048577}": "memory_mb: found 1048577, expected a whole number from 1 to 1048576",
    "{memory_mb: many}": "memory_mb: found 'many'",
    "{chapter: ../inleiding}": "chapter: found '../inleiding'",
}


def test_all_that_is_wrong_with_the_pages_is_told_at_once(project: Project) -> None:
    names = [path.stem for path in sorted((project.chapters / "nl").glob("*.ipynb")) if path.stem != "sector"]
    given = dict(zip(names, WRONG_PAGES.items(), strict=False))
    path = project.chapters / "pages.yml"
    pages = "".join(f"{name}: {settings}\n" for name, (settings, _) in given.items())
    path.write_text(path.read_text(encoding="utf-8") + pages, encoding="utf-8")
    said = refused(project, "explain", "koploper")
    assert len(given) == len(WRONG_PAGES)
    for name, (_, line) in given.items():
        assert re.search(rf"pages\.yml, {name}\b.*{re.escape(line)}", said), line


SHOWN = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "x"}}
WRONG_CELLS = [
    (5, ": found 5, expected type 'object'"),
    ({"id": None}, ", id: found nothing, expected type 'string'"),
    ({"id": "a b"}, ", id: found 'a b', expected pattern"),
    ({"source": [1, 2]}, ", source: found [1, 2], expected"),
    ({"cell_type": "prose"}, ": found {'cell_type': 'prose'"),
    ({"metadata": {"tags": "x"}}, ", metadata, tags: found 'x', expected type 'array'"),
    ({"outputs": 5}, ", outputs: found 5, expected type 'array'"),
    ({"outputs": [SHOWN, {}]}, ", outputs 2: found {}, expected"),
    ({"outputs": [SHOWN | {"data": [1]}]}, ", outputs 1, data: found [1], expected type 'object'"),
    ({"outputs": [{"output_type": "stream", "name": "stdout", "text": 3}]}, ", outputs 1, text: found 3, expected"),
    ({"execution_count": "1"}, ", execution_count: found '1', expected type ['integer', 'null']"),
]


def test_all_that_is_wrong_with_a_chapter_is_told_at_once(project: Project) -> None:
    metadata = {"mystnb": {"execution_mode": "force"}, "kernelspec": {"language": "R"}}
    cells = [cell for cell, _ in WRONG_CELLS]
    put(project, NOTEBOOK, notebook(*cells, {"id": "twice"}, {"id": "twice"}, metadata=metadata, nbformat_minor="5"))
    said = refused(project, "explain", "koploper")
    for line in (
        *(f"koploper.ipynb, cells {number}{line}" for number, (_, line) in enumerate(WRONG_CELLS, 1)),
        "koploper.ipynb, nbformat_minor: found '5', expected type 'integer'",
        "koploper.ipynb, metadata, kernelspec, language: found 'R', expected python",
        "koploper.ipynb, metadata, mystnb: found execution_mode, expected nothing",
        f"cells {len(cells) + 1}, {len(cells) + 2}: found the id twice more than once",
    ):
        assert said.count(line) == 1, line
    put(project, NOTEBOOK, notebook(metadata=None, nbformat_minor=4))
    put(project, "chapters/nl/bronnen.ipynb", b'{"cells": [')
    said = refused(project, "run", "--edition", "2021")
    for line in (
        "metadata: found nothing",
        "nbformat_minor: found 4, expected minimum 5",
        "bronnen.ipynb, line 1",
    ):
        assert said.count(line) == 1, "of several chapters too"


@pytest.mark.parametrize(("minor", "ids"), [(5, ["a", "a", "a"]), (5, ["a", None, None]), (2, [None, None, None])])
def test_the_advice_for_cells_without_ids_helps(project: Project, minor: int, ids: list[str | None]) -> None:
    found = json.loads(notebook(DECLARING, {}, {}, nbformat_minor=minor))
    for cell, name in zip(found["cells"], ids, strict=True):
        cell["id"] = name
        if name is None:
            del cell["id"]
    put(project, NOTEBOOK, json.dumps(found))
    command = refused(project, "explain", "koploper", "--edition", "2021").partition(' -c "')[2].strip('"\n')
    subprocess.run([sys.executable, "-W", "ignore", "-c", command], cwd=project.root, check=True)
    assert na_report(project, "explain", "koploper", "--edition", "2021").stderr == ""


WORDS = "nl: {{title: a, subtitle: b, author: c, cover: d, contents: e, figure: f, table: g, {}}}\n"
SETTINGS = "html: [x]\nexecute: off\nsphinx: {config: x, extra_extensions: abc}\n"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("chapters/words.yml", "1: {title: Advies}\n2: {title: Advice}\n", ["Choose from: 1, 2."]),
        (
            "chapters/words.yml",
            "nl: {title: Advies, parts: [Het rapport]}\n",
            ["nl, subtitle: found nothing", "nl, figure: found nothing", "expected 2 captions"],
        ),
        (
            "chapters/words.yml",
            WORDS.format("summary: nowhere, parts: [{a: b}, null]"),
            ["nl, parts: found [{'a': 'b'}, None], expected 2 captions as text", "nl, summary: found 'nowhere'"],
        ),
        ("_config.yml", "sphinx: 3\n", ["_config.yml, sphinx: found 3, expected names with values"]),
        (
            "_config.yml",
            SETTINGS,
            ["html: found ['x']", "execute: found False", "sphinx, config: found 'x'", "extensions: found 'abc'"],
        ),
        ("_config.yml", "html: {baseurl: 3}\n", ["_config.yml, html, baseurl: found 3, expected a web address"]),
    ],
)
def test_words_and_settings_that_are_wrong_are_told_before_anything_runs(
    project: Project, file: str, content: str, said: list[str]
) -> None:
    put(project, file, content)
    told = refused(project, "build", "--edition", "2021", "--format", "html")
    assert [part for part in said if part not in told] == [], told
    assert not (project.root / "_build" / "2021" / "nl" / "notebooks").exists()


def test_parameters_that_are_no_python_or_misspelt_are_named(project: Project) -> None:
    assert "'sectr'" in refused(project, "run", "sector-mbo", "-p", "sectr", "mbo")
    path = project.root / NOTEBOOK
    path.write_text(path.read_text(encoding="utf-8").replace("edition: str", "edition = = str", 1), encoding="utf-8")
    said = refused(project, "run", "koploper", "--edition", "2021")
    assert re.search("koploper.ipynb, cell.*expected parameters as Python writes them", said)


def test_a_parameter_chooses_the_page_that_is_named_after_it(project: Project) -> None:
    done = na_report(project, "run", "sector", "-p", "sector", "ho", "--edition", "2021")
    assert done.returncode == 0, done.stderr
    made = (project.root / "_build" / "2021" / "nl" / "notebooks").glob("*.ipynb")
    assert [path.name for path in made] == ["sector-hoger-onderwijs.ipynb"]


def test_a_site_needs_an_edition(project: Project) -> None:
    shutil.rmtree(project.data)
    project.data.mkdir()
    assert "has no sealed edition" in refused(project, "site")


def test_what_the_system_refuses_is_told_without_a_traceback(project: Project) -> None:
    put(project, "file.txt", b"mine")
    (project.root / "_build").symlink_to("file.txt")
    said = refused(project, "run", "koploper", "--edition", "2021")
    assert "hint: Remove what stands there: all in _build is made again." in said
    (project.root / "loop").symlink_to("loop")
    refused(project, "build", "--check", "loop")


ODD = {
    "http://an:geheim@example.org/": "a user or password, which each page would show",
    "https://example.org/rapport/index.html": "the name of a page at its end",
    "https://example.org/?": "a question or a place in a page",
    "https://example.org/#a": "a question or a place in a page",
    "ftp://example.org": "no https:// in front",
    "https:///rapport": "no name of a host",
    "https://example.org:poort/": "a fault",
    "https://example.org/een rapport/": "characters that an address can't have",
    "https://example.org/%zz/": "characters that an address can't have",
}


def test_an_odd_address_of_the_site_is_told_wherever_it_is_said(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address, said in ODD.items():
        for in_environment in (True, False):
            monkeypatch.setenv(ADDRESS, address if in_environment else "")
            put(project, "_config.yml", f"html: {{baseurl: {json.dumps('' if in_environment else address)}}}\n")
            with pytest.raises(NaReportError, match=re.escape(said)) as caught:
                books.words(books.Book(project, "2021", "nl"))
            assert "geheim" not in str(caught.value)
    for address in (
        "https://example.org",
        "http://localhost:8000/a/",
        "https://a.nl/~an/%C3%A9",
        "https://[::1]:80/x.y",
    ):
        monkeypatch.setenv(ADDRESS, address)
        assert site_address(project) == f"{address.rstrip('/')}/"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_who_stops_reading_stops_the_command_and_that_is_no_success(whole: Project, unbuffered: str) -> None:
    command = f"{shlex.join(CLI)} edition verify | true; exit ${{PIPESTATUS[0]}}"
    env = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(["bash", "-c", command], cwd=whole.root, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_command_without_streams_does_its_work(project: Project) -> None:
    command = f"{shlex.join(CLI)} edition copy 2021 2022 <&- >&- 2>&-"
    assert subprocess.run(["bash", "-c", command], cwd=project.root, check=False).returncode == 0
    assert (project.data / "2022" / "sources.csv").is_file()


def test_what_the_terminal_can_not_show_is_written_otherwise(whole: Project) -> None:
    command, env = [*CLI, "check", "--edition", "2021"], os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=whole.root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "agenda\\u2019s" in done.stdout


@pytest.mark.slow("a race between a build and who saves")
def test_a_chapter_that_changes_its_sources_makes_no_book(project: Project) -> None:
    only_pages(project, "index", "kort")
    write_chapter(project, "index", "# Begin")
    write_chapter(project, "kort", "# Kort", "import os\nos.system('echo x >> ../../data/2026/notes.csv')")
    done = na_report(project, "build", "--edition", "2021", "--format", "html")
    assert done.returncode == 1
    assert "changed while the book was being made" in done.stderr
    assert not (project.root / "_build" / "2021" / "nl" / "build.json").exists()


@pytest.mark.parametrize("number", one_of_a_kind([signal.SIGTERM, signal.SIGHUP]), ids=["SIGTERM", "SIGHUP"])
def test_a_command_that_is_told_to_end_clears_up(project: Project, tmp_path: Path, number: signal.Signals) -> None:
    sign, folder = tmp_path / "runs", Path(tempfile.mkdtemp())  # short enough for sockets
    path = project.root / NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    waiting = f"import pathlib, time\npathlib.Path({str(sign)!r}).touch()\ntime.sleep(60)"
    notebook.cells.append(nbformat.v4.new_code_cell(waiting))
    nbformat.write(notebook, path)
    command, env = [*CLI, "run", "koploper", "--edition", "2021"], os.environ | {"TMPDIR": str(folder)}
    done = subprocess.Popen(command, cwd=project.root, env=env, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while not sign.exists() and time.monotonic() < end:
        time.sleep(0.1)
    done.send_signal(number)
    assert "told to end" in done.communicate(timeout=30)[1]
    assert done.returncode == 128 + number
    folder.rmdir()  # only when nothing is in it


@pytest.mark.parametrize("name", ["notes.csv", "datapackage.json"])
def test_a_pipe_in_an_edition_is_named_and_not_waited_for(project: Project, name: str) -> None:
    path = project.data / "2021" / name
    path.unlink()
    os.mkfifo(path)
    command = [*CLI, "edition", "verify", "2021"]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"{name}: found 'no file" in done.stderr
