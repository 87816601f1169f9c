"""Languages: translations that follow, the same facts in each, a third one without a change of the program, new chapters."""

import re
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from conftest import ROOT, edit, na_report
from nbformat.v4 import new_markdown_cell
from small_book import changed

from na_report.base.paths import Project
from na_report.base.wording import Words
from na_report.running.executed import INJECTED, normalised
from na_report.running.pages import Page, all_pages
from na_report.running.sweep import recorded
from na_report.running.translation import accept, find_differences

LANGUAGES = ("nl", "en")
NAMES = [page.name for page in all_pages(Project(ROOT))]


def built(name: str, language: str) -> Path:
    """What our build makes of a page; the test command builds the pages first."""
    return ROOT / "_build" / "2026" / language / "notebooks" / f"{name}.ipynb"


def papermill(page: Page, folder: Path) -> Path:
    """Runs a page as anyone with papermill does, in the folder of the project, and returns the result."""
    made = folder / f"{page.name}.ipynb"
    command = [str(Path(sys.executable).parent / "papermill"), "--no-progress-bar", "--log-level", "ERROR"]
    given = [part for name, value in page.parameters.items() for part in ("-p", name, str(value))]
    subprocess.run([*command, page.chapter.relative_to(ROOT), made, *given], cwd=ROOT, check=True, capture_output=True)
    return made


def cells(path: Path) -> list[Any]:
    """Returns what there is to see of each cell, without parameters, which our build gives an edition too."""
    notebook = normalised(nbformat.read(path, as_version=4), {}, ROOT)
    shown = [cell for cell in notebook.cells if not {"parameters", INJECTED} & {*cell.metadata.get("tags", [])}]
    for output in (output for cell in shown for output in cell.get("outputs", [])):
        output.pop("execution_count", None)  # counts the cell of the parameters too
    return [(cell.cell_type, cell.id, cell.source, cell.get("outputs")) for cell in shown]


# A page with a parameter and a story, and a translated one with text under a condition.
TRIED = (("sector-mbo", "nl"), ("conclusies", "en"))
REST = pytest.mark.slow(
    "papermill starts a cold kernel for each page, and these are of a kind with those that are tried"
)


@pytest.mark.book
@pytest.mark.parametrize(
    ("name", "language"),
    [pair if pair in TRIED else pytest.param(*pair, marks=REST) for pair in product(NAMES, LANGUAGES)],
)
def test_papermill_gives_the_cells_and_outputs_of_the_page(name: str, language: str, tmp_path: Path) -> None:
    [page] = [page for page in all_pages(Project(ROOT), language) if page.name == name]
    stock = papermill(page, tmp_path)
    ours, theirs = cells(built(name, language)), cells(stock)
    assert any(outputs for *_, outputs in ours), "something was compared"
    assert ours == theirs
    text = "\n".join(shown_text(stock))
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1, "one title"
    assert not re.search(r"(?<![:`{])\{[A-Za-z][\w.-]*\}(?![`}])|\{glue:", text), "each number is filled in"


def shown_text(path: Path) -> list[str]:
    """Returns the prose of a page: its text cells, and what its code tells."""
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            found.append(cell.source)
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get("na_report", {}).get("prose"):
                found.append(output.data["text/markdown"])
    return found


def links(path: Path) -> set[str]:
    return set(re.findall(r"\]\(([^)\s]+)\)|`([a-z]+-[a-z0-9-]+)`", "\n".join(shown_text(path))))


def outcomes(path: Path, language: str) -> list[str]:
    """Returns what code shows that must not differ: the rows that it links to, and the outcome of each check, in their order."""
    states = {text: state for state, text in Words(language).section("states").items()}
    told = "|".join(states)
    text = "\n".join(
        output.get("data", {}).get("text/markdown", "")
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
    )
    return [link or states[cell] for link, cell in re.findall(rf"\]\((#[^)]+)\)|\| ({told}) \|", text)]


@pytest.mark.book
def test_both_languages_tell_the_same_numbers_and_lead_to_the_same_places() -> None:
    seen: set[str] = set()
    for name in NAMES:
        dutch, english = (built(name, language) for language in LANGUAGES)
        assert recorded(dutch).keys() == recorded(english).keys(), name
        assert links(dutch) == links(english), name
        assert outcomes(dutch, "nl") == outcomes(english, "en"), name
        seen.update(outcomes(dutch, "nl"))
    assert {"holds", "outdated", "not_testable"} <= seen, "outcomes of checks were compared"


def test_what_is_behind_missing_or_extra_is_named(project: Project) -> None:
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


def test_a_translation_that_was_looked_at_follows_again(project: Project) -> None:
    assert find_differences(project) == []
    for language, text in (("nl", "Een zin erbij."), ("en", "One more sentence.")):
        with changed(project.chapters / language / "index.ipynb") as notebook:
            notebook.cells.insert(4, new_markdown_cell(text))  # between the same neighbours it becomes the translation
    edit(project.chapters / "nl" / "sector" / "mbo.md", "snel digitaal", "digitaal")
    story = project.chapters / "en" / "sector" / "mbo.md"
    before = story.read_text(encoding="utf-8")
    assert len(find_differences(project)) == 3
    for path in (project.chapters / "en" / "index.ipynb", story):
        accept(project, path)
    assert find_differences(project) == []
    mark = "translates: .*"
    assert re.sub(mark, "", story.read_text(encoding="utf-8")) == re.sub(mark, "", before), "the mark alone differs"


def test_only_a_translation_can_be_accepted(project: Project) -> None:
    for name in ("chapters/nl/index.ipynb", "chapters/words.yml", "chapters/en/no.ipynb", "/etc/hosts"):
        done = na_report(project, "languages", "--accept", name)
        assert (done.returncode, "is no translation" in done.stderr) == (2, True), name


def test_a_third_language_needs_no_change_of_the_program(project: Project) -> None:
    words, pages = project.chapters / "words.yml", ["index", "gesprekspartners"]
    frisian = yaml.safe_load(words.read_text(encoding="utf-8"))["nl"] | {"name": "Frysk", "pages": pages}
    with words.open("a", encoding="utf-8") as file:
        file.write(yaml.safe_dump({"fy": frisian}))
    (project.chapters / "fy").mkdir()
    for name in ("words.yml", *(f"{page}.ipynb" for page in pages)):
        shutil.copy(project.chapters / "nl" / name, project.chapters / "fy" / name)
    edit(project.chapters / "fy" / "gesprekspartners.ipynb", "# Gesprekspartners", "# Sprutsen mei")
    done = na_report(project, "build", "--edition", "2021", "--language", "fy", "--format", "html")
    assert done.returncode == 0, done.stderr
    folder = project.build("2021", "fy") / "html"
    assert {path.stem for path in folder.glob("*.html")} - {"search", "genindex"} == {*pages}
    text = (folder / "gesprekspartners.html").read_text(encoding="utf-8")
    assert '<html lang="fy"' in text
    assert "Sprutsen mei" in text
    assert "chapters/fy/gesprekspartners.ipynb, cell" in na_report(project, "languages").stdout


def test_a_new_chapter_follows_at_once_and_none_is_written_over(project: Project) -> None:
    assert "  - file: toekomst" in na_report(project, "new", "chapter", "toekomst").stdout
    edit(project.root / "_toc.yml", "  - file: conclusies\n", "  - file: conclusies\n  - file: toekomst\n")
    assert find_differences(project) == []
    assert [na_report(project, "new", "chapter", name).returncode for name in ("toekomst", "../toekomst")] == [2, 2]
