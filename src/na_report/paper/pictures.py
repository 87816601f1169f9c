"""Lays out the pictures of pages, with the letters of a drawing as text: to find, to copy, and to read aloud."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from na_report.base.errors import BookError

# Matplotlib writes a text as outlines, with the text itself before them and a unit of a hundredth of the size of the letters.
_TEXT = re.compile(
    r'<!-- (?P<text>[^\n]*?) -->\s*<g style="(?P<style>[^"]*)" transform="(?P<place>translate\([^)]*\)(?: rotate\([^)]*\))?)'
    r' scale\((?P<scale>[\d.]+) -(?P=scale)\)">(?P<outlines>.*?)</g>',
    re.DOTALL,
)
_GLYPH = re.compile(r'<use xlink:href="#SourceSansPro-(\w+)-[0-9a-f]+"')
_WEIGHTS = {"Regular": 400, "Semibold": 600, "Bold": 700}


def lay_out(names: Iterable[str], source: Path, target: Path) -> None:
    """Writes pictures for paper, under the addresses that they have in the source.

    Raises:
        BookError: A picture is not there.
    """
    for name in sorted(set(names)):
        path = (source / name).resolve()
        if not path.is_relative_to(source.resolve()) or not path.is_file():
            raise BookError(
                f"The PDF can't show the picture {name}, which is not among the files of the book.",
                hint="Keep the picture in the folder of the chapters, and name it from there.",
            )
        content = path.read_bytes()
        if path.suffix == ".svg":
            content = with_letters(content.decode("utf-8")).encode()
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)


@cache
def with_letters(svg: str) -> str:
    """Returns a drawing of matplotlib with text in place of outlines; as it is where it has an outline of another kind.

    Example:
        >>> outlines = '<use xlink:href="#SourceSansPro-Semibold-13"/>'
        >>> with_letters(f'<!-- R --><g style="fill: #000" transform="translate(1 2) scale(0.1 -0.1)">{outlines}</g>')
        '<text style="fill: #000; font: 600 10.000px Source Sans Pro" transform="translate(1 2)">R</text>'
    """
    found = list(_TEXT.finditer(svg))
    return _TEXT.sub(_as_text, svg) if len(found) == svg.count("<!-- ") and all(map(_is_ours, found)) else svg


def _is_ours(match: re.Match[str]) -> bool:
    """Tells whether a text is in one face of ours, and is whole: a comment can't hold two hyphens side by side."""
    faces = set(_GLYPH.findall(match["outlines"]))
    return len(faces) == 1 and faces <= set(_WEIGHTS) and "- -" not in match["text"]


def _as_text(match: re.Match[str]) -> str:
    [face] = set(_GLYPH.findall(match["outlines"]))
    font = f"font: {_WEIGHTS[face]} {float(match['scale']) * 100:.3f}px Source Sans Pro"
    return f'<text style="{match["style"]}; {font}" transform="{match["place"]}">{match["text"]}</text>'
