"""What is new since the previous edition: per indicator, per claim, per agenda."""

import pandas as pd

from na_report.base.digits import in_order
from na_report.editions.asked import derived
from na_report.editions.edition import Edition, open_edition, seal_of
from na_report.editions.folders import previous_edition, sealed_editions
from na_report.reasoning.chain import remembered
from na_report.reasoning.changes import Changes, compare

SHOWN = ("updated", "updated_break", "replaced", "no_successor", "new")


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


def status_counts(edition: Edition) -> pd.DataFrame:
    """Counts indicators per status of the update that a reader should know, as a frame with `status` and `count`."""
    counts = edition["indicators"]["update_status"].value_counts().reindex(SHOWN, fill_value=0)
    return counts.rename_axis("status").reset_index(name="count")


@derived
def changed_counts(edition: Edition) -> dict[str, int]:
    """Returns how many rows are new since the edition before, per kind that a reader knows."""
    wanted = ("indicators", "observations", "agendas", "agenda_items", "sources", "caveats")
    return {f"new_{name}": len(added(edition, name)) for name in wanted}
