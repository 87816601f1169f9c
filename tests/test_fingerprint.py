"""A page runs again when an ingredient changes that it has, and only then."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT, cases, copy_of_project, edit, na_report, seal_again

from na_report.base.paths import Project
from na_report.commands.run import answers_of
from na_report.editions.asked import digest
from na_report.running import fingerprint
from na_report.running.execution import run_pages
from na_report.running.pages import all_pages, choose, mentions

NAMES = ["sector-mbo", "sector-hoger-onderwijs", "koploper", "kanttekeningen", "conclusies"]
RERUNS = cases("reruns")


def run(project: Project) -> list[Any]:
    """Runs what is not as its ingredients make it."""
    pages = choose(all_pages(project), NAMES)
    return run_pages(project, pages, {"edition": "2021"}, notebooks(project), answers=answers_of(project, "2021"))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose pages have run; each test works on a copy."""
    project = copy_of_project(tmp_path_factory.mktemp("ran"))
    assert len(run(project)) == len(NAMES)
    return project


@pytest.fixture
def project(ran: Project, tmp_path: Path) -> Project:
    shutil.copytree(ran.root, tmp_path / "copy")
    return Project(tmp_path / "copy")


def notebooks(project: Project) -> Path:
    return project.build("2021", "nl") / "notebooks"


def why(project: Project, name: str) -> list[str]:
    """Returns what `explain` tells of a page."""
    told, *reasons = na_report(project, "explain", name, "--edition", "2021").stdout.splitlines()
    assert told == f"{name}: {'would run again' if reasons else 'is up to date'}"
    return [reason.strip() for reason in reasons]


def test_nothing_runs_again_when_nothing_changed(project: Project) -> None:
    assert [why(project, name) for name in NAMES] == [[]] * len(NAMES)
    assert run(project) == []


@pytest.mark.parametrize("case", RERUNS.values(), ids=RERUNS)
def test_a_change_runs_the_pages_that_show_it_and_no_others(project: Project, case: dict[str, Any]) -> None:
    edit(project.root / case["file"], case["old"], case["new"])
    if case["file"].startswith("data"):
        seal_again(project, "2021")
    told = {name: found for name in NAMES if (found := "; ".join(why(project, name)))}
    assert told.keys() == case["runs"].keys()
    assert [found for name, found in told.items() if case["runs"][name] not in found] == []


def test_chapter_parameters_stories_lock_python_and_library_are_ingredients(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    edit(project.chapters / "nl" / "sector.ipynb", "blocks.show(", "blocks.show (")
    edit(project.chapters / "pages.yml", "sector: mbo}", "sector: po_vo}")
    (project.root / "requirements.lock").write_bytes(b"\xff")
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    files, root = fingerprint.library_files()
    library = tmp_path / "library"
    shutil.copytree(root, library)
    edit(library / "cli.py", "import", " import")
    monkeypatch.setattr(fingerprint, "own_library", fingerprint.own_library.__wrapped__)
    copies = [library / path.relative_to(root) for path in files]
    monkeypatch.setattr(fingerprint, "library_files", lambda: (copies, library))
    changed = ["chapter", "parameters", "library", "python", "lock"]
    assert why(project, "sector-mbo") == [f"{name} changed" for name in changed]


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


def test_each_file_of_the_project_counts_for_the_book_also_one_that_keeps_its_size_and_time(project: Project) -> None:
    edit(project.chapters / "pages.yml", "colofon: {reads: [", "colofon: {reads: [bijlage.txt, ")
    seen = {fingerprint.hash_inputs(project)}
    for name in (b"bijlage.txt", b"data/\xff", b"chapters/\xff", b"chapters/\xfe"):  # also one whose name is no text
        path = project.root / os.fsdecode(name)
        path.write_text("1")
        seen.add(fingerprint.hash_inputs(project))
    before = path.stat()
    time.sleep(0.02)  # as fine as a file system counts
    path.write_text("2")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert len(seen | {fingerprint.hash_inputs(project)}) == 6


def test_an_answer_has_a_hash_of_all_that_it_holds_in_whichever_process() -> None:
    long, short = (pd.DataFrame({"id": [f"R{row}" for row in range(rows)], "value": 0.5}) for rows in (200, 3))
    others = [long.replace({"id": "R100"}, "other"), long.assign(value=[0.5] * 100 + [0.7] + [0.5] * 99)]
    others += [short.assign(value=0.5000000000001), short.assign(value="0.5"), short.set_index("id")]
    for one, other in zip((long, long, short, short, short), others, strict=True):
        for wrap in (lambda answer: answer, lambda answer: {"a": [answer]}, lambda answer: (1, answer)):
            assert digest(wrap(one)) == digest(wrap(one.copy()))
            assert digest(wrap(one)) != digest(wrap(other)), (one, other)
    assert digest(set("hgfedcba")) == digest([*"abcdefgh"]), "the order of a set differs from process to process"


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
