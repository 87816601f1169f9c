"""A draft of the answers of statistics offices, what is told of it, and the page about it for who won't read a terminal."""

import gzip
import json
import shutil
from datetime import date
from pathlib import Path
from typing import get_args

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import NARROW, ROOT, WIDE, alter, cases, copy_of_project, edit, fresh_page, na_report, violations
from playwright.sync_api import Browser
from recorded import SKILLS, declaring, downloaded, sealed_as_of, with_series
from small_book import changed, only_pages, write_chapter
from test_rendering import Running
from workbooks import rows_of

from na_report.base.errors import NaReportError
from na_report.base.files import contents
from na_report.base.paths import Project
from na_report.base.wording import Words
from na_report.book.book import Book
from na_report.commands.consequences import changed_page
from na_report.editions.cells import FLAGS
from na_report.editions.edition import copy_edition, open_edition, seal_edition
from na_report.editions.integrity import verify_edition
from na_report.editions.schema import BY_NAME, read_table, write_table
from na_report.registers import analysis
from na_report.statistics.answer_formats import Kind
from na_report.statistics.reading import Difference
from na_report.statistics.refreshing import refresh
from na_report.statistics.series import answers_in

TODAY = date(2027, 2, 1)
START = 'from na_report.writing.page import open_page\n\nevidence, language = open_page(edition), "nl"'
TOLD = cases("refreshed")


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """A book of some pages with a draft of real answers, one of which can't be read, and what is told when that is made."""
    project = copy_of_project(tmp_path_factory.mktemp("refreshed"))
    only_pages(project, "index", "kort", "sector-mbo")
    for name in ("index", "kort"):
        write_chapter(project, name, f"# {name.title()}" + f"\n\n{TOLD['places']}" * (name == "kort"), START)
    with changed(project.chapters / "nl" / "kort.ipynb") as notebook:
        notebook.cells.append(nbformat.v4.new_code_cell(TOLD["prose"], id="telt"))
    shutil.copy(project.chapters / "nl" / "kort.ipynb", project.chapters / "en" / "kort.ipynb")
    edit(project.chapters / "nl" / "sector" / "mbo.md", "+++ stand\n", f"+++ stand\n\n{TOLD['story']}\n")
    skills = declaring("IND106")
    other_word = {"labels": skills["labels"].replace("A=Annual", "A=Yearly")}
    with_series(project, declaring("IND101"), skills | other_word, *map(declaring, ("IND109", "IND121")))
    # Adults in education were drawn as one line, as before the breaks were seen.
    alter(project, "2026", "observations IND109-NL-20(09|1.) series lfs4w_to_2020")
    alter(project, "2026", "observations IND101-EE-2023|IND101-BE-2021; recommendations R1 rests_on C01;IND101")
    alter(project, "2026", TOLD["entered"])
    sealed_as_of(project)
    folder = downloaded(project.root)
    (folder / "isoc_sk_dskl_i21.csv").write_bytes(SKILLS.replace(b"Annual,All", b"A: Annual,All"))
    (folder / "isoc_ai_iaiu.csv").write_bytes(b"<html><b>closed</b>")
    before = contents(project.data / "2026")
    done = na_report(project, "edition", "refresh", "2026", "--as", "2027", "--answers", "downloaded")
    assert done.returncode == 1
    assert done.stderr.startswith("error: 1 of 4 series could not be had; the draft has the other 3.\n")
    assert contents(project.data / "2026") == before, "the edition that was refreshed does not change"
    # To which somebody adds one that nobody was asked for.
    rows = read_table(project.data / "2027", BY_NAME["series"])
    write_table(project.data / "2027", BY_NAME["series"], [*rows, rows[0] | {"id": "SER099", "dataset": "set_none"}])
    return project, done.stdout


def test_the_real_answer_makes_a_draft_and_tells_what_follows(refreshed: tuple[Project, str]) -> None:
    project, said = refreshed
    assert [each for each in TOLD["says"] if each not in said] == []
    assert said.count("sentence on") == 2
    assert "value IND109" not in said, "the latest Dutch value is what it was"
    truth, found = rows_of(Project(ROOT), "observations"), rows_of(project, "observations", "2027")
    mine = [key for key in truth if key.startswith(("IND101-", "IND106-")) and not key.endswith("NL-2021")]
    assert {key: found[key]["value"] for key in mine} == {key: truth[key]["value"] for key in mine}
    # The figure draws a line per series: none goes through the breaks of 2011, 2013 and 2021.
    drawn = analysis.series(open_edition("2027", project), ["IND109"], ["NL"])
    lines = [sorted(map(int, piece["year"])) for _, piece in drawn.groupby("series", sort=False)]
    assert lines == [[2009, 2010], [2011, 2012], [*range(2013, 2021)], [*range(2021, 2025)]]
    # From the answers that were kept, and as JSON.
    options = ("--as", "2028", "--answers", "data/2027", "--format", "json")
    told = json.loads(na_report(project, "edition", "refresh", "2026", *options).stdout)
    shutil.rmtree(project.data / "2028")
    new = {"place": "NL", "period": "2021", "kinds": ["new", "break"], "old": ":", "new": "26.6 b"}
    assert told["outcomes"][2]["changes"][1] == new
    assert "IND109-NL-2021" in told["changes"]["tables"]["observations"]["added"]


def test_a_page_tells_what_changed_and_what_follows(refreshed: tuple[Project, str], browser: Browser) -> None:
    project, _ = refreshed
    only_pages(project, "index", "kort")  # a page of a sector leads to others
    preview = Running(project, "2027")
    assert preview.shows("changes.html", "<h1>")
    first = BeautifulSoup(preview.get("index.html")[1], "html.parser")
    assert first.select_one("h1 + p a[href='changes.html']") is not None
    page = BeautifulSoup(preview.get("changes.html")[1], "html.parser")
    lines = [" | ".join(cell.get_text() for cell in row.find_all(["th", "td"])) for row in page.select("article tr")]
    assert [each for each in TOLD["rows"] if each not in lines] == []
    told = page.select_one("article").get_text()  # type: ignore[union-attr]
    assert any(line.startswith("IND106-NL-2021 |") and "bijna iedereen" in line for line in lines)
    in_words = [Words("nl")(f"changes.{key}", **names) for key, names in TOLD["words"].items()]
    assert [each for each in (*TOLD["sentences"], *in_words) if each not in told] == []
    assert "kort.html" in [link["href"] for link in page.select("article li a")], "it shows a row that differs"
    assert page.select("nav a[href='kort.html']"), "the page has the menu of the book"
    assert b'"changes.html' in preview.get("_static/search-data.js")[1], "it is finished as all pages are"
    for width, scheme in ((WIDE, "dark"), (NARROW, "light")):
        shown = fresh_page(browser, width, scheme)
        shown.goto(preview.address + "changes.html")
        assert violations(shown) == []
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        shown.context.close()
    preview.process.kill()
    preview.process.communicate()


def page_of(name: str, language: str, project: Project) -> BeautifulSoup:
    _, content, _ = changed_page(Book(project, name, language)) or ("", "", "")
    return BeautifulSoup(content, "html.parser")


def test_a_draft_has_a_page_in_its_language(refreshed: tuple[Project, str], monkeypatch: pytest.MonkeyPatch) -> None:
    project, _ = refreshed
    monkeypatch.chdir(project.root)
    page, english, dutch = page_of("2027", "en", project), Words("en"), Words("nl")
    told = page.get_text()
    assert all(english(f"changes.{key}", **names) in told for key, names in TOLD["words"].items())
    assert all(words in told for words in ("stays as somebody", "nearly all", "Yearly"))
    assert "revised" in [cell.get_text() for cell in page.select("td")]
    reasons = [f"changes.missed_{kind.replace(' ', '_')}" for kind in get_args(Kind)]
    assert {english(key, dataset="") for key in reasons}.isdisjoint(dutch(key, dataset="") for key in reasons)
    flags = [f"flags.{flag}" for flag in FLAGS if flag.isalpha()]
    assert {*map(english, flags)}.isdisjoint(map(dutch, flags))
    assert changed_page(Book(project, "2026", "nl")) is None
    copy_edition("2026", "2026b", project)
    title, content, _ = changed_page(Book(project, "2026b", "nl")) or ("", "", "")
    assert title == "Wat er in dit concept anders is"
    assert "Er is verder niets anders." in content
    # Data are text, and advice that goes is named by its number.
    for table, column in (("caveats", "refs"), ("starting_points", "recommendation_ids")):
        refs = {key: {*row[column].split(";")} for key, row in rows_of(project, table, "2026b").items()}
        less = {key: ";".join(of - {"R8"}) or "R1" for key, of in refs.items() if "R8" in of}
        alter(project, "2026b", "; ".join(f"{table} {key} {column} {left}" for key, left in less.items()))
    others = "indicators IND101 label_nl <b>Deel</b>; observations IND101-NL-2025 value 1"
    alter(project, "2026b", f"recommendations R8; recommendations .* title_nl <b>Advies</b>; {others}")
    page = page_of("2026b", "nl", project)
    assert page.select("b") == []
    assert any(item.get_text() == "R8" for item in page.select("li"))
    assert "<b>Advies" in page.get_text() and any("<b>Deel" in cell.get_text() for cell in page.select("th"))
    seal_edition("2027", project, by="N. Jansen")
    assert changed_page(Book(project, "2027", "nl")) is None


@pytest.fixture
def real(project: Project, tmp_path: Path) -> Path:
    """A folder with real answers for a project that asks for digital skills alone."""
    with_series(project, declaring("IND101"))
    return downloaded(tmp_path)


def test_what_a_person_entered_stays_also_after_a_next_refresh(project: Project, real: Path) -> None:
    row = "observations IND101-NL-2023"
    alter(project, "2026", f"{row} source_id roa2024piaac; {row} value 77.7")
    sealed_as_of(project)
    [outcome] = refresh("2026", "2027", answers_in(real), project).outcomes
    *others, beside = outcome.changes
    assert beside == Difference("IND101-NL-2023", "", ("kept",), "77.7 (roa2024piaac)", "82.7")
    assert {change.period for change in others} == {"2025"}, "which that answer did not have yet"
    alter(project, "2027", "observations IND101-NL-2021 value 70; observations IND101-BE-2021")
    seal_edition("2027", project, created=TODAY, by="N. Jansen")
    later = SKILLS.replace(b"Denmark,2023,69.62,", b"Denmark,2023,69.80,p")
    line = next(line for line in later.splitlines() if b"Denmark,2023,69.80" in line)
    (real / "isoc_sk_dskl_i21.csv").write_bytes(later + line.replace(b",2023,69.80,p", b",2025,84.0,") + b"\n")
    [outcome] = refresh("2027", "2028", answers_in(real), project).outcomes
    first, *others = outcome.changes
    assert first == Difference("DK", "2023", ("revised", "flag added: p"), "69.62", "69.8 p")
    # The value of 2025 was typed before the office gave one.
    kept = [(f"IND101-{one}", ("kept",)) for one in ("NL-2021", "NL-2023", "DK-2025")]
    assert [(change.place, change.kinds) for change in others] == kept
    found = rows_of(project, "observations", "2028")
    assert [found[f"IND101-{one}"]["value"] for one in ("NL-2021", "NL-2023", "DK-2023")] == ["70", "77.7", "69.8"]
    assert "IND101-BE-2021" not in found, "somebody took it out"


def test_somebody_seals_a_draft_of_answers_with_them_and_wrong_use_is_told(project: Project, real: Path) -> None:
    def refused(said: str, old: str = "2026", new: str = "2027", folder: Path = real) -> None:
        with pytest.raises(NaReportError, match=said):
            refresh(old, new, answers_in(folder), project)

    refused("There is no folder", folder=real / "none")
    refused("declares no series", old="2021")
    refused("exists already", old="2021", new="2026")
    sealed_as_of(project, date(2026, 11, 24))
    [outcome] = refresh("2026", "2027", answers_in(real), project).outcomes
    assert outcome.changes == []
    assert outcome.note == "the data are of 2024-12-17, older than the edition of 2026-11-24"
    index = project.data / "2027" / "answers" / "index.json"
    kept, lost = next(index.parent.glob("*.gz")), b'"missed": [{"series": "SER001", "kind": "lost", "why": ""}]'
    of_kept, of_index = (gzip.compress(b"other"), kept.read_bytes()[:-9], b"no gzip"), (b"{", index.read_bytes())
    for path, damaged in (*((kept, each) for each in of_kept), *((index, each) for each in of_index)):
        sound = path.read_bytes()
        path.write_bytes(damaged.replace(b'"missed": []', lost))
        refused("are damaged", folder=project.data / "2027")
        path.write_bytes(sound)
    with pytest.raises(NaReportError, match="Nobody approved"):
        seal_edition("2027", project)
    seal_edition("2027", project, created=TODAY, by="N. Jansen")
    verify_edition("2027", project)
    approved = open_edition("2027", project).descriptor["approved"]
    assert (approved["by"], approved["on"], len(approved["answers"])) == ("N. Jansen", "2027-02-01", 2)
    for path, content in ((kept.with_name("extra.gz"), b""), (kept, kept.read_bytes()[:-1])):
        path.write_bytes(content)
        with pytest.raises(NaReportError, match=f"answers/{path.name}: found"):
            verify_edition("2027", project)
    refused("exists already")
    with_series(project, declaring("IND101", unit="people"))
    refused("found the unit people", new="2028")
