"""What stands behind each figure, table and count: edition in, frame or number out, nothing drawn."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from na_report.base.digits import in_order
from na_report.editions.asked import derived
from na_report.editions.edition import Edition, open_edition, seal_of
from na_report.editions.folders import previous_edition, sealed_editions
from na_report.reasoning.chain import remembered
from na_report.reasoning.changes import Changes, compare
from na_report.reasoning.checking import check, results_of
from na_report.reasoning.claim import HOLDS, NEWER, NOT_TESTABLE, OUTDATED
from na_report.writing.grammar import ids
from na_report.writing.voice import Voice

_OBSERVED = "id indicator_id label group period value unit text source_id geo place series"
# What a reader should know of an indicator since the edition before, in this order.
_SHOWN = ("updated", "updated_break", "replaced", "no_successor", "new")
# What stands for a section where a row is of an edition and not of the report.
_EDITION = r"\d{4}[a-z0-9-]*"


@derived
def has_later(edition: Edition) -> bool:
    """Tells whether an edition has agendas of after the report."""
    return "added" in set(edition["agendas"]["analysed"])


def observed(edition: Edition, keys: Iterable[str], language: str = "nl") -> pd.DataFrame:
    """Returns observations, of ids or the latest of indicators, in the given order."""
    voice, rows = Voice(edition, language), []
    for key in keys:
        row = edition.observation(key)
        indicator = edition.row("indicators", row["indicator_id"])
        said = {"label": voice.said(indicator, "label"), "group": voice.said(row, "group"), "unit": indicator["unit"]}
        rows.append({**row, **said, "text": voice.value(row["id"]).text, "place": voice.label("geo", row["geo"])})
    return pd.DataFrame(rows, columns=_OBSERVED.split())


def series(edition: Edition, keys: Iterable[str], geo: Iterable[str], language: str = "nl") -> pd.DataFrame:
    """Returns the dated values of indicators in some places, in the order of the years, as `observed` with a `year`."""
    places = list(geo)
    wanted = (edition.rows("observations", indicator_id=key, geo=code) for key in keys for code in places)
    rows = pd.concat(found.sort_values("period") for found in wanted)
    frame = observed(edition, rows[rows["period"].str.isdigit() & rows["value"].notna()]["id"], language)
    return frame.assign(year=frame["period"].astype(int))


def places(edition: Edition, key: str, language: str = "nl") -> pd.DataFrame:
    """Returns an indicator in all places of its latest year that has more than one place, from high to low, as `series`."""
    geo = edition.rows("observations", indicator_id=key)["geo"].unique()
    frame = series(edition, [key], geo, language)
    latest = frame["year"] == frame[frame.groupby("year")["geo"].transform("nunique") > 1]["year"].max()
    return frame[latest].sort_values(["value", "geo"], ascending=[False, True]).reset_index(drop=True)


def categories(edition: Edition, language: str = "nl") -> dict[str, str]:
    """Returns the short names of the categories of agenda items and findings by code, in the order of the framework."""
    kinds = ("goal", "principle", "way_of_working", "outside")
    return {row["code"]: row[f"short_{language}"] for row in edition.records("categories") if row["kind"] in kinds}


def coding(edition: Edition) -> pd.DataFrame:
    """Counts agenda items per basis of the coding, `explicit` and `inferred`, with a row per `agenda_id` and `category`."""
    items = edition["agenda_items"]
    counts = pd.crosstab([items["agenda_id"], items["category"]], items["coding_basis"])
    return counts.reindex(columns=["explicit", "inferred"], fill_value=0).reset_index().rename_axis(columns=None)


def finding_counts(edition: Edition, by: str = "sector", sector: str | None = None) -> pd.DataFrame:
    """Counts findings, of one sector when it is given: a row per category of the framework, a column per `sector` or `kind`."""
    rows = edition.rows("findings", sector=sector) if sector else edition["findings"]
    columns = sectors(edition) if by == "sector" else codes(edition, f"finding_{by}")
    counts = pd.crosstab(rows["category"], rows[by])
    return counts.reindex(index=list(categories(edition)), columns=columns, fill_value=0).rename_axis(columns=None)


def sectors(edition: Edition) -> list[str]:
    """Returns the ids of the sectors of the study in the order of their table."""
    return list(edition.rows("sectors", kind="sector")["id"])


def codes(edition: Edition, name: str) -> list[str]:
    """Returns the codes of a code list in their own order."""
    return [row["code"] for row in edition.records("codes") if row["list"] == name]


def of_report(edition: Edition, table: str) -> pd.DataFrame:
    """Returns the rows that the report names; what came later has the name of an edition for a section."""
    return edition[table][lambda rows: ~rows["sections"].str.fullmatch(_EDITION)]


def came_later(row: Mapping[str, Any]) -> bool:
    """Tells whether a row is none of the report."""
    return re.fullmatch(_EDITION, row["sections"]) is not None


def statuses_known(edition: Edition) -> bool:
    """Tells whether an edition says what became of things; the first one does not."""
    return not edition["statuses"].empty


def status_of(edition: Edition, key: str) -> dict[str, Any]:
    """Returns how a row stands now; what nobody looked at is unknown."""
    found = (row for row in edition.records("statuses") if row["id"] == key)
    return next(found, {"status": "unknown", "since": "", "source_id": ""})


def caveats_of(edition: Edition, key: str) -> list[str]:
    """Returns the ids of the caveats about a row."""
    return [row["id"] for row in edition.records("caveats") if key in ids(row["refs"])]


def traced_to(edition: Edition, source: str) -> list[str]:
    """Returns the ids of what a source says how it stands, and of the advice whose present state it shows."""
    advice = [row["id"] for row in edition.records("recommendations") if source in ids(row["now_sources"])]
    return [row["id"] for row in edition.records("statuses") if row["source_id"] == source] + advice


def status_counts(edition: Edition, table: str) -> dict[str, int]:
    """Returns per status how many rows of the report have it, in the order of the code list."""
    found = [status_of(edition, key)["status"] for key in of_report(edition, table)["id"]]
    return {name: found.count(name) for name in codes(edition, "subject_status")}


def outcome(edition: Edition, conclusion: str) -> str:
    """Returns the first outcome for a conclusion that says something; what only the report's own facts bear out does not."""
    found = ((result.state, result.claim.kind) for result in results_of(edition, conclusion))
    told = (state for state, kind in found if state != HOLDS or kind == NEWER)
    return next((state for state in told if state != NOT_TESTABLE), NOT_TESTABLE)


def summary_counts(edition: Edition) -> dict[str, int]:
    """Returns the number of conclusions: all, those tested on newer facts, and of these still right and outdated."""
    newer = [found.state for found in check(edition) if found.claim.conclusion and found.claim.kind == NEWER]
    counts = {"still": newer.count(HOLDS), "outdated": newer.count(OUTDATED)}
    return {"conclusions": len(edition["conclusions"]), "retested": sum(counts.values()), **counts}


def conclusion_states(edition: Edition) -> pd.DataFrame:
    """Returns each claim with its kind and state, for a check of the notebook."""
    found = [(result.claim.id, result.claim.kind, result.state) for result in check(edition)]
    return pd.DataFrame(found, columns=["claim", "kind", "state"])


@derived
@remembered
def since(edition: Edition) -> Changes | None:
    """Returns what differs from the edition before, or nothing for the first edition.

    The edition before is another one than the page remembers its questions of, so the difference itself is the question.
    """
    before = previous_edition(edition.name, sealed_editions())
    return compare(open_edition(before), edition) if before else None


def added(edition: Edition, table: str) -> list[str]:
    """Returns the ids of the rows of a table that are new since the edition before."""
    changes = since(edition)
    return in_order(changes.tables[table].added) if changes and table in changes.tables else []


@derived
def edition_before(edition: Edition) -> tuple[str, str]:
    """Returns the name of the edition before this one, empty for the first, and the day that this one was sealed."""
    return previous_edition(edition.name, sealed_editions()), seal_of(edition).created


def update_counts(edition: Edition) -> pd.DataFrame:
    """Counts indicators per status of the update that a reader should know, as a frame with `status` and `count`."""
    counts = edition["indicators"]["update_status"].value_counts().reindex(_SHOWN, fill_value=0)
    return counts.rename_axis("status").reset_index(name="count")


@derived
def changed_counts(edition: Edition) -> dict[str, int]:
    """Returns how many rows are new since the edition before, per kind that a reader knows."""
    wanted = ("indicators", "observations", "agendas", "agenda_items", "sources", "caveats")
    return {f"new_{name}": len(added(edition, name)) for name in wanted}
