"""Lays out a table: how wide its columns are, which side they keep to, and whether it stays whole."""

import re
from collections.abc import Sequence
from math import ceil
from typing import Any

from docutils import nodes

# A table of less than so many lines of text does not break over pages; it is a third of a page.
_SHORT = 24
# In letters, with room for bold ones: between two columns, and what a page has for all of them.
_BETWEEN, _PAGE = 2, 100
# A column with twice the text gets less than twice the room: its lines may be more, not much longer.
_DAMPED = 0.6
_BREAKS = re.compile(r"[ \n\t]+|(?<=[-–/])(?=\w)")


def is_plain(rows: Sequence[Any]) -> bool:
    """Tells whether a table has one row of heads, which each page repeats, and no cell that spans others, as in Markdown."""
    spanning = any("morecols" in cell or "morerows" in cell for row in rows for cell in row)
    return sum(isinstance(row.parent, nodes.thead) for row in rows) <= 1 and not spanning


def layout(rows: Sequence[Any]) -> dict[str, Any]:
    """Returns what the template needs to know of a table besides its cells, which come row by row.

    No word is wider than its column, and the rest of a page is for who has more to say than its longest word. Where those don't
    fit side by side, they have to break after all.
    """
    lengths = [[len(cell.astext()) for cell in row.children] for row in rows]
    words = [
        max(len(word) for cell in column for word in _BREAKS.split(cell.astext())) for column in zip(*rows, strict=True)
    ]
    wants = [
        sum(max(length - word, 0) for length in column) ** _DAMPED
        for column, word in zip(zip(*lengths, strict=True), words, strict=True)
    ]
    room = _PAGE - sum(words) - _BETWEEN * len(words)
    each = max(room, 0) / (sum(wants) or 1)
    widths = [word + _BETWEEN + want * each for word, want in zip(words, wants, strict=True)]
    lines = [max(ceil(length / width) for length, width in zip(row, widths, strict=True)) for row in lengths]
    return {
        "widths": [round(width, 1) for width in widths],
        "sides": ["right" if "text-right" in cell.get("classes", ()) else "left" for cell in rows[0].children],
        "heads": isinstance(rows[0].parent, nodes.thead),
        "hyphenate": room < 0,
        "whole": sum(lines) + len(rows) / 2 < _SHORT,
    }
