"""Finds everything that is wrong in an edition: bytes, types, codes, ranges and references."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from na_report.errors import Problem
from na_report.evidence.schema import PERIOD, Column, Table
from na_report.evidence.tables import BY_NAME, TABLES

DESCRIPTOR = "datapackage.json"
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# As many digits as a float and a spreadsheet keep; \d would take digits of other scripts too.
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_INTEGER = re.compile(r"-?[0-9]{1,15}")
# The characters of RFC 3986: none of them ends a link in Markdown or HTML.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
# Control characters, and marks that make text read in another order than it stands.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LENGTH_LIMIT = 100_000
# A table with more problems is no table; a small workbook can hold millions.
PROBLEMS_LIMIT = 5_000
_RANGES = {
    "percent": (0.0, 100.0),
    "score_1_5": (1.0, 5.0),
    "rank": (1.0, 1000.0),
    "share_words": (0.0, 100.0),
    "direction": (-1.0, 1.0),
}
_EXPECTED = {
    "integer": "a whole number of at most 15 digits",
    "number": "a number with a point as decimal sign",
    "period": "a year, a month or two years with a slash (2019, 2020-11, 2018/2022)",
    "date": "a date as 2026-11-24",
    "url": "an address that starts with http:// or https://, with other characters than these written as %20",
}

Row = dict[str, str]
Rows = list[Row]
Numbered = Sequence[tuple[int, Row]]


def sha256(content: bytes) -> str:
    """Returns the hash of bytes as Data Package writes it.

    Example:
        >>> sha256(b"")[:15]
        'sha256:e3b0c442'
    """
    return "sha256:" + hashlib.sha256(content).hexdigest()


def find_problems(folder: Path, *, sealed: bool = True) -> list[Problem]:
    """Returns all problems of the edition in a folder; an empty list when it is sound.

    Args:
        folder: The folder of the edition.
        sealed: Whether the bytes must match the hashes in the descriptor.
    """
    problems: list[Problem] = []
    tables: dict[str, Rows] = {}
    for table in TABLES:
        rows = _read(folder, table, problems)
        if rows is not None:
            tables[table.name] = rows
    if sealed:
        problems += _check_seal(folder)
    for extra in sorted(folder.glob("*.csv")):
        if extra.stem not in BY_NAME:
            problems.append(
                Problem(extra.name, 0, "", extra.name, "only tables of the schema", "Move the file out of the edition.")
            )
    problems += check_tables({name: [*enumerate(rows, start=2)] for name, rows in tables.items()})
    return sorted(set(problems))


def check_tables(numbered: Mapping[str, Numbered]) -> list[Problem]:
    """Returns the problems inside and between tables, wherever they came from.

    Args:
        numbered: Per table name its rows, each with the number that a problem names it by.

    Example:
        >>> row = {"id": "geo:NL", "list": "geo", "code": "NL", "label_nl": "Nederland", "label_en": ""}
        >>> [str(problem) for problem in check_tables({"codes": [(7, row)]})]
        ["codes.csv, row 7, column label_en: found '', expected a value. Fill the cell."]
    """
    tables = {name: [row for _, row in rows] for name, rows in numbered.items()}
    values = known_values(tables)
    problems: list[Problem] = []
    for name, rows in numbered.items():
        problems += islice(_check_rows(BY_NAME[name], rows, values), PROBLEMS_LIMIT)
    problems += islice(_check_meaning(tables, numbered), PROBLEMS_LIMIT)
    return problems


def _read(folder: Path, table: Table, problems: list[Problem]) -> Rows | None:
    """Reads a table as text, or adds the reason why that is impossible to the problems."""
    path = folder / table.file
    if not path.is_file():
        remedy = "Put the file back, or copy it from another edition."
        problems.append(Problem(table.file, 0, "", "no file", "a table of the edition", remedy))
        return None
    content = path.read_bytes()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        found = content[error.start : error.end].hex()
        problems.append(Problem(table.file, row, "", found, "UTF-8 text", "Save the file as CSV UTF-8."))
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    expected = [column.name for column in table.columns]
    try:
        lines = list(reader)
    except csv.Error as error:
        remedy = "Look for a quote that is not closed."
        problems.append(Problem(table.file, reader.line_num, "", str(error), "rows of comma-separated values", remedy))
        return None
    header = lines[0] if lines else []
    if header != expected:
        missing, unknown = set(expected) - set(header), set(header) - set(expected)
        remedy = f"Missing: {', '.join(sorted(missing)) or 'none'}; unknown: {', '.join(sorted(unknown)) or 'none'}."
        problems.append(Problem(table.file, 1, "", ",".join(header), ",".join(expected), remedy))
        return None
    rows: Rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(expected):
            remedy = "Quote a value that holds a comma."
            problems.append(Problem(table.file, number, "", f"{len(cells)} cells", f"{len(expected)} cells", remedy))
            return None
        rows.append(dict(zip(expected, cells, strict=True)))
    return rows


def _check_seal(folder: Path) -> Iterator[Problem]:
    path = folder / DESCRIPTOR
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8"))
        resources = {resource["name"]: resource for resource in descriptor["resources"]}
    except FileNotFoundError:
        yield Problem(
            DESCRIPTOR, 0, "", "no file", "the seal of the edition", f"Run: na-report edition seal {folder.name}"
        )
        return
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        yield Problem(DESCRIPTOR, 0, "", str(error), "a Data Package descriptor", "Put back the file as it was.")
        return
    for found, expected in faults_of_descriptor(descriptor):
        yield Problem(DESCRIPTOR, 0, "", found, expected, "Put back the file as it was.")
    for table in TABLES:
        file = folder / table.file
        resource: dict[str, Any] = resources.get(table.name, {})
        if not file.is_file():
            continue
        found = sha256(file.read_bytes())
        if resource.get("hash") != found:
            yield Problem(
                table.file,
                0,
                "",
                found[:19] + "…",
                f"the sealed bytes {str(resource.get('hash'))[:19]}…",
                "A sealed edition does not change: put the file back, and make a new edition for a new fact "
                f"(na-report edition copy {folder.name} NEW).",
            )


def faults_of_descriptor(descriptor: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields what the program, the book and the archive could not use of a descriptor."""
    for name in ("name", "title", "description", "version"):
        if not isinstance(descriptor.get(name), str) or _UNSEEN.search(descriptor[name]):
            yield f"{name}: {descriptor.get(name)!r}"[:80], f"a line of text in {name}"
    try:
        date.fromisoformat(descriptor["created"][:10])
    except (KeyError, TypeError, ValueError):
        yield f"created: {descriptor.get('created')!r}"[:80], "the day of the seal in created"
    for resource in descriptor.get("resources", []):
        if not isinstance(resource.get("hash"), str):
            yield f"resources: {resource.get('hash')!r}"[:80], f"the hash of {resource.get('name')} in resources"
    for name, keys in (("licenses", ("name", "title", "path")), ("contributors", ("title",))):
        entries = descriptor.get(name)
        if not isinstance(entries, list) or not all(
            isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in keys) for entry in entries
        ):
            yield f"{name}: {entries!r}"[:80], f"a list with {', '.join(keys)} in {name}"


def known_values(tables: dict[str, Rows]) -> dict[str, set[str]]:
    """Returns per place (`table.column`, or `codes:list`) the values that others may refer to."""
    places = {place for table in TABLES for column in table.columns for place in column.refers_to}
    known = {place: {row[place.split(".")[1]] for row in tables.get(place.split(".")[0], [])} for place in places}
    for row in tables.get("codes", []):
        known.setdefault(f"codes:{row['list']}", set()).add(row["code"])
    return known


def _check_rows(table: Table, rows: Numbered, known: dict[str, set[str]]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    indicators, observations = known["indicators.id"], known["observations.id"]
    for number, row in rows:
        key = row[table.key]
        if key in seen:
            yield Problem(table.file, number, table.key, key, "an id of its own", f"Row {seen[key]} has the same id.")
        seen.setdefault(key, number)
        for column in table.columns:
            for found, expected, remedy in _check_cell(column, row[column.name], known):
                yield Problem(table.file, number, column.name, found, expected, remedy)
            if column.text:
                for found, expected, remedy in _check_placeholders(row[column.name], row, indicators, observations):
                    yield Problem(table.file, number, column.name, found, expected, remedy)


Fault = tuple[str, str, str]


def _check_cell(column: Column, cell: str, known: dict[str, set[str]]) -> Iterator[Fault]:
    if not cell:
        if column.required:
            yield "", "a value", "Fill the cell."
        return
    if cell != cell.strip() or "\r" in cell or "\n" in cell:
        yield cell, "no spaces at the ends and no line breaks", "Take them out."
    elif _UNSEEN.search(cell):
        yield cell, "no control characters and no marks that turn the order of text", "Take them out."
    if len(cell) > _LENGTH_LIMIT:
        yield f"{len(cell)} characters", f"at most {_LENGTH_LIMIT}", "Shorten the text."
    for value in cell.split(";") if column.many else [cell]:
        if column.type in _EXPECTED and not _has_type(column.type, value):
            yield value, _EXPECTED[column.type], "Correct the value."
        elif column.minimum is not None and float(value) < column.minimum:
            yield value, f"{column.minimum:g} or more", "Correct the value."
        if column.pattern and not re.fullmatch(column.pattern, value, re.ASCII):
            yield value, f"the form {column.pattern}", "Correct the id or value."
        if column.codes and value not in known.get(f"codes:{column.codes}", set()):
            options = sorted(known.get(f"codes:{column.codes}", set()))
            shown = ", ".join(options[:12]) + (", …" if len(options) > 12 else "")
            yield value, f"a code of the list {column.codes}", f"Choose one of: {shown}."
        if column.refers_to and not any(value in known[place] for place in column.refers_to):
            places = " or ".join(sorted(place.split(".")[0] for place in column.refers_to))
            yield value, f"an id in {places}", "Correct the id, or add the row that it names."


def _has_type(kind: str, value: str) -> bool:
    if kind == "url":
        try:
            return _ADDRESS.fullmatch(value) is not None and bool(urlsplit(value).hostname)
        except ValueError:
            return False
    if kind == "date":
        try:
            return date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False
    pattern = {"integer": _INTEGER, "number": _NUMBER, "period": re.compile(PERIOD, re.ASCII)}[kind]
    return pattern.fullmatch(value) is not None


def _check_placeholders(
    text: str, row: dict[str, str], indicators: set[str], observations: set[str]
) -> Iterator[Fault]:
    remainder = PLACEHOLDER.sub("", text)
    if "{" in remainder or "}" in remainder:
        yield text, "braces only around an indicator id", "Write {IND007}, or leave the braces out."
    for name in PLACEHOLDER.findall(text):
        if name not in indicators and name not in observations:
            yield name, "an indicator id or observation id between braces", "Correct the id, or add the row."
        elif "indicator_ids" in row and name.split("-")[0] not in row["indicator_ids"].split(";"):
            yield name, "an indicator that the row lists", "Add the id to indicator_ids."


def _check_meaning(tables: dict[str, Rows], numbered: Mapping[str, Numbered]) -> Iterator[Problem]:
    """Checks what no single cell can tell: ranges by unit, ids that agree, periods in order."""
    units = {row["id"]: row["unit"] for row in tables.get("indicators", [])}
    observed = {row["indicator_id"] for row in tables.get("observations", [])}
    for number, row in numbered.get("observations", []):
        yield from _check_observation(row, number, units)
    for number, row in numbered.get("indicators", []):
        if "observations" in tables and row["id"] not in observed:
            yield Problem(
                "indicators.csv", number, "id", row["id"], "at least one observation", "Add it, or drop the indicator."
            )
    for number, row in numbered.get("agendas", []):
        start, end = row["period_start"], row["period_end"]
        if _INTEGER.fullmatch(start) and _INTEGER.fullmatch(end) and int(start) > int(end):
            yield Problem("agendas.csv", number, "period_end", end, f"{start} or later", "Swap or correct the years.")
    pairs: Iterable[tuple[str, str, str]] = (
        ("agenda_items", "agenda_id", "{agenda_id}."),
        ("observations", "indicator_id", "{indicator_id}-{geo}-"),
        ("recommendations", "number", "R{number}"),
        ("notes", "footnote", "N{footnote:0>2}"),
        ("codes", "list", "{list}:{code}"),
    )
    for name, _, form in pairs:
        for number, row in numbered.get(name, []):
            start = form.format(**row)
            if not row["id"].startswith(start):
                yield Problem(
                    f"{name}.csv", number, "id", row["id"], f"an id that starts with {start}", "Correct one of the two."
                )


def _check_observation(row: dict[str, str], number: int, units: dict[str, str]) -> Iterator[Problem]:
    unit = units.get(row["indicator_id"], "")
    if not row["value"] and not row["text_nl"]:
        yield Problem(
            "observations.csv", number, "value", "", "a value, or words in text_nl and text_en", "Fill one of them."
        )
    if bool(row["text_nl"]) != bool(row["text_en"]):
        yield Problem(
            "observations.csv", number, "text_en", row["text_en"], "words in both languages or in none", "Fill both."
        )
    if row["value"] and unit in _RANGES and _NUMBER.fullmatch(row["value"]):
        low, high = _RANGES[unit]
        if not low <= float(row["value"]) <= high:
            yield Problem(
                "observations.csv",
                number,
                "value",
                row["value"],
                f"{low:g} to {high:g} ({unit})",
                "Correct value or unit.",
            )
