"""What became of what the report names: how each stands now, by which trace, and how many of each."""

from typing import Any

from na_report.editions.edition import Edition
from na_report.registers import analysis
from na_report.writing.markdown import Block, aside, escape, link
from na_report.writing.numbers import written_day
from na_report.writing.text import ended, ids, sentence_case
from na_report.writing.voice import Row, Voice

TABLES = ("initiatives", "organisations", "agendas")


def known(edition: Edition) -> bool:
    """Tells whether an edition says what became of things; the first one does not."""
    return not edition["statuses"].empty


def status(edition: Edition, key: str) -> dict[str, Any]:
    """Returns how a row stands now; what nobody looked at is unknown."""
    found = (row for row in edition.records("statuses") if row["id"] == key)
    return next(found, {"status": "unknown", "since": "", "source_id": ""})


def state(voice: Voice, key: str) -> str:
    """Returns in a few words how something stands now; of what is active also the year of the trace that says so."""
    row = status(voice.edition, key)
    shown = voice.label("subject_status", row["status"])
    since = written_day(row["since"], voice.language) if row["since"] else ""
    if row["status"] != "running":
        return f"{shown} ({since})" if since else shown
    year = voice.edition.row("sources", row["source_id"])["year"]
    seen = voice.words("became.in_year", year=year) if year else f"({voice.words('became.undated')})"
    return f"{shown} {seen}" + (f", {voice.words('became.since', since=since)}" if since not in ("", year) else "")


def in_report(voice: Voice, row: Row) -> str:
    """Returns the state of an initiative as the report has it, with what this book corrects; nothing for what came later."""
    if analysis.came_later(row):
        return ""
    detail, caveats = voice.filled(row, "status_note"), voice.rows(caveats_of(voice.edition, row["id"]))
    state = escape(voice.label("initiative_status", row["status"])) + (f" ({detail})" if detail else "")
    return f"{state}. {voice.words('note')}: {caveats}" if caveats else state


def now(voice: Voice, key: str) -> str:
    """Returns how something stands now, what came in its place, and who says so; nothing where the edition does not know."""
    if not known(voice.edition):
        return ""
    row = status(voice.edition, key)
    parts = [f"**{escape(sentence_case(state(voice, key)))}.**"]
    if "id" not in row:
        return parts[0]
    if voice.said(row, "successor"):
        successor, rows = voice.shown(row, "successor"), ids(row["successor_ids"])
        name = "related" if row["status"] == "unknown" else "successor"
        parts.append(voice.words(f"became.{name}", successor=link(rows[0], successor) if rows else successor))
    parts.append(voice.filled(row, "note"))
    if row["source_id"]:
        marks = [voice.source(row["source_id"])]
        marks += [voice.label("confidence", "B")] if row["confidence"] == "B" else []
        parts.append(aside(ended("; ".join(marks))))
    return " ".join(parts)


def caveats_of(edition: Edition, key: str) -> list[str]:
    """Returns the ids of the caveats about a row."""
    return [row["id"] for row in edition.records("caveats") if key in ids(row["refs"])]


def traced_to(edition: Edition, source: str) -> list[str]:
    """Returns the ids of what a source says how it stands, and of the advice whose present state it shows."""
    advice = [row["id"] for row in edition.records("recommendations") if source in ids(row["now_sources"])]
    return [row["id"] for row in edition.records("statuses") if row["source_id"] == source] + advice


def counts(edition: Edition, table: str) -> dict[str, int]:
    """Returns per status how many rows of the report have it, in the order of the code list."""
    found = [status(edition, key)["status"] for key in analysis.of_report(edition, table)["id"]]
    return {name: found.count(name) for name in analysis.codes(edition, "subject_status")}


def counted(edition: Edition, language: str = "nl") -> Block | None:
    """Shows how many initiatives, organisations and agendas of the report have each status; nothing where none is known."""
    voice, lines = Voice(edition, language), []
    for table in TABLES if known(edition) else ():
        found = counts(edition, table)
        told = (f"{count} {voice.label('subject_status', name)}" for name, count in found.items() if count)
        name = voice.words(f"became.{table}")
        lines.append(f"- **{name} ({sum(found.values())})**: {escape(', '.join(told))}.")
    return Block("\n".join(lines)) if lines else None
