"""Asks another reader of SDMX-CSV, sdmx1, what the real answers in the tests say, and compares each cell with our reading.

It runs in an environment of its own: sdmx1 brings lxml, with which openpyxl would write workbooks of other bytes.
"""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from sdmx.model import v30
from sdmx.reader.csv import Reader

from na_report.statistics.answer_formats import Opened, open_answer
from na_report.statistics.reading import read
from na_report.statistics.series import Series

DIMENSIONS = ("freq", "unit", "sex", "age", "ind_type", "indic_is", "geo")
ANSWERS = Path(__file__).resolve().parent.parent / "tests" / "answers"


def main() -> int:
    """Compares the two readings; returns 1 when a cell differs."""
    found = differing = 0
    for content in _answers():
        message, names, keys = _as_sdmx_csv_2(open_answer([content]))
        theirs = _theirs(message, names)
        for key in keys:
            wanted = dict(zip(names, key, strict=True)) | {"geo": "*"}
            series = Series("", "eurostat", "X", wanted, {"NL": key[-1]}, {}, "", "", "", "", "", "", "")
            for (_, period), cell in read([message.encode()], series).cells.items():
                found += 1
                differing += theirs[(*key, period)] != (float(cell.value), cell.flags)
    print(f"{found} cells of real answers read twice, {differing} differ")
    return 1 if differing or not found else 0


def _answers() -> Iterator[bytes]:
    yield from (path.read_bytes() for path in sorted(ANSWERS.glob("trng_*.tsv")))
    [path] = ANSWERS.glob("isoc_*.csv.gz")
    lines = gzip.decompress(path.read_bytes()).splitlines()
    # One place with all its indicators is enough; a reading per series of all places takes minutes.
    yield b"\n".join(line for line in lines if line.startswith(b"DATAFLOW,") or b",Netherlands," in line)


def _as_sdmx_csv_2(answer: Opened) -> tuple[str, list[str], list[tuple[str, ...]]]:
    """Returns the rows with a value in the form that both read, their dimensions, and the keys of their series."""
    names = [name for name in answer.names if name in DIMENSIONS]
    lines = [f"STRUCTURE,STRUCTURE_ID,ACTION,{','.join(names)},TIME_PERIOD,OBS_VALUE,OBS_FLAG"]
    keys: dict[tuple[str, ...], None] = {}
    for row in answer.rows:
        if row["OBS_VALUE"].strip(": "):
            key = tuple(row[name] for name in names)
            keys[key] = None
            quoted = ",".join(f'"{part}"' for part in key)
            lines.append(f"dataflow,ESTAT:X(1.0),I,{quoted},{row['TIME_PERIOD']},{row['OBS_VALUE']},{row['OBS_FLAG']}")
    return "\n".join(lines) + "\n", names, list(keys)


def _theirs(message: str, dimensions: list[str]) -> dict[tuple[str, ...], tuple[float, str]]:
    structure = v30.DataStructureDefinition(id="X")
    for name in (*dimensions, "TIME_PERIOD"):
        structure.dimensions.append(v30.Dimension(id=name))
    structure.measures.append(v30.Measure(id="OBS_VALUE"))
    structure.attributes.append(v30.DataAttribute(id="OBS_FLAG"))
    read_back = Reader().convert(io.BytesIO(message.encode()), structure=structure)
    return {
        tuple(str(each.dimension[name].value) for name in (*dimensions, "TIME_PERIOD")): (
            float(each.value),
            "".join(sorted(str(each.attached_attribute["OBS_FLAG"].value))),
        )
        for dataset in read_back.data
        for each in dataset.obs
    }


if __name__ == "__main__":
    sys.exit(main())
