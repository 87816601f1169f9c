"""The pages of the sectors as a reader meets them: stories of a few minutes, quiet, with the rows that they rest on folded."""

from __future__ import annotations

import functools
import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup, Tag
from conftest import ROOT

from na_report.editions.edition import open_edition
from na_report.writing.markdown import anchor

pytestmark = pytest.mark.book

EDITION = open_edition("2026")
SECTORS = {row["id"]: f"sector-{row['slug']}" for row in EDITION.rows("sectors", kind="sector").to_dict("records")}
# Per language the last heading of each story, and how it says whom to call.
LAST = {
    "nl": ("Wat betekent dit voor Erasmus+", "Wie belt u?"),
    "en": ("What does this mean for Erasmus+", "Whom to call?"),
}
PAGES = pytest.mark.parametrize(
    ("language", "name"), [(language, name) for language in LAST for name in SECTORS.values()]
)
SHORTEST, LONGEST, SHARE = 600, 900, 0.6
CODE = re.compile(r"\b(?:IND|INI|ACT|AM|AP|F[A-Z0-9])\d{2,}\b|\b[ACRXP]\d{1,2}\b")
MARK = "herkomst"
# Words of the machine that makes the book, and names that it gives to its parts.
OURS = re.compile(
    r"\b(?:grondslag|indicator|waarneming|editie|kanttekening|toets|observation|edition|caveat|coding)\w*",
    re.IGNORECASE,
)


@functools.cache
def html(language: str, name: str) -> str:
    return (ROOT / "_build" / EDITION.name / language / "html" / f"{name}.html").read_text(encoding="utf-8")


def opened(page: str) -> Tag:
    """Returns what a reader sees of a page when it opens: of a fold only its title."""
    article = BeautifulSoup(page, "html.parser").article
    assert article is not None
    for fold in article.select("details:not([open])"):
        for part in fold.find_all(recursive=False):
            if part.name != "summary":
                part.decompose()
    for part in article.select(f"script, style, .headerlink, .{MARK}"):
        part.decompose()
    return article


def words(*parts: Tag) -> int:
    return sum(len(re.findall(r"\w[\w’'.,%+/-]*", part.get_text(" "))) for part in parts)


def running(article: Tag) -> list[Tag]:
    """Returns the paragraphs and the items of lists that tell the story."""
    apart = ("details", "figure", "table", "aside", "nav")
    return [
        part
        for part in article.select("p, li")
        if not part.find_parent(apart)
        and not part.find_parent(class_=["alleen-scherm", "meenemen"])
        and not part.find_parent(["p", "li"])
    ]


def headings(article: Tag) -> list[str]:
    return [" ".join(part.get_text().split()) for part in article.select("h1, h2, h3, h4")]


def crowded(page: str) -> list[str]:
    """Returns sentences with more than one mark."""
    article = BeautifulSoup(page, "html.parser").article
    assert article is not None
    found = []
    for part in article.select("p, li"):
        for mark in part.select(f".{MARK}"):
            mark.replace_with("\ue000")
        # A mark stands behind the full stop of its sentence.
        text = re.sub("([.!?])\ue000", "\ue000\\1", part.get_text())
        found += [sentence for sentence in re.split(r"[.!?]", text) if sentence.count("\ue000") > 1]
    return found


def missing(page: str, sector: str) -> list[str]:
    """Returns the findings of a sector that can't be found on a page."""
    ids = {str(part["id"]) for part in BeautifulSoup(page, "html.parser").select("article [id]")}
    return [key for key in EDITION.rows("findings", sector=sector)["id"] if anchor(key) not in ids]


@PAGES
def test_a_story_takes_three_to_five_minutes_and_most_of_what_one_sees(language: str, name: str) -> None:
    article = opened(html(language, name))
    told = words(*running(article))
    assert SHORTEST <= told <= LONGEST
    assert told >= SHARE * words(article)


@PAGES
def test_a_story_is_quiet(language: str, name: str) -> None:
    article = opened(html(language, name))
    assert CODE.findall(article.get_text(" ")) == []
    told = " ".join([*(part.get_text(" ") for part in running(article)), *headings(article)])
    assert OURS.findall(told) == []
    assert crowded(html(language, name)) == []


@PAGES
def test_a_story_ends_with_what_it_means_and_whom_to_call(language: str, name: str) -> None:
    article, (last, call) = opened(html(language, name)), LAST[language]
    assert headings(article)[-1].startswith(last)
    assert running(article)[-1].get_text().startswith(call)


@pytest.mark.parametrize("language", LAST)
def test_no_two_stories_share_a_heading(language: str) -> None:
    found = Counter(title for name in SECTORS.values() for title in headings(opened(html(language, name))))
    assert len(found) > 4 * len(SECTORS)
    assert [title for title, count in found.items() if count > 1] == []


@pytest.mark.parametrize("language", LAST)
@pytest.mark.parametrize("sector", SECTORS)
def test_each_finding_is_found_and_folded(sector: str, language: str) -> None:
    page = html(language, SECTORS[sector])
    assert missing(page, sector) == []
    assert len(missing(str(opened(page)), sector)) == len(EDITION.rows("findings", sector=sector)) > 10


LINK = '<span class="herkomst"><a href="#fm12">*</a></span>'


def page(inside: str) -> str:
    return f"<article><section><h1>Mbo</h1>{inside}</section></article>"


def test_what_a_story_must_not_be_is_seen() -> None:
    fold = '<details><summary>Drie bevindingen</summary><p id="fm12">Een FM12 van deze editie.</p></details>'
    article = opened(page(f"<p>Twee woorden.{LINK}</p>{fold}<table><tr><td><p>Een cel.</p></td></tr></table>"))
    assert (words(*running(article)), words(article)) == (2, 7), "a fold that is open says more"
    assert not CODE.search(article.get_text()) and not OURS.search(article.get_text())
    assert CODE.findall("zie FM12, IND019, AM14, R1 en C07, niet mbo of AI") == ["FM12", "IND019", "AM14", "R1", "C07"]
    assert OURS.findall("De edities en de toets") == ["edities", "toets"]
    assert crowded(page(f"<p>Een zin.{LINK} En nog een.{LINK}</p>")) == []
    assert len(crowded(page(f"<p>Een zin {LINK} met twee.{LINK}</p>"))) == 1
    assert "FM12" not in missing(page(fold), "mbo") and "FM13" in missing(page(fold), "mbo")
    assert "FM12" in missing(str(opened(page(fold))), "mbo")
