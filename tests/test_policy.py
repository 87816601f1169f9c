"""Pages allow nothing inline and nothing from elsewhere, and work under that policy; references can be copied."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from playwright.sync_api import Browser, Page, expect
from test_browser import HTML, NARROW, PAGES, WIDE, violations

from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.book.site import front

pytestmark = pytest.mark.book

BLOCKED = """window.geweigerd = [];
document.addEventListener("securitypolicyviolation", (event) => window.geweigerd.push(event.violatedDirective));"""


def inline(html: BeautifulSoup) -> list[str]:
    """What the policy would refuse, or what asks another site for something."""
    found = [
        str(tag)[:80] for tag in html.select("style, script:not([src])") if tag.get("type") != "application/ld+json"
    ]
    for tag in html.find_all(True):
        found += [f"{tag.name} {name}" for name in tag.attrs if name == "style" or name.startswith("on")]
    for tag in html.select("[src], link[href], form[action], object, iframe, embed"):
        address = str(tag.get("src") or tag.get("href") or tag.get("action") or "")
        if tag.name in ("object", "iframe", "embed") or re.match(r"[a-z]+:|//", address):
            found.append(f"{tag.name} {address}")
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


@pytest.mark.parametrize(
    "bad",
    ["<p style='color:red'>", "<a onclick='x()'>", "<script>x()</script>", "<img src='//a.org/x.png'>", "<iframe>"],
)
def test_something_inline_or_from_elsewhere_is_found(bad: str) -> None:
    assert inline(BeautifulSoup(bad, "html.parser"))


def watched(browser: Browser, **options: object) -> Page:
    """A page that remembers what its policy refused."""
    context = browser.new_context(viewport={"width": WIDE, "height": 900}, **options)  # type: ignore[arg-type]
    context.add_init_script(BLOCKED)
    return context.new_page()


def test_all_pages_work_under_their_policy(browser: Browser) -> None:
    page = watched(browser)
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    for name in [*(path.name for path in PAGES), "search.html?q=docenten"]:
        page.goto(f"{HTML.as_uri()}/{name}")
        state = page.evaluate(
            """document.fonts.ready.then((fonts) => [window.geweigerd, document.documentElement.className,
               [...fonts].some((font) => font.status === "loaded"),
               getComputedStyle(document.querySelector(".kop")).backgroundColor,
               document.querySelector(".weergave").hidden])"""
        )
        assert state == [[], "js", True, "rgb(11, 61, 99)", False], name
    assert messages == []
    assert page.locator("#zoekresultaten a").count() > 0
    page.context.close()


def test_the_policy_refuses_what_is_put_in_a_page(browser: Browser) -> None:
    page = watched(browser)
    page.goto(f"{HTML.as_uri()}/index.html")
    page.evaluate(
        """() => { const box = document.createElement("p"); box.innerHTML = "<b style='color:red'>x</b>";
          const script = document.createElement("script"); script.textContent = "window.binnen = true";
          document.body.append(box, script, Object.assign(new Image(), { src: "http://localhost:9/x.png" }));
          return new Promise((done) => setTimeout(done, 300)); }"""
    )
    refused = set(page.evaluate("window.geweigerd"))
    assert refused == {"style-src-attr", "script-src-elem", "img-src"}
    assert page.evaluate("window.binnen") is None
    page.context.close()


def fold(page: Page) -> None:
    """Opens the reference under the first figure of the page, by keyboard."""
    page.locator("figure").first.wait_for()
    page.locator(".verwijs summary").first.focus()
    page.keyboard.press("Enter")


def test_a_reference_is_copied_by_keyboard_and_the_reader_hears_it(browser: Browser) -> None:
    page = watched(browser, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{HTML.as_uri()}/koploper.html")
    fold(page)
    for _ in range(3):  # the link, its button, the button of APA
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Kopieer APA"
    page.keyboard.press("Enter")
    expect(page.locator("#melding")).to_have_text("APA is gekopieerd.")
    text = page.locator(".verwijs dd > span").first.text_content()
    assert page.evaluate("navigator.clipboard.readText()") == text
    page.context.close()


def test_who_can_not_copy_hears_so_and_finds_the_text_selected(browser: Browser) -> None:
    page = watched(browser)
    page.goto(f"{HTML.as_uri()}/koploper.html")
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false"
    )
    fold(page)
    page.locator(".verwijs .kopieer").nth(1).click()
    expect(page.locator("#melding")).to_contain_text("Kopiëren lukt niet")
    assert page.evaluate("getSelection().toString()").startswith("na-report contributors")
    page.context.close()


def test_a_reference_opens_without_scripts_and_shows_no_dead_button(browser: Browser) -> None:
    page = watched(browser, java_script_enabled=False)
    page.goto(f"{HTML.as_uri()}/koploper.html")
    page.locator(".verwijs summary").first.click()
    assert page.locator(".verwijs pre").first.is_visible()
    assert page.locator(".kopieer").count() == 0
    page.context.close()


def test_axe_finds_nothing_in_an_open_reference(browser: Browser) -> None:
    page = watched(browser, color_scheme="dark")
    page.set_viewport_size({"width": NARROW, "height": 900})
    page.goto(f"{HTML.as_uri()}/koploper.html")
    page.evaluate("document.querySelectorAll('details').forEach((item) => { item.open = true; })")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.context.close()


def test_the_pages_follow_the_settings_of_the_computer(browser: Browser) -> None:
    page = watched(browser, forced_colors="active", reduced_motion="reduce")
    page.goto(f"{HTML.as_uri()}/index.html")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    ink, border = page.evaluate(
        """["body", ".kader"].map((name) => document.querySelector(name)).map((tag, at) =>
             at ? getComputedStyle(tag).borderTopColor : getComputedStyle(tag).color)"""
    )
    assert ink == border, "boxes have an edge in the colours that the reader chose"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.context.close()


def test_the_accessibility_page_tells_the_widths_of_the_tests() -> None:
    html = (HTML / "toegankelijkheid.html").read_text(encoding="utf-8")
    assert f"({WIDE // 1000}.{WIDE % 1000} pixels)" in html
    assert f"({NARROW} pixels" in html


def test_the_front_page_of_the_site_allows_nothing() -> None:
    html = BeautifulSoup(front(Book(Project(ROOT), "2021", "nl")), "html.parser")
    assert html.select("meta[http-equiv=Content-Security-Policy]")[0]["content"] == "default-src 'none'"
    assert inline(html) == []
