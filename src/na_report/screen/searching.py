"""The text of the book per section, for the search page."""

from collections.abc import Iterator

from bs4 import Tag
from bs4.element import NavigableString

# What stands apart from what follows, without a space between them in the markup.
_SPACED = ("td", "th", "li", "p", "caption")
# A table to look things up in repeats what the book says elsewhere, and its filters say nothing.
_USELESS = {"headerlink", "meenemen", "filterblok", "filterbaar", "herkomst"}


def places(name: str, article: Tag, part: str = "") -> list[dict[str, str]]:
    """Returns the sections of a page with a file name, a text, and the part of the book that it is in."""
    found: list[dict[str, str]] = []
    for number, section in enumerate(article.find_all("section", id=True)):
        if heading := section.find(["h1", "h2", "h3", "h4"], recursive=False):
            title, text = (" ".join("".join(said).split()) for said in (_said(heading), _said(section, heading)))
            address, page = f"{name}#{section['id']}" if number else name, found[0]["page"] if found else title
            found.append({"page": page, "title": title, "address": address, "text": text, "part": part})
    return found


def _said(tag: Tag, without: Tag | None = None) -> Iterator[str]:
    """Yields what a tag says to who searches, but for the sections inside it."""
    for child in tag.children:
        if not isinstance(child, Tag):
            if type(child) is NavigableString:  # no comment
                yield child
        elif child is not without and not _is_left_out(child):
            yield from _said(child)
            if child.name in _SPACED:
                yield " "


def _is_left_out(tag: Tag) -> bool:
    is_section = tag.name == "section" and tag.get("id")
    return is_section or tag.name in ("script", "style", "svg") or not _USELESS.isdisjoint(tag.get("class", ()))
