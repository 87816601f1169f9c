"""The figures of structure: what belongs to what."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyBboxPatch

from na_report.editions.edition import Edition
from na_report.figures.figures import BLUE, GREEN, INK, ORANGE, PURPLE, canvas, figure, is_narrow, wrapped
from na_report.writing.markdown import Block
from na_report.writing.voice import Voice


def framework(edition: Edition, language: str = "nl") -> Block:
    """Draws the framework: goals, principles and ways of working."""
    voice, rows = Voice(edition, language), edition["categories"]
    frame = rows[rows["kind"].isin(["layer", "goal", "principle", "way_of_working"])]
    frame = frame[["id", "kind", f"label_{language}", f"gist_{language}", "parent_id"]]
    parts = frame[frame["kind"] != "layer"].to_dict("records")
    layers: dict[str, list[str]] = {}
    for row in parts:
        layer = voice.said(edition.row("categories", row["parent_id"]), "label")
        layers.setdefault(layer, []).append(voice.said(row, "label"))
    shown = voice.frame(
        {
            "layer": voice.link("categories", row["parent_id"], "label"),
            "what": voice.link("categories", row["id"], "label"),
            "means": voice.shown(row, "gist"),
        }
        for row in parts
    )
    said = ". ".join(f"{layer}: {', '.join(labels).lower()}" for layer, labels in layers.items())
    return figure(
        voice,
        lambda width_inch: (_layers_narrow if is_narrow(width_inch) else _layers)(layers, width_inch),
        frame,
        shown,
        name="fig-raamwerk",
        caption=voice.words("diagrams.framework"),
        alt=voice.words("diagrams.framework_alt", layers=said),
        source=voice.words("figures.report"),
    )


def _layers(layers: dict[str, list[str]], width_inch: float) -> Canvas:
    """Draws a row of boxes per layer."""
    drawing, axes = _field(width_inch, 6.6, 4.2)
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
    y = sum(0.65 + 0.46 * len(parts) for parts in layers.values())
    drawing, axes = _field(width_inch, width_inch, y, room=0.4)
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
    voice, factors = Voice(edition, language), edition.rows("categories", kind="factor")
    factors = factors[["id", f"label_{language}", f"gist_{language}"]]
    labels = list(factors[f"label_{language}"])
    sides = {"human": (labels[:2], PURPLE), "material": (labels[2:], BLUE)}

    def draw(width_inch: float) -> Canvas:
        drawing, axes = _field(width_inch, 6.6, 2.7)
        letters = 15 if is_narrow(width_inch) else 40
        for x, (side, (conditions, colour)) in zip((0, 3.4), sides.items(), strict=True):
            title = wrapped(voice.words(f"diagrams.{side}"), letters)
            axes.text(x + 1.6, 2.52, title, ha="center", va="center", weight="semibold", color=colour, linespacing=1.0)
            for y, label in zip((1.32, 1.32 - 1.02), conditions, strict=True):
                _box(axes, x, y, 3.2, 0.88, wrapped(label, letters), colour, solid=True)
        axes.plot([0.6, 6.0], [0.16, 0.16], color=INK, lw=2)
        axes.plot([3.3], [0.06], marker="^", color=INK, markersize=10)
        return drawing

    rows = factors.to_dict("records")
    shown = voice.frame({"what": voice.shown(row, "label"), "means": voice.shown(row, "gist")} for row in rows)
    said = {side: ", ".join(conditions).lower() for side, (conditions, _) in sides.items()}
    return figure(
        voice,
        draw,
        factors,
        shown,
        name="fig-vier-in-balans",
        caption=voice.words("diagrams.balance", source=voice.source("kennisnetvierinbalans")),
        alt=voice.words("diagrams.balance_alt", **said),
        source=voice.words("diagrams.balance_source"),
    )


def _field(width_inch: float, width: float, height: float, room: float = 0.0) -> tuple[Canvas, Axes]:
    """Returns a drawing of a height in inches, and of units, without axes; with room for the line of its source."""
    drawing, axes = canvas(width_inch, height + room)
    axes.set_xlim(-0.05, width + 0.05)
    axes.set_ylim(-0.05, height + 0.05)
    axes.set_axis_off()
    return drawing, axes


def _box(axes: Axes, x: float, y: float, width: float, height: float, text: str, colour: str, *, solid: bool) -> None:
    """Draws a box with text; solid boxes have white text on the colour."""
    fill, ink = (colour, "white") if solid else ("white", INK)
    form = "round,pad=0,rounding_size=0.06"
    box = FancyBboxPatch((x, y), width, height, boxstyle=form, facecolor=fill, edgecolor=colour, linewidth=1.3)
    axes.add_patch(box)
    axes.text(x + width / 2, y + height / 2, text, ha="center", va="center", color=ink, linespacing=1.15)
