"""What is new since the previous edition: per indicator, per claim, per agenda."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from na_report.base.numbers import in_order
from na_report.base.wording import Words
from na_report.editions.edition import Edition, open_edition
from na_report.editions.folders import previous_edition, sealed_editions
from na_report.editions.reads import derived
from na_report.editions.seal import seal_of
from na_report.reasoning.chain import remembered
from na_report.reasoning.changes import Changes, compare
from na_report.writing.markdown import Block, escape, link, paragraphs
from na_report.writing.periods import written_day
from na_report.writing.tables import table
from na_report.writing.text import filled, sentence_case, titled_source
from na_report.writing.values import value

SHOWN = ("updated", "updated_break", "replaced", "no_successor", "new")
_ADDED = ("agendas", "indicators", "sources")


@derived
@remembered
def since(edition: Edition) -> Changes | None:
    """Returns what differs from the edition before, or nothing for the first edition.

    The edition before is another one than the page remembers its questions of, so the difference itself is the question.
    """
    before = previous_edition(edition.name, sealed_editions())
    return compare(open_edition(before), edition) if before else None


class Named(NamedTuple):
    """An edition and the day that it was sealed."""

    name: str
    created: str


@derived
def compared_editions(edition: Edition) -> tuple[Named, Named] | None:
    """Returns this edition and the one before it, or nothing for the first edition."""
    before = previous_edition(edition.name, sealed_editions())
    if not before:
        return None
    return Named(edition.name, seal_of(edition).created), Named(before, seal_of(open_edition(before)).created)


def compared(edition: Edition, language: str = "nl") -> Block | None:
    """Says which two editions this page compares; nothing for the first edition."""
    editions = compared_editions(edition)
    if editions is None:
        return None
    mine, before = editions
    return Block(
        Words(language)(
            "updates.compared" if mine.created else "updates.compared_draft",
            edition=escape(mine.name),
            before=escape(before.name),
        )
    )


def edition_note(edition: Edition, language: str = "nl") -> Block | None:
    """Says which edition the reader has, and of which day; nothing for the first edition."""
    editions = compared_editions(edition)
    if editions is None:
        return None
    mine, _ = editions
    key = "updates.edition" if mine.created else "updates.edition_draft"
    return Block(Words(language)(key, edition=escape(mine.name), day=written_day(mine.created, language)))


def added(edition: Edition, language: str = "nl") -> Block:
    """Shows by name, folded and on a screen alone, what is new since the edition before: agendas, indicators and sources."""
    changes = since(edition)
    tables = changes.tables if changes else {}
    parts = []
    for name in _ADDED:
        keys = in_order(tables[name].added) if name in tables else []
        if name == "sources":
            keys.sort(key=lambda key: str(edition.row("sources", key)["author"]).lower())
        if keys:
            head = f"{Words(language)(f'updates.added_{name}')} ({len(keys)})"
            lines = [f"- {_added(edition, name, key, language)}" for key in keys]
            parts.append("\n".join([f":::{{dropdown}} {head}", ":class-container: alleen-scherm", "", *lines, ":::"]))
    return paragraphs(*parts)


def _added(edition: Edition, table: str, key: str, language: str) -> str:
    if table == "sources":
        return titled_source(edition, key, language)
    row = edition.row(table, key)
    name = row[f"name_{language}"] if table == "agendas" else row[f"label_{language}"]
    return link(key, escape(name))


def status_counts(edition: Edition) -> pd.DataFrame:
    """Counts indicators per status of the update.

    Returns:
        A frame with `status` and `count`, a row per status a reader should know.
    """
    counts = edition["indicators"]["update_status"].value_counts()
    return pd.DataFrame({"status": SHOWN, "count": [int(counts.get(status, 0)) for status in SHOWN]})


def indicator_status(edition: Edition, statuses: tuple[str, ...], name: str, language: str = "nl") -> Block:
    """Shows indicators of certain statuses: the value of the report, the latest value, and what is to know."""
    rows = edition["indicators"]
    rows = rows[rows["update_status"].isin(statuses)]
    words = Words(language)
    names = [words(f"updates.{head}") for head in ("indicator", "in_report", "latest", "to_know")]
    entries = []
    for row in rows.to_dict("records"):
        mine = edition.rows("observations", indicator_id=row["id"]).sort_values("period", kind="stable")
        # Only what stands in the report of 2021 has a line in its text.
        old = mine[mine["source_line"] != ""]["id"].tolist()
        newest = edition.observation(row["id"])["id"]
        status = sentence_case(edition.label("update_status", row["update_status"], language))
        note = filled(edition, row[f"update_note_{language}"], language)
        entries.append(
            (
                link(row["id"], escape(row[f"label_{language}"])),
                _dated(edition, old[0], language) if old else "–",
                _dated(edition, newest, language) if newest not in old else "–",
                f"**{escape(status)}.** {note}" if len(statuses) > 1 else note,
            )
        )
    label = escape(edition.label("update_status", statuses[0], language))
    key = f"statuses.{statuses[0]}" if statuses[0] in SHOWN else "statuses.other"
    frame = pd.DataFrame(entries, columns=names)
    return table(frame.loc[:, (frame != "–").any()], words(key, status=label), name, language=language)


def _dated(edition: Edition, key: str, language: str) -> str:
    period = edition.row("observations", key)["period"].replace("/", "–")
    mark = " (B)" if edition.row("observations", key)["confidence"] == "B" else ""
    return value(edition, key, language).link + (f" ({escape(period)})" if period else "") + mark


@derived
def changed_counts(edition: Edition) -> dict[str, int]:
    """Returns how many rows are new or different since the edition before, per kind that a reader knows."""
    changes = since(edition)
    tables = changes.tables if changes else {}
    wanted = ("indicators", "observations", "agendas", "agenda_items", "sources", "caveats")
    return {f"new_{name}": len(tables[name].added) if name in tables else 0 for name in wanted}
