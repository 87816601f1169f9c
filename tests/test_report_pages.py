"""What a reader of the book meets: text without codes or words of ours, headings that say something, figures with a message."""

import re
from collections import Counter
from functools import cache

import pytest
from bs4 import BeautifulSoup, Tag
from conftest import ROOT, block, cases

from na_report.base.paths import Project
from na_report.editions.edition import open_edition
from na_report.registers import analysis, blocks, registers
from na_report.registers.templates import Templates
from na_report.running.pages import all_pages
from na_report.writing.markdown import anchor
from na_report.writing.voice import Voice

CASES = cases("book_pages")
LENGTHS, WORDS = CASES["lengths"], CASES["words"]
EDITION, FIRST = open_edition("2026"), open_edition("2021")
SECTORS = {f"sector-{row['slug']}": row["id"] for row in EDITION.rows("sectors", kind="sector").to_dict("records")}
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
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["nl", "en"])


@cache
def built(book: str, name: str) -> str:
    return (ROOT / "_build" / book / "html" / f"{name}.html").read_text(encoding="utf-8")


@cache
def with_addresses(book: str, name: str) -> BeautifulSoup:
    page = BeautifulSoup(built(book, name), "html.parser")
    for link in page.select("a[href]"):
        link.append(f" ({link['href']})")
    return page


@pytest.mark.book
@pytest.mark.parametrize("case", CASES["places"], ids=lambda case: str(case["at"]))
def test_a_place_says_what_the_edition_holds(case: dict[str, str]) -> None:
    book, name, place = case["at"].split(" ", 2)
    shown = " ".join(" ".join(part.get_text() for part in with_addresses(book, name).select(place)).split())
    assert shown
    assert [text for text in case.get("says", []) if text not in shown] == [], shown
    assert [text for text in case.get("lacks", []) if text in shown] == [], shown


def whole(page: str, without: str = "nav") -> Tag:
    """Returns the article of a page without what is no text, and without other parts."""
    [article] = BeautifulSoup(page, "html.parser").select("article")
    for part in article.select(f"nav, script, style, .meenemen, .headerlink, {without}"):
        part.decompose()
    for mark in article.select(".opmerking, .herkomst"):
        mark.replace_with(MARK)
    return article


def count(*parts: Tag) -> int:
    return sum(len(re.findall(r"\w[\w’'.,%+/-]*", part.get_text(" "))) for part in parts)


def running(article: Tag) -> list[Tag]:
    """Returns the paragraphs and the items of lists that tell something, each once."""
    apart = ":is(p, li, figure, aside, table, .alleen-scherm)"
    return article.select(f":is(p, li):not({apart} *)")


def headings(article: Tag) -> list[str]:
    return [" ".join(head.get_text().split()) for head in article.select("h1, h2, h3")]


def told_otherwise(page: str, *, explains: bool = False) -> list[str]:
    """Returns what a page shows that a report doesn't: codes, words of ours, sentences with two marks."""
    article = whole(page, "table, .tabel, details")
    said = " ".join(part.get_text(" ") for part in [*running(article), *article.select("h1, h2, h3, figcaption, th")])
    found = [word for word in OURS.findall(said) if not (explains and word.lower() == "edition")]
    sentences = re.split(rf"(?<=[.!?])\s|(?<=[.!?]{MARK})\s", " \n".join(part.get_text() for part in running(article)))
    found += [sentence for sentence in sentences if sentence.count(MARK) > 1]
    return found if explains else [*found, *CODE.findall(article.get_text(" "))]


def untitled(article: Tag) -> list[str]:
    """Returns the figures whose caption does not start with a message of its own in at most ten words."""
    titles = {
        figure["id"]: " ".join(title.get_text() for title in figure.select(".caption-text strong")).split()
        for figure in article.select("figure")
    }
    return [name for name, said in titles.items() if not 2 < len(said) <= 10 or [*titles.values()].count(said) > 1]


@pytest.mark.book
@IN_EACH_LANGUAGE
@pytest.mark.parametrize("name", LENGTHS)
def test_a_page_tells_rather_than_lists_at_a_length_without_codes_or_words_of_ours(name: str, language: str) -> None:
    page, (fewest, most, share) = built(f"2026/{language}", name), LENGTHS[name]
    article = whole(page, "details:not([open])")
    told = count(*running(article))
    assert fewest <= told <= most
    assert told >= share * count(article)
    assert told_otherwise(page, explains=name in EXPLAIN) == []
    if name in SECTORS:  # a story ends with what it means, and folds its findings
        assert headings(article)[-1].startswith(WORDS["last heading"][language])
        assert running(article)[-1].get_text().startswith(WORDS["last line"][language])
        findings = {anchor(key) for key in EDITION.rows("findings", sector=SECTORS[name])["id"]}
        ids, shown = ({part["id"] for part in those.select("[id]")} for those in (whole(page), article))
        assert findings <= ids and len(findings) > 10
        assert not findings & shown
    if name == "index":
        items = article.select(".lijst > ol > li")
        links = [link["href"] for item in items for link in item.select("strong a")]
        assert links == [f"aanbevelingen.html#r{number}" for number in range(1, 9)]
        step, whom = (WORDS[name][language] for name in ("first step", "with whom"))
        assert [item for item in items if step not in item.get_text() or whom not in item.get_text()] == []
        assert (len(article.select(".kader > ol > li")), len(article.select(".kerncijfers li"))) == (5, 6)


@pytest.mark.book
@IN_EACH_LANGUAGE
def test_no_two_pages_share_a_heading_each_figure_has_a_title_and_no_sentence_two_full_stops(language: str) -> None:
    names = [page.name for page in all_pages(Project(ROOT))]
    assert {*names} == {*LENGTHS, *REGISTERS}
    pages = {name: whole(built(f"2026/{language}", name)) for name in names}
    heads = Counter(head for article in pages.values() for head in set(headings(article)))
    assert len(heads) > 4 * len(pages)
    assert [head for head, times in heads.items() if times > 1] == []
    assert sum(len(article.select("figure")) for article in pages.values()) > 7
    assert {name: found for name, article in pages.items() if (found := untitled(article))} == {}
    said, undated = " ".join(article.get_text() for article in pages.values()), WORDS["undated"][language]
    assert undated in said and f"{undated}." not in said


def test_what_a_page_must_not_say_is_seen_but_in_a_fold_and_a_figure_without_a_title_of_its_own_is_too() -> None:
    for said, found in CASES["said"].items():
        shown = said.replace(MARK, '<span class="herkomst"><a href="#fm12">*</a></span>')
        assert told_otherwise(f"<article><p>{shown}</p></article>") == found
        assert told_otherwise(f"<article><details><summary>Meer</summary><p>{shown}</p></details></article>") == []
    form = '<figure id="f{}"><span class="caption-text"><strong>{}</strong> Bron: CBS.</span></figure>'
    titles = ("Jongeren staan derde.", "Aandeel.", "Jongeren staan derde.")
    assert untitled(whole(f"<article>{''.join(map(form.format, range(3), titles))}</article>")) == ["f0", "f1", "f2"]


# What became of what the report names


def test_each_row_has_a_state_those_of_the_report_are_counted_apart_and_what_came_later_says_so() -> None:
    for table, counted in CASES["states"].items():
        keys = set(EDITION[table]["id"])
        assert keys <= set(EDITION["statuses"]["id"])
        assert len(analysis.of_report(EDITION, table)) == sum(counted.values()) < len(keys)
        assert analysis.status_counts(EDITION, table) == counted
    assert blocks.show(FIRST, "became") is None
    for name in ("initiatives", "organisations"):
        lines = [line for line in registers.show(EDITION, name).markdown.splitlines() if line.startswith("| [")]
        marked = {line.split("[")[1].split("]")[0] for line in lines if "van na het rapport" in line}
        assert marked == {*EDITION[name]["id"]} - {*FIRST[name]["id"]} != set()


@IN_EACH_LANGUAGE
def test_the_registers_and_the_advice_show_each_state_as_ours_and_none_is_old_without_saying_so(language: str) -> None:
    undated, no_year, now, ours = (WORDS[name][language] for name in ("undated", "no year", "now", "ours"))
    templates = Templates(Voice(EDITION, language))
    shown = [registers.show(EDITION, name, language).markdown for name in ("organisations", "initiatives")]
    shown.append(block(EDITION, "agendas", language, ids=list(EDITION["agendas"]["id"])))
    for row in EDITION.records("statuses"):
        key = row["id"]
        said = templates.line(key, "now")
        assert any(said in part for part in shown), key
        if not row["source_id"]:
            assert row["status"] == "unknown", key
            continue
        year = EDITION.row("sources", row["source_id"])["year"]
        assert (year or undated) in said, key
        if row["status"] == "running":
            # Not only in the source behind it, but in the words that say how it stands.
            assert (year or no_year) in templates.line(row, "stand"), key
            assert not year or int(year) > 2021, "a trace from before the edition of the report shows nothing of now"
    for key in EDITION["recommendations"]["id"]:
        lines = block(EDITION, "recommendation", language, id=key).splitlines()
        [line] = [each for each in lines if f"- **{now} (2026)**: " in each]
        assert ours in line and "(#bron-" in line
