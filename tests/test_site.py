"""The site: editions side by side, a switch between them, data and PDFs beside them."""

import pytest
from conftest import soup
from small_book import FOOT, PAGE, built

from na_report.base.errors import BookError, NaReportError
from na_report.base.paths import ADDRESS, Project
from na_report.book.book import Book
from na_report.book.site import with_switch, write_site


def test_a_page_leads_to_itself_in_another_edition(project: Project) -> None:
    new, old = built(project, "2026", "index", "koploper", "nieuw"), built(project, "2021", "index", "koploper")
    index = write_site([new, old])
    assert "2026/nl/index.html" in index.read_text(encoding="utf-8")
    pages = index.parent / "2026" / "nl"
    found = {
        name: {link.get_text(): str(link["href"]) for link in soup(pages / f"{name}.html").select("ul.edities a")}
        for name in ("koploper", "nieuw")
    }
    assert found["koploper"] == {"Uitgave 2026": "koploper.html", "Uitgave 2021": "../../2021/nl/koploper.html"}
    assert found["nieuw"]["Uitgave 2021"] == "../../2021/nl/index.html"
    for address in (address for ways in found.values() for address in ways.values()):
        assert (pages / address).resolve().is_file(), address
    shown = soup(pages / "koploper.html").select("ul.edities a[aria-current=true]")
    assert [link.get_text() for link in shown] == ["Uitgave 2026"]


def test_a_page_leads_to_itself_in_another_language(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, "https://example.org/report")
    dutch = built(project, "2026", "index", "koploper", "nieuw")
    english = built(project, "2026", "index", "koploper", language="en")
    folder = write_site([dutch, english]).parent / "2026" / "nl"

    def ways(name: str) -> list[dict[str, str]]:
        page = soup(folder / name)
        links = page.select("ul.talen a"), page.select("head link[rel=alternate]")
        return [{str(link["hreflang"]): str(link["href"]) for link in found} for found in links]

    assert ways("koploper.html") == [
        {"nl": "koploper.html", "en": "../en/koploper.html"},
        {name: f"https://example.org/report/2026/{name}/koploper.html" for name in ("nl", "en")},
    ]
    shown, told = ways("nieuw.html")
    assert shown["en"] == "../en/index.html"
    assert told.keys() == {"nl"}, "a page that is not there is no translation"
    links = soup(folder / "koploper.html").select("ul.talen a")
    said = [(link.get_text(), link["lang"], link.get("aria-current")) for link in links]
    assert said == [("Nederlands", "nl", "true"), ("English", "en", None)]


def test_data_and_the_pdfs_that_were_made_lie_beside_the_pages(project: Project) -> None:
    edition = write_site([built(project, "2021", "index", foot=FOOT, papers=["report.pdf"])]).parent / "2021"
    assert (edition / "data" / "datapackage.json").is_file()
    assert (edition / "nl" / "report.pdf").is_file()
    foot = soup(edition / "nl" / "index.html").select("footer li")
    assert [(item.get_text(), str(item.a and item.a["href"])) for item in foot] == [("Boek (0 kB)", "report.pdf")]


def test_a_book_that_is_not_as_a_build_left_it_leaves_the_site_as_it_was(project: Project) -> None:
    book = built(project, "2021", "index")
    index = write_site([book])
    before = sorted(index.parent.rglob("*"))
    with pytest.raises(NaReportError, match="2026"):
        write_site([book, Book(project, "2026", "nl")])
    (book.html / "index.html").unlink()
    with pytest.raises(NaReportError, match="not to the end"):
        write_site([book])
    assert sorted(index.parent.rglob("*")) == before


def test_a_page_without_a_place_for_the_switch_is_named(project: Project) -> None:
    with pytest.raises(BookError, match=r"index\.html of edition 2021 has no nav"):
        with_switch(PAGE.replace("hoofdstukken", "x"), "index.html", Book(project, "2021", "nl"), {})
