"""The page of the preview about what a refresh changed, with what follows, for who can't or won't read a terminal."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import copy_of_project
from playwright.sync_api import Browser
from screens import COLOUR_RULES, NARROW, RULES, WIDE, opened, violations
from small_book import only_pages, write_chapter
from test_preview import Running
from test_refresh import REAL, _row, changed, downloaded, with_series
from workbooks import rows_of

from na_report.base.paths import Project
from na_report.base.wording import Words
from na_report.commands.consequences import changed_page
from na_report.editions.edition import copy_edition, seal_edition
from na_report.editions.office_marks import FLAGS
from na_report.editions.schema import BY_NAME
from na_report.editions.table_files import Row, read_table, write_table
from na_report.statistics.answer_formats import Kind
from na_report.statistics.kept import answers_in
from na_report.statistics.refreshing import refresh

START = 'from na_report.writing.page import open_page\n\nevidence, language = open_page(edition), "nl"'
PLACES = "[Toen]{#ind101-nl-2023} en [nu]{#ind101-nl-2025}."
PROSE = "%%text\nIn 2023 kon {IND101-NL-2023} het, nu {IND101}."


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A book of two pages with a draft of real answers, one of which can't be read, and figures that a person entered."""
    project = copy_of_project(tmp_path_factory.mktemp("refreshed"))
    only_pages(project, "index", "kort")
    for name in ("index", "kort"):
        write_chapter(project, name, f"# {name.title()}" + f"\n\n{PLACES}" * (name == "kort"), START)
    chapter = project.chapters / "nl" / "kort.ipynb"
    notebook = nbformat.read(chapter, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(PROSE, id="telt"))
    nbformat.write(notebook, chapter)
    shutil.copy(chapter, project.chapters / "en" / "kort.ipynb")
    with_series(project, *map(_row, ("IND101", "IND109", "IND121")))
    values = {"IND101-NL-2023": {"value": "80"}, "IND101-NL-2021": {"value": "70", "source_id": "roa2024piaac"}}
    changed(project, "observations", values | {"IND109-NL-2012": {"series": "lfs4w_from_2021"}})
    folder = downloaded(project.root)
    (folder / "isoc_ai_iaiu.csv").write_bytes(b"<html><b>closed</b>")
    refresh("2026", "2027", answers_in(folder), project)
    return project


@pytest.fixture(scope="module")
def preview(refreshed: Project) -> Iterator[Running]:
    running = Running(refreshed, "2027")
    assert running.shows("changes.html", "<h1>")
    yield running
    running.process.kill()
    running.process.communicate()


def test_the_first_page_leads_to_what_changed_per_series_and_what_follows(preview: Running) -> None:
    first = BeautifulSoup(preview.get("index.html")[1], "html.parser")
    assert first.select_one("h1 + p a[href='changes.html']") is not None
    page = BeautifulSoup(preview.get("changes.html")[1], "html.parser")
    lines = [" | ".join(cell.get_text() for cell in row.find_all(["th", "td"])) for row in page.select("article tr")]
    assert "Nederland | 2023 | herzien | 80 | 82,7" in lines
    assert "Nederland | 2021 | nieuw, breuk in de reeks | – | 26,6 (breuk in de reeks)" in lines
    assert "kort | In 2023 kon 80% het, nu 83,6%. | In 2023 kon 82,7% het, nu 83,6%." in lines
    told = page.select_one("article").get_text()  # type: ignore[union-attr]
    assert "IND101-NL-2021 blijft 70%: dat vulde iemand zelf in. Het bureau geeft 78,94." in told
    assert "IND109-NL-2012 hoort door een breuk nu bij de reeks lfs4w_2011_2012" in told
    assert "Tabel isoc_ai_iaiu: het bureau gaf geen antwoord dat te gebruiken is." in told
    assert [link["href"] for link in page.select("article li a")] == ["kort.html"], "it shows a row that differs"
    assert page.select("nav a[href='kort.html']"), "the page has the menu of the book"
    assert b'"changes.html' in preview.get("_static/search-data.js")[1], "it is finished as all pages are"


def test_axe_finds_nothing_on_the_page(preview: Running, browser: Browser) -> None:
    for width, scheme in ((WIDE, "dark"), (NARROW, "light")):
        page = opened(browser, width, scheme)
        page.goto(preview.address + "changes.html")
        assert violations(page, RULES if scheme == "light" else COLOUR_RULES) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.context.close()


def test_each_reason_and_each_word_is_in_the_language_of_the_page(project: Project, tmp_path: Path) -> None:
    labels = REAL.decode()
    answers = {
        "not read": labels[:9000],
        "series gone": labels.replace("Netherlands,20", "Netherlands,19"),
        "unit changed": labels.replace("Percentage of individuals,", "Per mille,"),
        "definition changed": labels.replace("All individuals,", "All persons,"),
    }
    kinds = {f"set_{number}": kind for number, kind in enumerate(answers)} | {"set_none": "not asked"}
    assert {*kinds.values()} == {*get_args(Kind)}
    row = _row("IND101", places="NL=NL", start="2020")
    other_word = {"labels": row["labels"].replace("A=Annual", "A=Yearly")}
    with_series(project, row | other_word, *(row | {"dataset": name} for name in [*kinds][:-1]))
    in_words = {"value": "", "text_nl": "bijna iedereen", "text_en": "nearly all", "source_id": "roa2024piaac"}
    changed(project, "observations", {"IND101-NL-2021": in_words})
    for name, content in zip(kinds, answers.values(), strict=False):
        (tmp_path / f"{name}.csv").write_text(content.replace("ISOC_SK_DSKL_I21", name), encoding="utf-8")
    (tmp_path / "isoc_sk_dskl_i21.csv").write_bytes(REAL.replace(b"Annual,All", b"A: Annual,All"))
    refresh("2026", "2027", answers_in(tmp_path), project)
    rows = read_table(project.data / "2027", BY_NAME["series"])
    write_table(project.data / "2027", BY_NAME["series"], [*rows, row | {"id": "SER099", "dataset": "set_none"}])
    for language, told in (("nl", "blijft bijna iedereen"), ("en", "stays nearly all")):
        words = Words(language)
        page = BeautifulSoup((changed_page("2027", language, project) or ("",) * 3)[1], "html.parser").get_text()
        for dataset, kind in kinds.items():
            assert words(f"changes.missed_{kind.replace(' ', '_')}", dataset=dataset) in page, kind
        assert words("changes.definition", code="A", old="Yearly", new="Annual") in page
        assert told in page
    dutch, english = (
        [Words(language)(f"flags.{flag}") for flag in FLAGS if flag.isalpha()] for language in ("nl", "en")
    )
    assert not {*dutch} & {*english}


def test_data_are_text_on_the_page_and_advice_that_goes_is_named_by_its_number(
    refreshed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(refreshed.root)
    folder = copy_edition("2026", "2026c", refreshed)

    def rewritten(table: str, cells: dict[str, Row], *gone: str) -> None:
        changed(refreshed, table, cells, edition=folder.name, gone=gone)

    advice = rows_of(refreshed, "recommendations", folder.name).keys() - {"R8"}
    rewritten("recommendations", {key: {"title_nl": "<b>Advies</b>"} for key in advice}, "R8")
    rewritten("indicators", {"IND101": {"label_nl": "<b>Deel</b>"}})
    rewritten("observations", {"IND101-NL-2025": {"value": "1"}})
    for table, column in (("caveats", "refs"), ("starting_points", "recommendation_ids")):
        refs = {key: {*row[column].split(";")} for key, row in rows_of(refreshed, table, folder.name).items()}
        rewritten(table, {key: {column: ";".join(of - {"R8"}) or "R1"} for key, of in refs.items() if "R8" in of})
    _, contents, _ = changed_page("2026c", "nl", refreshed) or ("", "", "")
    shutil.rmtree(folder)
    assert "<li>R8</li>" in contents
    assert BeautifulSoup(contents, "html.parser").select("b") == []
    assert "&lt;b&gt;Advies" in contents
    assert ">&lt;b&gt;Deel" in contents


def test_the_page_comes_with_a_draft_alone_in_the_language_of_the_book(refreshed: Project) -> None:
    assert changed_page("2026", "nl", refreshed) is None
    copy_edition("2026", "2026b", refreshed)
    title, contents, _ = changed_page("2026b", "nl", refreshed) or ("", "", "")
    assert title == "Wat er in dit concept anders is"
    assert "Er is verder niets anders." in contents
    assert ">revised</td>" in (changed_page("2027", "en", refreshed) or ("", "", ""))[1]
    seal_edition("2027", refreshed, by="N. Jansen")
    assert changed_page("2027", "nl", refreshed) is None
