"""Pages allow nothing inline and nothing from elsewhere, and work under that policy; references can be copied."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, soup
from playwright.sync_api import expect
from screens import BESIDE, NARROW, PAGES, WIDE, Show, address, violations

from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.book.site import front

pytestmark = pytest.mark.book


def test_the_policy_comes_first_on_every_page_and_allows_nothing_inline() -> None:
    for path in PAGES:
        [policy] = soup(path).select("[http-equiv]")
        assert policy["http-equiv"] == "Content-Security-Policy"
        assert "default-src 'none'" in policy["content"] and "unsafe" not in policy["content"]
        before = [str(tag) for tag in policy.find_previous_siblings()]
        assert before == ['<meta charset="utf-8"/>'], "what stands before the policy is not under it"
    [policy, _] = BeautifulSoup(front(Book(Project(ROOT), "2021", "nl")), "html.parser").select("[http-equiv]")
    assert policy["content"] == "default-src 'none'"


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
