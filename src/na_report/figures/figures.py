"""One visual language for all figures, and what makes a drawing a figure of the book."""

import base64
import io
import json
import textwrap
from collections.abc import Callable

import font_source_sans_pro
import matplotlib as mpl
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

from na_report.base.colours import INK, LINE, SOFT
from na_report.base.digits import for_sheet
from na_report.writing.markdown import Block, anchor, table_rows
from na_report.writing.voice import Voice

for _name in ("SourceSansPro", "SourceSansProSemibold"):
    font_manager.fontManager.addfont(font_source_sans_pro.font_files_ttf[_name])

Draw = Callable[[float], Canvas]  # draws at a width in inches

WIDE_INCH, NARROW_INCH = 6.6, 3.7
# The drawing for a narrow screen travels beside the wide one under a type of its own.
NARROW_SVG = "application/vnd.na-report.narrow+svg"
PNG_DPI = 200

_STYLE = {
    "font.family": "Source Sans Pro",
    "font.size": 10.5,
    "text.parse_math": False,  # a label with two $ is no formula
    "text.hinting": "none",  # as wide as the outlines in the SVG, and quicker
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    "axes.edgecolor": LINE,
    **dict.fromkeys(("axes.spines.top", "axes.spines.right"), False),
    **dict.fromkeys(("xtick.major.size", "ytick.major.size"), 0),
    "svg.hashsalt": "na-report",
    "svg.fonttype": "path",
}


def is_narrow(width_inch: float) -> bool:
    """Tells whether a drawing is for a phone, where labels stand above what they name instead of beside it."""
    return width_inch < WIDE_INCH


def canvas(width_inch: float, height_inch: float) -> tuple[Canvas, Axes]:
    """Returns an empty drawing in the style of the report, with its axes."""
    # Text takes its font when it is made, so the style has to hold for all that the caller draws.
    mpl.rcParams.update(_STYLE)
    drawing = Canvas(figsize=(width_inch, height_inch), layout="constrained")
    return drawing, drawing.subplots()


def get_ready() -> None:
    """Draws a figure that nobody sees: what matplotlib makes at first use is there for the kernels forked from this process."""
    drawing, axes = canvas(1, 1)
    axes.bar([0], [1])
    _svg(drawing)
    _png(drawing)


def wrapped(text: str, width: int = 44) -> str:
    """Returns text with line breaks for a label."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False))


def figure(
    voice: Voice, draw: Draw, data: pd.DataFrame, shown: pd.DataFrame, name: str, caption: str, alt: str, source: str
) -> Block:
    """Makes a drawing, for a wide and for a narrow screen, a figure of the book: numbered, captioned, with alt text and its data.

    `data` is kept beside it as CSV, and `shown` folded under it: words as headers, cells in MyST. The name begins with `fig-` and
    is unique in the book, the caption is MyST in one line, and `alt` and `source` are plain text.
    """
    words, path = voice.words, f"figuren/{anchor(name)}"
    line = words("figures.source", source=source, edition=voice.edition.name)
    wide, narrow = drawings = draw(WIDE_INCH), draw(NARROW_INCH)
    for drawing in drawings:
        foot = wrapped(line, round(17 * drawing.get_figwidth()))
        drawing.supxlabel(foot, x=0.005, ha="left", size=8.5, color=SOFT)
    # JSON's double quotes are YAML's, so that a colon in the alt text can't end it.
    alt = json.dumps(" ".join(alt.split()), ensure_ascii=False)
    other = f":::{{image}} {path}-smal.svg\n:alt: {alt}\n:::"
    drawn = f"::::{{figure}} {path}.svg\n:name: {name}\n:alt: {alt}\n\n{caption}\n\n{other}\n::::"
    links = ", ".join(f"{{download}}`{kind} <{path}.{kind.lower()}>`" for kind in ("SVG", "PNG"))
    links += f". {words('figures.data')}: {{download}}`CSV <{path}.csv>`"
    along = f"[{words('figures.take_along')}: {links}.]{{.meenemen}}"
    rows = "\n".join(table_rows(shown))
    table = f":::{{dropdown}} {words('figures.as_table')}\n:class-container: als-tabel\n\n{rows}\n:::"
    bare = data.map(lambda cell: for_sheet(cell) if isinstance(cell, str) else cell)
    files = {
        f"{path}.svg": ("image/svg+xml", _svg(wide)),
        f"{path}-smal.svg": (NARROW_SVG, _svg(narrow)),
        f"{path}.png": ("image/png", base64.b64encode(_png(wide)).decode()),
        f"{path}.csv": ("text/csv", bare.to_csv(index=False, lineterminator="\n")),
    }
    return Block(f"{drawn}\n\n{along}\n\n{table}", files)


def _svg(drawing: Canvas) -> str:
    """Returns a drawing as SVG, and fixes the layout that it has then. `savefig` would draw everything twice."""
    text = io.StringIO()
    FigureCanvasSVG(drawing).print_svg(text, metadata={"Date": None, "Creator": None})
    drawing.set_layout_engine("none")
    return text.getvalue()


def _png(drawing: Canvas) -> bytes:
    pixels = io.BytesIO()
    drawing.set_dpi(PNG_DPI)
    # A level of 6 makes the file a tenth smaller and takes twice as long.
    FigureCanvasAgg(drawing).print_png(pixels, metadata={"Software": None}, pil_kwargs={"compress_level": 3})
    return pixels.getvalue()
