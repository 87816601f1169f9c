"""The guide for changes, done as it stands there: each step in a fresh copy of the project, and what comes of it seen."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from conftest import ROOT

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.commands.check import refuse_missing
from na_report.editions.asked import answer_again
from na_report.editions.edition import copy_edition, open_edition
from na_report.running.fingerprint import data_hash
from na_report.running.pages import all_pages

GUIDE = (ROOT / "docs" / "change.md").read_text(encoding="utf-8")
CHANGES = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", GUIDE, re.DOTALL | re.MULTILINE))
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"`([\w./-]+\.(?:ipynb|yml|csv|md))`[^`]*:\n\n\Z")
_UNDER = re.compile(r"under `(- file: [\w-]+)` in\s+`_toc\.yml`:\n\n\Z")


class Step(NamedTuple):
    """A block of the guide: its kind, its text, the file that the line above it ends with, and the line to go under."""

    kind: str
    text: str
    file: str = ""
    under: str = ""


def steps(change: str) -> list[Step]:
    found, section = [], CHANGES[change]
    for block in _BLOCK.finditer(section):
        indent, kind, text = block.groups()
        # A list in `_toc.yml` has an indent of its own, beside that of the step.
        text = re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) if kind == "yaml" else textwrap.dedent(text)
        file, under = (form.search(section[: block.start()]) for form in (_FILE, _UNDER))
        assert kind == "sh" or file, f"no file is named above {text}"
        found.append(Step(kind, text, file[1] if file and kind != "sh" else "", under[1] if under else ""))
    return found


def files_of(change: str) -> list[Step]:
    return [step for step in steps(change) if step.kind != "sh"]


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


def follow(change: str, project: Project) -> str:
    assert not (project.root / "src").exists(), "nothing of the program can be changed"
    return "".join(do(step, project.root) for step in steps(change))


def page(project: Project, name: str, edition: str = "2026", language: str = "nl") -> str:
    """Returns all that an executed page shows, as text."""
    notebook = nbformat.read(project.build(edition, language) / "notebooks" / f"{name}.ipynb", as_version=4)
    outputs = (output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", []))
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return "\n".join([*texts, *(data.get("text/markdown", "") for data in outputs)])


def languages(project: Project) -> str:
    return sh(".venv/bin/na-report languages", project.root)


def test_the_guide_has_a_change_of_each_kind_and_none_is_one_of_the_program() -> None:
    assert [*CHANGES] == ["A figure", "A chapter", "A sector", "A claim", "A caption", "A word", "A language"]
    for change in CHANGES:
        files = [step.file for step in files_of(change)]
        assert files and all(file.startswith(("chapters/", "data/", "_toc.yml")) for file in files)
    for change in ("A caption", "A word"):  # the page that shows it
        assert steps(change)[-1].text == ".venv/bin/na-report run gesprekspartners\n"


def test_a_figure_a_caption_and_a_word(project: Project) -> None:
    for step in [*files_of("A caption"), *files_of("A word"), *steps("A figure")]:
        do(step, project.root)
    shown = page(project, "gesprekspartners")
    assert ":name: fig-niveaus" in shown
    assert "twee laagste niveaus: van [[76%]" in shown
    assert "Met wie de onderzoekers spraken." in shown
    assert "| Wie |" in shown and "Naam" not in shown
    assert languages(project) == "en: as nl\n"


@pytest.mark.slow("a new chapter, which test_languages makes too")
def test_a_chapter(project: Project) -> None:
    follow("A chapter", project)
    shown = page(project, "toekomst")
    assert "# Toekomst" in shown
    assert "wil [[ruim 80%](#ind016" in shown
    assert languages(project) == "en: as nl\n"


def test_a_claim(project: Project) -> None:
    said = follow("A claim", project)
    assert "S90  count, holds: Er zijn minstens vijf gesprekspartners." in said
    replace(project.chapters / "claims.yml", "people >= 5", "people >= 500")
    assert "S90  count, contradicted" in sh(".venv/bin/na-report check", project.root)


@pytest.mark.slow("the longest changes of the guide; the parts that they touch have quick tests of their own")
def test_a_language(project: Project) -> None:
    follow("A language", project)
    assert "# Mei wa’t sprutsen is" in page(project, "gesprekspartners", language="fy")
    assert languages(project) == "en, fy: as nl\n"


@pytest.mark.slow("the longest changes of the guide; the parts that they touch have quick tests of their own")
def test_a_sector(project: Project) -> None:
    said = follow("A sector", project)
    assert "# Leerkringen" in page(project, "sector-leerkringen", "2027")
    assert "FK01" in page(project, "sector-leerkringen", "2027")
    assert page(project, "sector-leerkringen", "2027").count("Eén bevinding waarop dit rust") == 1
    conclusions = page(project, "conclusies", "2027")
    assert "**Leerkringen.** Begeleiders zoeken scholing." in conclusions
    checks = dict(re.findall(r"^(C\d+)  \w+, ([a-z ]+):", said, re.MULTILINE))
    assert (checks["C14"], checks["C16"]) == ("holds", "contradicted"), "skills were found, running initiatives not"
    older = sh(".venv/bin/na-report check --edition 2026", project.root)
    assert "C16  count, holds" in older


@pytest.fixture
def with_sector(project: Project) -> Project:
    """A project with the files of the new sector."""
    copy_edition("2026", "2027", project)
    for step in files_of("A sector"):
        do(step, project.root)
    return project


def refused(project: Project, edition: str = "2027") -> str:
    with pytest.raises(NaReportError) as caught:
        refuse_missing(open_edition(edition, project), project)
    return str(caught.value)


def test_a_sector_that_misses_something_and_a_page_that_is_too_early_are_named(with_sector: Project) -> None:
    refuse_missing(open_edition("2027", with_sector), with_sector)
    kept = {step.file: (with_sector.root / step.file).read_text(encoding="utf-8") for step in files_of("A sector")}
    for step, named in (
        ("data/2027/findings.csv", "sector kringen: no findings. Add rows to findings.csv."),
        ("_toc.yml", "sector kringen: no page."),
        ("chapters/nl/sector/kringen.md", "Write chapters/nl/sector/kringen.md"),
        ("chapters/en/sector/kringen.md", "Write chapters/en/sector/kringen.md"),
    ):
        path, [added] = with_sector.root / step, [found for found in files_of("A sector") if found.file == step]
        before = kept[step].replace(added.text, "")
        path.write_text(before, encoding="utf-8") if before else path.unlink()
        assert named in refused(with_sector)
        path.write_text(kept[step], encoding="utf-8")
    replace(with_sector.chapters / "nl" / "sector" / "kringen.md", "+++ kansen\n", "")
    assert "Add `+++ kansen` to chapters/nl/sector/kringen.md" in refused(with_sector)
    refuse_missing(open_edition("2026", with_sector), with_sector)
    replace(with_sector.chapters / "pages.yml", ', since: "2027"', "")
    assert "page sector-leerkringen: this edition has no sector kringen" in refused(with_sector, "2026")


def test_a_book_of_before_has_no_page_that_came_later(with_sector: Project) -> None:
    pages = {edition: [page.name for page in all_pages(with_sector, "nl", edition)] for edition in ("2026", "2027")}
    assert [name for name in pages["2027"] if name not in pages["2026"]] == ["sector-leerkringen"]


def test_a_changed_story_runs_the_page_that_tells_its_part(project: Project) -> None:
    question = json.dumps(["story", "nl/sector", "mbo", "conclusie"])
    with contextlib.chdir(project.root):
        before = answer_again(open_edition("2026", project), [question])
        data = data_hash(project)
        story = project.chapters / "nl" / "sector" / "mbo.md"
        replace(story, "snel volwassener", "volwassener")
        assert answer_again(open_edition("2026", project), [question]) != before
        assert "missing" not in before.values()
        assert data_hash(project) == data, "so that no other question is asked again"
