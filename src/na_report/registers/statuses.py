"""What became of what the report names: how each stands now, by which trace, and how many of each."""

from __future__ import annotations

from typing import Any

from na_report.base.wording import Words
from na_report.editions.edition import Edition
from na_report.registers import analysis
from na_report.writing.markdown import Block, escape, link
from na_report.writing.periods import written_since
from na_report.writing.text import ended, filled, ids, sentence_case, short_source

TABLES = ("initiatives", "organisations", "agendas")


def known(edition: Edition) -> bool:
    """Tells whether an edition says what became of things; the first one does not."""
    return not edition["statuses"].empty


def code(edition: Edition, key: str) -> str:
    """Returns the code of the status of a row; of what nobody looked at that it is unknown."""
    return str(_row(edition, key).get("status", "unknown"))


def _row(edition: Edition, key: str) -> dict[str, Any]:
    return next((row for row in edition.records("statuses") if row["id"] == key), {})


def state(edition: Edition, key: str, language: str = "nl") -> str:
    """Returns in a few words how something stands now; of what is active also the year of the trace that says so.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> edition = open_edition("2026")
        >>> [state(edition, key) for key in ("INI47", "INI65", "INI30", "INI36")]
        ['gestopt (2022)', 'actief gezien in 2025', 'actief gezien (bron zonder jaar)', 'onbekend']
    """
    words, row = Words(language), _row(edition, key)
    shown = edition.label("subject_status", code(edition, key), language)
    since = written_since(row["since"], language) if row and row["since"] else ""
    if code(edition, key) != "running":
        return f"{shown} ({since})" if since else shown
    year = edition.row("sources", row["source_id"])["year"]
    seen = words("became.in_year", year=year) if year else f"({words('became.undated')})"
    return f"{shown} {seen}" + (f", {words('became.since', since=since)}" if since not in ("", year) else "")


def now(edition: Edition, key: str, language: str = "nl", *, whole: bool = True) -> str:
    """Returns as MyST how something stands now and what came in its place.

    Args:
        edition: Where it is.
        key: The id of an initiative, an organisation or an agenda.
        language: `nl` or `en`.
        whole: Whether the explanation and the source come along.
    """
    words, row = Words(language), _row(edition, key)
    parts = [f"**{escape(sentence_case(state(edition, key, language)))}.**"]
    if row and row[f"successor_{language}"]:
        successor = escape(row[f"successor_{language}"])
        rows = ids(row["successor_ids"])
        name = "related" if row["status"] == "unknown" else "successor"
        parts.append(words(f"became.{name}", successor=link(rows[0], successor) if rows else successor))
    if row and whole:
        parts.append(filled(edition, row[f"note_{language}"], language))
        if row["source_id"]:
            marks = [short_source(edition, row["source_id"], language)]
            marks += [edition.label("confidence", "B", language)] if row["confidence"] == "B" else []
            parts.append(f"[{ended('; '.join(marks))}]{{.grondslag}}")
    return " ".join(parts)


def column(edition: Edition, key: str, language: str = "nl", *, whole: bool = True) -> dict[str, str]:
    """Returns `now` under the head of its column; nothing in an edition that does not know."""
    head = Words(language)("became.head", edition=edition.name)
    return {head: now(edition, key, language, whole=whole)} if known(edition) else {}


def caveats_of(edition: Edition, key: str) -> list[str]:
    """Returns the ids of the caveats about a row."""
    return [row["id"] for row in edition.records("caveats") if key in ids(row["refs"])]


def traced_to(edition: Edition, source: str) -> list[str]:
    """Returns the ids of what a source says how it stands, and of the advice whose present state it shows."""
    advice = [row["id"] for row in edition.records("recommendations") if source in ids(row["now_sources"])]
    return [row["id"] for row in edition.records("statuses") if row["source_id"] == source] + advice


def counts(edition: Edition, table: str) -> dict[str, int]:
    """Returns per status how many rows of the report have it, in the order of the code list.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> sum(counts(open_edition("2026"), "initiatives").values())
        65
    """
    found = [code(edition, key) for key in analysis.of_report(edition, table)["id"]]
    return {name: found.count(name) for name in analysis.codes(edition, "subject_status")}


def counted(edition: Edition, language: str = "nl") -> Block | None:
    """Shows how many initiatives, organisations and agendas of the report have each status; nothing where none is known."""
    if not known(edition):
        return None
    words, lines = Words(language), []
    for table in TABLES:
        found = counts(edition, table)
        told = (f"{count} {edition.label('subject_status', name, language)}" for name, count in found.items() if count)
        lines.append(f"- **{words(f'became.{table}')} ({sum(found.values())})**: {escape(', '.join(told))}.")
    return Block("\n".join(lines))
