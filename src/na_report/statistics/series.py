"""The series of an edition: where the observations of an indicator come from, and what the offices answered.

Answers are kept byte for byte beside the tables that were made of them: compressed, with hash, day and address.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, get_args

from na_report.base.errors import NaReportError
from na_report.base.paths import ANSWERS
from na_report.editions.descriptor import sha256
from na_report.editions.schema import Rows
from na_report.statistics.answer_formats import LARGEST, Kind, UnreadableError

INDEX = "index.json"
# In `dimensions`, the one that tells the places apart.
PLACE = "*"
_PAIRS = ("dimensions", "places", "labels")
# Names of offices and of their surveys, as a source names them.
_OFFICES = re.compile(r"\b(eurostat|cbs|oecd|oeso|piaac|pisa|talis)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Series:
    """One row of the table `series`: a series of an office, and what it feeds."""

    id: str
    provider: str  # eurostat, oecd or cbs
    dataset: str
    dimensions: Mapping[str, str]  # per dimension its code, in the order of the dataset
    places: Mapping[str, str]  # per code of the edition's list `geo` the code of the office
    labels: Mapping[str, str]  # per code what the office calls it, for answers that have labels alone
    start: str  # the first period that is wanted; empty for all
    unit: str
    indicator_id: str
    group_nl: str
    group_en: str
    method_series: str  # after a break a new one starts with its name
    source_id: str

    def __str__(self) -> str:
        return f"{self.id} ({self.dataset}, {self.indicator_id})"


def declared(rows: Rows) -> list[Series]:
    """Returns the series that the rows of the table `series` declare."""
    cells: list[dict[str, Any]] = [{**row, **{name: _pairs(row[name]) for name in _PAIRS}} for row in rows]
    return [Series(**each) for each in cells]


def _pairs(cell: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.partition("=") for part in cell.split(";") if part)}


def without_series(tables: Mapping[str, Rows]) -> dict[str, list[str]]:
    """Returns the indicators with figures of an office, or of someone who took them over, that no series feeds.

    Each has the sources of those figures. As nobody asked an office for them, no answer shows their codes.
    """
    fed = {row["indicator_id"] for row in tables["series"]}
    office = {row["id"]: _OFFICES.search(" ".join(row.values())) for row in (*tables["sources"], *tables["indicators"])}
    found: dict[str, list[str]] = {}
    for row in tables["observations"]:
        indicator, source = row["indicator_id"], row["source_id"]
        if row["value"] and indicator not in fed and (office.get(source) or office.get(indicator)):
            found.setdefault(indicator, []).append(source)
    return {indicator: list(dict.fromkeys(sources)) for indicator, sources in sorted(found.items())}


def faults(tables: Mapping[str, Rows]) -> Iterator[str]:
    """Yields what the table of the series says and the rest of the edition doesn't."""
    units = {row["id"]: row["unit"] for row in tables["indicators"]}
    for series in declared(tables["series"]):
        if (unit := units.get(series.indicator_id, "")) != series.unit:
            yield f"{series}: found the unit {series.unit}, expected that of the indicator, {unit}"
        if [*series.dimensions.values()].count(PLACE) != 1 and len(series.places) != 1:
            yield f"{series}: found {len(series.places)} places, expected one dimension with * to tell them apart"


class Answer(NamedTuple):
    """What an office answered."""

    parts: list[bytes]  # more than one where it gives an answer in pages
    asked: str = ""  # the day as ISO date; empty when it is not known
    address: str = ""


# What gives the answer to a series: an office, or a folder.
Source: TypeAlias = Callable[[Series], Answer]


@dataclass
class Kept:
    """The answers to the series of an edition."""

    of: str = ""  # the edition that was refreshed
    had: dict[str, Answer] = field(default_factory=dict)
    missed: dict[str, UnreadableError] = field(default_factory=dict)  # why there is none

    def write(self, folder: Path) -> None:
        """Writes them to a folder; the same answers give the same bytes."""
        folder.mkdir(exist_ok=True)
        entries = []
        for series, answer in sorted(self.had.items()):
            by_hash = {sha256(part): part for part in answer.parts}
            parts = [{"path": f"{of.removeprefix('sha256:')[:16]}.gz", "hash": of} for of in by_hash]
            entries.append({"series": series, "address": answer.address, "asked": answer.asked, "parts": parts})
            for part in parts:
                (folder / part["path"]).write_bytes(gzip.compress(by_hash[part["hash"]], 6, mtime=0))
        missed = [{"series": key, "kind": why.kind, "why": str(why)} for key, why in sorted(self.missed.items())]
        said = json.dumps({"of": self.of, "answers": entries, "missed": missed}, ensure_ascii=False, indent=2)
        (folder / INDEX).write_text(said + "\n", encoding="utf-8")


def read_kept(edition: Path) -> Kept:
    """Returns the answers that are kept in the folder of an edition, which must be what was written; none without that folder."""
    folder = edition / ANSWERS
    if not (folder / INDEX).is_file():
        return Kept()
    try:
        said = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        kept = Kept(str(said["of"]))
        for entry in said["answers"]:
            parts = []
            for part in entry["parts"]:
                with gzip.open(folder / Path(part["path"]).name) as file:
                    parts.append(file.read(LARGEST + 1))
                if sha256(parts[-1]) != part["hash"]:
                    raise ValueError(f"{part['path']} has other bytes than its hash says")
            kept.had[str(entry["series"])] = Answer(parts, str(entry["asked"]), str(entry["address"]))
        for entry in said["missed"]:
            if entry["kind"] not in get_args(Kind):
                raise ValueError(f"found {entry['kind']!r}, expected one of {', '.join(get_args(Kind))}")
            kept.missed[str(entry["series"])] = UnreadableError(str(entry["why"]), entry["kind"])
    except (KeyError, TypeError, ValueError, OSError, EOFError, zlib.error, RecursionError) as error:
        raise NaReportError(
            f"The answers in {folder} are damaged: {error}.",
            hint="Put them back, or ask the offices again under another name.",
        ) from error
    return kept


def answers_in(folder: Path) -> Source:
    """Returns a folder as a source of answers: one where they were kept, or files with the dataset in their name."""
    if not folder.is_dir():
        raise NaReportError(f"There is no folder {folder}.", hint="Name a folder with answers, as --answers data/2027.")
    kept = read_kept(folder.parent if folder.name == ANSWERS else folder)

    def answer(series: Series) -> Answer:
        if series.id in kept.had:
            return kept.had[series.id]
        if series.id in kept.missed:
            raise kept.missed[series.id]
        files = [path for path in folder.iterdir() if series.dataset.lower() in path.name.lower() and path.is_file()]
        if len(files) != 1:
            raise UnreadableError(f"found {len(files)} files with {series.dataset} in the name, expected one")
        if files[0].stat().st_size > LARGEST:
            raise UnreadableError(f"found more than {LARGEST:,} bytes in {files[0].name}")
        return Answer([files[0].read_bytes()])

    return answer
