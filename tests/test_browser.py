"""The built book in a browser: accessibility, keyboard, searching, narrow screens; the test command builds it first."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from conftest import ROOT, one_of_a_kind
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.book

HTML = ROOT / "_build" / "2026" / "nl" / "html"
PAGES = sorted(HTML.glob("*.html"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What can differ between light and dark; the other rules see the same page twice.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
WIDE, NARROW = 1280, 320
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
SAME_RULES = pytest.mark.slow("the same rules on the same pages at another width or in other colours")


def opened(browser: Browser, width: int = WIDE, scheme: Any = "light", **options: Any) -> Page:
    """A fresh page that keeps each error in a script and each request that fails or leaves the folder of the book."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    near = (HTML.as_uri(), "data:", "http://127.0.0.1:")
    page.on("request", lambda asked: None if asked.url.startswith(near) else problems.append(asked.url))
    # The browser itself gives up on what it asked for when it leaves for the next page.
    page.on(
        "requestfailed",
        lambda asked: None if asked.failure == "net::ERR_ABORTED" else problems.append(f"failed: {asked.url}"),
    )
    page.problems = problems  # type: ignore[attr-defined]
    return page


Show = Callable[..., Page]


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """Shows pages of the book; none of them may have had a problem when the test is over."""
    pages: list[Page] = []

    def shown(name: str = "index.html", width: int = WIDE, scheme: str = "light", **options: Any) -> Page:
        pages.append(opened(browser, width, scheme, **options))
        pages[-1].goto(address(name))
        return pages[-1]

    yield shown
    for page in pages:
        assert page.problems == []  # type: ignore[attr-defined]
        page.context.close()


def address(name: str) -> str:
    return (HTML / name).as_uri()


def violations(page: Page, rules: list[str] = RULES) -> list[str]:
    page.evaluate("document.fonts.ready")
    found = Axe().run(
        page, options={"runOnly": rules, "resultTypes": ["violations"], "preload": False, "selectors": False}
    )
    return [
        f"{item['id']}: {node['html'][:160]} ({node.get('failureSummary', '').splitlines()[-1].strip()})"
        for item in found.response["violations"]
        for node in item["nodes"][:3]
    ]


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (WIDE, "light"),
        *(pytest.param(*other, marks=SAME_RULES) for other in [(WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")]),
    ],
)
def test_axe_finds_nothing_on_any_page(show: Show, width: int, scheme: str) -> None:
    page, found = show("index.html", width, scheme), {}
    for path in PAGES:
        page.goto(path.as_uri() + CHOICE.get(path.name, ""))
        if (width, scheme) == (WIDE, "light"):
            page.evaluate(LEAVE_ROWS)
        found[path.name] = violations(page, RULES if scheme == "light" else COLOUR_RULES)
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_axe_finds_nothing_with_the_menu_and_all_folds_open(show: Show) -> None:
    page = show("aanbevelingen.html", NARROW)
    page.click(".menuknop")
    page.evaluate("document.querySelectorAll('details').forEach((item) => { item.open = true; })")
    assert violations(page) == []


def test_axe_and_a_request_elsewhere_bite(browser: Browser) -> None:
    page = opened(browser, bypass_csp=True)
    page.goto(address("index.html"))
    page.add_style_tag(content="article p { color: #bbb }")
    page.evaluate("document.querySelector('.zoeken label').remove(); document.querySelector('input').placeholder = ''")
    assert {line.split(":")[0] for line in violations(page)} >= {"color-contrast", "label"}
    page.evaluate("document.body.append(Object.assign(new Image(), { src: 'http://localhost:9/x.png' }))")
    page.wait_for_timeout(300)
    assert page.problems  # type: ignore[attr-defined]


@pytest.mark.parametrize("zoom", one_of_a_kind([1, 2]), ids=["plain", "text at 200%"])
def test_no_page_scrolls_sideways_on_a_narrow_screen(show: Show, zoom: int) -> None:
    page, wide = show("index.html", NARROW * zoom), {}
    for path in PAGES:
        page.goto(path.as_uri())
        page.evaluate(f"document.documentElement.style.fontSize = '{zoom * 106.25}%'")
        wide[path.name] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert {name: extra for name, extra in wide.items() if extra > 0} == {}


def test_all_rows_of_a_table_have_letters_of_one_size(show: Show) -> None:
    page = show()
    sizes = """[...document.querySelectorAll('article table')].map((table) => (
      [...new Set([...table.querySelectorAll('tbody > tr > td')].map((cell) => getComputedStyle(cell).fontSize))]))"""
    for path in PAGES:
        page.goto(path.as_uri())
        assert [found for found in page.evaluate(sizes) if len(found) > 1] == [], path.name


def test_a_narrow_screen_gets_drawings_of_its_own_that_fit(show: Show) -> None:
    page, seen = show("index.html", NARROW), 0
    drawings = """[...document.querySelectorAll('figure img')].map((image) => {
      const frame = image.closest('.figuur'); return [image.currentSrc, frame.scrollWidth - frame.clientWidth]; })"""
    for path in PAGES:
        page.goto(path.as_uri())
        for source, extra in page.evaluate(drawings):
            assert source.endswith("-smal.svg"), source
            assert extra <= 0, source
            seen += 1
    assert seen > 5


def test_the_interface_is_dutch_when_the_scripts_have_run(show: Show) -> None:
    page = show()
    script = """() => {
      const names = ["aria-label", "title", "placeholder", "alt"];
      const labels = [...document.querySelectorAll("*")].flatMap((tag) => names.map((name) => tag.getAttribute(name)));
      const copy = document.body.cloneNode(true);
      copy.querySelectorAll("#inhoud article > section:not(#zoeken), script, #zoekresultaten").forEach((tag) => tag.remove());
      return [...labels.filter(Boolean), ...copy.innerText.split("\\n")];
    }"""
    search = address("search.html")
    for shown in [*(path.as_uri() for path in PAGES), f"{search}?q=docetnen", f"{search}?q=xyzzy"]:
        page.goto(shown)
        assert [text for text in page.evaluate(script) if ENGLISH.search(text)] == [], shown
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
    behind = menu[1 + page.locator(".hoofdstukken h2 + ul").first.locator("a").count() :]
    is_behind = [name in behind for name in found]
    assert is_behind == sorted(is_behind)
    assert len(set(is_behind)) == 2


def test_searching_forgives_a_typo(show: Show) -> None:
    page = show()
    for typed, meant in {"docetnen": "docenten", "leermidelen": "leermiddelen"}.items():
        found = results(page, typed)
        said = page.inner_text("#zoekstand")
        assert f"“{meant}”" in said
        assert f"“{typed}”" in said, "who meant what was typed sees that it is not there"
        assert found == results(page, meant) != []


def test_searching_offers_what_is_near(show: Show) -> None:
    page = show()
    assert results(page, "docentendroom") == []
    near = page.locator("#zoeknabij a")
    assert "docenten" in near.all_inner_texts()
    near.first.click()
    page.locator("#zoekresultaten a").first.wait_for()
    assert results(page, "docenten") == results(page, "docenten xyzzy"), "what has most of the words"
    assert "Geen plek heeft al uw woorden" in page.inner_text("#zoekstand")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """A test prints nothing."""


def test_searching_works_in_a_folder_of_a_server(show: Show) -> None:
    handler = functools.partial(QuietHandler, directory=str(HTML.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = show()
        page.goto(f"http://127.0.0.1:{server.server_port}/html/index.html")
        assert results(page, "laaggeletterd")
        server.shutdown()


def test_the_skip_link_comes_first_and_leads_to_the_text(show: Show) -> None:
    page = show("sector-mbo.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Direct naar de inhoud"
    assert page.locator(".sprong").bounding_box()["width"] > 100  # type: ignore[index]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_keyboard_reaches_everything_and_focus_shows(show: Show, width: int) -> None:
    page = show("aanbevelingen.html", width, reduced_motion="reduce")
    wanted = page.evaluate(
        """[...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")].filter((tag) =>
             tag.checkVisibility()).length"""
    )
    seen = 0
    for _ in range(wanted + 5):
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
        if state is None:
            break
        assert state[1], state[0]
        seen += 1
    assert seen == wanted


def test_the_contents_stand_beside_the_text_and_follow_it(show: Show) -> None:
    page = show("sector-mbo.html", reduced_motion="reduce")
    contents, text = page.locator(".opdezepagina"), page.locator("article")
    links = contents.locator("a")
    assert links.count() > 2
    assert not contents.locator("summary").is_visible(), "there is no box to open"
    assert contents.bounding_box()["x"] >= text.bounding_box()["x"] + text.bounding_box()["width"]  # type: ignore[index]
    for number in range(links.count()):
        links.nth(number).click()
        page.locator(f".opdezepagina li:nth-child({number + 1}) a[aria-current=location]").wait_for()
        assert contents.locator("[aria-current]").count() == 1
        assert links.nth(number).bounding_box()["y"] < 900, "it is in sight"  # type: ignore[index]


@pytest.mark.parametrize("width", one_of_a_kind([WIDE, 1100, 1600]))
def test_the_text_stands_in_the_middle_of_its_room(show: Show, width: int) -> None:
    page = show(width=width)
    for name in ("index.html", "search.html"):
        page.goto(address(name))
        room, text = (page.locator(part).bounding_box() for part in (".midden", "article"))
        assert room and text
        left, right = text["x"] - room["x"], room["x"] + room["width"] - text["x"] - text["width"]
        assert abs(left - right) < 2


def test_the_contents_are_a_box_on_a_narrower_screen(show: Show) -> None:
    page = show("sector-mbo.html", WIDE - 1)
    assert not page.locator(".opdezepagina a").first.is_visible()
    page.locator(".opdezepagina summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".opdezepagina a").first.is_visible()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_page_leads_to_both_pdfs_and_says_who_made_it_and_whom_to_ask(path: Path) -> None:
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    foot = page.select_one("footer")
    assert foot
    papers = [str(link["href"]) for link in foot.select("a[href$='.pdf']")]
    assert papers == ["../report.pdf", "../summary.pdf"]
    assert all((path.parent / paper).is_file() for paper in papers)
    assert page.select_one("header a[href='../report.pdf']")
    for part in ("stand van 2026", "Gemaakt door na-report, naar", "Een vraag", "Nationaal Agentschap"):
        assert part in foot.get_text()


def test_the_menu_of_a_narrow_screen_works_by_keyboard_and_without_scripts_is_open(show: Show) -> None:
    page = show("index.html", NARROW)
    menu = page.locator("#hoofdstukken")
    assert not menu.is_visible()
    page.locator(".menuknop").focus()
    page.keyboard.press("Enter")
    assert menu.is_visible()
    assert page.get_attribute(".menuknop", "aria-expanded") == "true"
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
