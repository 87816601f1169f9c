"""The charts of observations: bars from the top down, lines over time with breaks drawn as breaks, countries side by side."""

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from na_report.base.colours import BLUE, COLOURS, LINE, SOFT
from na_report.editions.edition import Edition
from na_report.figures.figures import Draw, canvas, figure, is_narrow, wrapped
from na_report.registers import analysis
from na_report.writing.grammar import ended, ids, in_sentence, sentence_case, written
from na_report.writing.markdown import Block, escape, link, plain
from na_report.writing.page import told
from na_report.writing.voice import Voice


def observed_bars(
    edition: Edition,
    keys: Sequence[str],
    *,
    name: str,
    caption: str,
    alt: str = "",
    labels: str | Sequence[str] = "group",
    language: str = "nl",
) -> Block:
    """Draws a bar per observation; the keys are ids of observations or indicators.

    In `caption` and `alt` `{IND007}` becomes a value as in `%%text`; without an `alt` the bars are listed. Beside each bar stands
    what `labels` names, its `group`, `period` or `label`, or a text per bar.
    """
    voice, frame = Voice(edition, language), analysis.observed(edition, keys, language)
    shown = list(frame[labels]) if isinstance(labels, str) else list(labels)
    names = {"evidence": edition, "language": language}
    pairs = ", ".join(f"{in_sentence(label)} {text}" for label, text in zip(shown, frame["text"], strict=True))
    said = plain(told(alt, names).markdown) if alt else voice.words("figures.bars", pairs=pairs)
    draw = bars(shown, frame, [LINE] * len(frame))
    return observed_figure(voice, draw, frame, name, told(caption, names).markdown, said)


def bars(labels: Sequence[str], frame: pd.DataFrame, colours: Sequence[str], *, row_inch: float = 0.6) -> Draw:
    """Returns what draws horizontal bars from the top down, with the value as text behind each, and the label beside or above.

    The frame has the `value` of each bar, NaN where the source has only words, which then stand alone, and the `text` of it.
    """

    def draw(width_inch: float) -> Canvas:
        narrow = is_narrow(width_inch) and max(map(len, labels)) > 16
        lines = [wrapped(label, 46 if narrow else 44) for label in labels]
        above_inch = 0.17 * max(line.count("\n") + 1 for line in lines) if narrow else 0.0
        drawing, axes = canvas(width_inch, 0.7 + (row_inch + above_inch) * len(lines))
        places, share = range(len(lines))[::-1], row_inch / (row_inch + above_inch)
        lengths = frame["value"].fillna(0.0)
        axes.barh(places, lengths, color=colours, height=0.6 * share)
        end = lengths.max() * 1.25 or 1
        for place, bar, text, line in zip(places, lengths, frame["text"], lines, strict=True):
            axes.text(bar + end * 0.012, place, text, va="center", weight="semibold")
            if narrow:
                axes.text(0, place + 0.36 * share, line, va="bottom", linespacing=1.05)
        axes.set_yticks(places, [""] * len(lines) if narrow else lines)
        axes.set(xlim=(0, end), ylim=(-0.6, len(lines) - (0.2 if narrow else 0.4)), xticks=[])
        axes.spines["bottom"].set_visible(False)
        return drawing

    return draw


def time_series(
    edition: Edition,
    keys: Sequence[str],
    *,
    name: str,
    title: str,
    measure: str = "",
    labels: Sequence[str] = (),
    geo: Sequence[str] = ("NL",),
    language: str = "nl",
) -> Block:
    """Draws indicators with one unit over time; values of different series are never joined by a line.

    The title is the message, as MyST, and `measure` tells what was measured, of whom and where; both without a full stop. At the
    end of each line stands its label, or else its group or place.
    """
    voice, frame = Voice(edition, language), analysis.series(edition, keys, geo, language)
    pieces = [rows for _, rows in frame.groupby(["indicator_id", "geo"], sort=False)]
    names = labels or [rows.iloc[0]["group" if len(keys) > 1 else "place"] for rows in pieces]
    lines = dict(zip(names, pieces, strict=True))
    # A break is between the series of one line.
    years = [[piece["year"] for _, piece in rows.groupby("series", sort=False)] for rows in pieces]
    breaks = {(left.max() + right.min()) / 2 for line in years for left, right in pairwise(line)}

    def draw(width_inch: float) -> Canvas:
        drawing, axes = canvas(width_inch, 3.4)
        ends = []
        for colour, (label, rows) in zip(COLOURS, lines.items(), strict=False):
            for _, piece in rows.groupby("series", sort=False):
                axes.plot(piece["year"], piece["value"], color=colour, marker="o", lw=2, markersize=5)
            last = rows.iloc[-1]
            end = f"{wrapped(label, 13 if is_narrow(width_inch) else 24)} {last['text']}"
            ends.append((last["value"], last["year"], end, colour))
        for year in sorted(breaks):
            axes.axvline(year, color=LINE, lw=1.2, ls=(0, (2, 3)))
        if breaks:  # close to each other more than one would not be read
            over, said = axes.get_xaxis_transform(), voice.words("trends.method")
            axes.text(max(breaks), 1, said, transform=over, ha="center", va="top", size=8.5, color=SOFT)
        _scale(axes, frame, language, narrow=is_narrow(width_inch))
        _label_ends(axes, ends)
        return drawing

    values = {label: ", ".join(rows["text"] + " (" + rows["period"] + ")") for label, rows in lines.items()}
    note = " " + voice.words("trends.broken") if breaks else ""
    caption = _caption(voice, frame, title, measure, f"{frame['year'].min()}–{frame['year'].max()}")
    alt = voice.words("trends.lines", lines=". ".join(f"{label}: {texts}" for label, texts in values.items()))
    return observed_figure(voice, draw, frame, name, caption + note, alt + note)


def _label_ends(axes: Axes, ends: list[tuple[float, int, str, str]]) -> None:
    """Writes what each line is behind its end, one above the other where the ends are close."""
    step, room = axes.get_ylim()[1] * 0.075, (axes.get_xlim()[1] - axes.get_xlim()[0]) * 0.025
    free = float("inf")
    for level, year, text, colour in sorted(ends, reverse=True):
        height = step * (1 + text.count("\n"))
        top = min(level + height / 2, free)
        axes.text(year + room, top, text, color=colour, va="top", linespacing=1.0)
        free = top - height


def _scale(axes: Axes, frame: pd.DataFrame, language: str, *, narrow: bool) -> None:
    """Shows as many years as fit in the room that the names at the end leave."""
    years = sorted(set(frame["year"]))
    shown = years[:: -(-len(years) // (5 if narrow else 8))]
    axes.set_xticks(shown, [str(year) for year in shown])
    span = years[-1] - years[0]
    axes.set_xlim(years[0] - max(0.3, span * 0.05), years[-1] + span * (0.62 if narrow else 0.42) + 0.6)
    axes.set_ylim(0, frame["value"].max() * 1.2)
    ticks = list(axes.get_yticks())[:-1]
    axes.set_yticks(ticks, [written(tick, frame.iloc[0]["unit"], language) for tick in ticks])


def _caption(voice: Voice, frame: pd.DataFrame, title: str, measure: str, when: str) -> str:
    """Returns the message of a figure, and under it what was measured, in which unit and when."""
    unit = str(frame.iloc[0]["unit"])
    unit = voice.words("figures.in_percent") if unit == "percent" else voice.label("unit", unit)
    about = ", ".join(filter(None, (measure, unit, when)))
    return f"**{title}.** {sentence_case(about)}."


def neighbours(edition: Edition, key: str, *, name: str, title: str, measure: str = "", language: str = "nl") -> Block:
    """Draws the places that have an indicator in its latest shared year, from high to low, the Netherlands set off."""
    voice, frame = Voice(edition, language), analysis.places(edition, key, language)
    draw = bars(frame["place"], frame, [{"NL": BLUE, "EU": SOFT}.get(geo, LINE) for geo in frame["geo"]], row_inch=0.36)
    year, order = frame.iloc[0]["period"], ", ".join(frame["place"] + " " + frame["text"])
    alt = voice.words("trends.ranked", year=year, values=order)
    return observed_figure(voice, draw, frame, name, _caption(voice, frame, title, measure, year), alt)


def observed_figure(voice: Voice, draw: Draw, frame: pd.DataFrame, name: str, caption: str, alt: str) -> Block:
    """Makes a drawing of observations a figure, with their sources in the caption and a link to each row in the table."""
    columns = {"what": "label", "group": "group", "place": "place", "period": "period", "value": "text"}
    shown = voice.frame(
        {"nr": link(row["id"]), **{word: escape(row[name].replace("/", "–")) for word, name in columns.items()}}
        for row in frame.to_dict("records")
    )
    sources = list(dict.fromkeys(key for key in frame["source_id"] if key))
    caption = f"{caption} {voice.words('source')}: {ended(voice.cited(sources))}"
    rows = [voice.edition.row("sources", key) for key in sources]
    source = "; ".join(f"{', '.join(ids(row['author']))}, {voice.said(row, 'title')}" for row in rows)
    return figure(voice, draw, frame, shown, name, caption, alt, source)
