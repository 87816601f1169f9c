"""How long a refresh takes, and how much memory: a hundred series, each with an answer of 50,000 rows."""

from __future__ import annotations

import csv
import shutil
import sys
from pathlib import Path

from growth import watched
from measuring import na_report
from stock import EDITION, Place

from na_report.evidence.edition import seal_edition
from na_report.paths import DESCRIPTOR

NEW = "2092"


def answers(place: Place) -> str:
    """Returns a table of the seconds and the memory of a refresh from kept answers."""
    series, size = (5, 1_000) if place.quick else (100, 50_000)
    edition = place.ours.data / EDITION
    with (edition / "series.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    [row] = [row for row in rows if row["indicator_id"] == "IND108"]
    folder = place.folder / "answers"
    folder.mkdir()
    for number in range(series):
        _write(folder / f"set_{number:03}.csv", f"set_{number:03}", size)
    made = [{**row, "id": f"SER{number + 1:03}", "dataset": f"set_{number:03}"} for number in range(series)]
    before = {path.name: path.read_bytes() for path in (edition / "series.csv", edition / DESCRIPTOR)}
    with (edition / "series.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(made)
    (edition / DESCRIPTOR).unlink()
    seal_edition(EDITION, place.ours)
    command = [sys.executable, "-m", "na_report.cli", "edition", "refresh", EDITION, "--as", NEW]
    seconds, peaks = watched([*command, "--answers", str(folder)], place.ours.root)
    kept = sum(path.stat().st_size for path in (place.ours.data / NEW / "answers").iterdir()) / 1e6
    print(f"{series} series of {size} rows: {seconds:.1f} s, {peaks['command']:.0f} MB", flush=True)
    na_report("edition", "verify", NEW, folder=place.ours.root)
    for path in (folder, place.ours.data / NEW):
        shutil.rmtree(path)
    for name, content in before.items():
        (edition / name).write_bytes(content)
    return (
        "## Growth in answers\n\n`na-report edition refresh --answers`, with an SDMX-CSV answer for each series.\n\n"
        "| series | rows of each | seconds | memory (MB) | answers kept (MB) |\n| ---: | ---: | ---: | ---: | ---: |\n"
        f"| {series} | {size:,} | {seconds:.1f} | {peaks['command']:.0f} | {kept:.1f} |\n"
    )


def _write(path: Path, dataset: str, size: int) -> None:
    """Writes an answer with so many rows, of which those of the Netherlands are wanted."""
    places = ["NL", *(f"X{number}" for number in range(size // 25 - 1))]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("DATAFLOW,LAST UPDATE,freq,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\n")
        for number, place in enumerate(places):
            for year in range(2000, 2025):
                value = (number + year) % 1000 / 10
                file.write(f"ESTAT:{dataset}(1.0),17/12/24 11:00:00,A,PC_EMP,{place},{year},{value},,\n")
