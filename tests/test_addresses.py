"""Every address on a page leads somewhere: pictures and files are taken along, the rest stops the book with its cell."""

import base64
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
import pytest
from conftest import cases, soup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from small_book import only_pages, rendered, write_notebook

from na_report.base.errors import BookError, NaReportError
from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.book.staging import stage, unpacked
from na_report.processes.renderer import Renderer
from na_report.running.pages import all_pages
from na_report.screen.addresses import dead_ends

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC"
CASES = cases("addresses")
GOOD, BAD = CASES["good"].replace("PASTED", f"data:image/png;base64,{PIXEL}"), CASES["bad"]


@pytest.fixture
def small(project: Project) -> Project:
    """A book of two pages, the first of which a test writes, with files beside the chapters."""
    only_pages(project, "index", "inleiding")
    (project.chapters / "nl" / "map").mkdir()
    for name in ("foto.png", "map/een foto.png"):
        (project.chapters / "nl" / name).write_bytes(base64.b64decode(PIXEL))
    for name in ("tabel.xlsx", ".env", "_eigen.xlsx"):
        (project.chapters / "nl" / name).write_bytes(b"x")
    write(project, "inleiding", new_markdown_cell("# Kort\n\n(doel)=\n## Doel\n\nNiets.", id="tekst"))
    return project


def write(project: Project, name: str, *cells: nbformat.NotebookNode) -> None:
    write_notebook(Book(project, "2021", "nl").notebooks, name, *cells)


def make(project: Project, process: Renderer) -> tuple[Path, Any]:
    """Makes the book; returns its folder and what the first page says."""
    folder = rendered(project, process)
    return folder, soup(folder / "index.html").article


def test_what_authors_write_pasted_or_put_beside_the_chapter_is_in_the_book(small: Project, process: Renderer) -> None:
    text = new_markdown_cell(GOOD, id="tekst")
    text["attachments"] = {"plak.png": {"image/png": PIXEL}, "met spatie.png": {"image/png": PIXEL}}
    write(small, "index", text)
    folder, page = make(small, process)
    shown = {str(tag["alt"]): tag for tag in page.select("img")}
    assert shown.keys() == set("12345678")
    assert (shown["1"]["width"], shown["1"]["height"], shown["1"].get("style")) == ("40", "50", None)
    for tag in shown.values():
        assert (folder / unquote(tag["src"])).read_bytes() == base64.b64decode(PIXEL), tag
    links = [str(tag["href"]) for tag in page.select("a[href]:not(.headerlink)")]
    assert "https://example.org/?a=1&b=2" in links
    assert "https://example.org/?c=3&d=4" in links, "escaped once, not twice"
    assert "https://example.org/?e=%26amp;f" in links
    assert [(folder / link).read_bytes() for link in links if link.endswith("tabel.xlsx")] == [b"x"]
    # What is saved anew is shown anew, and missed when it goes.
    (small.chapters / "nl" / "foto.png").write_bytes(b"new")
    folder, page = make(small, process)
    assert (folder / page.select_one("img[alt='1']")["src"]).read_bytes() == b"new"
    (small.chapters / "nl" / "foto.png").unlink()
    with pytest.raises(BookError, match=r"foto\.png"):
        make(small, process)


def test_every_address_that_leads_nowhere_is_told_with_its_cell(small: Project, process: Renderer) -> None:
    cells = [new_markdown_cell("# Proef", id="kop")]
    cells += [new_markdown_cell(bad, id=f"c{number}") for number, bad in enumerate(BAD)]
    output = new_output("display_data", {"text/html": "<img src='j.png'>"})
    write(small, "index", *cells, new_code_cell("toon()", id="code", outputs=[output]))
    with pytest.raises(BookError) as caught:
        make(small, process)
    lines = str(caught.value).splitlines()
    for number, (bad, said) in enumerate(BAD.items()):
        told = [line for line in lines if line.strip().startswith(f"index.ipynb, cell c{number} (")]
        assert any(said in line for line in told), (bad, told)
        assert repr(bad)[1:20] in told[0], "the first line of the cell"
    assert any("cell code ('toon()')" in line and "j.png" in line for line in lines)


def test_a_place_that_a_page_does_not_have_is_told(small: Project, process: Renderer) -> None:
    links = '<a href="inleiding.html#weg">a</a> <a href="#nergens">b</a> <a href="inleiding.html?q=1#doel">c</a>'
    write(small, "index", new_markdown_cell(f"# Proef\n\n{links}", id="tekst"))
    with pytest.raises(BookError) as caught:
        make(small, process)
    told = str(caught.value)
    for place in ("inleiding.html#weg", "#nergens"):
        assert f"index.html: '{place}' leads nowhere (cell tekst, '# Proef')." in told
    assert "doel" not in told


@pytest.mark.parametrize("content", ["é", "AAA"])
def test_a_damaged_attachment_stays_in_the_text(content: str) -> None:
    text = "![x](attachment:a.png)"
    cell = {"cell_type": "markdown", "source": text, "attachments": {"a.png": {"image/png": content}}}
    assert unpacked({"cells": [cell]}, "index") == {}
    assert cell == {"cell_type": "markdown", "source": text}


def test_a_file_beside_the_chapters_takes_no_name_of_the_book(small: Project) -> None:
    write(small, "index", new_markdown_cell(f"# Proef\n\n![x](data:image/png;base64,{PIXEL})", id="tekst"))
    book = Book(small, "2021", "nl")
    stage(book, all_pages(small))
    [name] = [path.name for path in book.stage.glob("index-*.png")]
    assert (book.stage / "foto.png").is_file()
    assert not [*book.stage.rglob(".env"), *book.stage.rglob("_eigen.xlsx")], "what is hidden is for no reader"
    (small.chapters / "nl" / name).write_bytes(b"other")
    with pytest.raises(NaReportError, match=f"the name of another file of the book: {name}"):
        stage(book, all_pages(small))


def test_what_an_attribute_says_is_no_address(tmp_path: Path) -> None:
    page = """<img alt='<a href="x"> src=y' src="a.html"><p id="b">a < b <a href="#b">b</a> <a href="#c">c</a></p>"""
    assert [*dead_ends(tmp_path, {"a.html": page})] == [("a.html", "#c")]
