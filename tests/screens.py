"""Pages of the built book in a browser; the test command builds it first."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

HTML = Path(__file__).resolve().parent.parent / "_build" / "2026" / "nl" / "html"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What can differ between light and dark; the other rules see the same page twice.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
WIDE, NARROW = 1280, 320
Show = Callable[..., Page]


def opened(browser: Browser, width: int = WIDE, scheme: Any = "light", **options: Any) -> Page:
    """A fresh page that keeps each error, what its policy refuses, and each request that fails or leaves the book."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    # What the policy of the page refuses is told there.
    page.on("console", lambda message: problems.append(message.text))
    near = (HTML.as_uri(), "data:", "http://127.0.0.1:")
    page.on("request", lambda asked: asked.url.startswith(near) or problems.append(asked.url))
    # The browser itself gives up on what it asked for when it leaves for the next page.
    page.on("requestfailed", lambda asked: asked.failure == "net::ERR_ABORTED" or problems.append(asked.url))
    page.problems = problems
    return page


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
        assert page.problems == []
        page.context.close()


def address(name: str) -> str:
    return f"{HTML.as_uri()}/{name}"


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
