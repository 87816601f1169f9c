"""The site: editions side by side with data and PDFs beside them; each can be held against the project, to the byte."""

from pathlib import Path

import pytest
from conftest import copy_of_project, soup
from small_book import PAGE, built

from na_report.base.errors import BookError, NaReportError
from na_report.base.paths import ADDRESS
from na_report.book.book import Book
from na_report.book.comparing import differences
from na_report.book.site import with_switch, write_site


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> list[Book]:
    """Books of two editions, the newest in two languages with a page that no other has, and without its summary."""
    project = copy_of_project(tmp_path_factory.mktemp("site"))
    pages, only = ("index", "koploper"), ["report.pdf"]
    return [
        built(project, "2026", *pages, "nieuw", papers=only),
        built(project, "2026", *pages, language="en"),
        built(project, "2021", *pages),
    ]


@pytest.fixture(scope="module")
def site(books: list[Book]) -> Path:
    """The folder of their site, of which it is known where it will be."""
    with pytest.MonkeyPatch.context() as around:
        around.setenv(ADDRESS, "https://example.org/report")
        return write_site(books).parent


def ways(page: Path, to: str) -> dict[str, str]:
    return {link.get_text() or str(link["hreflang"]): str(link["href"]) for link in soup(page).select(to)}


def test_a_page_leads_to_itself_in_another_edition_and_language(site: Path) -> None:
    assert "2026/nl/index.html" in (site / "index.html").read_text(encoding="utf-8")
    page, new = site / "2026" / "nl" / "koploper.html", site / "2026" / "nl" / "nieuw.html"
    assert ways(page, "ul.edities a") == {"Uitgave 2026": page.name, "Uitgave 2021": "../../2021/nl/koploper.html"}
    assert ways(new, "ul.edities a")["Uitgave 2021"] == "../../2021/nl/index.html"
    assert [*ways(page, "ul.edities a[aria-current=true]")] == ["Uitgave 2026"]
    assert ways(page, "ul.talen a") == {"Nederlands": "koploper.html", "English": "../en/koploper.html"}
    assert ways(new, "ul.talen a")["English"] == "../en/index.html"
    told = {name: f"https://example.org/report/2026/{name}/koploper.html" for name in ("nl", "en")}
    assert ways(page, "head link[rel=alternate]") == told
    assert [*ways(new, "head link[rel=alternate]")] == ["nl"], "a page that is not there is no translation"
    said = [(link["lang"], link["hreflang"], link.get("aria-current")) for link in soup(page).select("ul.talen a")]
    assert said == [("nl", "nl", "true"), ("en", "en", None)]


def test_data_and_the_pdfs_that_were_made_lie_beside_the_pages(site: Path) -> None:
    assert (site / "2026" / "data" / "datapackage.json").is_file()
    assert (site / "2026" / "nl" / "report.pdf").is_file()
    index = site / "2026" / "nl" / "index.html"
    assert ways(index, "footer li a") == {"Boek (0 kB)": "report.pdf"}
    assert "Kort" not in soup(index).get_text()


def test_a_published_book_is_known_and_whatever_changes_in_it_is_found(
    books: list[Book], site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, "https://example.org/report")
    folder = site / "2026"
    new, _, old = books
    for path, book in ((folder, new), (folder / "nl", new), (site / "2021", old), (site / "2021/nl/summary.pdf", old)):
        assert differences(book, path)[1] == []
    for part, was, becomes in (
        ("nl/index.html", "../../2021/nl/index.html", "https://elders.example/2021"),
        ("nl/index.html", "2021</a>", "2021<script>alert(1)</script></a>"),
        ("nl/koploper.html", ">koploper<", ">koplopers<"),
        ("data/observations.csv", "IND019-NL-2019", "IND019-NL-2020"),
        ("nl/report.pdf", "/A 1", "/A 2"),
    ):
        content = (folder / part).read_bytes()
        assert was.encode() in content
        (folder / part).write_bytes(content.replace(was.encode(), becomes.encode()))
        assert [line.split(":")[0] for line in differences(new, folder)[1]] == [f"changed  {part}"]
        (folder / part).write_bytes(content)


def test_a_book_that_is_not_as_a_build_left_it_leaves_the_site_as_it_was(books: list[Book], site: Path) -> None:
    before, page = sorted(site.rglob("*")), books[2].html / "index.html"
    with pytest.raises(NaReportError, match="2021"):
        write_site([*books, Book(books[0].project, "2021", "en")])
    page.unlink()
    with pytest.raises(NaReportError, match="not to the end"):
        write_site(books)
    assert sorted(site.rglob("*")) == before
    with pytest.raises(BookError, match=r"index\.html of edition 2021 has no nav"):
        with_switch(PAGE.replace("hoofdstukken", "x"), "index.html", books[2], {})
