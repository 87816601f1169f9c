"""One visual language for all figures, and the object that makes a drawing a figure of the book."""

from __future__ import annotations

import base64
import csv
import io
import json
import textwrap
from collections.abc import Sequence
from functools import cache

import font_source_sans_pro
import matplotlib as mpl
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from na_report.presentation.markdown import Block, anchor, for_sheet

# Okabe and Ito's palette, darkened until each colour has a contrast of 4.5 or more on white.
INK, SOFT, LINE, PALE = "#1b2733", "#55636f", "#aab4bd", "#e6ebef"
BLUE, ORANGE, GREEN, PURPLE = "#0b5c94", "#b34700", "#00735c", "#8a3a78"
WIDTH_INCH = 6.6
PNG_DPI = 200
TAKE_ALONG = {"nl": ("Neem de figuur mee", "Gegevens"), "en": ("Take the figure along", "Data")}
SOURCE = {"nl": "Bron: {} · editie {}", "en": "Source: {} · edition {}"}

_STYLE = {
    "font.family": "Source Sans Pro",
    "font.size": 10.5,
    "text.parse_math": False,  # a label with two $ is no formula
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "semibold",
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "svg.hashsalt": "na-report",
    "svg.fonttype": "path",
}


@cache
def _register_fonts() -> None:
    for name in ("SourceSansPro", "SourceSansProSemibold", "SourceSansProBold"):
        font_manager.fontManager.addfont(font_source_sans_pro.font_files_ttf[name])


def canvas(height_inch: float, columns: int = 1, **ratios: Sequence[float]) -> tuple[Canvas, list[Axes]]:
    """Returns an empty drawing in the style of the report, with its axes from left to right.

    Args:
        height_inch: Height; the width is that of the text.
        columns: The number of axes side by side.
        ratios: `width_ratios` of the axes.
    """
    _register_fonts()
    # Text takes its font when it is made, so the style has to hold for all that the caller draws.
    mpl.rcParams.update(_STYLE)
    drawing = Canvas(figsize=(WIDTH_INCH, height_inch), layout="constrained")
    axes = drawing.subplots(1, columns, squeeze=False, gridspec_kw=ratios or None)
    return drawing, list(axes[0])


def wrapped(text: str, width: int = 44) -> str:
    """Returns text with line breaks for a label.

    Example:
        >>> wrapped("een lang bijschrift", 10)
        'een lang\\nbijschrift'
    """
    return "\n".join(textwrap.wrap(text, width, break_long_words=False))


def clear(axes: Axes) -> None:
    """Takes away everything that frames the data."""
    axes.set_axis_off()


def figure(
    drawing: Canvas,
    data: pd.DataFrame,
    *,
    name: str,
    caption: str,
    alt: str,
    source: str,
    edition: str,
    language: str = "nl",
) -> Block:
    """Makes a drawing a figure of the book: numbered, captioned, with alt text and its data.

    Args:
        drawing: What is drawn; gets a line with the source.
        data: The frame that it shows, kept beside the figure as CSV.
        name: For `{numref}` and the file names; unique in the book, starts with `fig-`.
        caption: MyST in one line.
        alt: What the figure shows, in words, for who doesn't see it.
        source: Plain text for the source line.
        edition: The name of the edition.
        language: `nl` or `en`.
    """
    line = wrapped(SOURCE[language].format(source, edition), 120)
    drawing.supxlabel(line, x=0.005, ha="left", size=8, color=SOFT)
    svg, png = io.StringIO(), io.BytesIO()
    drawing.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    drawing.savefig(png, format="png", dpi=PNG_DPI, metadata={"Software": None})
    path = f"figuren/{anchor(name)}"
    # JSON's double quotes are YAML's, so that a colon in the alt text can't end it.
    alt = json.dumps(" ".join(alt.split()), ensure_ascii=False)
    markdown = f":::{{figure}} {path}.svg\n:name: {name}\n:alt: {alt}\n\n{caption}\n:::"
    words = TAKE_ALONG[language]
    links = ", ".join(f"{{download}}`{kind} <{path}.{kind.lower()}>`" for kind in ("SVG", "PNG"))
    markdown += f"\n\n[{words[0]}: {links}. {words[1]}: {{download}}`CSV <{path}.csv>`.]{{.meenemen}}"
    files = {"image/svg+xml": f"{path}.svg", "image/png": f"{path}.png", "text/csv": f"{path}.csv"}
    return Block(
        markdown,
        attachments={
            "image/svg+xml": svg.getvalue(),
            "image/png": base64.b64encode(png.getvalue()).decode(),
            "text/csv": data.map(lambda cell: for_sheet(cell) if isinstance(cell, str) else cell).to_csv(
                index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n"
            ),
        },
        metadata={"na_report": {"files": files}},
    )
