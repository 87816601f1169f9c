"""How what an office says now differs from what it said before, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from na_report.statistics.reading import Cell, Cells


@dataclass(frozen=True)
class Difference:
    """One cell that differs.

    Args:
        place: The place.
        period: The period.
        kinds: What happened: `new`, `revised`, `withdrawn`, `break`, `flag added` and `flag dropped`, with the flag.
        old: The old cell as text, `:` for no value.
        new: Likewise.
    """

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
    if old.value and not new.value:
        hidden = "c" in (new.flags or "")
        yield "withdrawn, confidential" if hidden else "withdrawn"
        return
    if new.value and not old.value:
        yield "new"
        if "b" in (new.flags or ""):
            yield "break"
        return
    if old.value != new.value:
        yield "revised"
    if old.flags is None:  # an edition that kept no answers says nothing of flags
        return
    added, dropped = ({*one} - {*other} for one, other in ((new.flags or "", old.flags), (old.flags, new.flags or "")))
    for flag in sorted(added):
        yield f"flag added: {flag}"
    for flag in sorted(dropped):
        yield f"flag dropped: {flag}"
    if "b" in added and new.value:
        yield "break"
