"""The figures of structure: what belongs to what, where the weight lies, what rests on what."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyBboxPatch

from na_report.base.wording import Words
from na_report.editions.edition import Edition
from na_report.figures.figures import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    canvas,
    clear,
    figure,
    is_narrow,
    wrapped,
)
from na_report.writing.markdown import Block, escape, link
from na_report.writing.text import short_source


def _box(axes: Axes, x: float, y: float, width: float, height: float, text: str, colour: str, *, solid: bool) -> None:
    """Draws a box with text; solid boxes have white text on the colour."""
    axes.add_patch(
        FancyBboxPatch(
            (x, y),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=colour if solid else "white",
            edgecolor=colour,
            linewidth=1.3,
        )
    )
    axes.text(
        x + width / 2, y + height / 2, text, ha="center", va="center", color="white" if solid else INK, linespacing=1.15
    )


def _grid(axes: Axes, width: float, height: float) -> None:
    axes.set_xlim(-0.05, width + 0.05)
    axes.set_ylim(-0.05, height + 0.05)
    clear(axes)


def framework(edition: Edition, language: str = "nl") -> Block:
    """Draws the framework: goals, principles and ways of working."""
    rows = edition["categories"]
    layers = rows[rows["kind"] == "layer"]
    frame = rows[rows["kind"].isin(["layer", "goal", "principle", "way_of_working"])]
    frame = frame[["id", "kind", f"label_{language}", f"gist_{language}", "parent_id"]]
    layers_with_parts = {
        layer: list(rows[rows["parent_id"] == key][f"label_{language}"])
        for key, layer in layers[["id", f"label_{language}"]].itertuples(index=False)
    }
    said = [f"{layer}: {', '.join(parts).lower()}" for layer, parts in layers_with_parts.items()]

    def draw(width_inch: float) -> Canvas:
        return (_layers_narrow if is_narrow(width_inch) else _layers)(layers_with_parts, width_inch)

    shown = pd.DataFrame(
        {
            Words(language)("layer"): link(
                row["parent_id"], escape(edition.row("categories", row["parent_id"])[f"label_{language}"])
            ),
            Words(language)("what"): link(row["id"], escape(row[f"label_{language}"])),
            Words(language)("means"): escape(row[f"gist_{language}"]),
        }
        for row in frame[frame["kind"] != "layer"].to_dict("records")
    )
    words = Words(language)
    return figure(
        draw,
        frame,
        shown,
        name="fig-raamwerk",
        caption=words("diagrams.framework"),
        alt=words("diagrams.framework_alt", layers=". ".join(said)),
        source=words("figures.report"),
        edition=edition.name,
        language=language,
    )


def _layers(layers: dict[str, list[str]], width_inch: float) -> Canvas:
    """Draws a row of boxes per layer."""
    drawing, (axes,) = canvas(width_inch, 4.2)
    _grid(axes, 6.6, 4.2)
    for index, ((layer, parts), colour) in enumerate(zip(layers.items(), (BLUE, GREEN, ORANGE), strict=True)):
        y = 2.95 - 1.45 * index
        _box(axes, 0, y, 1.45, 1.25, layer, colour, solid=True)
        width = 5.0 / len(parts) - 0.08
        for place, label in enumerate(parts):
            x = 1.55 + place * (width + 0.09)
            _box(axes, x, y, width, 1.25, wrapped(label, int(width * 13)), colour, solid=False)
    return drawing


def _layers_narrow(layers: dict[str, list[str]], width_inch: float) -> Canvas:
    """Draws a column of boxes per layer, one layer below the other."""
    height = sum(0.65 + 0.46 * len(parts) for parts in layers.values())
    drawing, (axes,) = canvas(width_inch, height + 0.4)
    _grid(axes, width_inch, height)
    y = height
    for (layer, parts), colour in zip(layers.items(), (BLUE, GREEN, ORANGE), strict=True):
        y -= 0.45
        _box(axes, 0, y, width_inch, 0.4, layer, colour, solid=True)
        for label in parts:
            y -= 0.46
            _box(axes, 0.25, y, width_inch - 0.25, 0.41, wrapped(label, 42), colour, solid=False)
        y -= 0.2
    return drawing


def four_in_balance(edition: Edition, language: str = "nl") -> Block:
    """Draws Kennisnet's model anew: two human and two material conditions."""
    rows = edition["categories"]
    factors = rows[rows["kind"] == "factor"][["id", f"label_{language}", f"gist_{language}"]]
    labels = list(factors[f"label_{language}"])
    words = Words(language)
    sides = (words("diagrams.human"), words("diagrams.material"))

    def draw(width_inch: float) -> Canvas:
        drawing, (axes,) = canvas(width_inch, 2.7)
        _grid(axes, 6.6, 2.7)
        letters = 15 if is_narrow(width_inch) else 40
        for side, (title, colour) in enumerate(zip(sides, (PURPLE, BLUE), strict=True)):
            x = side * 3.4
            title = wrapped(title, letters)
            axes.text(x + 1.6, 2.52, title, ha="center", va="center", weight="semibold", color=colour, linespacing=1.0)
            for row in (0, 1):
                label = wrapped(labels[side * 2 + row], letters)
                _box(axes, x, 1.32 - 1.02 * row, 3.2, 0.88, label, colour, solid=True)
        axes.plot([0.6, 6.0], [0.16, 0.16], color=INK, lw=2)
        axes.plot([3.3], [0.06], marker="^", color=INK, markersize=10)
        return drawing

    shown = pd.DataFrame(
        {
            Words(language)("what"): escape(row[f"label_{language}"]),
            Words(language)("means"): escape(row[f"gist_{language}"]),
        }
        for row in factors.to_dict("records")
    )
    left, right = ", ".join(labels[:2]).lower(), ", ".join(labels[2:]).lower()
    return figure(
        draw,
        factors,
        shown,
        name="fig-vier-in-balans",
        caption=words("diagrams.balance", source=short_source(edition, "kennisnetvierinbalans", language)),
        alt=words("diagrams.balance_alt", human=left, material=right),
        source=words("diagrams.balance_source"),
        edition=edition.name,
        language=language,
    )
