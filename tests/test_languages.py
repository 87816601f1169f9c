"""Languages: translations that follow, the same facts in each, a third one without a change of the program, new chapters."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from na_report.base.paths import Project
from na_report.base.wording import Words
from na_report.cli import main
from na_report.running.executed import normalised
from na_report.running.execution import run_pages
from na_report.running.pages import Page, all_pages
from na_report.running.sweep import recorded
from na_report.running.translation import accept, find_differences

EDITION = "2026"
LANGUAGES = ("nl", "en")
NAMES = [page.name for page in all_pages(Project(ROOT))]


@pytest.fixture
def ran() -> dict[str, Path]:
    """Per language the folder with what our build makes of each page; the test command builds them first."""
    return {language: ROOT / "_build" / EDITION / language / "notebooks" for language in LANGUAGES}


def papermill(page: Page, folder: Path) -> Path:
    """Runs a page as anyone with papermill does, in the folder of the project, and returns the result."""
    program = [str(Path(sys.executable).parent / "papermill"), "--no-progress-bar", "--log-level", "ERROR"]
    made = folder / f"{page.name}.ipynb"
    given = [part for name, value in page.parameters.items() for part in ("-p", name, str(value))]
    subprocess.run(
        [*program, str(page.chapter.relative_to(ROOT)), str(made), *given], cwd=ROOT, check=True, capture_output=True
    )
    return made


def cells(path: Path) -> list[Any]:
    """Returns what there is to see of each cell, without parameters, which our build gives an edition too."""
    notebook = normalised(nbformat.read(path, as_version=4), {}, ROOT)
    return [
        (cell.cell_type, cell.id, cell.source, cell.get("outputs"))
        for cell in notebook.cells
        if not {"parameters", "injected-parameters"} & set(cell.metadata.get("tags", []))
    ]


def counted(shown: list[Any]) -> list[Any]:
    """Leaves out the numbers of execution, which count the cell of the parameters too."""
    for *_, outputs in shown:
        for output in outputs or []:
            output.pop("execution_count", None)
    return shown


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
def test_papermill_gives_the_cells_and_outputs_of_the_page(
    name: str, language: str, ran: dict[str, Path], tmp_path: Path
) -> None:
    [page] = [page for page in all_pages(Project(ROOT), language) if page.name == name]
    stock = papermill(page, tmp_path)
    ours, theirs = counted(cells(ran[language] / f"{name}.ipynb")), counted(cells(stock))
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
@pytest.mark.parametrize("name", NAMES)
def test_both_languages_tell_the_same_numbers_and_lead_to_the_same_places(name: str, ran: dict[str, Path]) -> None:
    dutch, english = (ran[language] / f"{name}.ipynb" for language in LANGUAGES)
    assert recorded(dutch).keys() == recorded(english).keys()
    assert links(dutch) == links(english)
    assert outcomes(dutch, "nl") == outcomes(english, "en")


@pytest.mark.book
def test_the_outcomes_of_checks_are_compared(ran: dict[str, Path]) -> None:
    found = [outcomes(ran[language] / "veranderingen.ipynb", language) for language in LANGUAGES]
    assert {"holds", "outdated", "not_testable"} <= {*found[0]} & {*found[1]}


def test_the_translations_follow() -> None:
    assert find_differences(Project(ROOT)) == []


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_is_behind_missing_or_extra_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    dutch, english = project.chapters / "nl", project.chapters / "en"
    edit(dutch / "index.ipynb", "Digitalisering is een prioriteit", "Digitalisering heeft voorrang")
    edit(dutch / "sector" / "mbo.md", "snel digitaal", "digitaal")
    (english / "sector" / "ho.md").unlink()
    (english / "over.ipynb").write_text("{}", encoding="utf-8")
    notebook = nbformat.read(english / "conclusies.ipynb", as_version=4)
    notebook.cells[-2] = new_markdown_cell("More.", id="more")
    nbformat.write(notebook, english / "conclusies.ipynb")
    found = "\n".join(find_differences(project))
    for pattern in (
        r"index\.ipynb, cell \d+ \('# Summary'\): behind, the text now starts with '# Samenvatting'",
        r"sector/mbo\.md: behind chapters/nl/sector/mbo\.md",
        r"sector/ho\.md: missing, it would translate chapters/nl/sector/ho\.md",
        r"over\.ipynb: extra",
        r"conclusies\.ipynb, cell \d+ \('More\.'\): extra",
        r"conclusies\.ipynb, cell \d+ of the original .*: missing",
    ):
        assert re.search(pattern, found), pattern
    monkeypatch.chdir(project.root)
    assert main(["languages"]) == 1


def test_a_translation_that_was_looked_at_follows_again(project: Project) -> None:
    english = project.chapters / "en" / "index.ipynb"
    edit(project.chapters / "nl" / "index.ipynb", "Digitalisering is een prioriteit", "Digitalisering heeft voorrang")
    edit(project.chapters / "nl" / "sector" / "mbo.md", "snel digitaal", "digitaal")
    before = english.read_bytes(), (project.chapters / "en" / "sector" / "mbo.md").read_text(encoding="utf-8")
    assert len(find_differences(project)) == 2
    for path in (english, project.chapters / "en" / "sector" / "mbo.md"):
        accept(project, path)
    assert find_differences(project) == []
    assert [len(line) for line in before[0].splitlines()] == [len(line) for line in english.read_bytes().splitlines()]
    assert (
        before[1].partition("\n---\n")[2]
        == ((project.chapters / "en" / "sector" / "mbo.md").read_text(encoding="utf-8").partition("\n---\n")[2])
    )


def test_a_cell_between_the_same_neighbours_becomes_the_translation(project: Project) -> None:
    for language, text in (("nl", "Een zin erbij."), ("en", "One more sentence.")):
        path = project.chapters / language / "index.ipynb"
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(4, new_markdown_cell(text))
        nbformat.write(notebook, path)
    assert len(find_differences(project)) == 2
    accept(project, project.chapters / "en" / "index.ipynb")
    assert find_differences(project) == []


@pytest.mark.parametrize(
    "name", ["chapters/nl/index.ipynb", "chapters/words.yml", "chapters/en/no.ipynb", "/etc/hosts"]
)
def test_only_a_translation_can_be_accepted(
    project: Project, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.root)
    assert main(["languages", "--accept", name]) == 2
    assert "is no translation" in capsys.readouterr().err


FRISIAN = """
fy:
  name: Frysk
  title: Digitalisearring yn it ûnderwiis en Erasmus+
  subtitle: Advys, edysje {edition}
  author: na-report
  cover: Tekst en data falle ûnder CC BY 4.0.
  contents: Ynhâld
  notes: By de sifers
  figures: Figueren
  registers: Bylagen op de webside
  where: Dizze bylagen steane op de webside.
  summary: ""
  figure: Figuer %s
  table: Tabel %s
  parts: [Haadstikken, Bylagen]
  pages: [index, inleiding, gesprekspartners]
"""


def frisian(project: Project) -> None:
    """Adds a language of three pages, with the files that a researcher would make."""
    with (project.chapters / "words.yml").open("a", encoding="utf-8") as file:
        file.write(FRISIAN.lstrip())
    setup = (
        "from na_report.registers import registers\n"
        "from na_report.writing.page import open_page\n"
        "from na_report.writing.prose import glue_told\n"
        "evidence = open_page(edition)\n"
        'language = "nl"  # the tables of the edition have no Frisian\n'
        'counts = {"findings": len(evidence["findings"])}'
    )
    texts = {
        "index": "%%text\n# Gearfetting\n\nDit boek hat {findings} befiningen en {IND079} advizen. "
        "Lês de [ynlieding](inleiding.ipynb).",
        "inleiding": "%%text\n# Ynlieding\n\nDe ûndersikers sprieken mei {IND078} minsken ([AM12](#am12)).",
        "gesprekspartners": "%%text\n# Mei wa't sprutsen is\n\nDat wienen {IND078} minsken.",
    }
    (project.chapters / "fy").mkdir()
    shutil.copy(project.chapters / "nl" / "words.yml", project.chapters / "fy" / "words.yml")  # to be translated
    for name, text in texts.items():
        made = [
            new_code_cell('edition: str = ""', id="a", metadata={"tags": ["parameters", "remove-cell"]}),
            new_code_cell(setup, id="b", metadata={"tags": ["remove-cell"]}),
            new_code_cell(text, id="c", metadata={"tags": ["remove-input"]}),
        ]
        if name == "gesprekspartners":
            made.append(
                new_code_cell("registers.interviewees(evidence, language)", id="d", metadata={"tags": ["remove-input"]})
            )
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        nbformat.write(
            new_notebook(cells=made, metadata={"kernelspec": kernel}), project.chapters / "fy" / f"{name}.ipynb"
        )


def test_a_third_language_needs_no_change_of_the_program(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frisian(project)
    monkeypatch.chdir(project.root)
    assert main(["build", "--edition", "2021", "--language", "fy", "--format", "html"]) == 0, capsys.readouterr().err
    folder = project.build("2021", "fy") / "html"
    assert sorted(path.stem for path in folder.glob("*.html") if path.stem not in ("search", "genindex")) == sorted(
        ["index", "inleiding", "gesprekspartners"]
    )
    page = BeautifulSoup((folder / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert page.html is not None and page.html["lang"] == "fy"
    assert "befiningen en acht advizen" in " ".join(page.get_text().split())
    assert (folder / "gesprekspartners.html").read_text(encoding="utf-8").count("<table") == 1
    capsys.readouterr()
    assert main(["languages"]) == 1
    assert "chapters/fy/inleiding.ipynb, cell" in capsys.readouterr().out


def test_a_new_chapter_is_a_page_at_once(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.root)
    assert main(["new", "chapter", "toekomst"]) == 0
    assert "  - file: toekomst" in capsys.readouterr().out
    edit(project.root / "_toc.yml", "  - file: conclusies\n", "  - file: conclusies\n  - file: toekomst\n")
    assert find_differences(project) == []
    for language in LANGUAGES:
        [page] = [page for page in all_pages(project, language) if page.name == "toekomst"]
        run_pages(project, [page], {"edition": "2021"}, project.root / language)
        made = project.root / language / "toekomst.ipynb"
        assert recorded(made).keys() == {"findings"}
        assert shown_text(made)[0] == "# Toekomst"
    assert main(["new", "chapter", "toekomst"]) == 2
    assert main(["new", "chapter", "../toekomst"]) == 2
