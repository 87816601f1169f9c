"""Makes a draft of an edition with what statistics offices say now, and tells what that changes."""

from contextlib import suppress
from dataclasses import dataclass

from na_report.base.errors import NaReportError
from na_report.base.paths import ANSWERS, Project
from na_report.editions.edition import open_edition
from na_report.editions.folders import edition_folder, is_draft, making, refuse_name
from na_report.editions.integrity import refuse_unsound
from na_report.editions.schema import TABLES
from na_report.editions.table_files import Rows, rows_of, write_table
from na_report.statistics.answer_formats import UnreadableError
from na_report.statistics.drafting import Outcome, take_in
from na_report.statistics.kept import Kept, Source, read_kept
from na_report.statistics.reading import Reading, read
from na_report.statistics.series import Series, declared, faults, without_series


@dataclass(frozen=True)
class Refreshed:
    """A draft, and what became of each series."""

    old: str
    new: str
    asked: list[str]  # the series that were asked for this time
    outcomes: list[Outcome]
    unserved: dict[str, list[str]]  # per indicator with figures of an office and without a series their sources


def refresh(old: str, new: str, source: Source | None, project: Project) -> Refreshed:
    """Makes a draft, or completes one that lacks answers; without a source it tells again what a draft took in."""
    folder, target = edition_folder(old, project), project.data / new
    sealed = str(open_edition(old, project).descriptor["created"])[:10]  # and sees that it is what was sealed
    kept = read_kept(target) if target.is_dir() and is_draft(target) else Kept()
    again = kept.of == old
    if not again:
        refuse_name(new, project)
        kept = Kept(old)
    tables, before = rows_of(target if again else folder), rows_of(folder)["observations"]
    if not tables["series"]:
        raise NaReportError(
            f"Edition {old} declares no series of a statistics office.",
            hint="Choose one that does, or fill the table series: na-report edition copy, then series.csv.",
        )
    if found := list(faults(tables)):
        raise NaReportError("\n".join(found), hint="Correct the table series in a copy of the edition.")
    all_series = declared(tables["series"])
    prior, _ = _readings(all_series, None, read_kept(folder))
    readings, asked = _readings(all_series, source, kept)

    def taken(rows: Rows, series: Series) -> Outcome:
        if series.id not in readings:
            why = kept.missed.get(series.id, UnreadableError("run the command again", "not asked"))
            return Outcome(series.id, series.dataset, series.indicator_id, why.kind, str(why))
        now, asked_on = readings[series.id], kept.had[series.id].asked
        outcome = take_in(rows, series, now, prior.get(series.id), new, asked_on)
        if series.id not in prior and "" < now.updated < sealed:
            # The edition knows more than an older answer; that is no withdrawal.
            latest = max(period for _, period in now.cells)
            outcome.changes = [change for change in outcome.changes if change.period <= latest]
            outcome.note = f"the data are of {now.updated}, older than the edition of {sealed}"
        return outcome

    outcomes = [taken(before, series) for series in all_series]
    if asked:
        with making(new, project, again=again) as partial:
            # Read afresh, as somebody may have changed the draft while the offices were asked.
            tables = rows_of(target if again else folder)
            for series in all_series:
                if series.id in asked:
                    taken(tables["observations"], series)
            kept.write(partial / ANSWERS)
            for table in TABLES:
                write_table(partial, table, tables[table.name])
            what = f"With these answers edition {new} would have {{}}; nothing was written:"
            refuse_unsound(partial, what, "Correct the table series, or the edition that is refreshed.")
    return Refreshed(old, new, asked, outcomes, without_series(tables))


def told_again(draft: str, project: Project) -> Refreshed | None:
    """Tells what a draft took in, from the answers that it keeps; nothing of a draft that was not made of answers."""
    old = read_kept(project.data / draft).of
    return refresh(old, draft, None, project) if old else None


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
            kept.missed[series.id] = error
    return found, asked
