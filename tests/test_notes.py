"""What a mark in the text tells: by pointer, keyboard and finger, and without a script a plain link."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from conftest import soup
from playwright.sync_api import expect
from screens import BESIDE, HTML, NARROW, PAGES, WIDE, Show, violations

from na_report.screen.notes import gathered, notes_of

pytestmark = pytest.mark.book

MARKS = "article :is(.herkomst, .opmerking, .waarde) a"
BOX = ".noot:popover-open"


def test_every_mark_of_the_book_has_something_to_tell_and_says_what_it_is() -> None:
    written = (HTML / "_static" / "notes-data.js").read_text(encoding="utf-8")
    notes = json.loads(written.removeprefix("const NOTES = ").rstrip(";\n"))
    seen, names = 0, set()
    for path in PAGES:
        for link in soup(path).select(MARKS):
            href = str(link["href"])
            [(name, told), *_] = notes[f"{path.name}{href}" if href.startswith("#") else href]
            assert name == "" and len(told) > 2, href
            if not re.search(r"\w", link.get_text()):
                names.add(link.get("aria-label"))
            seen += 1
    assert seen > 100
    assert names == {"Waar dit op rust", "Opmerking"}


def test_a_note_tells_the_row_its_source_and_its_caveats() -> None:
    pages = {
        "t.html": '<p><span class="waarde"><a href="b.html#x1">3</a></span>'
        '<span class="opmerking"><a href="c.html#k1">*</a></span></p>',
        "a.html": '<table class="filterbaar"><thead><tr><th>Nr.</th><th><span class="keuze">Soort</span></th></tr></thead>'
        '<tbody><tr><th data-kolom="Nr."><a href="b.html#x1">X1</a></th><td data-kolom="Wat">Lengte '
        '<span class="grondslag">In cm</span></td><td data-kolom="Soort">Maat</td><td data-kolom="Bron">CBS, p. 3</td>'
        "</tr></tbody></table>",
        "b.html": '<table><tbody><tr><th data-kolom="Nr."><span id="x1">X1</span></th>'
        '<td data-kolom="Wat">Lang. <a href="c.html#k1">K1</a></td></tr></tbody></table>',
        "c.html": '<table><tbody><tr><th data-kolom="Nr."><span id="k1">K1</span></th><td data-kolom="Wat">Grof gemeten.</td>'
        '<td data-kolom="Over"><a href="b.html#x1">X1</a></td></tr></tbody></table>',
    }
    made = gathered(notes_of(name, BeautifulSoup(page, "html.parser")) for name, page in pages.items())
    assert made == {
        "b.html#x1": [("", "Lengte. In cm"), ("Bron", "CBS, p. 3"), ("!", "Grof gemeten.")],
        "c.html#k1": [("", "Grof gemeten.")],
    }


def test_a_pointer_opens_the_note_can_move_into_it_and_leaves_it(show: Show) -> None:
    page = show("sector-mbo.html")
    mark, box = page.locator(MARKS).first, page.locator(BOX)
    mark.hover()
    expect(box).to_be_visible()
    assert "Bron" in box.inner_text()
    assert mark.get_attribute("aria-describedby") == "noot-tekst"
    box.hover()
    page.wait_for_timeout(600)
    expect(box).to_be_visible()  # it stays as long as the pointer is on it
    page.mouse.move(5, 5)
    expect(box).to_have_count(0)


def test_the_keyboard_opens_a_note_escape_closes_it_and_enter_leads_on(show: Show) -> None:
    page = show("sector-mbo.html")
    mark, box = page.locator(MARKS).first, page.locator(BOX)
    page.locator("article h1 a").first.focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if mark.evaluate("mark => document.activeElement === mark"):
            break
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    assert mark.evaluate("mark => document.activeElement === mark")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") != "noot-meer", "a note adds no stops"
    page.keyboard.press("Shift+Tab")
    expect(box).to_be_visible()
    target = str(mark.get_attribute("href"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(target) + "$"))


def test_a_finger_opens_a_note_first_and_follows_its_link_then_and_without_scripts_at_once(show: Show) -> None:
    page = show("sector-mbo.html", NARROW, has_touch=True)
    mark, box = page.locator(MARKS).first, page.locator(BOX)
    target, before = str(mark.get_attribute("href")), page.url
    mark.tap()
    expect(box).to_be_visible()
    assert page.url == before
    place = box.bounding_box()
    assert place and 0 <= place["x"] <= NARROW - place["width"]
    box.locator("a").tap()
    page.wait_for_url(re.compile(re.escape(target) + "$"))
    plain = show("sector-mbo.html", java_script_enabled=False)
    plain.locator(MARKS).first.click()
    assert plain.url.endswith(target)


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_axe_finds_nothing_in_an_open_note(show: Show, width: int, scheme: str) -> None:
    page = show("koploper.html", width, scheme)
    page.locator(".waarde a").first.hover()
    expect(page.locator(BOX)).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(BESIDE) <= 0
