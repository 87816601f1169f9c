"""What the nodes of a page say to a reader, and others in their place."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from docutils import nodes

# What leads a reader on, and is no part of a text.
MARKS = {"opmerking", "herkomst"}
_TAG = re.compile(r"<[^>]*>")


def said(*given: Any, without: Collection[str] = ()) -> str:
    """Returns the text of nodes on one line, without those of some classes; a caption has its number before it."""
    return " ".join("".join(text for node in given for text in _texts(node, without)).split())


def _texts(node: Any, without: Collection[str]) -> Iterator[str]:
    if isinstance(node, nodes.Text):
        yield node.astext()
    elif isinstance(node, nodes.raw):
        yield _TAG.sub("", node.astext())
    elif not isinstance(node, nodes.Invisible) and not any(name in without for name in node["classes"]):
        if isinstance(node, nodes.title | nodes.caption) and "number" in node.parent:
            yield f"{node.parent['number']} "
        for child in node.children:
            yield from _texts(child, without)
        if not isinstance(node, nodes.Inline):
            yield " "


def replace(node: Any, *others: Any) -> None:
    """Puts others in the place of a node, which take over nothing from it."""
    at = node.parent.index(node)
    node.parent[at : at + 1] = others
