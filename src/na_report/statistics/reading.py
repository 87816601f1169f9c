"""What an answer says of a series, per place and period, and how two of them differ; all of it is checked."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from na_report.base.digits import in_digits
from na_report.statistics.answer_formats import Row, UnreadableError, letters, open_answer
from na_report.statistics.series import PLACE, Series

_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?([eE][-+]?\d{1,2})?", re.ASCII)
_NO_VALUE = ("", ":", "NaN", "nan")
_PERIOD = re.compile(r"(\d{4})(?:-A1|JJ00|(?:-M?|M|MM)(0[1-9]|1[0-2]))?")


class Cell(NamedTuple):
    """One value of an office in digits, empty when there is none; nothing is known of its flags when they are `None`."""

    value: str
    flags: str | None = ""

    def __str__(self) -> str:
        return f"{self.value or ':'} {self.flags or ''}".strip()


# Per place of the edition and period.
Cells = Mapping[tuple[str, str], Cell]


class Reading(NamedTuple):
    """What an answer says of a series, and what it calls its codes, where it says so."""

    form: str
    updated: str
    cells: Cells
    labels: Mapping[str, str]


class _Dimension(dict[str, str]):
    """Per text in one dimension what it stands for: a place, a code that is wanted, or nothing; each is looked at once."""

    def __init__(self, name: str, series: Series) -> None:
        code = series.dimensions[name]
        self.name, self.labels = name, dict[str, str]()
        self.wanted = {theirs: place for place, theirs in series.places.items()} if code == PLACE else {code: code}
        self.by_label = {series.labels[code]: meant for code, meant in self.wanted.items() if code in series.labels}

    def __missing__(self, text: str) -> str:
        code, _, label = text.partition(": ")
        if label and code in self.wanted:
            self.labels[code] = label
        self[text] = self.wanted.get(code) or self.by_label.get(text, "")
        return self[text]


def read(parts: Sequence[bytes], series: Series) -> Reading:
    """Reads the answer to a series; refuses one in another format, of another dataset, damaged, or without this series."""
    try:
        answer = open_answer(parts)
        first = next(answer.rows, {})
        said = first.get("STRUCTURE_ID", first.get("DATAFLOW", ""))
        flow = series.dataset.split(",")[1 if "," in series.dataset else 0].lower()  # OECD: agency,flow,version
        if said and flow not in re.split(r"[:$()]", said.lower()):
            raise UnreadableError(f"found the dataset {said[:60]}, expected {series.dataset}")
        day = ""
        for written in ("%d/%m/%y", "%Y-%m-%d"):  # Eurostat writes the first
            with suppress(ValueError):
                day = datetime.strptime(re.split("[ T]", first.get("LAST UPDATE", ""))[0], written).date().isoformat()
        cells, labels = _selected(filter(None, chain([first], answer.rows)), answer.names, series)
        return Reading(answer.form, day, cells, labels)
    except (csv.Error, RecursionError) as error:
        raise UnreadableError(f"found what can't be read as a table: {error}") from error


def _selected(rows: Iterator[Row], names: Sequence[str], series: Series) -> tuple[Cells, dict[str, str]]:
    columns = {name.lower(): name for name in names}
    if lacking := [name for name in series.dimensions if name.lower() not in {*columns, "freq"}]:
        what = f"found no dimension {', '.join(lacking)}: the dataset has another form"
        raise UnreadableError(what, "definition changed")
    named = [name for name in series.dimensions if name.lower() in columns]
    dimensions = {columns[name.lower()]: _Dimension(name, series) for name in named}
    place = next((name for name, code in series.dimensions.items() if code == PLACE), "")
    cells: dict[tuple[str, str], Cell] = {}
    for row in rows:
        meant = {each.name: each[row[column]] for column, each in dimensions.items()}
        if "" in meant.values():  # not about this
            continue
        if not (found := _PERIOD.fullmatch(row["TIME_PERIOD"].strip())):
            raise UnreadableError(f"found the period {row['TIME_PERIOD'].strip()[:40]!r}, expected a year or a month")
        period = "-".join(filter(None, found.groups()))
        if period < series.start:
            continue
        key = meant.get(place) or next(iter(series.places)), period
        where, text = " ".join(key), row["OBS_VALUE"].strip()
        digits = "" if text in _NO_VALUE else text
        if digits and not _NUMBER.fullmatch(digits):
            raise UnreadableError(f"{where}: found the value {text[:40]!r}, expected a number")
        # The code or label of a value that is not confidential begins with F or A.
        secret = "" if row.get("CONF_STATUS", "")[:1] in ("", "F", "A") else "c"
        flags = letters(row["OBS_FLAG"], secret, where=f"{where}: ")
        cell = Cell(digits and in_digits(Decimal(digits)), flags)
        if cells.setdefault(key, cell) != cell:
            two = f"found {cells[key]} and {cell} for {where}, expected one value"
            raise UnreadableError(f"{two}: the dataset has a dimension more", "definition changed")
    if not any(cell.value for cell in cells.values()):
        raise _without([*dimensions.values()], series)
    return cells, {code: label for each in dimensions.values() for code, label in each.labels.items()}


def _without(dimensions: Sequence[_Dimension], series: Series) -> UnreadableError:
    """Tells why an answer has nothing of a series: a code that is not in it any more, or all of it."""
    for each in dimensions:
        if each and not any(each.values()):
            found = ", ".join(list(each)[:3])[:120]
            what = f"found no row: {each.name} has {found} and not {', '.join(each.wanted)}"
            is_unit = each.name.lower() in ("unit", "unit_measure", "measure")
            return UnreadableError(what, "unit changed" if is_unit else "definition changed")
    return UnreadableError(f"found no value of {', '.join(series.places)} in the answer", "series gone")


@dataclass(frozen=True)
class Difference:
    """One thing that differs, with its old and new text, and what happened: `new`, `revised`, `flag added: b`, `break` …

    Mostly the value of a place and period. Without a period it is a row of the edition that stays as a person entered it (`kept`)
    or belongs to an `other series` after a break, or a code that the office calls otherwise (`definition changed`).
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
    none = Cell("")
    pairs = {key: (before.get(key, none), after.get(key, none)) for key in sorted({*before, *after})}
    return [
        Difference(*key, kinds, str(old), str(new))
        for key, (old, new) in pairs.items()
        if (kinds := (*_kinds(old, new),))
    ]


def _kinds(old: Cell, new: Cell) -> Iterator[str]:
    # An edition that kept no answers says nothing of flags.
    now, before = {*(new.flags or "")}, None if old.flags is None else {*old.flags}
    appeared = bool(new.value and not old.value)
    if old.value and not new.value:
        yield "withdrawn, confidential" if "c" in now else "withdrawn"
        return
    if old.value != new.value:
        yield "new" if appeared else "revised"
    if before is not None and not appeared:
        yield from (f"flag added: {flag}" for flag in sorted(now - before))
        yield from (f"flag dropped: {flag}" for flag in sorted(before - now))
    if "b" in now and new.value and (appeared or (before is not None and "b" not in before)):
        yield "break"
