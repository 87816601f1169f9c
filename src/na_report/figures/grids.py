"""The figure that counts our own rows: which goals we classified ourselves."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyBboxPatch

from na_report.editions.edition import Edition
from na_report.figures.figures import BLUE, PALE, canvas, figure, is_narrow, wrapped
from na_report.registers import analysis
from na_report.writing.markdown import Block, escape
from na_report.writing.voice import Voice


def coding(edition: Edition, language: str = "nl") -> Block:
    """Draws agendas against categories: a full dot per explicit item, a ring per inferred one."""
    voice, counts = Voice(edition, language), analysis.coding(edition)
    kinds, coded = analysis.categories(edition, language), set(counts["agenda_id"])
    agendas = {row["id"]: voice.said(row, "short") for row in edition.records("agendas") if row["id"] in coded}
    columns, lines = list(kinds), list(agendas)

    def draw(width_inch: float) -> Canvas:
        narrow = is_narrow(width_inch)
        pitch = 0.5 if narrow else 0.155
        drawing, axes = canvas(width_inch, pitch * len(lines) + (1.7 if narrow else 1.2))
        for row in counts.to_dict("records"):
            place = columns.index(row["category"]), -lines.index(row["agenda_id"])
            _dots(axes, *place, row["explicit"], row["inferred"], in_line=2 if narrow else 4, pitch=pitch)
        labels = [wrapped(label, 30 if narrow else 13) for label in kinds.values()]
        axes.set_xticks(range(len(columns)), labels, rotation=90)
        axes.xaxis.tick_top()
        names = [wrapped(name, 15 if narrow else 44) for name in agendas.values()]
        axes.set_yticks([-y for y in range(len(lines))], names)
        axes.set_xlim(-0.55, len(columns) - 0.45)
        axes.set_ylim(-len(lines) + 0.45, 0.55)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.tick_params(axis="y", labelsize=10.5 if narrow else 9)
        return drawing

    total = counts["explicit"] + counts["inferred"]
    ranking = total.groupby(counts["category"]).sum().sort_values(ascending=False)
    alt = voice.words(
        "grids.coding_alt",
        agendas=len(lines),
        categories=len(columns),
        explicit=counts["explicit"].sum(),
        inferred=counts["inferred"].sum(),
        ranking=", ".join(f"{kinds[code].lower()} {count}" for code, count in ranking.items()),
    )
    # How many, and how many of them we coded ourselves.
    ours = counts["inferred"].map(lambda count: f" ({count} {voice.words('inferred')})" if count else "")
    shown = counts.assign(text=total.astype(str) + ours).pivot(index="agenda_id", columns="category", values="text")
    shown = shown.reindex(lines, columns=columns).fillna("–").set_axis(list(kinds.values()), axis=1)
    shown.insert(0, voice.words("agenda"), [escape(name) for name in agendas.values()])
    caption, source = voice.words("grids.coding"), voice.words("figures.own_count")
    return figure(voice, draw, counts, shown, name="fig-codering", caption=caption, alt=alt, source=source)


def _dots(axes: Axes, x: int, y: int, explicit: int, inferred: int, *, in_line: int, pitch: float) -> None:
    """Draws a field with a full dot per explicit item and a ring per inferred one, in lines of so many.

    Dots are smaller where the lines of a field, which is `pitch` inches high, would run into each other.
    """
    axes.add_patch(FancyBboxPatch((x - 0.46, y - 0.42), 0.92, 0.84, boxstyle="square,pad=0", color=PALE, zorder=0))
    total = explicit + inferred
    heights = -(-total // in_line)
    size = min(34, (0.75 * 0.8 * pitch * 72 / max(1, heights)) ** 2)
    for place in range(total):
        mine = min(in_line, total - in_line * (place // in_line))
        offset = 0.8 / in_line * (place % in_line - (mine - 1) / 2)
        level = 0.8 / heights * ((heights - 1) / 2 - place // in_line)
        fill = BLUE if place < explicit else "white"
        thick = 1.4 if size > 20 else 0.8
        axes.scatter(x + offset, y + level, s=size, facecolor=fill, edgecolor=BLUE, linewidth=thick, zorder=2)
