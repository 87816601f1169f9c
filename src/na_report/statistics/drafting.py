"""Takes the values of an office into the observations of a draft. What a person entered stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from na_report.editions.declared_tables import BY_NAME
from na_report.editions.table_files import Row, Rows
from na_report.statistics.reading import Cell, Cells
from na_report.statistics.series import Series

# The flags that make a value a careful one: estimated, forecast, estimate of Eurostat.
_ABOUT = {"e", "f", "s"}


@dataclass(frozen=True)
class KeptValue:
    """A value that a person entered, with the source named, which stays, and what the office says."""

    id: str
    value: str
    source: str
    office: str


@dataclass(frozen=True)
class NewMethod:
    """An observation that belongs to another method series, because the office says that the series broke."""

    id: str
    old: str
    new: str


def observed(rows: Rows, series: Series) -> dict[tuple[str, str], Row]:
    """Returns the observations that a series feeds, per place and period; of two that with the plain id."""
    mine = [row for row in rows if row["indicator_id"] == series.indicator_id and row["geo"] in series.places]
    plain = [row for row in mine if row["id"] == f"{row['indicator_id']}-{row['geo']}-{row['period']}"]
    return {(row["geo"], row["period"]): row for row in (*mine, *plain)}


def take_in(
    rows: Rows, series: Series, cells: Cells, prior: Cells | None, edition: str, day: str
) -> tuple[list[KeptValue], list[NewMethod]]:
    """Changes observations to what an office says now; `prior` is what it said before, nothing when no answer was kept.

    Returns:
        The values of people that the office gives otherwise, and the observations in another method series.
    """
    kept, moved = [], []
    for place in series.places:
        mine = {period: cell for (where, period), cell in cells.items() if where == place}
        known = {period: row for (where, period), row in observed(rows, series).items() if where == place}
        methods = method_series(series.method_series, mine, {period: row["series"] for period, row in known.items()})
        for period, cell in sorted(mine.items()):
            row, before = known.get(period), (prior or {}).get((place, period), Cell(""))
            if not cell.value or (row is None and before.value):
                continue  # nothing to take in, or somebody took it out
            if row is None:
                row = _new(series, place, period, cell, methods[period], edition, day)
                rows.insert(_place_for(rows, series, place, period), row)
                continue
            # Of the office is what names it as source, and what nobody changed since it answered.
            theirs = row["source_id"] == series.source_id and (prior is None or before.value == row["value"])
            if row["value"] != cell.value and not theirs:
                kept.append(KeptValue(row["id"], row["value"] or row["text_en"], row["source_id"], str(cell)))
                continue
            if row["value"] != cell.value:
                row.update(value=cell.value, extracted=day, qualifier=_qualifier(cell))
            if row["series"] != methods[period]:
                moved.append(NewMethod(row["id"], row["series"], methods[period]))
                row["series"] = methods[period]
    return kept, moved


def _qualifier(cell: Cell) -> str:
    return "about" if _ABOUT & {*(cell.flags or "")} else ""


def _new(series: Series, place: str, period: str, cell: Cell, method: str, edition: str, day: str) -> Row:
    said = {
        **{"id": f"{series.indicator_id}-{place}-{period}", "indicator_id": series.indicator_id, "geo": place},
        **{"group_nl": series.group_nl, "group_en": series.group_en, "period": period, "period_basis": "stated"},
        **{"value": cell.value, "qualifier": _qualifier(cell), "source_id": series.source_id, "confidence": "A"},
        **{"series": method, "extracted": day, "section": edition},
    }
    return {column.name: said.get(column.name, "") for column in BY_NAME["observations"].columns}


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
        {'2010': 'lfs_to_2010', '2011': 'lfs_2011_2012', '2012': 'lfs_2011_2012', '2013': 'lfs_old'}
    """
    parts: list[list[str]] = []
    broken = True
    for period in sorted({*cells, *known}):
        cell = cells.get(period, Cell(""))
        broken = broken or "b" in (cell.flags or "")  # also one that is said of a value that is not there
        if cell.value or period in known:
            if broken:
                parts.append([])
            parts[-1].append(period)
            broken = False
    last = {known[period]: number for number, part in enumerate(parts) for period in part if known.get(period)}
    found = {}
    for number, part in enumerate(parts):
        names = {period: known[period] for period in part if last.get(known.get(period, "")) == number}
        name = next(iter(names.values()), _fresh(method, part, first=number == 0, last=number == len(parts) - 1))
        for period in part:
            name = names.get(period, name)
            found[period] = name.replace("-", "_")
    return found


def _fresh(method: str, periods: Sequence[str], *, first: bool, last: bool) -> str:
    """Returns a name for the periods between two breaks."""
    if first:
        return method if last else f"{method}_to_{periods[-1]}"
    return f"{method}_from_{periods[0]}" if last else f"{method}_{'_'.join(dict.fromkeys((periods[0], periods[-1])))}"
