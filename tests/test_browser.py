"""The built book in a browser: accessibility, keyboard, searching, narrow screens; the test command builds it first."""

import re
from itertools import product
from pathlib import Path

import pytest
from conftest import one_of_a_kind, soup
from playwright.sync_api import Page
from screens import BESIDE, COLOUR_RULES, NARROW, PAGES, RULES, WIDE, Show, address, violations

pytestmark = pytest.mark.book

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


@pytest.mark.parametrize("screen", one_of_a_kind([*product([WIDE, NARROW], ["light", "dark"])]), ids=str)
def test_axe_finds_nothing_on_any_page(show: Show, screen: tuple[int, str]) -> None:
    page, found = show("index.html", *screen), {}
    for path in PAGES:
        page.goto(path.as_uri() + CHOICE.get(path.name, ""))
        if screen == (WIDE, "light"):
            page.evaluate(LEAVE_ROWS)
        found[path.name] = violations(page, RULES if screen[1] == "light" else COLOUR_RULES)
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.parametrize("zoom", one_of_a_kind([1, 2]), ids=["plain", "text at 200%"])
def test_a_narrow_screen_scrolls_no_page_sideways_and_gets_drawings_of_its_own_that_fit(show: Show, zoom: int) -> None:
    page, seen = show("index.html", NARROW * zoom), 0
    drawings = """[...document.querySelectorAll('figure img')].map((image) => {
      const frame = image.closest('.figuur'); return [image.currentSrc, frame.scrollWidth - frame.clientWidth]; })"""
    for path in PAGES:
        page.goto(path.as_uri())
        page.evaluate(f"document.documentElement.style.fontSize = '{zoom * 106.25}%'")
        assert page.evaluate(BESIDE) <= 0, path.name
        for source, extra in page.evaluate(drawings):
            assert source.endswith("-smal.svg"), source
            assert extra <= 0, source
            seen += 1
    assert seen > 5


def test_each_page_is_dutch_when_the_scripts_have_run_with_the_rows_of_a_table_in_one_size(show: Show) -> None:
    page, search = show(), address("search.html")
    script = """() => {
      const names = ["aria-label", "title", "placeholder", "alt"];
      const labels = [...document.querySelectorAll("*")].flatMap((tag) => names.map((name) => tag.getAttribute(name)));
      const copy = document.body.cloneNode(true);
      copy.querySelectorAll("#inhoud article > section:not(#zoeken), script, #zoekresultaten").forEach((tag) => tag.remove());
      return [...labels.filter(Boolean), ...copy.innerText.split("\\n")];
    }"""
    sizes = """[...document.querySelectorAll('article table')].map((table) => (
      [...new Set([...table.querySelectorAll('tbody > tr > td')].map((cell) => getComputedStyle(cell).fontSize))]))"""
    for shown in [*(path.as_uri() for path in PAGES), f"{search}?q=docetnen", f"{search}?q=xyzzy"]:
        page.goto(shown)
        assert [text for text in page.evaluate(script) if ENGLISH.search(text)] == [], shown
        assert [found for found in page.evaluate(sizes) if len(found) > 1] == [], shown
    assert page.get_attribute("html", "lang") == "nl"


def results(page: Page, query: str) -> list[str]:
    page.fill("#zoekterm", query)
    # The page of the search before has results too: wait for the new page, not for any results.
    with page.expect_navigation():
        page.keyboard.press("Enter")
    # A function to wait for is eval, which pages refuse.
    page.locator("#zoekstand:not(:empty)").wait_for(state="attached")
    return list(page.locator("#zoekresultaten a").evaluate_all("links => links.map((link) => link.href)"))


def test_searching_finds_by_stem_from_a_folder(show: Show) -> None:
    page = show()
    singular = results(page, "leermiddel")
    assert set(singular) & set(results(page, "leermiddelen"))
    assert set(results(page, "leraar")) == set(results(page, "leraren"))  # one is no beginning of the other
    page.goto(singular[0])
    assert "leermiddelen" in page.inner_text("article").lower()
    assert results(page, "xyzzy") == []
    assert "Niets gevonden" in page.inner_text("#zoekstand")
    assert not page.locator("#zoeknabij").is_visible(), "nothing is near"


def test_searching_puts_chapters_before_what_stands_behind_them(show: Show) -> None:
    page = show()
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
    for typed, meant in {"docetnen": "docenten", "leermidelen": "leermiddelen"}.items():
        found, said = results(page, typed), page.inner_text("#zoekstand")
        assert f"“{meant}”" in said
        assert f"“{typed}”" in said, "who meant what was typed sees that it is not there"
        assert found == results(page, meant) != []
    assert results(page, "docentendroom") == []
    near = page.locator("#zoeknabij a")
    assert "docenten" in near.all_inner_texts()
    near.first.click()
    page.locator("#zoekresultaten a").first.wait_for()
    assert results(page, "docenten") == results(page, "docenten xyzzy"), "what has most of the words"
    assert "Geen plek heeft al uw woorden" in page.inner_text("#zoekstand")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_keyboard_skips_to_the_text_and_reaches_everything_and_focus_shows(show: Show, width: int) -> None:
    page = show("aanbevelingen.html", width, reduced_motion="reduce")
    wanted = page.evaluate(
        """[...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")].filter((tag) =>
             tag.checkVisibility()).length"""
    )
    for seen in range(wanted + 1):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """(() => { const tag = document.activeElement;
              if (tag === document.body || tag.dataset.seen) return null;
              tag.dataset.seen = "1";
              const style = getComputedStyle(tag), box = tag.getBoundingClientRect();
              const shows = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
              return [tag.outerHTML.slice(0, 120), shows && box.width > 0 && box.bottom > 0 && box.top < innerHeight];
            })()"""
        )
        assert seen or "sprong" in state[0], "the link to the text comes first"
        if state is None:
            break
        assert state[1], state[0]
    assert seen == wanted
    page.locator(".sprong").press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_contents_stand_beside_the_text_and_follow_it_or_are_a_box_on_a_narrower_screen(show: Show) -> None:
    page = show("sector-mbo.html", reduced_motion="reduce")
    contents, text = page.locator(".opdezepagina"), page.locator("article")
    links = contents.locator("a")
    assert links.count() > 2
    assert not contents.locator("summary").is_visible(), "there is no box to open"
    room, place = page.locator(".midden").bounding_box(), text.bounding_box()
    assert room and place
    assert abs(2 * place["x"] + place["width"] - 2 * room["x"] - room["width"]) < 4, (
        "the text is in the middle of its room"
    )
    assert contents.bounding_box()["x"] >= text.bounding_box()["x"] + text.bounding_box()["width"]  # type: ignore[index]
    for number in range(links.count()):
        links.nth(number).click()
        page.locator(f".opdezepagina li:nth-child({number + 1}) a[aria-current=location]").wait_for()
        assert contents.locator("[aria-current]").count() == 1
        assert links.nth(number).bounding_box()["y"] < 900, "it is in sight"  # type: ignore[index]
    page.set_viewport_size({"width": WIDE - 1, "height": 900})
    # The browser tells the page of its new width at the next frame.
    links.first.wait_for(state="hidden")
    contents.locator("summary").press("Enter")
    links.first.wait_for(state="visible")


def test_every_page_leads_to_both_pdfs_and_says_who_made_it_and_whom_to_ask() -> None:
    for path in PAGES:
        page = soup(path)
        foot = page.select_one("footer")
        assert foot
        papers = [str(link["href"]) for link in foot.select("a[href$='.pdf']")]
        assert papers == ["../report.pdf", "../summary.pdf"]
        assert all((path.parent / paper).is_file() for paper in papers)
        assert page.select_one("header a[href='../report.pdf']")
        for part in ("stand van 2026", "Gemaakt door na-report, naar", "Een vraag", "Nationaal Agentschap"):
            assert part in foot.get_text(), path.name


def test_the_menu_of_a_narrow_screen_works_by_keyboard_and_without_scripts_is_open(show: Show) -> None:
    page = show("aanbevelingen.html", NARROW)
    menu = page.locator("#hoofdstukken")
    assert not menu.is_visible()
    page.locator(".menuknop").focus()
    page.keyboard.press("Enter")
    assert menu.is_visible()
    assert page.get_attribute(".menuknop", "aria-expanded") == "true"
    page.evaluate("document.querySelectorAll('details').forEach((item) => { item.open = true; })")
    assert violations(page) == []
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#hoofdstukken') !== null")
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    plain = show("index.html", NARROW, java_script_enabled=False)
    assert plain.locator("#hoofdstukken a").first.is_visible()
    assert not plain.locator(".menuknop").is_visible()


def test_the_reader_chooses_light_or_dark_and_the_next_page_remembers(show: Show) -> None:
    page = show()
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.click("[data-weergave-knop]")
    assert page.get_attribute("[data-weergave-knop]", "aria-pressed") == "true"
    dark = page.evaluate(background)
    page.goto(address("inleiding.html"))
    assert light != dark == page.evaluate(background)


def test_the_first_page_is_light_and_has_letters_of_its_own(show: Show) -> None:
    page = show("colofon.html")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address("index.html"))
    loaded = "document.fonts.ready.then(() => [...document.fonts].filter((font) => font.status === 'loaded').length)"
    assert page.evaluate(loaded) >= 2
    files = [Path(url.removeprefix("file://")) for url in asked if url.startswith("file:")]
    assert {path.suffix for path in files} >= {".html", ".css", ".js"}
    assert sum(path.stat().st_size for path in files) < FIRST_PAGE_LIMIT_BYTES
