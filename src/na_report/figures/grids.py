"""The figure that counts our own rows: which goals we classified ourselves."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyBboxPatch

from na_report.base.wording import Words
from na_report.editions.edition import Edition
from na_report.figures.figures import BLUE, PALE, canvas, figure, is_narrow, wrapped
from na_report.registers import analysis
from na_report.writing.markdown import Block, escape


def counted_figure(
    edition: Edition,
    draw: Callable[[float], Canvas],
    frames: tuple[pd.DataFrame, pd.DataFrame],
    name: str,
    words: tuple[str, str],
    language: str,
) -> Block:
    """Makes a drawing of our own counts a figure.

    Args:
        edition: Where the counted rows are.
        draw: Draws at a width in inches.
        frames: The counts as data, and as a table for a reader.
        name: The name of the figure.
        words: The caption and the alt text.
        language: `nl` or `en`.
    """
    return figure(
        draw,
        *frames,
        name=name,
        caption=words[0],
        alt=words[1],
        source=Words(language)("figures.own_count"),
        edition=edition.name,
        language=language,
    )


def coding(edition: Edition, language: str = "nl") -> Block:
    """Draws agendas against categories: a full dot per explicit item, a ring per inferred one."""
    counts = analysis.coding(edition)
    kinds = analysis.categories(edition, language)
    agendas = edition["agendas"]
    agendas = agendas[agendas["id"].isin(counts["agenda_id"])]
    columns, lines = list(kinds["code"]), list(agendas["id"])
    agenda_names = list(agendas[f"short_{language}"])

    def draw(width_inch: float) -> Canvas:
        narrow = is_narrow(width_inch)
        pitch = 0.5 if narrow else 0.155
        drawing, (axes,) = canvas(width_inch, pitch * len(lines) + (1.7 if narrow else 1.2))
        for row in counts.to_dict("records"):
            x, y = columns.index(row["category"]), -lines.index(row["agenda_id"])
            _dots(
                axes, x, y, row["explicit"], row["explicit"] + row["inferred"], in_line=2 if narrow else 4, pitch=pitch
            )
        labels = [wrapped(label, 30 if narrow else 13) for label in kinds["short"]]
        axes.set_xticks(range(len(columns)), labels, rotation=90)
        _frame_grid(axes, [wrapped(name, 15 if narrow else 44) for name in agenda_names], len(columns))
        axes.tick_params(axis="y", labelsize=10.5 if narrow else 9)
        return drawing

    explicit, inferred = int(counts["explicit"].sum()), int(counts["inferred"].sum())
    per_category = counts.groupby("category")[["explicit", "inferred"]].sum().sum(axis=1)
    names = dict(zip(kinds["code"], kinds["short"], strict=True))
    ranking = ", ".join(
        f"{names[code].lower()} {count}" for code, count in per_category.sort_values(ascending=False).items()
    )
    said = Words(language)
    alt = said(
        "grids.coding_alt",
        agendas=len(lines),
        categories=len(columns),
        explicit=explicit,
        inferred=inferred,
        ranking=ranking,
    )
    words = (said("grids.coding"), alt)
    shown = counts.assign(text=[_told(row, language) for row in counts.to_dict("records")])
    shown = shown.pivot(index="agenda_id", columns="category", values="text").reindex(lines, columns=columns)
    rows = _count_rows(shown.fillna("–"), Words(language)("agenda"), agenda_names, list(kinds["short"]))
    return counted_figure(edition, draw, (counts, rows), "fig-codering", words, language)


def _dots(axes: Axes, x: int, y: int, explicit: int, total: int, *, in_line: int, pitch: float) -> None:
    """Draws a field with a full dot per explicit item and a ring per inferred one, in lines of so many.

    Dots are smaller where the lines of a field, which is `pitch` inches high, would run into each other.
    """
    axes.add_patch(FancyBboxPatch((x - 0.46, y - 0.42), 0.92, 0.84, boxstyle="square,pad=0", color=PALE, zorder=0))
    heights = -(-total // in_line)
    size = min(34, (0.75 * 0.8 * pitch * 72 / max(1, heights)) ** 2)
    for place in range(total):
        mine = min(in_line, total - in_line * (place // in_line))
        offset = 0.8 / in_line * (place % in_line - (mine - 1) / 2)
        level = 0.8 / heights * ((heights - 1) / 2 - place // in_line)
        fill = BLUE if place < explicit else "white"
        thick = 1.4 if size > 20 else 0.8
        axes.scatter(x + offset, y + level, s=size, facecolor=fill, edgecolor=BLUE, linewidth=thick, zorder=2)


def _told(row: dict[str, int], language: str) -> str:
    """Returns the items of an agenda in a category, and how many of them we coded ourselves."""
    total, word = row["explicit"] + row["inferred"], Words(language)("inferred")
    return f"{total} ({row['inferred']} {word})" if row["inferred"] else str(total)


def _frame_grid(axes: Axes, rows: list[str], columns: int) -> None:
    """Names the rows of a grid and takes away the lines around it."""
    axes.xaxis.tick_top()
    axes.set_yticks([-y for y in range(len(rows))], rows)
    axes.set_xlim(-0.55, columns - 0.45)
    axes.set_ylim(-len(rows) + 0.45, 0.55)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _count_rows(counts: pd.DataFrame, head: str, rows: list[str], columns: list[str]) -> pd.DataFrame:
    """Returns a grid of counts as a table for a reader, with a first column that names the rows."""
    cells = counts.astype(str).replace("0", "–").set_axis(columns, axis=1).reset_index(drop=True)
    cells.insert(0, head, [escape(row) for row in rows])
    return cells
