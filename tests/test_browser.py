"""The built book in a browser: what holds on every page, searching, the keyboard; the test command builds it first."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from screens import COLOUR_RULES, HTML, MARKS, NARROW, OPEN_FOLDS, RULES, WIDE, Show, address, violations, written

from na_report.base.colours import is_dark_too

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


def test_figures_have_number_caption_alt_text_a_drawing_for_a_narrow_screen_and_a_table() -> None:
    figures = [figure for page in written().values() for figure in page.select("article figure")]
    assert len(figures) > 5
    for figure in figures:
        said, table = str(figure.img["alt"]), figure.find_next("table")
        assert len(said) > 20 and not said.endswith((".svg", ".png"))
        assert figure.select_one("source") and figure.select_one("figcaption .caption-number")
        assert table["aria-label"] == "De figuur als tabel" and len(table.select("tbody tr")) > 1


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
