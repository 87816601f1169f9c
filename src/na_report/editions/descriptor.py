"""The seal of an edition: `datapackage.json`, which says what the edition is and holds the hash of each table."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError, Problem
from na_report.base.paths import ANSWERS, DESCRIPTOR, find_project
from na_report.editions.about import faults_of_study, read_about
from na_report.editions.cells import is_line
from na_report.editions.declared_tables import BY_NAME, TABLES
from na_report.editions.schema import LANGUAGES, Schema, read_schema, table_schema

_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_TABLE = re.compile(r"[a-z][a-z0-9_]{0,40}")
_SHOWN = 80
_PUT_BACK = "Put back the file as it was."


def sha256(content: bytes) -> str:
    """Returns the hash of bytes as Data Package writes it: with `sha256:` in front."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def read_seal(folder: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Returns what the descriptor in the folder of an edition says, and what is wrong with it or with what it seals."""
    path, expected, remedy = folder / DESCRIPTOR, "a Data Package descriptor", _PUT_BACK
    try:
        if path.exists() and not path.is_file():  # to read a pipe would take for ever
            raise ValueError("no file, but something else")
        said = json.loads(path.read_bytes().decode("utf-8"))
        if not isinstance(said, dict):
            raise ValueError(repr(said))
        faults = [Problem(DESCRIPTOR, 0, "", *found, _PUT_BACK) for found in _faults(said, folder.name)]
        return said, faults or list(_changed_tables(folder, said))
    except FileNotFoundError:
        found, expected, remedy = "no file", "the seal of the edition", f"Run: na-report edition seal {folder.name}"
    except OSError as error:
        found, expected = error.strerror or str(error), "a file that can be read"
        remedy = "Give yourself the right to read it."
    except (ValueError, RecursionError) as error:
        found = str(error)
    return {}, [Problem(DESCRIPTOR, 0, "", found[:_SHOWN], expected, remedy)]


def _faults(said: Mapping[str, Any], edition: str) -> Iterator[tuple[str, str]]:
    """Yields what the program, the book and the archive could not use of a descriptor: what was found and expected."""
    faults = list(faults_of_study({"sources": [{"title": "none"}], **said}))
    if said.get("name") != name_of(edition):
        faults.append(("name", f"the name {name_of(edition)}"))
    if not is_line(said.get("version")):
        faults.append(("version", "a line of text in version"))
    if not _is_day(said.get("created")):
        faults.append(("created", "the day of the seal in created"))
    languages = said.get("languages")
    if not isinstance(languages, list) or not languages or not all(entry in LANGUAGES for entry in languages):
        faults.append(("languages", f"a list of one or more of {', '.join(LANGUAGES)} in languages"))
    yield from ((f"{key}: {said.get(key)!r}"[:_SHOWN], expected) for key, expected in faults)
    try:
        _sealed_schema(said.get("resources"))
    except ValueError as error:
        yield str(error)[:_SHOWN], "each table of an edition once in resources, with its path, hash and schema"


def _is_day(value: Any) -> bool:
    """Tells whether a value is a day, or a day and a time, whose first ten signs are the day as 2026-11-24."""
    try:
        return bool(datetime.fromisoformat(value).date().isoformat() == value[:10])
    except (TypeError, ValueError):
        return False


def _sealed_schema(resources: Any) -> Schema:
    """Returns the tables that a descriptor seals; raises a `ValueError` where one is missing or damaged."""
    entries = resources if isinstance(resources, list) else []
    found: set[str] = set()
    for entry in entries:
        name, sealed = (str(entry.get(key)) for key in ("name", "hash")) if isinstance(entry, dict) else ("", "")
        if not _TABLE.fullmatch(name) or name in found:
            raise ValueError(f"resources: {name!r}")
        if entry.get("path") != f"{name}.csv" or not _HASH.fullmatch(sealed):
            raise ValueError(f"resources: {entry.get('path')!r}, {sealed!r}")
        found.add(name)
    for table in TABLES:
        if table.name not in found and not table.later:
            raise ValueError(f"resources: no {table.name}")
    return read_schema(entries, BY_NAME)


def _changed_tables(folder: Path, said: Mapping[str, Any]) -> Iterator[Problem]:
    """Yields the tables whose bytes are not those of the seal; who reads a table tells that it is not there."""
    for entry in said["resources"]:
        file, sealed = folder / entry["path"], entry["hash"]
        try:
            found = sha256(file.read_bytes()) if file.is_file() else sealed
        except OSError:
            continue
        if found != sealed:
            remedy = (
                "A sealed edition does not change: put the file back, and make a new edition for a new fact "
                f"(na-report edition copy {folder.name} NEW)."
            )
            yield Problem(file.name, 0, "", found[:19] + "…", f"the sealed bytes {sealed[:19]}…", remedy)


def schema_in(folder: Path, said: Mapping[str, Any]) -> Schema:
    """Returns the tables of the edition in a folder: as its descriptor says, or else as this program has them.

    A draft may lack what came later, just as an edition that was sealed before.
    """
    try:
        return _sealed_schema(said.get("resources"))
    except ValueError:
        there = [table for table in TABLES if not table.later or (folder / table.file).is_file()]
    tables = []
    for table in there:
        head = set(re.findall(r"\w+", _first_line(folder / table.file)))
        kept = tuple(column for column in table.columns if not column.later or column.name in head)
        tables.append(replace(table, columns=kept))
    return tuple(tables)


def _first_line(path: Path) -> str:
    try:
        return path.read_bytes().partition(b"\n")[0].decode("utf-8", "replace") if path.is_file() else ""
    except OSError:
        return ""  # who reads the table tells that it can't be read


def name_of(edition: str) -> str:
    """Returns the name of an edition as a data package: of 2021 that is na-report-2021."""
    return f"na-report-{edition}"


def descriptor_of(folder: Path) -> dict[str, Any]:
    """Returns what the descriptor of a sound edition says; of a draft, what it would say without a day."""
    path = folder / DESCRIPTOR
    return dict(json.loads(path.read_bytes())) if path.is_file() else describe(folder, folder.name, None)


def version_of(edition: str) -> str:
    """Returns the version of an edition, which orders as the editions do by the rules of Semantic Versioning.

    What stands behind a hyphen there comes before the version without it; so a second edition of a year raises the last number.

    Example:
        >>> version_of("2026"), version_of("2026b"), version_of("2026-07-15")
        ('2026.1.0', '2026.1.1-b', '2026.1.1-7.15')
    """
    parts = [str(int(part)) if part.isdigit() else part for part in re.findall(r"\d+|[a-z]+", edition[4:])]
    return f"{edition[:4]}.1.1-{'.'.join(parts)}" if parts else f"{edition[:4]}.1.0"


def describe(folder: Path, name: str, created: date | None) -> dict[str, Any]:
    """Returns the descriptor of the tables in a folder; without a day it is that of a draft."""
    about = read_about(find_project(folder), name)
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name_of(name),
        "title": about["title"],
        "description": about["description"],
        "version": version_of(name),
        "created": f"{created.isoformat()}T00:00:00Z" if created else "",
        "languages": list(LANGUAGES),
        **{key: about[key] for key in ("licenses", "contributors", "sources")},
        "resources": [
            {
                "name": table.name,
                "title": table.title_nl,
                "type": "table",
                "path": table.file,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": len(content := (folder / table.file).read_bytes()),
                "hash": sha256(content),
                "schema": table_schema(table),
            }
            for table in schema_in(folder, {})
        ],
    }


def approval(folder: Path, by: str, on: date) -> dict[str, Any]:
    """Returns what a descriptor gets of who approved the answers of statistics offices; nothing without answers and a name."""
    answers = _answers(folder)
    if not by and not answers:
        return {}
    if not is_line(by):
        raise NaReportError(
            f"Nobody approved what edition {folder.name} has of statistics offices.",
            hint=f"Look at what changed, then: na-report edition seal {folder.name} --by NAME.",
        )
    kept = [{"path": path, "hash": found} for path, found in answers.items()]
    return {"approved": {"by": by, "on": on.isoformat(), "answers": kept}}


def _answers(folder: Path) -> dict[str, str]:
    """Returns the hash of each kept answer by its path."""
    paths = sorted(path for path in (folder / ANSWERS).glob("*") if not path.name.startswith("."))
    return {f"{ANSWERS}/{path.name}": sha256(path.read_bytes()) for path in paths}


def changed_answers(folder: Path, said: Mapping[str, Any]) -> Iterator[Problem]:
    """Yields the kept answers that are not those of the seal."""
    approved = said.get("approved")
    entries = approved.get("answers") if isinstance(approved, dict) else None
    listed = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    sealed, found = {str(entry.get("path")): str(entry.get("hash")) for entry in listed}, _answers(folder)
    for path in sorted({*sealed, *found}):
        if sealed.get(path) != found.get(path):
            what, expected = (f"{said_of[path][:19]}…" if path in said_of else "no file" for said_of in (found, sealed))
            yield Problem(path, 0, "", what, f"what was sealed: {expected}", "Put the file back as it was.")
