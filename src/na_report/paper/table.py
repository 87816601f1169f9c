"""Writes a table: how wide its columns are, which side they keep to, and whether it stays whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from math import ceil
from typing import Any

import font_source_sans_pro
from docutils import nodes
from fontTools.ttLib import TTFont

from na_report.paper.code import array, call

# A table of less than so many lines of text does not break over pages; it is a third of a page.
_SHORT = 24
# In em of the letters of a table: between two columns, and what a page has for all of them.
_BETWEEN_EM = 1.1
_PAGE_EM = 53.0
# A column with twice the text gets less than twice the room: its lines may be more, not much longer.
_DAMPED = 0.7
# Lines are not full to the end.
_RAGGED = 1.12
_BREAKS = re.compile(r"[ \n\t]+|(?<=[-–/])(?=\w)")


def is_plain(rows: Sequence[Any]) -> bool:
    """Tells whether a table has one row of heads, which each page repeats, and no cell that spans others, as in Markdown."""
    spanning = any("morecols" in cell or "morerows" in cell for row in rows for cell in row)
    return len(list(filter(_is_head, rows))) <= 1 and not spanning


def grid(rows: Sequence[Any], cell: Callable[[Any], str], caption: str, label: str) -> str:
    """Returns the call of the template that shows a table, with its caption and the name by which links find it as code."""
    widths, lines, fits = columns([[part.astext() for part in row.children] for row in rows])
    sides = ("right" if "text-right" in part.get("classes", ()) else "left" for part in rows[0].children)
    return call(
        "grid-of",
        array(f"{width:.2f}fr" for width in widths),
        array(sides),
        array(cell(part) for row in rows if _is_head(row) for part in row.children),
        array(array(map(cell, row.children)) for row in rows if not _is_head(row)),
        caption,
        label,
        # Words that don't fit side by side have to break after all.
        hyphenate="false" if fits else "true",
        whole="true" if lines + len(rows) / 2 < _SHORT else "false",
    )


def _is_head(row: Any) -> bool:
    return isinstance(row.parent, nodes.thead)


def columns(rows: Sequence[Sequence[str]]) -> tuple[list[float], int, bool]:
    """Returns how wide columns are in em, together the width of a page; how many lines of text that makes; whether they fit.

    No word is wider than its column; they fit when there is room for that. The rest is for who has most to say.

    Example:
        >>> widths, lines, fits = columns([["Nr.", "Doel"], ["1", "Een zin over een doel dat niemand meet"]])
        >>> [round(width) for width in widths], lines, fits
        ([2, 51], 2, True)
    """
    sizes = [[_width(text) for text in row] for row in rows]
    parts = list(zip(*sizes, strict=True))
    words = [[_width(word) for text in column for word in _BREAKS.split(text)] for column in zip(*rows, strict=True)]
    widths = [max(column) + _BETWEEN_EM for column in words]
    most = [max(max(column) + _BETWEEN_EM, width) for column, width in zip(parts, widths, strict=True)]
    wants = [(sum(column) / len(column)) ** _DAMPED + 0.01 for column in parts]
    room = _PAGE_EM - sum(widths)
    fits = room >= 0
    # Room in parts as they are wanted, to none more than it can use while another can use it.
    while room > 0.01:
        hungry = [index for index, width in enumerate(widths) if width < most[index] - 0.01]
        if not hungry:
            widths[-1] += room  # all texts fit on a line: the last column takes what is left
            break
        share = room / sum(wants[index] for index in hungry)
        for index in hungry:
            part = min(wants[index] * share, most[index] - widths[index])
            widths[index] += part
            room -= part
    heights = (max(ceil(size * _RAGGED / width) for size, width in zip(row, widths, strict=True)) for row in sizes)
    return widths, sum(max(height, 1) for height in heights), fits


def _width(text: str) -> float:
    """Returns the width in em of a text on one line, in the widest face that a table uses."""
    advances = _advances()
    return sum(advances.get(ord(character), 1.0) for character in text)


@cache
def _advances() -> dict[int, float]:
    with TTFont(font_source_sans_pro.font_files_ttf["SourceSansProSemibold"]) as font:
        sizes, em = font["hmtx"].metrics, float(font["head"].unitsPerEm)
        return {code: sizes[glyph][0] / em for code, glyph in font.getBestCmap().items()}
