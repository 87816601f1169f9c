"""Lays out the pictures of pages, with the letters of a drawing as text: to find, to copy, and to read aloud."""

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
    """Writes pictures for paper, under the addresses that they have in the source; one that is not there is an error."""
    for name in sorted(set(names)):
        path = (source / name).resolve()
        if not path.is_relative_to(source.resolve()) or not path.is_file():
            raise BookError(
                f"The PDF can't show the picture {name}, which is not among the files of the book.",
                hint="Keep the picture in the folder of the chapters, and name it from there.",
            )
        content = path.read_bytes()
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(with_letters(content) if path.suffix == ".svg" else content)


@cache
def with_letters(drawing: bytes) -> bytes:
    """Returns an SVG of matplotlib with text in place of outlines; as it is where one of them is of another kind.

    That is one in several faces, or not whole: a comment can't hold two hyphens side by side.
    """
    svg = drawing.decode("utf-8")
    found = [(match, set(_GLYPH.findall(match["outlines"]))) for match in _TEXT.finditer(svg)]
    ours = [len(faces) == 1 and faces <= _WEIGHTS.keys() and "- -" not in match["text"] for match, faces in found]
    if len(found) != svg.count("<!-- ") or not all(ours):
        return drawing
    for match, [face] in found:
        font = f"font: {_WEIGHTS[face]} {float(match['scale']) * 100:.3f}px Source Sans Pro"
        text = f'<text style="{match["style"]}; {font}" transform="{match["place"]}">{match["text"]}</text>'
        svg = svg.replace(match[0], text)
    return svg.encode()
