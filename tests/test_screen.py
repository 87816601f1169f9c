"""What pages do on a screen: marks that tell, figures that turn dark, and the page to look things up in, also without scripts."""

import io
import json
import re
from collections.abc import Iterable

import numpy as np
import pytest
from conftest import cases, wait
from docutils import nodes
from docutils.core import publish_doctree
from matplotlib.colors import to_rgb
from myst_parser.parsers.docutils_ import Parser
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from screens import BESIDE, HTML, MARKS, NARROW, OPEN_FOLDS, Show, address, violations, written

from na_report.base import colours
from na_report.base.colours import DARK, WHITE, darkened, is_dark_too
from na_report.editions.edition import open_edition
from na_report.screen.said import gathered, notes_of
from na_report.screen.translator import mend_table
from na_report.writing.markdown import anchor

pytestmark = pytest.mark.book

# What opens when a reader asks a mark.
NOTE = ".noot:popover-open"
EVIDENCE, PAGE = open_edition("2026"), "bewijs.html"
TABLES = {"bevindingen": "findings", "doelen": "agenda_items", "initiatieven": "initiatives", "cijfers": "observations"}
ALL = sum(len(EVIDENCE[table]) for table in TABLES.values())
FIRST = 20


# Marks and their notes


def test_every_mark_of_the_book_has_something_to_tell_and_says_what_it_is() -> None:
    data = (HTML / "_static" / "notes-data.js").read_text(encoding="utf-8")
    notes = json.loads(data.removeprefix("const NOTES = ").rstrip(";\n"))
    marks = [(page, link) for page, text in written().items() for link in text.select(MARKS)]
    assert len(marks) > 100
    for page, link in marks:
        href = str(link["href"])
        [(name, told), *_] = notes[f"{page}{href}" if href.startswith("#") else href]
        assert name == "" and len(told) > 2, href
    names = {link.get("aria-label") for _, link in marks if not re.search(r"\w", link.get_text())}
    assert names == {"Waar dit op rust", "Opmerking"}


def test_a_note_tells_the_row_its_source_and_its_caveats() -> None:
    pages, notes = cases("notes").values()
    options = {"myst_enable_extensions": ["attrs_inline"], "myst_all_links_external": True}
    trees = {name: publish_doctree(text, parser=Parser(), settings_overrides=options) for name, text in pages.items()}
    for table in [table for tree in trees.values() for table in tree.findall(nodes.table)]:
        mend_table(table)
    made = gathered(notes_of(name, tree) for name, tree in trees.items())
    assert {mark: [list(line) for line in lines] for mark, lines in made.items()} == notes


def test_a_note_opens_by_pointer_and_keyboard_and_closes_and_its_mark_leads_on(show: Show) -> None:
    page = show("sector-mbo.html")
    mark, box = page.locator(MARKS).first, page.locator(NOTE)
    mark.hover()
    expect(box).to_contain_text("Bron")
    expect(box).to_contain_text("Opmerking: Paragraaf 2.1.3")  # a script has its words from the page
    expect(box).not_to_contain_text("undefined")
    expect(mark).to_have_attribute("aria-describedby", "noot-tekst")
    assert violations(page) == []
    box.hover()
    page.wait_for_timeout(600)
    expect(box).to_be_visible()  # it stays as long as the pointer is on it
    page.mouse.move(5, 5)
    expect(box).to_have_count(0)
    page.keyboard.press("Tab")
    mark.focus()
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(mark).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".noot-meer:focus")).to_have_count(0)  # a note adds no stops
    page.keyboard.press("Shift+Tab")
    expect(box).to_be_visible()
    target = str(mark.get_attribute("href"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(target) + "$"))


def test_a_finger_opens_a_note_first_and_follows_its_link_then(show: Show) -> None:
    page = show("koploper.html", NARROW, "dark", has_touch=True)
    page.evaluate(OPEN_FOLDS)
    mark, box = page.locator(MARKS).first, page.locator(NOTE)
    target, before = str(mark.get_attribute("href")), page.url
    mark.tap()
    expect(box).to_be_visible()
    assert page.url == before
    place = box.bounding_box()
    assert 0 <= place["x"] <= NARROW - place["width"]
    assert (violations(page), page.evaluate(BESIDE)) == ([], 0)
    box.locator("a").tap()
    page.wait_for_url(re.compile(re.escape(target) + "$"))


# Light and dark


def contrast(one: str, other: str) -> float:
    """How far two colours are apart, as WCAG defines it."""
    parts = np.array([to_rgb(one), to_rgb(other)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    low, high = sorted(linear @ (0.2126, 0.7152, 0.0722))
    return float((high + 0.05) / (low + 0.05))


def test_what_figures_are_drawn_and_written_in_stands_out_by_day_and_in_the_dark() -> None:
    assert min(contrast(colour, WHITE) for colour in (colours.INK, colours.SOFT, *colours.COLOURS)) >= 4.5
    texts = [colour for colour in DARK if contrast(colour, WHITE) >= 4.5]  # or what text stands on
    assert [colour for colour in texts if contrast(DARK[colour], DARK[WHITE]) < 4.5] == []
    assert contrast(DARK[colours.INK], DARK[colours.PALE]) >= 4.5
    assert contrast(DARK[colours.LINE], DARK[WHITE]) >= 3


def test_a_drawing_in_other_colours_or_dark_already_stays_as_it_is() -> None:
    own = '<svg><style>*{}</style><path style="fill: #ffffff"/><path style="fill: #fe0000"/></svg>'
    ours = darkened(own.replace("#fe0000", colours.BLUE))
    assert is_dark_too(ours)
    assert (darkened(own), darkened(ours)) == (own, ours)


def corner(page: Page) -> str:
    picture = Image.open(io.BytesIO(page.locator(".figuur img").first.screenshot()))
    return "#{:02x}{:02x}{:02x}".format(*picture.convert("RGB").getpixel((4, 4)))


def test_pages_and_figures_are_dark_as_the_system_and_the_button_say_and_the_next_page_remembers(show: Show) -> None:
    page = show("koploper.html", scheme="dark")
    body, button = page.locator("body"), page.locator("[data-weergave-knop]")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    assert wait(lambda: corner(page) == DARK[WHITE])
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(body).not_to_have_css("background-color", dark)
    assert wait(lambda: corner(page) == WHITE)
    light = page.evaluate(background)
    page.goto(address("inleiding.html"))
    expect(body).to_have_css("background-color", light)


# The page to look things up in


def seen(page: Page, part: str = "") -> Locator:
    """The rows that a reader sees, of a table or of all."""
    return page.locator(f"{part} table.filterbaar tbody tr:visible")


def rows(page: Page, part: str = "") -> list[str]:
    """The numbers of the rows that fit the choice, in their order; the screen starts with the first of them."""
    found = page.locator(f"{part} table.filterbaar tbody tr:not([hidden]) > :first-child a")
    return [str(href).rsplit("#", 1)[1] for href in found.evaluate_all("all => all.map((item) => item.href)")]


def are(page: Page, keys: Iterable[str], part: str = "") -> bool:
    """Tells whether rows of the edition are those that fit the choice."""
    return sorted(rows(page, part)) == sorted(map(anchor, keys))


def chosen(page: Page, query: str) -> None:
    """Waits until the address has a choice."""
    expect(page).to_have_url(f"{address(PAGE)}{query}")


def test_without_scripts_all_rows_are_there_with_a_place_elsewhere_and_a_source_and_no_controls(show: Show) -> None:
    page = show(PAGE, java_script_enabled=False)
    for part, table in TABLES.items():
        assert are(page, EVIDENCE[table]["id"], f"#{part}"), part
        expect(seen(page, f"#{part}")).to_have_count(len(EVIDENCE[table]))
    # What is only here is not on paper.
    for never in ("tbody :first-child a[href^='#']", "tbody tr > :last-child:empty"):
        expect(page.locator(f"table.filterbaar {never}")).to_have_count(0)
    expect(page.locator(".filterblok :is(select, input, button, .kader):visible")).to_have_count(0)


def test_a_link_opens_the_bottlenecks_of_mbo_the_keyboard_comes_to_the_same_and_it_can_be_copied(show: Show) -> None:
    query, allowed = "?sector=mbo&soort=knelpunt&volgorde=bevindingen.bron", ["clipboard-read", "clipboard-write"]
    page = show(f"{PAGE}{query}", permissions=allowed)
    bottlenecks = EVIDENCE.rows("findings", sector="mbo", kind="bottleneck")["id"]
    assert are(page, bottlenecks)
    stand, sector = page.locator(".filterstand"), page.locator("select[name=sector]")
    expect(stand).to_contain_text(f"{len(bottlenecks)} van ")
    expect(stand).to_have_attribute("role", "status")  # it is read aloud
    expect(sector).to_have_value("mbo")
    expect(page.locator("article h2:visible")).to_have_text("Bevindingen#")
    assert violations(page) == []
    page.locator("[data-doe=wis]").first.press("Enter")
    chosen(page, "")
    assert len(rows(page)) == ALL
    expect(page.locator("select[name=onderdeel]")).to_be_focused()
    for key in ("Tab", "M", "b", "Tab", "Tab", "K", "n", "e"):
        page.keyboard.press(key)
    chosen(page, "?sector=mbo&soort=knelpunt")
    assert are(page, bottlenecks)
    page.click("[data-doe=kopieer]")
    expect(page.locator(".filterstand")).to_contain_text("gekopieerd")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.click("[data-doe=kopieer]")
    expect(page.locator("#filter-link")).to_have_value(page.url)
    expect(page.locator("#filter-link")).to_be_focused()


def test_all_words_are_in_the_row_in_any_order_and_case_without_accents_and_nothing_found_says_so(show: Show) -> None:
    for words, found in {"mobilit ERASMUS": ("erasmus", "mobilit"), "cooperatie": ("coöperatie",)}.items():
        texts = seen(show(f"{PAGE}?woorden={words}")).all_inner_texts()
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
    links = {(str(link["href"]).removeprefix(PAGE), link.get_text()) for link in found}
    assert len(links) > 4 * 5
    page = show(PAGE)
    for query, text in links:
        page.evaluate("query => { history.replaceState(0, '', query); dispatchEvent(new Event('popstate')); }", query)
        shown, named = len(rows(page)), re.search(r"\((\d+)\)", text)
        assert shown == int(named[1]) if named else shown > 0, query


def test_a_long_table_starts_with_its_first_rows_and_shows_all_on_demand_for_a_link_and_on_paper(show: Show) -> None:
    page = show(PAGE)
    for part in TABLES:
        expect(seen(page, f"#{part}")).to_have_count(FIRST)
    total, more = len(EVIDENCE["findings"]), page.locator(".toonalles").first
    expect(more).to_contain_text(f"U ziet {FIRST} van {total} rijen.")
    more.get_by_role("button", name=f"Toon alle {total} rijen").press("Enter")
    expect(seen(page, "#bevindingen")).to_have_count(total)
    expect(seen(page, "#doelen")).to_have_count(FIRST)
    expect(more).to_be_hidden()
    row = page.evaluate("document.activeElement.closest('tr').sectionRowIndex")
    assert row == FIRST, "who reads on does so at the first new row"
    page.evaluate("document.querySelector('#cijfers tbody tr:last-child a').id = 'verre-rij'")
    page.evaluate("location.hash = 'verre-rij'")
    expect(page.locator("#verre-rij")).to_be_in_viewport()
    page.emulate_media(media="print")
    expect(seen(page, "#doelen")).to_have_count(len(EVIDENCE["agenda_items"]))
    expect(page.locator(".filterblok :is(select, input, button):visible")).to_have_count(0)


def test_the_order_is_in_the_address_and_numbers_sort_as_numbers_with_what_has_none_last(show: Show) -> None:
    page = show(f"{PAGE}?onderdeel=cijfers")
    values = {anchor(row["id"]): row["value"] for row in EVIDENCE.records("observations")}
    for order, sign in (("ascending", ""), ("descending", ".-")):
        page.click("th[data-kop=Waarde] button")
        expect(page.locator("th[data-kop=Waarde]")).to_have_attribute("aria-sort", order)
        chosen(page, f"?onderdeel=cijfers&volgorde=cijfers.waarde{sign}")
        found = [values[row] for row in rows(page, "#cijfers")]
        numbers = [value for value in found if value == value]
        assert found[: len(numbers)] == numbers == sorted(numbers, reverse=bool(sign)) != found
    before = rows(page)
    page.reload()
    assert rows(page) == before
    page.click(".filter [data-doe=wis]")
    expect(page.locator("th[aria-sort]")).to_have_count(0)


def test_on_a_narrow_screen_a_list_sorts_and_no_hidden_button_takes_focus(show: Show) -> None:
    page = show(f"{PAGE}?onderdeel=cijfers&sector=ve", NARROW)
    assert page.evaluate(BESIDE) <= 0
    page.select_option(".sorteerlijst:visible select", label="Waarde, aflopend")
    chosen(page, "?onderdeel=cijfers&sector=ve&volgorde=cijfers.waarde.-")
    assert page.evaluate("[...document.querySelectorAll('.sorteer')].every((button) => button.tabIndex === -1)")
