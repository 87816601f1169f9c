"""The figures of structure: what belongs to what, where the weight lies, what rests on what."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from na_report.evidence.edition import Edition
from na_report.presentation import analysis
from na_report.presentation.charts import SECTOR_COLOURS
from na_report.presentation.figures import (
    BLUE,
    GREEN,
    INK,
    LINE,
    ORANGE,
    PALE,
    PURPLE,
    SOFT,
    canvas,
    clear,
    figure,
    wrapped,
)
from na_report.presentation.markdown import Block
from na_report.presentation.text import short_source
from na_report.presentation.values import in_words

REPORT = {"nl": "AEF, rapport uit 2021", "en": "AEF, report of 2021"}
OWN_COUNT = {"nl": "eigen telling op basis van het rapport van AEF", "en": "own count based on the AEF report"}


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


def coding(edition: Edition, language: str = "nl") -> Block:
    """Draws agendas against categories: a full dot per explicit item, a ring per inferred one."""
    counts = analysis.coding(edition)
    kinds = analysis.categories(edition, language)
    agendas = edition["agendas"]
    agendas = agendas[agendas["id"].isin(counts["agenda_id"])]
    columns, lines = list(kinds["code"]), list(agendas["id"])
    drawing, (axes,) = canvas(0.5 * len(lines) + 1.7)
    for row in counts.to_dict("records"):
        x, y = columns.index(row["category"]), -lines.index(row["agenda_id"])
        total = row["explicit"] + row["inferred"]
        axes.add_patch(FancyBboxPatch((x - 0.46, y - 0.42), 0.92, 0.84, boxstyle="square,pad=0", color=PALE, zorder=0))
        for place in range(total):
            in_line = min(4, total - 4 * (place // 4))
            offset = 0.2 * (place % 4 - (in_line - 1) / 2)
            level = 0.0 if total <= 4 else 0.19 - 0.38 * (place // 4)
            fill = BLUE if place < row["explicit"] else "white"
            axes.scatter(x + offset, y + level, s=34, facecolor=fill, edgecolor=BLUE, linewidth=1.4, zorder=2)
    axes.set_xticks(range(len(columns)), [wrapped(label, 13) for label in kinds["short"]], rotation=90)
    axes.xaxis.tick_top()
    axes.set_yticks([-index for index in range(len(lines))], list(agendas[f"short_{language}"]))
    axes.set_xlim(-0.6, len(columns) - 0.4)
    axes.set_ylim(-len(lines) + 0.4, 0.6)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    explicit, inferred = int(counts["explicit"].sum()), int(counts["inferred"].sum())
    per_category = counts.groupby("category")[["explicit", "inferred"]].sum().sum(axis=1)
    names = dict(zip(kinds["code"], kinds["short"], strict=True))
    ranking = ", ".join(
        f"{names[code].lower()} {count}" for code, count in per_category.sort_values(ascending=False).items()
    )
    words = {
        "nl": (
            "Doelen in de beleidsagenda’s per categorie van het raamwerk. Elke stip is een doel: een volle stip waar het "
            "rapport de categorie zelf noemt, een open stip waar wij die afleiden.",
            f"Rooster van {len(lines)} agenda’s en {len(columns)} categorieën met {explicit} volle en {inferred} open "
            f"stippen. Doelen per categorie: {ranking}.",
        ),
        "en": (
            "Goals in the policy agendas per category of the framework. Each dot is a goal: a full dot where the report "
            "names the category itself, an open dot where we infer it.",
            f"Grid of {len(lines)} agendas and {len(columns)} categories with {explicit} full and {inferred} open dots. "
            f"Goals per category: {ranking}.",
        ),
    }[language]
    return figure(
        drawing,
        counts,
        name="fig-codering",
        caption=words[0],
        alt=words[1],
        source=OWN_COUNT[language],
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


def _heat(axes: Axes, counts: pd.DataFrame, rows: list[str], columns: list[str], colours: list[str]) -> None:
    """Draws counts as squares whose depth of colour and number tell the same."""
    top = max(int(counts.to_numpy().max()), 1)
    for y, line in enumerate(counts.to_numpy()):
        for x, count in enumerate(line):
            strength = 0.12 + 0.88 * count / top
            colour = colours[x % len(colours)] if count else "white"
            axes.add_patch(
                FancyBboxPatch(
                    (x - 0.47, -y - 0.45),
                    0.94,
                    0.9,
                    boxstyle="square,pad=0",
                    color=colour,
                    alpha=strength if count else 1,
                )
            )
            shown = str(count) if count else "–"
            axes.text(x, -y, shown, ha="center", va="center", color="white" if strength > 0.62 and count else INK)
    axes.set_xticks(range(len(columns)), [wrapped(column, 12) for column in columns], size=9.5)
    axes.xaxis.tick_top()
    axes.set_yticks([-y for y in range(len(rows))], rows)
    axes.set_xlim(-0.55, len(columns) - 0.45)
    axes.set_ylim(-len(rows) + 0.5, 0.55)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def findings_by_sector(edition: Edition, language: str = "nl") -> Block:
    """Draws the number of findings per sector and category."""
    counts = analysis.finding_counts(edition, "sector")
    kinds = analysis.categories(edition, language)
    sectors = [edition.row("sectors", key)[f"short_{language}"] for key in counts.columns]
    drawing, (axes,) = canvas(4.1)
    _heat(axes, counts, list(kinds["short"]), sectors, list(SECTOR_COLOURS.values()))
    names = dict(zip(kinds["code"], kinds["short"], strict=True))
    tops = ", ".join(
        f"{sector} {names[counts[key].idxmax()].lower()} ({counts[key].max()})"
        for key, sector in zip(counts, sectors, strict=True)
    )
    total = int(counts.to_numpy().sum())
    words = {
        "nl": (
            "Aantal bevindingen per sector en categorie. Het aantal zegt waar het rapport over spreekt, niet hoe groot een "
            "knelpunt is.",
            f"Rooster met {total} bevindingen. De meeste per sector: {tops}.",
        ),
        "en": (
            "Number of findings per sector and category. The number tells what the report speaks of, not how big a "
            "bottleneck is.",
            f"Grid of {total} findings. Most per sector: {tops}.",
        ),
    }[language]
    return figure(
        drawing,
        counts.reset_index(),
        name="fig-bevindingen",
        caption=words[0],
        alt=words[1],
        source=OWN_COUNT[language],
        edition=edition.name,
        language=language,
    )


def sector_profile(edition: Edition, sector: str, language: str = "nl") -> Block:
    """Draws the findings of one sector per category and kind."""
    counts = analysis.finding_counts(edition, "kind", sector)
    counts = counts.loc[counts.sum(axis=1) > 0]
    kinds = analysis.categories(edition, language).set_index("code")
    rows = [kinds.loc[code, "short"] for code in counts.index]
    columns = [edition.label("finding_kind", kind, language) for kind in counts.columns]
    row = edition.row("sectors", sector)
    drawing, (axes,) = canvas(0.42 * len(rows) + 1.0)
    _heat(axes, counts, rows, columns, [SECTOR_COLOURS[sector]])
    top_category, top_kind = counts.stack().idxmax()
    most = f"{kinds.loc[top_category, 'short'].lower()}, {edition.label('finding_kind', top_kind, language)}"
    total = int(counts.to_numpy().sum())
    words = {
        "nl": (
            f"Bevindingen over {row['label_nl'][0].lower() + row['label_nl'][1:]} per categorie en soort.",
            f"Rooster met {total} bevindingen. Het vaakst: {most} ({counts.to_numpy().max()}).",
        ),
        "en": (
            f"Findings on {row['label_en'].lower()} per category and kind.",
            f"Grid of {total} findings. Most often: {most} ({counts.to_numpy().max()}).",
        ),
    }[language]
    return figure(
        drawing,
        counts.reset_index(),
        name=f"fig-profiel-{row['slug']}",
        caption=words[0],
        alt=words[1],
        source=OWN_COUNT[language],
        edition=edition.name,
        language=language,
    )


def active(edition: Edition, language: str = "nl") -> Block:
    """Draws which organisations are active in which sector."""
    counts = analysis.active(edition)
    names = [edition.row("organisations", key)[f"name_{language}"].split(" (")[0] for key in counts.index]
    sectors = [edition.row("sectors", key)[f"short_{language}"] for key in counts.columns]
    drawing, (axes,) = canvas(0.32 * len(names) + 0.9)
    for y, line in enumerate(counts.to_numpy()):
        for x, count in enumerate(line):
            if count:
                colour = list(SECTOR_COLOURS.values())[x]
                own = count > 0
                axes.scatter(x, -y, s=230, facecolor=colour if own else "white", edgecolor=colour, linewidth=1.4)
                axes.text(x, -y, str(count) if own else "", ha="center", va="center", color="white", size=9)
            else:
                axes.plot([x - 0.06, x + 0.06], [-y, -y], color=LINE)
    axes.set_xticks(range(len(sectors)), sectors)
    axes.xaxis.tick_top()
    axes.set_yticks([-y for y in range(len(names))], names)
    axes.set_xlim(-0.5, len(sectors) - 0.5)
    axes.set_ylim(-len(names) + 0.4, 0.6)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    broad = [name for name, line in zip(names, counts.to_numpy(), strict=True) if (line > 0).sum() > 1]
    shown = ", ".join(broad) or {"nl": "geen", "en": "none"}[language]
    words = {
        "nl": (
            "Organisaties met eigen initiatieven, per sector. Het getal telt de initiatieven waarvan zij trekker zijn; een "
            "open cirkel betekent dat het rapport de organisatie in die sector noemt zonder eigen initiatief.",
            f"Rooster van {len(names)} organisaties en {len(sectors)} sectoren. In meer dan een sector trekker: {shown}.",
        ),
        "en": (
            "Organisations with initiatives of their own, per sector. The number counts the initiatives they lead; an open "
            "circle means that the report names the organisation in that sector without an initiative of its own.",
            f"Grid of {len(names)} organisations and {len(sectors)} sectors. Leading in more than one sector: {shown}.",
        ),
    }[language]
    return figure(
        drawing,
        counts.reset_index(),
        name="fig-organisaties",
        caption=words[0],
        alt=words[1],
        source=OWN_COUNT[language],
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
    return figure(
        drawing,
        frame,
        name="fig-spoor",
        caption=words[0],
        alt=words[1],
        source=OWN_COUNT[language],
        edition=edition.name,
        language=language,
    )
