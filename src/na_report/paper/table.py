"""Writes a table: how wide its columns are, which side they keep to, and whether it stays whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from docutils import nodes

from na_report.paper.code import array, call
from na_report.paper.columns import columns

# A table of less than so many lines of text does not break over pages; it is a third of a page.
_SHORT = 24


def is_plain(rows: Sequence[Any]) -> bool:
    """Tells whether a table has one row of heads, which each page repeats, and no cell that spans others, as in Markdown."""
    spanning = any("morecols" in cell or "morerows" in cell for row in rows for cell in row)
    return len(list(filter(_is_head, rows))) <= 1 and not spanning


def grid(rows: Sequence[Any], cell: Callable[[Any], str], caption: str, label: str) -> str:
    """Returns the call of the template that shows a table.

    Args:
        rows: Its rows, that with the heads too.
        cell: Writes a cell.
        caption: The caption, as code.
        label: The name by which links find it, as code.
    """
    found = columns([[part.astext() for part in row.children] for row in rows])
    right = ["text-right" in part.get("classes", ()) for part in rows[0].children]
    cells = ",\n  ".join(array(map(cell, row.children)) for row in rows if not _is_head(row))
    return call(
        "grid-of",
        array(f"{width:.2f}fr" for width in found.widths),
        array("right" if is_right else "left" for is_right in right),
        array(cell(part) for row in rows if _is_head(row) for part in row.children),
        f"({cells},)" if cells else "()",
        caption,
        label,
        # Words that don't fit side by side have to break after all.
        hyphenate="false" if found.fits else "true",
        whole="true" if found.lines + len(rows) / 2 < _SHORT else "false",
    )


def _is_head(row: Any) -> bool:
    return isinstance(row.parent, nodes.thead)
