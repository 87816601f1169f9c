"""The figures of structure: what belongs to what, where the weight lies, what rests on what."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from na_report.evidence.edition import Edition
from na_report.presentation import analysis
from na_report.presentation.figures import (
    BLUE,
    GREEN,
    INK,
    LINE,
    ORANGE,
    PURPLE,
    SOFT,
    canvas,
    clear,
    figure,
    wrapped,
)
from na_report.presentation.grids import counted_figure
from na_report.presentation.markdown import Block
from na_report.presentation.text import short_source
from na_report.presentation.values import in_words

REPORT = {"nl": "AEF, rapport uit 2021", "en": "AEF, report of 2021"}


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
    drawing, (axes,) = canvas(4.2)
    _grid(axes, 6.6, 4.2)
    said = []
    for index, (layer, colour) in enumerate(zip(layers.to_dict("records"), (BLUE, GREEN, ORANGE), strict=True)):
        y = 2.95 - 1.45 * index
        _box(axes, 0, y, 1.45, 1.25, layer[f"label_{language}"], colour, solid=True)
        parts = rows[rows["parent_id"] == layer["id"]]
        width = 5.0 / len(parts) - 0.08
        for place, label in enumerate(parts[f"label_{language}"]):
            x = 1.55 + place * (width + 0.09)
            _box(axes, x, y, width, 1.25, wrapped(label, int(width * 13)), colour, solid=False)
        said.append(f"{layer[f'label_{language}']}: {', '.join(parts[f'label_{language}']).lower()}")
    words = {
        "nl": ("Het raamwerk: doelen, uitgangspunten en werkwijze.", "Blokschema met drie lagen. "),
        "en": ("The framework: goals, principles and way of working.", "Block diagram with three layers. "),
    }[language]
    return figure(
        drawing,
        frame,
        name="fig-raamwerk",
        caption=words[0],
        alt=f"{words[1]}{'. '.join(said)}.",
        source=REPORT[language],
        edition=edition.name,
        language=language,
    )


def four_in_balance(edition: Edition, language: str = "nl") -> Block:
    """Draws Kennisnet's model anew: two human and two material conditions."""
    rows = edition["categories"]
    factors = rows[rows["kind"] == "factor"][["id", f"label_{language}", f"gist_{language}"]]
    labels = list(factors[f"label_{language}"])
    sides = {
        "nl": ("Menselijke voorwaarden", "Materiële voorwaarden"),
        "en": ("Human conditions", "Material conditions"),
    }
    drawing, (axes,) = canvas(2.7)
    _grid(axes, 6.6, 2.7)
    for side, (title, colour) in enumerate(zip(sides[language], (PURPLE, BLUE), strict=True)):
        x = side * 3.4
        axes.text(x + 1.6, 2.52, title, ha="center", va="center", weight="semibold", color=colour)
        for row in (0, 1):
            _box(axes, x, 1.32 - 1.02 * row, 3.2, 0.92, labels[side * 2 + row], colour, solid=True)
    axes.plot([0.6, 6.0], [0.16, 0.16], color=INK, lw=2)
    axes.plot([3.3], [0.06], marker="^", color=INK, markersize=10)
    left, right = ", ".join(labels[:2]).lower(), ", ".join(labels[2:]).lower()
    words = {
        "nl": (
            "Vier in balans: vier voorwaarden om iets aan ICT te hebben. Opnieuw getekend naar het model van Kennisnet",
            f"Schema van een balans. Menselijk: {left}. Materieel: {right}.",
        ),
        "en": (
            "Four in balance: four conditions for a good return from ICT. Drawn anew after the model of Kennisnet",
            f"Diagram of a balance. Human: {left}. Material: {right}.",
        ),
    }[language]
    return figure(
        drawing,
        factors,
        name="fig-vier-in-balans",
        caption=f"{words[0]} ({short_source(edition, 'kennisnetvierinbalans', language)}).",
        alt=words[1],
        source="Kennisnet, Vier in balans-model",
        edition=edition.name,
        language=language,
    )


def deap(edition: Edition, language: str = "nl") -> Block:
    """Draws the two DEAP priorities with the goals under them, and what the Dutch cabinet rated high and low."""
    plan = analysis.items_of(edition, "A01", ["priority", "sub_element"])
    rated = analysis.items_of(edition, "A02", ["rated_high", "rated_low"])
    frame = pd.concat([plan, rated])[["id", "agenda_id", "item_type", f"label_{language}", "category"]]
    label = f"label_{language}"
    drawing, (left, right) = canvas(5.0, 2, width_ratios=(1.15, 1))
    titles = {
        "nl": ("Prioriteiten van de DEAP", "Gewicht volgens het kabinet", "belangrijk", "minder belangrijk"),
        "en": ("Priorities of the DEAP", "Weight given by the cabinet", "important", "less important"),
    }[language]
    _grid(left, 3.2, 4.3)
    left.set_ylim(-0.35, 4.35)
    left.set_title(titles[0])
    y = 3.75
    for priority in plan[plan["item_type"] == "priority"].to_dict("records"):
        _box(left, 0, y, 3.2, 0.5, wrapped(priority[label], 42), BLUE, solid=True)
        y -= 0.46
        for part in plan[plan["id"].str.fullmatch(priority["id"] + "[a-z]")].to_dict("records"):
            _box(left, 0.25, y, 2.95, 0.4, wrapped(part[label], 44), BLUE, solid=False)
            y -= 0.45
        y -= 0.2
    _grid(right, 3.2, 4.3)
    right.set_ylim(-0.35, 4.35)
    right.set_title(titles[1])
    y = 4.1
    for kind, title, colour, mark in (("rated_high", titles[2], GREEN, "▲"), ("rated_low", titles[3], ORANGE, "▼")):
        right.text(0, y, title, weight="semibold", color=colour, va="center")
        for item in rated[rated["item_type"] == kind][label]:
            y -= 0.3
            right.plot([0.1], [y], marker="^" if mark == "▲" else "v", color=colour, markersize=6)
            right.text(0.28, y, item, va="center")
        y -= 0.46
    high = ", ".join(rated[rated["item_type"] == "rated_high"][label])
    low = ", ".join(rated[rated["item_type"] == "rated_low"][label])
    tops = "; ".join(plan[plan["item_type"] == "priority"][label])
    source = short_source(edition, "nl2020nonpaperdeap", language)
    words = {
        "nl": (
            "De prioriteiten van de DEAP met de doelen eronder, en welke onderdelen het Nederlandse kabinet belangrijk en "
            f"minder belangrijk vindt. De volledige lijst van acties staat niet in het rapport. Bron: {source}.",
            f"Twee lijsten. Prioriteiten: {tops}. Belangrijk volgens het kabinet: {high}. Minder belangrijk: {low}.",
        ),
        "en": (
            "The priorities of the DEAP with the goals under them, and which parts the Dutch cabinet finds important and "
            f"less important. The full list of actions is not in the report. Source: {source}.",
            f"Two lists. Priorities: {tops}. Important to the cabinet: {high}. Less important: {low}.",
        ),
    }[language]
    return figure(
        drawing,
        frame,
        name="fig-deap",
        caption=words[0],
        alt=words[1],
        source={"nl": "DEAP en Nederlandse reactie, volgens AEF", "en": "DEAP and Dutch reaction, after AEF"}[language],
        edition=edition.name,
        language=language,
    )


def trail(edition: Edition, language: str = "nl") -> Block:
    """Draws the trail from each recommendation over its conclusions to the kinds of evidence."""
    frame = analysis.trail(edition)
    kinds = ["desk", "both", "interview", "unstated", "agenda"]
    names = [edition.label("evidence_type", kind, language) for kind in kinds[:-1]]
    names.append({"nl": "beleidsagenda’s", "en": "policy agendas"}[language])
    tops, middles = list(edition["recommendations"]["id"]), list(edition["conclusions"]["id"])
    drawing, (axes,) = canvas(5.0)
    left = {key: 1 - index / (len(tops) - 1) for index, key in enumerate(tops)}
    middle = {key: 1 - index / (len(middles) - 1) for index, key in enumerate(middles)}
    right = {kind: 0.95 - 0.9 * index / (len(kinds) - 1) for index, kind in enumerate(kinds)}
    colours = dict(zip(kinds, (BLUE, GREEN, PURPLE, SOFT, ORANGE), strict=True))
    used = list(dict.fromkeys(frame["conclusion"]))
    for row in frame.to_dict("records"):
        axes.plot([0.06, 0.46], [left[row["recommendation"]], middle[row["conclusion"]]], color=INK, lw=1, alpha=0.5)
    for row in frame.drop_duplicates("conclusion").to_dict("records"):
        for kind in kinds:
            if row[kind]:
                axes.plot(
                    [0.54, 0.9],
                    [middle[row["conclusion"]], right[kind]],
                    color=colours[kind],
                    lw=0.5 + row[kind] / 5,
                    alpha=0.55,
                )
    for key, y in left.items():
        axes.text(0, y, key, weight="semibold", va="center")
    for key, y in middle.items():
        axes.text(0.5, y, key, ha="center", va="center", color=INK if key in used else LINE)
    for kind, name in zip(kinds, names, strict=True):
        axes.text(0.92, right[kind], wrapped(name, 16), va="center", color=colours[kind], weight="semibold")
    axes.set_xlim(-0.02, 1.18)
    axes.set_ylim(-0.05, 1.05)
    clear(axes)
    unused = [key for key in middles if key not in used]
    note = {"nl": "Geen aanbeveling rust direct op", "en": "No recommendation rests directly on"}[language]
    rest = f" {note} {', '.join(unused)}." if unused else ""
    each = "; ".join(f"{key}: {', '.join(frame[frame['recommendation'] == key]['conclusion'])}" for key in tops)
    words = {
        "nl": (
            "Van aanbeveling (links) via conclusie (midden) naar het soort bewijs (rechts). Hoe dikker de lijn, hoe meer "
            f"bevindingen of doelen. De verbindingen zijn onze lezing van het rapport.{rest}",
            f"Lijnendiagram in drie kolommen met {in_words(len(tops), language)} aanbevelingen. {each}.{rest}",
        ),
        "en": (
            "From recommendation (left) over conclusion (middle) to the kind of evidence (right). The thicker the line, the "
            f"more findings or goals. The links are our reading of the report.{rest}",
            f"Line diagram in three columns with {in_words(len(tops), language)} recommendations. {each}.{rest}",
        ),
    }[language]
    return counted_figure(edition, drawing, frame, "fig-spoor", words, language)
