"""Draws what rests on what: from recommendations to the kinds of evidence."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Canvas

from na_report.evidence.edition import Edition
from na_report.presentation import analysis
from na_report.presentation.figures import BLUE, GREEN, INK, ORANGE, PURPLE, SOFT, canvas, clear, is_narrow, wrapped
from na_report.presentation.grids import counted_figure
from na_report.presentation.markdown import Block, link
from na_report.presentation.values import in_words
from na_report.wording import Words


def trail(edition: Edition, language: str = "nl") -> Block:
    """Draws the trail from each recommendation over its conclusions to the kinds of evidence."""
    words, frame = Words(language), analysis.trail(edition)
    kinds = ["desk", "both", "interview", "unstated", "agenda"]
    names = [edition.label("evidence_type", kind, language) for kind in kinds[:-1]]
    names.append(words("trail.agendas"))
    tops, middles = list(edition["recommendations"]["id"]), list(edition["conclusions"]["id"])
    left = {key: 1 - index / max(1, len(tops) - 1) for index, key in enumerate(tops)}
    middle = {key: 1 - index / max(1, len(middles) - 1) for index, key in enumerate(middles)}
    right = {kind: 0.95 - 0.9 * index / (len(kinds) - 1) for index, kind in enumerate(kinds)}
    colours = dict(zip(kinds, (BLUE, GREEN, PURPLE, SOFT, ORANGE), strict=True))
    used = list(dict.fromkeys(frame["conclusion"]))

    def draw(width_inch: float) -> Canvas:
        drawing, (axes,) = canvas(width_inch, 5.0)
        for row in frame.to_dict("records"):
            ends = [left[row["recommendation"]], middle[row["conclusion"]]]
            axes.plot([0.08, 0.45], ends, color=INK, lw=1, alpha=0.5)
        for row in frame.drop_duplicates("conclusion").to_dict("records"):
            for kind in filter(row.get, kinds):
                ends = [middle[row["conclusion"]], right[kind]]
                axes.plot([0.56, 0.9], ends, color=colours[kind], lw=0.5 + row[kind] / 5, alpha=0.55)
        for key, y in left.items():
            axes.text(0, y, key, weight="semibold", va="center")
        for key, y in middle.items():
            axes.text(0.505, y, key, ha="center", va="center", color=INK if key in used else SOFT)
        for kind, name in zip(kinds, names, strict=True):
            label = wrapped(name, 10 if is_narrow(width_inch) else 16)
            axes.text(0.92, right[kind], label, va="center", color=colours[kind], weight="semibold", linespacing=1.0)
        axes.set_xlim(-0.02, 1.3 if is_narrow(width_inch) else 1.18)
        axes.set_ylim(-0.05, 1.05)
        clear(axes)
        return drawing

    unused = [key for key in middles if key not in used]
    rest = " " + words("trail.unused", conclusions=", ".join(unused)) if unused else ""
    each = "; ".join(f"{key}: {', '.join(frame[frame['recommendation'] == key]['conclusion'])}" for key in tops)
    caption = words("trail.caption") + rest
    alt = words("trail.alt", count=in_words(len(tops), language), each=each) + rest
    shown = pd.DataFrame(
        {
            words("advice"): frame["recommendation"].map(link),
            words("conclusion"): frame["conclusion"].map(link),
        }
        | {name[:1].upper() + name[1:]: frame[kind].astype(str) for kind, name in zip(kinds, names, strict=True)}
    )
    return counted_figure(edition, draw, (frame, shown), "fig-spoor", (caption, alt), language)
