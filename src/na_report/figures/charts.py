"""The charts of observations: bars from the top down, with what they measure in the caption and their rows in a table."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure as Canvas

from na_report.base.colours import LINE
from na_report.editions.edition import Edition
from na_report.figures.figures import Draw, canvas, figure, is_narrow, wrapped
from na_report.registers import analysis
from na_report.writing.markdown import Block, escape, link, plain
from na_report.writing.prose import told
from na_report.writing.text import ended, ids, in_sentence
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
