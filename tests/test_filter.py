"""The page to look things up: filtering, sorting and sharing in a browser, and the plain tables without scripts."""

import re
from collections.abc import Iterable

import pytest
from conftest import ROOT
from playwright.sync_api import Locator, Page, expect
from screens import BESIDE, NARROW, Show, address, violations, written

from na_report.base.paths import Project
from na_report.editions.edition import open_edition
from na_report.running.pages import all_pages

pytestmark = pytest.mark.book

PAGE = "bewijs.html"
EVIDENCE = open_edition("2026")
TABLES = {"bevindingen": "findings", "doelen": "agenda_items", "initiatieven": "initiatives", "cijfers": "observations"}
ALL = sum(len(EVIDENCE[table]) for table in TABLES.values())
FIRST = 20


def seen(page: Page, part: str) -> Locator:
    """The rows of a table that a reader sees."""
    return page.locator(f"#{part} table.filterbaar tbody tr:visible")


def rows(page: Page, part: str = "") -> list[str]:
    """The numbers of the rows that fit the choice, in their order; the screen starts with the first of them."""
    table = f"#{part} table.filterbaar" if part else "table.filterbaar"
    found = page.locator(f"{table} tbody tr:not([hidden]) > :first-child a")
    return [str(href).rsplit("#", 1)[1] for href in found.evaluate_all("all => all.map((item) => item.href)")]


def anchors(keys: Iterable[str]) -> list[str]:
    return [re.sub(r"[^a-z0-9]+", "-", key.lower()) for key in keys]


def chosen(page: Page, query: str) -> None:
    """Waits until the address has a choice."""
    expect(page).to_have_url(f"{address(PAGE)}{query}")


MBO_BOTTLENECKS = sorted(anchors(EVIDENCE.rows("findings", sector="mbo", kind="bottleneck")["id"]))


def test_without_scripts_all_rows_are_there_with_a_place_elsewhere_and_a_source_and_no_controls(show: Show) -> None:
    page = show(PAGE, java_script_enabled=False)
    for part, table in TABLES.items():
        assert sorted(rows(page, part)) == sorted(anchors(EVIDENCE[table]["id"])), part
        expect(seen(page, part)).to_have_count(len(EVIDENCE[table]))
    for never in (
        ".filterblok :is(select, input, button, .kader):visible",
        "table.filterbaar tbody :first-child a[href^='#']",  # what is only here is not on paper
        "table.filterbaar tbody tr > :last-child:empty",
    ):
        expect(page.locator(never)).to_have_count(0)


def test_a_link_opens_the_bottlenecks_of_mbo_and_the_keyboard_comes_to_the_same(show: Show) -> None:
    page = show(f"{PAGE}?sector=mbo&soort=knelpunt&volgorde=bevindingen.bron")
    assert sorted(rows(page)) == MBO_BOTTLENECKS
    stand, sector = page.locator(".filterstand"), page.locator("select[name=sector]")
    expect(stand).to_contain_text(f"{len(MBO_BOTTLENECKS)} van ")
    expect(stand).to_have_attribute("role", "status")  # it is read aloud
    expect(sector).to_have_value("mbo")
    expect(page.locator("article h2:visible")).to_have_text("Bevindingen#")
    assert violations(page) == []
    page.locator("[data-doe=wis]").first.press("Enter")
    chosen(page, "")
    assert len(rows(page)) == ALL
    expect(page.locator("select[name=onderdeel]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Mb")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Kne")
    chosen(page, "?sector=mbo&soort=knelpunt")
    assert sorted(rows(page)) == MBO_BOTTLENECKS


def test_all_words_have_to_be_in_the_row_in_any_order_and_case_without_accents_and_nothing_found_says_so(
    show: Show,
) -> None:
    for words, found in {"mobilit ERASMUS": ("erasmus", "mobilit"), "cooperatie": ("coöperatie",)}.items():
        texts = show(f"{PAGE}?woorden={words}").locator("table.filterbaar tbody tr:visible").all_inner_texts()
        assert texts
        assert all(word in text.lower() for text in texts for word in found)
    for query in ("woorden=xyzzy", "sector=bestaat-niet"):
        page = show(f"{PAGE}?{query}")
        assert rows(page) == []
        expect(page.locator(".filterstand")).to_have_text("Niets gevonden.")
        page.click(".filterleeg [data-doe=wis]")
        expect(page.locator(".filterleeg")).to_be_hidden()
        assert len(rows(page)) == ALL


def test_a_list_offers_only_what_the_other_choices_leave_with_the_number_of_rows(show: Show) -> None:
    page = show(PAGE)
    kind, stand = page.locator("select[name=soort]"), page.locator("select[name=stand]")
    groups = kind.locator("optgroup").evaluate_all("all => all.map((item) => item.label.toLowerCase())")
    assert groups == [*TABLES], "many values stand under the name of their table"
    page.select_option("select[name=onderdeel]", "initiatieven")
    expect(stand).to_be_visible()
    page.select_option("select[name=onderdeel]", "bevindingen")
    page.select_option("select[name=sector]", "mbo")
    expect(stand).to_be_hidden()
    counts = EVIDENCE.rows("findings", sector="mbo")["kind"].value_counts()
    labels = {f"{EVIDENCE.label('finding_kind', kind, 'nl')} ({count})" for kind, count in counts.items()}
    assert {text.lower() for text in kind.locator("option").all_inner_texts()[1:]} == labels
    assert page.locator("select[name=sector] option").count() > 4, "another sector can still be chosen"


def test_every_link_to_a_choice_shows_the_number_of_rows_that_it_names(show: Show) -> None:
    found = (link for page in written().values() for link in page.select(f"a[href^='{PAGE}?']"))
    links = {(str(link["href"]).partition("?")[2], link.get_text()) for link in found}
    assert len(links) > 4 * 5
    page = show(PAGE)
    for query, text in links:
        page.evaluate(
            "query => { history.replaceState(null, '', `?${query}`); dispatchEvent(new Event('popstate')); }", query
        )
        shown, named = len(rows(page)), re.search(r"\((\d+)\)", text)
        assert shown == int(named[1]) if named else shown > 0, query


def test_a_long_table_starts_with_its_first_rows_and_shows_all_on_demand_for_a_link_and_on_paper(show: Show) -> None:
    page = show(PAGE)
    for part in TABLES:
        expect(seen(page, part)).to_have_count(FIRST)
    total, more = len(EVIDENCE["findings"]), page.locator(".toonalles").first
    expect(more).to_contain_text(f"U ziet {FIRST} van {total} rijen.")
    more.get_by_role("button", name=f"Toon alle {total} rijen").press("Enter")
    expect(seen(page, "bevindingen")).to_have_count(total)
    expect(seen(page, "doelen")).to_have_count(FIRST)
    expect(more).to_be_hidden()
    row = page.evaluate("document.activeElement.closest('tr').sectionRowIndex")
    assert row == FIRST, "who reads on does so at the first new row"
    page.evaluate("document.querySelector('#cijfers tbody tr:last-child a').id = 'verre-rij'")
    page.evaluate("location.hash = 'verre-rij'")
    expect(page.locator("#verre-rij")).to_be_in_viewport()
    page.emulate_media(media="print")
    expect(seen(page, "doelen")).to_have_count(len(EVIDENCE["agenda_items"]))
    expect(page.locator(".filterblok :is(select, input, button):visible")).to_have_count(0)
    assert PAGE.removesuffix(".html") in {item.name for item in all_pages(Project(ROOT)) if not item.on_paper}


def test_the_order_is_in_the_address_and_numbers_sort_as_numbers_with_what_has_none_last(show: Show) -> None:
    page = show(f"{PAGE}?onderdeel=cijfers")
    values = dict(zip(anchors(EVIDENCE["observations"]["id"]), EVIDENCE["observations"]["value"], strict=True))
    for order, sign in (("ascending", ""), ("descending", ".-")):
        page.click("th[data-kop=Waarde] button")
        expect(page.locator("th[data-kop=Waarde]")).to_have_attribute("aria-sort", order)
        chosen(page, f"?onderdeel=cijfers&volgorde=cijfers.waarde{sign}")
        found = [values[row] for row in rows(page, "cijfers")]
        numbers = [value for value in found if value == value]
        assert found[: len(numbers)] == numbers == sorted(numbers, reverse=bool(sign)) != found
    before = rows(page)
    page.reload()
    assert rows(page) == before
    page.click(".filter [data-doe=wis]")
    expect(page.locator("th[aria-sort]")).to_have_count(0)


def test_the_link_is_copied_or_can_be_by_hand_where_the_browser_refuses(show: Show) -> None:
    page = show(f"{PAGE}?sector=mbo", permissions=["clipboard-read", "clipboard-write"])
    page.click("[data-doe=kopieer]")
    expect(page.locator(".filterstand")).to_contain_text("gekopieerd")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.click("[data-doe=kopieer]")
    expect(page.locator("#filter-link")).to_have_value(page.url)
    expect(page.locator("#filter-link")).to_be_focused()


def test_on_a_narrow_screen_a_list_sorts_and_no_hidden_button_takes_focus(show: Show) -> None:
    page = show(f"{PAGE}?onderdeel=cijfers&sector=ve", NARROW)
    assert page.evaluate(BESIDE) <= 0
    page.select_option(".sorteerlijst:visible select", label="Waarde, aflopend")
    chosen(page, "?onderdeel=cijfers&sector=ve&volgorde=cijfers.waarde.-")
    assert page.evaluate("[...document.querySelectorAll('.sorteer')].every((button) => button.tabIndex === -1)")
