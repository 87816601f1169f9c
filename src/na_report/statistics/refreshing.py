"""Makes a draft of an edition with what statistics offices say now, and tells what that changes.

What a person entered stays as it is.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from na_report.base.errors import NaReportError
from na_report.base.paths import ANSWERS, Project
from na_report.editions.cells import CAREFUL
from na_report.editions.edition import open_edition, rows_of
from na_report.editions.folders import edition_folder, is_draft, making, refuse_name
from na_report.editions.integrity import refuse_unsound
from na_report.editions.schema import TABLES, Rows, write_table
from na_report.statistics.answer_formats import Kind, UnreadableError
from na_report.statistics.reading import Cell, Difference, Reading, differences, read
from na_report.statistics.series import Kept, Series, Source, declared, faults, read_kept, without_series

# What a new observation has of its series, and what each new one has.
_OF_SERIES = ("indicator_id", "group_nl", "group_en", "source_id")
_OF_ALL = {"period_basis": "stated", "confidence": "A"}


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


def take_in(rows: Rows, series: Series, now: Reading, before: Reading | None, edition: str, asked: str) -> Outcome:
    """Changes observations to what an office says now, and tells what came of it.

    Nothing is known `before` when no answer was kept, and no day when it was `asked`.
    """
    outcome = Outcome(series.id, series.dataset, series.indicator_id, "", "", now.form, asked, now.updated)
    cells, prior = now.cells, before.cells if before else {}
    of = [row for row in rows if row["indicator_id"] == series.indicator_id and row["geo"] in series.places]
    # Of two with a place and period that with the plain id.
    of += [row for row in of if row["id"] == f"{row['indicator_id']}-{row['geo']}-{row['period']}"]
    known = {(row["geo"], row["period"]): row for row in of}
    # An edition that kept no answers has of an office what names it as source, or where the office has a value now.
    typed = {
        key: Cell(row["value"], None)
        for key, row in known.items()
        if row["value"] and (row["source_id"] == series.source_id or key in cells) and key[1] >= series.start
    }
    changes = {(one.place, one.period): one for one in differences(prior if before else typed, cells)}
    for place in series.places:
        mine = {period: row for (where, period), row in known.items() if where == place}
        theirs = {period: cell for (where, period), cell in cells.items() if where == place}
        methods = method_series(series.method_series, theirs, {period: row["series"] for period, row in mine.items()})
        for period, cell in sorted(theirs.items()):
            row, said_before = mine.get(period), prior.get((place, period), Cell("")).value
            if not cell.value or (row is None and said_before):
                continue  # nothing to take in, or somebody took it out
            said = {
                "value": cell.value,
                "extracted": asked or now.updated,
                "qualifier": "about" if CAREFUL & {*(cell.flags or "")} else "",
            }
            if row is None:
                key = f"{series.indicator_id}-{place}-{period}"
                said |= {"id": key, "geo": place, "period": period, "series": methods[period], "section": edition}
                said |= {name: getattr(series, name) for name in _OF_SERIES} | _OF_ALL
                rows.insert(_place_for(rows, series, place, period), said)
                continue
            if row["value"] != cell.value:
                # Of the office is what names it as source, and what nobody changed since it answered.
                if row["source_id"] != series.source_id or (before and said_before != row["value"]):
                    changes.pop((place, period), None)
                    entered = f"{row['value'] or row['text_en']} ({row['source_id']})"
                    outcome.changes.append(Difference(row["id"], "", ("kept",), entered, str(cell)))
                    continue
                row.update(said)
            if row["series"] != methods[period]:
                was = row["series"] or "none"
                outcome.changes.append(Difference(row["id"], "", ("other series",), was, methods[period]))
                row["series"] = methods[period]
    called = {**series.labels, **(before.labels if before else {})}
    differing = [code for code, label in now.labels.items() if called.get(code, label) != label]
    renamed = (Difference(code, "", ("definition changed",), called[code], now.labels[code]) for code in differing)
    outcome.changes[:0] = [*changes.values(), *renamed]
    return outcome


def _place_for(rows: Rows, series: Series, place: str, period: str) -> int:
    """Returns where a new row goes: before the first later one of its place, else behind the last of it or of its indicator."""
    same = [number for number, row in enumerate(rows) if row["indicator_id"] == series.indicator_id]
    there = [number for number in same if rows[number]["geo"] == place]
    later = [number for number in there if rows[number]["period"] > period]
    return min(later) if later else max(there or same or [len(rows) - 1]) + 1


def method_series(method: str, cells: Mapping[str, Cell], known: Mapping[str, str]) -> dict[str, str]:
    """Returns per period the method series of one place. A break starts a new one; no name spans a break.

    The edition knows names already; new ones start with `method`.

    Example:
        >>> cells = {"2010": Cell("1"), "2011": Cell("2", "b"), "2012": Cell("3"), "2013": Cell("4", "b")}
        >>> method_series("lfs", cells, {"2010": "lfs_old", "2011": "lfs_old", "2013": "lfs_old"})
        {'2010': 'lfs_from_2010', '2011': 'lfs_from_2011', '2012': 'lfs_from_2011', '2013': 'lfs_old'}
    """
    # Also one that is said of a value that is not there.
    breaks = [period for period, cell in cells.items() if "b" in (cell.flags or "")]
    periods = sorted(period for period in {*cells, *known} if period in known or cells[period].value)
    part = {period: sum(each <= period for each in breaks) for period in periods}
    last = {known[period]: part[period] for period in periods if known.get(period)}
    keeps = {period: known[period] for period in periods if last.get(known.get(period, "")) == part[period]}
    found = {}
    for number in dict.fromkeys(part.values()):
        mine = [period for period in periods if part[period] == number]
        fresh = method if len(mine) == len(periods) else f"{method}_from_{mine[0]}"
        name = next((keeps[period] for period in mine if period in keeps), fresh)
        for period in mine:
            name = keeps.get(period, name)
            found[period] = name.replace("-", "_")
    return found
