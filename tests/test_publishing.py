"""Running pages and making the book: wrong use stops early, a broken chapter is named, a changed value goes everywhere."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import Change, seal_again
from nbformat.v4 import new_code_cell, new_markdown_cell
from small_book import changed, only_pages, rendered

from na_report.base.errors import BookError, ChapterError, NaReportError
from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.book.staging import stage
from na_report.processes.renderer import Renderer
from na_report.running.chapters import declared_types
from na_report.running.executed import whole_notebooks
from na_report.running.execution import run_pages
from na_report.running.pages import Page, all_pages, choose, with_parameters

BASE = {"edition": "2021"}


def run(project: Project, *names: str, **parameters: Any) -> Path:
    folder = project.build("2021", "nl") / "notebooks"
    run_pages(project, choose(all_pages(project), names), BASE | parameters, folder)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    with changed(path) as notebook:
        [cell] = [cell for cell in notebook.cells if old in cell.source]
        cell.source = cell.source.replace(old, new)


def test_a_wrong_parameter_or_page_is_an_error_before_a_kernel_starts(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("papermill.execute_notebook", lambda *args, **options: pytest.fail("a kernel started"))
    for name, given, message in (
        ("sector-mbo", {"sectr": "mbo"}, "Did you mean sector"),
        ("sector-mbo", {"sector": 3}, "expected a value of type str"),
        ("sector-mboo", {}, "no page or chapter 'sector-mboo'"),
    ):
        with pytest.raises(NaReportError, match=message):
            run(project, name, **given)
    assert not (project.build("2021", "nl") / "notebooks").exists()


def test_text_becomes_the_declared_type_or_is_refused(project: Project) -> None:
    path = project.chapters / "nl" / "koploper.ipynb"
    edit(path, "edition: str", "i: int = 1\nf: float = 1.0\nb: bool = False\ns: str = ''\nedition: str")
    with changed(path) as notebook:
        notebook.cells.append(new_markdown_cell("kind: str", metadata={"tags": ["parameters"]}))
    assert [*declared_types(path)][:4] == ["i", "f", "b", "s"]
    assert "kind" not in declared_types(path), "a cell of text declares nothing"
    [page] = choose(all_pages(project), ["koploper"])
    good = {"i": 12, "f": 1.5, "b": True, "s": "12"}
    assert good.items() <= with_parameters(page, {name: str(value) for name, value in good.items()}).parameters.items()
    for name, value in (("i", "abc"), ("i", "1.5"), ("f", "x"), ("b", "maybe")):
        with pytest.raises(NaReportError, match=f"parameter {name}: found '{value}', expected a value of type"):
            with_parameters(page, {name: value})


def test_a_chapter_that_fails_or_ends_early_keeps_its_notebook_and_names_cell_and_cause(project: Project) -> None:
    edit(project.chapters / "nl" / "bronnen.ipynb", 'registers.show(evidence, "notes", language)', "1 / 0")
    with changed(project.chapters / "nl" / "koploper.ipynb") as notebook:
        notebook.cells.insert(3, new_code_cell("import sys\nsys.exit()"))
    with pytest.raises(ChapterError) as caught:
        run(project, "bronnen", "koploper", "kanttekeningen")
    cells = nbformat.read(project.chapters / "nl" / "bronnen.ipynb", as_version=4).cells
    [place] = [(number, cell) for number, cell in enumerate(cells, 1) if cell.source.endswith("1 / 0")]
    first = place[1].source.partition("\n")[0]
    named = f"Page bronnen failed: chapter bronnen.ipynb, cell {place[0]} ({place[1].id}, {first!r}): ZeroDivisionError"
    assert named in str(caught.value)
    caught.match(r"koploper.ipynb, cell 4 .*SystemExit, so the cells after it did not run")
    folder = project.build("2021", "nl") / "notebooks"
    failed = nbformat.read(folder / "bronnen.failed.ipynb", as_version=4)
    assert any(output.output_type == "error" for cell in failed.cells for output in cell.get("outputs", []))
    assert [path.name for path in whole_notebooks(folder)] == ["kanttekeningen.ipynb"], "the others go on"


def test_an_unknown_sector_names_the_ids_to_choose_from(project: Project) -> None:
    with pytest.raises(ChapterError, match=r"no story nl/sector/havo\.md; the folder has ho, mbo, po_vo, ve"):
        run(project, "sector-mbo", sector="havo")


def written(project: Project, text: str) -> list[Page]:
    """Makes the book one page with this text, and returns it."""
    notebook = nbformat.read(project.chapters / "nl" / "kanttekeningen.ipynb", as_version=4)
    notebook.cells = [*notebook.cells[:3], new_code_cell(text, metadata={"tags": ["remove-input"]})]
    nbformat.write(notebook, project.chapters / "nl" / "index.ipynb")
    only_pages(project, "index")
    return all_pages(project)


def test_a_wrong_reference_in_the_text_fails_the_book(project: Project, process: Renderer) -> None:
    written(project, "%%text\n# Kanttekeningen\n\nGeen rapport is foutloos: {caveats}.")
    path = project.chapters / "nl" / "index.ipynb"
    edit(path, "Geen rapport", "Zie [C99](#c99) en {glu:}`caveats`: geen rapport")
    run(project)
    with pytest.raises(BookError) as caught:
        rendered(project, process)
    caught.match(r"index\.ipynb.*c99")
    caught.match(r"index\.ipynb.*glu:")
    assert not Book(project, "2021", "nl").html.exists(), "no half book is shown as whole"
    edit(path, "{caveats}", "{cavets} {IND999}")
    with pytest.raises(ChapterError, match=r"{cavets}: .*\n.*{IND999}: .*IND999"):
        run(project)


def test_a_number_in_a_cell_that_is_not_run_is_named(project: Project) -> None:
    pages = written(project, "1 + 1")
    with changed(project.chapters / "nl" / "index.ipynb") as notebook:
        notebook.cells.append(new_markdown_cell("# Begin\n\nHet zijn er {caveats}, zie {numref}`tab-x`."))
    run(project)
    with pytest.raises(NaReportError, match=r"page index would show {caveats} instead"):
        stage(Book(project, "2021", "nl"), pages)


def shown_in(folder: Path) -> dict[str, dict[str, str]]:
    """Returns per page the outputs of its cells, as text per cell id and kind."""
    shown = {}
    for path in sorted(folder.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        shown[path.stem] = {
            f"{cell.id}.{index}.{mime}": str(content)
            for cell in cells
            if cell.cell_type == "code"
            for index, output in enumerate(cell.outputs)
            for mime, content in output.get("data", {}).items()
        }
    return shown


def test_one_changed_observation_changes_sentence_figure_and_row_and_nothing_else(
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
    differing = {(page, key) for page in before for key in before[page] if before[page][key] != after[page].get(key)}
    assert {page for page, _ in differing} == {*concerned}
    changed = [(before[page][key], after[page][key], key) for page, key in differing]
    assert any("papermill.record/text/plain" in key and new == "60,3%" for _, new, key in changed), "the sentence"
    assert any("image/svg+xml" in key for _, _, key in changed), "the figure"
    assert any("#ind101-eu-2025" in new and "[**60,3%**]" in new for _, new, _ in changed), "the row"
    for old, new, key in changed:
        if not key.endswith(("svg+xml", "+svg", "image/png")):
            restored = new.replace("60,3", "60,4").replace("60.3", "60.4").replace("60_3", "60_4")
            assert restored.split() == old.split(), f"{key} differs in more than the value"


def test_nbval_bites(project: Project, change: Change) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "-o", "addopts=", "-p", "no:cacheprovider"]
    command.append(str(project.chapters / "nl" / "koploper.ipynb"))
    sound = subprocess.run(command, capture_output=True, text=True, cwd=project.root, check=False)
    assert sound.returncode == 0, sound.stdout
    change("../2026/observations", "IND004-NL-2019", "value", "9")
    seal_again(project, "2026")
    broken = subprocess.run(command, capture_output=True, text=True, cwd=project.root, check=False)
    assert broken.returncode == 1
    assert "negende" in broken.stdout
