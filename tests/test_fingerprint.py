"""A page runs again when an ingredient changes that it has, and only then."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, Change

from na_report.base.errors import ChapterError
from na_report.base.paths import Project
from na_report.editions.edition import open_edition
from na_report.editions.reads import answer_again
from na_report.running import fingerprint
from na_report.running.execution import run_pages
from na_report.running.pages import Page, all_pages, checked_parameters, choose, mentions

BASE = {"edition": "2021"}
NAMES = ["sector-mbo", "sector-hoger-onderwijs", "koploper"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose pages have run; each test works on a copy."""
    root = tmp_path_factory.mktemp("ran") / "project"
    root.mkdir()
    for name in ("_toc.yml", "_config.yml", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    for name in ("data", "chapters"):
        shutil.copytree(ROOT / name, root / name)
    project = Project(root)
    run_pages(project, choose(all_pages(project), NAMES), BASE, notebooks(project))
    return project


@pytest.fixture
def project(ran: Project, tmp_path: Path) -> Project:
    shutil.copytree(ran.root, tmp_path / "copy")
    return Project(tmp_path / "copy")


def notebooks(project: Project) -> Path:
    return project.build("2021", "nl") / "notebooks"


def why(project: Project, name: str, **given: str) -> list[str]:
    [page] = choose(all_pages(project), [name])
    edition = open_edition("2021", project)
    parameters = checked_parameters(page, BASE | given)
    return fingerprint.reasons(project, page, parameters, notebooks(project), lambda keys: answer_again(edition, keys))


def edit(path: Path, old: str, new: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    [cell, *_] = [cell for cell in notebook.cells if old in cell.source]
    cell.source = cell.source.replace(old, new)
    nbformat.write(notebook, path)


def test_nothing_runs_again_when_nothing_changed(project: Project) -> None:
    assert [why(project, name) for name in NAMES] == [[], [], []]
    edition = open_edition("2021", project)
    runs = run_pages(
        project,
        choose(all_pages(project), NAMES),
        BASE,
        notebooks(project),
        answers=lambda keys: answer_again(edition, keys),
    )
    assert runs == []


def test_an_observation_of_the_mbo_runs_the_mbo_page_only(
    project: Project, change: Change, reseal: Callable[[], None]
) -> None:
    change("observations", "IND019-NL-2019", "value", "37")
    reseal()
    assert any("IND019" in reason for reason in why(project, "sector-mbo"))
    assert why(project, "sector-hoger-onderwijs") == []
    assert why(project, "koploper") == []


def test_a_claim_that_flips_runs_the_page_that_says_so(
    project: Project, change: Change, reseal: Callable[[], None]
) -> None:
    change("observations", "IND088-NL-2020", "value", "-1")
    reseal()
    assert any("claims" in reason for reason in why(project, "koploper"))
    assert why(project, "sector-mbo") == []


def test_a_text_runs_its_own_page(project: Project, change: Change, reseal: Callable[[], None]) -> None:
    change("findings", "FH36", "text_nl", "Niemand trekt virtuele mobiliteit.")
    reseal()
    assert why(project, "sector-hoger-onderwijs")
    assert why(project, "sector-mbo") == []


def test_the_story_of_one_sector_leaves_the_other_alone(project: Project) -> None:
    path = project.chapters / "nl" / "sector" / "mbo.md"
    path.write_text(path.read_text(encoding="utf-8").replace("snel digitaal", "digitaal"), encoding="utf-8")
    assert why(project, "sector-mbo") == ["sector/mbo.md changed"]
    assert why(project, "sector-hoger-onderwijs") == []


def test_a_cell_is_an_ingredient(project: Project) -> None:
    edit(project.chapters / "nl" / "koploper.ipynb", 'verdicts.page_note(evidence, "koploper", language)', "pass")
    assert why(project, "koploper") == ["chapter changed"]


def test_a_parameter_is_an_ingredient(project: Project) -> None:
    assert "parameters changed" in why(project, "sector-mbo", sector="ho")


def test_the_lock_is_an_ingredient(project: Project) -> None:
    with (project.root / "requirements.lock").open("a", encoding="utf-8") as file:
        file.write("# another\n")
    assert why(project, "koploper") == ["lock changed"]


def test_the_library_is_an_ingredient(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files, root = fingerprint.library_files()
    for path in files:
        target = tmp_path / "lib" / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    target.write_text(target.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    copies = [path for path in (tmp_path / "lib").rglob("*") if path.is_file()]
    monkeypatch.setattr(fingerprint, "library_files", lambda: (copies, tmp_path / "lib"))
    assert why(project, "koploper") == ["library changed"]


def test_python_is_an_ingredient(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    assert why(project, "koploper") == ["python changed"]


def test_a_damaged_notebook_runs_again(project: Project) -> None:
    path = notebooks(project) / "koploper.ipynb"
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    assert why(project, "koploper") == ["its executed notebook was changed or damaged"]


def test_a_page_without_a_mark_runs_again(project: Project) -> None:
    fingerprint.state_file(notebooks(project), "koploper").unlink()
    assert why(project, "koploper") == ["it has not run to the end yet"]


@pytest.mark.parametrize(
    "damage",
    [
        {"ingredients": 5},
        {"ingredients": {"code": 5}},
        {"reads": ["x"]},
        {"reads": {"[]": "x"}},
        {"reads": {"5": "x"}},
        {"reads": {"[5]": "x"}},
        {"reads": {"no JSON": "x"}},
        {"reads": {"[" * 100_000: "x"}},
        {"notebook": None},
        {"data": [1]},
    ],
)
def test_a_page_with_a_damaged_mark_runs_again(project: Project, damage: dict[str, object]) -> None:
    path = fingerprint.state_file(notebooks(project), "koploper")
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | damage), encoding="utf-8")
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
    [page] = choose(all_pages(project), ["koploper"])
    question, asked = json.dumps(["story", "nl/sector", "mbo", "conclusie"]), set()
    state = fingerprint.read_state(notebooks(project), page.name)
    assert state is not None
    reads = {**state.reads, **answer_again(open_edition("2021", project), [question])}
    fingerprint.write_state(notebooks(project), page.name, state.ingredients, reads, state.data)

    def answers(questions: Iterable[str]) -> dict[str, str]:
        asked.update(questions)
        return answer_again(open_edition("2021", project), questions)

    def reasons() -> list[str]:
        return fingerprint.reasons(project, page, checked_parameters(page, BASE), notebooks(project), answers)

    assert reasons() == []
    assert asked == {question}
    story = project.chapters / "nl" / "sector" / "mbo.md"
    story.write_text(
        story.read_text(encoding="utf-8").replace("+++ conclusie\n", "+++ conclusie\n\nEen zin.\n"), encoding="utf-8"
    )
    assert reasons() == ["data changed: story nl/sector mbo conclusie"]


@pytest.mark.parametrize("folder", ["data", "chapters"])
def test_a_file_whose_name_is_no_text_counts(project: Project, folder: str) -> None:
    before = fingerprint.hash_inputs(project)
    seen = {before}
    for name in (b"\xff", b"\xfe"):
        path = project.root / folder / os.fsdecode(name)
        path.write_bytes(b"")
        seen.add(fingerprint.hash_inputs(project))
        assert fingerprint.data_hash(project)
        path.unlink()
    assert len(seen) == 3
    assert fingerprint.hash_inputs(project) == before


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[",
        "5",
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [5]}',
        '{"nbformat": 4, "cells": [{"outputs": 3}]}',
        '{"nbformat": 3}',
    ],
)
def test_a_damaged_executed_notebook_mentions_nothing(project: Project, content: str) -> None:
    anchors = ["ind019-nl-2019"]
    folder = notebooks(project)
    before = mentions(folder, anchors)
    assert "sector-mbo" in before
    (folder / "koploper.ipynb").write_text(content, encoding="utf-8")
    assert mentions(folder, anchors) == {name: found for name, found in before.items() if name != "koploper"}


def test_opening_a_table_behind_the_edition_is_an_error(project: Project) -> None:
    edit(
        project.chapters / "nl" / "koploper.ipynb",
        'verdicts.page_note(evidence, "koploper", language)',
        'open("../../data/2021/findings.csv")',
    )
    with pytest.raises(ChapterError, match=r"findings\.csv itself"):
        run_pages(project, choose(all_pages(project), ["koploper"]), BASE, notebooks(project))


def test_every_ingredient_of_a_page_is_named(project: Project) -> None:
    [page] = choose(all_pages(project), ["koploper"])
    assert isinstance(page, Page)
    assert set(fingerprint.ingredients(project, page, BASE)) == {
        "chapter",
        "parameters",
        "library",
        "lock",
        "python",
    }


def test_answers_that_are_the_same_are_asked_once_after_a_change_of_data(
    project: Project, change: Change, reseal: Callable[[], None]
) -> None:
    change("observations", "IND007-NL-2019", "page", "99")
    reseal()
    edition, asked = open_edition("2021", project), []

    def answers(questions: Iterable[str]) -> dict[str, str]:
        found = answer_again(edition, questions)
        asked.append(found)
        return found

    [page] = choose(all_pages(project), ["sector-hoger-onderwijs"])
    for _ in range(2):
        assert run_pages(project, [page], BASE, notebooks(project), answers=answers) == []
    assert len(asked) == 1
    assert why(project, "sector-hoger-onderwijs") == []


def test_a_file_that_a_page_reads_makes_the_book_old(project: Project) -> None:
    pages = project.chapters / "pages.yml"
    pages.write_text(pages.read_text(encoding="utf-8") + "inleiding: {reads: [bijlage.txt]}\n", encoding="utf-8")
    extra = project.root / "bijlage.txt"
    extra.write_text("een", encoding="utf-8")
    before = fingerprint.hash_inputs(project)
    extra.write_text("twee", encoding="utf-8")
    assert fingerprint.hash_inputs(project) != before
