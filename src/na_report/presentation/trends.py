"""Figures of series: change over time with breaks drawn as breaks, countries side by side, distance to a target."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes

from na_report.evidence.edition import Edition
from na_report.presentation import analysis
from na_report.presentation.charts import observed_figure
from na_report.presentation.figures import BLUE, GREEN, INK, LINE, ORANGE, PURPLE, SOFT, canvas, wrapped
from na_report.presentation.markdown import Block
from na_report.presentation.values import written

_COLOURS = (BLUE, ORANGE, GREEN, PURPLE)
_WORDS = {
    "nl": {
        "method": "andere\nmeetmethode",
        "broken": " Bij de stippellijn wisselt de meetmethode; de waarden ervoor en erna zijn niet te vergelijken.",
        "lines": "Lijndiagram. {}.",
        "ranked": "Staafdiagram over {}, van hoog naar laag: {}.",
        "target": "doel voor {}: {}",
        "distance": "Staafdiagram over {}: {}. Het doel voor {} is {}.",
    },
    "en": {
        "method": "other\nmethod",
        "broken": " At the dotted line the method changes; values before and after can’t be compared.",
        "lines": "Line chart. {}.",
        "ranked": "Bar chart for {}, from high to low: {}.",
        "target": "target for {}: {}",
        "distance": "Bar chart for {}: {}. The target for {} is {}.",
    },
}


def time_series(
    edition: Edition, keys: Sequence[str], *, name: str, title: str, geo: Sequence[str] = ("NL",), language: str = "nl"
) -> Block:
    """Draws indicators over time; values of different series are never joined by a line.

    Args:
        edition: Where the observations are.
        keys: Ids of indicators with one unit.
        name: The name of the figure.
        title: What it shows, as MyST without a full stop.
        geo: Codes of places.
        language: `nl` or `en`.
    """
    words = _WORDS[language]
    frame = analysis.series(edition, keys, geo, language)
    drawing, (axes,) = canvas(3.4)
    breaks: set[float] = set()
    said, ends = [], []
    for colour, (_, rows) in zip(_COLOURS, frame.groupby(["indicator_id", "geo"], sort=False), strict=False):
        label = rows.iloc[0]["group"] if len(keys) > 1 else rows.iloc[0]["place"]
        breaks |= _draw_pieces(axes, rows, colour)
        last = rows.iloc[-1]
        ends.append((last["value"], last["year"], f"{wrapped(label, 24)} {last['text']}", colour))
        said.append(f"{label}: " + ", ".join(f"{row['text']} ({row['period']})" for row in rows.to_dict("records")))
    for year in sorted(breaks):
        axes.axvline(year, color=LINE, lw=1.2, ls=(0, (2, 3)))
        axes.text(
            year, 1, words["method"], transform=axes.get_xaxis_transform(), ha="center", va="top", size=8.5, color=SOFT
        )
    _scale_years(axes, frame, language)
    _label_ends(axes, ends)
    note = words["broken"] if breaks else ""
    alt = words["lines"].format(". ".join(said)) + note
    return observed_figure(edition, drawing, frame, name, (f"{title}.{note}", alt), language)


def _draw_pieces(axes: Axes, rows: pd.DataFrame, colour: str) -> set[float]:
    """Draws one line per series and returns the years between two of them."""
    pieces = [piece for _, piece in rows.groupby("series", sort=False)]
    for piece in pieces:
        axes.plot(piece["year"], piece["value"], color=colour, marker="o", lw=2, markersize=5)
    return {(left["year"].max() + right["year"].min()) / 2 for left, right in pairwise(pieces)}


def _label_ends(axes: Axes, ends: list[tuple[float, int, str, str]]) -> None:
    """Writes what each line is behind its end, one above the other where the ends are close."""
    step = axes.get_ylim()[1] * 0.075
    free = float("inf")
    for value, year, text, colour in sorted(ends, reverse=True):
        height = step * (1 + text.count("\n"))
        top = min(value + height / 2, free)
        axes.text(year + 0.12, top, text, color=colour, va="top", linespacing=1.0)
        free = top - height


def _scale_years(axes: Axes, frame: pd.DataFrame, language: str) -> None:
    years = sorted(set(frame["year"]))
    shown = years if len(years) < 9 else years[::2]
    axes.set_xticks(shown, [str(year) for year in shown])
    axes.set_xlim(years[0] - 0.3, years[-1] + (years[-1] - years[0]) * 0.42 + 0.6)
    axes.set_ylim(0, frame["value"].max() * 1.2)
    ticks = list(axes.get_yticks())[:-1]
    axes.set_yticks(ticks, [written(tick, frame.iloc[0]["unit"], language) for tick in ticks])


def neighbours(edition: Edition, key: str, *, name: str, title: str, language: str = "nl") -> Block:
    """Draws the places that have an indicator in its latest shared year, from high to low, the Netherlands set off."""
    frame = analysis.places(edition, key, language)
    drawing, (axes,) = canvas(0.36 * len(frame) + 0.7)
    rows = list(range(len(frame)))[::-1]
    axes.barh(
        rows, frame["value"], color=[{"NL": BLUE, "EU": SOFT}.get(geo, LINE) for geo in frame["geo"]], height=0.62
    )
    for row, value, text in zip(rows, frame["value"], frame["text"], strict=True):
        axes.text(value + frame["value"].max() * 0.012, row, text, va="center", weight="semibold")
    _scale_places(axes, rows, list(frame["place"]), frame["value"].max() * 1.15)
    order = ", ".join(f"{row['place']} {row['text']}" for row in frame.to_dict("records"))
    period = frame.iloc[0]["period"]
    alt = _WORDS[language]["ranked"].format(period, order)
    return observed_figure(edition, drawing, frame, name, (f"{title}, {period}.", alt), language)


def target_distance(edition: Edition, key: str, target: str, *, name: str, title: str, language: str = "nl") -> Block:
    """Draws the latest values of the Netherlands and the EU against the line of a target, in percent."""
    words = _WORDS[language]
    frame = analysis.places(edition, key, language)
    frame = frame[frame["geo"].isin(["NL", "EU"])]
    goal = analysis.observed(edition, [target], language).iloc[0]
    drawing, (axes,) = canvas(1.9)
    rows = list(range(len(frame)))[::-1]
    axes.barh(rows, frame["value"], color=[BLUE if geo == "NL" else LINE for geo in frame["geo"]], height=0.6)
    for row, (text, geo) in zip(rows, frame[["text", "geo"]].itertuples(index=False), strict=True):
        axes.text(3, row, text, va="center", weight="semibold", color="white" if geo == "NL" else INK)
    axes.axvline(goal["value"], color=ORANGE, lw=2)
    axes.text(
        goal["value"] + 1,
        1.02,
        words["target"].format(goal["period"], goal["text"]),
        transform=axes.get_xaxis_transform(),
        color=ORANGE,
    )
    _scale_places(axes, rows, list(frame["place"]), 115)
    pairs = ", ".join(f"{row['place']} {row['text']}" for row in frame.to_dict("records"))
    period = frame.iloc[0]["period"]
    alt = words["distance"].format(period, pairs, goal["period"], goal["text"])
    data = pd.concat([frame, goal.to_frame().T], ignore_index=True)
    return observed_figure(edition, drawing, data, name, (f"{title}, {period}.", alt), language)


def _scale_places(axes: Axes, rows: list[int], labels: list[str], top: float) -> None:
    axes.set_yticks(rows, labels)
    axes.set_xticks([])
    axes.set_xlim(0, top)
    axes.spines["bottom"].set_visible(False)
