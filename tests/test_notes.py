"""What a mark in the text tells: by pointer, keyboard and finger, and without a script a plain link."""

import json
import re

import pytest
from conftest import soup
from docutils import nodes
from docutils.core import publish_doctree
from myst_parser.parsers.docutils_ import Parser
from playwright.sync_api import expect
from screens import BESIDE, HTML, NARROW, PAGES, WIDE, Show, violations

from na_report.screen.notes import gathered, notes_of
from na_report.screen.translator import mend_table

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
        "t.html": "[[3](b.html#x1)]{.waarde}[[*](c.html#k1)]{.opmerking}",
        "a.html": "```{table} Alles.\n:class: filterbaar\n:name: tab-x\n\n"
        "| Nr. | Wat | [Soort]{.keuze} | Bron |\n|--|--|--|--|\n"
        "| [X1](b.html#x1) | Lengte [In cm]{.grondslag} | Maat | CBS, p. 3 |\n```",
        "b.html": "| Nr. | Wat |\n|--|--|\n| [X1]{#x1} | Lang. [K1](c.html#k1) |",
        "c.html": "| Nr. | Wat | Over |\n|--|--|--|\n| [K1]{#k1} | Grof gemeten. | [X1](b.html#x1) |",
    }
    options = {"myst_enable_extensions": ["attrs_inline"], "myst_all_links_external": True}
    trees = {name: publish_doctree(text, parser=Parser(), settings_overrides=options) for name, text in pages.items()}
    for table in (table for tree in trees.values() for table in tree.findall(nodes.table)):
        mend_table(table)
    made = gathered(notes_of(name, tree) for name, tree in trees.items())
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
