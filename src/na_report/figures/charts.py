"""The charts of numbers: how much, how many, compared with what."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.figure import Figure as Canvas

from na_report.base.errors import NaReportError
from na_report.base.wording import Words
from na_report.editions.edition import Edition
from na_report.figures.figures import BLUE, GREEN, LINE, ORANGE, PURPLE, canvas, figure, is_narrow, wrapped
from na_report.registers import analysis
from na_report.writing.captions import caption_with_source, change, plain_source, unit_in_words
from na_report.writing.markdown import Block, escape, link
from na_report.writing.naming import in_sentence

_SECTOR_COLOURS = (BLUE, ORANGE, GREEN, PURPLE)


def sector_colours(edition: Edition) -> dict[str, str]:
    """Returns per sector the colour that it has in every figure, by its place in the table of sectors."""
    return dict(zip(analysis.sectors(edition), itertools.cycle(_SECTOR_COLOURS), strict=False))


def observed_figure(
    edition: Edition,
    draw: Callable[[float], Canvas],
    frame: pd.DataFrame,
    name: str,
    words: tuple[str, str],
    language: str,
) -> Block:
    """Makes a drawing of observations a figure whose caption links to their sources and rows.

    Args:
        edition: Where the observations are.
        draw: Draws at a width in inches.
        frame: Has the columns of `analysis.observed`, and `place` where places differ.
        name: The name of the figure.
        words: What the caption says and the alt text.
        language: `nl` or `en`.
    """
    return figure(
        draw,
        frame,
        observed_rows(frame, language),
        name=name,
        caption=caption_with_source(edition, words[0], frame, language),
        alt=words[1],
        source=plain_source(edition, frame, language),
        edition=edition.name,
        language=language,
    )


def observed_rows(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """Returns observations as a reader wants them in a table: what, for whom, where, when, how much."""
    words = Words(language)
    columns = {"what": "label", "group": "group", "place": "place", "period": "period", "value": "text"}
    shown = {words("nr"): [link(key) for key in frame["id"]]}
    for word, column in columns.items():
        if column in frame and (frame[column] != "").any():
            shown[words(word)] = [escape(str(cell).replace("/", "–")) or "–" for cell in frame[column]]
    return pd.DataFrame(shown)


def bars(
    labels: list[str],
    values: list[float],
    texts: list[str],
    colours: list[str],
    *,
    row_inch: float = 0.6,
) -> Callable[[float], Canvas]:
    """Returns what draws horizontal bars from the top down, with the value as text behind each.

    Args:
        labels: What each bar is; beside it, on a narrow screen above it.
        values: How long each bar is; NaN where the source has only words, which then stand alone.
        texts: The values as a reader sees them.
        colours: One per bar.
        row_inch: The height of a bar with the room around it.
    """

    def draw(width_inch: float) -> Canvas:
        narrow = is_narrow(width_inch) and max(map(len, labels)) > 16
        lines = [wrapped(label, 46 if narrow else 44) for label in labels]
        above_inch = 0.17 * max(line.count("\n") + 1 for line in lines) if narrow else 0.0
        drawing, (axes,) = canvas(width_inch, 0.7 + (row_inch + above_inch) * len(values))
        places = list(range(len(values)))[::-1]
        share = row_inch / (row_inch + above_inch)
        lengths = [0.0 if pd.isna(value) else value for value in values]
        axes.barh(places, lengths, color=colours, height=0.6 * share)
        end = max(lengths) * 1.25 or 1
        for place, bar, text in zip(places, lengths, texts, strict=True):
            axes.text(bar + end * 0.012, place, text, va="center", weight="semibold")
        axes.set_yticks(places, [""] * len(lines) if narrow else lines)
        for place, line in zip(places, lines, strict=True) if narrow else ():
            axes.text(0, place + 0.36 * share, line, va="bottom", linespacing=1.05)
        axes.set_xlim(0, end)
        axes.set_ylim(-0.6, len(values) - (0.2 if narrow else 0.4))
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        return drawing

    return draw


def _filled(template: str, keys: Sequence[str], frame: pd.DataFrame, **more: str) -> str:
    """Returns a caption with `{IND007}` and `{IND007_year}` filled in, of the observations that the figure shows."""
    parts = dict(more)
    for key, row in zip(keys, frame.to_dict("records"), strict=True):
        parts |= {key: row["text"], f"{key}_year": row["period"].replace("/", "–")}
    try:
        return template.format_map(parts)
    except (KeyError, ValueError, AttributeError, IndexError) as problem:
        raise NaReportError(
            f"The caption {template!r} has a part that the figure does not know: {problem}.",
            hint=f"Between braces it can have: {', '.join(parts)}.",
        ) from None


def observed_bars(
    edition: Edition,
    keys: Sequence[str],
    *,
    name: str,
    caption: str,
    alt: str = "",
    labels: str | Sequence[str] = "group",
    sectors: Sequence[str] = (),
    language: str = "nl",
) -> Block:
    """Draws a bar per observation.

    Args:
        edition: Where the observations are.
        keys: Ids of observations or indicators.
        name: The name of the figure.
        caption: What it shows, as MyST. `{IND007}` becomes the value, `{IND007_year}` its period, `{unit}` the unit, `{change}`
            a sentence on the difference between two shares.
        alt: The same for who does not see the figure; a list of the bars when empty.
        labels: What stands beside each bar: `group`, `period`, `label` or a text per bar.
        sectors: Per bar the sector whose colour it has; grey where it is empty.
        language: `nl` or `en`.
    """
    frame = analysis.observed(edition, keys, language)
    shown = list(frame[labels]) if isinstance(labels, str) else list(labels)
    known = sector_colours(edition)
    colours = [known.get(sector, LINE) for sector in [*sectors, *[""] * len(frame)][: len(frame)]]
    draw = bars(shown, list(frame["value"]), list(frame["text"]), colours)
    pairs = ", ".join(f"{in_sentence(label)} {text}" for label, text in zip(shown, frame["text"], strict=True))
    more = {
        "unit": unit_in_words(edition, frame, language),
        "change": change(frame, language) if len(frame) == 2 else "",
    }
    words = (
        _filled(caption, keys, frame.map(_escaped), **more),
        _filled(alt, keys, frame, **more) if alt else Words(language)("figures.bars", pairs=pairs),
    )
    return observed_figure(edition, draw, frame, name, words, language)


def _escaped(cell: object) -> object:
    return escape(cell) if isinstance(cell, str) else cell
