"""What became of what the report names: how each stands now, by which trace, and how many of each."""

from typing import Any

from na_report.editions.edition import Edition
from na_report.registers import analysis
from na_report.writing.text import ids

TABLES = ("initiatives", "organisations", "agendas")


def known(edition: Edition) -> bool:
    """Tells whether an edition says what became of things; the first one does not."""
    return not edition["statuses"].empty


def status(edition: Edition, key: str) -> dict[str, Any]:
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


def counts(edition: Edition, table: str) -> dict[str, int]:
    """Returns per status how many rows of the report have it, in the order of the code list."""
    found = [status(edition, key)["status"] for key in analysis.of_report(edition, table)["id"]]
    return {name: found.count(name) for name in analysis.codes(edition, "subject_status")}
