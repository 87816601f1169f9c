"""The site: editions side by side, a switch between them, data and PDFs beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from na_report.base.errors import BookError, NaReportError
from na_report.base.paths import ADDRESS, Project
from na_report.book.book import Book
from na_report.book.published import publish
from na_report.book.site import with_switch, write_site

FOOT = '<footer><ul><li><a href="../report.pdf">Boek</a></li><li><a href="../summary.pdf">Kort</a></li></ul></footer>'
PAGE = f'<html lang="nl"><head></head><body><nav id="hoofdstukken"></nav><article>{{}}</article>{FOOT}</body></html>'


def built(project: Project, edition: str, *pages: str, language: str = "nl") -> Book:
    book = Book(project, edition, language)
    html, pdf = book.made / "html", book.made / "report.pdf"
    html.mkdir(parents=True)
    for name in pages:
        (html / f"{name}.html").write_text(PAGE.format(name), encoding="utf-8")
    pdf.write_bytes(b"%PDF")
    publish(book, "", {"html": html, "report.pdf": pdf}, ["html", "pdf"])
    return book


def links(path: Path) -> dict[str, str]:
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return {link.get_text(): str(link["href"]) for link in soup.select("ul.edities a")}


def test_a_page_leads_to_itself_in_another_edition(project: Project) -> None:
    new, old = built(project, "2026", "index", "koploper", "nieuw"), built(project, "2021", "index", "koploper")
    index = write_site([new, old])
    assert "2026/nl/index.html" in index.read_text(encoding="utf-8")
    pages = index.parent / "2026" / "nl"
    assert links(pages / "koploper.html") == {
        "Uitgave 2026": "koploper.html",
        "Uitgave 2021": "../../2021/nl/koploper.html",
    }
    assert links(pages / "nieuw.html")["Uitgave 2021"] == "../../2021/nl/index.html"
    menu = BeautifulSoup((pages / "koploper.html").read_text(encoding="utf-8"), "html.parser")
    assert [link.get_text() for link in menu.select("ul.edities a[aria-current=true]")] == ["Uitgave 2026"]
    for name, address in links(pages / "koploper.html").items():
        assert (pages / address).resolve().is_file(), name


def test_a_page_leads_to_itself_in_another_language(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, "https://example.org/report")
    dutch = built(project, "2026", "index", "koploper", "nieuw")
    english = built(project, "2026", "index", "koploper", language="en")
    folder = write_site([dutch, english]).parent / "2026" / "nl"

    def ways(name: str) -> tuple[dict[str, str], dict[str, str]]:
        page = BeautifulSoup((folder / name).read_text(encoding="utf-8"), "html.parser")
        shown = {str(link["hreflang"]): str(link["href"]) for link in page.select("ul.talen a")}
        return shown, {str(link["hreflang"]): str(link["href"]) for link in page.select("head link[rel=alternate]")}

    assert ways("koploper.html") == (
        {"nl": "koploper.html", "en": "../en/koploper.html"},
        {name: f"https://example.org/report/2026/{name}/koploper.html" for name in ("nl", "en")},
    )
    shown, told = ways("nieuw.html")
    assert shown["en"] == "../en/index.html"
    assert told.keys() == {"nl"}, "a page that is not there is no translation"
    page = BeautifulSoup((folder / "koploper.html").read_text(encoding="utf-8"), "html.parser")
    said = [(link.get_text(), link["lang"], link.get("aria-current")) for link in page.select("ul.talen a")]
    assert said == [("Nederlands", "nl", "true"), ("English", "en", None)]
    assert (folder / shown["en"]).resolve().is_file()


def test_data_and_pdf_lie_beside_the_pages(project: Project) -> None:
    index = write_site([built(project, "2021", "index")])
    assert (index.parent / "2021" / "data" / "datapackage.json").is_file()
    pages = index.parent / "2021" / "nl"
    assert (pages / "report.pdf").is_file()
    foot = BeautifulSoup((pages / "index.html").read_text(encoding="utf-8"), "html.parser").select("footer li")
    assert [(item.get_text(), str(item.a and item.a["href"])) for item in foot] == [("Boek (0 kB)", "report.pdf")], (
        "a PDF that was not made is not offered"
    )


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
    for page in ("<html><body></body></html>", '<nav id="hoofdstukken"></nav>'):
        with pytest.raises(BookError, match=r"index\.html of edition 2021 has no nav"):
            with_switch(page, "index.html", Book(project, "2021", "nl"), {})
