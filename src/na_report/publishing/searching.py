"""The text of the book per section, for the search page: a script, so that searching works from a folder too."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from bs4 import BeautifulSoup, Tag


@dataclass(frozen=True)
class Place:
    """A section that a reader can find.

    Args:
        page: The title of its page.
        title: Its own title.
        address: Page and anchor.
        text: What it says, without the text of sections inside it.
    """

    page: str
    title: str
    address: str
    text: str


def places(name: str, article: Tag) -> list[Place]:
    """Returns the sections of a page in their order.

    Args:
        name: The file name of the page.
        article: Its text.

    Example:
        >>> inner = '<section id="b"><h2>B</h2><p>Twee.</p></section>'
        >>> page = BeautifulSoup(f'<section id="a"><h1>A</h1><p>Een.</p>{inner}</section>', "html.parser")
        >>> [(place.title, place.address, place.text) for place in places("a.html", page)]
        [('A', 'a.html', 'Een.'), ('B', 'a.html#b', 'Twee.')]
    """
    # A copy, because sections are taken out of it from the inside to the outside.
    copy = BeautifulSoup(str(article), "html.parser")
    # A table to look things up in repeats what the book says elsewhere, and its filters say nothing.
    for useless in copy.select("a.headerlink, .meenemen, script, style, svg, .filterblok, table.filterbaar"):
        useless.decompose()
    found = []
    sections = copy.select("section[id]")
    for section in reversed(sections):
        heading = section.find(["h1", "h2", "h3", "h4"], recursive=False)
        title = " ".join(heading.extract().get_text().split()) if isinstance(heading, Tag) else ""
        for cell in section.select("td, th, li, p, caption"):
            cell.append(" ")
        text = " ".join(section.get_text().split())
        address = name if section is sections[0] else f"{name}#{section['id']}"
        found.append((title, address, text))
        section.decompose()
    found.reverse()
    page = found[0][0] if found else ""
    return [Place(page, title, address, text) for title, address, text in found if title]


def write_places(target: Path, found: Iterable[Place]) -> None:
    """Writes sections as a script that defines `SEARCH_PLACES`."""
    data = json.dumps([asdict(place) for place in found], ensure_ascii=False, separators=(",", ":"))
    target.write_text(f"const SEARCH_PLACES = {data};\n", encoding="utf-8")
