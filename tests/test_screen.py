"""Pages on the screen: what a mark tells by pointer, keyboard and finger, and figures that are dark when the page is."""

import io
import json
import re

import pytest
from conftest import cases, wait
from docutils import nodes
from docutils.core import publish_doctree
from matplotlib.colors import to_rgb
from myst_parser.parsers.docutils_ import Parser
from PIL import Image
from playwright.sync_api import Page, expect
from screens import BESIDE, HTML, MARKS, NARROW, NOTE, OPEN_FOLDS, WIDE, Show, address, violations, written

from na_report.base import colours
from na_report.base.colours import DARK
from na_report.screen.dark_figures import darkened, is_dark_too
from na_report.screen.said import gathered, notes_of
from na_report.screen.translator import mend_table

pytestmark = pytest.mark.book

PAPER = DARK["#ffffff"]


def test_every_mark_of_the_book_has_something_to_tell_and_says_what_it_is() -> None:
    data = (HTML / "_static" / "notes-data.js").read_text(encoding="utf-8")
    notes = json.loads(data.removeprefix("const NOTES = ").rstrip(";\n"))
    seen, names = 0, set()
    for page, text in written().items():
        for link in text.select(MARKS):
            href = str(link["href"])
            [(name, told), *_] = notes[f"{page}{href}" if href.startswith("#") else href]
            assert name == "" and len(told) > 2, href
            if not re.search(r"\w", link.get_text()):
                names.add(link.get("aria-label"))
            seen += 1
    assert seen > 100
    assert names == {"Waar dit op rust", "Opmerking"}


def test_a_note_tells_the_row_its_source_and_its_caveats() -> None:
    pages, notes = cases("notes").values()
    options = {"myst_enable_extensions": ["attrs_inline"], "myst_all_links_external": True}
    trees = {name: publish_doctree(text, parser=Parser(), settings_overrides=options) for name, text in pages.items()}
    for table in [table for tree in trees.values() for table in tree.findall(nodes.table)]:
        mend_table(table)
    made = gathered(notes_of(name, tree) for name, tree in trees.items())
    assert {mark: [list(line) for line in lines] for mark, lines in made.items()} == notes


def test_a_pointer_opens_the_note_can_move_into_it_and_leaves_it(show: Show) -> None:
    page = show("sector-mbo.html")
    mark, box = page.locator(MARKS).first, page.locator(NOTE)
    mark.hover()
    expect(box).to_contain_text("Bron")
    expect(box).to_contain_text("Opmerking: Paragraaf 2.1.3")  # a script has its words from the page
    expect(box).not_to_contain_text("undefined")
    expect(mark).to_have_attribute("aria-describedby", "noot-tekst")
    box.hover()
    page.wait_for_timeout(600)
    expect(box).to_be_visible()  # it stays as long as the pointer is on it
    page.mouse.move(5, 5)
    expect(box).to_have_count(0)


def test_the_keyboard_opens_a_note_escape_closes_it_and_enter_leads_on(show: Show) -> None:
    page = show("sector-mbo.html")
    mark, box = page.locator(MARKS).first, page.locator(NOTE)
    page.locator("article h1 a").first.focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if mark.evaluate("mark => document.activeElement === mark"):
            break
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
    page = show("sector-mbo.html", NARROW, has_touch=True)
    mark, box = page.locator(MARKS).first, page.locator(NOTE)
    target, before = str(mark.get_attribute("href")), page.url
    mark.tap()
    expect(box).to_be_visible()
    assert page.url == before
    place = box.bounding_box()
    assert place and 0 <= place["x"] <= NARROW - place["width"]
    box.locator("a").tap()
    page.wait_for_url(re.compile(re.escape(target) + "$"))


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_axe_finds_nothing_in_an_open_note_and_an_open_reference(show: Show, width: int, scheme: str) -> None:
    page = show("koploper.html", width, scheme)
    page.evaluate(OPEN_FOLDS)
    page.locator(".waarde a").first.hover()
    expect(page.locator(NOTE)).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(BESIDE) <= 0


def luminance(colour: str) -> float:
    """How light a colour is, as WCAG defines it."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_what_figures_are_drawn_and_written_in_stands_out_by_day_and_in_the_dark() -> None:
    assert min(contrast(colour, colours.WHITE) for colour in (colours.INK, colours.SOFT, *colours.COLOURS)) >= 4.5
    for colour, dark in DARK.items():
        if contrast(colour, "#ffffff") >= 4.5:  # text, or what text stands on
            assert contrast(dark, PAPER) >= 4.5, colour
    assert contrast(DARK[colours.INK], DARK[colours.PALE]) >= 4.5
    assert contrast(DARK[colours.LINE], PAPER) >= 3


def test_a_drawing_in_other_colours_or_dark_already_stays_as_it_is() -> None:
    own = '<svg><style>*{}</style><path style="fill: #ffffff"/><path style="fill: #fe0000"/></svg>'
    ours = darkened(own.replace("#fe0000", colours.BLUE))
    assert is_dark_too(ours)
    assert (darkened(own), darkened(ours)) == (own, ours)


def corner(page: Page) -> str:
    picture = page.locator(".figuur img").first.screenshot()
    pixel = Image.open(io.BytesIO(picture)).convert("RGB").getpixel((4, 4))
    return "#" + "".join(f"{part:02x}" for part in pixel)  # type: ignore[union-attr]


def test_pages_and_their_figures_are_dark_as_the_system_and_the_button_say_and_the_next_page_remembers(
    show: Show,
) -> None:
    page = show("koploper.html", scheme="dark")
    body, button = page.locator("body"), page.locator("[data-weergave-knop]")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    assert wait(lambda: corner(page) == PAPER)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(body).not_to_have_css("background-color", dark)
    assert wait(lambda: corner(page) == "#ffffff")
    light = page.evaluate(background)
    page.goto(address("inleiding.html"))
    expect(body).to_have_css("background-color", light)
