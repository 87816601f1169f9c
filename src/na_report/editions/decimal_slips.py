"""Changes that are possible and mostly a slip: a value that is exactly ten, a hundred or a thousand times the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from na_report.editions.cells import NUMBER
from na_report.editions.declared_tables import BY_NAME
from na_report.editions.table_files import Row, read_table

Rows = Mapping[str, Row]


def factor_between(old: str, new: str) -> str:
    """Returns how often one value fits in the other when that is a round number of times; nothing otherwise.

    Example:
        >>> factor_between("19.5", "0.195"), factor_between("1300", "1300000"), factor_between("19.5", "20")
        ('1/100 of', '1,000 times', '')
    """
    if not NUMBER.fullmatch(old) or not NUMBER.fullmatch(new):
        return ""
    before, after = Decimal(old), Decimal(new)
    for factor in (10, 100, 1_000, 1_000_000):
        if before and after == before * factor:
            return f"{factor:,} times"
        if after and before == after * factor:
            return f"1/{factor:,} of"
    return ""


def slips(old: Mapping[str, Rows], new: Mapping[str, Rows]) -> Iterator[str]:
    """Yields what may be a slip in the values of an edition next to those of another, from the rows per table and key."""
    units = [{key: row["unit"] for key, row in edition["indicators"].items()} for edition in (old, new)]
    for key, row in new["observations"].items():
        indicator = row["indicator_id"]
        before = old["observations"].get(key) or _latest_before(row, old["observations"])
        if before is None or units[0].get(indicator) != units[1].get(indicator):
            continue
        if factor := factor_between(before["value"], row["value"]):
            where = "" if before["id"] == key else f" ({before['id']})"
            yield (
                f"{key}: the value {row['value']} is exactly {factor} the one before, {before['value']}{where}; "
                f"check it against the unit, {units[1][indicator]}"
            )


def slips_between(old: Path, new: Path) -> list[str]:
    """Returns what may be a slip in the edition in a folder, next to the edition in another."""
    names = ("indicators", "observations")
    editions = (
        {name: {row["id"]: row for row in read_table(folder, BY_NAME[name])} for name in names} for folder in (old, new)
    )
    return list(slips(*editions))


def _latest_before(row: Row, observations: Rows) -> Row | None:
    """Returns the latest older observation of the same indicator in the same place."""
    place = (row["indicator_id"], row["geo"])
    same = (other for other in observations.values() if (other["indicator_id"], other["geo"]) == place)
    older = (other for other in same if other["period"] < row["period"])
    return max(older, key=lambda other: other["period"], default=None)
