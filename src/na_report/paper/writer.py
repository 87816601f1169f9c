"""Writes the tree of a page as Typst. Each kind of node has a method of its name; one that has none is told, never left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from docutils import nodes
from sphinx.locale import admonitionlabels

from na_report.paper.code import array, call, content, joined, string, words
from na_report.paper.table import grid, is_plain
from na_report.paper.tree import around, ids, text_of
from na_report.screen.languages import MARK

# What only a screen shows: links to take something along, a figure as a table, the arrow of a fold, and what a chapter marks so.
SCREEN_ONLY = {"meenemen", "als-tabel", "sd-summary-state-marker", "alleen-scherm"}
# What Sphinx does with a page, of which paper has nothing: contents, settings, marks for an index, code for a screen.
_NOTHING = {
    *("comment", "highlightlang", "index", "meta", "pending", "substitution_definition", "tabular_col_spec"),
    *("toctree", "colspec"),
}
# What a chapter marks as a note to what stands before it: it leads to a row of a table.
NOTE = "opmerking"
# HTML that shows nothing by itself: tags around text, which is a node of its own, and marks for links.
_BARE_TAGS = re.compile(
    r"<!--.*?-->|<script.*?</script>|</?(?!img|svg|table|hr|math|object|embed)[a-z][^>]*>", re.IGNORECASE | re.DOTALL
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def _by_function(name: str) -> Callable[[Writer, Any], str]:
    """Returns a method that writes a node by a function of Typst."""
    return lambda writer, node: call(name, writer._content(node))


class Writer:
    """Writes one page.

    Args:
        page: Its name.
        numbers: Returns the numbered name of a figure or table, such as `Figuur 3`; empty when it has none.
    """

    def __init__(self, page: str, numbers: Callable[[str, str], str]) -> None:
        self.page = page
        self.numbers = numbers
        # Per id that a link can name, the label in the document.
        self.places: dict[str, str] = {}
        self.title = ""
        self.pictures: list[str] = []
        # Per figure its label, number and title.
        self.figures: list[dict[str, str]] = []
        # Per row of a table that a link can name what it says, and the rows that are notes to something on this page.
        self.rows: dict[str, str] = {}
        self.noted: list[str] = []
        self.unknown: list[Any] = []
        self._level = 0

    def write(self, node: Any) -> str:
        """Returns a node with all that is in it."""
        if not isinstance(node, nodes.Text) and not SCREEN_ONLY.isdisjoint(node.get("classes", ())):
            return ""
        name = type(node).__name__
        if name in _NOTHING:
            return ""
        method = getattr(self, f"_{name}", None)
        if method is None:
            if isinstance(node, nodes.Admonition):
                return self._box_with_title(node, name)
            self.unknown.append(node)
            return ""
        return str(method(node))

    @property
    def about(self) -> dict[str, Any]:
        """What the template needs to know of the page."""
        names = ("title", "places", "pictures", "figures", "rows", "noted")
        return {name: getattr(self, name) for name in names}

    def inner(self, node: Any) -> str:
        """Returns what is in a node."""
        return joined(map(self.write, node.children))

    def _content(self, node: Any) -> str:
        return content(self.inner(node))

    def _flow(self, node: Any) -> str:
        """Returns what is in an item or cell; a paragraph that is alone there has no space around it."""
        [*children] = node.children
        alone = len(children) == 1 and isinstance(children[0], nodes.paragraph)
        return joined([self._spot(children[0]), self.inner(children[0])]) if alone else self.inner(node)

    def _raw(self, node: Any) -> str:
        if _BARE_TAGS.sub("", node.astext()).strip():
            self.unknown.append(node)
        return ""

    # Places that links lead to
    def _label(self, node: Any) -> str:
        """Returns the label of a node; all its ids lead there. Empty when it has none."""
        names = list(node.get("ids", ()))
        if not names:
            return ""
        label = f"{self.page}#{names[0]}"
        self.places |= {f"{self.page}#{name}": label for name in names}
        return label

    def _spot(self, node: Any) -> str:
        """Returns an invisible mark for who has no label of its own."""
        return call("spot", string(label)) if (label := self._label(node)) else ""

    # Blocks
    def _document(self, node: Any) -> str:
        return "\n".join(map(self.write, node.children))

    def _section(self, node: Any) -> str:
        self._level += 1
        label = self._label(node) or f"{self.page}#"
        if self._level == 1:
            # The page itself is named by a link without an id; headings have one label in Typst.
            self.places[f"{self.page}#"] = label
        title, *rest = node.children
        self.title = self.title or title.astext()
        head = call("head", str(self._level), string(label), self._content(title))
        body = "\n".join([head, *map(self.write, rest)])
        self._level -= 1
        return body

    def _paragraph(self, node: Any) -> str:
        inner = self.inner(node)
        if not inner.replace("[ ]", "").strip("; "):
            return ""
        parts = [child for child in node.children if child.astext().strip()]
        alone = len(parts) == 1 and isinstance(parts[0], nodes.strong)
        if alone and not isinstance(node.parent, nodes.entry):
            return call("lead", content(joined([self._spot(node), inner])))
        said = joined([self._spot(node), inner])
        if isinstance(node.parent, nodes.section | nodes.container) and node.astext().rstrip().endswith(":"):
            return call("leading-in", content(said))
        return joined(["parbreak()", said, "parbreak()"])

    _line_block = _block_quote = _attribution = _compound = _document

    def _line(self, node: Any) -> str:
        return joined([self.inner(node), "linebreak()"])

    def _rubric(self, node: Any) -> str:
        return call("lead", self._content(node))

    def _transition(self, node: Any) -> str:
        return "rule()"

    def _container(self, node: Any) -> str:
        inner = "\n".join(part for part in map(self.write, node.children) if part)
        if "nb_element" in node or not inner:
            return inner
        return self._spanned("box-of", node, inner)

    def _box_with_title(self, node: Any, name: str) -> str:
        title = "" if name == "admonition" else call("lead", content(words(str(admonitionlabels.get(name, name)))))
        return call("box-of", array([string("kader")]), content(joined([title, self.inner(node)])))

    def _title(self, node: Any) -> str:
        return call("lead", self._content(node))

    def _dropdown_main(self, node: Any) -> str:
        title, *rest = node.children
        shown = "\n".join(map(self.write, rest))
        return call("unfolded", self._content(title), content(shown)) if self.write(title) else shown

    def _bullet_list(self, node: Any) -> str:
        return self._items("list", node)

    def _enumerated_list(self, node: Any) -> str:
        return self._items("enum", node, start=str(node.get("start", 1)))

    def _items(self, name: str, node: Any, **named: str) -> str:
        items = (joined([self._spot(item), self._flow(item)]) for item in node.children)
        return call(name, *(call(f"{name}.item", content(item)) for item in items), **named)

    def _definition_list(self, node: Any) -> str:
        return call("terms", *(self._term(item) for item in node.children))

    def _term(self, node: Any) -> str:
        terms = [child for child in node.children if isinstance(child, nodes.term | nodes.classifier)]
        said = [child for child in node.children if isinstance(child, nodes.definition)]
        head = joined([self._spot(terms[0]), *(self.inner(term) for term in terms)])
        return call("terms.item", content(head), content(joined(map(self._flow, said))))

    def _literal_block(self, node: Any) -> str:
        return call("raw", string(node.astext()), block="true")

    def _figure(self, node: Any) -> str:
        [image] = [child for child in node.children if isinstance(child, nodes.image | nodes.reference)]
        caption = next((child for child in node.children if isinstance(child, nodes.caption)), None)
        # The drawing for a narrow screen stands below the caption.
        below = [part for part in node.children if isinstance(part, nodes.legend)]
        said = [child for legend in below for child in legend.children if not isinstance(child, nodes.image)]
        label = self._label(node)
        if caption is not None:
            self._list_figure(caption, label)
        drawing = call("drawing", self.write(image), self._caption(caption, "figure"), string(label))
        return joined([drawing, *map(self.write, said)])

    def _list_figure(self, caption: Any, label: str) -> None:
        """Keeps what the index of figures says: the title, which is what the caption has in bold, else all of it."""
        title = next(iter(caption.findall(nodes.strong)), caption)
        number = self._number(caption, "figure")
        self.figures.append({"place": label, "number": number, "title": text_of(title, NOTE).strip().rstrip(".")})

    def _caption(self, node: Any, kind: str) -> str:
        if node is None:
            return "[]"
        number = self._number(node, kind)
        return content(joined([call("number", string(f"{number} ")) if number else "", self.inner(node)]))

    def _number(self, caption: Any, kind: str) -> str:
        return next((self.numbers(kind, name) for name in caption.parent.get("ids", ())), "")

    def _image(self, node: Any) -> str:
        self.pictures.append(str(node["uri"]))
        return call("picture", string(node["uri"]), string(node.get("alt", "")))

    def _table(self, node: Any) -> str:
        title = next((child for child in node.children if isinstance(child, nodes.title)), None)
        label = self._label(node)
        rows = list(node.findall(nodes.row))
        if not is_plain(rows):
            self.unknown.append(node)
            return ""
        for first, said, *_ in (row.children for row in rows if len(row.children) > 1):
            self.rows |= {f"{self.page}#{name}": text_of(said, NOTE) for part in first.findall() for name in ids(part)}
        return grid(rows, self._cell, self._caption(title, "table"), string(label))

    def _cell(self, node: Any) -> str:
        return content(joined([self._spot(node), self._flow(node)]))

    def _footnote(self, node: Any) -> str:
        label, *rest = node.children
        return call("note", string(label.astext()), content(joined([self._spot(node), *map(self.write, rest)])))

    # Inside a line
    def _Text(self, node: Any) -> str:  # noqa: N802
        return words(node.astext())

    def _inline(self, node: Any) -> str:
        if NOTE in node.get("classes", ()):
            return joined(self._noted(link) for link in node.findall(nodes.reference))
        within = any(isinstance(parent, nodes.list_item | nodes.entry) for parent in around(node))
        return self._spanned("span", node, self.inner(node), **({"within": "true"} if within else {}))

    def _spanned(self, name: str, node: Any, inner: str, **named: str) -> str:
        classes = [said for said in node.get("classes", ()) if not said.startswith(("std", "sd-", "rang-", "keuze"))]
        language = next((said.removeprefix(MARK) for said in classes if said.startswith(MARK)), node.get("lang", ""))
        if language:
            inner = call("text", content(inner), lang=string(language))
        own = [string(said) for said in classes if not said.startswith(MARK)]
        return joined([self._spot(node), call(name, array(own), content(inner), **named) if own else inner])

    def _reference(self, node: Any) -> str:
        inner = content(self.inner(node))
        address = str(node.get("refuri", ""))
        if _ELSEWHERE.match(address):
            return self._in_language(node, call("link", string(address), inner))
        return self._in_language(node, call("to", string(self._led_to(node)), inner))

    _number_reference = _reference

    def _noted(self, link: Any) -> str:
        """Returns the mark of a note, which stands at the end of the page; none on the page that has the row itself."""
        if (place := self._led_to(link)).startswith(f"{self.page}#"):
            return ""
        self.noted.append(place)
        return call("noted", string(self.page), string(place))

    def _led_to(self, link: Any) -> str:
        """Returns the place in the book that a link leads to."""
        file, _, name = str(link.get("refuri", "")).partition("#")
        page = file.removesuffix(".html").partition("?")[0] or self.page
        return f"{page}#{link.get('refid', name)}"

    def _in_language(self, node: Any, inner: str) -> str:
        return call("text", content(inner), lang=string(node["lang"])) if node.get("lang") else inner

    def _footnote_reference(self, node: Any) -> str:
        return joined([self._spot(node), call("mark", string(f"{self.page}#{node['refid']}"), string(node.astext()))])

    def _target(self, node: Any) -> str:
        # With a `refid` it names the next block, which has the id itself.
        return "" if node.get("refid") else joined([self._spot(node), self.inner(node)])

    _strong, _emphasis, _superscript, _subscript = map(_by_function, ("strong", "emph", "super", "sub"))

    def _literal(self, node: Any) -> str:
        return call("raw", string(node.astext()))

    _title_reference = _emphasis
    _download_reference = _dropdown_title = _legend = inner
