"""Has Sphinx write each page for paper as well, from the very tree that it makes the HTML of: neither lacks what the other shows.

A page becomes parts that the template shows. A part is a text, or a kind with what is `in` it, and `each` item of it: the
template has a function for each kind. A kind of node that is not known here is told, never left out.
"""

import json
import re
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.locale import admonitionlabels
from sphinx.util import logging

from na_report.paper import FOLDER
from na_report.paper.table import is_plain, layout

Parts = list[Any]
_LATE = 990

# What only a screen shows: links to take something along, a figure as a table, the arrow of a fold, and what a chapter marks so.
SCREEN_ONLY = {"meenemen", "als-tabel", "sd-summary-state-marker", "alleen-scherm"}
# What Sphinx does with a page, of which paper has nothing: contents, settings, marks for an index, code for a screen.
_NOTHING = {
    *("comment", "highlightlang", "index", "meta", "pending", "substitution_definition", "tabular_col_spec"),
    *("toctree", "colspec"),
}
# What is shown as nothing but what is in it, and what as a kind with what is in it.
_INNER = {
    *("document", "line_block", "block_quote", "attribution", "compound"),
    *("download_reference", "dropdown_title", "legend"),
}
_KINDS = {
    **{"strong": "strong", "emphasis": "emph", "title_reference": "emph", "superscript": "super", "subscript": "sub"},
    **{"rubric": "lead", "title": "lead", "line": "line", "transition": "rule"},
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
# Not a space that keeps two words together.
_SPACES = re.compile(r"[ \t\r\n\f]+")


def setup(app: Any) -> None:
    """Has Sphinx write the pages for paper."""
    app.connect("doctree-resolved", _write, priority=_LATE)


def _write(app: Any, tree: Any, page: str) -> None:
    if "orphan" in app.env.metadata[page]:  # a page that is in no table of contents
        return
    writer = Writer(page)
    about = {"parts": writer.write(tree), **writer.about}
    for node in writer.unknown:
        found = " ".join(node.astext().split())[:60]
        logging.getLogger(__name__).warning("paper can't show this: %s %r", type(node).__name__, found, location=node)
    lay_out(Path(app.outdir).parent / FOLDER / "pages", page, about)


def lay_out(folder: Path, page: str, about: Mapping[str, Any]) -> None:
    """Writes a page in a folder for Typst."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{page}.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


class Writer:
    """Writes a page, whose figures and tables have what they are called by as their `number`."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.unknown: list[Any] = []
        # What the template needs to know. Per id that a link can name the label in the document; per figure its label, number
        # and title; what each row of a table says that a link can name, and the rows that are notes to something on this page.
        self.about: dict[str, Any] = {"title": "", "places": {}, "pictures": [], "figures": [], "rows": {}, "noted": []}
        self._level = 0

    def write(self, *given: Any) -> Parts:
        """Returns nodes with all that is in them."""
        return [part for node in given for part in self._parts(node)]

    def _parts(self, node: Any) -> Parts:
        if isinstance(node, nodes.Text):
            return _words(node.astext())
        name = type(node).__name__
        if name in _NOTHING or not SCREEN_ONLY.isdisjoint(node["classes"]):
            return []
        if name in _INNER:
            return self._inner(node)
        if name in _KINDS:
            return [_part(_KINDS[name], self._inner(node))]
        if isinstance(node, nodes.Admonition):
            title = [] if name == "admonition" else [_part("lead", [str(admonitionlabels.get(name, name))])]
            return [_part("box", title + self._inner(node), classes=["kader"])]
        return list(getattr(self, f"_{name}", self._unknown)(node))

    def _unknown(self, node: Any) -> Parts:
        self.unknown.append(node)
        return []

    def _inner(self, node: Any) -> Parts:
        return self.write(*node.children)

    def _item(self, node: Any) -> Parts:
        """Returns what is in an item or cell; a paragraph that is alone there has no space around it."""
        [*children] = node.children
        alone = children[0] if len(children) == 1 and isinstance(children[0], nodes.paragraph) else None
        return self._spot(node) + (self._spot(alone) + self._inner(alone) if alone else self._inner(node))

    def _anchor(self, node: Any) -> str:
        """Returns the label of a node; all its ids lead there. Empty when it has none."""
        names = node.get("ids", ())
        label = f"{self.page}#{names[0]}" if names else ""
        self.about["places"] |= {f"{self.page}#{name}": label for name in names}
        return label

    def _spot(self, node: Any) -> Parts:
        """Returns an invisible mark for who has no label of its own."""
        return [_part("spot", at=label)] if (label := self._anchor(node)) else []

    # Blocks
    def _section(self, node: Any) -> Parts:
        self._level += 1
        label = self._anchor(node) or f"{self.page}#"
        if self._level == 1:
            # The page itself is named by a link without an id; headings have one label in Typst.
            self.about["places"][f"{self.page}#"] = label
        title, *rest = node.children
        self.about["title"] = self.about["title"] or title.astext()
        head = _part("head", self._inner(title), level=self._level, at=label)
        body = [head, *self.write(*rest)]
        self._level -= 1
        return body

    def _paragraph(self, node: Any) -> Parts:
        inner = self._inner(node)
        if all(part == " " for part in inner):
            return []
        parts = [child for child in node.children if child.astext().strip()]
        is_lead = len(parts) == 1 and isinstance(parts[0], nodes.strong) and not isinstance(node.parent, nodes.entry)
        leads_in = isinstance(node.parent, nodes.section | nodes.container) and node.astext().rstrip().endswith(":")
        kind = "lead" if is_lead else "leading-in" if leads_in else "paragraph"
        return [_part(kind, self._spot(node) + inner)]

    def _container(self, node: Any) -> Parts:
        inner = self._inner(node)
        return inner if "nb_element" in node or not inner else self._classed("box", node, inner)

    def _dropdown_main(self, node: Any) -> Parts:
        title, *rest = node.children
        shown = self.write(*rest)
        return [_part("unfolded", shown, [self._inner(title)])] if self.write(title) else shown

    def _bullet_list(self, node: Any) -> Parts:
        return [_part("list", each=map(self._item, node.children))]

    def _enumerated_list(self, node: Any) -> Parts:
        return [_part("enum", each=map(self._item, node.children), start=node.get("start", 1))]

    def _definition_list(self, node: Any) -> Parts:
        pairs = []
        for item in node.children:
            said = [child for child in item.children if isinstance(child, nodes.definition)]
            terms = [child for child in item.children if child not in said]
            head = self._spot(terms[0]) + self.write(*chain.from_iterable(terms))
            pairs += [head, list(chain.from_iterable(map(self._item, said)))]
        return [_part("terms", each=pairs)]

    def _figure(self, node: Any) -> Parts:
        caption, label = next(node.findall(nodes.caption), None), self._anchor(node)
        if caption is not None:
            # The index of figures says what the caption has in bold, else all of it.
            title = _said(self._inner(next(iter(caption.findall(nodes.strong)), caption))).strip().rstrip(".")
            self.about["figures"].append({"place": label, "number": node.get("number", ""), "title": title})
        drawing = _part("drawing", self.write(node.children[0]), [self._captioned(caption)], at=label)
        # The drawing for a narrow screen stands below the caption.
        below = next(node.findall(nodes.legend), ())
        return [drawing, *self.write(*(child for child in below if not isinstance(child, nodes.image)))]

    def _captioned(self, caption: Any) -> Parts:
        if caption is None:
            return []
        number = caption.parent.get("number")
        return ([_part("strong", [f"{number} "])] if number else []) + self._inner(caption)

    def _image(self, node: Any) -> Parts:
        self.about["pictures"].append(node["uri"])
        return [_part("picture", uri=node["uri"], alt=node.get("alt", ""))]

    def _table(self, node: Any) -> Parts:
        label, rows = self._anchor(node), list(node.findall(nodes.row))
        if not is_plain(rows):
            return self._unknown(node)
        cells = [[self._item(cell) for cell in row.children] for row in rows]
        for row, (_, said, *_) in ((row, made) for row, made in zip(rows, cells, strict=True) if len(made) > 1):
            places = [name for part in row.children[0].findall(nodes.Element) for name in part["ids"]]
            self.about["rows"] |= {f"{self.page}#{name}": _said(said).strip() for name in places}
        caption = self._captioned(next((child for child in node.children if isinstance(child, nodes.title)), None))
        return [_part("table", caption, chain.from_iterable(cells), at=label, **layout(rows))]

    def _footnote(self, node: Any) -> Parts:
        label, *rest = node.children
        return [_part("note", self._spot(node) + self.write(*rest), number=label.astext())]

    # Inside a line
    def _literal(self, node: Any) -> Parts:
        return [_part("raw", [node.astext()], block=isinstance(node, nodes.literal_block))]

    _literal_block = _literal

    def _raw(self, node: Any) -> Parts:
        return self._unknown(node) if _BARE_TAGS.sub("", node.astext()).strip() else []

    def _inline(self, node: Any) -> Parts:
        if NOTE in node["classes"]:
            return [part for link in node.findall(nodes.reference) for part in self._noted(link)]
        return self._classed("span", node, self._inner(node), within=_is_within(node, nodes.list_item, nodes.entry))

    def _classed(self, kind: str, node: Any, inner: Parts, **said: Any) -> Parts:
        for language in (name.removeprefix(_LANGUAGE) for name in node["classes"] if name.startswith(_LANGUAGE)):
            inner = [_part("language", inner, language=language)]
        own = [name for name in node["classes"] if not name.startswith(_FOR_SCREEN)]
        return self._spot(node) + ([_part(kind, inner, classes=own, **said)] if own else inner)

    def _reference(self, node: Any) -> Parts:
        address = node.get("refuri", "")
        if _ELSEWHERE.match(address):
            return [_part("link", self._inner(node), to=address)]
        return [_part("to", self._inner(node), to=self._led_to(node))]

    _number_reference = _reference

    def _noted(self, link: Any) -> Parts:
        """Returns the mark of a note, which stands at the end of the page; none on the page that has the row itself."""
        if (place := self._led_to(link)).startswith(f"{self.page}#"):
            return []
        self.about["noted"].append(place)
        return [_part("noted", page=self.page, to=place)]

    def _led_to(self, link: Any) -> str:
        """Returns the place in the book that a link leads to."""
        file, _, name = link.get("refuri", "").partition("#")
        page = file.removesuffix(".html").partition("?")[0] or self.page
        return f"{page}#{link.get('refid', name)}"

    def _footnote_reference(self, node: Any) -> Parts:
        return [*self._spot(node), _part("mark", to=f"{self.page}#{node['refid']}", number=node.astext())]

    def _target(self, node: Any) -> Parts:
        # With a `refid` it names the next block, which has the id itself.
        return [] if node.get("refid") else self._spot(node) + self._inner(node)


def _part(kind: str, inner: Parts | None = None, each: Iterable[Parts] = (), **said: Any) -> dict[str, Any]:
    return {"kind": kind, "in": inner or [], "each": [*each], **said}


def _words(text: str) -> Parts:
    """Returns running text; a space at an end is one that Typst leaves out where a line begins or ends."""
    text = _SPACES.sub(" ", text)
    before, after = text.startswith(" "), text.endswith(" ") and text != " "
    return [part for part in (" " * before, text.strip(" "), " " * after) if part]


def _said(parts: Parts) -> str:
    """Returns the text of parts, in which a note is a mark without words."""
    return "".join(part if isinstance(part, str) else _said(part["in"]) for part in parts)


def _is_within(node: Any, *kinds: type) -> bool:
    return node.parent is not None and (isinstance(node.parent, kinds) or _is_within(node.parent, *kinds))
