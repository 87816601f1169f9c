"""How the report lies on paper: not too many pages, none half empty, nothing torn apart, no heading alone at the foot."""

from collections.abc import Iterator

import pytest
from conftest import ROOT
from printed import FOOT, HEAD, MARK, SCREEN, SMALLEST, Printed, article_of, bare, blocks, opened

from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.running.pages import all_pages

pytestmark = pytest.mark.book

MOST_PAGES, LEAST_FULL = 65, 0.5
# The cover and the contents come before the first chapter.
FRONT = 2
BOXES = ".kader, .tegenspraak, .kerncijfers"
SHORT_TABLE = 900  # letters
# The smallest letters that are read; below are numbers of notes and pages, set high.
LEAST_SIZE = 8.0


@pytest.fixture(scope="module", params=("nl", "en"))
def book(request: pytest.FixtureRequest) -> Book:
    return Book(Project(ROOT), "2026", request.param)


@pytest.fixture(scope="module")
def report(book: Book) -> Iterator[Printed]:
    with opened(book.folder / "report.pdf") as printed:
        yield printed


def test_no_page_but_the_last_of_a_chapter_is_less_than_half_full_and_all_can_be_read(report: Printed) -> None:
    ends = {page - 1 for level, _, page, _ in report.contents() if level == 0} | {len(report) - 1}
    assert 20 < len(report) - len(ends) < len(report) <= MOST_PAGES
    for page in range(len(report)):
        letters = report.body(page)
        assert not [one.text for one in letters if SMALLEST < one.size < LEAST_SIZE - 0.05], f"page {page + 1}"
        if page >= FRONT and page not in ends:
            bottom = min((letter.bottom for letter in letters), default=HEAD)
            assert HEAD - bottom >= LEAST_FULL * (HEAD - FOOT), f"page {page + 1}"


def test_below_each_heading_stands_text_on_the_same_page(report: Printed) -> None:
    heads = report.contents()
    assert len(heads) > 60
    for _, title, page, height in heads:
        lower = [letter for letter in report.body(page) if letter.top <= height + 4]
        # A heading may stand right above the next, but not at the foot with it.
        assert len(lower) > len(bare(title)) + 40, f"page {page + 1}: {title}"


def test_boxes_and_short_tables_stand_on_one_page(report: Printed, book: Book) -> None:
    printed, seen = list(map(report.said, range(len(report)))), 0
    for page in (page for page in all_pages(book.project, book.language, book.edition) if page.on_paper):
        article = article_of(book.html / f"{page.name}.html", f"{MARK}, {SCREEN}")
        tables = [table for table in article.select("table") if len(bare(table.get_text())) < SHORT_TABLE]
        for part in (*article.select(BOXES), *tables):
            said = blocks(part)
            assert any(all(block in shown for block in said) for shown in printed), f"{page.name}: {said}"
            seen += 1
    assert seen > 25
