"""A page runs again when an ingredient changes that it has, and only then."""

import functools
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, copy_of_project, edit, seal_again

from na_report.base.paths import Project
from na_report.editions.asked import answer_again
from na_report.editions.edition import open_edition
from na_report.running import fingerprint
from na_report.running.execution import run_pages
from na_report.running.pages import all_pages, choose, mentions, with_parameters

BASE = {"edition": "2021"}
NAMES = ["sector-mbo", "sector-hoger-onderwijs", "koploper", "kanttekeningen"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose pages have run; each test works on a copy."""
    project = copy_of_project(tmp_path_factory.mktemp("ran"))
    run_pages(project, choose(all_pages(project), NAMES), BASE, notebooks(project))
    return project


@pytest.fixture
def project(ran: Project, tmp_path: Path) -> Project:
    shutil.copytree(ran.root, tmp_path / "copy")
    return Project(tmp_path / "copy")


def notebooks(project: Project) -> Path:
    return project.build("2021", "nl") / "notebooks"


def answers(project: Project) -> fingerprint.Answers:
    return functools.partial(answer_again, open_edition("2021", project))


def why(project: Project, name: str, **given: str) -> list[str]:
    [page] = choose(all_pages(project), [name])
    page = with_parameters(page, BASE | given)
    return fingerprint.reasons(project, page, notebooks(project), answers(project))


def test_nothing_runs_again_when_nothing_changed(project: Project) -> None:
    assert [why(project, name) for name in NAMES] == [[], [], [], []]
    pages = choose(all_pages(project), NAMES)
    assert run_pages(project, pages, BASE, notebooks(project), answers=answers(project)) == []


# A file of the project, what changes in it, the page that runs again, and why.
ROWS = "data/2021/observations.csv"
CHANGES = [
    (ROWS, ",41,,,,kennisnet2019ictmonitormbo,17,40", ",37,,,,kennisnet2019ictmonitormbo,17,40", NAMES[0], "IND019"),
    (ROWS, "IND088,NL,,,2020,inferred,1,", "IND088,NL,,,2020,inferred,-1,", "koploper", "reasoning.checking"),
    ("data/2021/findings.csv", "Virtuele mobiliteit in brede zin heeft", "Er is", NAMES[1], "data changed"),
    ("chapters/nl/words.yml", "Wat wij ermee doen", "Wat wij daarmee doen", "kanttekeningen", "data changed"),
    ("chapters/nl/sector/mbo.md", "snel digitaal", "digitaal", NAMES[0], "story nl/sector mbo"),
]


@pytest.mark.parametrize("change", CHANGES, ids=["an observation", "a claim that flips", "a text", "a word", "a story"])
def test_a_change_runs_the_page_that_shows_it_and_not_all(
    project: Project, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str, str, str, str]
) -> None:
    file, old, new, runs, reason = change
    monkeypatch.chdir(project.root)
    edit(project.root / file, old, new)
    seal_again(project, "2021")
    assert any(reason in told for told in why(project, runs))
    others = [name for name in NAMES if why(project, name) and name != runs]
    assert others == [] if file.startswith("chapters") else len(others) < 3


def test_chapter_parameters_lock_python_and_library_are_ingredients(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    edit(project.chapters / "nl" / "koploper.ipynb", "blocks.show(", "blocks.show (")
    (project.root / "requirements.lock").write_bytes(b"\xff")
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    files, root = fingerprint.library_files()
    library = tmp_path / "library"
    shutil.copytree(root, library)
    edit(library / "cli.py", "import", " import")
    monkeypatch.setattr(fingerprint, "own_library", fingerprint.own_library.__wrapped__)
    monkeypatch.setattr(
        fingerprint, "library_files", lambda: ([library / path.relative_to(root) for path in files], library)
    )
    changed = {"chapter changed", "lock changed", "python changed", "library changed"}
    assert {*why(project, "koploper")} == changed
    assert {*why(project, "koploper", edition="2026")} == changed | {"parameters changed"}


def test_a_page_with_a_damaged_mark_or_notebook_runs_again(project: Project) -> None:
    assert "koploper" in mentions(notebooks(project), ["ind088-nl-2020"])
    mark = fingerprint.state_file(notebooks(project), "koploper")
    whole = mark.read_text(encoding="utf-8")
    edit(notebooks(project) / "koploper.ipynb", '"cells"', '"cell"')
    assert why(project, "koploper") == ["its executed notebook was changed or damaged"]
    assert "koploper" not in mentions(notebooks(project), ["ind088-nl-2020"])
    code = '"ingredients": {'
    for old, new in ((code, f'{code}"code": 5, '), ('"reads"', '"read"'), ("[{", "{"), ("[", "[" * 99_999)):
        mark.write_text(whole, encoding="utf-8")
        edit(mark, old, new)
        assert why(project, "koploper") == ["it has not run to the end yet"], old


def test_a_part_of_a_story_is_an_ingredient_of_each_page_that_tells_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    question = json.dumps(["story", "nl/sector", "mbo", "conclusie"])
    state = fingerprint.read_state(notebooks(project), "koploper")
    assert state is not None
    reads = {**state.reads, **answers(project)([question])}
    fingerprint.write_state(notebooks(project), "koploper", state.ingredients, reads, state.data)
    assert why(project, "koploper") == []
    story = project.chapters / "nl" / "sector" / "mbo.md"
    edit(story, "+++ conclusie\n", "+++ conclusie\n\nEen zin.\n")
    assert why(project, "koploper") == ["data changed: story nl/sector mbo conclusie"]
    assert why(project, "sector-mbo") == []
    story.unlink()
    assert why(project, "sector-mbo")[0] == "data changed: story nl/sector mbo begin"


def test_each_file_of_the_project_counts_for_the_book(project: Project) -> None:
    edit(project.chapters / "pages.yml", "colofon: {reads: [", "colofon: {reads: [bijlage.txt, ")
    seen = {fingerprint.hash_inputs(project)}
    for name in (b"bijlage.txt", b"data/\xff", b"chapters/\xff", b"chapters/\xfe"):  # also one whose name is no text
        (project.root / os.fsdecode(name)).write_bytes(b"")
        seen.add(fingerprint.hash_inputs(project))
    assert len(seen) == 5


def test_a_file_that_changes_and_keeps_its_size_and_time_counts_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1")
    before, seen = path.stat(), fingerprint.hash_files([path], tmp_path)
    time.sleep(0.02)  # as fine as a file system counts
    path.write_text("2")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert fingerprint.hash_files([path], tmp_path) != seen


def test_a_build_that_has_nothing_to_do_waits_for_no_library() -> None:
    slow = {"babel", "bs4", "jsonschema", "matplotlib", "nbformat", "openpyxl", "pandas", "sphinx"}
    code = f"""import sys
from na_report.base.paths import find_project
from na_report.commands.build import Book, folders, hash_inputs, is_current, known_language
project = find_project()
is_current(Book(project, folders.newest_edition(project), known_language(project, "")), hash_inputs(project), ["html"])
print(*{slow} & {{*sys.modules}})"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
