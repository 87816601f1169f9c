"""What a reader of the book meets: text without codes or words of ours, headings that say something, figures with a message."""

import re
from collections import Counter
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from conftest import ROOT

from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.editions.edition import open_edition
from na_report.running.pages import all_pages
from na_report.writing.markdown import anchor

EDITION = open_edition("2026")
SECTORS = {f"sector-{row['slug']}": row["id"] for row in EDITION.rows("sectors", kind="sector").to_dict("records")}
# Per page the fewest and the most words of running text, and at least which part of what one sees it is. A story of a sector
# takes three to five minutes; the list of interviewees is a table to read.
LENGTHS = {
    "index": (450, 950, 0.9),
    "aanbevelingen": (1200, 2400, 0.8),
    "veranderingen": (450, 900, 0.9),
    "inleiding": (300, 600, 0.85),
    "beleidsagendas": (1800, 3200, 0.6),
    "koploper": (350, 800, 0.6),
    **dict.fromkeys(SECTORS, (600, 900, 0.6)),
    "conclusies": (400, 900, 0.85),
    "verantwoording": (450, 900, 0.8),
    "gesprekspartners": (30, 200, 0.2),
    "colofon": (250, 600, 0.6),
    "toegankelijkheid": (350, 800, 0.85),
}
# What is for the screen and to look things up in: its rows go by the ids that the data has.
REGISTERS = ("organisaties", "indicatoren", "bewijs", "bronnen", "kanttekeningen")
# Pages that explain how the book was made may name rows by their id, and say what an edition is.
EXPLAIN = ("inleiding", "verantwoording", "gesprekspartners", "colofon", "toegankelijkheid")
# Words of the machine, in a word's beginning, and names that it gives to its parts.
OURS = re.compile(
    r"\b(?:(?:grondslag|indicator|waarneming|editie|kanttekening|afgeleid|categoriecode|observation|caveat|inferred"
    r"|edition)\w*|toets(?=:)|neem \w+ mee|take along|houd(?:t|en) stand|holds up)\b",
    re.IGNORECASE,
)
CODE = re.compile(r"\b(?:(?:AP|AM|ACT|INI|IND|FR-[A-Z]|C|X|R)\d+|F[A-Z]?\d+|A\d{2}(?:\.\d+[a-z]?)?)\b")
MARK = "\N{DAGGER}"


def of_both(test: Any) -> Any:
    """Lets a test look at the built book in each language."""
    return pytest.mark.book(pytest.mark.parametrize("language", ["nl", "en"])(test))


def whole(page: str) -> Tag:
    """Returns the article of a page without what is no text."""
    article = BeautifulSoup(page, "html.parser").article
    assert article is not None
    for part in article.select("nav, script, style, .meenemen, .headerlink"):
        part.decompose()
    for mark in article.select(".opmerking, .herkomst"):
        mark.replace_with(MARK)
    return article


def opened(page: str) -> Tag:
    """Returns what a page shows when it opens: of a fold nothing."""
    article = whole(page)
    for fold in article.select("details:not([open])"):
        fold.decompose()
    return article


def source(name: str, language: str) -> str:
    return (Book(Project(ROOT), EDITION.name, language).html / f"{name}.html").read_text(encoding="utf-8")


def count(*parts: Tag) -> int:
    return sum(len(re.findall(r"\w[\w’'.,%+/-]*", part.get_text(" "))) for part in parts)


def running(article: Tag) -> list[Tag]:
    """Returns the paragraphs and the items of lists that tell something, each once."""
    apart = ":is(p, li, figure, aside, table, .alleen-scherm)"
    return article.select(f":is(p, li):not({apart} *)")


def headings(article: Tag) -> list[str]:
    return [" ".join(head.get_text().strip("#\N{PILCROW SIGN} \n").split()) for head in article.select("h1, h2, h3")]


def told_otherwise(page: str, *, ids: bool = False, ours: tuple[str, ...] = ()) -> list[str]:
    """Returns what a page shows that a report doesn't: codes, words of ours, and sentences with more than one mark."""
    article = opened(page)
    for table in article.select("table, .tabel, details"):
        table.decompose()
    said = " ".join(part.get_text(" ") for part in [*running(article), *article.select("h1, h2, h3, figcaption, th")])
    found = [word for word in OURS.findall(said) if not word.lower().startswith(ours or "\0")]
    sentences = re.split(rf"(?<=[.!?])\s|(?<=[.!?]{MARK})\s", " \n".join(part.get_text() for part in running(article)))
    found += [sentence for sentence in sentences if sentence.count(MARK) > 1]
    return found if ids else [*found, *CODE.findall(article.get_text(" "))]


def untitled(article: Tag) -> list[str]:
    """Returns the figures whose caption does not start with a message of its own in at most ten words."""
    found, titles = [], set()
    for figure in article.select("figure"):
        title = figure.select_one(".caption-text strong")
        said = title.get_text().strip() if title else ""
        if not 2 < len(said.split()) <= 10 or said in titles:
            found.append(figure.get("id", "?"))
        titles.add(said)
    return found


@of_both
@pytest.mark.parametrize("name", LENGTHS)
def test_a_page_has_a_length_tells_rather_than_lists_and_has_no_codes_or_words_of_ours(
    name: str, language: str
) -> None:
    page, (fewest, most, share) = source(name, language), LENGTHS[name]
    article = opened(page)
    told = count(*running(article))
    assert fewest <= told <= most
    assert told >= share * count(article)
    assert told_otherwise(page, ids=name in EXPLAIN, ours=("edition",) if name == "colofon" else ()) == []


def test_each_chapter_has_a_length() -> None:
    assert {page.name for page in all_pages(Project(ROOT))} == {*LENGTHS, *REGISTERS}


@of_both
def test_no_two_pages_share_a_heading_and_each_figure_has_a_title_of_its_own(language: str) -> None:
    pages = {name: whole(source(name, language)) for name in (*LENGTHS, *REGISTERS)}
    heads = Counter(head for article in pages.values() for head in set(headings(article)))
    assert len(heads) > 4 * len(pages)
    assert [head for head, times in heads.items() if times > 1] == []
    assert sum(len(article.select("figure")) for article in pages.values()) > 7
    assert {name: found for name, article in pages.items() if (found := untitled(article))} == {}


@of_both
@pytest.mark.parametrize("name", SECTORS)
def test_a_story_ends_with_what_it_means_and_folds_its_findings(name: str, language: str) -> None:
    page = source(name, language)
    last, call = {"nl": ("Wat betekent dit", "Wie belt u?"), "en": ("What does this mean", "Whom to call?")}[language]
    assert headings(opened(page))[-1].startswith(last)
    assert running(opened(page))[-1].get_text().startswith(call)
    findings = {anchor(key) for key in EDITION.rows("findings", sector=SECTORS[name])["id"]}
    ids, shown = ({part["id"] for part in show(page).select("[id]")} for show in (whole, opened))
    assert findings <= ids and len(findings) > 10
    assert not findings & shown


def html(inside: str) -> str:
    return f"<article><h1>Mbo</h1>{inside}</article>"


def test_a_figure_without_a_title_of_its_own_is_seen() -> None:
    titles = ("Jongeren staan derde.", "Aandeel.", "Jongeren staan derde.")
    form = '<figure id="f{}"><span class="caption-text"><strong>{}</strong> Bron: CBS.</span></figure>'
    assert untitled(whole(html("".join(map(form.format, range(3), titles))))) == ["f1", "f2"]


SAID = {
    "De grondslag is niet vermeld.": ["grondslag"],
    "Toets: ja, zij houdt stand.": ["Toets", "houdt stand"],
    "Digitale toetsing, en wat toetsen oplevert; AI, EU, B1, A4 of ISCED.": [],
    "Zie C03, FM12, F201, A08.2a en AM54.": ["C03", "FM12", "F201", "A08.2a", "AM54"],
    "Zie IND019, R7, X16 en FR-G1.": ["IND019", "R7", "X16", "FR-G1"],
    "Een zin.† En nog een.†": [],
    "Een zin † met twee.†": ["Een zin † met twee.†"],
}


def test_what_a_page_must_not_say_is_seen_but_in_a_fold() -> None:
    for said, found in SAID.items():
        shown = said.replace(MARK, '<span class="herkomst"><a href="#fm12">*</a></span>')
        assert told_otherwise(html(f"<p>{shown}</p>")) == found
        assert told_otherwise(html(f"<details><summary>Meer</summary><p>{shown}</p></details>")) == []


@of_both
def test_the_first_page_has_the_advice_with_its_first_steps(language: str) -> None:
    article = opened(source("index", language))
    items = article.select(".lijst > ol > li")
    links = [link["href"] for item in items for link in item.select("strong a")]
    assert links == [f"aanbevelingen.html#r{number}" for number in range(1, 9)]
    step, whom = {"nl": ("Eerste stap: ", "Met wie: "), "en": ("First step: ", "With whom: ")}[language]
    said = [" ".join(item.get_text().split()) for item in items]
    assert all(step in item and whom in item for item in said)
    assert len(article.select(".kader > ol > li")) == 5
    assert len(article.select(".kerncijfers li")) == 6
