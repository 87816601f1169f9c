"""What an answer says of a series, per place and period, and how two of them differ.

An answer is data of somebody else, so all is checked.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from na_report.base.digits import in_digits
from na_report.statistics.answer_formats import open_answer
from na_report.statistics.rows import Kind, Rows, UnreadableError, letters
from na_report.statistics.series import PLACE, Series

_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?([eE][-+]?\d{1,2})?", re.ASCII)
_NO_VALUE = ("", ":", "NaN", "nan")
_YEAR, _MONTH = re.compile(r"(\d{4})(-A1|JJ00)?"), re.compile(r"(\d{4})(?:-M?|M|MM)(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Cell:
    """One value of an office in digits, empty when there is none; nothing is known of its flags when they are `None`."""

    value: str
    flags: str | None = ""

    def __str__(self) -> str:
        return f"{self.value or ':'} {self.flags or ''}".strip()


# Per place of the edition and period.
Cells = Mapping[tuple[str, str], Cell]


@dataclass(frozen=True)
class Reading:
    """What an answer says of a series, and what it calls its codes, where it says so."""

    form: str
    updated: str
    cells: Cells
    labels: Mapping[str, str]


def read(parts: Sequence[bytes], series: Series) -> Reading:
    """Reads the answer to a series; more than one part where an office gives it in pages.

    Raises:
        UnreadableError: The answer is in another format, of another dataset, damaged, or without this series.
    """
    try:
        rows = open_answer(parts)
        flow = series.dataset.split(",")[1 if "," in series.dataset else 0].lower()  # OECD: agency,flow,version
        if rows.dataset and flow not in re.split(r"[:$()]", rows.dataset.lower()):
            raise UnreadableError(f"found the dataset {rows.dataset[:60]}, expected {series.dataset}")
        return _selected(rows, series)
    except (csv.Error, RecursionError) as error:
        raise UnreadableError(f"found what can't be read as a table: {error}") from error


class _Dimension(dict[str, str]):
    """Per text in one dimension what it stands for: a place, a code that is wanted, or nothing; each is looked at once."""

    def __init__(self, name: str, column: int, series: Series) -> None:
        super().__init__()
        self.name, self.column = name, column
        self.places = series.dimensions[name] == PLACE
        code = series.dimensions[name]
        self.wanted = {code: place for place, code in series.places.items()} if self.places else {code: code}
        self.by_label = {series.labels[code]: meant for code, meant in self.wanted.items() if code in series.labels}
        self.labels: dict[str, str] = {}

    def __missing__(self, text: str) -> str:
        code, _, label = text.partition(": ")
        if label and code in self.wanted:
            self.labels[code] = label
        self[text] = self.wanted.get(code) or self.by_label.get(text, "")
        return self[text]


def _selected(rows: Rows, series: Series) -> Reading:
    columns = {name.lower(): number for number, name in enumerate(rows.dimensions)}
    lacking = [name for name in series.dimensions if name.lower() not in {*columns, "freq"}]
    if lacking:
        what = f"found no dimension {', '.join(lacking)}: the dataset has another form"
        raise UnreadableError(what, "definition changed")
    there = [name for name in series.dimensions if name.lower() in columns]
    dimensions = [_Dimension(name, columns[name.lower()], series) for name in there]
    of_places = next((each for each in dimensions if each.places), None)
    by_column = [(each.column, each) for each in dimensions]
    cells: dict[tuple[str, str], Cell] = {}
    for parts, period_text, value, flags in rows.records:
        if "" in [meant[parts[column]] for column, meant in by_column]:  # not about this
            continue
        period = _period(period_text)
        if period < series.start:
            continue
        place = of_places[parts[of_places.column]] if of_places else next(iter(series.places))
        cell = _cell(value, flags, f"{place} {period}")
        if cells.setdefault((place, period), cell) != cell:
            two = f"found {cells[place, period]} and {cell} for {place} {period}, expected one value"
            raise UnreadableError(f"{two}: the dataset has a dimension more", "definition changed")
    if not any(cell.value for cell in cells.values()):
        raise _without(dimensions, series)
    labels = {code: label for each in dimensions for code, label in each.labels.items()}
    return Reading(rows.form, rows.updated, cells, labels)


def _without(dimensions: Sequence[_Dimension], series: Series) -> UnreadableError:
    """Tells why an answer has nothing of a series: a code that is not in it any more, or all of it."""
    for each in dimensions:
        if each and not any(each.values()):
            found = ", ".join(list(each)[:3])[:120]
            is_unit = each.name.lower() in ("unit", "unit_measure", "measure")
            kind: Kind = "unit changed" if is_unit else "definition changed"
            return UnreadableError(f"found no row: {each.name} has {found} and not {', '.join(each.wanted)}", kind)
    return UnreadableError(f"found no value of {', '.join(series.places)} in the answer", "series gone")


def _period(text: str) -> str:
    """Returns a year or a month as an edition writes it."""
    if found := _YEAR.fullmatch(text.strip()):
        return found[1]
    if found := _MONTH.fullmatch(text.strip()):
        return f"{found[1]}-{found[2]}"
    raise UnreadableError(f"found the period {text[:40]!r}, expected a year or a month")


def _cell(value: str, flags: str, place: str) -> Cell:
    text = value.strip()
    try:
        said = letters(flags)
    except UnreadableError as error:
        raise UnreadableError(f"{place}: {error}") from error
    if text in _NO_VALUE:
        return Cell("", said)
    if not _NUMBER.fullmatch(text):
        raise UnreadableError(f"{place}: found the value {text[:40]!r}, expected a number")
    return Cell(in_digits(Decimal(text)), said)


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


@dataclass(frozen=True)
class Renamed:
    """A code that the office calls otherwise than before."""

    code: str
    old: str
    new: str


def renamed(before: Mapping[str, str], after: Mapping[str, str]) -> list[Renamed]:
    """Returns the codes that the office calls otherwise than before.

    Example:
        >>> renamed({"PC": "Percentage", "T": "Total"}, {"PC": "Per mille"})
        [Renamed(code='PC', old='Percentage', new='Per mille')]
    """
    return [Renamed(code, before[code], new) for code, new in after.items() if before.get(code, new) != new]
