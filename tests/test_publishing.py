"""Running pages and making the book: a wrong reference is named, a changed value goes everywhere."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import Change, edit, seal_again
from nbformat.v4 import new_code_cell, new_markdown_cell
from small_book import changed, only_pages, parameters, rendered, write_notebook

from na_report.base.errors import BookError, ChapterError, NaReportError
from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.book.staging import stage
from na_report.processes.renderer import Renderer
from na_report.running.chapters import declared_types
from na_report.running.execution import run_pages
from na_report.running.pages import all_pages, choose, with_parameters


def run(project: Project, *names: str, **given: Any) -> Path:
    folder = project.build("2021", "nl") / "notebooks"
    run_pages(project, choose(all_pages(project), names), {"edition": "2021"} | given, folder)
    return folder


def test_text_becomes_the_declared_type_or_is_refused(project: Project) -> None:
    path = project.chapters / "nl" / "koploper.ipynb"
    text = new_markdown_cell("kind: str", metadata={"tags": ["parameters"]})  # declares nothing
    declaring = parameters("i: int = 1\nf: float = 1.0\nb: bool = False\ns: str = ''")
    write_notebook(path.parent, "koploper", declaring, text)
    assert [*declared_types(path)] == ["i", "f", "b", "s"]
    [page] = choose(all_pages(project), ["koploper"])
    good = {"i": 12, "f": 1.5, "b": True, "s": "12"}
    assert with_parameters(page, {name: str(value) for name, value in good.items()}).parameters == good
    for name, value in (("i", "abc"), ("i", "1.5"), ("f", "x"), ("b", "maybe")):
        with pytest.raises(NaReportError, match=f"parameter {name}: found '{value}', expected a value of type"):
            with_parameters(page, {name: value})


def test_a_wrong_reference_in_the_text_fails_the_book(project: Project, process: Renderer) -> None:
    path = project.chapters / "nl" / "index.ipynb"
    shutil.copy(project.chapters / "nl" / "kanttekeningen.ipynb", path)
    only_pages(project, "index")
    with changed(path) as notebook:
        text = "%%text\n# Kanttekeningen\n\nZie [C99](#c99) en {glu:}`caveats`: {caveats}."
        notebook.cells = [*notebook.cells[:3], new_code_cell(text, metadata={"tags": ["remove-input"]})]
    run(project)
    with pytest.raises(BookError) as caught:
        rendered(project, process)
    caught.match(r"index\.ipynb.*c99")
    caught.match(r"index\.ipynb.*glu:")
    assert not Book(project, "2021", "nl").html.exists(), "no half book is shown as whole"
    with changed(path) as notebook:  # a number in a cell that is not run
        notebook.cells.append(new_markdown_cell("# Begin\n\nHet zijn er {caveats}, zie {numref}`tab-x`."))
    run(project)
    with pytest.raises(NaReportError, match=r"page index would show {caveats} instead"):
        stage(Book(project, "2021", "nl"), all_pages(project))
    edit(path, "{caveats}", "{cavets} {IND999}")
    with pytest.raises(ChapterError, match=r"{cavets}: .*\n.*{IND999}: .*IND999"):
        run(project)


def shown_in(folder: Path) -> dict[tuple[str, str], str]:
    """Returns the outputs of the cells of all pages, as text by page, and by cell id and kind."""
    return {
        (path.stem, f"{cell.id}.{index}.{mime}"): str(content)
        for path in folder.glob("*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
        for index, output in enumerate(cell.get("outputs", []))
        for mime, content in output.get("data", {}).items()
    }


def test_one_changed_observation_changes_sentence_figure_and_row_and_nothing_else_and_nbval_sees_it(
    project: Project, change: Change
) -> None:
    # The pages that show it, and one that is like them and doesn't.
    concerned = ("index", "koploper", "indicatoren")
    shown = []
    for value in ("60.4", "60.3"):
        change("../2026/observations", "IND101-EU-2025", "value", value)
        seal_again(project, "2026")
        shown.append(shown_in(run(project, *concerned, "kanttekeningen", edition="2026")))
    before, after = shown
    changed = [(before[place], after[place], place[1]) for place in before if before[place] != after.get(place)]
    assert {page for page, key in before if before[page, key] != after[page, key]} == {*concerned}
    assert any("papermill.record/text/plain" in key and new == "60,3%" for _, new, key in changed), "the sentence"
    assert any("image/svg+xml" in key for _, _, key in changed), "the figure"
    assert any("#ind101-eu-2025" in new and "[**60,3%**]" in new for _, new, _ in changed), "the row"
    for old, new, key in changed:
        if not key.endswith(("svg+xml", "+svg", "image/png")):
            restored = new.replace("60,3", "60,4").replace("60.3", "60.4").replace("60_3", "60_4")
            assert restored.split() == old.split(), f"{key} differs in more than the value"
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "-o", "addopts=", "-p", "no:cacheprovider"]
    command.append(str(project.chapters / "nl" / "koploper.ipynb"))
    broken = subprocess.run(command, capture_output=True, text=True, cwd=project.root, check=False)
    assert (broken.returncode, "60,3%" in broken.stdout) == (1, True)
