"""Languages: translations that follow, and the same facts in each."""

import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT, edit, na_report
from nbformat.v4 import new_markdown_cell
from small_book import changed

from na_report.base.paths import Project
from na_report.base.wording import Words
from na_report.running.notebooks import INJECTED, normalised
from na_report.running.pages import all_pages
from na_report.running.sweep import recorded

LANGUAGES = ("nl", "en")
NAMES = [page.name for page in all_pages(Project(ROOT))]


def built(name: str, language: str, edition: str = "2026") -> Path:
    """What our build makes of a page; the test command builds the pages first."""
    return ROOT / "_build" / edition / language / "notebooks" / f"{name}.ipynb"


def cells(path: Path) -> list[Any]:
    """Returns what there is to see of each cell, without parameters, which our build gives an edition too."""
    notebook = normalised(nbformat.read(path, as_version=4), {}, ROOT)
    shown = [cell for cell in notebook.cells if not {"parameters", INJECTED} & {*cell.metadata.get("tags", [])}]
    for output in (output for cell in shown for output in cell.get("outputs", [])):
        output.pop("execution_count", None)  # counts the cell of the parameters too
    return [(cell.cell_type, cell.id, cell.source, cell.get("outputs", [])) for cell in shown]


def shown_text(path: Path) -> str:
    """Returns the text cells of a page and what its code shows as Markdown."""
    markdown = [
        source if kind == "markdown" else "\n".join(each.get("data", {}).get("text/markdown", "") for each in outputs)
        for kind, _, source, outputs in cells(path)
    ]
    return "\n".join(markdown)


# A page with a parameter and a story, and a translated one with text under a condition.
TRIED = (("sector-mbo", "nl"), ("conclusies", "en"))
REST = pytest.mark.slow("papermill starts a cold kernel for each page, and these are of a kind with those tried")


@pytest.mark.book
@pytest.mark.parametrize(
    ("name", "language"),
    [pair if pair in TRIED else pytest.param(*pair, marks=REST) for pair in product(NAMES, LANGUAGES)],
)
def test_papermill_gives_the_cells_and_outputs_of_the_page(name: str, language: str, tmp_path: Path) -> None:
    [page] = [page for page in all_pages(Project(ROOT), language) if page.name == name]
    # As anyone with papermill runs a page, in the folder of the project.
    command = [Path(sys.executable).parent / "papermill", "--no-progress-bar", "--log-level", "ERROR"]
    command += [page.chapter.relative_to(ROOT), stock := tmp_path / "page.ipynb"]
    command += [part for key, value in page.parameters.items() for part in ("-p", key, str(value))]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    ours, theirs = cells(built(name, language)), cells(stock)
    assert any(outputs for *_, outputs in ours), "something was compared"
    assert ours == theirs
    text = shown_text(stock)
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1, "one title"
    assert not re.search(r"(?<![:`{])\{[A-Za-z][\w.-]*\}(?![`}])|\{glue:", text), "each number is filled in"


def facts(path: Path, language: str) -> list[str]:
    """Returns what must not differ between languages, in its order: where a page leads, and the outcome of each check."""
    states = {text: state for state, text in Words(language).section("states").items()}
    found = re.findall(rf"\]\(([^)\s]+)\)|`([a-z]+-[a-z0-9-]+)`|\| ({'|'.join(states)}) \|", shown_text(path))
    return [link or figure or states[cell] for link, figure, cell in found]


@pytest.mark.book
def test_both_languages_tell_the_same_numbers_and_lead_to_the_same_places() -> None:
    seen: set[str] = set()
    for name in NAMES:
        dutch, english = (built(name, language) for language in LANGUAGES)
        assert recorded(dutch).keys() == recorded(english).keys(), name
        assert facts(dutch, "nl") == facts(english, "en"), name
        seen.update(facts(dutch, "nl"))
    assert {"holds", "outdated", "not_testable", "#c14", "fig-vaardigheden"} <= seen, "all kinds were compared"


@pytest.mark.book
def test_a_page_records_the_numbers_and_counts_that_it_told_where_the_condition_held() -> None:
    first, newest = (recorded(built("koploper", "nl", edition)) for edition in ("2021", "2026"))
    assert newest["IND007-NL-2019"] == "19,5%"
    assert first.items() < newest.items() and newest.keys() - first.keys() >= {"IND101", "IND109_year"}
    told = {name: text for page in NAMES for name, text in recorded(built(page, "nl")).items()}
    assert told["contradictions"] == "achttien"
    assert [name for name in told if re.fullmatch(r"F[A-Z0-9]\d+", name)] == [], "a mark is no number"


def test_what_is_behind_missing_or_extra_is_named(project: Project) -> None:
    assert na_report(project, "languages").returncode == 0
    dutch, english = project.chapters / "nl", project.chapters / "en"
    edit(dutch / "index.ipynb", "Digitalisering is een prioriteit", "Digitalisering heeft voorrang")
    edit(dutch / "sector" / "mbo.md", "snel digitaal", "digitaal")
    (english / "sector" / "ho.md").unlink()
    (english / "over.ipynb").write_text("{}", encoding="utf-8")
    with changed(english / "conclusies.ipynb") as notebook:
        notebook.cells[-2] = new_markdown_cell("More.", id="more")
    done = na_report(project, "languages")
    assert done.returncode == 1
    for pattern in (
        r"index\.ipynb, cell \d+ \('# Summary'\): behind, the text now starts with '# Samenvatting'",
        r"sector/mbo\.md: behind the story",
        r"sector/ho\.md: missing, it would translate chapters/nl/sector/ho\.md",
        r"over\.ipynb: extra",
        r"conclusies\.ipynb, cell \d+ \('More\.'\): extra",
        r"conclusies\.ipynb, cell \d+ of the original .*: missing",
    ):
        assert re.search(pattern, done.stdout), pattern
    # What was looked at follows again: a cell between the same neighbours becomes the translation.
    for language, text in ((dutch, "Een zin erbij."), (english, "One more sentence.")):
        with changed(language / "index.ipynb") as notebook:
            notebook.cells.insert(4, new_markdown_cell(text))
    story = english / "sector" / "mbo.md"
    before = story.read_text(encoding="utf-8")
    for path in (english / "index.ipynb", story):
        na_report(project, "languages", "--accept", project.short(path))
    assert not re.search(r"index\.ipynb|mbo\.md", na_report(project, "languages").stdout)
    mark = "translates: .*"
    assert re.sub(mark, "", story.read_text(encoding="utf-8")) == re.sub(mark, "", before), "the mark alone differs"
