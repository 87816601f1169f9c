"""How wide the columns of a table are: no word wider than its column, and the rest for who has most to say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil

import font_source_sans_pro
from fontTools.ttLib import TTFont

# In em of the letters of a table: between two columns, and what a page has for all of them.
_BETWEEN_EM = 1.1
_PAGE_EM = 53.0
# A column with twice the text gets less than twice the room: its lines may be more, not much longer.
_DAMPED = 0.7
# Lines are not full to the end.
_RAGGED = 1.12
_BREAKS = re.compile(r"[ \n\t]+|(?<=[-–/])(?=\w)")


@dataclass(frozen=True)
class Columns:
    """The columns of a table.

    Args:
        widths: In em of its letters; together the width of a page.
        lines: How many lines of text the table is high, about.
        fits: Whether the longest words of all columns stand side by side.
    """

    widths: Sequence[float]
    lines: int
    fits: bool = True


def columns(rows: Sequence[Sequence[str]]) -> Columns:
    """Returns the columns of a table.

    Args:
        rows: The texts of all rows, the heads too; each row with as many cells.

    Example:
        >>> found = columns([["Nr.", "Doel"], ["1", "Een zin over een doel dat niemand meet"]])
        >>> [round(width) for width in found.widths], found.lines
        ([2, 51], 2)
    """
    sizes = [[_width(text) for text in row] for row in rows]
    texts, parts = list(zip(*rows, strict=True)), list(zip(*sizes, strict=True))
    least = [max(map(_longest_word, column)) + _BETWEEN_EM for column in texts]
    whole = [max(max(column) + _BETWEEN_EM, low) for column, low in zip(parts, least, strict=True)]
    room = _PAGE_EM - sum(least)
    wants = [(sum(column) / len(column)) ** _DAMPED + 0.01 for column in parts]
    if room > 0:
        given = _shared_out(room, wants, [most - low for most, low in zip(whole, least, strict=True)])
    else:
        given = [0.0] * len(least)
    found = [low + more for low, more in zip(least, given, strict=True)]
    heights = (max(ceil(size * _RAGGED / width) for size, width in zip(row, found, strict=True)) for row in sizes)
    return Columns(found, sum(max(height, 1) for height in heights), room >= 0)


def _shared_out(room: float, wants: Sequence[float], most: Sequence[float]) -> list[float]:
    """Returns the room in parts as they are wanted, to none more than it can use while another can use it."""
    given = [0.0] * len(wants)
    while room > 0.01:
        hungry = [index for index, part in enumerate(given) if part < most[index] - 0.01]
        if not hungry:
            # All texts fit on a line: the last column takes what is left.
            given[-1] += room
            break
        share = room / sum(wants[index] for index in hungry)
        for index in hungry:
            part = min(wants[index] * share, most[index] - given[index])
            given[index] += part
            room -= part
    return given


def _longest_word(text: str) -> float:
    return max(map(_width, _BREAKS.split(text)), default=0.0)


def _width(text: str) -> float:
    """Returns the width in em of a text on one line, in the widest face that a table uses."""
    advances, usual = _advances()
    return sum(advances.get(ord(character), usual) for character in text)


@cache
def _advances() -> tuple[dict[int, float], float]:
    with TTFont(font_source_sans_pro.font_files_ttf["SourceSansProSemibold"]) as font:
        sizes, em = font["hmtx"].metrics, float(font["head"].unitsPerEm)
        return {code: sizes[glyph][0] / em for code, glyph in font.getBestCmap().items()}, 1.0
