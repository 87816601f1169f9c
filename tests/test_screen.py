"""The built book in a browser, also without scripts; the test command builds it first."""

import io
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from conftest import COLOUR_RULES, HTML, NARROW, RULES, WIDE, Show, address, cases, soup, violations, wait
from docutils import nodes
from docutils.core import publish_doctree
from matplotlib.colors import to_rgb
from myst_parser.parsers.docutils_ import Parser
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from na_report.base import colours
from na_report.base.colours import DARK, WHITE, darkened, is_dark_too
from na_report.editions.edition import open_edition
from na_report.screen.said import gathered, notes_of
from na_report.screen.translator import mend_table
from na_report.writing.markdown import anchor

pytestmark = pytest.mark.book

# A mark of the text that leads to a row, and what opens when a reader asks it.
MARKS = "article :is(.herkomst, .opmerking, .waarde) a"
NOTE = ".noot:popover-open"
OPEN_FOLDS = "document.querySelectorAll('details').forEach((item) => { item.open = true; })"
# How much of a page is beside the screen.
BESIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
EVIDENCE, PAGE = open_edition("2026"), "bewijs.html"
TABLES = {"bevindingen": "findings", "doelen": "agenda_items", "initiatieven": "initiatives", "cijfers": "observations"}
ALL = sum(len(EVIDENCE[table]) for table in TABLES.values())
FIRST = 20


@cache
def written() -> dict[str, BeautifulSoup]:
    """The pages as they are written, to look at and not to change."""
    return {path.name: soup(path) for path in sorted(HTML.glob("*.html"))}


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


# What holds on every page, searching, and the keyboard


# Hundreds of rows alike take axe half a minute; those of one choice are the same to it.
# So the quick run looks at the first twenty of what is alike and side by side; the variants that are slow look at all.
LEAVE_ROWS = "document.querySelectorAll('article :nth-of-type(n + 21)').forEach((one) => one.remove())"
CHOICE = {"bewijs.html": "?sector=mbo"}
FIRST_PAGE_LIMIT_BYTES = 500_000
ENGLISH = re.compile(
    r"\b(the|this|page|search|searching|skip|main|content|link to|next|previous|light|dark|toggle|table of|error|copy"
    r"|copied|found|finished|results?)\b",
    re.IGNORECASE,
)
LOOK, FOCUS = (Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("look.js", "focus.js"))
SLOW = pytest.mark.slow("another screen of a kind")
SCREENS = [
    (WIDE, "light", 1, RULES),
    (NARROW, "light", 1, []),
    pytest.param(NARROW, "light", 1, RULES, marks=SLOW),
    pytest.param(2 * NARROW, "light", 2, [], marks=SLOW),  # the text at 200%
    pytest.param(WIDE, "dark", 1, COLOUR_RULES, marks=SLOW),
    pytest.param(NARROW, "dark", 1, COLOUR_RULES, marks=SLOW),
]


@pytest.mark.parametrize(("width", "scheme", "zoom", "rules"), SCREENS)
def test_axe_finds_nothing_on_any_page_which_fits_is_dutch_and_works_under_its_policy(
    show: Show, width: int, scheme: str, zoom: int, rules: list[str]
) -> None:
    page, found, drawings = show("index.html", width, scheme), {}, []
    for name in [*written(), "search.html?q=docetnen", "search.html?q=xyzzy"]:
        page.goto(address(name) + CHOICE.get(name, ""))
        if "?" in name:
            page.locator("#zoekstand:not(:empty)").wait_for(state="attached")
        page.evaluate(f"document.documentElement.style.fontSize = '{zoom * 106.25}%'")
        told = page.evaluate(LOOK)
        if width == WIDE and scheme == "light":
            page.evaluate(LEAVE_ROWS)
        found[name] = [text for text in told["texts"] if ENGLISH.search(text)]
        found[name] += [what for what, is_so in told["wrong"].items() if is_so]
        found[name] += violations(page, rules) if rules else []
        drawings += told["drawings"]
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert len(drawings) > 5
    assert {source.endswith("-smal.svg") for source in drawings} == {width < WIDE}


def test_every_page_leads_to_both_pdfs_says_whom_to_ask_and_allows_nothing_inline_with_figures_for_the_dark() -> None:
    drawings = set()
    for name, page in written().items():
        foot = page.footer
        papers = [str(link["href"]) for link in foot.select("a[href$='.pdf']")]
        assert papers == ["../report.pdf", "../summary.pdf"]
        assert all((HTML / paper).is_file() for paper in papers) and page.select_one("header a[href='../report.pdf']")
        for part in ("stand van 2026", "Gemaakt door na-report, naar", "Een vraag", "Nationaal Agentschap"):
            assert part in foot.get_text(), name
        [policy] = page.select("[http-equiv]")
        assert policy["http-equiv"] == "Content-Security-Policy"
        assert "default-src 'none'" in policy["content"] and "unsafe" not in policy["content"]
        before = [str(tag) for tag in policy.find_previous_siblings()]
        assert before == ['<meta charset="utf-8"/>'], "what stands before the policy is not under it"
        assert len(page.select(".figuur")) == len(page.select(".figuur.licht-en-donker")), name
        drawings |= {str(tag.get("src") or tag["srcset"]) for tag in page.select(".figuur :is(img, source)")}
    assert len(drawings) > 10
    assert [path for path in drawings if not is_dark_too((HTML / path).read_text(encoding="utf-8"))] == []
    taken = [path for path in HTML.glob("_downloads/*/*.svg") if is_dark_too(path.read_text(encoding="utf-8"))]
    assert taken == [], "what is downloaded is light"


def results(page: Page, query: str) -> list[str]:
    page.fill("#zoekterm", query)
    # The page of the search before has results too: wait for the new page, not for any results.
    with page.expect_navigation():
        page.keyboard.press("Enter")
    # A function to wait for is eval, which pages refuse.
    page.locator("#zoekstand:not(:empty)").wait_for(state="attached")
    return list(page.locator("#zoekresultaten a").evaluate_all("links => links.map((link) => link.href)"))


def test_searching_finds_by_stem_from_a_folder_with_chapters_before_what_stands_behind_them(show: Show) -> None:
    page = show()
    singular = results(page, "leermiddel")
    assert set(singular) & set(results(page, "leermiddelen"))
    assert set(results(page, "leraar")) == set(results(page, "leraren"))  # one is no beginning of the other
    page.goto(singular[0])
    assert "leermiddelen" in page.inner_text("article").lower()
    found = [Path(href.partition("#")[0]).name for href in results(page, "eurostat")]
    heads = page.locator("#zoekresultaten h2").all_inner_texts()
    assert [re.sub(r" \(\d+\)", "", head) for head in heads] == ["Hoofdstukken", "Bijlagen"]
    menu = page.locator(".hoofdstukken a").evaluate_all("all => all.map((link) => link.href.split('/').pop())")
    behind = menu[1 + page.locator(".hoofdstukken .caption + ul").first.locator("a").count() :]
    is_behind = [name in behind for name in found]
    assert is_behind == sorted(is_behind)
    assert len(set(is_behind)) == 2


def test_searching_forgives_a_typo_and_offers_what_is_near(show: Show) -> None:
    page = show()
    stand, near = page.locator("#zoekstand"), page.locator("#zoeknabij a")
    for typed, meant in {"docetnen": "docenten", "leermidelen": "leermiddelen"}.items():
        found = results(page, typed)
        expect(stand).to_contain_text(f"“{meant}”")
        expect(stand).to_contain_text(f"“{typed}”")  # who meant what was typed sees that it is not there
        assert found == results(page, meant) != []
    assert results(page, "xyzzy") == []
    expect(stand).to_contain_text("Niets gevonden")
    expect(page.locator("#zoeknabij")).to_be_hidden()  # nothing is near
    assert results(page, "docentendroom") == []
    assert "docenten" in near.all_inner_texts()
    with page.expect_navigation():
        near.first.click()
    page.locator("#zoekresultaten a").first.wait_for()
    assert results(page, "docenten") == results(page, "docenten xyzzy"), "what has most of the words"
    expect(stand).to_contain_text("Geen plek heeft al uw woorden")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_keyboard_skips_to_the_text_and_reaches_everything_and_focus_shows(show: Show, width: int) -> None:
    page = show("aanbevelingen.html", width, reduced_motion="reduce")
    wanted = page.locator(":is(a[href], button, input, summary, [tabindex='0']):visible").count()
    for seen in range(wanted + 1):
        page.keyboard.press("Tab")
        state = page.evaluate(FOCUS)
        assert seen or "sprong" in state[0], "the link to the text comes first"
        if state is None:
            break
        assert state[1], state[0]
    assert seen == wanted
    page.locator(".sprong").press("Enter")
    expect(page).to_have_url(re.compile("#inhoud$"))
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


def test_the_contents_stand_beside_the_text_and_follow_it_or_are_a_box_on_a_narrower_screen(show: Show) -> None:
    page = show("sector-mbo.html", reduced_motion="reduce")
    contents = page.locator(".opdezepagina")
    links = contents.locator("a")
    assert links.count() > 2
    expect(contents.locator("summary")).to_be_hidden()  # there is no box to open
    room, text, beside = (page.locator(name).bounding_box() for name in (".midden", "article", ".opdezepagina"))
    assert abs(2 * text["x"] + text["width"] - 2 * room["x"] - room["width"]) < 4, "the text is in the middle"
    assert beside["x"] >= text["x"] + text["width"]
    for number in range(links.count()):
        links.nth(number).click()
        page.locator(f".opdezepagina li:nth-child({number + 1}) a[aria-current=location]").wait_for()
        expect(contents.locator("[aria-current]")).to_have_count(1)
        expect(links.nth(number)).to_be_in_viewport()
    page.set_viewport_size({"width": WIDE - 1, "height": 900})
    # The browser tells the page of its new width at the next frame.
    expect(links.first).to_be_hidden()
    contents.locator("summary").press("Enter")
    expect(links.first).to_be_visible()


def test_the_menu_of_a_narrow_screen_works_by_keyboard(show: Show) -> None:
    page = show("aanbevelingen.html", NARROW)
    menu, button = page.locator("#hoofdstukken"), page.locator(".menuknop")
    expect(menu).to_be_hidden()
    button.press("Enter")
    expect(menu).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.evaluate(OPEN_FOLDS)
    assert violations(page) == []
    page.keyboard.press("Tab")
    expect(menu.locator(":focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_without_scripts_the_menu_is_open_references_can_be_read_and_marks_are_links(show: Show) -> None:
    page = show("koploper.html", NARROW, java_script_enabled=False)
    expect(page.locator("#hoofdstukken a").first).to_be_visible()
    expect(page.locator(".menuknop")).to_be_hidden()
    page.locator(".verwijs summary").first.click()
    expect(page.locator(".verwijs pre").first).to_be_visible()
    expect(page.locator(".kopieer")).to_have_count(0)  # no dead button
    mark = page.locator(MARKS).first
    target = str(mark.get_attribute("href"))
    mark.click()
    page.wait_for_url(re.compile(re.escape(target) + "$"))


@pytest.mark.parametrize("allowed", [True, False])
def test_a_reference_is_copied_by_keyboard_or_selected_and_the_reader_hears_it(show: Show, allowed: bool) -> None:
    page = show("koploper.html", permissions=["clipboard-read", "clipboard-write"] if allowed else [])
    if not allowed:
        page.evaluate("Object.defineProperty(navigator, 'clipboard', {}); document.execCommand = () => false")
    page.locator(".verwijs summary").first.press("Enter")
    for _ in range(3):  # the link, its button, the button of APA
        page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Kopieer APA")
    page.keyboard.press("Enter")
    expect(page.locator("#melding")).to_contain_text("APA is gekopieerd." if allowed else "Kopiëren lukt niet")
    found = page.evaluate("navigator.clipboard.readText()" if allowed else "getSelection().toString()")
    assert page.locator(".verwijs dd > span").first.text_content() == found
    assert violations(page) == []


def test_the_pages_follow_the_settings_of_the_computer_and_the_accessibility_page_tells_the_widths(show: Show) -> None:
    page = show("toegankelijkheid.html", forced_colors="active", reduced_motion="reduce")
    text = page.inner_text("article")
    assert f"({WIDE // 1000}.{WIDE % 1000} pixels)" in text and f"({NARROW} pixels" in text
    page.goto(address("index.html"))
    ink = page.evaluate("getComputedStyle(document.body).color")
    expect(page.locator(".kader").first).to_have_css("border-top-color", ink)  # in the colours that the reader chose
    expect(page.locator("html")).to_have_css("scroll-behavior", "auto")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).not_to_have_css("outline-style", "none")


def test_the_first_page_is_light(show: Show) -> None:
    page, asked = show("colofon.html"), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address("index.html"), wait_until="networkidle")
    files = [Path(url.removeprefix("file://")) for url in asked if url.startswith("file:")]
    assert {path.suffix for path in files} >= {".html", ".css", ".js", ".woff2"}
    assert sum(path.stat().st_size for path in files) < FIRST_PAGE_LIMIT_BYTES
