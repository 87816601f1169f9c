"""Answers of offices as rows of SDMX-CSV: those of Eurostat and OECD, Eurostat's tables, OData v4 of CBS. Others are refused."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml

from na_report.base.errors import NaReportError
from na_report.editions.cells import FLAGS

# What SDMX-CSV names so, of each form of answer: TIME_PERIOD, OBS_VALUE, OBS_FLAG and the dimensions, as the answer writes them.
Row = dict[str, str]
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
_MARKS, _WORDS = {code.upper(): code for code in "bdefinpu"} | _SAID["codes"], _SAID["words"]


class UnreadableError(NaReportError):
    """An answer that is not what it should be; says in one sentence what was found, and what that means for the series."""

    def __init__(self, what: str, kind: Kind = "not read") -> None:
        super().__init__(what)
        self.kind = kind


class Opened(NamedTuple):
    """An answer that is open to read."""

    form: str
    names: Sequence[str]  # the columns, dimensions among them
    rows: Iterator[Row]


def open_answer(parts: Sequence[bytes]) -> Opened:
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
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=found[3], strict=True)
        header = [cell.split(": ")[0] for cell in next(lines)]
        form = "SDMX-CSV 2.0" if header[0].startswith("STRUCTURE") else "SDMX-CSV 1.0"
        return Opened(form, header, _sdmx_csv(lines, header))
    elif found := _TSV.match(text):
        form, names = f"Eurostat TSV, {'old' if found[2] == 'time' else 'new'} form", found[1].split(",")
        return Opened(form, names, _tsv(text.splitlines(), names))
    kind = next(kind for form, kind in _SAID["kinds"] if re.search(form, text[:5000].lower(), re.DOTALL))
    raise UnreadableError(f"found {kind.format(start=text[:30])}, expected SDMX-CSV, Eurostat TSV or OData v4 of CBS")


def _sdmx_csv(lines: Iterator[list[str]], header: list[str]) -> Iterator[Row]:
    """Yields rows of SDMX-CSV 1.0 or 2.0, with codes, with labels, or with both."""
    for name in ("TIME_PERIOD", "OBS_VALUE"):
        if header.count(name) != 1:
            raise UnreadableError(f"found SDMX-CSV with {header.count(name)} columns {name}, expected one")
    for number, cells in enumerate(lines, start=2):
        if len(cells) != len(header):
            raise UnreadableError(f"row {number}: found {len(cells)} cells, expected {len(header)}; {_CUT_OFF}")
        row = dict(zip(header, cells, strict=True))
        if (action := row.get("ACTION", "")) not in ("I", "R", "A", "M", ""):
            raise UnreadableError(f"row {number}: found the action {action[:20]!r}, expected data and no deletions")
        yield {"OBS_FLAG": row.get("OBS_STATUS", ""), **row}


def _tsv(lines: list[str], names: list[str]) -> Iterator[Row]:
    """Yields the cells of a table of Eurostat's bulk download: a row per series, a column per period, flags in the cell."""
    periods = [period.strip() for period in lines[0].split("\t")[1:]]
    for number, line in enumerate(lines[1:], start=2):
        key, *cells = line.split("\t")
        parts = key.strip().split(",")
        if (len(parts), len(cells)) != (len(names), len(periods)):
            found = f"{len(parts)} codes and {len(cells)} cells, expected {len(names)} and {len(periods)}"
            raise UnreadableError(f"row {number}: found {found}; {_CUT_OFF}")
        codes = dict(zip(names, parts, strict=True))
        for period, cell in zip(periods, cells, strict=True):
            said = _TSV_CELL.fullmatch(cell.strip())
            if not said:
                raise UnreadableError(f"row {number}, {period}: found {cell[:40]!r}, expected a number, : or flags")
            yield codes | {"TIME_PERIOD": period, "OBS_VALUE": said[1] or "", "OBS_FLAG": said[2]}


def _cbs(said: list[dict[str, Any]]) -> Opened:
    """Opens observations of CBS, with the state of its periods behind them."""
    final = {str(row["Identifier"]): row.get("Status") == "Definitief" for row in said if "Identifier" in row}
    found = [row for row in said if "Identifier" not in row]
    names = [name for name in (found[0] if found else {}) if name not in _CBS_NO_DIMENSION]
    rows: list[Row] = []
    for row in found:
        if lacking := {"Perioden", *names} - row.keys():
            raise UnreadableError(f"found an observation of CBS without {min(lacking)!r}")
        period, value = str(row["Perioden"]), row.get("Value")
        mark = _SAID["no value"].get(str(row.get("ValueAttribute", "None")), "m")
        flags = mark if final.get(period, True) else f"{mark},p"
        of = {"TIME_PERIOD": period, "OBS_VALUE": "" if value is None else str(value), "OBS_FLAG": flags}
        rows.append({name: str(row[name]).strip() for name in names} | of)
    return Opened("OData v4 of CBS", names, iter(rows))


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
