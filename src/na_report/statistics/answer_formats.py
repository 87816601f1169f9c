"""Answers of offices as rows: SDMX-CSV of Eurostat and OECD, Eurostat's tables, OData v4 of CBS. Others are refused by name."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import yaml

from na_report.base.errors import NaReportError
from na_report.editions.office_marks import FLAGS

# The parts of a row as the answer writes them, its period, its value and its flags.
Record = tuple[Sequence[str], str, str, Sequence[str]]
# Why there is no answer to a series.
Kind = Literal["not read", "not asked", "series gone", "unit changed", "definition changed"]
# The largest answer, in bytes.
LARGEST = 200_000_000

_SAID = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
_CSV = re.compile(r'"?(DATAFLOW|STRUCTURE(\[.\])?)"?([,;])')
_TSV = re.compile(r"([\w,]+)\\(time|TIME_PERIOD)\t")
_TSV_CELL = re.compile(r"(:|-?[0-9.]+(?:[eE][-+]?[0-9]+)?)? ?([a-z]*)")
_CUT_OFF = "the answer may be cut off"
_CBS_NO_DIMENSION = {"Id", "Value", "StringValue", "ValueAttribute", "Perioden"}
# What CBS says instead of a value; whatever else it says is a value that is not there.
_CBS_NO_VALUE = {"None": "", "Impossible": "z", "Confidential": "c"}
_MARKS, _WORDS = {code.upper(): code for code in "bdefinpu"} | _SAID["codes"], _SAID["words"]


class UnreadableError(NaReportError):
    """An answer that is not what it should be; says in one sentence what was found, and what that means for the series."""

    def __init__(self, what: str, kind: Kind = "not read") -> None:
        super().__init__(what)
        self.kind = kind


@dataclass(frozen=True)
class Rows:
    """An answer, opened; its dataset and day (as ISO date) are empty where it doesn't say them."""

    form: str
    dataset: str
    updated: str
    dimensions: tuple[str, ...]  # what the parts of a row are called, dimensions among them
    records: Iterator[Record]


def open_answer(parts: Sequence[bytes]) -> Rows:
    """Opens an answer; more than one part where an office gives it in pages. An unknown or retired format is refused by name."""
    try:
        texts = [part.decode("utf-8-sig").lstrip() for part in parts]
        # A number keeps the digits that the office wrote.
        digits = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=lambda _: None)
        said = [digits.decode(each) for each in texts] if texts[0].startswith(("{", "[")) else []
    except UnicodeDecodeError as error:
        raise UnreadableError(f"found the byte {error.object[error.start]:#x}, expected text in UTF-8") from error
    except ValueError as error:
        raise UnreadableError(f"found damaged JSON ({error}); {_CUT_OFF}") from error
    text = texts[0]
    if said:
        if all(isinstance(each, dict) and isinstance(each.get("value"), list) for each in said) and (
            "@odata.context" in said[0]
        ):
            return _cbs([row for each in said for row in each["value"] if isinstance(row, dict)])
    elif found := _CSV.match(text):
        return _sdmx_csv(text, found[3])
    elif found := _TSV.match(text):
        form = f"Eurostat TSV, {'old' if found[2] == 'time' else 'new'} form"
        return Rows(form, "", "", tuple(found[1].split(",")), _tsv(text.splitlines(), found[1].count(",") + 1))
    raise UnreadableError(f"found {_name(text)}, expected SDMX-CSV, Eurostat TSV or OData v4 of CBS")


def _name(text: str) -> str:
    """Returns what a text is that can't be read."""
    start = text[:5000].lower()
    kind: str = next(kind for form, kind in _SAID["kinds"] if re.search(form, start, re.DOTALL))
    return kind.format(start=text[:30])


def _sdmx_csv(text: str, separator: str) -> Rows:
    """Opens SDMX-CSV 1.0 or 2.0, with codes, with labels, or with both."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header = [cell.split(": ")[0] for cell in next(lines)]
    for name in ("TIME_PERIOD", "OBS_VALUE"):
        if header.count(name) != 1:
            raise UnreadableError(f"found SDMX-CSV with {header.count(name)} columns {name}, expected one")
    first = next(lines, [])
    said = dict(zip(header, first, strict=False))
    form, dataset = ("2.0", "STRUCTURE_ID") if header[0].startswith("STRUCTURE") else ("1.0", "DATAFLOW")
    day, stamp = "", re.split("[ T]", said.get("LAST UPDATE", ""))[0]
    for written in ("%d/%m/%y", "%Y-%m-%d"):  # Eurostat writes the first
        with suppress(ValueError):
            day = datetime.strptime(stamp, written).date().isoformat()
    records = _csv_records(chain([first] if first else [], lines), header)
    # A column that is no dimension is asked for by nobody.
    return Rows(f"SDMX-CSV {form}", said.get(dataset, ""), day, tuple(header), records)


def _csv_records(rows: Iterator[list[str]], header: list[str]) -> Iterator[Record]:
    time, value = header.index("TIME_PERIOD"), header.index("OBS_VALUE")
    place = {name: number for number, name in enumerate(header)}
    status = place.get("OBS_FLAG", place.get("OBS_STATUS"))
    action, hidden = place.get("ACTION"), place.get("CONF_STATUS")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise UnreadableError(f"row {number}: found {len(row)} cells, expected {len(header)}; {_CUT_OFF}")
        if action is not None and row[action] not in ("I", "R", "A", "M", ""):
            found = f"row {number}: found the action {row[action][:20]!r}"
            raise UnreadableError(f"{found}, expected data and no deletions")
        # The code or label of a value that is not confidential begins with F or A.
        secret = hidden is not None and row[hidden] and row[hidden][0] not in "FA"
        yield row, row[time], row[value], ("" if status is None else row[status], "c" if secret else "")


def _tsv(lines: list[str], dimensions: int) -> Iterator[Record]:
    """Yields a table of Eurostat's bulk download: a row per series, a column per period, flags in the cell."""
    periods = [period.strip() for period in lines[0].split("\t")[1:]]
    for number, line in enumerate(lines[1:], start=2):
        key, *cells = line.split("\t")
        parts = key.strip().split(",")
        if (len(parts), len(cells)) != (dimensions, len(periods)):
            found = f"{len(parts)} codes and {len(cells)} cells, expected {dimensions} and {len(periods)}"
            raise UnreadableError(f"row {number}: found {found}; {_CUT_OFF}")
        for period, cell in zip(periods, cells, strict=True):
            said = _TSV_CELL.fullmatch(cell.strip())
            if not said:
                raise UnreadableError(f"row {number}, {period}: found {cell[:40]!r}, expected a number, : or flags")
            yield parts, period, said[1] or "", (said[2],)


def _cbs(rows: list[dict[str, Any]]) -> Rows:
    """Opens observations of CBS, with the state of its periods behind them."""
    final = {str(row["Identifier"]): row.get("Status") == "Definitief" for row in rows if "Identifier" in row}
    found = [row for row in rows if "Identifier" not in row]
    names = tuple(name for name in (found[0] if found else {}) if name not in _CBS_NO_DIMENSION)
    records: list[Record] = []
    for row in found:
        try:
            period, parts = str(row["Perioden"]), [str(row[name]).strip() for name in names]
        except KeyError as error:
            raise UnreadableError(f"found an observation of CBS without {error}") from error
        mark = _CBS_NO_VALUE.get(str(row.get("ValueAttribute", "None")), "m")
        value = "" if row.get("Value") is None else str(row["Value"])
        records.append((parts, period, value, (mark, "" if final.get(period, True) else "p")))
    return Rows("OData v4 of CBS", "", "", names, iter(records))


def letters(*marks: str, where: str = "") -> str:
    """Returns flags, which are letters, codes of SDMX or words, as letters in the order of the alphabet.

    Example:
        >>> letters("bu"), letters("A"), letters("b: break in time series", "c"), letters("Estimated, provisional")
        ('bu', '', 'bc', 'ep')
    """
    found: set[str] = set()
    for mark in marks:
        said = re.sub(r"\(.*?\)", "", mark.split(": ")[0]).strip()  # "see metadata (phased out)"
        for part in [said] if said.lower() in _WORDS else map(str.strip, said.split(",")):
            known = _MARKS.get(part, _WORDS.get(part.lower(), re.sub(r"\s", "", part)))
            if not all(flag.isalpha() and flag in FLAGS for flag in known):
                expected = " ".join(filter(str.isalpha, FLAGS))
                raise UnreadableError(f"{where}found the flag {mark[:40]!r}, expected one of {expected}")
            found |= {*known}
    return "".join(sorted(found))
