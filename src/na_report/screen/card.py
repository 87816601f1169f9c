"""The picture that a shared link shows: title and edition, in the letters and colours of the book."""

from __future__ import annotations

import textwrap
from pathlib import Path

import font_source_sans_pro

WIDTH, HEIGHT = 1200, 630
_INK, _SOFT, _DARK, _LIGHT = "#ffffff", "#cfe5f6", "#0b3d63", "#7fc0f0"
_DPI = 100
_POINTS_PER_PIXEL = 72 / _DPI
_MARGIN = 0.07


def write_card(target: Path, title: str, subtitle: str) -> None:
    """Writes a PNG of 1200 by 630 pixels; the same words give the same bytes.

    Args:
        target: The file.
        title: The title of the book.
        subtitle: What it is, and which edition.
    """
    # Half a second that only a build needs.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.patches import Rectangle

    faces = font_source_sans_pro.font_files_ttf
    drawing = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, facecolor=_DARK)
    for number, height in enumerate((0.10, 0.20, 0.15)):
        # Three bars: the mark of the book in the tab of a browser.
        bar = Rectangle((_MARGIN + number * 0.035, 0.70), 0.018, height, color=_LIGHT, transform=drawing.transFigure)
        drawing.add_artist(bar)
    for text, width, top, pixels, face, colour in (
        (title, 30, 0.60, 80, "SourceSansProSemibold", _INK),
        (subtitle, 58, 0.22, 40, "SourceSansPro", _SOFT),
    ):
        font = FontProperties(fname=faces[face], size=pixels * _POINTS_PER_PIXEL)
        lines = "\n".join(textwrap.wrap(text, width))
        drawing.text(
            _MARGIN, top, lines, fontproperties=font, color=colour, va="top", linespacing=1.15, parse_math=False
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(drawing).print_png(target, metadata={"Software": None})
