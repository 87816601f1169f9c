"""Takes the values of an office into the observations of a draft. What a person entered stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from na_report.editions.office_marks import CAREFUL
from na_report.editions.schema import BY_NAME
from na_report.editions.table_files import Row, Rows
from na_report.statistics.answer_formats import Kind
from na_report.statistics.reading import Cell, Difference, Reading, differences
from na_report.statistics.series import Series


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


def take_in(rows: Rows, series: Series, now: Reading, before: Reading | None, edition: str, asked: str) -> Outcome:
    """Changes observations to what an office says now, and tells what came of it.

    Nothing is known `before` when no answer was kept, and no day when it was `asked`.
    """
    outcome = Outcome(series.id, series.dataset, series.indicator_id, "", "", now.form, asked, now.updated)
    cells, prior = now.cells, before.cells if before else None
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
    changes, stay = differences(typed if prior is None else prior, cells), set()
    for place in series.places:
        mine = {period: row for (where, period), row in known.items() if where == place}
        theirs = {period: cell for (where, period), cell in cells.items() if where == place}
        methods = method_series(series.method_series, theirs, {period: row["series"] for period, row in mine.items()})
        for period, cell in sorted(theirs.items()):
            row, said_before = mine.get(period), (prior or {}).get((place, period), Cell("")).value
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
                rows.insert(_place_for(rows, series, place, period), _new(series) | said)
                continue
            if row["value"] != cell.value:
                # Of the office is what names it as source, and what nobody changed since it answered.
                if row["source_id"] != series.source_id or (prior is not None and said_before != row["value"]):
                    stay.add((place, period))
                    entered = f"{row['value'] or row['text_en']} ({row['source_id']})"
                    outcome.changes.append(Difference(row["id"], "", ("kept",), entered, str(cell)))
                    continue
                row.update(said)
            if row["series"] != methods[period]:
                was = row["series"] or "none"
                outcome.changes.append(Difference(row["id"], "", ("other series",), was, methods[period]))
                row["series"] = methods[period]
    changes = [each for each in changes if (each.place, each.period) not in stay]
    called = {**series.labels, **(before.labels if before else {})}
    differing = [code for code, label in now.labels.items() if called.get(code, label) != label]
    kind = ("definition changed",)
    outcome.changes[:0] = [*changes, *(Difference(one, "", kind, called[one], now.labels[one]) for one in differing)]
    return outcome


def _new(series: Series) -> Row:
    """Returns what each row that a series gives has, and nothing in the other columns."""
    of_series = {name: getattr(series, name) for name in ("indicator_id", "group_nl", "group_en", "source_id")}
    blank = dict.fromkeys((column.name for column in BY_NAME["observations"].columns), "")
    return blank | of_series | {"period_basis": "stated", "confidence": "A"}


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
