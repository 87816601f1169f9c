"""The appendices: every organisation, initiative, observation, source and caveat, with links both ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from na_report.base.numbers import in_order
from na_report.base.wording import Words
from na_report.editions.edition import Edition
from na_report.reasoning import chain
from na_report.registers import analysis, statuses
from na_report.registers.blocks import sector_names
from na_report.writing.languages import spoken
from na_report.writing.markdown import Block, anchor, escape, link, place
from na_report.writing.naming import in_sentence, numbered, rows_in_words
from na_report.writing.periods import period
from na_report.writing.tables import table
from na_report.writing.text import (
    cited,
    ended,
    filled,
    ids,
    sentence_case,
    short_source,
    source_anchor,
)
from na_report.writing.values import value


def organisations(edition: Edition, language: str = "nl") -> Block:
    """Shows the organisations with their role; links to one lead here."""
    words = Words(language)
    entries: list[dict[str, Any]] = [
        {
            words("nr"): place(row["id"]),
            words("organisation"): escape(row[f"name_{language}"]) + _later(row, language),
            words("role"): filled(edition, row[f"role_{language}"], language),
            **statuses.column(edition, row["id"], language),
            words("sector"): escape(sector_names(edition, row["sectors"], language)),
        }
        for row in edition["organisations"].to_dict("records")
    ]
    return table(pd.DataFrame(entries), words("captions.organisations"), "tab-organisaties", language=language)


def initiatives(edition: Edition, language: str = "nl") -> Block:
    """Shows the initiatives with who leads them and how they stand; links to one lead here."""
    words = Words(language)
    entries: list[dict[str, Any]] = [
        {
            words("nr"): place(row["id"]),
            words("initiative"): f"**{escape(row[f'name_{language}'])}** "
            f"({escape(edition.label('initiative_type', row['type'], language))})"
            f"{_later(row, language)}. {filled(edition, row[f'gist_{language}'], language)}",
            words("lead"): escape(row[f"owners_{language}"].replace(";", ", ")),
            words("became.in_report" if statuses.known(edition) else "status"): _in_report(edition, row, language),
            **statuses.column(edition, row["id"], language),
            words("sector"): escape(sector_names(edition, row["sector"], language)),
        }
        for row in edition["initiatives"].to_dict("records")
    ]
    return table(pd.DataFrame(entries), words("captions.initiatives"), "tab-initiatieven", language=language)


def _later(row: Mapping[str, Any], language: str) -> str:
    """Returns that a row came after the report; nothing for what the report names."""
    return f" [{Words(language)('became.later')}]{{.grondslag}}" if analysis.came_later(row) else ""


def _in_report(edition: Edition, row: dict[str, Any], language: str) -> str:
    """Returns the state of an initiative as the report has it, with what this book corrects; a dash for what came later."""
    if analysis.came_later(row):
        return "–"
    detail = filled(edition, row[f"status_note_{language}"], language)
    caveats = rows_in_words(edition, statuses.caveats_of(edition, row["id"]), language)
    state = escape(edition.label("initiative_status", row["status"], language)) + (f" ({detail})" if detail else "")
    return f"{state}. {Words(language)('note')}: {caveats}" if caveats else state


def observations(edition: Edition, sector: str, language: str = "nl") -> Block:
    """Shows all indicators of a sector with their observations: values, period, place, source and use."""
    words, about = Words(language), edition.row("sectors", sector)
    indicators = edition["indicators"]
    entries = []
    for indicator in indicators[indicators["sector"] == sector].to_dict("records"):
        rows = edition.rows("observations", indicator_id=indicator["id"]).to_dict("records")
        users = {user for row in rows for user in chain.users(edition, row["id"])} | set(
            chain.users(edition, indicator["id"])
        )
        users -= {indicator["id"]}
        used = words("used", len(users), rows=rows_in_words(edition, in_order(users), language))
        entries.append(
            {
                words("nr"): place(indicator["id"]),
                words("what"): _indicator(edition, indicator, language),
                words("value"): "; ".join(_values(edition, rows, language)),
                words("source_and_use"): f"{ended(observed_sources(edition, rows, language))} {used}",
            }
        )
    return table(
        pd.DataFrame(entries),
        escape(words("captions.observations", sector=in_sentence(about[f"label_{language}"]))),
        f"tab-waarnemingen-{about['slug'] or sector}",
        language=language,
    )


def _values(edition: Edition, rows: list[dict[str, Any]], language: str) -> list[str]:
    """Returns per place and group the values in the order of the years, with a mark where the method changes."""
    shown = []
    for geo in dict.fromkeys(row["geo"] for row in rows):
        here = sorted((row for row in rows if row["geo"] == geo), key=lambda row: row["period"])
        before = None
        for group in dict.fromkeys(row[f"group_{language}"] for row in here):
            parts = []
            for row in (row for row in here if row[f"group_{language}"] == group):
                # A later group that was measured in another way does not go on from the one before it.
                if before and before["series"] != row["series"] and before["period"] <= row["period"]:
                    parts.append(Words(language)("break"))
                parts.append(_value(edition, row, language))
                before = row
            where = edition.label("geo", geo, language) + (f", {in_sentence(group)}" if group else "")
            shown.append(f"{escape(where)}: {', '.join(parts)}")
    return shown


def _value(edition: Edition, row: dict[str, Any], language: str) -> str:
    """Returns one value with its anchor, period and marks for what is inferred or second-hand."""
    notes = [period(edition, row, language)]
    if row["confidence"] == "B":
        notes.append(f"B: {edition.label('confidence', 'B', language)}")
    text = escape(value(edition, row["id"], language).text)
    return f"[**{text}**]{{#{anchor(row['id'])}}} ({escape(', '.join(notes))})"


def _indicator(edition: Edition, row: dict[str, Any], language: str) -> str:
    words = Words(language)
    notes = [filled(edition, row[f"context_{language}"], language)]
    if row[f"comparator_{language}"]:
        notes.append(f"{words('compare')}: {filled(edition, row[f'comparator_{language}'], language)}.")
    if mine := statuses.caveats_of(edition, row["id"]):
        notes.append(f"{words('note')}: {rows_in_words(edition, mine, language)}.")
    kind = edition.label("indicator_kind", row["kind"], language)
    notes.append(f"{words('kind')}: {escape(kind)}.")
    return f"**{escape(row[f'label_{language}'])}**. [{' '.join(note for note in notes if note)}]{{.grondslag}}"


def observed_sources(edition: Edition, rows: list[dict[str, Any]], language: str) -> str:
    """Returns the different sources of observations, with page and footnote."""
    words = Words(language)
    found = []
    for row in rows:
        if row["source_id"]:
            detail = [short_source(edition, row["source_id"], language)]
            detail += [f"{words('page')} {escape(row['page'])}"] if row["page"] else []
            detail += [f"{words('footnote')} {escape(row['footnote'])}"] if row["footnote"] else []
            found.append(", ".join(detail))
    return "; ".join(dict.fromkeys(found)) or sentence_case(words("unknown"))


def sources(edition: Edition, language: str = "nl") -> Block:
    """Shows all sources by author, each with its address, its footnotes and what rests on it."""
    words = Words(language)
    lines = []
    for row in (
        edition["sources"]
        .sort_values(["author", "year", "id"], key=lambda column: column.str.lower())
        .to_dict("records")
    ):
        title = escape(row[f"title_{language}"])
        shown = f"[{title}](<{row['url']}>)" if row["url"] else title
        shown = spoken(shown, row[f"title_{language}"], language)
        year = row["year"] or words("sources.no_date")
        kind = edition.label("source_type", row["source_type"], language)
        facts = [sentence_case(kind)]
        if row["footnotes"]:
            count = ids(row["footnotes"])
            facts.append(f"{words('footnotes', len(count))} {', '.join(count)}")
        else:
            facts.append(_without_footnote(edition, row["cited_how"], language))
        if row["year_basis"] in ("inferred", "url"):
            facts.append(words(f"years.{row['year_basis']}"))
        note = filled(edition, row[f"note_{language}"], language)
        users = in_order({*chain.users(edition, row["id"]), *statuses.traced_to(edition, row["id"])})
        lines.append(
            f"- []{{#{anchor(source_anchor(row['id']))}}}{escape(row['author'].replace(';', ', '))} ({escape(year)}). *{shown}*. "
            f"[{escape('; '.join(facts))}.{' ' + note if note else ''} "
            f"[{words('used', len(users), rows=rows_in_words(edition, users, language))}]{{.alleen-scherm}}]{{.grondslag}}"
        )
    return Block("\n".join([":::{container} bronnenlijst", *lines, ":::"]))


def _without_footnote(edition: Edition, how: str, language: str) -> str:
    """Returns where a source without a footnote comes from: the text of the report, or from after it."""
    return Words(language)("in_text") if how == "in_text" else edition.label("cited_how", how, language)


def notes(edition: Edition, language: str = "nl") -> Block:
    """Shows the footnotes of the report that say more than a source."""
    words = Words(language)
    frame = pd.DataFrame(
        {
            sentence_case(words("footnote")): place(row["id"]).replace(row["id"], row["footnote"], 1),
            words("kind"): escape(edition.label("note_kind", row["kind"], language)),
            words("what"): filled(edition, row[f"text_{language}"], language),
            words("source"): short_source(edition, row["source_id"], language) if row["source_id"] else "–",
        }
        for row in edition["notes"].to_dict("records")
    )
    return table(frame, words("captions.notes"), "tab-voetnoten", language=language)


def caveats(edition: Edition, language: str = "nl") -> Block:
    """Shows the slips and tensions of the report, and how this edition treats them."""
    words = Words(language)
    frame = pd.DataFrame(
        {
            words("nr"): numbered(row["id"]),
            words("slip"): filled(edition, row[f"text_{language}"], language),
            words("treatment"): filled(edition, row[f"treatment_{language}"], language),
            words("concerns"): sentence_case("; ".join(filter(None, _concerned(edition, ids(row["refs"]), language)))),
        }
        for row in edition["caveats"].to_dict("records")
    )
    return table(frame, words("captions.caveats"), "tab-kanttekeningen", language=language)


def _concerned(edition: Edition, keys: list[str], language: str) -> tuple[str, str]:
    """Returns the rows and the sources that a remark is about."""
    known = set(edition["sources"]["id"])
    rows = [key for key in keys if key not in known]
    return rows_in_words(edition, rows, language), cited(edition, [key for key in keys if key in known], language)


def interviewees(edition: Edition, language: str = "nl") -> Block:
    """Shows who was interviewed, of which organisation and for which sector."""
    words = Words(language)
    frame = pd.DataFrame(
        {
            words("nr"): numbered(row["id"]),
            words("person"): escape(row["name"]),
            words("organisation"): link(
                row["organisation_id"],
                escape(edition.row("organisations", row["organisation_id"])[f"name_{language}"]),
            ),
            words("sector"): escape(sector_names(edition, row["sectors"], language)),
            words("note"): filled(edition, row[f"note_{language}"], language) or "–",
        }
        for row in edition["interviewees"].to_dict("records")
    )
    return table(frame, words("captions.interviewees"), "tab-gesprekspartners", language=language)
