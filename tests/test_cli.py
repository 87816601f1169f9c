"""The command line: exit codes, one error and one hint, no traceback without --debug."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, Change, na_report, one_of_a_kind
from test_preview import write_chapter
from test_publishing import only_pages

from na_report.base.errors import NaReportError
from na_report.base.paths import ADDRESS, Project
from na_report.book import book as books
from na_report.cli import main
from na_report.commands.arguments import make_parser
from na_report.commands.pages import given_parameters
from na_report.editions.folders import list_editions
from na_report.screen.describing import site_address


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
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:`|^)make ([a-z]+)\b", readme, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"
    for command in set(re.findall(r"na-report ((?:edition )?[a-z]+)", readme)):
        help_text = na_report(Project(ROOT), *command.split(), "--help")
        assert help_text.returncode == 0, command


NOTEBOOK = "chapters/nl/koploper.ipynb"
TOC_TOP = b"format: jb-book\nroot: index\n"
# A few lines that stand for a thousand million values.
YAML_BOMB = b"a: &a [x, x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (name, name, b", ".join([b"*%c" % (name - 1)] * 10)) for name in b"bcdefghi"
)


SHOWN = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "x"}}
DECLARING = {"metadata": {"tags": ["parameters"]}, "source": 'edition: str = "2021"\nlanguage: str = "nl"'}
DEEP = json.loads('{"a":' * 200 + "1" + "}" * 200)


def notebook(*cells: object, **other: object) -> bytes:
    """Returns a notebook of cells of code that are sound except for what they are given."""
    sound = {"id": "a", "cell_type": "code", "metadata": {}, "source": [], "outputs": [], "execution_count": None}
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}} | other
    return json.dumps(whole | {"cells": [sound | cell if isinstance(cell, dict) else cell for cell in cells]}).encode()


def put(project: Project, name: str, content: bytes) -> None:
    (project.root / name).write_bytes(content)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("_toc.yml", b"root: [index", "_toc.yml, line 1, column 13"),
        ("_toc.yml", b"root: index\nparts:\n- caption: \xe9\n", "_toc.yml, line 3: found the byte 0xe9"),
        ("_toc.yml", b"", "_toc.yml: found no pages"),
        ("_toc.yml", b"- index\n", "_toc.yml: found a list"),
        ("_toc.yml", b"root: ../index\n", "found '../index', expected the name of a page"),
        ("_toc.yml", b"root: nowhere\n", "chapters/nl/nowhere.ipynb does not exist"),
        ("_toc.yml", TOC_TOP + b"parts:\n", "_toc.yml, parts: found nothing, expected a list"),
        ("_toc.yml", TOC_TOP + b"parts: 3\n", "_toc.yml, parts: found 3, expected a list"),
        ("_toc.yml", TOC_TOP + b"parts: [x]\n", "_toc.yml, parts 1: found 'x', expected a part with chapters"),
        ("_toc.yml", TOC_TOP + b"parts: [{}]\n", "_toc.yml, parts 1, chapters: found nothing"),
        ("_toc.yml", TOC_TOP + b"chapters: [kort]\n", "_toc.yml, chapters 1: found 'kort', expected a page, such as"),
        ("_toc.yml", TOC_TOP + b"chapters: [{file: 3}]\n", "_toc.yml, chapters 1, file: found 3, expected the name"),
        ("_toc.yml", TOC_TOP + b"chapters: [{url: 3}]\n", "_toc.yml, chapters 1, url: found 3, expected an address"),
        (
            "_toc.yml",
            TOC_TOP + b"chapters: &c [{file: kort, sections: *c}]\n",
            "_toc.yml: found a part that holds itself",
        ),
        ("_toc.yml", YAML_BOMB, "_toc.yml: found a part that holds itself or more than 100,000 values"),
        (
            "_toc.yml",
            TOC_TOP + b"chapters: [{file: index}]\n",
            "chapters 1, file: found 'index', expected each page once",
        ),
        ("_toc.yml", TOC_TOP + b"parts: []\nchapters: []\n", "found parts and chapters at the top"),
        ("_toc.yml", TOC_TOP + b"chapter: []\n", "_toc.yml: found 'chapter', expected one of"),
        ("_toc.yml", b"format: [x]\nroot: index\n", "_toc.yml, format: found ['x'], expected jb-book"),
        ("chapters/pages.yml", b"inleiding: 3\n", "page inleiding: found 3, expected settings"),
        (
            "chapters/pages.yml",
            b"inleiding: {on_papier: false}\n",
            "unknown setting 'on_papier'. Did you mean on_paper?",
        ),
        ("chapters/pages.yml", b"inleiding: {parameters: mbo}\n", "page inleiding, parameters: found 'mbo'"),
        ("chapters/pages.yml", b"inleiding: {reads: [../../etc/passwd]}\n", "reads: found '../../etc/passwd'"),
        (
            "chapters/pages.yml",
            b'inleiding: {reads: ["a\\0b"]}\n',
            "page inleiding, reads: found 'a\\x00b', expected a file",
        ),
        (
            "chapters/pages.yml",
            b'inleiding: {reads: ["\\ud800"]}\n',
            "page inleiding, reads: found '\\ud800', expected a file",
        ),
        ("chapters/pages.yml", b"inleiding: {parameters: {1: x}}\n", "page inleiding, parameters: found {1: 'x'}"),
        (
            "chapters/pages.yml",
            b"inleiding: {seconds: 604801}\n",
            "seconds: found 604801, expected a whole number from 1 to 604800",
        ),
        (
            "chapters/pages.yml",
            b"inleiding: {memory_mb: 1048577}\n",
            "found 1048577, expected a whole number from 1 to 1048576",
        ),
        (
            "chapters/pages.yml",
            b"inleiding: {seconds: 0x" + b"f" * 5000 + b"}\n",
            "found a number of thousands of digits",
        ),
        (
            "chapters/pages.yml",
            b"inleiding: {chapter: ../inleiding}\n",
            "page inleiding, chapter: found '../inleiding'",
        ),
        (NOTEBOOK, b'{"cells": [', "koploper.ipynb, line 1: found 'Expecting value'"),
        (NOTEBOOK, b'{"nbformat": 3, "worksheets": []}', "no cells of notebook format 4"),
        (NOTEBOOK, b'{"nbformat": 4, "metadata": {}, "cells": [{"source": []}]}', "koploper.ipynb, cell 1"),
        (
            NOTEBOOK,
            b'{"nbformat": 4, "nbformat_minor": ' + b"9" * 5000 + b"}",
            "koploper.ipynb: found 'Exceeds the limit",
        ),
        (NOTEBOOK, b"[" * 100_000, "koploper.ipynb: found 'maximum recursion depth exceeded"),
        (NOTEBOOK, notebook(DECLARING, metadata=DEEP), "koploper.ipynb: found names or lists inside each other"),
        (NOTEBOOK, notebook(metadata=[1]), "koploper.ipynb, metadata: found [1], expected names with values"),
        (NOTEBOOK, notebook(metadata=None), "koploper.ipynb, metadata: found nothing, expected names with values"),
        (NOTEBOOK, notebook(nbformat_minor="5"), "koploper.ipynb, nbformat_minor: found '5', expected a whole number"),
        (NOTEBOOK, notebook(nbformat_minor=4), "koploper.ipynb: found notebook format 4.4, whose cells have no ids"),
        (
            NOTEBOOK,
            notebook(metadata={"mystnb": {"execution_mode": "force"}}),
            "mystnb: found execution_mode, expected nothing",
        ),
        (NOTEBOOK, notebook(5), "koploper.ipynb, cell 1: found 5, expected a cell"),
        (NOTEBOOK, notebook({}, {}, {"id": "b"}), "cells 1, 2: found the id a more than once"),
        (NOTEBOOK, notebook({"id": None}, {"id": 3}), "cell 1, id: found nothing, expected an id"),
        (NOTEBOOK, notebook({"id": "a b"}), "cell 1, id: found 'a b', expected an id"),
        (NOTEBOOK, notebook({"source": [1, 2]}), "cell 1, source: found [1, 2], expected text"),
        (NOTEBOOK, notebook({"source": "\ud800"}), "cell 1, source: found '\\ud800', expected text"),
        (
            NOTEBOOK,
            notebook({"cell_type": ["code"]}),
            "cell 1, cell_type: found ['code'], expected code, markdown or raw",
        ),
        (NOTEBOOK, notebook({"metadata": {"tags": "x"}}), "cell 1, tags: found 'x', expected a list of texts"),
        (NOTEBOOK, notebook({"attachments": None}), "cell 1, attachments: found nothing, expected files by name"),
        (NOTEBOOK, notebook({"attachments": {"a.png": 1}}), "cell 1, attachments: found {'a.png': 1}, expected"),
        (NOTEBOOK, notebook({"outputs": 5}), "cell 1, outputs: found 5, expected a list of outputs"),
        (NOTEBOOK, notebook({"outputs": [5]}), "cell 1, outputs: found [5], expected a list of outputs"),
        (NOTEBOOK, notebook({"outputs": [{}, {}]}), "cell 1, output 2: found {}, expected an output as Jupyter"),
        (NOTEBOOK, notebook({"outputs": [SHOWN | {"data": [1]}]}), "cell 1, output 1: found {"),
        (NOTEBOOK, notebook({"outputs": [{"output_type": "stream", "name": "stdout", "text": 3}]}), "cell 1, output 1"),
        (NOTEBOOK, notebook({"outputs": [{"output_type": "error", "ename": "E", "traceback": 3}]}), "cell 1, output 1"),
        (NOTEBOOK, notebook({"execution_count": "1"}), "cell 1, execution_count: found '1', expected a whole number"),
        (NOTEBOOK, b"\xef\xbb\xbf{}", "koploper.ipynb"),
    ],
)
def test_a_damaged_file_of_the_project_is_named_with_its_place(
    project: Project, file: str, content: bytes, said: str
) -> None:
    put(project, file, content)
    done = na_report(project, "explain", "koploper")
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert done.stderr.count("hint:") == 1
    assert "Traceback" not in done.stderr


def test_all_that_is_wrong_with_the_pages_is_told_at_once(project: Project) -> None:
    put(project, "chapters/pages.yml", b"inleiding: {seconds: 0, memory_mb: many}\nkoploper: {chapter: [x]}\n")
    done = na_report(project, "explain", "koploper")
    for said in (
        "page inleiding, seconds: found 0",
        "page inleiding, memory_mb: found 'many'",
        "page koploper, chapter: found [",
    ):
        assert said in done.stderr


def test_all_that_is_wrong_with_the_contents_is_told_at_once(project: Project) -> None:
    put(project, "_toc.yml", b"root: index\nparts: [x, {chapters: [{file: index}, {file: ../a}]}]\n")
    put(project, "chapters/pages.yml", b"index: {seconds: 0}\n")
    said = na_report(project, "explain", "koploper").stderr
    for place in ("format:", "parts 1:", "parts 2, chapters 1, file:", "parts 2, chapters 2, file:"):
        assert f"_toc.yml, {place}" in said
    assert "chapters/pages.yml: page index, seconds: found 0" in said
    assert said.count("hint:") == 1


def test_all_that_is_wrong_with_a_chapter_is_told_at_once(project: Project) -> None:
    cells = ({"source": 3}, {"id": "b", "source": 3}, {"id": None}, {})
    put(project, NOTEBOOK, notebook(*cells, metadata=None, nbformat_minor=3))
    said = na_report(project, "explain", "koploper").stderr
    for place in (
        "koploper.ipynb: found notebook format 4.3",
        "koploper.ipynb, metadata: found nothing",
        "koploper.ipynb, cells 1, 2, source: found 3",
        "koploper.ipynb, cell 3, id: found nothing",
        "koploper.ipynb, cells 1, 4: found the id a more than once",
    ):
        assert place in said
    assert said.count("hint:") == 1


@pytest.mark.parametrize(("minor", "ids"), [(5, ["a", "a", "a"]), (5, ["a", None, None]), (2, [None, None, None])])
def test_the_advice_for_cells_without_ids_helps(project: Project, minor: int, ids: list[str | None]) -> None:
    found = json.loads(notebook(DECLARING, {}, {}, nbformat_minor=minor))
    for cell, name in zip(found["cells"], ids, strict=True):
        cell["id"] = name
        if name is None:
            del cell["id"]
    put(project, NOTEBOOK, json.dumps(found).encode())
    command = na_report(project, "explain", "koploper", "--edition", "2021").stderr.partition(' -c "')[2].strip('"\n')
    assert command
    subprocess.run([sys.executable, "-W", "ignore", "-c", command], cwd=project.root, check=True)
    assert na_report(project, "explain", "koploper", "--edition", "2021").stderr == ""


def test_a_page_may_use_as_much_as_the_bounds(project: Project) -> None:
    declared = (project.chapters / "pages.yml").read_bytes()
    put(project, "chapters/pages.yml", declared + b"inleiding: {seconds: 604800, memory_mb: 1048576}\n")
    done = na_report(project, "explain", "inleiding", "--edition", "2021")
    assert done.stderr == ""


def words_with(part: bytes) -> bytes:
    given = b"title: a, subtitle: b, author: c, cover: d, contents: e, figure: f, table: g"
    return b"nl: {%s, %s}\n" % (given, part)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("chapters/words.yml", b"1: {title: Advies}\n2: {title: Advice}\n", ["Choose from: 1, 2."]),
        (
            "chapters/words.yml",
            words_with(b"summary: nowhere, parts: [{a: b}, null]"),
            ["nl, parts: found [{'a': 'b'}, None], expected 2 captions as text", "nl, summary: found 'nowhere'"],
        ),
        ("_config.yml", b"sphinx: 3\n", ["_config.yml, sphinx: found 3, expected names with values"]),
        (
            "_config.yml",
            b"html: [x]\nexecute: off\nsphinx: {config: x, extra_extensions: abc}\n",
            [
                "_config.yml, html: found ['x']",
                "_config.yml, execute: found False",
                "_config.yml, sphinx, config: found 'x'",
                "_config.yml, sphinx, extra_extensions: found 'abc', expected a list",
            ],
        ),
        ("_config.yml", b"html: {baseurl: 3}\n", ["_config.yml, html, baseurl: found 3, expected a web address"]),
    ],
)
def test_words_and_settings_that_are_wrong_are_told_before_anything_runs(
    project: Project, file: str, content: bytes, said: list[str]
) -> None:
    put(project, file, content)
    done = na_report(project, "build", "--edition", "2021", "--format", "html")
    assert done.returncode == 2, done.stderr
    assert [part for part in said if part not in done.stderr] == [], done.stderr
    assert done.stderr.count("hint:") == 1
    assert "Traceback" not in done.stderr
    assert not (project.root / "_build" / "2021" / "nl" / "notebooks").exists()


def test_words_that_are_missing_are_told_before_anything_runs(project: Project) -> None:
    put(project, "chapters/words.yml", b"nl: {title: Advies, parts: [Het rapport]}\n")
    done = na_report(project, "build", "--edition", "2021", "--format", "html")
    assert done.returncode == 2
    for said in ("nl, subtitle: found nothing", "nl, figure: found nothing", "expected 2 captions"):
        assert said in done.stderr
    assert "running pages" not in done.stdout


def test_parameters_that_are_no_python_are_named(project: Project) -> None:
    path = project.root / NOTEBOOK
    path.write_text(path.read_text(encoding="utf-8").replace("edition: str", "edition = = str", 1), encoding="utf-8")
    done = na_report(project, "run", "koploper", "--edition", "2021")
    assert done.returncode == 2
    assert "koploper.ipynb, cell" in done.stderr
    assert "expected parameters as Python writes them" in done.stderr


@pytest.mark.parametrize("command", [("explain", "koploper"), ("preview", "--port", "0"), ("build",), ("run",)])
@pytest.mark.parametrize("edition", ["1999", "../..", "2021/../2021"])
def test_an_edition_that_is_not_there_makes_no_folder(project: Project, command: tuple[str, ...], edition: str) -> None:
    before = sorted(project.root.parent.rglob("*"))
    done = na_report(project, *command, "--edition", edition)
    assert done.returncode == 2
    assert "edition" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(project.root.parent.rglob("*")) == before


@pytest.mark.parametrize("name", ["edition", "language"])
def test_no_parameter_puts_a_page_in_another_book(project: Project, name: str) -> None:
    done = na_report(project, "run", "koploper", "-p", name, "2021")
    assert done.returncode == 2
    assert f"--{name} 2021" in done.stderr
    assert not (project.root / "_build").exists()


def test_a_parameter_chooses_the_page_that_is_named_after_it(project: Project) -> None:
    done = na_report(project, "run", "sector", "-p", "sector", "ho", "--edition", "2021")
    assert done.returncode == 0, done.stderr
    made = (project.root / "_build" / "2021" / "nl" / "notebooks").glob("*.ipynb")
    assert [path.name for path in made] == ["sector-hoger-onderwijs.ipynb"]
    done = na_report(project, "run", "sector-mbo", "-p", "sector", "ho", "--edition", "2021")
    assert done.returncode == 2
    assert "na-report run sector --grid sector=ho" in done.stderr


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_is_none_is_refused(project: Project, port: str) -> None:
    done = na_report(project, "preview", "--edition", "2021", "--port", port)
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_sweep_needs_a_folder(project: Project) -> None:
    put(project, "file.txt", b"mine")
    done = na_report(project, "run", "koploper", "--grid", "edition=2021", "--to", "file.txt")
    assert done.returncode == 2
    assert "is a file" in done.stderr
    assert (project.root / "file.txt").read_bytes() == b"mine"


def test_a_site_needs_an_edition(project: Project) -> None:
    import shutil

    for name in list_editions(project):
        shutil.rmtree(project.data / name)
    done = na_report(project, "site")
    assert done.returncode == 2
    assert "has no sealed edition" in done.stderr


def test_what_the_system_refuses_is_told_without_a_traceback(project: Project) -> None:
    put(project, "file.txt", b"mine")
    (project.root / "_build").symlink_to("file.txt")
    done = na_report(project, "run", "koploper", "--edition", "2021")
    assert done.returncode == 2
    assert done.stderr.count("error:") == 1
    assert "_build" in done.stderr
    assert "hint: Remove what stands there: all in _build is made again." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("build --edition 2021 --edition 2026", "--edition is given twice"),
        ("build -e 2021 --edition 2021", "--edition is given twice"),
        ("build --language nl --language nl", "--language is given twice"),
        ("build --jobs 1 -j 2", "-j is given twice"),
        ("run --grid edition=2021 --grid edition=2026", "--grid is given twice"),
        ("edition import a.xlsx --as 2027 --as 2028", "--as is given twice"),
        ("build --edition ''", "--edition/-e: found nothing, expected a value"),
        ("build --edition=", "--edition/-e: found nothing, expected a value"),
        ("build --check ''", "--check: found nothing, expected a value"),
        ("edition export 2026 ''", "argument FILE.xlsx: found nothing, expected a value"),
        ("run '' ", "argument PAGE: found nothing, expected a value"),
        ("nothing", "invalid choice: 'nothing'"),
    ],
)
def test_arguments_that_would_be_lost_are_refused(
    capsys: pytest.CaptureFixture[str], arguments: str, said: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(shlex.split(arguments))
    assert caught.value.code == 2
    told = capsys.readouterr().err
    assert said in told
    assert (told.count("error:"), told.count("hint:"), len(told.splitlines())) == (1, 1, 2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("run sector -p sector ho -p sector mbo", "na-report run sector --grid sector=ho,mbo"),
        ("run sector -p sector 'a b' -p sector mbo", "--grid 'sector=a b,mbo'"),
        ("run sector -p sector ho --grid sector=mbo", "-p and --grid both say what sector is"),
        ("run sector --edition 2021 --grid edition=2026", "--edition and --grid both say what edition is"),
        ("run sector --edition 2021 -p edition 2026 --grid sector=ho", "--edition and -p both say what edition is"),
        ("run sector --language nl --grid language=en", "--language and --grid both say what language is"),
        ("run sector --grid sector=ho --scheduler foo", "'foo' is not the address of a Dask scheduler"),
        ("run sector-mbo -p sector 'a b'", "na-report run sector --grid 'sector=a b'"),
        ("run sector -p edition 'a b'", "--edition 'a b'"),
        ("build --check . --force", "--check makes nothing"),
        ("build --check . --format pdf", "--check makes nothing"),
    ],
)
def test_what_two_arguments_say_of_one_thing_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: str, said: str
) -> None:
    monkeypatch.chdir(project.root)
    assert main(shlex.split(arguments)) == 2
    told = capsys.readouterr().err
    assert said in told
    assert (told.count("error:"), told.count("hint:")) == (1, 1)
    assert not (project.root / "_build").exists()


def test_an_empty_text_is_a_value_of_a_parameter() -> None:
    assert given_parameters(make_parser().parse_args(["run", "-p", "title", ""])) == {"title": ""}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://an:geheim@example.org/", "a user or password, which each page would show"),
        ("https://example.org/rapport/index.html", "the name of a page at its end"),
        ("https://example.org/index.HTM/", "the name of a page at its end"),
        ("https://example.org/?a=1", "a question or a place in a page"),
        ("https://example.org/?", "a question or a place in a page"),
        ("https://example.org/#a", "a question or a place in a page"),
        ("example.org/rapport", "no https:// in front"),
        ("ftp://example.org", "no https:// in front"),
        ("https://", "no name of a host"),
        ("https:///rapport", "no name of a host"),
        ("https://example.org:poort/", "a fault"),
        ("https://[::1/", "a fault"),
        ("https://example.org/een rapport/", "characters that an address can't have"),
        ("https://example.org/%zz/", "characters that an address can't have"),
        ("https://example.org/\n", "characters that an address can't have"),
    ],
)
@pytest.mark.parametrize("place", ["environment", "configuration"])
def test_an_odd_address_of_the_site_is_told_before_anything_runs(
    project: Project, monkeypatch: pytest.MonkeyPatch, address: str, said: str, place: str
) -> None:
    if place == "environment":
        monkeypatch.setenv(ADDRESS, address)
    else:
        put(project, "_config.yml", f"html: {{baseurl: {json.dumps(address)}}}\n".encode())
    with pytest.raises(NaReportError, match=re.escape(said)) as caught:
        books.words(books.Book(project, "2021", "nl"))
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["https://example.org", "http://localhost:8000/a/", "https://a.nl/~an/%C3%A9", "https://[::1]:80/x.y"]
)
def test_a_sound_address_of_the_site_ends_with_a_slash(
    project: Project, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv(ADDRESS, address)
    assert site_address(project) == f"{address.rstrip('/')}/"


def test_what_is_wrong_with_several_chapters_is_told_at_once(project: Project) -> None:
    put(project, NOTEBOOK, b'{"cells": [')
    put(project, "chapters/nl/inleiding.ipynb", notebook(5))
    for name, metadata in (
        ("bronnen", {"kernelspec": {"name": "ir", "language": "R"}}),
        ("colofon", {"language_info": {"name": "julia"}}),
        ("bewijs", {"kernelspec": 5}),
    ):
        put(project, f"chapters/nl/{name}.ipynb", notebook(DECLARING, metadata=metadata))
    done = na_report(project, "run", "--edition", "2021")
    assert done.returncode == 2
    for said in (
        "koploper.ipynb, line 1: found 'Expecting value'",
        "inleiding.ipynb, cell 1: found 5, expected a cell",
        "bronnen.ipynb, metadata, kernelspec, language: found 'R', expected a notebook in python",
        "colofon.ipynb, metadata, language_info, name: found 'julia', expected a notebook in python",
        "bewijs.ipynb, metadata, kernelspec, language: found 5, expected a notebook in python",
    ):
        assert done.stderr.count(said) == 1, said
    assert done.stderr.count("hint:") == 1


@pytest.mark.parametrize("jobs", ["-1", "x", "1.5", "99999"])
@pytest.mark.parametrize("command", ["build", "run"])
def test_a_number_of_processes_that_is_none_is_refused(project: Project, command: str, jobs: str) -> None:
    done = na_report(project, command, "--jobs", jobs)
    assert done.returncode == 2
    assert "expected a whole number from 0" in done.stderr
    assert not (project.root / "_build").exists()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_who_stops_reading_stops_the_command_and_that_is_no_success(project: Project, unbuffered: str) -> None:
    command = f"{sys.executable} -m na_report.cli edition verify | true; exit ${{PIPESTATUS[0]}}"
    env = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(
        ["bash", "-c", command], cwd=project.root, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (141, "")


def test_a_command_without_streams_does_its_work(project: Project) -> None:
    command = f"{sys.executable} -m na_report.cli edition copy 2021 2022 <&- >&- 2>&-"
    done = subprocess.run(["bash", "-c", command], cwd=project.root, check=False)
    assert done.returncode == 0
    assert (project.data / "2022" / "sources.csv").is_file()


def test_what_the_terminal_can_not_show_is_written_otherwise(project: Project) -> None:
    command = [sys.executable, "-m", "na_report.cli", "check", "--edition", "2021"]
    surroundings = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=project.root, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "agenda\\u2019s" in done.stdout


@pytest.mark.parametrize("file", one_of_a_kind(["data/2021/x.xlsx", "data/x.xlsx", "elsewhere/x.xlsx"]))
def test_nothing_but_editions_goes_among_the_editions(project: Project, file: str) -> None:
    (project.root / "elsewhere").symlink_to("data/2021")
    done = na_report(project, "edition", "export", "2021", file)
    assert done.returncode == 2
    assert "folder of the editions" in done.stderr
    done = na_report(project, "run", "koploper", "--grid", "edition=2021", "--to", file)
    assert done.returncode == 2
    assert "folder of the editions" in done.stderr
    assert na_report(project, "edition", "verify", "2021").returncode == 0


def test_a_file_that_does_not_belong_in_an_edition_is_named(project: Project) -> None:
    put(project, "data/2021/x.xlsx", b"mine")
    put(project, "data/2021/.DS_Store", b"")
    done = na_report(project, "edition", "verify", "2021")
    assert done.returncode == 1
    assert "x.xlsx: found 'x.xlsx', expected only tables of the schema and their seal" in done.stderr
    assert "1 problem:" in done.stderr


def test_a_link_that_leads_to_itself_is_no_book(project: Project) -> None:
    (project.root / "loop").symlink_to("loop")
    done = na_report(project, "build", "--check", "loop")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


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
    notebook.cells.append(
        nbformat.v4.new_code_cell(f"import pathlib, time\npathlib.Path({str(sign)!r}).touch()\ntime.sleep(60)")
    )
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "na_report.cli", "run", "koploper", "--edition", "2021"]
    surroundings = os.environ | {"TMPDIR": str(folder)}
    done = subprocess.Popen(command, cwd=project.root, env=surroundings, stderr=subprocess.PIPE, text=True)
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
    command = [sys.executable, "-m", "na_report.cli", "edition", "verify", "2021"]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert f"{name}: found 'no file" in done.stderr
