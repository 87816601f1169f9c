"""The blocks that a chapter is made of: agendas, findings, conclusions and recommendations with their basis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from na_report.base.wording import Words
from na_report.editions.edition import Edition
from na_report.reasoning import chain
from na_report.registers import analysis, statuses
from na_report.registers.verdicts import basis, is_contradicted, recommendation_note, verdict
from na_report.writing.markdown import Block, anchor, escape, link, paragraphs, place
from na_report.writing.naming import in_sentence, numbered, rows_in_words
from na_report.writing.periods import period
from na_report.writing.prose import told
from na_report.writing.tables import rows, table
from na_report.writing.text import cited, ended, filled, ids, sentence_case, short_source
from na_report.writing.values import in_words, value


def _category(edition: Edition, code: str, language: str) -> str:
    rows = edition["categories"]
    return str(rows[rows["code"] == code].iloc[0][f"short_{language}"])


def sector_names(edition: Edition, cell: str, language: str) -> str:
    """Returns the sectors of a list cell as readable text."""
    names = [edition.row("sectors", key)[f"short_{language}"] for key in ids(cell)]
    return sentence_case(", ".join([names[0], *map(in_sentence, names[1:])]) if names else "")


def agendas(edition: Edition, keys: Iterable[str], language: str = "nl") -> Block:
    """Shows agendas one after the other."""
    return paragraphs(*(agenda(edition, key, language).markdown for key in keys))


def agenda(edition: Edition, key: str, language: str = "nl") -> Block:
    """Shows what an agenda is; folded and on a screen alone of whom it is, how it stands, and its goals with their category."""
    words, row = Words(language), edition.row("agendas", key)
    period = "–".join(year for year in (row["period_start"], row["period_end"]) if year) or words("unknown")
    facts = [
        (words("owner"), escape(row["owners"].replace(";", ", "))),
        (words("period"), escape(period)),
        (words("concrete"), filled(edition, row[f"concreteness_{language}"], language)),
        (words("abroad"), filled(edition, row[f"international_link_{language}"], language)),
        (words("note"), filled(edition, row[f"note_{language}"], language)),
        (words("source"), short_source(edition, row["source_id"], language)),
    ]
    facts += statuses.column(edition, key, language).items()
    name = f"**[{escape(row[f'name_{language}'])}]{{#{anchor(key)}}}.**"
    about = [f"- **{name}**: {text}" for name, text in facts if text]
    goals = _goals(edition, edition.rows("agenda_items", agenda_id=key), language)
    title = words("about_agenda", agenda=escape(row[f"short_{language}"]))
    fold = [f":::{{dropdown}} {title}", ":class-container: alleen-scherm doelen", "", *about, "", *goals, ":::"]
    return paragraphs(f"{name} {filled(edition, row[f'gist_{language}'], language)}", "\n".join(fold))


def _goals(edition: Edition, items: pd.DataFrame, language: str) -> list[str]:
    """Returns the lines of a table of goals with category and basis of the coding; none where there are none."""
    words, shown = Words(language), []
    for item in items.to_dict("records"):
        category = _category(edition, item["category"], language)
        second = [_category(edition, code, language).lower() for code in ids(item["category_secondary"])]
        coding = escape(category) + (f" ({words('inferred')})" if item["coding_basis"] == "inferred" else "")
        if second:
            coding += f"; {words('also')} {escape(', '.join(second))}"
        kind = edition.label("item_type", item["item_type"], language)
        gist = filled(edition, item[f"gist_{language}"], language)
        note = filled(edition, item[f"basis_note_{language}"], language)
        shown.append(
            {
                words("nr"): place(item["id"]),
                words("goal"): f"**{escape(item[f'label_{language}'])}** ({escape(kind)}). {gist}",
                words("category"): coding + (f". [{note}]{{.grondslag}}" if note else ""),
            }
        )
    return rows(pd.DataFrame(shown)) if shown else []


def findings(
    edition: Edition,
    sector: str | None = None,
    themes: Iterable[str] = (),
    kinds: Iterable[str] = (),
    language: str = "nl",
) -> Block:
    """Shows findings as a list per category, each with its kind, basis and sources.

    Args:
        edition: Where the findings are.
        sector: Only this sector.
        themes: Only these themes of the report.
        kinds: Only these kinds.
        language: `nl` or `en`.
    """
    rows = analysis.findings(edition, sector, themes, kinds)
    parts = []
    for code, label in analysis.categories(edition, language)[["code", "short"]].itertuples(index=False):
        group = rows[rows["category"] == code]
        if not group.empty:
            lines = [f"**{escape(label)}**", ""]
            lines += [f"- {_finding(edition, row, language)}" for row in group.to_dict("records")]
            parts.append("\n".join(lines))
    return paragraphs(*parts)


def _finding(edition: Edition, row: dict[str, Any], language: str) -> str:
    words, sources = Words(language), cited(edition, ids(row["source_ids"]), language)
    users = chain.above(edition, row["id"], "conclusions") + chain.above(edition, row["id"], "recommendations")
    about = [escape(sentence_case(edition.label("finding_kind", row["kind"], language)))]
    about += [f"{words('source')}: {sources}"] if sources else []
    about += [words("used", len(users), rows=rows_in_words(edition, users, language))] if users else []
    shown = " ".join(map(ended, about))
    return f"{place(row['id'])} {filled(edition, row[f'text_{language}'], language)} [{shown}]{{.grondslag}}"


def findings_below(edition: Edition, sector: str, themes: Iterable[str], language: str = "nl") -> Block | None:
    """Shows, folded and on a screen alone, the findings that a section of a story rests on; nothing where there are none."""
    if not (count := len(analysis.findings(edition, sector, themes))):
        return None
    title = Words(language)("findings_below", count, count=in_words(count, language))
    listed = findings(edition, sector, themes, language=language).markdown
    return Block(f":::{{dropdown}} {sentence_case(title)}\n:class-container: alleen-scherm\n\n{listed}\n:::")


def conclusion(edition: Edition, key: str, language: str = "nl") -> Block:
    """Shows a conclusion, and folded what it rests on."""
    row = edition.row("conclusions", key)
    title = f"**[{escape(row[f'title_{language}'])}]{{#{anchor(key)}}}.**"
    lines = [f"{title} {filled(edition, row[f'text_{language}'], language)}", verdict(edition, key, language)]
    kind = "kader stelling" + (" tegenspraak" if is_contradicted(edition, key) else "")
    shown = "\n\n".join(filter(None, lines))
    below = basis(edition, key, Words(language)("verdicts.under_conclusion"), language)
    return Block("\n".join([f":::{{container}} {kind}", shown, ":::"])) + below


def conclusions(edition: Edition, section: str, language: str = "nl") -> Block:
    """Shows all conclusions of a section of the report."""
    rows = edition["conclusions"]
    blocks = [conclusion(edition, key, language).markdown for key in rows[rows["section"] == section]["id"]]
    return paragraphs(*blocks)


def recommendation(edition: Edition, key: str, language: str = "nl") -> Block:
    """Shows a recommendation: for whom, with whom, how, what to watch, why, how it is now, and folded what it rests on."""
    words, row = Words(language), edition.row("recommendations", key)
    everyone = row["sectors"] == "all" or set(ids(row["sectors"])) == set(analysis.sectors(edition))
    sectors = words("all_sectors") if everyone else sector_names(edition, row["sectors"], language)
    parts = [
        (words("sectors"), escape(sentence_case(sectors)) + "."),
        (words("partners"), escape(row[f"partners_{language}"].replace(";", ", ")) + "."),
        (words("how"), filled(edition, row[f"text_{language}"], language)),
        (words("tradeoffs"), filled(edition, row[f"tradeoffs_{language}"], language)),
        (words("why"), filled(edition, row[f"rationale_{language}"], language)),
    ]
    number = f"[{words('advice')} {escape(str(row['number']))}]{{#{anchor(key)}}}"
    title = f"**{number}. {escape(row[f'title_{language}'])}**"
    lines = [f"- **{name}**: {text}" for name, text in parts if text]
    if row[f"now_{language}"]:
        about = words("became.ours", sources=ended(cited(edition, ids(row["now_sources"]), language)))
        text = filled(edition, row[f"now_{language}"], language)
        lines.append(f"- **{words('became.now', edition=edition.name)}**: {text} [{about}]{{.grondslag}}")
    warning = recommendation_note(edition, key, language)
    kind = "kader kaart" + (" tegenspraak" if warning else "")
    shown = [title, "", *([warning, ""] if warning else []), *lines]
    below = basis(edition, key, words("verdicts.under_advice"), language)
    return Block("\n".join([f":::{{container}} {kind}", *shown, ":::"])) + below


def key_figures(edition: Edition, figures: Mapping[str, str], language: str = "nl") -> Block:
    """Shows observations as cards: the value large, with what it measures, what that means, for whom, when and according to whom.

    Args:
        edition: Where the observations are.
        figures: Per id of an observation or indicator what it means, in which `{IND007}` becomes a value as in `%%text`.
        language: `nl` or `en`.
    """
    words, lines = Words(language), []
    for key, means in figures.items():
        row = edition.observation(key)
        indicator = edition.row("indicators", row["indicator_id"])
        sector = (
            "" if indicator["sector"] == "all" else edition.row("sectors", indicator["sector"])[f"label_{language}"]
        )
        shown = value(edition, key, language)
        large = f"[{link(shown.key, escape(sentence_case(shown.text)))}]{{.cijfer}}"
        meaning = told(means, {"evidence": edition, "language": language}).markdown
        whom = row[f"group_{language}"] or sector
        when = (
            f"{words('figure_for')} {period(edition, row, language, told=True)}"
            if row["period"]
            else words("no_period")
        )
        about = [*map(escape, filter(None, [whom, when])), short_source(edition, row["source_id"], language)]
        lines.append(
            f"- {large} {escape(indicator[f'label_{language}'])}: {meaning} [{'; '.join(about)}]{{.grondslag}}"
        )
    return Block("\n".join([":::{container} kerncijfers", *lines, ":::"]))


def recommendations_in_short(edition: Edition, begin: Mapping[str, tuple[str, str]], language: str = "nl") -> Block:
    """Shows each recommendation as a link, with its first step and whom to turn to.

    Args:
        edition: Where the recommendations are.
        begin: Per id the first step and whom to turn to, as MyST.
        language: `nl` or `en`.
    """
    words, lines = Words(language), []
    for row in edition["recommendations"].to_dict("records"):
        step, whom = begin.get(row["id"], ("", ""))
        told = [f"{words('first_step')}: {step}" if step else "", f"*{words('partners')}:* {whom}" if whom else ""]
        title = f"**{link(row['id'], escape(row[f'title_{language}']))}.**"
        lines.append("1. " + " ".join(filter(None, [title, *told])))
    return Block("\n".join([":::{container} lijst", *lines, ":::"]))


def starting_points(edition: Edition, language: str = "nl") -> Block:
    """Shows the starting points for the NA with the recommendations that follow from them."""
    words = Words(language)
    frame = pd.DataFrame(
        {
            words("nr"): numbered(row["id"]),
            words("starting_point"): filled(edition, row[f"text_{language}"], language),
            words("advice"): sentence_case(rows_in_words(edition, ids(row["recommendation_ids"]), language)),
        }
        for row in edition["starting_points"].to_dict("records")
    )
    return table(frame, words("captions.starting_points"), "tab-aanknopingspunten", language=language)


def contradictions(edition: Edition, language: str = "nl") -> Block:
    """Shows where agendas, or parts of the report, say different things."""
    words = Words(language)
    frame = pd.DataFrame(
        {
            words("nr"): numbered(row["id"]),
            words(
                "subject"
            ): f"**{escape(row[f'topic_{language}'])}.** {filled(edition, row[f'text_{language}'], language)}",
            words("parties"): escape(row[f"parties_{language}"].replace(";", "; ")),
            words("rests"): sentence_case(rows_in_words(edition, ids(row["refs"]), language)),
        }
        for row in edition["contradictions"].to_dict("records")
    )
    return table(frame, words("captions.contradictions"), "tab-tegenstellingen", language=language)


def framework(edition: Edition, kinds: Iterable[str], language: str = "nl") -> Block:
    """Shows elements of the framework as a list."""
    rows = edition["categories"]
    lines = []
    for row in rows[rows["kind"].isin(list(kinds))].to_dict("records"):
        label = f"**[{escape(row[f'label_{language}'])}]{{#{anchor(row['id'])}}}**"
        lines.append(f"- {label}: {filled(edition, row[f'gist_{language}'], language)}")
    return Block("\n".join(lines))
