"""The guide for changes, done as it stands there: each step in a fresh copy of the project, and what comes of it seen."""

import re
import shlex
import subprocess
from typing import NamedTuple

import pytest
from conftest import ROOT, edit, na_report
from nbformat.v4 import new_code_cell
from small_book import changed

from na_report.base.paths import Project

GUIDE = (ROOT / "docs" / "change.md").read_text(encoding="utf-8")
CHANGES = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", GUIDE, re.DOTALL | re.MULTILINE))
# A block, with the file that the line above it ends with, and the line there to go under.
BLOCK = re.compile(
    r"(?:(?:under `(- file: [\w-]+)` in\s+)?`([\w./-]+\.(?:ipynb|yml|csv|md))`[^`]*:\n\n)?^( *)```(\w+)\n(.*?)^\3```$",
    re.DOTALL | re.MULTILINE,
)


class Step(NamedTuple):
    """What a block of the guide says to do: a kind of text, in a file, under a line of it; or to run."""

    kind: str
    text: str
    file: str
    under: str


def steps(change: str) -> list[Step]:
    found = []
    for block in BLOCK.finditer(CHANGES[change]):
        under, file, indent, kind, text = (group or "" for group in block.groups())
        assert (kind == "sh") != bool(file), f"a file is named above {text}, unless it is run"
        found.append(Step(kind, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE), file, under))
    return found


def files_of(change: str) -> list[Step]:
    return [step for step in steps(change) if step.file]


def do(project: Project, *todo: Step) -> str:
    said = ""
    for step in todo:
        path = project.root / step.file
        if step.kind == "sh":
            said += sh(project, step.text)
        elif step.kind == "diff":
            for old, new in re.findall(r"^-(.*)\n\+(.*)$", step.text, re.MULTILINE):
                edit(path, old, new)
        elif step.under:
            edit(path, step.under, f"{step.under}\n{step.text.rstrip()}")
        elif path.suffix == ".ipynb":
            with changed(path) as chapter:
                chapter.cells.insert(-1, new_code_cell(step.text.rstrip(), metadata={"tags": ["remove-input"]}))
        else:
            with path.open("a", encoding="utf-8") as file:
                file.write(step.text)
    return said


def sh(project: Project, commands: str) -> str:
    """Runs commands in a project as a reader of the guide does."""
    said = ""
    for line in commands.splitlines():
        program, *arguments = shlex.split(line, comments=True)
        if program == ".venv/bin/na-report":
            done = na_report(project, *arguments)
        else:
            done = subprocess.run([program, *arguments], cwd=project.root, capture_output=True, text=True, check=False)
        assert not done.stderr and done.returncode in (0, 1), done.stderr
        said += done.stdout
    return said


def page(project: Project, name: str, edition: str = "2026") -> str:
    return (project.build(edition, "nl") / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")


def test_the_guide_has_a_change_of_each_kind_and_none_is_one_of_the_program() -> None:
    kinds = ["A figure", "A chapter", "A sector", "A claim", "A caption", "A word", "A register", "A language"]
    assert [*CHANGES] == kinds
    for change in CHANGES:
        files = [step.file for step in files_of(change)]
        assert files and all(file.startswith(("chapters/", "data/", "_toc.yml")) for file in files)
    for change in ("A caption", "A word", "A register"):  # the page that shows it
        assert steps(change)[-1].text == ".venv/bin/na-report run gesprekspartners\n"


def test_a_figure_a_caption_a_word_a_register_and_a_claim(project: Project) -> None:
    do(project, *files_of("A caption"), *files_of("A word"), *files_of("A register"), *steps("A figure"))
    shown = page(project, "gesprekspartners")
    for text in (
        *(":name: fig-niveaus", "twee laagste niveaus: van [[76%]", "Met wie de onderzoekers spraken."),
        *("| Wie |", "| **Roel van Hulten** (Po/vo) |"),
    ):
        assert text in shown
    assert "Naam" not in shown
    assert sh(project, ".venv/bin/na-report languages") == "en: as nl\n"
    assert "S90  count, holds: Er zijn minstens vijf gesprekspartners." in do(project, *steps("A claim"))
    edit(project.chapters / "claims.yml", "people >= 5", "people >= 500")
    assert "S90  count, contradicted" in sh(project, ".venv/bin/na-report check")


def test_a_chapter_and_a_language(project: Project) -> None:
    do(project, *steps("A chapter"))
    assert "# Toekomst" in page(project, "toekomst") and "wil [[ruim 80%](#ind016" in page(project, "toekomst")
    do(project, *steps("A language"))
    assert "as nl" in sh(project, ".venv/bin/na-report languages")
    sh(project, ".venv/bin/na-report build --language fy --format html")
    folder = project.build("2026", "fy") / "html"
    assert {path.stem for path in folder.glob("*.html")} - {"search", "genindex"} == {"index", "gesprekspartners"}
    text = (folder / "gesprekspartners.html").read_text(encoding="utf-8")
    assert '<html lang="fy"' in text and "Mei wa’t sprutsen is" in text


@pytest.mark.slow("the longest change of the guide; the parts that it touches have quick tests of their own")
def test_a_sector(project: Project) -> None:
    said = do(project, *steps("A sector"))
    shown = page(project, "sector-leerkringen", "2027")
    assert "# Leerkringen" in shown and "FK01" in shown
    assert shown.count("Eén bevinding waarop dit rust") == 2, "once, as Markdown and as plain text"
    assert "**Leerkringen.** Begeleiders zoeken scholing." in page(project, "conclusies", "2027")
    checks = dict(re.findall(r"^(C\d+)  \w+, ([a-z ]+):", said, re.MULTILINE))
    assert (checks["C14"], checks["C16"]) == ("holds", "contradicted"), "skills were found, running initiatives not"
    assert "C16  count, holds" in sh(project, ".venv/bin/na-report check --edition 2026")


def test_what_a_sector_misses_and_a_page_that_is_too_early_are_named(project: Project) -> None:
    def refused(edition: str = "2027") -> str:
        return na_report(project, "check", "--edition", edition).stderr

    todo = [step for step in steps("A sector") if step.file or "copy" in step.text]
    copy, row, findings, settings, place, *stories = todo
    do(project, copy, row)
    said = refused()
    assert "sector kringen: no findings. Add rows to findings.csv." in said and "sector kringen: no page." in said
    do(project, findings, settings, place)
    said = refused()
    assert all(f"Write chapters/{language}/sector/kringen.md" in said for language in ("nl", "en"))
    do(project, *stories)
    assert (refused(), refused("2026")) == ("", ""), "a book of before has no page that came later"
    edit(project.chapters / "nl" / "sector" / "kringen.md", "+++ kansen\n", "")
    assert "Add `+++ kansen` to chapters/nl/sector/kringen.md" in refused()
    edit(project.chapters / "pages.yml", ', since: "2027"', "")
    assert "page sector-leerkringen: this edition has no sector kringen" in refused("2026")
