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

from na_report.base.errors import Problem
from na_report.base.paths import DESCRIPTOR, find_project
from na_report.editions.about import read_about, refuse_faults
from na_report.editions.cells import is_address, is_line
from na_report.editions.schema import LANGUAGES, Schema, faults_of_schema, read_schema, table_schema
from na_report.editions.tables import BY_NAME, TABLES

_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_TABLE = re.compile(r"[a-z][a-z0-9_]{0,40}")
_SHOWN = 80
_PUT_BACK = "Put back the file as it was."


def sha256(content: bytes) -> str:
    """Returns the hash of bytes as Data Package writes it.

    Example:
        >>> sha256(b"")[:15]
        'sha256:e3b0c442'
    """
    return "sha256:" + hashlib.sha256(content).hexdigest()


def read_seal(folder: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Returns what the descriptor of an edition says, and all that is wrong with it or with the bytes that it seals.

    Args:
        folder: The folder of the edition, with the name of the edition.

    Example:
        >>> from na_report.editions.folders import edition_folder
        >>> said, problems = read_seal(edition_folder("2021"))
        >>> said["name"], problems
        ('na-report-2021', [])
    """
    path = folder / DESCRIPTOR
    if path.exists() and not path.is_file():  # to read a pipe would take for ever
        return {}, [Problem(DESCRIPTOR, 0, "", "no file, but something else", "the seal of the edition", _PUT_BACK)]
    try:
        said = json.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        remedy = f"Run: na-report edition seal {folder.name}"
        return {}, [Problem(DESCRIPTOR, 0, "", "no file", "the seal of the edition", remedy)]
    except OSError as error:
        remedy = "Give yourself the right to read it."
        return {}, [Problem(DESCRIPTOR, 0, "", error.strerror or str(error), "a file that can be read", remedy)]
    except (ValueError, RecursionError) as error:
        return {}, [Problem(DESCRIPTOR, 0, "", str(error)[:_SHOWN], "a Data Package descriptor", _PUT_BACK)]
    if not isinstance(said, dict):
        return {}, [Problem(DESCRIPTOR, 0, "", repr(said)[:_SHOWN], "a Data Package descriptor", _PUT_BACK)]
    problems = [
        Problem(DESCRIPTOR, 0, "", found[:_SHOWN], expected, _PUT_BACK)
        for found, expected in faults_of_descriptor(said, folder.name)
    ]
    return said, problems + list(_changed_tables(folder, said.get("resources")))


def _changed_tables(folder: Path, resources: Any) -> Iterator[Problem]:
    """Yields the tables whose bytes are not those of the seal; a table without a hash is a fault of the descriptor."""
    for table, resource in _by_table(resources).items():
        file, sealed = folder / f"{table}.csv", str(resource.get("hash"))
        try:
            found = sha256(file.read_bytes()) if file.is_file() else sealed
        except OSError:
            continue  # who reads the table tells that it can't be read
        if _HASH.fullmatch(sealed) and sealed != found:
            yield Problem(
                file.name,
                0,
                "",
                found[:19] + "…",
                f"the sealed bytes {sealed[:19]}…",
                "A sealed edition does not change: put the file back, and make a new edition for a new fact "
                f"(na-report edition copy {folder.name} NEW).",
            )


def _by_table(resources: Any) -> dict[str, dict[str, Any]]:
    """Returns the resources that can be a table by their name, whatever stands in the descriptor."""
    entries = [entry for entry in resources if isinstance(entry, dict)] if isinstance(resources, list) else []
    return {name: entry for entry in entries if isinstance(name := entry.get("name"), str) and _TABLE.fullmatch(name)}


def schema_in(folder: Path, said: Mapping[str, Any]) -> Schema:
    """Returns the tables of the edition in a folder: as its descriptor says, or else as this program has them.

    A draft may lack what came later, just as an edition that was sealed before.

    Example:
        >>> from na_report.editions.folders import edition_folder
        >>> "statuses" in [table.name for table in schema_in(edition_folder("2021"), {})]
        False
    """
    resources = said.get("resources")
    if resources is not None and not any(_faults_of_resources(resources)):
        return read_schema(resources, BY_NAME)
    tables = []
    for table in TABLES:
        path = folder / table.file
        if path.is_file() or not table.later:
            head = set(re.findall(r"\w+", _first_line(path)))
            kept = tuple(column for column in table.columns if not column.later or column.name in head)
            tables.append(replace(table, columns=kept))
    return tuple(tables)


def _first_line(path: Path) -> str:
    try:
        return path.read_bytes().partition(b"\n")[0].decode("utf-8", "replace") if path.is_file() else ""
    except OSError:
        return ""  # who reads the table tells that it can't be read


def faults_of_descriptor(said: Mapping[str, Any], edition: str) -> Iterator[tuple[str, str]]:
    """Yields what the program, the book and the archive could not use of a descriptor: what was found and expected.

    Args:
        said: The descriptor.
        edition: The name of the edition; the archive takes the name of its folder and file from the descriptor's.

    Example:
        >>> list(faults_of_descriptor({"name": "../x"}, "2021"))[0]
        ("name: '../x'", 'the name na-report-2021')
    """
    name = name_of(edition)
    if said.get("name") != name:
        yield f"name: {said.get('name')!r}", f"the name {name}"
    for key in ("title", "description", "version"):
        if not is_line(said.get(key)):
            yield f"{key}: {said.get(key)!r}", f"a line of text in {key}"
    if not _is_day(said.get("created")):
        yield f"created: {said.get('created')!r}", "the day of the seal in created"
    languages = said.get("languages")
    if not isinstance(languages, list) or not languages or not all(entry in LANGUAGES for entry in languages):
        yield f"languages: {languages!r}", f"a list of one or more of {', '.join(LANGUAGES)} in languages"
    for key, parts in (("licenses", ("name", "title", "path")), ("contributors", ("title",)), ("sources", ("title",))):
        entries = said.get(key)
        if key == "sources" and entries is None:
            continue
        if not isinstance(entries, list) or not entries or not all(_has_lines(entry, parts) for entry in entries):
            yield f"{key}: {entries!r}", f"a list of one or more with {', '.join(parts)} in {key}"
        elif key == "licenses" and not all(is_address(entry["path"]) for entry in entries):
            yield f"{key}: {entries!r}", f"an address that starts with http:// or https:// as path in {key}"
    yield from _faults_of_resources(said.get("resources"))


def _faults_of_resources(resources: Any) -> Iterator[tuple[str, str]]:
    found = _by_table(resources)
    for table in TABLES:
        if table.name not in found and not table.later:
            yield f"resources: no {table.name}", f"the table {table.name} in resources"
    for name, entry in found.items():
        sealed = entry.get("hash")
        if not isinstance(sealed, str) or not _HASH.fullmatch(sealed):
            yield f"resources: {sealed!r}", f"the hash of {name} in resources"
        if entry.get("path") != f"{name}.csv":
            yield f"resources: {entry.get('path')!r}", f"the path {name}.csv in resources"
    yield from faults_of_schema(list(found.values()), BY_NAME)
    if not isinstance(resources, list) or len(resources) != len(found):
        count = len(resources) if isinstance(resources, list) else 0
        yield f"resources: {count} entries", "each table of an edition once in resources, and nothing else"


def _is_day(value: Any) -> bool:
    """Tells whether a value is a day, or a day and a time, whose first ten signs are the day as 2026-11-24."""
    try:
        return bool(datetime.fromisoformat(value).date().isoformat() == value[:10])
    except (TypeError, ValueError):
        return False


def _has_lines(entry: Any, keys: tuple[str, ...]) -> bool:
    return isinstance(entry, dict) and all(is_line(entry.get(key)) for key in keys)


def name_of(edition: str) -> str:
    """Returns the name of an edition as a data package.

    Example:
        >>> name_of("2021")
        'na-report-2021'
    """
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
    """Returns the descriptor of the tables in a folder.

    Args:
        folder: The folder with all tables.
        name: The name of the edition.
        created: The day of the seal; none for a draft.
    """
    resources = []
    for table in schema_in(folder, {}):
        content = (folder / table.file).read_bytes()
        resources.append(
            {
                "name": table.name,
                "title": table.title_nl,
                "type": "table",
                "path": table.file,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": len(content),
                "hash": sha256(content),
                "schema": table_schema(table),
            }
        )
    project = find_project(folder)
    about = read_about(project, name)
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name_of(name),
        "title": about["title"],
        "description": about["description"],
        "version": version_of(name),
        "created": f"{created.isoformat()}T00:00:00Z" if created else "",
        "languages": list(LANGUAGES),
        **{key: about[key] for key in ("licenses", "contributors", "sources")},
        "resources": resources,
    }
    if created:
        refuse_faults(project, list(faults_of_descriptor(descriptor, name)))
    return descriptor
