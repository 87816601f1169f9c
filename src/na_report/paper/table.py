"""Lays out a table: how wide its columns are, which side they keep to, and whether it stays whole."""

import re
from collections.abc import Sequence
from functools import cache
from math import ceil
from typing import Any

import font_source_sans_pro
from docutils import nodes
from fontTools.ttLib import TTFont

# A table of less than so many lines of text does not break over pages; it is a third of a page.
_SHORT = 24
# In em of the letters of a table: between two columns, and what a page has for all of them.
_BETWEEN_EM, _PAGE_EM = 1.1, 53.0
# A column with twice the text gets less than twice the room: its lines may be more, not much longer.
_DAMPED = 0.7
# Lines are not full to the end.
_RAGGED = 1.12
_BREAKS = re.compile(r"[ \n\t]+|(?<=[-–/])(?=\w)")


def is_head(row: Any) -> bool:
    """Tells whether a row is one of heads."""
    return isinstance(row.parent, nodes.thead)


def is_plain(rows: Sequence[Any]) -> bool:
    """Tells whether a table has one row of heads, which each page repeats, and no cell that spans others, as in Markdown."""
    spanning = any("morecols" in cell or "morerows" in cell for row in rows for cell in row)
    return sum(map(is_head, rows)) <= 1 and not spanning


def layout(rows: Sequence[Any]) -> dict[str, Any]:
    """Returns what the template needs to know of a table besides its cells, which come row by row."""
    texts = [[cell.astext() for cell in row.children] for row in rows]
    widths = columns(texts)
    lines = [
        [ceil(_width(text) * _RAGGED / width) or 1 for text, width in zip(row, widths, strict=True)] for row in texts
    ]
    return {
        "widths": widths,
        "sides": ["right" if "text-right" in cell.get("classes", ()) else "left" for cell in rows[0].children],
        "heads": any(map(is_head, rows)),
        "hyphenate": sum(widths) > _PAGE_EM + 0.1,  # words that don't fit side by side have to break after all
        "whole": sum(map(max, lines)) + len(rows) / 2 < _SHORT,
    }


def columns(rows: Sequence[Sequence[str]]) -> list[float]:
    """Returns how wide columns are in em, together the width of a page, or more where the longest words don't fit side by side.

    No word is wider than its column. The rest is for who has most to say, to none more than its longest text needs.

    Example:
        >>> [round(width) for width in columns([["Nr.", "Doel"], ["1", "Een zin over een doel dat niemand meet"]])]
        [2, 51]
    """
    words = [[_width(word) for text in column for word in _BREAKS.split(text)] for column in zip(*rows, strict=True)]
    texts = [[_width(text) for text in column] for column in zip(*rows, strict=True)]
    widths = [max(column) + _BETWEEN_EM for column in words]
    needs = [max(max(column) + _BETWEEN_EM - width, 0) for column, width in zip(texts, widths, strict=True)]
    wants = [(sum(column) / len(column)) ** _DAMPED + 0.01 for column in texts]
    room, wanted = max(_PAGE_EM - sum(widths), 0), sum(wants)
    # Who has enough soonest comes first: what that column leaves is for the others, and what all leave for the last.
    for index in sorted(range(len(wants)), key=lambda index: needs[index] / wants[index]):
        given = min(needs[index], room * wants[index] / wanted)
        widths[index] += given
        room, wanted = room - given, wanted - wants[index]
    widths[-1] += room
    return [round(width, 2) for width in widths]


def _width(text: str) -> float:
    """Returns the width in em of a text on one line, in the widest face that a table uses."""
    advances = _advances()
    return sum(advances.get(ord(character), 1.0) for character in text)


@cache
def _advances() -> dict[int, float]:
    with TTFont(font_source_sans_pro.font_files_ttf["SourceSansProSemibold"]) as font:
        sizes, em = font["hmtx"].metrics, float(font["head"].unitsPerEm)
        return {code: sizes[glyph][0] / em for code, glyph in font.getBestCmap().items()}
