"""Pages allow nothing inline and nothing from elsewhere, and work under that policy; references can be copied."""

import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from playwright.sync_api import expect
from screens import BESIDE, NARROW, PAGES, WIDE, Show, address, violations

from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.book.site import front

pytestmark = pytest.mark.book


def inline(html: BeautifulSoup) -> list[str]:
    """What the policy would refuse, or what asks another site for something."""
    found = [str(tag) for tag in html.select("style, script:not([src])") if tag.get("type") != "application/ld+json"]
    for tag in html.find_all(True):
        found += [f"{tag.name} {name}" for name in tag.attrs if name == "style" or name.startswith("on")]
    for tag in html.select("[src], link[href], form[action], object, iframe, embed"):
        where = str(tag.get("src") or tag.get("href") or tag.get("action") or "")
        if tag.name in ("object", "iframe", "embed") or re.match(r"[a-z]+:|//", where):
            found.append(f"{tag.name} {where}")
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_holds_nothing_inline_and_asks_no_other_site(path: Path) -> None:
    html = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    [policy] = html.select("meta[http-equiv=Content-Security-Policy]")
    assert "default-src 'none'" in str(policy["content"])
    assert "unsafe" not in str(policy["content"])
    before = [str(tag) for tag in policy.find_previous_siblings()]
    assert before == ['<meta charset="utf-8"/>'], "what stands before the policy is not under it"
    assert inline(html) == []


def test_something_inline_or_from_elsewhere_is_found_and_the_front_page_of_the_site_has_none() -> None:
    for bad in (
        "<p style='color:red'>",
        "<a onclick='x()'>",
        "<script>x()</script>",
        "<img src='//a.org/x'>",
        "<iframe>",
    ):
        assert inline(BeautifulSoup(bad, "html.parser")), bad
    html = BeautifulSoup(front(Book(Project(ROOT), "2021", "nl")), "html.parser")
    assert html.select("meta[http-equiv=Content-Security-Policy]")[0]["content"] == "default-src 'none'"
    assert inline(html) == []


def test_all_pages_work_under_their_policy(show: Show) -> None:
    page = show()
    for name in [*(path.name for path in PAGES), "search.html?q=docenten"]:
        page.goto(address(name))
        state = page.evaluate(
            """document.fonts.ready.then((fonts) => [document.documentElement.className,
               [...fonts].some((font) => font.status === "loaded"),
               getComputedStyle(document.querySelector(".kop")).backgroundColor,
               document.querySelector(".weergave").hidden])"""
        )
        assert state == ["js", True, "rgb(11, 61, 99)", False], name
    assert page.locator("#zoekresultaten a").count() > 0


@pytest.mark.parametrize("allowed", [True, False])
def test_a_reference_is_copied_by_keyboard_or_selected_and_the_reader_hears_it(show: Show, allowed: bool) -> None:
    options: dict[str, Any] = {"permissions": ["clipboard-read", "clipboard-write"]} if allowed else {}
    page = show("koploper.html", **options)
    if not allowed:
        page.evaluate(
            "Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false"
        )
    page.locator(".verwijs summary").first.focus()
    page.keyboard.press("Enter")
    for _ in range(3):  # the link, its button, the button of APA
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Kopieer APA"
    page.keyboard.press("Enter")
    expect(page.locator("#melding")).to_contain_text("APA is gekopieerd." if allowed else "Kopiëren lukt niet")
    found = page.evaluate("navigator.clipboard.readText()" if allowed else "getSelection().toString()")
    assert page.locator(".verwijs dd > span").first.text_content() == found


def test_a_reference_opens_without_scripts_and_shows_no_dead_button(show: Show) -> None:
    page = show("koploper.html", java_script_enabled=False)
    page.locator(".verwijs summary").first.click()
    assert page.locator(".verwijs pre").first.is_visible()
    assert page.locator(".kopieer").count() == 0


def test_axe_finds_nothing_in_an_open_reference(show: Show) -> None:
    page = show("koploper.html", NARROW, "dark")
    page.evaluate("document.querySelectorAll('details').forEach((item) => { item.open = true; })")
    assert violations(page) == []
    assert page.evaluate(BESIDE) <= 0


def test_the_pages_follow_the_settings_of_the_computer_and_the_accessibility_page_tells_the_widths(show: Show) -> None:
    page = show("toegankelijkheid.html", forced_colors="active", reduced_motion="reduce")
    text = page.inner_text("article")
    assert f"({WIDE // 1000}.{WIDE % 1000} pixels)" in text and f"({NARROW} pixels" in text
    page.goto(address("index.html"))
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    ink, border = page.evaluate(
        """["body", ".kader"].map((name) => document.querySelector(name)).map((tag, at) =>
             at ? getComputedStyle(tag).borderTopColor : getComputedStyle(tag).color)"""
    )
    assert ink == border, "boxes have an edge in the colours that the reader chose"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
