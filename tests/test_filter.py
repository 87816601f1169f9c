"""The page to look things up: filtering, sorting and sharing in a browser, and the plain tables without scripts."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import ROOT, soup
from playwright.sync_api import Page
from screens import BESIDE, HTML, NARROW, Show, violations

from na_report.base.paths import Project
from na_report.editions.edition import open_edition
from na_report.running.pages import all_pages

pytestmark = pytest.mark.book

PAGE = "bewijs.html"
EVIDENCE = open_edition("2026")
TABLES = {
    "bevindingen": "findings",
    "doelen": "agenda_items",
    "initiatieven": "initiatives",
    "cijfers": "observations",
}
FIRST = 20


def table_of(part: str) -> str:
    return f"#{part} table.filterbaar" if part else "table.filterbaar"


def shown(page: Page, part: str = "") -> int:
    """How many rows a reader sees."""
    return page.locator(f"{table_of(part)} tbody tr:visible").count()


def rows(page: Page, part: str = "") -> list[str]:
    """The numbers of the rows that fit the choice, in their order; the screen starts with the first of them."""
    found = page.locator(f"{table_of(part)} tbody tr:not([hidden]) > :first-child a")
    return [str(href).rsplit("#", 1)[1] for href in found.evaluate_all("all => all.map((item) => item.href)")]


def anchors(keys: Any) -> list[str]:
    return [re.sub(r"[^a-z0-9]+", "-", key.lower()) for key in keys]


MBO_BOTTLENECKS = sorted(anchors(EVIDENCE.rows("findings", sector="mbo", kind="bottleneck")["id"]))


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_without_scripts_all_rows_are_there_with_a_place_elsewhere_and_a_source_and_no_controls(show: Show) -> None:
    page = show(PAGE, java_script_enabled=False)
    for part, table in TABLES.items():
        assert sorted(rows(page, part)) == sorted(anchors(EVIDENCE[table]["id"])), part
        assert shown(page, part) == len(EVIDENCE[table]), part
    assert not page.locator(".filterblok :is(select, input, button, .kader):visible").count()
    assert not page.locator("table.filterbaar tbody :first-child a[href^='#']").count(), (
        "what is only here is not on paper"
    )
    assert not page.locator("table.filterbaar tbody tr > :last-child:empty").count()


def test_a_link_opens_the_bottlenecks_of_mbo(show: Show) -> None:
    page = show(f"{PAGE}?sector=mbo&soort=knelpunt&volgorde=bevindingen.bron")
    assert sorted(rows(page)) == MBO_BOTTLENECKS
    assert page.inner_text(".filterstand").startswith(f"{len(MBO_BOTTLENECKS)} van ")
    assert page.get_attribute(".filterstand", "role") == "status", "it is read aloud"
    assert page.input_value("select[name=sector]") == "mbo"
    assert page.locator("article h2:visible").all_inner_texts() == ["Bevindingen#"]
    assert violations(page) == []


def test_the_keyboard_chooses_and_the_address_follows(show: Show) -> None:
    page = show(PAGE)
    page.focus("select[name=onderdeel]")
    page.keyboard.press("Tab")
    page.keyboard.type("Mb")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Kne")
    assert query_of(page) == {"sector": ["mbo"], "soort": ["knelpunt"]}
    assert sorted(rows(page)) == MBO_BOTTLENECKS
    page.focus("[data-doe=wis]")
    page.keyboard.press("Enter")
    assert query_of(page) == {}
    assert len(rows(page)) == sum(len(EVIDENCE[table]) for table in TABLES.values())
    assert page.evaluate("document.activeElement.name") == "onderdeel"


def test_all_words_have_to_be_in_the_row_in_any_order_and_case_without_accents(show: Show) -> None:
    for words, found in {"mobilit ERASMUS": ("erasmus", "mobilit"), "cooperatie": ("coöperatie",)}.items():
        texts = show(f"{PAGE}?woorden={words}").locator("table.filterbaar tbody tr:visible").all_inner_texts()
        assert texts
        assert all(word in text.lower() for text in texts for word in found)


def test_a_list_offers_only_what_the_other_choices_leave_with_the_number_of_rows(show: Show) -> None:
    page = show(f"{PAGE}?onderdeel=bevindingen&sector=mbo")
    kinds = EVIDENCE.rows("findings", sector="mbo")["kind"].value_counts()
    labels = {EVIDENCE.label("finding_kind", kind, "nl"): count for kind, count in kinds.items()}
    offered = page.locator("select[name=soort] option").all_inner_texts()[1:]
    assert {text.lower() for text in offered} == {f"{label} ({count})" for label, count in labels.items()}
    assert page.locator("select[name=sector] option").count() > 4, "another sector can still be chosen"
    assert not page.locator("select[name=stand]").is_visible()
    page = show(f"{PAGE}?onderdeel=initiatieven")
    assert page.locator("select[name=stand]").is_visible()
    groups = show(PAGE).locator("select[name=soort] optgroup").evaluate_all("all => all.map((item) => item.label)")
    assert [name.lower() for name in groups] == list(TABLES), "many values stand under the name of their table"


@pytest.mark.parametrize("query", ["woorden=xyzzy", "sector=bestaat-niet"])
def test_nothing_found_says_so_and_shows_the_way_back(show: Show, query: str) -> None:
    page = show(f"{PAGE}?{query}")
    assert rows(page) == []
    assert page.inner_text(".filterstand") == "Niets gevonden."
    page.click(".filterleeg [data-doe=wis]")
    assert rows(page)
    assert not page.locator(".filterleeg").is_visible()


def test_every_link_to_a_choice_shows_the_number_of_rows_that_it_names(show: Show) -> None:
    links = {
        (link["href"].partition("?")[2], link.get_text())
        for path in HTML.glob("*.html")
        for link in soup(path).select(f"a[href^='{PAGE}?']")
    }
    assert len(links) > 4 * 5
    page = show(PAGE)
    for query, text in links:
        page.evaluate(
            "query => { history.replaceState(null, '', `?${query}`); dispatchEvent(new Event('popstate')); }", query
        )
        found, named = len(rows(page)), re.search(r"\((\d+)\)", text)
        assert found == int(named[1]) if named else found > 0, query


def test_a_long_table_starts_with_its_first_rows_and_shows_all_on_demand_for_a_link_and_on_paper(show: Show) -> None:
    page = show(PAGE)
    assert {part: shown(page, part) for part in TABLES} == dict.fromkeys(TABLES, FIRST)
    total = len(EVIDENCE["findings"])
    more = page.locator(".toonalles").first
    assert more.inner_text().split("\n")[0].startswith(f"U ziet {FIRST} van {total} rijen.")
    more.get_by_role("button", name=f"Toon alle {total} rijen").press("Enter")
    assert shown(page, "bevindingen") == total
    assert shown(page, "doelen") == FIRST
    assert not more.is_visible()
    row = page.evaluate("document.activeElement.closest('tr').sectionRowIndex")
    assert row == FIRST, "who reads on does so at the first new row"
    page.evaluate("document.querySelector('#cijfers tbody tr:last-child a').id = 'verre-rij'")
    page.evaluate("location.hash = 'verre-rij'")
    page.locator("#verre-rij").wait_for(state="visible")
    assert page.locator("#verre-rij").evaluate("one => one.getBoundingClientRect().top < innerHeight")
    page.emulate_media(media="print")
    assert shown(page, "doelen") == len(EVIDENCE["agenda_items"])
    assert page.locator(".filterblok :is(select, input, button):visible").count() == 0
    assert PAGE.removesuffix(".html") in {item.name for item in all_pages(Project(ROOT)) if not item.on_paper}


def test_numbers_sort_as_numbers_and_what_has_none_comes_last(show: Show) -> None:
    page = show(f"{PAGE}?onderdeel=cijfers")
    values = dict(EVIDENCE["observations"][["id", "value"]].itertuples(index=False))
    by_anchor = {anchor: values[key] for anchor, key in zip(anchors(values), values, strict=True)}
    for down in (False, True):
        page.click("th[data-kop=Waarde] button")
        assert page.get_attribute("th[data-kop=Waarde]", "aria-sort") == ("descending" if down else "ascending")
        found = [by_anchor[row] for row in rows(page, "cijfers")]
        numbers = [value for value in found if value == value]
        assert numbers == sorted(numbers, reverse=down)
        assert len(numbers) < len(found)
        assert all(value == value for value in found[: len(numbers)])


def test_the_order_is_in_the_address(show: Show) -> None:
    page = show(f"{PAGE}?onderdeel=doelen")
    page.click("#doelen th[data-kop='Nr.'] button")
    page.click("#doelen th[data-kop='Nr.'] button")
    assert query_of(page)["volgorde"] == ["doelen.nr.-"]
    before = rows(page)
    page.reload()
    assert rows(page) == before != sorted(before)
    page.click(".filter [data-doe=wis]")
    assert page.locator("th[aria-sort]").count() == 0


def test_the_link_is_copied_or_can_be_by_hand_where_the_browser_refuses(show: Show) -> None:
    page = show(f"{PAGE}?sector=mbo", permissions=["clipboard-read", "clipboard-write"])
    page.click("[data-doe=kopieer]")
    page.locator(".filterstand:has-text('gekopieerd')").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.click("[data-doe=kopieer]")
    page.wait_for_selector("#filter-link:visible")
    assert page.input_value("#filter-link") == page.url
    assert page.evaluate("document.activeElement.id") == "filter-link"


def test_on_a_narrow_screen_a_list_sorts_and_no_hidden_button_takes_focus(show: Show) -> None:
    page = show(f"{PAGE}?onderdeel=cijfers&sector=ve", NARROW)
    assert page.evaluate(BESIDE) <= 0
    page.select_option(".sorteerlijst:visible select", label="Waarde, aflopend")
    assert query_of(page)["volgorde"] == ["cijfers.waarde.-"]
    assert page.evaluate("[...document.querySelectorAll('.sorteer')].every((button) => button.tabIndex === -1)")
