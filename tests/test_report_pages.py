"""What a reader of the front of the book meets: text without codes, headings that say something, figures with a message."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup, Tag
from conftest import ROOT

from na_report.paths import Project
from na_report.publishing.book import Book

PAGES = ("index", "aanbevelingen", "veranderingen", "beleidsagendas", "koploper", "conclusies")
LANGUAGES = ("nl", "en")
CODE = re.compile(r"\b(?:(?:AP|AM|ACT|INI|IND|FR-[A-Z]|C|X|R)\d+|F[A-Z]?\d+|A\d{2}(?:\.\d+[a-z]?)?)\b")
# What a reader opens to see the proof, tables, and what a figure brings along.
FOLDED = "details, .tabel, table, .meenemen, .als-tabel, nav, script, style"


def opened(name: str, language: str) -> Tag:
    """Returns what a page shows when it opens: its article without what is folded."""
    html = (Book(Project(ROOT), "2026", language).html / f"{name}.html").read_text(encoding="utf-8")
    article = BeautifulSoup(html, "html.parser").article
    assert article is not None
    for part in article.select(FOLDED):
        part.decompose()
    return article


def codes(article: Tag) -> list[str]:
    return CODE.findall(article.get_text(" "))


def test_a_code_is_seen_as_one() -> None:
    said = "Zie C03, FM12, F201, A08.2a, AM54, IND019, R7, X16 en FR-G1, maar niet AI, EU, B1, A4 of ISCED."
    assert codes(BeautifulSoup(f"<p>{said}</p>", "html.parser")) == [
        *("C03", "FM12", "F201", "A08.2a", "AM54", "IND019", "R7", "X16", "FR-G1")
    ]


@pytest.mark.book
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_the_text_of_a_page_has_no_codes(name: str, language: str) -> None:
    article = opened(name, language)
    assert len(article.get_text().split()) > 150, "there is text to look at"
    assert codes(article) == []


@pytest.mark.book
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_sentence_has_at_most_one_mark(name: str, language: str) -> None:
    for paragraph in opened(name, language).select("p, li"):
        for mark in paragraph.select(".kanttekening, .herkomst"):
            mark.replace_with("\N{DAGGER}")
        for sentence in re.split(r"(?<=[.!?])\s|(?<=\N{DAGGER})\s", paragraph.get_text()):
            assert sentence.count("\N{DAGGER}") <= 1, sentence


@pytest.mark.book
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_pages_share_a_heading(language: str) -> None:
    heads = Counter(
        head.get_text().strip("#\N{PILCROW SIGN} \n") for name in PAGES for head in opened(name, language).select("h2")
    )
    assert len(heads) > 15
    assert [head for head, count in heads.items() if count > 1] == []


@pytest.mark.book
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_has_its_message_as_title(language: str) -> None:
    captions = {name: opened(name, language).select("figcaption .caption-text") for name in PAGES}
    assert {name: len(found) for name, found in captions.items() if found} == {"koploper": 5, "beleidsagendas": 1}
    for caption in captions["koploper"] + captions["beleidsagendas"]:
        title = caption.find("strong")
        assert isinstance(title, Tag)
        assert 2 < len(title.get_text().split()) <= 10
    assert all(re.search(r"20\d\d", caption.get_text()) for caption in captions["koploper"]), "the years stand below"


@pytest.mark.book
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_has_the_advice_with_its_first_steps(language: str) -> None:
    article = opened("index", language)
    items = article.select(".lijst > ol > li")
    links = [link["href"] for item in items for link in item.select("strong a")]
    assert links == [f"aanbevelingen.html#r{number}" for number in range(1, 9)]
    step, whom = {"nl": ("Eerste stap: ", "Met wie: "), "en": ("First step: ", "With whom: ")}[language]
    assert all(step in item.get_text() and whom in item.get_text() for item in items)
    assert len(article.select(".kader > ol > li")) == 5
    assert len(article.select(".kerncijfers li")) == 6
