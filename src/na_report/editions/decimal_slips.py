"""Changes that are possible and mostly a slip: a value that is exactly ten, a hundred or a thousand times the one before."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from na_report.editions.cells import NUMBER
from na_report.editions.table_files import Row, rows_of

Rows = Mapping[str, Row]


def factor_between(old: str, new: str) -> str:
    """Returns how often one value fits in the other when that is a round number of times; nothing otherwise."""
    if NUMBER.fullmatch(old) and NUMBER.fullmatch(new) and (before := Decimal(old)) and (after := Decimal(new)):
        for factor in (10, 100, 1_000, 1_000_000):
            if after == before * factor:
                return f"{factor:,} times"
            if before == after * factor:
                return f"1/{factor:,} of"
    return ""


def slips(old: Mapping[str, Rows], new: Mapping[str, Rows]) -> Iterator[str]:
    """Yields what may be a slip in the values of an edition next to those of another, from the rows per table and key."""
    units = [{key: row["unit"] for key, row in edition["indicators"].items()} for edition in (old, new)]
    for key, row in new["observations"].items():
        indicator = row["indicator_id"]
        older = (
            other
            for other in old["observations"].values()
            if (other["indicator_id"], other["geo"]) == (indicator, row["geo"]) and other["period"] < row["period"]
        )
        before = old["observations"].get(key) or max(older, key=lambda other: other["period"], default=None)
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
    both = (rows_of(folder) for folder in (old, new))
    return list(
        slips(
            *(
                {name: {row["id"]: row for row in rows[name]} for name in ("indicators", "observations")}
                for rows in both
            )
        )
    )
