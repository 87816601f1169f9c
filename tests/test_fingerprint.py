"""A page runs again when an ingredient changes that it has, and only then."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Change, copy_of_project
from test_kernels import add_cell

from na_report.base.errors import ChapterError
from na_report.base.paths import Project
from na_report.editions.asked import answer_again
from na_report.editions.edition import open_edition
from na_report.running import fingerprint
from na_report.running.execution import run_pages
from na_report.running.pages import all_pages, checked_parameters, choose, mentions

BASE = {"edition": "2021"}
NAMES = ["sector-mbo", "sector-hoger-onderwijs", "koploper"]


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


class Asking:
    """Answers as the edition of today does, and remembers what was asked."""

    def __init__(self, project: Project) -> None:
        self.edition, self.asked = open_edition("2021", project), []  # type: ignore[var-annotated]

    def __call__(self, questions: Iterable[str]) -> dict[str, str]:
        self.asked += (found := [*questions])
        return answer_again(self.edition, found)


def why(project: Project, name: str, answers: Asking | None = None, **given: str) -> list[str]:
    [page] = choose(all_pages(project), [name])
    parameters, answers = checked_parameters(page, BASE | given), answers or Asking(project)
    return fingerprint.reasons(project, page, parameters, notebooks(project), answers)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_nothing_runs_again_when_nothing_changed(project: Project) -> None:
    assert [why(project, name) for name in NAMES] == [[], [], []]
    pages = choose(all_pages(project), NAMES)
    assert run_pages(project, pages, BASE, notebooks(project), answers=Asking(project)) == []


@pytest.mark.parametrize(
    ("cell", "value", "runs", "reason", "stay"),
    [
        ("observations IND019-NL-2019 value", "37", "sector-mbo", "IND019", ["sector-hoger-onderwijs", "koploper"]),
        ("observations IND088-NL-2020 value", "-1", "koploper", "reasoning.checking", ["sector-mbo"]),
        ("findings FH36 text_nl", "Niemand.", "sector-hoger-onderwijs", "data changed", ["sector-mbo"]),
    ],
    ids=["an observation", "a claim that flips", "a text"],
)
def test_a_row_runs_the_pages_that_show_it_and_no_other(
    project: Project,
    change: Change,
    reseal: Callable[[], None],
    cell: str,
    value: str,
    runs: str,
    reason: str,
    stay: list[str],
) -> None:
    change(*cell.split(), value)
    reseal()
    assert any(reason in told for told in why(project, runs))
    assert [why(project, name) for name in stay] == [[] for _ in stay]


def test_the_story_of_one_sector_leaves_the_other_alone(project: Project) -> None:
    edit(project.chapters / "nl" / "sector" / "mbo.md", "snel digitaal", "digitaal")
    assert why(project, "sector-mbo") == ["sector/mbo.md changed"]
    assert why(project, "sector-hoger-onderwijs") == []


def test_chapter_parameters_lock_python_and_library_are_ingredients(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    edit(project.chapters / "nl" / "koploper.ipynb", "verdicts.page_note(", "verdicts.page_note (")
    with (project.root / "requirements.lock").open("a", encoding="utf-8") as file:
        file.write("# another\n")
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    files, root = fingerprint.library_files()
    library = tmp_path / "library"
    shutil.copytree(root, library)
    edit(library / "cli.py", "import", " import")
    monkeypatch.setattr(
        fingerprint, "library_files", lambda: ([library / path.relative_to(root) for path in files], library)
    )
    changed = {"chapter changed", "lock changed", "python changed", "library changed"}
    assert {*why(project, "koploper")} == changed
    assert {*why(project, "koploper", edition="2026")} == changed | {"parameters changed"}
    [page] = choose(all_pages(project), ["koploper"])
    assert {f"{name} changed" for name in fingerprint.ingredients(project, page, BASE)} == changed | {
        "parameters changed"
    }


def test_a_damaged_notebook_runs_again(project: Project) -> None:
    path = notebooks(project) / "koploper.ipynb"
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    assert why(project, "koploper") == ["its executed notebook was changed or damaged"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", None),
        ('"ingredients": {', '"ingredients": {"code": 5, '),
        ('"reads"', '"read"'),
        ("[{", "{"),
        ("[", "[" * 99_999),
    ],
    ids=["gone", "a value", "a name", "half", "deep"],
)
def test_a_page_with_a_damaged_mark_runs_again(project: Project, old: str, new: str | None) -> None:
    path = fingerprint.state_file(notebooks(project), "koploper")
    path.unlink() if new is None else edit(path, old, new)
    assert why(project, "koploper") == ["it has not run to the end yet"]


def test_a_lock_that_is_no_text_is_an_ingredient_too(project: Project) -> None:
    found = []
    for content in (b"\xff", b"\xfe", b"\xff"):
        (project.root / "requirements.lock").write_bytes(content)
        [page] = choose(all_pages(project), ["koploper"])
        made_of = fingerprint.ingredients(project, replace(page, reads=["requirements.lock"]), BASE)
        found.append((made_of["lock"], made_of["requirements.lock"]))
    assert found[0] == found[2]
    assert all(one != other for one, other in zip(found[0], found[1], strict=True))


def test_while_the_data_are_the_same_only_stories_are_asked_for_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    question, asking = json.dumps(["story", "nl/sector", "mbo", "conclusie"]), Asking(project)
    state = fingerprint.read_state(notebooks(project), "koploper")
    assert state is not None
    reads = {**state.reads, **asking([question])}
    fingerprint.write_state(notebooks(project), "koploper", state.ingredients, reads, state.data)
    asking.asked.clear()
    assert why(project, "koploper", asking) == []
    assert asking.asked == [question]
    edit(project.chapters / "nl" / "sector" / "mbo.md", "+++ conclusie\n", "+++ conclusie\n\nEen zin.\n")
    assert why(project, "koploper") == ["data changed: story nl/sector mbo conclusie"]


def test_answers_that_are_the_same_are_asked_once_after_a_change_of_data(
    project: Project, change: Change, reseal: Callable[[], None]
) -> None:
    change("observations", "IND007-NL-2019", "page", "99")
    reseal()
    asking, pages = Asking(project), choose(all_pages(project), ["sector-hoger-onderwijs"])
    assert run_pages(project, pages, BASE, notebooks(project), answers=asking) == []
    assert asking.asked
    asking.asked.clear()
    assert run_pages(project, pages, BASE, notebooks(project), answers=asking) == []
    assert asking.asked == []


@pytest.mark.parametrize("folder", ["data", "chapters"])
def test_a_file_whose_name_is_no_text_counts(project: Project, folder: str) -> None:
    before = fingerprint.hash_inputs(project)
    seen = {before}
    for name in (b"\xff", b"\xfe"):
        path = project.root / folder / os.fsdecode(name)
        path.write_bytes(b"")
        seen.add(fingerprint.hash_inputs(project))
        path.unlink()
    assert len(seen) == 3
    assert fingerprint.hash_inputs(project) == before


@pytest.mark.parametrize("content", ["", "5", '{"nbformat": 4, "cells": [{"outputs": 3}]}'])
def test_a_damaged_executed_notebook_mentions_nothing(project: Project, content: str) -> None:
    anchors, folder = ["ind019-nl-2019"], notebooks(project)
    before = mentions(folder, anchors)
    assert "sector-mbo" in before
    (folder / "sector-mbo.ipynb").write_text(content, encoding="utf-8")
    assert mentions(folder, anchors) == {name: found for name, found in before.items() if name != "sector-mbo"}


def test_opening_a_table_behind_the_edition_is_an_error(project: Project) -> None:
    add_cell(project, 'open("../../data/2021/findings.csv")')
    with pytest.raises(ChapterError, match=r"findings\.csv itself"):
        run_pages(project, choose(all_pages(project), ["koploper"]), BASE, notebooks(project))


def test_a_file_that_a_page_reads_makes_the_book_old(project: Project) -> None:
    pages = project.chapters / "pages.yml"
    pages.write_text(pages.read_text(encoding="utf-8") + "inleiding: {reads: [bijlage.txt]}\n", encoding="utf-8")
    hashes = set()
    for text in ("een", "twee"):
        (project.root / "bijlage.txt").write_text(text, encoding="utf-8")
        hashes.add(fingerprint.hash_inputs(project))
    assert len(hashes) == 2
