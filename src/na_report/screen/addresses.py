"""Every address on a page leads somewhere, and a page loads nothing from elsewhere.

Sphinx takes along the pictures and files that Markdown names, and what a lone `<img>` does. Any other HTML of an author it hands
on as it is: that may hold links, and what else it would load is told with its cell.
"""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from bs4 import BeautifulSoup

_LINKS = {("a", "href"), ("area", "href"), ("a", "xlink:href")}
_IN_STYLE = re.compile(r"url\(|@import", re.IGNORECASE)
_NEAR = {"src", "srcset", "href", "xlink:href", "action"}
_LOADING = {*_NEAR, "data", "content", "poster", "background"}
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


def dead_ends(folder: Path, pages: Mapping[str, str], beside: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yields each page of a finished book with each of its addresses that leads nowhere; those beside it will be there."""
    found = {name: _attributes(page) for name, page in pages.items()}
    anchors = {name: {value for kind, value in said if kind == "id"} for name, said in found.items()}
    for name, said in found.items():
        for address in dict.fromkeys(value for kind, value in said if kind in _NEAR and value not in beside):
            parts = urlsplit(address)
            path = posixpath.normpath(unquote(parts.path)) if parts.path else name
            is_there = path in pages or (not path.startswith("..") and (folder / path).is_file())
            place = unquote(parts.fragment)
            is_near = not (parts.scheme or parts.netloc)
            if is_near and (not is_there or (place and path in pages and place not in anchors[path])):
                yield name, address


@lru_cache(maxsize=100)  # after a small change a preview has most pages again
def _attributes(page: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: found.extend((name, value or "") for name, value in attrs)  # type: ignore[method-assign]
    reader.feed(page)
    return found
