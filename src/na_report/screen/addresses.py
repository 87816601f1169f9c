"""Every address on a page leads somewhere, and a page loads nothing from elsewhere.

Sphinx takes along the pictures and files that Markdown names, and what a lone `<img>` does. Any other HTML of an author it hands
on as it is: that may hold links, and what else it would load is told with its cell.
"""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from bs4 import BeautifulSoup

_LINKS = {("a", "href"), ("area", "href"), ("a", "xlink:href")}
_NEAR = ("src", "srcset", "href", "xlink:href", "action")
_LOADING = {*_NEAR, "data", "content", "poster", "background"}
_IN_STYLE = re.compile(r"url\(|@import", re.IGNORECASE)
_EARLY = 100  # before Sphinx's own look at pictures


def setup(app: Any) -> None:
    """Adds this part of the extension to Sphinx."""
    app.connect("doctree-read", _look, priority=_EARLY)


def _look(app: Any, tree: Any) -> None:
    """Warns of what HTML may not load and of pictures from elsewhere: a warning stops the book."""
    from docutils import nodes
    from sphinx.util.logging import getLogger

    warn = getLogger(__name__).warning
    for node in tree.findall(nodes.reference):
        # MyST escapes an address that docutils escapes again.
        if "&amp;" in node.get("refuri", ""):
            node["refuri"] = node["refuri"].replace("&amp;", "&")
    for node in tree.findall(nodes.raw):
        for tag in BeautifulSoup(node.astext(), "html.parser").find_all(True):
            for name, value in tag.attrs.items():
                if expected := _expected(tag.name, name, str(value), app.env.found_docs):
                    warn(f"found <{tag.name} {name}={str(value)!r}>, expected {expected}", location=node)
    for node in tree.findall(nodes.image):
        address = _parts(node["uri"])
        if address.scheme or address.netloc:
            expected = "one of the project: pages load nothing from elsewhere. Put the file beside the chapter"
            warn(f"found the picture {node['uri']!r}, expected {expected}", location=node)
        elif posixpath.normpath(unquote(address.path)).startswith(("/", "..")):
            warn(f"found the picture {node['uri']!r}, expected a file beside the chapter", location=node)
        elif not Path(app.srcdir, node["uri"]).is_file():
            # Markdown writes a space as %20, and Sphinx looks for a file of that name.
            node["uri"] = unquote(node["uri"])


def _parts(address: str) -> SplitResult:
    """Returns the parts of an address; one that has none, such as `http://[`, is of a scheme that nothing knows."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("?", address, "", "", "")


def _expected(tag: str, name: str, value: str, pages: Collection[str]) -> str:
    """Returns what was expected instead of an attribute in HTML; nothing where it is fine."""
    if name == "style" and _IN_STYLE.search(value):
        return "no address in a style: it is not loaded"
    if name not in _LOADING or value.startswith("#"):
        return ""
    if (tag, name) not in _LINKS:
        return (
            "text and links: HTML loads nothing. A picture is ![text](file) or a lone <img>; write a link to the rest"
        )
    address = _parts(value)
    is_far = address.scheme in ("http", "https", "mailto", "tel") and (address.netloc or address.path)
    is_page = not address.scheme and not address.netloc and address.path in {f"{page}.html" for page in pages}
    return "" if is_far or is_page else "a page of the book or https://…. A link to a file is Markdown: [text](file)"


class Ways(NamedTuple):
    """Where a finished page leads within the book, and the places in it that can be led to."""

    addresses: list[str]
    anchors: set[str]


def ways_of(page: Any) -> Ways:
    """Returns the addresses and anchors of a finished page, without those of elsewhere."""
    tags = [tag.attrs for tag in page.find_all(True)]
    addresses = dict.fromkeys(str(attrs[name]) for attrs in tags for name in _NEAR if name in attrs)
    near = [one for one in addresses if not (urlsplit(one).scheme or urlsplit(one).netloc)]
    return Ways(near, {str(attrs["id"]) for attrs in tags if "id" in attrs})


def dead_ends(folder: Path, pages: Mapping[str, Ways], beside: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yields each page of a finished book with each of its addresses that leads nowhere; those beside it will be there."""
    for name, ways in pages.items():
        for address in (address for address in ways.addresses if address not in beside):
            parts = urlsplit(address)
            path = posixpath.normpath(unquote(parts.path)) if parts.path else name
            is_there = path in pages or (not path.startswith("..") and (folder / path).is_file())
            place = unquote(parts.fragment)
            if not is_there or (place and path in pages and place not in pages[path].anchors):
                yield name, address
