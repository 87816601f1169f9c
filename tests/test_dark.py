"""Figures in dark mode: colours of their own, as readable as by day, that follow the page and its button."""

import io

import pytest
from bs4 import BeautifulSoup
from matplotlib.colors import to_rgb
from PIL import Image
from playwright.sync_api import Browser, Page
from screens import HTML, PAGES, address, opened

from na_report.base import colours
from na_report.base.colours import DARK
from na_report.screen.dark_figures import darkened, is_dark_too

PAPER = DARK["#ffffff"]


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


@pytest.mark.book
def test_every_figure_of_the_book_is_made_for_dark_mode_and_what_is_downloaded_is_light() -> None:
    seen = 0
    for path in PAGES:
        for frame in BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select(".figuur"):
            assert "licht-en-donker" in frame["class"], path.name
            for tag in frame.select("img, source"):
                drawing = HTML / str(tag.get("src") or tag.get("srcset"))
                assert is_dark_too(drawing.read_text(encoding="utf-8")), drawing.name
                seen += 1
    assert seen > 10
    assert not any(is_dark_too(path.read_text(encoding="utf-8")) for path in HTML.glob("_downloads/*/*.svg"))


def corner(page: Page) -> str:
    picture = page.locator(".figuur img").first.screenshot()
    pixel = Image.open(io.BytesIO(picture)).convert("RGB").getpixel((4, 4))
    return "#" + "".join(f"{part:02x}" for part in pixel)  # type: ignore[union-attr]


@pytest.mark.book
def test_figures_turn_dark_with_the_system_and_with_the_button(browser: Browser) -> None:
    page = opened(browser, scheme="dark")
    page.goto(address("koploper.html"))
    assert corner(page) == PAPER
    page.click("[data-weergave-knop]")
    assert corner(page) == "#ffffff"
