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
CODE = re.compile(r"\b(?:IND|INI|ACT|AM|AP|F[A-Z0-9])\d{2,}\b|\b[ACRXP]\d{1,2}\b")
# Words of the machine that makes the book, and names that it gives to its parts.
OURS = re.compile(
    r"\b(?:grondslag|indicator|waarneming|editie|kanttekening|toets|observation|edition|caveat|coding)\w*",
    re.IGNORECASE,
)
MARK = ".herkomst"


@functools.cache
def html(language: str, sector: str) -> str:
    folder = ROOT / "_build" / EDITION.name / language / "html"
    return (folder / f"{SECTORS[sector]}.html").read_text(encoding="utf-8")


def opened(page: str) -> BeautifulSoup:
    """Returns what a reader sees of the article of a page when it opens: of a fold only its title."""
    article = BeautifulSoup(page, "html.parser").article
    for part in article.select(f"details:not([open]) > :not(summary), script, style, .headerlink, {MARK}"):
        part.decompose()
    return article


def words(*parts: Tag) -> int:
    return sum(len(re.findall(r"\w[\w’'.,%+/-]*", part.get_text(" "))) for part in parts)


def running(article: Tag) -> list[Tag]:
    """Returns the paragraphs and the items of lists that tell the story."""
    apart = "details *, figure *, table *, aside *, nav *, .alleen-scherm *, .meenemen *, p *, li *"
    return article.select(f":is(p, li):not({apart})")


def headings(article: Tag) -> list[str]:
    return [" ".join(part.get_text().split()) for part in article.select("h1, h2, h3, h4")]


def crowded(page: str) -> list[str]:
    """Returns sentences with more than one mark; a mark stands behind the full stop of its sentence."""
    article = BeautifulSoup(page, "html.parser").article
    for mark in article.select(MARK):
        mark.replace_with("\ue000")
    texts = [re.sub("([.!?])\ue000", "\ue000\\1", part.get_text()) for part in article.select("p, li")]
    return [said for text in texts for said in re.split(r"[.!?]", text) if said.count("\ue000") > 1]


def missing(page: str, sector: str) -> list[str]:
    """Returns the findings of a sector that can't be found on a page."""
    ids = {str(part["id"]) for part in BeautifulSoup(page, "html.parser").select("article [id]")}
    return [key for key in EDITION.rows("findings", sector=sector)["id"] if anchor(key) not in ids]


@pytest.mark.parametrize("language", LAST)
@pytest.mark.parametrize("sector", SECTORS)
def test_a_story_is_short_and_quiet_and_ends_with_what_it_means(sector: str, language: str) -> None:
    page = html(language, sector)
    article, (last, call) = opened(page), LAST[language]
    story = running(article)
    assert 600 <= words(*story) <= 900, "three to five minutes"
    assert words(*story) >= 0.6 * words(article)
    assert CODE.findall(article.get_text(" ")) == []
    assert OURS.findall(" ".join([*(part.get_text(" ") for part in story), *headings(article)])) == []
    assert crowded(page) == []
    assert headings(article)[-1].startswith(last)
    assert story[-1].get_text().startswith(call)
    assert missing(page, sector) == []
    assert len(missing(str(article), sector)) == len(EDITION.rows("findings", sector=sector)) > 10, "each is folded"


@pytest.mark.parametrize("language", LAST)
def test_no_two_stories_share_a_heading(language: str) -> None:
    found = Counter(title for sector in SECTORS for title in headings(opened(html(language, sector))))
    assert len(found) > 4 * len(SECTORS)
    assert [title for title, count in found.items() if count > 1] == []


def test_what_a_story_must_not_be_is_seen() -> None:
    def page(inside: str) -> str:
        return f"<article><section><h1>Mbo</h1>{inside}</section></article>"

    link = '<span class="herkomst"><a href="#fm12">*</a></span>'
    fold = '<details><summary>Drie bevindingen</summary><p id="fm12">Een FM12 van deze editie.</p></details>'
    article = opened(page(f"<p>Twee woorden.{link}</p>{fold}<table><tr><td><p>Een cel.</p></td></tr></table>"))
    assert (words(*running(article)), words(article)) == (2, 7), "a fold that is open says more"
    assert not CODE.search(article.get_text()) and not OURS.search(article.get_text())
    assert CODE.findall("zie FM12, IND019, AM14, R1 en C07, niet mbo of AI") == ["FM12", "IND019", "AM14", "R1", "C07"]
    assert OURS.findall("De edities en de toets") == ["edities", "toets"]
    assert crowded(page(f"<p>Een zin.{link} En nog een.{link}</p>")) == []
    assert len(crowded(page(f"<p>Een zin {link} met twee.{link}</p>"))) == 1
    assert {"FM12", "FM13"} - set(missing(page(fold), "mbo")) == {"FM12"}
    assert "FM12" in missing(str(opened(page(fold))), "mbo")
