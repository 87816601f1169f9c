"""Writes the tree of a page as Typst. Each kind of node has a method of its name; one that has none is told, never left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from docutils import nodes
from sphinx.locale import admonitionlabels

from na_report.paper.code import array, call, content, joined, string, words
from na_report.paper.table import grid, is_plain

# What only a screen shows: links to take something along, a figure as a table, the arrow of a fold, and what a chapter marks so.
SCREEN_ONLY = {"meenemen", "als-tabel", "sd-summary-state-marker", "alleen-scherm"}
# What Sphinx does with a page, of which paper has nothing: contents, settings, marks for an index, code for a screen.
_NOTHING = {
    *("comment", "highlightlang", "index", "meta", "pending", "substitution_definition", "tabular_col_spec"),
    *("toctree", "colspec"),
}
# What is written by a function of Typst, and what by nothing but what is in it.
_FUNCTIONS = {
    **{"strong": "strong", "emphasis": "emph", "title_reference": "emph", "superscript": "super", "subscript": "sub"},
    **{"rubric": "lead", "title": "lead"},
}
_INNER = {
    *("document", "line_block", "block_quote", "attribution", "compound"),
    *("download_reference", "dropdown_title", "legend"),
}
# What a chapter marks as a note to what stands before it: it leads to a row of a table.
NOTE = "opmerking"
# How docutils marks words in another language.
_LANGUAGE = "language-"
# Classes that say nothing to paper.
_FOR_SCREEN = ("std", "sd-", "rang-", "keuze", _LANGUAGE)
# HTML that shows nothing by itself: tags around text, which is a node of its own, and marks for links.
_BARE_TAGS = re.compile(
    r"<!--.*?-->|<script.*?</script>|</?(?!img|svg|table|hr|math|object|embed)[a-z][^>]*>", re.IGNORECASE | re.DOTALL
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class Writer:
    """Writes a page; `numbers` gives the numbered name of a figure or table, such as `Figuur 3`, or nothing."""

    def __init__(self, page: str, numbers: Callable[[str, str], str]) -> None:
        self.page = page
        self.numbers = numbers
        self.unknown: list[Any] = []
        # What the template needs to know. Per id that a link can name the label in the document; per figure its label, number
        # and title; what each row of a table says that a link can name, and the rows that are notes to something on this page.
        self.about: dict[str, Any] = {"title": "", "places": {}, "pictures": [], "figures": [], "rows": {}, "noted": []}
        self._level = 0

    def write(self, node: Any) -> str:
        """Returns a node with all that is in it."""
        name, classes = type(node).__name__, [] if isinstance(node, nodes.Text) else node.get("classes", [])
        if name in _NOTHING or not SCREEN_ONLY.isdisjoint(classes):
            return ""
        if name in _INNER:
            return self._inner(node)
        if name in _FUNCTIONS:
            return call(_FUNCTIONS[name], self._content(node))
        if isinstance(node, nodes.Admonition):
            title = "" if name == "admonition" else call("lead", content(words(str(admonitionlabels.get(name, name)))))
            return call("box-of", array([string("kader")]), content(title, self._inner(node)))
        method = getattr(self, f"_{name}", self._unknown)
        return str(method(node))

    def _unknown(self, node: Any) -> str:
        self.unknown.append(node)
        return ""

    def _inner(self, node: Any) -> str:
        return joined(map(self.write, node.children))

    def _content(self, node: Any) -> str:
        return content(self._inner(node))

    def _flow(self, node: Any) -> str:
        """Returns what is in an item or cell; a paragraph that is alone there has no space around it."""
        [*children] = node.children
        alone = len(children) == 1 and isinstance(children[0], nodes.paragraph)
        return joined([self._spot(children[0]), self._inner(children[0])]) if alone else self._inner(node)

    def _raw(self, node: Any) -> str:
        return self._unknown(node) if _BARE_TAGS.sub("", node.astext()).strip() else ""

    # Places that links lead to
    def _anchor(self, node: Any) -> str:
        """Returns the label of a node; all its ids lead there. Empty when it has none."""
        names = node.get("ids", ())
        label = f"{self.page}#{names[0]}" if names else ""
        self.about["places"] |= {f"{self.page}#{name}": label for name in names}
        return label

    def _spot(self, node: Any) -> str:
        """Returns an invisible mark for who has no label of its own."""
        return call("spot", string(label)) if (label := self._anchor(node)) else ""

    # Blocks
    def _section(self, node: Any) -> str:
        self._level += 1
        label = self._anchor(node) or f"{self.page}#"
        if self._level == 1:
            # The page itself is named by a link without an id; headings have one label in Typst.
            self.about["places"][f"{self.page}#"] = label
        title, *rest = node.children
        self.about["title"] = self.about["title"] or title.astext()
        body = joined([call("head", str(self._level), string(label), self._content(title)), *map(self.write, rest)])
        self._level -= 1
        return body

    def _paragraph(self, node: Any) -> str:
        inner = self._inner(node)
        if not inner.replace("[ ]", "").strip("; "):
            return ""
        parts = [child for child in node.children if child.astext().strip()]
        said = joined([self._spot(node), inner])
        if len(parts) == 1 and isinstance(parts[0], nodes.strong) and not isinstance(node.parent, nodes.entry):
            return call("lead", content(said))
        if isinstance(node.parent, nodes.section | nodes.container) and node.astext().rstrip().endswith(":"):
            return call("leading-in", content(said))
        return joined(["parbreak()", said, "parbreak()"])

    def _line(self, node: Any) -> str:
        return joined([self._inner(node), "linebreak()"])

    def _transition(self, node: Any) -> str:
        return "rule()"

    def _container(self, node: Any) -> str:
        inner = self._inner(node)
        return inner if "nb_element" in node or not inner else self._spanned("box-of", node, inner)

    def _dropdown_main(self, node: Any) -> str:
        title, *rest = node.children
        shown = content(*map(self.write, rest))
        return call("unfolded", self._content(title), shown) if self.write(title) else shown

    def _bullet_list(self, node: Any) -> str:
        numbered = {"start": str(node.get("start", 1))} if isinstance(node, nodes.enumerated_list) else {}
        name = "enum" if numbered else "list"
        items = (call(f"{name}.item", content(self._spot(item), self._flow(item))) for item in node.children)
        return call(name, *items, **numbered)

    _enumerated_list = _bullet_list

    def _definition_list(self, node: Any) -> str:
        return call("terms", *map(self._term, node.children))

    def _term(self, node: Any) -> str:
        said = [child for child in node.children if isinstance(child, nodes.definition)]
        terms = [child for child in node.children if isinstance(child, nodes.term | nodes.classifier)]
        head = content(self._spot(terms[0]), *map(self._inner, terms))
        return call("terms.item", head, content(*map(self._flow, said)))

    def _figure(self, node: Any) -> str:
        [image] = [child for child in node.children if isinstance(child, nodes.image | nodes.reference)]
        caption = _first(node, nodes.caption)
        # The drawing for a narrow screen stands below the caption.
        below = [part for part in node.children if isinstance(part, nodes.legend)]
        said = [child for legend in below for child in legend.children if not isinstance(child, nodes.image)]
        label = self._anchor(node)
        if caption is not None:
            # The index of figures says what the caption has in bold, else all of it.
            title = _text_of(next(iter(caption.findall(nodes.strong)), caption)).strip().rstrip(".")
            self.about["figures"].append({"place": label, "number": self._number(caption, "figure"), "title": title})
        drawing = call("drawing", self.write(image), self._captioned(caption, "figure"), string(label))
        return joined([drawing, *map(self.write, said)])

    def _captioned(self, node: Any, kind: str) -> str:
        if node is None:
            return "[]"
        number = self._number(node, kind)
        return content(call("number", string(f"{number} ")) if number else "", self._inner(node))

    def _number(self, caption: Any, kind: str) -> str:
        return next((self.numbers(kind, name) for name in caption.parent.get("ids", ())), "")

    def _image(self, node: Any) -> str:
        self.about["pictures"].append(str(node["uri"]))
        return call("picture", string(node["uri"]), string(node.get("alt", "")))

    def _table(self, node: Any) -> str:
        label, rows = self._anchor(node), list(node.findall(nodes.row))
        if not is_plain(rows):
            return self._unknown(node)
        for first, said, *_ in (row.children for row in rows if len(row.children) > 1):
            places = [name for part in first.findall(nodes.Element) for name in part.get("ids", ())]
            self.about["rows"] |= {f"{self.page}#{name}": _text_of(said) for name in places}
        return grid(rows, self._cell, self._captioned(_first(node, nodes.title), "table"), string(label))

    def _cell(self, node: Any) -> str:
        return content(self._spot(node), self._flow(node))

    def _footnote(self, node: Any) -> str:
        label, *rest = node.children
        return call("note", string(label.astext()), content(self._spot(node), *map(self.write, rest)))

    # Inside a line
    def _Text(self, node: Any) -> str:  # noqa: N802
        return words(node.astext())

    def _literal(self, node: Any) -> str:
        return call("raw", string(node.astext()), block="true" if isinstance(node, nodes.literal_block) else "false")

    _literal_block = _literal

    def _inline(self, node: Any) -> str:
        if NOTE in node.get("classes", ()):
            return joined(map(self._noted, node.findall(nodes.reference)))
        within = any(isinstance(parent, nodes.list_item | nodes.entry) for parent in _around(node))
        return self._spanned("span", node, self._inner(node), **({"within": "true"} if within else {}))

    def _spanned(self, name: str, node: Any, inner: str, **named: str) -> str:
        classes = node.get("classes", ())
        for said in (said for said in classes if said.startswith(_LANGUAGE)):
            inner = call("text", content(inner), lang=string(said.removeprefix(_LANGUAGE)))
        own = [string(said) for said in classes if not said.startswith(_FOR_SCREEN)]
        return joined([self._spot(node), call(name, array(own), content(inner), **named) if own else inner])

    def _reference(self, node: Any) -> str:
        address = str(node.get("refuri", ""))
        if _ELSEWHERE.match(address):
            return call("link", string(address), self._content(node))
        return call("to", string(self._led_to(node)), self._content(node))

    _number_reference = _reference

    def _noted(self, link: Any) -> str:
        """Returns the mark of a note, which stands at the end of the page; none on the page that has the row itself."""
        if (place := self._led_to(link)).startswith(f"{self.page}#"):
            return ""
        self.about["noted"].append(place)
        return call("noted", string(self.page), string(place))

    def _led_to(self, link: Any) -> str:
        """Returns the place in the book that a link leads to."""
        file, _, name = str(link.get("refuri", "")).partition("#")
        page = file.removesuffix(".html").partition("?")[0] or self.page
        return f"{page}#{link.get('refid', name)}"

    def _footnote_reference(self, node: Any) -> str:
        return joined([self._spot(node), call("mark", string(f"{self.page}#{node['refid']}"), string(node.astext()))])

    def _target(self, node: Any) -> str:
        # With a `refid` it names the next block, which has the id itself.
        return "" if node.get("refid") else joined([self._spot(node), self._inner(node)])


def _first(node: Any, kind: type) -> Any:
    return next((child for child in node.children if isinstance(child, kind)), None)


def _around(node: Any) -> Iterator[Any]:
    """Yields the nodes that a node is in, from the inside out."""
    while node.parent is not None:
        node = node.parent
        yield node


def _text_of(node: Any) -> str:
    """Returns the text of a node but for its notes."""
    texts = node.findall(nodes.Text)
    return "".join(text for text in texts if not any(NOTE in one.get("classes", ()) for one in _around(text)))
