"""The charts of numbers: how much, how many, compared with what."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure as Canvas

from na_report.evidence.edition import Edition
from na_report.evidence.numbers import half_up
from na_report.presentation import analysis
from na_report.presentation.captions import caption_with_source, change, plain_source, unit_in_words
from na_report.presentation.figures import BLUE, GREEN, LINE, ORANGE, PURPLE, SOFT, canvas, figure, is_narrow, wrapped
from na_report.presentation.markdown import Block, escape, link
from na_report.presentation.text import in_sentence, listed, sentence_case
from na_report.presentation.values import in_words, number
from na_report.presentation.words import WORDS

SECTOR_COLOURS = {"po_vo": BLUE, "mbo": ORANGE, "ho": GREEN, "ve": PURPLE}


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
    words = WORDS[language]
    columns = {"what": "label", "group": "group", "place": "place", "period": "period", "value": "text"}
    shown = {words["no"]: [link(key) for key in frame["id"]]}
    for word, column in columns.items():
        if column in frame and (frame[column] != "").any():
            shown[words[word]] = [escape(str(cell).replace("/", "–")) or "–" for cell in frame[column]]
    return pd.DataFrame(shown)


def bars(
    labels: list[str],
    values: list[float],
    texts: list[str],
    colours: list[str],
    *,
    row_inch: float = 0.6,
    top: float = 0.0,
) -> Callable[[float], Canvas]:
    """Returns what draws horizontal bars from the top down, with the value as text behind each.

    Args:
        labels: What each bar is; beside it, on a narrow screen above it.
        values: How long each bar is; NaN where the source has only words, which then stand alone.
        texts: The values as a reader sees them.
        colours: One per bar.
        row_inch: The height of a bar with the room around it.
        top: Where the scale ends; a quarter beyond the longest bar when 0.
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
        end = top or max(lengths) * 1.25 or 1
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


def mbo_maturity(edition: Edition, language: str = "nl") -> Block:
    """Draws the share of mbo institutions on the two lowest levels of ICT maturity in two years."""
    frame = analysis.observed(edition, ["IND020", "IND019"], language)
    draw = bars(list(frame["period"]), list(frame["value"]), list(frame["text"]), [LINE, ORANGE])
    first, last = frame.iloc[0], frame.iloc[1]
    told = change(frame, language)
    words = {
        "nl": (
            "Aandeel mbo-instellingen op volwassenheidsniveau 1 of 2 voor ICT-dienstverlening en informatiemanagement"
            f".{told}",
            f"Staafdiagram met twee metingen: {first['text']} in {first['period']} en {last['text']} in {last['period']}.",
        ),
        "en": (
            f"Share of mbo institutions on maturity level 1 or 2 for ICT services and information management.{told}",
            f"Bar chart of two measurements: {first['text']} in {first['period']} and {last['text']} in {last['period']}.",
        ),
    }[language]
    return observed_figure(edition, draw, frame, "fig-mbo-volwassenheid", words, language)


def teacher_self_rating(edition: Edition, language: str = "nl") -> Block:
    """Draws how primary teachers with the lowest and the highest use rate their own ICT skills."""
    frame = analysis.observed(edition, ["IND012", "IND013"], language)

    def draw(width_inch: float) -> Canvas:
        drawing, (axes,) = canvas(width_inch, 1.8)
        low, high = frame["value"].min(), frame["value"].max()
        axes.plot([low, high], [0, 0], color=LINE, lw=3, zorder=1)
        for row, colour, side in zip(frame.to_dict("records"), (SOFT, BLUE), ("right", "left"), strict=True):
            axes.scatter(row["value"], 0, s=130, color=colour, zorder=2)
            group = wrapped(row["group"], 18) if is_narrow(width_inch) else row["group"]
            text = f"{group}\n{row['text']}"
            axes.annotate(text, (row["value"], 0), (0, 12), textcoords="offset points", ha=side)
        axes.set_xlim(0.8, 5.2)
        axes.set_ylim(-0.6, 1.4)
        axes.set_xticks(range(1, 6))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel({"nl": "Zelfbeoordeling op een schaal tot 5", "en": "Self-rating on a scale to 5"}[language])
        return drawing

    pairs = [f"{row['group']}: {row['text']}" for row in frame.to_dict("records")]
    told = escape("; ".join(pairs))
    words = {
        "nl": (
            "Hoe leraren in het basisonderwijs hun eigen ICT-vaardigheid beoordelen, naar hoe vaak zij digitale "
            f"middelen gebruiken, op een schaal tot 5. {told}.",
            f"Puntendiagram op een schaal tot 5. {'; '.join(pairs)}.",
        ),
        "en": (
            "How teachers in primary education rate their own ICT skills, by how much they use digital means, on a scale to "
            f"5. {told}.",
            f"Dot plot on a scale to 5. {'; '.join(pairs)}.",
        ),
    }[language]
    return observed_figure(edition, draw, frame, "fig-zelfbeoordeling", words, language)


def adult_learning(edition: Edition, language: str = "nl") -> Block:
    """Draws the share of adults who learn: all, and the low-educated."""
    frame = analysis.observed(edition, ["IND007-NL-2019", "IND008-NL-2019"], language)
    draw = bars(list(frame["group"]), list(frame["value"]), list(frame["text"]), [LINE, PURPLE])
    groups = [f"{in_sentence(row['group'])} {row['text']}" for row in frame.to_dict("records")]
    pairs, told = ", ".join(groups), escape(sentence_case(listed(groups, language)))
    unit, years = unit_in_words(edition, frame, language), escape(listed(dict.fromkeys(frame["period"]), language))
    words = {
        "nl": (
            f"Aandeel volwassenen dat kort geleden scholing volgde, in Nederland, {unit}, {years}. {told}.",
            f"Staafdiagram: {pairs}.",
        ),
        "en": (
            f"Share of adults who took part in education recently, in the Netherlands, {unit}, {years}. {told}.",
            f"Bar chart: {pairs}.",
        ),
    }[language]
    return observed_figure(edition, draw, frame, "fig-volwassenen-scholing", words, language)


def reached(edition: Edition, language: str = "nl") -> Block:
    """Draws how many people a programme reached beside how many have difficulty with Dutch."""
    frame = analysis.observed(edition, ["IND028", "IND029"], language)
    need, got = frame.iloc[0], frame.iloc[1]
    labels = {
        "nl": ["Heeft moeite met Nederlands", "Volgde een cursus"],
        "en": ["Struggles with Dutch", "Took a course"],
    }
    draw = bars(labels[language], [need["value"], got["value"]], [need["text"], got["text"]], [LINE, PURPLE])
    words = {
        "nl": (
            "Mensen die moeite hebben met de Nederlandse taal en deelnemers aan cursussen van Taal voor het Leven.",
            f"Staafdiagram: {need['text']} mensen hebben moeite met het Nederlands; {got['text']} mensen volgden een cursus.",
        ),
        "en": (
            "People who have difficulty with the Dutch language and participants in courses of Taal voor het Leven.",
            f"Bar chart: {need['text']} people have difficulty with Dutch; {got['text']} people took a course.",
        ),
    }[language]
    if need["value"] > 0 and got["value"] >= 0:
        share = number(float(half_up(100 * got["value"] / need["value"], 1)), language)
        told = {
            "nl": (
                f" De verhouding ({share}%) hebben wij zelf berekend; de twee bronnen tellen niet precies dezelfde groep.",
                f" Dat is {share}% daarvan.",
            ),
            "en": (
                f" The ratio ({share}%) is our own calculation; the two sources don't count exactly the same group.",
                f" That is {share}% of them.",
            ),
        }[language]
        words = (words[0] + told[0], words[1] + told[1])
    return observed_figure(edition, draw, frame, "fig-bereik", words, language)


def agenda_breadth(edition: Edition, language: str = "nl") -> Block:
    """Draws how many main goals each sector agenda has."""
    frame = analysis.observed(edition, ["IND049", "IND052", "IND053"], language)
    agendas = [edition.row("agendas", key) for key in ("A08", "A09", "A10")]
    labels = [f"{agenda[f'short_{language}']} ({agenda[f'item_word_{language}']})" for agenda in agendas]
    frame.insert(0, "agenda", labels)
    texts = [number(value, language) for value in frame["value"]]
    draw = bars(labels, list(frame["value"]), texts, [BLUE, ORANGE, GREEN], row_inch=0.5)
    pairs = ", ".join(f"{label} {text}" for label, text in zip(labels, texts, strict=True))
    words = {
        "nl": (
            "Aantal hoofddoelen in de drie sectoragenda’s. De volwasseneneducatie heeft geen eigen agenda.",
            f"Staafdiagram: {pairs}. Volwasseneneducatie: geen agenda.",
        ),
        "en": (
            "Number of main goals in the three sector agendas. Adult education has no agenda of its own.",
            f"Bar chart: {pairs}. Adult education: no agenda.",
        ),
    }[language]
    return observed_figure(edition, draw, frame, "fig-breedte", words, language)


def percentages(edition: Edition, sector: str, language: str = "nl") -> Block:
    """Draws all Dutch shares that the edition has for a sector; each bar is a measure of its own."""
    indicators = edition["indicators"]
    wanted = indicators[(indicators["sector"] == sector) & indicators["unit"].isin(["percent", "share_words"])]
    rows = [edition.rows("observations", indicator_id=key, geo="NL") for key in wanted["id"]]
    keys = [key for found in rows for key in found[found["value"].notna()]["id"]]
    frame = analysis.observed(edition, keys, language)
    labels = [
        f"{row['label']} ({row['period']})" if row["period"] else row["label"] for row in frame.to_dict("records")
    ]
    colours = [SECTOR_COLOURS[sector]] * len(frame)
    draw = bars(labels, list(frame["value"]), list(frame["text"]), colours, row_inch=0.62, top=125)
    name = escape(edition.row("sectors", sector)[f"short_{language}"])
    pairs = "; ".join(f"{row['label']}: {row['text']}" for row in frame.to_dict("records"))
    words = {
        "nl": (
            f"{name} in percentages. Elke staaf is een eigen maat, met een eigen bron en groep; vergelijk ze niet onderling.",
            f"Staafdiagram met {in_words(len(frame), language)} aandelen. {pairs}.",
        ),
        "en": (
            f"{name} in percentages. Each bar is a measure of its own, with its own source and group; don't compare them.",
            f"Bar chart of {in_words(len(frame), language)} shares. {pairs}.",
        ),
    }[language]
    slug = edition.row("sectors", sector)["slug"]
    return observed_figure(edition, draw, frame, f"fig-aandelen-{slug}", words, language)
