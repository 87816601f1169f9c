"""What is new since the previous edition: per indicator, per claim, per agenda."""

from __future__ import annotations

import pandas as pd

from na_report.evidence.changes import Changes, compare, previous_edition
from na_report.evidence.claims import all_claims
from na_report.evidence.edition import Edition, open_edition
from na_report.evidence.folders import list_editions
from na_report.evidence.reads import derived
from na_report.presentation.charts import bars
from na_report.presentation.figures import BLUE, GREEN, ORANGE, PURPLE, SOFT, figure
from na_report.presentation.markdown import Block, escape, link
from na_report.presentation.memory import remembered
from na_report.presentation.tables import table
from na_report.presentation.text import filled, linked, sentence_case
from na_report.presentation.values import value
from na_report.presentation.verdicts import STATES
from na_report.presentation.words import WORDS

SHOWN = ("updated", "updated_break", "replaced", "no_successor", "new")
_COLOURS = (GREEN, BLUE, PURPLE, ORANGE, SOFT)


@derived
@remembered
def since(edition: Edition) -> Changes | None:
    """Returns what differs from the edition before, or nothing for the first edition.

    The edition before is another one than the page remembers its questions of, so the difference itself is the question.
    """
    before = previous_edition(edition.name, list_editions())
    return compare(open_edition(before), edition) if before else None


def status_counts(edition: Edition) -> pd.DataFrame:
    """Counts indicators per status of the update.

    Returns:
        A frame with `status` and `count`, a row per status a reader should know.
    """
    counts = edition["indicators"]["update_status"].value_counts()
    return pd.DataFrame({"status": SHOWN, "count": [int(counts.get(status, 0)) for status in SHOWN]})


def status_figure(edition: Edition, language: str = "nl") -> Block:
    """Draws how many indicators were updated, replaced, new or left without a successor."""
    frame = status_counts(edition)
    labels = [sentence_case(edition.label("update_status", status, language)) for status in frame["status"]]
    counts = [str(count) for count in frame["count"]]
    draw = bars(labels, list(frame["count"]), counts, list(_COLOURS), row_inch=0.38)
    pairs = ", ".join(f"{label.lower()} {count}" for label, count in zip(labels, frame["count"], strict=True))
    words = {
        "nl": ("Indicatoren naar wat er sinds het rapport mee gebeurd is.", f"Staafdiagram: {pairs}.", "eigen telling"),
        "en": ("Indicators by what happened to them since the report.", f"Bar chart: {pairs}.", "own count"),
    }[language]
    return figure(
        draw,
        frame,
        pd.DataFrame({WORDS[language]["status"]: map(escape, labels), WORDS[language]["number"]: counts}),
        name="fig-bijgewerkt",
        caption=words[0],
        alt=words[1],
        source=words[2],
        edition=edition.name,
        language=language,
    )


def indicator_status(edition: Edition, statuses: tuple[str, ...], name: str, language: str = "nl") -> Block:
    """Shows indicators of certain statuses: the value of the report, the latest value, and what is to know."""
    rows = edition["indicators"]
    rows = rows[rows["update_status"].isin(statuses)]
    names = {
        "nl": ("Nr.", "Indicator", "In het rapport", "Nieuwste waarde", "Wat u moet weten"),
        "en": ("No.", "Indicator", "In the report", "Latest value", "What to know"),
    }[language]
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
                link(row["id"]),
                escape(row[f"label_{language}"]),
                _dated(edition, old[0], language) if old else "–",
                _dated(edition, newest, language) if newest not in old else "–",
                f"**{escape(status)}.** {note}",
            )
        )
    caption = {"nl": "Indicatoren en hun opvolgers.", "en": "Indicators and their successors."}[language]
    return table(pd.DataFrame(entries, columns=list(names)), caption, name, language=language)


def _dated(edition: Edition, key: str, language: str) -> str:
    period = edition.row("observations", key)["period"].replace("/", "–")
    mark = " (B)" if edition.row("observations", key)["confidence"] == "B" else ""
    return value(edition, key, language).link + (f" ({escape(period)})" if period else "") + mark


def claim_changes(edition: Edition, language: str = "nl") -> Block:
    """Shows the claims whose verdict differs from the edition before, and the recommendations that lean on them."""
    changes = since(edition)
    claims = {claim.id: claim for claim in all_claims()}
    if changes is None or not changes.claims:
        return Block({"nl": "Geen enkele toets kreeg een andere uitkomst.", "en": "No check changed."}[language])
    lines = []
    for change in changes.claims:
        claim = claims[change.claim]
        says = escape({"nl": claim.says_nl, "en": claim.says_en}[language])
        name = link(claim.id) if claim.conclusion else escape(claim.id)
        states = (STATES[language][change.old], STATES[language][change.new])
        arrow = {"nl": "Eerst: {}. Nu: **{}**.", "en": "First: {}. Now: **{}**."}[language].format(*states)
        lines.append(f"- {name}: {says} {arrow}")
    return Block("\n".join(lines))


def changed_counts(edition: Edition) -> dict[str, int]:
    """Returns how many rows are new or different since the edition before, per kind that a reader knows."""
    changes = since(edition)
    tables = changes.tables if changes else {}
    wanted = ("indicators", "observations", "agendas", "agenda_items", "sources", "caveats")
    return {f"new_{name}": len(tables[name].added) if name in tables else 0 for name in wanted} | {
        "changed_claims": len(changes.claims) if changes else 0
    }


def concerned(edition: Edition) -> str:
    """Returns links to the recommendations that lean on something that differs."""
    changes = since(edition)
    return linked(changes.recommendations) if changes else ""
