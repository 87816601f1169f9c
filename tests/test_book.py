"""The built book as its reader meets it; the test command builds it first."""

import re

import pytest
from bs4 import Tag
from conftest import ROOT, soup

pytestmark = pytest.mark.book

BOOK = ROOT / "_build" / "2026" / "nl"
PAGES = sorted((BOOK / "html").glob("*.html"))
ENGLISH = re.compile(
    r"\b(the|this|page|search|skip|main|content|link to|next|previous|light|dark|toggle|table of|error)\b", re.I
)


def test_the_book_is_there_and_its_interface_is_dutch() -> None:
    assert len(PAGES) > 10
    assert (BOOK / "report.pdf").stat().st_size > 100_000
    for path in PAGES:
        html = soup(path)
        assert html.html is not None
        assert html.html["lang"] == "nl"
        labels = [str(tag[name]) for name in ("aria-label", "title", "placeholder") for tag in html.select(f"[{name}]")]
        for outside in html.select("article, script, style, kbd"):
            outside.extract()
        assert [text for text in [*labels, *html.stripped_strings] if ENGLISH.search(text)] == [], path.name


def test_figures_have_number_caption_alt_text_and_table() -> None:
    figures = [(path, figure) for path in PAGES for figure in soup(path).select("article figure")]
    assert len(figures) > 5
    for path, figure in figures:
        image, narrow, table = figure.select_one("img"), figure.select_one("source"), figure.find_next("table")
        assert image is not None
        assert narrow is not None
        assert isinstance(table, Tag)
        assert len(str(image["alt"])) > 20
        assert not str(image["alt"]).endswith((".svg", ".png"))
        for address in (image["src"], narrow["srcset"]):
            assert (path.parent / str(address)).is_file()
        assert figure.select_one("figcaption .caption-number") is not None
        assert table["aria-label"] == "De figuur als tabel"
        assert len(table.select("tbody tr")) > 1


def test_english_titles_say_so_to_who_reads_aloud() -> None:
    links = soup(BOOK / "html" / "bronnen.html").select("article em a")
    titles = {link.get_text(): link.find_parent(lang=True)["lang"] for link in links}  # type: ignore[index]
    assert titles["Index of Readiness for Digital Lifelong Learning"] == "en"
    assert titles["Digitaal Toetsen"] == "nl"


def test_a_number_in_the_text_links_to_its_row() -> None:
    link = next(a for a in soup(BOOK / "html" / "sector-mbo.html").select("article p a") if a.get_text() == "41%")
    assert link["href"] == "indicatoren.html#ind019-nl-2019"
    cell = soup(BOOK / "html" / "indicatoren.html").select_one("#ind019-nl-2019")
    row = cell.find_parent("tr") if isinstance(cell, Tag) else None
    assert row is not None
    assert {"41%", "Kennisnet"} <= {*re.findall(r"41%|Kennisnet", row.get_text())}
