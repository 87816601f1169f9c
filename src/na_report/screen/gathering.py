"""What each page has for the search page and for the notes of all pages: kept beside the pages, as not all are written anew."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import toctree

from na_report.screen.footer import FOLDER
from na_report.screen.notes import notes_of
from na_report.screen.said import said

# A table to look things up in repeats what the book says elsewhere.
_USELESS = {"meenemen", "filterbaar", "herkomst"}


def keep(app: Any, tree: Any, page: str) -> None:
    """Keeps what a page says to the others."""
    menus = app.env.tocs[app.config.root_doc].findall(toctree)
    part = next((menu.get("caption") or "" for menu in menus if page in menu["includefiles"]), "")
    path = Path(app.outdir).parent / FOLDER / f"{page}.json"
    path.parent.mkdir(exist_ok=True)
    kept = {"places": [*places(f"{page}.html", tree, part)], **notes_of(f"{page}.html", tree)}
    path.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def places(name: str, tree: Any, part: str = "") -> Iterator[dict[str, str]]:
    """Yields the sections of a page with a file name, and the part of the book that it is in."""
    sections = list(tree.findall(nodes.section))
    for section in sections:
        title, *rest = section.children
        yield {
            "page": said(sections[0][0], without=_USELESS),
            "title": said(title, without=_USELESS),
            "address": name if section is sections[0] else f"{name}#{section['ids'][0]}",
            "text": said(*(part for part in rest if not isinstance(part, nodes.section)), without=_USELESS),
            "part": part,
        }
