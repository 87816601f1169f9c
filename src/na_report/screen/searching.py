"""The text of the book per section, for the search page: a script, so that searching works from a folder too."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bs4 import Tag
from bs4.element import NavigableString

_HEADINGS = ("h1", "h2", "h3", "h4")
# What stands apart from what follows, without a space between them in the markup.
_SPACED = ("td", "th", "li", "p", "caption")
_USELESS = ("script", "style", "svg")
# A table to look things up in repeats what the book says elsewhere, and its filters say nothing.
_USELESS_CLASSES = {"headerlink", "meenemen", "filterblok", "filterbaar", "herkomst"}


@dataclass(frozen=True)
class Place:
    """A section that a reader can find.

    Args:
        page: The title of its page.
        title: Its own title.
        address: Page and anchor.
        text: What it says, without the text of sections inside it.
        part: The part of the book that its page is in.
    """

    page: str
    title: str
    address: str
    text: str
    part: str = ""


def places(name: str, article: Tag, part: str = "") -> list[Place]:
    """Returns the sections of a page in their order.

    Args:
        name: The file name of the page.
        article: Its text.
        part: The part of the book that it is in.

    Example:
        >>> from bs4 import BeautifulSoup
        >>> inner = '<section id="b"><h2>B</h2><p>Twee.</p></section>'
        >>> page = BeautifulSoup(f'<section id="a"><h1>A</h1><p>Een.</p>{inner}</section>', "html.parser")
        >>> [(place.title, place.address, place.text) for place in places("a.html", page)]
        [('A', 'a.html', 'Een.'), ('B', 'a.html#b', 'Twee.')]
    """
    found: list[_Section] = []
    _collect(article, [], found)
    made = [(" ".join("".join(part).split()) for part in (section.title, section.text)) for section in found]
    addresses = [name, *(f"{name}#{section.anchor}" for section in found[1:])]
    texts = [(title, address, text) for (title, text), address in zip(made, addresses, strict=False)]
    page = texts[0][0] if texts else ""
    return [Place(page, title, address, text, part) for title, address, text in texts if title]


@dataclass
class _Section:
    """What a section says, in pieces."""

    anchor: str
    title: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def _collect(tag: Tag, pieces: list[str], found: list[_Section], section: _Section | None = None) -> None:
    """Adds the text of a tag to the pieces of its section; a section inside it gets pieces of its own.

    Args:
        tag: Where to look.
        pieces: Where its text goes.
        found: The sections so far.
        section: The section that the tag is, so that its heading becomes the title.
    """
    for child in tag.children:
        if not isinstance(child, Tag):
            if type(child) is NavigableString:  # no comment
                pieces.append(child)
        elif child.name == "section" and child.get("id"):
            found.append(_Section(str(child["id"])))
            _collect(child, found[-1].text, found, found[-1])
        elif section is not None and child.name in _HEADINGS and not section.title:
            _collect(child, section.title, found)
        elif not _is_useless(child):
            _collect(child, pieces, found)
            if child.name in _SPACED:
                pieces.append(" ")


def _is_useless(tag: Tag) -> bool:
    """Tells whether a tag says nothing to search for, or repeats what the book says elsewhere."""
    return tag.name in _USELESS or not _USELESS_CLASSES.isdisjoint(tag.get("class") or ())


def write_places(target: Path, found: Iterable[Place]) -> None:
    """Writes sections as a script that defines `SEARCH_PLACES`."""
    data = json.dumps([asdict(place) for place in found], ensure_ascii=False, separators=(",", ":"))
    target.write_text(f"const SEARCH_PLACES = {data};\n", encoding="utf-8")
