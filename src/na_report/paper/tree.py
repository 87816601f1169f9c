"""What Sphinx's tree of a page says of a node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes


def around(node: Any) -> Iterator[Any]:
    """Yields the nodes that a node is in, from the inside out."""
    while node.parent is not None:
        node = node.parent
        yield node


def ids(node: Any) -> list[str]:
    """Returns the names by which links find a node; text has none."""
    return list(node.get("ids", ())) if isinstance(node, nodes.Element) else []


def text_of(node: Any, without: str) -> str:
    """Returns the text of a node but for what has a class."""
    found = node.findall(nodes.Text)
    return "".join(
        text.astext() for text in found if not any(without in one.get("classes", ()) for one in around(text))
    )
