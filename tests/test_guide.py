"""The guide for changes, done as it stands there: each step in a fresh copy of the project, and what comes of it seen."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.commands.sectors import refuse_missing
from na_report.editions.edition import copy_edition, open_edition
from na_report.editions.reads import answer_again
from na_report.running.fingerprint import data_hash
from na_report.running.pages import all_pages

GUIDE = (ROOT / "docs" / "change.md").read_text(encoding="utf-8")
CHANGES = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", GUIDE, re.DOTALL | re.MULTILINE))
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"`([\w./-]+\.(?:ipynb|yml|csv|md))`[^`]*:\n\n\Z")
_UNDER = re.compile(r"under `(- file: [\w-]+)` in\s+`_toc\.yml`:\n\n\Z")


@dataclass(frozen=True)
class Step:
    """A block of the guide: its kind, its text, the file that the line above it ends with, and the line to go under."""

    kind: str
    text: str
    file: str = ""
    under: str = ""


def steps(change: str) -> Iterator[Step]:
    section = CHANGES[change]
    for block in _BLOCK.finditer(section):
        before, text = section[: block.start()], textwrap.dedent(block[3]) if block[2] != "yaml" else block[3]
        if block[2] == "yaml":  # a list in `_toc.yml` has an indent of its own, beside that of the step
            text = re.sub(rf"^{block[1]}", "", text, flags=re.MULTILINE)
        file, under = _FILE.search(before), _UNDER.search(before)
        assert block[2] == "sh" or file, f"no file is named above {text}"
        yield Step(block[2], text, file[1] if file and block[2] != "sh" else "", under[1] if under else "")


def do(step: Step, root: Path) -> str:
    """Does a step and returns what the commands of it said."""
    path = root / step.file
    if step.kind == "sh":
        return sh(step.text, root)
    if step.kind == "diff":
        for old, new in re.findall(r"^-(.*)\n\+(.*)$", step.text, re.MULTILINE):
            replace(path, old, new)
    elif step.under:
        replace(path, step.under, f"{step.under}\n{step.text.rstrip()}")
    elif path.suffix == ".ipynb":
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(-1, nbformat.v4.new_code_cell(step.text.rstrip(), metadata={"tags": ["remove-input"]}))
        nbformat.write(notebook, path)
    else:
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(old + step.text, encoding="utf-8")
    return ""


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def sh(commands: str, root: Path) -> str:
    """Runs commands in a project as a reader of the guide does, with the program of this environment."""
    program = str(Path(sys.executable).parent / "na-report")
    done = subprocess.run(
        ["bash", "-ec", re.sub(r" {2,}#.*", "", commands).replace(".venv/bin/na-report", program)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr and done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.fixture
def untouched(project: Project) -> Iterator[Project]:
    """A copy of the project, without the program: nothing in `src/` can be changed."""
    assert not (project.root / "src").exists()
    yield project


def follow(change: str, project: Project) -> str:
    return "".join(do(step, project.root) for step in steps(change))


def page(project: Project, name: str, edition: str = "2026", language: str = "nl") -> str:
    """Returns all that an executed page shows, as text."""
    notebook = nbformat.read(project.build(edition, language) / "notebooks" / f"{name}.ipynb", as_version=4)
    shown = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    shown += [
        output.data.get("text/markdown", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    return "\n".join(shown)


def languages(project: Project) -> str:
    return sh(".venv/bin/na-report languages", project.root)


def test_the_guide_has_a_change_of_each_kind() -> None:
    assert [*CHANGES] == ["A figure", "A chapter", "A sector", "A claim", "A caption", "A word", "A language"]


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_is_one_of_the_program(change: str) -> None:
    files = [step.file for step in steps(change) if step.file]
    assert files
    assert all(file.startswith(("chapters/", "data/", "_toc.yml")) for file in files)


def files_of(change: str) -> list[Step]:
    return [step for step in steps(change) if step.kind != "sh"]


def test_a_figure_a_caption_and_a_word(untouched: Project) -> None:
    for step in [*files_of("A caption"), *files_of("A word"), *steps("A figure")]:
        do(step, untouched.root)
    shown = page(untouched, "gesprekspartners")
    assert ":name: fig-niveaus" in shown
    assert "twee laagste niveaus: van [[76%]" in shown
    assert "Met wie de onderzoekers spraken." in shown
    assert "| Wie |" in shown and "Naam" not in shown
    assert languages(untouched) == "en: as nl\n"


@pytest.mark.parametrize("change", ["A caption", "A word"])
def test_a_change_of_words_is_seen_on_the_page_that_the_guide_names(change: str) -> None:
    assert [step.text for step in steps(change) if step.kind == "sh"] == [".venv/bin/na-report run gesprekspartners\n"]


@pytest.mark.slow("a new chapter, which test_languages makes too")
def test_a_chapter(untouched: Project) -> None:
    follow("A chapter", untouched)
    shown = page(untouched, "toekomst")
    assert "# Toekomst" in shown
    assert "wil [[ruim 80%](#ind016" in shown
    assert languages(untouched) == "en: as nl\n"


def test_a_claim(untouched: Project) -> None:
    said = follow("A claim", untouched)
    assert "S90  count, holds: Er zijn minstens vijf gesprekspartners." in said
    replace(untouched.chapters / "claims.yml", "people >= 5", "people >= 500")
    assert "S90  count, contradicted" in sh(".venv/bin/na-report check", untouched.root)


@pytest.mark.slow("the longest changes of the guide; the parts that they touch have quick tests of their own")
def test_a_language(untouched: Project) -> None:
    follow("A language", untouched)
    assert "# Mei wa’t sprutsen is" in page(untouched, "gesprekspartners", language="fy")
    assert languages(untouched) == "en, fy: as nl\n"


@pytest.mark.slow("the longest changes of the guide; the parts that they touch have quick tests of their own")
def test_a_sector(untouched: Project) -> None:
    said = follow("A sector", untouched)
    assert "# Leerkringen" in page(untouched, "sector-leerkringen", "2027")
    assert "FK01" in page(untouched, "sector-leerkringen", "2027")
    assert page(untouched, "sector-leerkringen", "2027").count("Eén bevinding waarop dit rust") == 1
    conclusions = page(untouched, "conclusies", "2027")
    assert "**Leerkringen.** Begeleiders zoeken scholing." in conclusions
    checks = dict(re.findall(r"^(C\d+)  \w+, ([a-z ]+):", said, re.MULTILINE))
    assert (checks["C14"], checks["C16"]) == ("holds", "contradicted"), "skills were found, running initiatives not"
    older = sh(".venv/bin/na-report check --edition 2026", untouched.root)
    assert "C16  count, holds" in older


@pytest.fixture
def with_sector(untouched: Project) -> Project:
    """A project with the files of the new sector."""
    copy_edition("2026", "2027", untouched)
    for step in files_of("A sector"):
        do(step, untouched.root)
    return untouched


def refused(project: Project, edition: str = "2027") -> str:
    with pytest.raises(NaReportError) as caught:
        refuse_missing(open_edition(edition, project), project)
    return str(caught.value)


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("data/2027/findings.csv", "sector kringen: no findings. Add rows to findings.csv."),
        ("_toc.yml", "sector kringen: no page."),
        ("chapters/nl/sector/kringen.md", "Write chapters/nl/sector/kringen.md"),
        ("chapters/en/sector/kringen.md", "Write chapters/en/sector/kringen.md"),
    ],
)
def test_a_sector_that_misses_something_is_named(file: str, named: str, with_sector: Project) -> None:
    refuse_missing(open_edition("2027", with_sector), with_sector)
    path, [step] = with_sector.root / file, [step for step in files_of("A sector") if step.file == file]
    before = path.read_text(encoding="utf-8").replace(step.text, "")
    path.write_text(before, encoding="utf-8") if before else path.unlink()
    assert named in refused(with_sector)


def test_a_story_that_lacks_a_part_and_a_page_that_is_too_early_are_named(with_sector: Project) -> None:
    replace(with_sector.chapters / "nl" / "sector" / "kringen.md", "+++ kansen\n", "")
    assert "Add `+++ kansen` to chapters/nl/sector/kringen.md" in refused(with_sector)
    refuse_missing(open_edition("2026", with_sector), with_sector)
    replace(with_sector.chapters / "pages.yml", ', since: "2027"', "")
    assert "page sector-leerkringen: this edition has no sector kringen" in refused(with_sector, "2026")


def test_a_book_of_before_has_no_page_that_came_later(with_sector: Project) -> None:
    pages = {edition: [page.name for page in all_pages(with_sector, "nl", edition)] for edition in ("2026", "2027")}
    assert [name for name in pages["2027"] if name not in pages["2026"]] == ["sector-leerkringen"]


def test_a_changed_story_runs_the_page_that_tells_its_part(untouched: Project) -> None:
    question = json.dumps(["story", "nl/sector", "mbo", "conclusie"])
    with contextlib.chdir(untouched.root):
        before = answer_again(open_edition("2026", untouched), [question])
        data = data_hash(untouched)
        story = untouched.chapters / "nl" / "sector" / "mbo.md"
        replace(story, "snel volwassener", "volwassener")
        assert answer_again(open_edition("2026", untouched), [question]) != before
        assert "missing" not in before.values()
        assert data_hash(untouched) == data, "so that no other question is asked again"
