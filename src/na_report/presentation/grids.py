"""The figures that count: agendas, findings and organisations as grids."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyBboxPatch

from na_report.evidence.edition import Edition
from na_report.presentation import analysis
from na_report.presentation.charts import SECTOR_COLOURS
from na_report.presentation.figures import BLUE, INK, LINE, PALE, canvas, figure, wrapped
from na_report.presentation.markdown import Block, escape

OWN_COUNT = {"nl": "eigen telling op basis van het rapport van AEF", "en": "own count based on the AEF report"}


def counted_figure(
    edition: Edition, drawing: Canvas, frame: pd.DataFrame, name: str, words: tuple[str, str], language: str
) -> Block:
    """Makes a drawing of our own counts a figure; `words` are the caption and the alt text."""
    return figure(
        drawing,
        frame,
        name=name,
        caption=words[0],
        alt=words[1],
        source=OWN_COUNT[language],
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
    return counted_figure(edition, drawing, counts, "fig-codering", words, language)


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
    return counted_figure(edition, drawing, counts.reset_index(), "fig-bevindingen", words, language)


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
            f"Bevindingen over {escape(row['label_nl'][0].lower() + row['label_nl'][1:])} per categorie en soort.",
            f"Rooster met {total} bevindingen. Het vaakst: {most} ({counts.to_numpy().max()}).",
        ),
        "en": (
            f"Findings on {escape(row['label_en'].lower())} per category and kind.",
            f"Grid of {total} findings. Most often: {most} ({counts.to_numpy().max()}).",
        ),
    }[language]
    return counted_figure(edition, drawing, counts.reset_index(), f"fig-profiel-{row['slug']}", words, language)


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
            f"Rooster van {len(names)} organisaties en {len(sectors)} sectoren. Trekker in meer dan één sector: {shown}.",
        ),
        "en": (
            "Organisations with initiatives of their own, per sector. The number counts the initiatives they lead; an open "
            "circle means that the report names the organisation in that sector without an initiative of its own.",
            f"Grid of {len(names)} organisations and {len(sectors)} sectors. Leading in more than one sector: {shown}.",
        ),
    }[language]
    return counted_figure(edition, drawing, counts.reset_index(), "fig-organisaties", words, language)
