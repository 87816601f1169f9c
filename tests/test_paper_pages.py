"""How the report lies on paper: not too many pages, none half empty, nothing torn apart, no heading alone at the foot."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from conftest import ROOT
from printed import FOOT, HEAD, SMALLEST, Printed, article_of, bare, blocks, opened

from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.running.pages import all_pages

pytestmark = pytest.mark.book

EDITION, LANGUAGES = "2026", ("nl", "en")
MOST_PAGES, LEAST_FULL = 65, 0.5
# The cover and the contents come before the first chapter.
FRONT = 2
# What is printed in another way, or not: marks, links to take something along, what is folded.
NOT_PRINTED = (
    ".opmerking, .meenemen, .als-tabel, .alleen-scherm, .headerlink, .verwijzing, .hele-editie, script, style, svg"
)
BOXES = ".kader, .tegenspraak, .kerncijfers"
SHORT_TABLE = 900  # letters
# The smallest letters that are read; below are numbers of notes and pages, set high.
LEAST_SIZE = 8.0


@pytest.fixture(scope="module", params=LANGUAGES)
def report(request: pytest.FixtureRequest) -> Iterator[Printed]:
    with opened(Book(Project(ROOT), EDITION, request.param).pdf) as printed:
        printed.language = request.param
        yield printed


def full(report: Printed, page: int) -> float:
    """Returns how far down a page is filled."""
    return (HEAD - min((letter.bottom for letter in report.body(page)), default=HEAD)) / (HEAD - FOOT)


def text(report: Printed, page: int) -> str:
    return bare("".join(letter.text for letter in report.body(page) if letter.size > SMALLEST))


def test_the_report_has_not_too_many_pages(report: Printed) -> None:
    assert len(report) <= MOST_PAGES


def test_no_page_but_the_last_of_a_chapter_is_less_than_half_full(report: Printed) -> None:
    begins = {page for level, _, page in report.contents() if level == 0}
    ends = {page - 1 for page in begins} | {len(report) - 1}
    shares = {page + 1: round(full(report, page), 2) for page in range(FRONT, len(report)) if page not in ends}
    assert len(shares) > 20
    assert {page: share for page, share in shares.items() if share < LEAST_FULL} == {}


def test_below_each_heading_stands_text_on_the_same_page(report: Printed) -> None:
    heads = report.heads()
    assert len(heads) > 60
    for (title, page, height), (_, next_page, next_height) in itertools.pairwise([*heads, ("", -1, 0.0)]):
        end = next_height if next_page == page else FOOT - 4
        own = len(bare(title))
        between = [letter for letter in report.body(page) if end <= letter.bottom and letter.top <= height + 4]
        lower = [letter for letter in report.body(page) if letter.top <= height + 4]
        # A heading may stand right above the next, but not at the foot with it.
        assert len(lower) > own + 40, f"page {page + 1}: {title} ({len(between)})"


def test_boxes_and_short_tables_stand_on_one_page(report: Printed) -> None:
    printed = [text(report, page) for page in range(len(report))]
    project, seen = Project(ROOT), 0
    for page in all_pages(project, report.language, EDITION):
        html = Book(project, EDITION, report.language).html / f"{page.name}.html"
        article = article_of(html, NOT_PRINTED)
        tables = [table for table in article.select("table") if len(bare(table.get_text())) < SHORT_TABLE]
        for part in [*article.select(BOXES), *tables] if page.on_paper else ():
            said = blocks(part)
            assert any(all(block in shown for block in said) for shown in printed), f"{page.name}: {said}"
            seen += 1
    assert seen > 25


def test_a_folded_table_stands_on_paper_under_its_caption_alone(report: Printed) -> None:
    html = Book(Project(ROOT), EDITION, report.language).html / "veranderingen.html"
    folds = [fold for fold in article_of(html, ".meenemen").select("details") if fold.find("caption")]
    shown = "".join(text(report, page) for page in range(len(report)))
    assert len(folds) == 4
    for fold in folds:
        title, caption = (bare(fold.select(part)[0].get_text()) for part in ("summary", ".caption-text"))
        assert caption in shown
        assert title not in shown


def test_no_letters_are_too_small_to_read(report: Printed) -> None:
    small = {
        page + 1: "".join(letter.text for letter in report.body(page) if SMALLEST < letter.size < LEAST_SIZE - 0.05)
        for page in range(len(report))
    }
    assert {page: letters for page, letters in small.items() if letters} == {}
