"""The contents that stand beside the text of a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes


def setup(app: Any) -> None:
    """Adds this part of the extension to Sphinx."""
    app.connect("html-page-context", _add_sections)


def _add_sections(app: Any, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Gives the template level, address and title of each section; none where there is nothing to choose."""
    found = list(_sections(tree, 1)) if tree else []
    context["sections"] = found if len(found) > 1 else []


def _sections(node: Any, level: int) -> Iterator[tuple[str, str, str]]:
    for section in (child for child in node.children if isinstance(child, nodes.section)):
        if level in (2, 3):
            yield f"h{level}", section["ids"][0], section.next_node(nodes.title).astext()
        yield from _sections(section, level + 1)
