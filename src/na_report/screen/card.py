"""The picture that a shared link shows: title and edition, in the letters and colours of the book."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import font_source_sans_pro

WIDTH, HEIGHT = 1200, 630
_DPI = 100
_MARGIN = 0.07


def write_card(target: Path, title: str, subtitle: str) -> None:
    """Writes a PNG of 1200 by 630 pixels; the same words give the same bytes."""
    # Half a second that only a build needs.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.patches import Rectangle

    drawing = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, facecolor="#0b3d63")
    for number, height in enumerate((0.10, 0.20, 0.15)):
        # Three bars: the mark of the book in the tab of a browser.
        left = _MARGIN + number * 0.035
        drawing.add_artist(Rectangle((left, 0.70), 0.018, height, color="#7fc0f0", transform=drawing.transFigure))
    for text, width, top, pixels, face, colour in (
        (title, 30, 0.60, 80, "SourceSansProSemibold", "#ffffff"),
        (subtitle, 58, 0.22, 40, "SourceSansPro", "#cfe5f6"),
    ):
        font = FontProperties(fname=font_source_sans_pro.font_files_ttf[face], size=pixels * 72 / _DPI)
        looks: dict[str, Any] = {
            "fontproperties": font,
            "color": colour,
            "va": "top",
            "linespacing": 1.15,
            "parse_math": False,
        }
        drawing.text(_MARGIN, top, "\n".join(textwrap.wrap(text, width)), **looks)
    target.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(drawing).print_png(target, metadata={"Software": None})
