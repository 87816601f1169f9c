"""Editions: dated versions of the evidence, drafts until they are sealed. Open, copy and seal them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from na_report.base.errors import InvalidInputError, MissingRowError, NaReportError
from na_report.base.files import sync_all, write_whole
from na_report.base.paths import ABOUT, DESCRIPTOR, Project, find_project
from na_report.base.stories import read_story
from na_report.base.wording import Words
from na_report.editions.asked import Reads, derived
from na_report.editions.descriptor import approval, describe, read_seal, schema_in, sha256
from na_report.editions.folders import being_made, edition_folder, is_draft, making, refuse_name
from na_report.editions.integrity import refuse_unsound
from na_report.editions.schema import TABLES, Rows, Schema, read_table, write_table

_MEND = "Mend them in data/{0}; na-report edition verify {0} names what is left."
_PUT_BACK = "Put the files back (git restore data/{0}), or make a new edition: na-report edition copy {0} NEW."


@dataclass(frozen=True, eq=False)
class Edition:
    """An edition with all its tables in memory: frames of text, but for `observations.value`, which holds floats.

    Tables and columns that came after this edition are there, and empty; `schema` holds them as they were sealed.
    """

    name: str
    tables: Mapping[str, pd.DataFrame]
    # What `datapackage.json` says; of a draft what it would say, without a day in `created`.
    descriptor: Mapping[str, Any]
    # The SHA-256 of `datapackage.json`; it holds the hash of each table, so it stands for the edition.
    fingerprint: str = ""
    schema: Schema = TABLES
    # What was made of its tables alone, by what it is; the same for all who open it.
    kept: dict[str, Any] = field(default_factory=dict, repr=False)
    reads: Reads = field(default_factory=Reads, repr=False)

    def __getitem__(self, table: str) -> pd.DataFrame:
        self.table(table)
        return self.tables[table]

    @derived
    def table(self, name: str) -> str:
        """Returns the hash that a table was sealed with, which stands for all its rows; none of one that came later."""
        sealed = (str(item["hash"]) for item in self.descriptor["resources"] if item["name"] == name)
        return next(sealed, "")

    @derived
    def rows(self, /, table: str, **conditions: str) -> pd.DataFrame:
        """Returns the rows whose columns have the given values."""
        found = self.tables[table]
        for column, value in conditions.items():
            found = found[found[column] == value]
        return found

    @derived
    def row(self, table: str, key: str) -> dict[str, Any]:
        """Returns one row as a dictionary; raises a `MissingRowError` when there is none."""
        if found := self._index(table).get(key):
            return dict(found)
        raise self._missing(f"row {key!r} in the table {table}", table)

    def records(self, table: str) -> list[dict[str, Any]]:
        """Returns all rows of a table as dictionaries, not to be changed by the caller."""
        self.table(table)
        return list(self._index(table).values())

    def _index(self, table: str) -> dict[str, Any]:
        if table not in self.kept:
            rows = self.tables[table]
            self.kept[table] = {row[rows.columns[0]]: row for row in rows.to_dict("records")}
        index: dict[str, Any] = self.kept[table]
        return index

    @derived
    def observation(self, key: str) -> dict[str, Any]:
        """Returns the observation of an id, or the latest one of an indicator id: the Dutch one where there is one."""
        if "-" in key:
            return self.row("observations", key)
        rows = [row for row in self._index("observations").values() if row["indicator_id"] == key]
        if not rows:
            raise self._missing(f"observation of the indicator {key!r}", "indicators")
        # Of two of the same period the later in the table.
        return dict(max(reversed(rows), key=lambda row: (row["geo"] == "NL", str(row["period"]))))

    def _missing(self, what: str, table: str) -> MissingRowError:
        hint = f"Look in data/{self.name}/{table}.csv for the ids that exist."
        return MissingRowError(f"Edition {self.name} has no {what}.", hint=hint)

    @derived
    def word(self, language: str, key: str) -> object:
        """Returns what the words of a language have under a key: a page that says it runs again when it changes."""
        return Words(language).get(key)

    @derived
    def story(self, folder: str, name: str, part: str) -> str:
        """Returns a part of a story in a folder of `chapters/`: a page that tells it runs again when it changes."""
        return read_story(find_project().chapters / folder / f"{name}.md").part(part)

    def label(self, codes: str, code: str, language: str) -> str:
        """Returns what a reader sees for a code of a code list."""
        return str(self.row("codes", f"{codes}:{code}")[f"label_{language}"])


class Seal(NamedTuple):
    """What a reader needs to know which data this is."""

    version: str
    created: str  # the day that it was sealed
    fingerprint: str
    author: str
    licence: str
    licence_url: str
    tables: int  # how many


@derived
def seal_of(edition: Edition) -> Seal:
    """Returns what identifies an edition."""
    said = edition.descriptor
    licence, author = said["licenses"][0], said["contributors"][0]["title"]
    created, tables = str(said["created"])[:10], len(said["resources"])
    return Seal(said["version"], created, edition.fingerprint, author, licence["title"], licence["path"], tables)


def period_covered(edition: Edition) -> tuple[str, str]:
    """Returns the first and the last year of the observations; empty when none has a period."""
    periods = [part for period in edition["observations"]["period"] for part in str(period).split("/") if part]
    years = sorted(part[:4] for part in periods)
    return (years[0], years[-1]) if years else ("", "")


def open_edition(name: str, project: Project | None = None) -> Edition:
    """Opens an edition after a check of its seal; a draft has none, so all of it is checked.

    An `InvalidInputError` tells where a file differs from what was sealed, or the tables don't fit the schema.
    """
    folder = edition_folder(name, project)
    files = sorted(path for path in [*folder.rglob("*"), folder.parent / ABOUT] if path.exists())
    seen = [(path, found.st_ctime_ns, found.st_size) for path in files for found in [path.stat()]]
    return replace(_open_seen(folder, *seen), reads=Reads())


@lru_cache(maxsize=4)
def _open_seen(folder: Path, *seen: object) -> Edition:
    """Opens an edition, anew only when something was done to its files: nobody sets that time."""
    name = folder.name
    if draft := is_draft(folder):
        refuse_unsound(folder, f"Edition {name} can't be used yet: it has {{}}:", _MEND.format(name))
    descriptor, problems = (describe(folder, name, None), []) if draft else read_seal(folder)
    changed = f"Edition {name} is not what was sealed ({{}}):", _PUT_BACK.format(name)
    if problems:
        refuse_unsound(folder, *changed)
    schema = schema_in(folder, descriptor)
    try:
        rows = {table.name: read_table(folder, table) for table in schema}
        names: dict[str, dict[str, None]] = {}
        for table in (*schema, *TABLES):  # what came after it was sealed is empty
            names.setdefault(table.name, {}).update(dict.fromkeys(column.name for column in table.columns))
        tables = {name: pd.DataFrame(rows.get(name), columns=[*of], dtype=str).fillna("") for name, of in names.items()}
        tables["observations"]["value"] = pd.to_numeric(tables["observations"]["value"])
    except (InvalidInputError, ValueError):
        refuse_unsound(folder, *changed)  # a file is missing, or someone sealed by hand what no check passes
        raise
    said = json.dumps(descriptor).encode() if draft else (folder / DESCRIPTOR).read_bytes()
    return Edition(name, tables, descriptor, sha256(said).removeprefix("sha256:"), schema)


def rows_of(folder: Path) -> dict[str, Rows]:
    """Returns the rows of an edition per table as this program has them: what came after the edition is there, and empty.

    A `NaReportError` refuses columns that a later version of the program knows, and that would be lost here.
    """
    schema = schema_in(folder, read_seal(folder)[0])
    known = {f"{table.name}.{column.name}" for table in TABLES for column in table.columns}
    places = [f"{table.name}.{column.name}" for table in schema for column in table.columns]
    if unknown := [place for place in places if place not in known]:
        raise NaReportError(
            f"Edition {folder.name} has columns that this version of na-report does not know: {', '.join(unknown)}.",
            hint="Use the version of na-report that the edition was sealed with, or a later one.",
        )
    there = {table.name: read_table(folder, table) for table in schema}
    columns = {table.name: [column.name for column in table.columns] for table in TABLES}
    return {
        table: [{name: row.get(name, "") for name in names} for row in there.get(table, ())]
        for table, names in columns.items()
    }


def copy_edition(old: str, new: str, project: Project | None = None) -> Path:
    """Copies the tables of an edition to a draft, with the columns and tables that came later, empty; returns its folder."""
    project = project or find_project()
    source = edition_folder(old, project)
    refuse_name(new, project)
    rows = rows_of(source)
    with making(new, project) as folder:
        for table in TABLES:
            write_table(folder, table, rows[table.name])
    return project.data / new


def seal_edition(name: str, project: Project | None = None, *, created: date | None = None, by: str = "") -> Path:
    """Checks an edition and writes `datapackage.json` with the hash of every table, and who approved it."""
    project = project or find_project()
    folder = edition_folder(name, project)
    with being_made(name, project):
        return seal_folder(folder, name, created or date.today(), by)


def seal_folder(folder: Path, name: str, created: date, by: str = "") -> Path:
    """Seals the tables in a folder as the edition of that name; see `seal_edition`."""
    target = folder / DESCRIPTOR
    if target.exists():
        hint = f"Make a new one: na-report edition copy {name} NEW."
        raise NaReportError(f"Edition {name} is sealed already.", hint=hint)
    refuse_unsound(folder, f"Edition {name} is not sealed: it has {{}}:", _MEND.format(name))
    descriptor = describe(folder, name, created) | approval(folder, by, created)
    sync_all(folder)  # no seal may outlive its tables
    write_whole(target, (json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n").encode())
    return target
