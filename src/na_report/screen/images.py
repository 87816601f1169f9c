"""Figures on the screen: their size, the drawing for a narrow screen, and the frame around both."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup, Tag

# Where the drawing for a narrow screen takes over; book.css turns rows of tables into blocks at the same width.
NARROW = "(max-width: 47.99rem)"
_SIZE = re.compile(r"\b(width|height): *(\d+)(?:\.\d+)?(px|%)")


def move_size(image: Tag) -> None:
    """Writes the size that an author gave as the browser takes it: a page has no style inside."""
    for name, number, unit in _SIZE.findall(str(image.attrs.pop("style"))):
        image[name] = f"{number}{unit.replace('px', '')}"


def give_size(image: Tag, folder: Path) -> None:
    """Tells the browser the shape of a figure, so that the text does not jump when it arrives."""
    source = folder / str(image["src"])
    start = source.read_text(encoding="utf-8")[:1000] if source.suffix == ".svg" else ""
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', start)
    if size:
        image["width"], image["height"] = (str(round(float(part) * 4 / 3)) for part in size.groups())


def with_narrow(page: BeautifulSoup, image: Tag, folder: Path) -> Tag:
    """Joins a figure with the drawing for a narrow screen, which Sphinx puts below its caption."""
    figure = image.parent
    legend = figure.select_one(".legend") if figure is not None else None
    narrow = legend.select_one("img") if legend is not None else None
    if legend is None or narrow is None:
        return image
    give_size(narrow, folder)
    picture = image.wrap(page.new_tag("picture"))
    source = page.new_tag("source", attrs={"media": NARROW, "srcset": str(narrow["src"])})
    for name in ("width", "height"):
        if name in narrow.attrs:
            source[name] = narrow[name]
    image.insert_before(source)
    legend.decompose()
    return picture


def frame(page: BeautifulSoup, image: Tag, *, is_dark: bool) -> None:
    """Puts a figure in a frame that scrolls where a screen is too narrow for it, and is light where the figure can't be dark."""
    box = image.wrap(page.new_tag("div", attrs={"class": "figuur licht-en-donker" if is_dark else "figuur"}))
    caption = box.find_next_sibling("figcaption")
    figure = box.parent
    if isinstance(caption, Tag) and figure is not None:
        caption["id"] = box["data-titel"] = f"{figure['id']}-titel"
