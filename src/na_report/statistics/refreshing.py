"""Makes a draft of an edition with what statistics offices say now, and tells what that changes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from na_report.base.errors import InvalidInputError, NaReportError, how_many
from na_report.base.paths import ANSWERS, Project
from na_report.editions.declared_tables import TABLES
from na_report.editions.edition import open_edition
from na_report.editions.folders import edition_folder, is_draft
from na_report.editions.integrity import find_problems
from na_report.editions.making import making, refuse_name
from na_report.editions.table_files import Row, Rows, rows_of, write_table
from na_report.statistics.drafting import KeptValue, NewMethod, observed, take_in
from na_report.statistics.kept import Kept, Source, read_kept
from na_report.statistics.reading import Cell, Cells, Difference, Reading, Renamed, differences, read, renamed
from na_report.statistics.rows import Kind, UnreadableError
from na_report.statistics.series import Series, declared, faults, without_series

Tables: TypeAlias = Mapping[str, Rows]


@dataclass
class Outcome:
    """What became of one series, and how its answer differs from what the office said before."""

    series: str
    dataset: str
    indicator: str
    kind: Kind | Literal[""] = ""  # why there is no answer; empty when there is one
    why: str = ""  # the same in one sentence
    form: str = ""
    asked: str = ""  # the day that it was asked
    updated: str = ""  # the day of the data
    changes: list[Difference] = field(default_factory=list)
    kept: list[KeptValue] = field(default_factory=list)
    methods: list[NewMethod] = field(default_factory=list)
    definitions: list[Renamed] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class Refreshed:
    """A draft, and what became of each series."""

    old: str
    new: str
    asked: list[str]  # the series that were asked for this time
    outcomes: list[Outcome]
    unserved: dict[str, list[str]]  # per indicator with figures of an office and without a series their sources


def refresh(old: str, new: str, source: Source | None, project: Project) -> Refreshed:
    """Makes a draft, or completes one that lacks answers; without a source it tells again what a draft took in.

    Raises:
        NaReportError: The edition has no series, or the name is taken by something else than a draft of it.
        InvalidInputError: With the answers, the tables would have problems.
    """
    folder, target = edition_folder(old, project), project.data / new
    sealed = str(open_edition(old, project).descriptor["created"])[:10]  # and sees that it is what was sealed
    kept = read_kept(target) if target.is_dir() and is_draft(target) else Kept()
    again = kept.of == old
    if not again:
        refuse_name(new, project)
        kept = Kept(old)
    before = rows_of(folder)
    tables = rows_of(target) if again else before
    _refuse_series(tables, old)
    all_series = declared(tables["series"])
    prior, _ = _readings(all_series, None, read_kept(folder))
    readings, asked = _readings(all_series, source, kept)
    outcomes = []
    for series in all_series:
        outcome = Outcome(series.id, series.dataset, series.indicator_id)
        outcomes.append(outcome)
        if series.id not in readings:
            outcome.kind, outcome.why = kept.missed.get(series.id, ("not asked", "run the command again"))
            continue
        reading, earlier = readings[series.id], prior.get(series.id)
        outcome.form, outcome.asked, outcome.updated = reading.form, kept.had[series.id].asked, reading.updated
        # A person may have changed a draft that is completed; what is told is how its answers differ from the old edition.
        _take_in(outcome, before["observations"], series, reading, earlier, new)
        if earlier is None and reading.updated and reading.updated < sealed:
            # The edition knows more than an older answer; that is no withdrawal.
            latest = max(period for _, period in reading.cells)
            outcome.changes = [change for change in outcome.changes if change.period <= latest]
            outcome.note = f"the data are of {reading.updated}, older than the edition of {sealed}"
        if again and series.id in asked:
            said = earlier.cells if earlier else None
            take_in(tables["observations"], series, reading.cells, said, new, outcome.asked or reading.updated)
    if asked:
        _write(tables, kept, new, project, again=again)
    return Refreshed(old, new, asked, outcomes, without_series(tables))


def told_again(draft: str, project: Project) -> Refreshed | None:
    """Tells what a draft took in, from the answers that it keeps; nothing of a draft that was not made of answers."""
    old = read_kept(project.data / draft).of
    return refresh(old, draft, None, project) if old else None


def _refuse_series(tables: Tables, old: str) -> None:
    if not tables["series"]:
        raise NaReportError(
            f"Edition {old} declares no series of a statistics office.",
            hint="Choose one that does, or fill the table series: na-report edition copy, then series.csv.",
        )
    if found := list(faults(tables)):
        raise NaReportError("\n".join(found), hint="Correct the table series in a copy of the edition.")


def _readings(all_series: list[Series], source: Source | None, kept: Kept) -> tuple[dict[str, Reading], list[str]]:
    """Reads the answers, asks for those that are not there or not about what the series is now, and tells which."""
    found, asked = {}, []
    for series in all_series:
        if series.id in kept.had:
            with suppress(UnreadableError):
                found[series.id] = read(kept.had[series.id].parts, series)
                continue
        if source is None:
            continue
        asked.append(series.id)
        kept.had.pop(series.id, None)
        kept.missed.pop(series.id, None)
        try:
            answer = source(series)
            found[series.id] = read(answer.parts, series)
            kept.had[series.id] = answer
        except UnreadableError as error:
            kept.missed[series.id] = (error.kind, str(error))
    return found, asked


def _take_in(outcome: Outcome, rows: Rows, series: Series, reading: Reading, earlier: Reading | None, new: str) -> None:
    """Takes an answer into observations, and tells what that changes."""
    known = observed(rows, series)
    said = earlier.cells if earlier else _typed(known, series, reading)
    day = outcome.asked or reading.updated
    outcome.kept, outcome.methods = take_in(rows, series, reading.cells, earlier.cells if earlier else None, new, day)
    mine = {value.id for value in outcome.kept}
    outcome.changes = [
        change
        for change in differences(said, reading.cells)
        if known.get((change.place, change.period), {}).get("id") not in mine
    ]
    outcome.definitions = renamed({**series.labels, **(earlier.labels if earlier else {})}, reading.labels)


def _typed(known: Mapping[tuple[str, str], Row], series: Series, reading: Reading) -> Cells:
    """Returns what an edition that kept no answers has of an office, or where the office has a value now."""
    return {
        key: Cell(row["value"], None)
        for key, row in known.items()
        if row["value"] and (row["source_id"] == series.source_id or key in reading.cells) and key[1] >= series.start
    }


def _write(tables: Tables, kept: Kept, new: str, project: Project, *, again: bool) -> None:
    with making(new, project, again=again) as folder:
        for table in TABLES:
            write_table(folder, table, tables[table.name])
        kept.write(folder / ANSWERS)
        if problems := find_problems(folder, sealed=False):
            raise InvalidInputError(
                f"With these answers edition {new} would have {how_many(problems)}; nothing was written:",
                problems,
                hint="Correct the table series, or the edition that is refreshed.",
            )
