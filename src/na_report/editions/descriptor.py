"""The seal of an edition: `datapackage.json`, which says what the edition is and holds the hash of each table."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError, Problem
from na_report.base.paths import ABOUT, ANSWERS, DESCRIPTOR, Project, find_project
from na_report.base.settings import Fault, form_faults, placed, read_texts, refuse_faults, shown
from na_report.editions.cells import is_address, is_line
from na_report.editions.schema import BY_NAME, LANGUAGES, TABLES, Schema, read_schema, schema_faults, table_schema

# The name of an edition as a data package.
_NAME = "na-report-{}"
_FORMS = json.loads(Path(__file__).with_name("descriptor.json").read_bytes())


def _is_day(value: Any) -> bool:
    """Tells whether a value is a day as 2026-11-24, with or without a time behind it."""
    return bool(re.fullmatch(r"[0-9-]{10}(T[0-9:.+-]+Z?)?", value) and date.fromisoformat(value[:10]))


@cache
def _formats() -> Any:
    """Returns what tells whether a text is of a format that the forms name."""
    from jsonschema import FormatChecker  # takes 0.1 s to import

    formats = FormatChecker(())
    formats.checks("line")(is_line)
    formats.checks("address")(is_address)
    formats.checks("day", (ValueError, TypeError))(_is_day)
    formats.checks("regex", (re.error, ValueError, TypeError, OverflowError))(partial(re.compile, flags=re.ASCII))
    return formats


def _form_faults(said: Any, form: str) -> list[Fault]:
    return form_faults(said, {**_FORMS, "$ref": f"#/definitions/{form}"}, _formats())


def read_about(project: Project, edition: str) -> dict[str, Any]:
    """Returns what the descriptor of a new edition says of the study; names all that it can't use, with its line."""
    said, lines = read_texts(project.data / ABOUT)
    hint = f"Correct data/{ABOUT}; datapackage.json of an edition shows the form."
    refuse_faults(f"data/{ABOUT}", _form_faults(said, "about"), hint, lines)
    return {**said, **{name: said[name].replace("{edition}", edition) for name in ("title", "description")}}


def sha256(content: bytes) -> str:
    """Returns the hash of bytes as Data Package writes it: with `sha256:` in front."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def read_seal(folder: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Returns what the descriptor of an edition says, and what is wrong with it or what it seals.

    Nothing is said by a damaged one or of a draft, which has none.
    """
    path, expected, remedy = folder / DESCRIPTOR, "a Data Package descriptor", "Put back the file as it was."
    if not path.exists():
        return {}, []
    try:
        if not path.is_file():  # to read a pipe would take for ever
            raise ValueError("no file, but something else")
        said = json.loads(path.read_bytes().decode("utf-8"))
        if found := list(_faults(said, folder.name)):
            return {}, [Problem(DESCRIPTOR, 0, "", *fault, remedy) for fault in found]
        return said, list(_changed(folder, said))
    except OSError as error:
        path, what, expected = Path(error.filename or path), error.strerror or str(error), "a file that can be read"
        remedy = "Give yourself the right to read it."
    except (ValueError, RecursionError) as error:
        what = str(error)[:80]
    return {}, [Problem(path.name, 0, "", what, expected, remedy)]


def _faults(said: Any, edition: str) -> Iterator[tuple[str, str]]:
    """Yields what the program, the book and the archive could not use of a descriptor: what was found and expected."""
    if wrong := _form_faults(said, "edition"):
        for place, what, expected in wrong:
            yield f"{placed(place[0], place[1:])}: {what}" if place else what, expected
        return
    if said.get("name") != _NAME.format(edition):
        yield f"name: {shown(said.get('name'))}", f"the name {_NAME.format(edition)}"
    yield from schema_faults(said["resources"])


def _changed(folder: Path, said: Mapping[str, Any]) -> Iterator[Problem]:
    """Yields the files whose bytes are not those of the seal; who reads a table tells that it is not there."""
    sealed = {entry["path"]: entry["hash"] for entry in said.get("approved", {}).get("answers", ())}
    found = _answers(folder)
    for entry in said["resources"]:
        file = folder / entry["path"]
        with suppress(OSError):
            if file.is_file():
                found[file.name], sealed[file.name] = sha256(file.read_bytes()), entry["hash"]
    for path in sorted({*sealed, *found}):
        if found.get(path) != sealed.get(path):
            what, expected = (f"{said_of[path][:19]}…" if path in said_of else "no file" for said_of in (found, sealed))
            remedy = (
                "A sealed edition does not change: put the file back, and make a new edition for a new fact "
                f"(na-report edition copy {folder.name} NEW)."
            )
            yield Problem(path, 0, "", what, f"what was sealed: {expected}", remedy)


def schema_in(folder: Path, said: Mapping[str, Any]) -> Schema:
    """Returns the tables of the edition in a folder: as its descriptor says, or else as this program has them.

    A draft may lack what came later, just as an edition that was sealed before.
    """
    if said:
        return read_schema(said["resources"], BY_NAME)
    tables = []
    for table in TABLES:
        path = folder / table.file
        if not table.later or path.is_file():
            head = re.findall(r"\w+", path.read_text("utf-8", "replace").partition("\n")[0] if path.is_file() else "")
            kept = tuple(column for column in table.columns if not column.later or column.name in head)
            tables.append(replace(table, columns=kept))
    return tuple(tables)


def descriptor_of(folder: Path) -> dict[str, Any]:
    """Returns what the descriptor of a sound edition says; of a draft, what it would say without a day."""
    path = folder / DESCRIPTOR
    return dict(json.loads(path.read_bytes())) if path.is_file() else describe(folder, folder.name, None)


def version_of(edition: str) -> str:
    """Returns the version of an edition, which orders as the editions do by the rules of Semantic Versioning.

    What stands behind a hyphen there comes before the version without it; so a second edition of a year raises the last number.
    """
    parts = [str(int(part)) if part.isdigit() else part for part in re.findall(r"\d+|[a-z]+", edition[4:])]
    return f"{edition[:4]}.1.1-{'.'.join(parts)}" if parts else f"{edition[:4]}.1.0"


def describe(folder: Path, name: str, created: date | None) -> dict[str, Any]:
    """Returns the descriptor of the tables in a folder; without a day it is that of a draft."""
    about = read_about(find_project(folder), name)
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": _NAME.format(name),
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
    answers = [{"path": path, "hash": found} for path, found in _answers(folder).items()]
    if not by and not answers:
        return {}
    if not is_line(by):
        raise NaReportError(
            f"Nobody approved what edition {folder.name} has of statistics offices.",
            hint=f"Look at what changed, then: na-report edition seal {folder.name} --by NAME.",
        )
    return {"approved": {"by": by, "on": on.isoformat(), "answers": answers}}


def _answers(folder: Path) -> dict[str, str]:
    paths = sorted((folder / ANSWERS).glob("[!.]*"))
    return {f"{ANSWERS}/{path.name}": sha256(path.read_bytes()) for path in paths}
