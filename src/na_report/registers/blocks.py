"""The blocks that a chapter is made of: agendas, findings, conclusions and recommendations with their basis."""

from collections.abc import Iterable, Mapping

from na_report.editions.edition import Edition
from na_report.reasoning import chain
from na_report.reasoning.claim import FAILS
from na_report.registers import analysis, statuses
from na_report.registers.verdicts import basis, outcome, recommendation_note, verdict
from na_report.writing.markdown import Block, anchor, aside, box, escape, fold, link, paragraphs, place, table_rows
from na_report.writing.numbers import in_words
from na_report.writing.prose import told
from na_report.writing.text import ended, ids, sentence_case
from na_report.writing.voice import Row, Voice


def agendas(edition: Edition, keys: Iterable[str], language: str = "nl") -> Block:
    """Shows agendas one after the other."""
    return paragraphs(*(agenda(edition, key, language).markdown for key in keys))


def agenda(edition: Edition, key: str, language: str = "nl") -> Block:
    """Shows what an agenda is; folded and on a screen alone of whom it is, how it stands, and its goals with their category."""
    voice, row = Voice(edition, language), edition.row("agendas", key)
    words = voice.words
    years = "–".join(year for year in (row["period_start"], row["period_end"]) if year)
    facts = {
        "owner": escape(row["owners"].replace(";", ", ")),
        "period": escape(years or words("unknown")),
        "concrete": voice.filled(row, "concreteness"),
        "abroad": voice.filled(row, "international_link"),
        "note": voice.filled(row, "note"),
        "source": voice.source(row["source_id"]),
        "became.head": statuses.now(voice, key),
    }
    about = [f"- **{words(name, edition=edition.name)}**: {text}" for name, text in facts.items() if text]
    title = words("about_agenda", agenda=voice.shown(row, "short"))
    below = fold(title, *about, "", *_goals(voice, key), kind="alleen-scherm doelen")
    return paragraphs(f"{_title(voice, row, 'name', end='.')} {voice.filled(row, 'gist')}", below)


def _title(voice: Voice, row: Row, column: str, end: str = "") -> str:
    """Returns what a row is called, as what others can link to."""
    return f"**[{voice.shown(row, column)}]{{#{anchor(row['id'])}}}{end}**"


def _goals(voice: Voice, agenda: str) -> list[str]:
    """Returns the lines of a table of goals with category and basis of the coding; none where there are none."""
    words, short, shown = voice.words, analysis.categories(voice.edition, voice.language), []
    for item in voice.edition.rows("agenda_items", agenda_id=agenda).to_dict("records"):
        coding = escape(short[item["category"]])
        coding += f" ({words('inferred')})" if item["coding_basis"] == "inferred" else ""
        if second := [short[code].lower() for code in ids(item["category_secondary"])]:
            coding += f"; {words('also')} {escape(', '.join(second))}"
        note = voice.filled(item, "basis_note")
        kind = escape(voice.label("item_type", item["item_type"]))
        goal = f"**{voice.shown(item, 'label')}** ({kind}). {voice.filled(item, 'gist')}"
        category = coding + (f". {aside(note)}" if note else "")
        shown.append({"nr": place(item["id"]), "goal": goal, "category": category})
    return table_rows(voice.frame(shown)) if shown else []


def findings_below(edition: Edition, sector: str, themes: Iterable[str], language: str = "nl") -> Block | None:
    """Shows, folded and on a screen alone, the findings that a section of a story rests on; nothing where there are none."""
    voice, rows = Voice(edition, language), analysis.findings(edition, sector, themes)
    if rows.empty:
        return None
    parts = []
    for code, label in analysis.categories(edition, language).items():
        if found := rows[rows["category"] == code].to_dict("records"):
            parts.append("\n".join([f"**{escape(label)}**", "", *(f"- {_finding(voice, row)}" for row in found)]))
    title = voice.words("findings_below", len(rows), count=in_words(len(rows), language))
    return Block(fold(sentence_case(title), "\n\n".join(parts)))


def _finding(voice: Voice, row: Row) -> str:
    words, sources = voice.words, voice.cited(ids(row["source_ids"]))
    users = [key for kind in ("conclusions", "recommendations") for key in chain.above(voice.edition, row["id"], kind)]
    about = [escape(sentence_case(voice.label("finding_kind", row["kind"])))]
    about += [f"{words('source')}: {sources}"] if sources else []
    about += [words("used", len(users), rows=voice.rows(users))] if users else []
    return f"{place(row['id'])} {voice.filled(row, 'text')} {aside(' '.join(map(ended, about)))}"


def conclusions(edition: Edition, section: str, language: str = "nl") -> Block:
    """Shows all conclusions of a section of the report, each with what it rests on folded under it."""
    voice, shown = Voice(edition, language), []
    for row in edition.records("conclusions"):
        if row["section"] == section:
            text = f"{_title(voice, row, 'title', end='.')} {voice.filled(row, 'text')}"
            kind = "kader stelling" + (" tegenspraak" if outcome(edition, row["id"]) in FAILS else "")
            shown.append(box(kind, paragraphs(text, verdict(voice, row["id"])).markdown))
            shown.append(basis(voice, row["id"], voice.words("verdicts.under_conclusion")))
    return paragraphs(*shown)


def recommendation(edition: Edition, key: str, language: str = "nl") -> Block:
    """Shows a recommendation: for whom, with whom, how, what to watch, why, how it is now, and folded what it rests on."""
    voice, row = Voice(edition, language), edition.row("recommendations", key)
    words = voice.words
    everyone = row["sectors"] == "all" or set(ids(row["sectors"])) == set(analysis.sectors(edition))
    sectors = words("all_sectors") if everyone else voice.sectors(row["sectors"])
    facts = {
        "sectors": sentence_case(sectors) + ".",
        "partners": escape(voice.said(row, "partners").replace(";", ", ")) + ".",
        "how": voice.filled(row, "text"),
        "tradeoffs": voice.filled(row, "tradeoffs"),
        "why": voice.filled(row, "rationale"),
    }
    if now := voice.filled(row, "now"):
        about = words("became.ours", sources=ended(voice.cited(ids(row["now_sources"]))))
        facts["became.now"] = f"{now} {aside(about)}"
    number = f"[{words('advice')} {escape(row['number'])}]{{#{anchor(key)}}}"
    warning = recommendation_note(voice, key)
    lines = [f"**{number}. {voice.shown(row, 'title')}**", "", *([warning, ""] if warning else [])]
    lines += [f"- **{words(name, edition=edition.name)}**: {text}" for name, text in facts.items() if text]
    kind = "kader kaart" + (" tegenspraak" if warning else "")
    return paragraphs(box(kind, *lines), basis(voice, key, words("verdicts.under_advice")))


def key_figures(edition: Edition, figures: Mapping[str, str], language: str = "nl") -> Block:
    """Shows observations as cards: the value large, with what it measures, for whom, when and according to whom.

    Per id of an observation or indicator comes what it means, in which `{IND007}` becomes a value as in `%%text`.
    """
    voice, lines = Voice(edition, language), []
    for key, means in figures.items():
        row = edition.observation(key)
        indicator = edition.row("indicators", row["indicator_id"])
        large = link(row["id"], escape(sentence_case(voice.value(key).text)))
        meaning = told(means, {"evidence": edition, "language": language}).markdown
        whom, when = voice.shown(row, "group"), voice.period(row, told=True)
        if not whom and indicator["sector"] != "all":
            whom = voice.shown(edition.row("sectors", indicator["sector"]), "label")
        when = f"{voice.words('figure_for')} {when}" if row["period"] else when
        about = "; ".join(filter(None, [whom, when, voice.source(row["source_id"])]))
        lines.append(f"- [{large}]{{.cijfer}} {voice.shown(indicator, 'label')}: {meaning} {aside(about)}")
    return Block(box("kerncijfers", *lines))


def framework(edition: Edition, kinds: Iterable[str], language: str = "nl") -> Block:
    """Shows elements of the framework as a list."""
    voice, wanted = Voice(edition, language), set(kinds)
    rows = (row for row in edition.records("categories") if row["kind"] in wanted)
    return Block("\n".join(f"- {_title(voice, row, 'label')}: {voice.filled(row, 'gist')}" for row in rows))
