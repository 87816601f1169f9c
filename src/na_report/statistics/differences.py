"""How what an office says now differs from what it said before, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from na_report.statistics.reading import Cell, Cells


@dataclass(frozen=True)
class Difference:
    """One cell that differs, with its old and new text, and what happened: `new`, `revised`, `flag added: b`, `break` …"""

    place: str
    period: str
    kinds: tuple[str, ...]
    old: str
    new: str


def differences(before: Cells, after: Cells) -> list[Difference]:
    """Returns the cells that differ, in the order of places and periods.

    Example:
        >>> before = {("PL", "2019"): Cell("4.8"), ("NO", "2000"): Cell("13.3", "u")}
        >>> [(each.period, each.kinds) for each in differences(before, {("PL", "2019"): Cell("4.9", "b")})]
        [('2000', ('withdrawn',)), ('2019', ('revised', 'flag added: b', 'break'))]
    """
    found = []
    for place, period in sorted({*before, *after}):
        old, new = (cells.get((place, period), Cell("")) for cells in (before, after))
        if kinds := tuple(_kinds(old, new)):
            found.append(Difference(place, period, kinds, str(old), str(new)))
    return found


def _kinds(old: Cell, new: Cell) -> Iterator[str]:
    now = {*(new.flags or "")}
    if old.value and not new.value:
        yield "withdrawn, confidential" if "c" in now else "withdrawn"
        return
    appeared = bool(new.value and not old.value)
    if appeared:
        yield "new"
    elif old.value != new.value:
        yield "revised"
    # An edition that kept no answers says nothing of flags.
    if not appeared and old.flags is not None:
        for flag in sorted(now - {*old.flags}):
            yield f"flag added: {flag}"
        for flag in sorted({*old.flags} - now):
            yield f"flag dropped: {flag}"
    if "b" in now and new.value and (appeared or (old.flags is not None and "b" not in old.flags)):
        yield "break"
