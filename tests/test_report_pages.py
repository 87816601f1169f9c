"""What a reader of the book meets: text without codes or words of ours, headings that say something, figures with a message."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from conftest import ROOT

from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.running.pages import all_pages

PAGES = ("index", "aanbevelingen", "veranderingen", "beleidsagendas", "koploper", "conclusies")
# What is for the screen and to look things up in: its rows go by the ids that the data has.
REGISTERS = ("organisaties", "indicatoren", "bewijs", "bronnen", "kanttekeningen")
CHAPTERS = [page.name for page in all_pages(Project(ROOT)) if page.name not in REGISTERS]
EVERY = [*CHAPTERS, *REGISTERS]
# Per page the fewest and the most words of running text, and at least which part of what one sees it is. The list of interviewees
# is a table to read, the stories of the sectors have a test of their own.
LENGTHS = {
    "index": (450, 950, 0.9),
    "aanbevelingen": (1200, 2400, 0.8),
    "veranderingen": (450, 900, 0.9),
    "inleiding": (300, 600, 0.85),
    "beleidsagendas": (1800, 3200, 0.6),
    "koploper": (350, 800, 0.6),
    "conclusies": (400, 900, 0.85),
    "verantwoording": (450, 900, 0.8),
    "gesprekspartners": (30, 200, 0.2),
    "colofon": (250, 600, 0.6),
    "toegankelijkheid": (350, 800, 0.85),
}
# Words of the machine, in a word's beginning, and names that it gives to its parts. The colophon explains what an edition is.
OURS = re.compile(
    r"\b(?:(?:grondslag|indicator|waarneming|editie|kanttekening|afgeleid|categoriecode|observation|caveat|inferred"
    r"|edition)\w*|toets(?=:)|neem \w+ mee|take along|houd(?:t|en) stand|holds up)\b",
    re.IGNORECASE,
)
EXPLAINED = {"colofon": {"edition"}}
CODE = re.compile(r"\b(?:(?:AP|AM|ACT|INI|IND|FR-[A-Z]|C|X|R)\d+|F[A-Z]?\d+|A\d{2}(?:\.\d+[a-z]?)?)\b")
# What a reader opens to see the proof, tables, and what a figure brings along.
FOLDED = "details, .tabel, table, .meenemen, .als-tabel, nav, script, style"


def of_both(test: Any) -> Any:
    """Lets a test look at the built book in each language."""
    return pytest.mark.book(pytest.mark.parametrize("language", ["nl", "en"])(test))


def source(name: str, language: str) -> str:
    return (Book(Project(ROOT), "2026", language).html / f"{name}.html").read_text(encoding="utf-8")


def whole(page: str, without: str = "nav, script, style, .meenemen, .headerlink") -> Tag:
    """Returns the article of a page without what is no text."""
    article = BeautifulSoup(page, "html.parser").article
    assert article is not None
    for part in article.select(without):
        part.decompose()
    return article


def opened(name: str, language: str) -> Tag:
    """Returns what a page shows when it opens: its article without what is folded."""
    return whole(source(name, language), FOLDED)


def codes(article: Tag) -> list[str]:
    return CODE.findall(article.get_text(" "))


def test_a_code_is_seen_as_one() -> None:
    said = "Zie C03, FM12, F201, A08.2a, AM54, IND019, R7, X16 en FR-G1, maar niet AI, EU, B1, A4 of ISCED."
    assert codes(BeautifulSoup(f"<p>{said}</p>", "html.parser")) == [
        *("C03", "FM12", "F201", "A08.2a", "AM54", "IND019", "R7", "X16", "FR-G1")
    ]


@of_both
@pytest.mark.parametrize("name", PAGES)
def test_the_text_of_a_page_has_no_codes_and_a_sentence_at_most_one_mark(name: str, language: str) -> None:
    article = opened(name, language)
    assert len(article.get_text().split()) > 150, "there is text to look at"
    assert codes(article) == []
    for mark in article.select(".opmerking, .herkomst"):
        mark.replace_with("\N{DAGGER}")
    for paragraph in article.select("p, li"):
        for sentence in re.split(r"(?<=[.!?])\s|(?<=\N{DAGGER})\s", paragraph.get_text()):
            assert sentence.count("\N{DAGGER}") <= 1, sentence


def count(*parts: Tag) -> int:
    return sum(len(re.findall(r"\w[\w’'.,%+/-]*", part.get_text(" "))) for part in parts)


def running(article: Tag) -> list[Tag]:
    """Returns the paragraphs and the items of lists that tell something, each once."""
    return [part for part in article.select("p, li") if not part.find_parent(["p", "li", "figure", "aside"])]


def lengths(page: str) -> tuple[int, float]:
    """Returns the words of running text on a page, and which part they are of all that one sees; folds are not seen."""
    article = whole(page)
    for fold in article.select("details:not([open])"):
        fold.decompose()
    told = count(*(part for part in running(article) if not part.find_parent("table")))
    return told, told / max(1, count(article))


def headings(article: Tag) -> list[str]:
    return [" ".join(head.get_text().strip("#\N{PILCROW SIGN} \n").split()) for head in article.select("h1, h2, h3")]


def shared(pages: dict[str, Tag]) -> list[str]:
    """Returns the headings that stand on more than one page."""
    heads = Counter(head for article in pages.values() for head in set(headings(article)))
    return [head for head, times in heads.items() if times > 1]


def ours(article: Tag, *allowed: str) -> list[str]:
    """Returns the words of the machine in running text, headings, captions and heads of tables."""
    said = " ".join(part.get_text(" ") for part in [*running(article), *article.select("h1, h2, h3, figcaption, th")])
    return [word for word in OURS.findall(said) if not word.lower().startswith(allowed)]


def untitled(article: Tag) -> list[str]:
    """Returns the figures whose caption does not start with a message of its own in at most ten words."""
    found, titles = [], set()
    for figure in article.select("figure"):
        caption = figure.select_one(".caption-text")
        title = caption.find("strong") if caption else None
        said = title.get_text().strip() if isinstance(title, Tag) else ""
        if not 2 < len(said.split()) <= 10 or said in titles:
            found.append(figure.get("id", "?"))
        titles.add(said)
    return found


@of_both
@pytest.mark.parametrize("name", LENGTHS)
def test_a_page_has_a_length_and_tells_rather_than_lists(name: str, language: str) -> None:
    fewest, most, share = LENGTHS[name]
    told, part = lengths(source(name, language))
    assert fewest <= told <= most
    assert part >= share


def test_each_chapter_has_a_length() -> None:
    assert {name for name in CHAPTERS if not name.startswith("sector-")} == LENGTHS.keys()


@of_both
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_no_words_of_ours(name: str, language: str) -> None:
    assert ours(opened(name, language), *EXPLAINED.get(name, ())) == []


@of_both
def test_no_two_pages_share_a_heading(language: str) -> None:
    pages = {name: whole(source(name, language)) for name in EVERY}
    assert sum(len(headings(article)) for article in pages.values()) > 4 * len(EVERY)
    assert shared(pages) == []


@of_both
def test_each_figure_has_a_title_of_its_own(language: str) -> None:
    pages = {name: whole(source(name, language)) for name in EVERY}
    assert sum(len(article.select("figure")) for article in pages.values()) > 7
    assert {name: found for name, article in pages.items() if (found := untitled(article))} == {}


def html(inside: str) -> str:
    return f"<article><h1>Mbo</h1>{inside}</article>"


FIGURE = '<figure id="f{0}"><figcaption><span class="caption-text">{1} Bron: CBS.</span></figcaption></figure>'


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        (FIGURE.format(1, "<strong>Jongeren staan derde.</strong>"), []),
        (FIGURE.format(1, "<strong>Aandeel.</strong>"), ["f1"]),
        ("".join(FIGURE.format(number, "<strong>Jongeren staan derde.</strong>") for number in (1, 2)), ["f2"]),
    ],
)
def test_a_figure_without_a_title_of_its_own_is_seen(inside: str, found: list[str]) -> None:
    assert untitled(whole(html(inside))) == found


@pytest.mark.parametrize("said", ["De grondslag is niet vermeld.", "Zij houdt stand.", "Toets: ja", "We show caveats."])
def test_a_word_of_ours_is_seen(said: str) -> None:
    assert len(ours(whole(html(f"<p>{said}</p>")))) == 1
    assert ours(whole(html("<p>Digitale toetsing, en wat toetsen oplevert.</p>"))) == []


@of_both
def test_a_figure_tells_its_years(language: str) -> None:
    captions = opened("koploper", language).select("figcaption .caption-text")
    assert len(captions) == 5
    assert all(re.search(r"20\d\d", caption.get_text()) for caption in captions)


@of_both
def test_the_first_page_has_the_advice_with_its_first_steps(language: str) -> None:
    article = opened("index", language)
    items = article.select(".lijst > ol > li")
    links = [link["href"] for item in items for link in item.select("strong a")]
    assert links == [f"aanbevelingen.html#r{number}" for number in range(1, 9)]
    step, whom = {"nl": ("Eerste stap: ", "Met wie: "), "en": ("First step: ", "With whom: ")}[language]
    said = [" ".join(item.get_text().split()) for item in items]
    assert all(step in item and whom in item for item in said)
    assert len(article.select(".kader > ol > li")) == 5
    assert len(article.select(".kerncijfers li")) == 6
