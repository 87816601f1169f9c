"""What an answer says of a series: per place and period a value and flags. It is data of somebody else, so all is checked."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from na_report.base.numbers import in_digits
from na_report.statistics.eurostat_tsv import is_tsv, open_tsv
from na_report.statistics.flags import letters
from na_report.statistics.json_answers import open_json
from na_report.statistics.rows import LARGEST, Kind, Rows, UnreadableError, period_of
from na_report.statistics.sdmx_csv import is_sdmx_csv, open_sdmx_csv
from na_report.statistics.sdmx_ml import open_sdmx_ml, parsed, unzipped
from na_report.statistics.series import PLACE, Series

_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?([eE][-+]?\d{1,2})?", re.ASCII)
_NO_VALUE = ("", ":", "NaN", "nan")
_ZIP = b"PK\x03\x04"
_KINDS = (
    (b"\x1f\x8b", "a gzip file"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"%PDF", "a PDF"),
)


@dataclass(frozen=True)
class Cell:
    """One value of an office.

    Args:
        value: The number in digits; empty when there is none.
        flags: Letters; nothing is known of them when `None`.
    """

    value: str
    flags: str | None = ""

    def __str__(self) -> str:
        return f"{self.value or ':'} {self.flags or ''}".strip()


Cells = Mapping[tuple[str, str], Cell]


@dataclass(frozen=True)
class Reading:
    """What an answer says of a series.

    Args:
        form: The name of the format.
        updated: The day of the data; empty when the answer doesn't say.
        cells: Per place of the edition and period the value.
        labels: What the office calls its codes, where the answer says so.
    """

    form: str
    updated: str
    cells: Cells
    labels: Mapping[str, str]


def read(parts: Sequence[bytes], series: Series) -> Reading:
    """Reads the answer to a series.

    Args:
        parts: The answer; more than one where an office gives it in pages.
        series: What was asked for.

    Raises:
        UnreadableError: The answer is in another format, of another dataset, damaged, or without this series.
    """
    try:
        rows = _open(parts)
        flow = series.dataset.split(",")[1 if "," in series.dataset else 0].lower()  # OECD: agency,flow,version
        if rows.dataset and flow not in re.split(r"[:$()]", rows.dataset.lower()):
            raise UnreadableError(f"found the dataset {rows.dataset[:60]}, expected {series.dataset}")
        return _selected(rows, series)
    except (csv.Error, RecursionError) as error:
        raise UnreadableError(f"found what can't be read as a table: {error}") from error


def _open(parts: Sequence[bytes]) -> Rows:
    if parts[0].startswith(_ZIP):
        parts = [unzipped(parts[0], LARGEST)]
    kind = next((name for start, name in _KINDS if parts[0].startswith(start)), "")
    if kind:
        raise UnreadableError(f"found {kind}, expected text in UTF-8")
    try:
        texts = [part.decode("utf-8-sig") for part in parts]
    except UnicodeDecodeError as error:
        raise UnreadableError(f"found the byte {error.object[error.start]:#x}, expected text in UTF-8") from error
    text = texts[0].lstrip()
    if text.startswith(("{", "[")):
        return open_json([_json(text) for text in texts])
    if len(texts) == 1 and is_sdmx_csv(text):
        return open_sdmx_csv(text)
    if len(texts) == 1 and is_tsv(text):
        return open_tsv(text)
    if text.startswith("<") and (root := parsed(parts[0])) is not None and "sdmx" in text[:2000].lower():
        return open_sdmx_ml(root)
    raise UnreadableError(f"found {_name(text)}, expected SDMX-CSV, Eurostat TSV or OData v4 of CBS")


def _json(text: str) -> object:
    try:
        # A number keeps the digits that the office wrote.
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda _: None)
    except ValueError as error:
        raise UnreadableError(f"found damaged JSON ({error}); the answer may be cut off") from error


def _name(text: str) -> str:
    start = text[:2000].lower()
    if not text:
        return "nothing"
    if "<html" in start or "<!doctype html" in start:
        return "a web page"
    return "XML" if start.startswith("<") else f"text of an unknown kind, {text[:30]!r}"


def _selected(rows: Rows, series: Series) -> Reading:
    columns = {name.lower(): number for number, name in enumerate(rows.dimensions)}
    lacking = [name for name in series.dimensions if name.lower() not in columns and name.lower() != "freq"]
    if lacking:
        raise UnreadableError(
            f"found no dimension {', '.join(lacking)}: the dataset has another form", "definition changed"
        )
    tests = [_Test(series, name, columns[name.lower()]) for name in series.dimensions if name.lower() in columns]
    cells: dict[tuple[str, str], Cell] = {}
    for parts, period_text, value, flags in rows.records:
        place = _place(tests, parts, series)
        if not place:
            continue
        period = period_of(period_text)
        if period < series.start:
            continue
        try:
            cell, key = _cell(value, flags), (place, period)
        except UnreadableError as error:
            raise UnreadableError(f"{place} {period}: {error}") from error
        if cells.setdefault(key, cell) != cell:
            raise UnreadableError(
                f"found {cells[key]} and {cell} for {place} {period}, expected one value: the dataset has a dimension more",
                "definition changed",
            )
    labels = {code: label for test in tests for code, label in test.labels.items()}
    if not any(cell.value for cell in cells.values()):
        raise _without(tests, series)
    return Reading(rows.form, rows.updated, cells, labels)


class _Test:
    """Whether what rows say in one dimension is what a series is about; each text is looked at once."""

    def __init__(self, series: Series, name: str, column: int) -> None:
        self.name, self.column, self.series = name, column, series
        self.places = series.dimensions[name] == PLACE
        codes = {code: place for place, code in series.places.items()}
        self.wanted = codes if self.places else {series.dimensions[name]: name}
        self.seen: dict[str, str] = {}
        self.labels: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """Returns what the text stands for; nothing when the series is about something else."""
        if text not in self.seen:
            self.seen[text] = self._found(text)
        return self.seen[text]

    def _found(self, text: str) -> str:
        code, _, label = text.partition(": ")
        if code in self.wanted:
            if label:
                self.labels[code] = label
            return self.wanted[code]
        return next((place for code, place in self.wanted.items() if self.series.labels.get(code) == text), "")


def _place(tests: Sequence[_Test], parts: Sequence[str], series: Series) -> str:
    place = next(iter(series.places))
    for test in tests:
        found = test(parts[test.column])
        if not found:
            return ""
        if test.places:
            place = found
    return place


def _without(tests: Sequence[_Test], series: Series) -> UnreadableError:
    """Tells why an answer has nothing of a series: a code that is not in it any more, or all of it."""
    for test in tests:
        others = [text for text, found in test.seen.items() if not found]
        if others and not any(test.seen.values()):
            what = f"{test.name} has {', '.join(others[:3])[:120]} and not {', '.join(test.wanted)}"
            kind: Kind = (
                "unit changed" if test.name.lower() in ("unit", "unit_measure", "measure") else "definition changed"
            )
            return UnreadableError(f"found no row: {what}", kind)
    return UnreadableError(f"found no value of {', '.join(series.places)} in the answer", "series gone")


def _cell(value: str, flags: str) -> Cell:
    said, _, hidden = flags.partition("|")
    text = value.strip()
    if text in _NO_VALUE:
        return Cell("", letters(said, hidden))
    if not _NUMBER.fullmatch(text):
        raise UnreadableError(f"found the value {text[:40]!r}, expected a number")
    return Cell(in_digits(Decimal(text)), letters(said, hidden))


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
