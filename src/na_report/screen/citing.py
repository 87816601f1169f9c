"""Under each figure and table one line: take it along, the whole edition too, and refer to it."""

import re
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.addnodes import download_reference

from na_report.base.citation import Part, Work, apa, bibtex
from na_report.screen.describing import FILES
from na_report.screen.said import MARKS, replace, said


def add_take_along(app: Any, tree: Any, page: str) -> None:
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
            replace(node.parent, form(part_of(shown), own=own))
        elif "citeer" in node["classes"]:
            node[:] = [form()]
        elif "hele-editie" in node["classes"]:
            node.append(form(whole=True))


def part_of(shown: Any) -> Part:
    """Returns a figure or table as a reference names it, with the first sentence of its caption as its title."""
    caption = shown.next_node(lambda node: isinstance(node, nodes.title | nodes.caption)) or ()
    first = re.split(r"(?<=[.!?])\s+(?=[A-Z0-9])", said(*caption, without=MARKS), maxsplit=1)[0]
    return Part(shown["ids"][0], shown.get("number", ""), first.rstrip("."))
