"""A book is rendered from nothing; a preview goes on from before, shows the same, and names the same problems."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from conftest import na_report, one_of_a_kind
from test_preview import write_chapter
from test_publishing import only_pages

from na_report.base.errors import BookError, NaReportError
from na_report.base.files import put_in_place
from na_report.base.paths import Project
from na_report.base.settings import read_settings
from na_report.book import book as books
from na_report.book.published import drop_other_pages, is_whole, publish
from na_report.book.rendering import render_stage
from na_report.processes.renderer import Renderer, renderer
from na_report.running.pages import all_pages
from na_report.screen import polish

FIRST = "# Begin\n\n(doel)=\n## Een doel\n\nZie [de tweede](inleiding.ipynb) en {numref}`tab-b`."
SECOND = "# Kort\n\n:::{table} Tabel.\n:name: tab-b\n\n| a |\n| - |\n| 1 |\n:::\n\nTerug naar [het doel](#doel)."
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="%d" height="9"/></svg>'
FIGURE = ":::{figure} figuren/f.svg\n:name: fig-f\n:alt: Vlak\n\nVlak.\n:::"


def write_page(project: Project, name: str, text: str, width: int = 0) -> None:
    """Writes a page as a run leaves it, with a figure when it has a width."""
    cells = [nbformat.v4.new_markdown_cell(text, id="text")]
    if width:
        data = {"image/svg+xml": SVG % width, "text/markdown": FIGURE}
        carried = {"na_report": {"files": {"image/svg+xml": "figuren/f.svg"}}}
        output = nbformat.v4.new_output("display_data", data, metadata=carried)
        cells.append(
            nbformat.v4.new_code_cell("figure()", id="code", outputs=[output], metadata={"tags": ["remove-input"]})
        )
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    folder = books.Book(project, "2021", "nl").notebooks
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / f"{name}.ipynb")


@pytest.fixture
def small(project: Project) -> Project:
    only_pages(project, "index", "inleiding", "bronnen")
    write_page(project, "index", FIRST)
    write_page(project, "inleiding", SECOND)
    write_page(project, "bronnen", "# Bronnen\n\nNiets.", 1)
    return project


def make(project: Project, process: Renderer) -> Path:
    """Makes the book as a preview does, which goes on from what there is."""
    book = books.Book(project, "2021", "nl")
    pages = all_pages(project)
    books.stage(book, pages)
    put_in_place(books.build_html(book, pages, process=process), book.html)
    return book.html


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def on_paper(project: Project) -> dict[str, bytes]:
    return files(books.Book(project, "2021", "nl").folder / "sphinx" / "_build" / "paper" / "pages")


def from_nothing(project: Project, process: Renderer) -> dict[str, bytes]:
    book = books.Book(project, "2021", "nl")
    books.drop_renderings(book)
    return files(make(project, process))


CHANGES = {
    "prose, then a title": [("index", FIRST + "\n\nEen zin.", 0), ("inleiding", SECOND.replace("# Kort", "# Lang"), 0)],
    "a table before another, then a figure": [
        ("index", FIRST + SECOND[7:].replace("tab-b", "tab-a"), 0),
        ("bronnen", "# Bronnen\n\nNiets.", 2),
    ],
    "a figure goes": [("bronnen", "# Bronnen\n\nNiets.", 2), ("bronnen", "# Bronnen\n\nNiets.", 0)],
}


@pytest.mark.parametrize("changes", one_of_a_kind(CHANGES.values()), ids=CHANGES.keys())
def test_whatever_changes_a_preview_shows_the_bytes_of_a_book_from_nothing(
    small: Project, process: Renderer, changes: list[tuple[str, str, int]]
) -> None:
    make(small, process)
    for change in changes:
        write_page(small, *change)
        found = files(make(small, process)) | on_paper(small)
    expected = from_nothing(small, process) | on_paper(small)
    assert all(path.startswith("_images/") for path in found.keys() ^ expected.keys())
    assert [path for path in expected if found[path] != expected[path]] == []


def test_a_build_uses_nothing_that_an_earlier_one_left(project: Project) -> None:
    only_pages(project, "index", "inleiding")
    write_chapter(project, "index", "# Begin\n\nZie [de tweede](inleiding.ipynb).")
    write_chapter(project, "inleiding", "# Kort")
    command = ["build", "--edition", "2021", "--format", "html"]
    assert na_report(project, *command).returncode == 0
    book = books.Book(project, "2021", "nl")
    whole = files(book.html)
    for path in [*book.stage.rglob("*"), *(book.folder / "sphinx").rglob("*")]:
        if path.is_file():
            path.write_bytes(b"")
    (book.html / "index.html").unlink()
    assert na_report(project, *command).returncode == 0
    assert files(book.html) == whole


def test_a_page_that_goes_is_gone_on_paper_too(small: Project, process: Renderer) -> None:
    make(small, process)
    assert {"index.typ", "inleiding.typ", "bronnen.typ"} <= on_paper(small).keys()
    only_pages(small, "index", "inleiding")
    write_page(small, "index", "# Begin")
    write_page(small, "inleiding", "# Kort")
    make(small, process)
    assert on_paper(small).keys() == {"index.typ", "index.json", "inleiding.typ", "inleiding.json"}


@pytest.mark.slow("a preview of a book with an error; test_preview has the common ones")
def test_a_label_that_goes_is_missed_on_the_page_that_points_to_it(small: Project, process: Renderer) -> None:
    make(small, process)
    write_page(small, "index", FIRST.replace("(doel)=\n", ""))
    for _ in range(2):
        with pytest.raises(BookError, match=r"inleiding\.ipynb.*doel"):
            make(small, process)
    write_page(small, "index", FIRST)
    assert files(make(small, process)) == from_nothing(small, process)


@pytest.mark.slow("a crash")
def test_a_renderer_that_is_killed_is_an_error_and_not_a_half_book(small: Project) -> None:
    with renderer() as broken:
        make(small, broken)
        book = books.Book(small, "2021", "nl")
        whole = files(book.html)
        write_page(small, "index", FIRST + "\n\nEen zin.")
        books.stage(book, all_pages(small))
        with pytest.raises(BookError, match="was killed"):
            books.build_html(book, all_pages(small), process=broken, written=lambda: broken._process.kill())
        assert files(book.html) == whole
        assert b"Een zin." in files(make(small, broken))["index.html"], "the next one starts by itself"


def test_pages_that_the_book_no_longer_has_go_with_all_that_a_run_leaves(small: Project) -> None:
    book = books.Book(small, "2021", "nl")
    for name in ("oud.ipynb", "oud.state.json", "oud.failed.ipynb", "inleiding.state.json"):
        (book.notebooks / name).write_text("{}", encoding="utf-8")
    drop_other_pages(book, all_pages(small))
    left = sorted(path.name for path in book.notebooks.iterdir())
    assert left == ["bronnen.ipynb", "index.ipynb", "inleiding.ipynb", "inleiding.state.json"]


def test_a_part_that_a_new_book_does_not_have_goes(small: Project) -> None:
    book = books.Book(small, "2021", "nl")

    def made(*names: str) -> dict[str, Path]:
        book.made.mkdir(parents=True, exist_ok=True)
        for name in names:
            (book.made / name).write_bytes(b"new")
        return {name: book.made / name for name in names}

    html = book.made / "html"
    html.mkdir(parents=True)
    (html / "index.html").write_text("new")
    publish(book, "", made("report.pdf", "summary.pdf") | {"html": html}, ["html", "pdf"])
    publish(book, "", made("report.pdf"), ["pdf"])
    assert book.pdf.is_file()
    assert not book.summary.exists(), "the summary of the book before"
    assert book.html.is_dir(), "its format was not asked for"
    assert is_whole(book)


@pytest.mark.parametrize(
    "config",
    one_of_a_kind(
        [
            "execute: {execute_notebooks: force}\nsphinx: {config: {nb_execution_mode: force}}\n",
            "title: x\nexecute:\nhtml:\nsphinx:\n",
            "sphinx: {config: , extra_extensions: }\n",
            "sphinx: {config: {jupyter_execute_notebooks: force}}\n",
        ]
    ),
)
def test_sphinx_runs_no_chapter_whatever_the_settings_say(small: Project, process: Renderer, config: str) -> None:
    code = nbformat.v4.new_code_cell("open('ran', 'w').close()", id="extra", outputs=[])
    notebook = books.Book(small, "2021", "nl").notebooks / "bronnen.ipynb"
    page = nbformat.read(notebook, as_version=4)
    page.cells.append(code)
    nbformat.write(page, notebook)
    (small.root / "_config.yml").write_text(config, encoding="utf-8")
    book = books.Book(small, "2021", "nl")
    books.stage(book, all_pages(small))
    settings = read_settings(book.stage / "_config.yml")
    assert settings["execute"]["execute_notebooks"] == "off"
    assert settings["sphinx"]["config"]["nb_execution_mode"] == "off"
    render_stage(book.stage, book.folder, process)
    assert list(small.root.rglob("ran")) == []


def test_a_page_that_sphinx_can_not_read_stops_the_book_once_with_a_short_story(
    small: Project, process: Renderer
) -> None:
    make(small, process)
    book = books.Book(small, "2021", "nl")
    before = files(book.html)
    (book.stage / "inleiding.ipynb").write_text('{"cells": [', encoding="utf-8")
    with pytest.raises(BookError, match="does not appear to be JSON") as caught:
        render_stage(book.stage, book.folder, process)
    assert "Traceback" not in str(caught.value)
    assert "click" not in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 6
    assert str(book.folder / "html.log") in caught.value.hint
    assert files(make(small, process)) == before


class Silent:
    """Ends well and renders nothing."""

    def run(self, arguments: Sequence[str], log: Path, written: None = None) -> int:
        log.write_text("done", encoding="utf-8")
        return 0


def test_a_book_without_a_first_page_is_an_error(small: Project) -> None:
    book = books.Book(small, "2021", "nl")
    books.stage(book, all_pages(small))
    with pytest.raises(BookError, match="without naming a problem"):
        render_stage(book.stage, book.folder, Silent())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "carried",
    [
        *({"files": {"image/svg+xml": name}} for name in ("../../../../chapters/words.yml", "/x.svg", "_static/x.css")),
        *({"files": {"text/csv": "x.csv"}}, {"files": 5}, {"files": {"image/svg+xml": 5}}, 5),
    ],
    ids=str,
)
def test_an_output_puts_no_file_outside_the_stage(small: Project, carried: object) -> None:
    book = books.Book(small, "2021", "nl")
    path = book.notebooks / "bronnen.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].outputs[0].metadata["na_report"] = carried
    nbformat.write(notebook, path)
    before = (small.chapters / "words.yml").read_bytes()
    with pytest.raises(NaReportError, match="bronnen carries a file"):
        books.stage(book, all_pages(small))
    assert (small.chapters / "words.yml").read_bytes() == before


@pytest.mark.parametrize(("jobs", "processes"), [(1, []), (3, [3]), (0, [7])])
def test_pages_are_mended_by_as_many_processes_as_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, processes: list[int]
) -> None:
    folder, asked = tmp_path / "html", []
    (folder / "_static").mkdir(parents=True)
    for number in range(8):
        (folder / f"p{number}.html").write_text("<article><h1>Een</h1></article>", encoding="utf-8")

    def pool(count: int, *_: object, **__: object) -> ThreadPoolExecutor:
        asked.append(count)
        return ThreadPoolExecutor(count)

    monkeypatch.setattr(polish, "Workers", pool)
    monkeypatch.setattr(polish, "cores", lambda: 7)
    polish.polish(folder, jobs=jobs)
    assert asked == processes


def test_a_page_is_mended_again_when_it_or_a_file_around_it_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mended: list[str] = []
    mend = polish._polish_page
    monkeypatch.setattr(polish, "_polish_page", lambda *given: mended.append(given[1].name) or mend(*given))
    known: dict[str, tuple[str, polish.Polished]] = {}
    for step, names in enumerate((["a.html", "b.html"], [], ["b.html"], ["a.html", "b.html"])):
        folder = tmp_path / str(step)
        for part in ("_images", "_static"):
            (folder / part).mkdir(parents=True)
        (folder / "_images" / "f.svg").write_text("<svg/>" * (1 + step // 3), encoding="utf-8")
        (folder / "a.html").write_text("<article><h1>Een</h1></article>", encoding="utf-8")
        (folder / "b.html").write_text(f"<article><h1>{step // 2}</h1></article>", encoding="utf-8")
        polish.polish(folder, known=known)
        assert mended == names
        mended.clear()
        assert f"<h1>{step // 2}</h1>" in (folder / "b.html").read_text(encoding="utf-8")
