"""Every address on a page leads somewhere, and a page loads nothing from elsewhere.

Authors write addresses in Markdown, which Sphinx looks after, and in HTML, which it hands on as it is. Here the pictures and
files that HTML names are taken along, before a page is written for the screen or for paper; what can't be is told with its cell.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_LINKS = {("a", "href"), ("area", "href"), ("a", "xlink:href")}
_PICTURES = {
    *(("img", "src"), ("image", "href"), ("image", "xlink:href"), ("use", "href"), ("use", "xlink:href")),
    *((tag, "background") for tag in ("body", "table", "tr", "td", "th")),
}
# What Sphinx can say of a picture.
_OF_PICTURE = {"src", "alt", "width", "height"}
_SETS = {("img", "srcset"), ("source", "srcset")}
# What the policy of the pages refuses wherever it comes from: readers would see nothing of it.
_REFUSED = {
    *("iframe", "frame", "embed", "object", "portal", "applet", "video", "audio", "track", "base", "form"),
    *("link", "meta", "input", "script"),
}
_LOADING = ("src", "data", "href", "action", "content", "poster", "background")
_IN_STYLE = re.compile(r"url\(|@import", re.IGNORECASE)
_FAR_LINKS = ("http", "https", "mailto", "tel")
_EARLY = 100  # before Sphinx's own look at pictures


class _Tags(HTMLParser):
    """Lists the tags of a piece of HTML, with each its source; a piece may begin or end in the middle of an element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, list[tuple[str, str | None]]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((self.get_starttag_text() or "", tag, attrs))


def rewritten(text: str, judge: Callable[[str, str, str], str]) -> str:
    """Returns HTML with other addresses; `judge` gets tag, attribute and address, and gives the address.

    Example:
        >>> rewritten('<p><img src="a.png" alt="a"/>&amp;', lambda tag, name, said: said.replace("a.png", "_images/a.png"))
        '<p><img src="_images/a.png" alt="a"/>&amp;'
    """
    for source, tag, attributes in _Tags(text).found:
        new = [(name, value if value is None else judge(tag, name, value)) for name, value in attributes]
        if new != attributes:
            said = "".join(f" {name}" if value is None else f' {name}="{html.escape(value)}"' for name, value in new)
            text = text.replace(source, f"<{tag}{said}{'/' if source.endswith('/>') else ''}>")
    return text


def setup(app: Any) -> None:
    """Adds this part of the extension to Sphinx."""
    app.connect("doctree-read", _take_along, priority=_EARLY)


def _take_along(app: Any, tree: Any) -> None:
    """Takes along what the HTML of a page names, and warns of what leads nowhere: a warning stops the book."""
    from docutils import nodes
    from sphinx.util.logging import getLogger

    warn = getLogger(__name__).warning
    for node in tree.findall(nodes.reference):
        # MyST escapes an address that docutils escapes again.
        if "&amp;" in node.get("refuri", ""):
            node["refuri"] = node["refuri"].replace("&amp;", "&")
    for node in [node for node in tree.findall(nodes.raw) if "html" in node.get("format", "").split()]:
        text, page = node.astext(), _Page(app.env)
        if said := _only_pictures(text):
            shown = [nodes.image("", classes=["no-scaled-link"], **attributes) for attributes in said]
            for image in shown:
                image.source, image.line = node.source, node.line
            node.replace_self(shown)
        elif (new := rewritten(text, page.judge)) != text:
            node.children = []
            node += nodes.Text(new)
        for problem in page.problems:
            warn(problem, location=node)
    for node in tree.findall(nodes.image):
        if problem := _far(node["uri"]):
            warn(f"found the picture {node['uri']!r}, {problem}", location=node)
        elif not Path(app.srcdir, node["uri"]).is_file():
            # Markdown writes a space as %20, and Sphinx looks for a file of that name.
            node["uri"] = unquote(node["uri"])


def _only_pictures(text: str) -> list[dict[str, str]]:
    """Returns the pictures of a piece of HTML that holds nothing else, for screen and paper alike."""
    rest, said = text, []
    for source, tag, attributes in _Tags(text).found:
        rest = rest.replace(source, "", 1)
        found = {name: value or "" for name, value in attributes}
        if tag != "img" or "src" not in found or not found.keys() <= _OF_PICTURE:
            return []
        said.append({"uri" if name == "src" else name: value for name, value in found.items()})
    return [] if rest.strip() else said


def _far(address: str) -> str:
    """Returns what to do about a picture from elsewhere; nothing for one of the project."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return "expected one of the project: pages load nothing from elsewhere. Put the file beside the chapter"
    is_outside = posixpath.normpath(unquote(parts.path)).startswith(("/", ".."))
    return "expected a file beside the chapter" if is_outside else ""


class _Page:
    """Judges addresses on the page that Sphinx reads, and keeps what is wrong with them; `env` notes what is taken along."""

    def __init__(self, env: Any) -> None:
        self._env = env
        self.problems: list[str] = []

    def judge(self, tag: str, name: str, address: str) -> str:
        """Returns the address as it is in the book; notes a problem where it leads nowhere."""
        if tag in _REFUSED or (tag, name) == ("source", "src"):
            if name in _LOADING:
                self.problems.append(
                    f"found <{tag} {name}={address!r}>, expected text, links and pictures: nothing else shows on a page. "
                    "Write a link to it"
                )
        elif name == "style" and _IN_STYLE.search(address):
            self.problems.append(f"found <{tag} style={address!r}>, expected no address in a style: it is not loaded")
        elif (tag, name) in _SETS:
            sizes = [one.partition(" ") for one in re.split(r",\s+", address.strip()) if one]
            return ", ".join(f"{self._picture(tag, source)} {size}".strip() for source, _, size in sizes)
        elif (tag, name) in _PICTURES and not address.startswith("#"):
            return self._picture(tag, address)
        elif (tag, name) in _LINKS:
            return self._link(address)
        return address

    def _picture(self, tag: str, address: str) -> str:
        if problem := _far(address):
            self.problems.append(f"found <{tag}> with {address!r}, {problem}")
            return address
        return self._taken(address)

    def _link(self, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme in _FAR_LINKS and (parts.netloc or parts.path):
            return address
        if parts.scheme or parts.netloc:
            self.problems.append(f"found the link {address!r}, expected one that starts with https:// or mailto:")
            return address
        page = parts.path.removesuffix(".html").removesuffix(".ipynb")
        if page in self._env.found_docs:
            return address.replace(parts.path, f"{page}.html", 1)
        return self._taken(address) if parts.path else address

    def _taken(self, address: str) -> str:
        """Returns where a file beside the chapter is in the book."""
        name = posixpath.normpath(unquote(urlsplit(address).path))
        if name.startswith(("/", "..")) or not Path(self._env.srcdir, name).is_file():
            self.problems.append(f"found {address!r}, expected a page of the book or a file beside the chapter")
            return address
        self._env.dependencies[self._env.docname].add(name)
        return f"_downloads/{self._env.dlfiles.add_file(self._env.docname, name)}"


@dataclass(frozen=True)
class Ways:
    """Where a finished page leads within the book, and the places in it that can be led to."""

    addresses: Sequence[str]
    anchors: Sequence[str]


def ways_of(page: Any) -> Ways:
    """Returns the addresses and anchors of a finished page, without those of elsewhere."""
    addresses: list[str] = []
    anchors: list[str] = []
    for tag in page.find_all(True):
        for name, value in tag.attrs.items():
            if name == "id" or (name, tag.name) == ("name", "a"):
                anchors.append(str(value))
            elif (tag.name, name) in _SETS:
                addresses += [one.split()[0] for one in str(value).split(", ")]
            elif name in ("src", "href", "xlink:href", "action"):
                addresses.append(str(value))
    near = [one for one in dict.fromkeys(addresses) if not (urlsplit(one).scheme or urlsplit(one).netloc)]
    return Ways(near, anchors)


def dead_ends(folder: Path, pages: Mapping[str, Ways], beside: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yields each page of a finished book with each of its addresses that leads nowhere; those beside it will be there."""
    anchors = {name: {*ways.anchors} for name, ways in pages.items()}
    for name, ways in pages.items():
        for address in (address for address in ways.addresses if address not in beside):
            parts = urlsplit(address)
            path = posixpath.normpath(unquote(parts.path)) if parts.path else name
            is_there = path in pages or (not path.startswith("..") and (folder / path).is_file())
            place = unquote(parts.fragment)
            if not is_there or (place and path in pages and place not in anchors[path]):
                yield name, address
