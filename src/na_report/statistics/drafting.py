"""Takes the values of an office into the observations of a draft. What a person entered stays as it is."""

from collections.abc import Mapping

from na_report.editions.declared_tables import BY_NAME
from na_report.editions.office_marks import CAREFUL
from na_report.editions.table_files import Row, Rows
from na_report.statistics.reading import Cell, Cells, Difference, differences
from na_report.statistics.series import Series


def take_in(
    rows: Rows, series: Series, cells: Cells, prior: Cells | None, edition: str, day: str
) -> tuple[list[Row], list[Row], list[Difference]]:
    """Changes observations to what an office says now; `prior` is what it said before, nothing when no answer was kept.

    Returns:
        Values that a person entered, with the `source` named, and what the `office` says; they stay. Then the observations
        that belong to a `new` method series instead of an `old` one, because the office says that the series broke. And what
        the office says otherwise than before.
    """
    kept, moved = [], []
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
    changes = differences(typed if prior is None else prior, cells)
    for place in series.places:
        mine = {period: row for (where, period), row in known.items() if where == place}
        theirs = {period: cell for (where, period), cell in cells.items() if where == place}
        methods = method_series(series.method_series, theirs, {period: row["series"] for period, row in mine.items()})
        for period, cell in sorted(theirs.items()):
            row, before = mine.get(period), (prior or {}).get((place, period), Cell(""))
            if not cell.value or (row is None and before.value):
                continue  # nothing to take in, or somebody took it out
            said = {
                "value": cell.value,
                "extracted": day,
                "qualifier": "about" if CAREFUL & {*(cell.flags or "")} else "",
            }
            if row is None:
                new = _new(series, place, period) | said | {"series": methods[period], "section": edition}
                rows.insert(_place_for(rows, series, place, period), new)
                continue
            if row["value"] != cell.value:
                # Of the office is what names it as source, and what nobody changed since it answered.
                if row["source_id"] != series.source_id or (prior is not None and before.value != row["value"]):
                    stays = row["value"] or row["text_en"]
                    kept.append({"id": row["id"], "value": stays, "source": row["source_id"], "office": str(cell)})
                    continue
                row.update(said)
            if row["series"] != methods[period]:
                moved.append({"id": row["id"], "old": row["series"], "new": methods[period]})
                row["series"] = methods[period]
    stay = {row["id"] for row in kept}
    return kept, moved, [one for one in changes if known.get((one.place, one.period), {}).get("id") not in stay]


def _new(series: Series, place: str, period: str) -> Row:
    said = {
        **{"id": f"{series.indicator_id}-{place}-{period}", "indicator_id": series.indicator_id, "geo": place},
        **{"group_nl": series.group_nl, "group_en": series.group_en, "period": period, "period_basis": "stated"},
        **{"source_id": series.source_id, "confidence": "A"},
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
