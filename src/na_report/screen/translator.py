"""Has Sphinx write for the screen: tables that stay tables when a narrow screen shows rows as blocks, figures for light and dark.

What a page says and what stands under its figures is added to the tree, once paper has been written of it.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from textwrap import shorten
from typing import Any
from urllib.parse import quote, urlencode

from docutils import nodes
from sphinx.addnodes import compact_paragraph, download_reference
from sphinx.locale import _
from sphinx.writers.html5 import HTML5Translator

from na_report.base.citation import Part, Work, apa, bibtex
from na_report.base.colours import darkened, is_dark_too
from na_report.screen.describing import FILES
from na_report.screen.said import MARKS, keep, said

# After paper, and after what other extensions add.
_LAST = 995
# Where the drawing for a narrow screen takes over; book.css turns rows of tables into blocks at the same width.
NARROW = "(max-width: 47.99rem)"
_SIZE = re.compile(r"(\d+)(?:\.\d+)?(?:px|(%))?")
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_SHORTEST_SUMMARY, _SUMMARY_CHARACTERS = 40, 172
_BARE = {"cell", "cell_output", "toctree-wrapper", "std-ref", "std-numref", "std-doc"}
_CHOICE = re.compile(r"keuze-([^-]+)-(.+)")
_NAMES = {"opmerking": "Remark", "herkomst": "What this rests on"}


def setup(app: Any) -> None:
    """Adds this part of the extension to Sphinx."""
    app.set_translator("html", Translator)
    app.connect("doctree-resolved", _mend, priority=_LAST)
    app.connect("html-page-context", describe)


def _mend(app: Any, tree: Any, page: str) -> None:
    for node in list(tree.findall(nodes.Element)):
        if not _BARE.isdisjoint(node["classes"]):
            node.parent.replace(node, node.children)
        elif isinstance(node, nodes.raw) and "<script" in node.astext():
            node.parent.remove(node)  # settings for a code server that the book doesn't use
        elif isinstance(node, nodes.table):
            mend_table(node)
        elif isinstance(node, nodes.figure) and isinstance(node[0], nodes.image):
            _mend_figure(app, node)
        elif isinstance(node, nodes.image):
            _mend_image(node)
        elif isinstance(node, nodes.inline):
            _mend_links(node)
    keep(app, tree, page)
    _add_take_along(app, tree, page)


def _mend_image(image: Any) -> None:
    """Writes the size that an author gave as the browser takes it: a page has no style inside."""
    given = {name: _SIZE.fullmatch(image.attributes.pop(name)) for name in ("width", "height") if name in image}
    image["html"] = {name: f"{size[1]}{size[2] or ''}" for name, size in given.items() if size} | image.get("html", {})


def _mend_links(span: Any) -> None:
    """Names the links of marks; a link in a class such as `keuze-sector-mbo` opens the page with that choice in its filters."""
    choices = [(match[1], match[2]) for name in span["classes"] if (match := _CHOICE.fullmatch(name))]
    for link in span.findall(nodes.reference):
        for name in _NAMES.keys() & {*span["classes"]}:
            link["html"] = {"aria-label": _(_NAMES[name])}
        if choices:
            address, hash_sign, anchor = link["refuri"].partition("#")
            link["refuri"] = f"{address}?{urlencode(choices)}{hash_sign}{anchor}"


def mend_table(table: Any) -> None:
    """Gives headers their scope, cells the name of their column, and a table with a title a frame that scrolls.

    A narrow screen shows rows as blocks; the roles keep it a table for a screen reader.
    """
    heads = [said(cell) for head in table.findall(nodes.thead) for row in head for cell in row]
    table["html"] = {"role": "table"}
    next(table.findall(nodes.colspec))["stub"] = True
    for row in table.findall(nodes.row):
        row.parent["html"], row["html"] = {"role": "rowgroup"}, {"role": "row"}
        is_head = isinstance(row.parent, nodes.thead)
        for column, cell in enumerate(row.children):
            cell["classes"] = [name for name in cell["classes"] if name in ("text-right", "text-center")]
            if is_head:
                cell["html"] = {"role": "columnheader", "scope": "col"}
            else:
                kind = {"role": "cell"} if column else {"role": "rowheader", "scope": "row"}
                cell["html"] = {"data-kolom": "".join(heads[column : column + 1]), **kind}
            if len(cell) == 1 and isinstance(cell[0], nodes.paragraph):
                cell[0] = compact_paragraph("", "", *cell[0].children)
    if isinstance(table[0], nodes.title):
        _frame(table, '<div class="tabel">', "</div>")
        return
    fold = table.parent
    while fold.parent is not None and type(fold).__name__ != "dropdown_main":
        fold = fold.parent
    if fold.parent is not None:
        table["html"]["aria-label"] = said(fold[0])


def _mend_figure(app: Any, figure: Any) -> None:
    """Joins the drawings for a wide and a narrow screen, in a frame that scrolls where a screen is too narrow for both.

    The frame is light where the figure can't be dark. The narrow drawing stands below the caption.
    """
    wide, legend = figure[0], figure.next_node(nodes.legend)
    narrow = legend and legend.next_node(nodes.image)
    for image in (wide, narrow) if narrow else (wide,):
        path = Path(app.srcdir, image["uri"])
        text = path.read_text(encoding="utf-8") if path.suffix == ".svg" else ""
        # That the browser knows the shape of a drawing keeps text from jumping when it arrives.
        sides = (f"{float(part) * 4 / 3:.0f}" for size in _BOX.findall(text[:1000]) for part in size)
        image["html"] = dict(zip(("width", "height"), sides, strict=False))
        image["dark"] = is_dark_too(darkened(text))
    before, after = f'<div class="figuur{" licht-en-donker" * wide["dark"]}">', "</div>"
    if narrow:
        name = app.builder.images[narrow["uri"]] = app.env.images[narrow["uri"]][1]
        given = {"media": NARROW, "srcset": f"{app.builder.imagedir}/{quote(name)}", **narrow["html"]}
        source = " ".join(f'{key}="{escape(value)}"' for key, value in given.items())
        before, after = f"{before}<picture><source {source}>", f"</picture>{after}"
        figure.remove(legend)
    _frame(wide, before, after)


def _frame(node: Any, before: str, after: str) -> None:
    node.parent.replace(node, [nodes.raw("", before, format="html"), node, nodes.raw("", after, format="html")])


def _add_take_along(app: Any, tree: Any, page: str) -> None:
    """Makes the line under each figure and table, and fills the places of the colophon; without a book they stay as they are."""
    book = app.config.html_context.get("book")
    if not book:
        return
    work, shown = Work(**book["work"]), None

    def form(part: Part | None = None, **given: Any) -> nodes.raw:
        place = f"#{part.key}" if part else f"{app.config.root_doc}.html"
        whole = f"{page}.html{place}" if part else place
        address = book["address"] and book["address"] + whole
        # A reference has the title of the report in italics, as the style has it.
        before, title, after = apa(work, part, address).partition(work.title)
        said = {"before": before, "title": title, "after": after, "bibtex": bibtex(work, part, address), "place": place}
        about = {"work": work, "part": part, "address": address or (whole if part else work.title), **said, **given}
        return nodes.raw("", app.builder.templates.render("citing.html", about), format="html")

    for node in list(tree.findall(nodes.Element)):
        if isinstance(node, nodes.figure | nodes.table):
            shown = node
        elif "meenemen" in node["classes"] and isinstance(node.parent, nodes.paragraph) and shown and shown["ids"]:
            links = node.findall(download_reference)
            own = [(f"{FILES}/{quote(link['filename'])}", link.astext()) for link in links]
            node.parent.parent.replace(node.parent, form(_part_of(shown), own=own))
        elif "citeer" in node["classes"]:
            node[:] = [form()]
        elif "hele-editie" in node["classes"]:
            node.append(form(whole=True))


def _part_of(shown: Any) -> Part:
    """Returns a figure or table as a reference names it, with the first sentence of its caption as its title."""
    caption = shown.next_node(lambda node: isinstance(node, nodes.title | nodes.caption)) or ()
    first = re.split(r"(?<=[.!?])\s+(?=[A-Z0-9])", said(*caption, without=MARKS), maxsplit=1)[0]
    return Part(shown["ids"][0], shown.get("number", ""), first.rstrip("."))


def describe(app: Any, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Tells the template whether a page has tables to filter, its sections, and its first paragraph that says something."""
    found = [*_sections(tree, 1)] if tree else []
    context["sections"] = found if len(found) > 1 else []  # with one there is nothing to choose
    context["filtered"] = tree and any("filterbaar" in table["classes"] for table in tree.findall(nodes.table))
    if book := context.get("book"):
        paragraphs = tree.findall(nodes.paragraph) if tree else ()
        texts = (said(node, without=MARKS) for node in paragraphs if isinstance(node.parent, nodes.section))
        summary = next((text for text in texts if len(text) >= _SHORTEST_SUMMARY), book["subtitle"])
        context["summary"] = shorten(summary, _SUMMARY_CHARACTERS, placeholder=" …", break_on_hyphens=False)
        context["work"] = Work(**book["work"])


def _sections(node: Any, level: int) -> Iterator[tuple[str, str, str]]:
    """Yields level, address and title of each section below the first."""
    for section in (child for child in node.children if isinstance(child, nodes.section)):
        if level in (2, 3):
            yield f"h{level}", section["ids"][0], section.next_node(nodes.title).astext()
        yield from _sections(section, level + 1)


class Translator(HTML5Translator):  # type: ignore[misc]
    """Writes nodes as HTML, with the attributes that they have in `html`."""

    def starttag(self, node: Any, tagname: str, suffix: str = "\n", empty: bool = False, **attributes: Any) -> str:
        """Returns a start tag."""
        return str(super().starttag(node, tagname, suffix, empty, **attributes, **node.get("html", {})))

    def add_permalink_ref(self, node: Any, title: str) -> None:
        """Adds a link that says where it leads, as "#" says nothing to who hears it; a caption with a link is none to roles."""
        if not isinstance(node, nodes.table):
            head = next(node.findall(lambda part: isinstance(part, nodes.title | nodes.caption)))
            named = f'href="#{node["ids"][0]}" aria-label="{escape(f"{title}: {said(head)}")}"'
            self.body.append(f'<a class="headerlink" {named}>{self.config.html_permalinks_icon}</a>')
