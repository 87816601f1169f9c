"""The guide for changes, done as it stands there: each step in a fresh copy of the project, and what comes of it seen."""

import re
import shlex
import subprocess
import textwrap
from typing import NamedTuple

import nbformat
import pytest
from conftest import ROOT, edit, na_report

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.commands.check import refuse_missing
from na_report.editions.edition import copy_edition, open_edition
from na_report.running.pages import all_pages

GUIDE = (ROOT / "docs" / "change.md").read_text(encoding="utf-8")
CHANGES = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", GUIDE, re.DOTALL | re.MULTILINE))
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"`([\w./-]+\.(?:ipynb|yml|csv|md))`[^`]*:\n\n\Z")
UNDER = re.compile(r"under `(- file: [\w-]+)` in\s+`_toc\.yml`:\n\n\Z")


class Step(NamedTuple):
    """A block of the guide: its kind, its text, the file that the line above it ends with, and the line to go under."""

    kind: str
    text: str
    file: str = ""
    under: str = ""


def steps(change: str) -> list[Step]:
    found, section = [], CHANGES[change]
    for block in BLOCK.finditer(section):
        indent, kind, text = block.groups()
        # A list in `_toc.yml` has an indent of its own, beside that of the step.
        text = re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) if kind == "yaml" else textwrap.dedent(text)
        file, under = (form.search(section[: block.start()]) for form in (FILE, UNDER))
        assert kind == "sh" or file, f"no file is named above {text}"
        found.append(Step(kind, text, file[1] if file and kind != "sh" else "", under[1] if under else ""))
    return found


def files_of(change: str) -> list[Step]:
    return [step for step in steps(change) if step.kind != "sh"]


def do(project: Project, *todo: Step) -> str:
    """Does steps and returns what the commands of them said."""
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
            chapter = nbformat.read(path, as_version=4)
            chapter.cells.insert(-1, nbformat.v4.new_code_cell(step.text.rstrip(), metadata={"tags": ["remove-input"]}))
            nbformat.write(chapter, path)
        else:
            path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + step.text, encoding="utf-8")
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


def page(project: Project, name: str, edition: str = "2026", language: str = "nl") -> str:
    """Returns all that an executed page shows, as text."""
    executed = nbformat.read(project.build(edition, language) / "notebooks" / f"{name}.ipynb", as_version=4)
    outputs = (output.get("data", {}) for cell in executed.cells for output in cell.get("outputs", []))
    texts = [cell.source for cell in executed.cells if cell.cell_type == "markdown"]
    return "\n".join([*texts, *(data.get("text/markdown", "") for data in outputs)])


def test_the_guide_has_a_change_of_each_kind_and_none_is_one_of_the_program() -> None:
    kinds = ["A figure", "A chapter", "A sector", "A claim", "A caption", "A word", "A register", "A language"]
    assert [*CHANGES] == kinds
    for change in CHANGES:
        files = [step.file for step in files_of(change)]
        assert files and all(file.startswith(("chapters/", "data/", "_toc.yml")) for file in files)
    for change in ("A caption", "A word", "A register"):  # the page that shows it
        assert steps(change)[-1].text == ".venv/bin/na-report run gesprekspartners\n"


def test_a_figure_a_caption_a_word_and_a_register(project: Project) -> None:
    do(project, *files_of("A caption"), *files_of("A word"), *files_of("A register"), *steps("A figure"))
    shown = page(project, "gesprekspartners")
    assert ":name: fig-niveaus" in shown
    assert "twee laagste niveaus: van [[76%]" in shown
    assert "Met wie de onderzoekers spraken." in shown
    assert "| Wie |" in shown and "Naam" not in shown
    assert "| **Roel van Hulten** (Po/vo) |" in shown
    assert sh(project, ".venv/bin/na-report languages") == "en: as nl\n"


def test_a_claim(project: Project) -> None:
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
    assert '<html lang="fy"' in text
    assert "Mei wa’t sprutsen is" in text


@pytest.mark.slow("the longest change of the guide; the parts that it touches have quick tests of their own")
def test_a_sector(project: Project) -> None:
    said = do(project, *steps("A sector"))
    shown = page(project, "sector-leerkringen", "2027")
    assert "# Leerkringen" in shown and "FK01" in shown
    assert shown.count("Eén bevinding waarop dit rust") == 1
    assert "**Leerkringen.** Begeleiders zoeken scholing." in page(project, "conclusies", "2027")
    checks = dict(re.findall(r"^(C\d+)  \w+, ([a-z ]+):", said, re.MULTILINE))
    assert (checks["C14"], checks["C16"]) == ("holds", "contradicted"), "skills were found, running initiatives not"
    assert "C16  count, holds" in sh(project, ".venv/bin/na-report check --edition 2026")


def test_a_sector_that_misses_something_and_a_page_that_is_too_early_are_named(project: Project) -> None:
    def refused(edition: str = "2027") -> str:
        with pytest.raises(NaReportError) as caught:
            refuse_missing(open_edition(edition, project), project)
        return str(caught.value)

    copy_edition("2026", "2027", project)
    do(project, *files_of("A sector"))
    pages = {edition: {page.name for page in all_pages(project, "nl", edition)} for edition in ("2026", "2027")}
    assert pages["2027"] - pages["2026"] == {"sector-leerkringen"}, "a book of before has no page that came later"
    for edition in ("2026", "2027"):
        refuse_missing(open_edition(edition, project), project)
    for file, named in (
        ("data/2027/findings.csv", "sector kringen: no findings. Add rows to findings.csv."),
        ("_toc.yml", "sector kringen: no page."),
        ("chapters/nl/sector/kringen.md", "Write chapters/nl/sector/kringen.md"),
        ("chapters/en/sector/kringen.md", "Write chapters/en/sector/kringen.md"),
    ):
        path, [added] = project.root / file, [found for found in files_of("A sector") if found.file == file]
        kept = path.read_text(encoding="utf-8")
        if before := kept.replace(added.text, ""):
            path.write_text(before, encoding="utf-8")
        else:
            path.unlink()
        assert named in refused()
        path.write_text(kept, encoding="utf-8")
    edit(project.chapters / "nl" / "sector" / "kringen.md", "+++ kansen\n", "")
    assert "Add `+++ kansen` to chapters/nl/sector/kringen.md" in refused()
    edit(project.chapters / "pages.yml", ', since: "2027"', "")
    assert "page sector-leerkringen: this edition has no sector kringen" in refused("2026")
