"""How time and memory grow: with the number of pages, and with the observations of an edition."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import nbformat
from measuring import environment, na_report
from stock import EDITION, Place

from na_report.evidence.edition import seal_edition
from na_report.paths import DESCRIPTOR

# A page with little code: what grows is the work around it.
SHORT = "gesprekspartners"
_KINDS = {"forkserver": "server of kernels", "spawn_main": "worker"}


def pages(place: Place) -> str:
    """Returns a table of time and memory for 10, 100 and 1,000 pages of one chapter."""
    sizes = (4, 8) if place.quick else (10, 100, 1000)
    path = place.ours.chapters / "nl" / f"{SHORT}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    if "trial" not in notebook.cells[0].source:
        notebook.cells[0].source += "\ntrial: int = 0"
        nbformat.write(notebook, path)
    rows = []
    for size in sizes:
        folder = place.folder / f"growth-{size}"
        trials = "trial=" + ",".join(map(str, range(size)))
        command = [
            sys.executable,
            "-m",
            "na_report.cli",
            "run",
            SHORT,
            "--grid",
            trials,
            "--to",
            str(folder),
        ]
        seconds, peaks = watched(command, place.ours.root)
        again, _ = watched(command, place.ours.root)
        shutil.rmtree(folder)
        print(f"{size} pages: {seconds:.1f} s", flush=True)
        memory = " | ".join(
            f"{peaks.get(kind, 0):.0f}" for kind in ("command", "worker", "kernel", "server of kernels")
        )
        rows.append(f"| {size:,} | {seconds:.1f} | {seconds / size:.2f} | {again:.1f} | {memory} |")
    return (
        "## Growth in pages\n\nRuns of a short chapter (`gesprekspartners`). "
        "Memory is the largest of one process of a kind, in MB.\n\n"
        "| pages | seconds | seconds a page | run again, nothing changed | command | worker | kernel | server of kernels |\n"
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n" + "\n".join(rows) + "\n"
    )


def watched(command: list[str], folder: Path) -> tuple[float, dict[str, float]]:
    """Runs a command; returns its seconds and the largest memory of one process of each kind, in MB."""
    peaks: dict[str, float] = {}
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            for kind, megabytes in _family(process.pid):
                peaks[kind] = max(peaks.get(kind, 0), megabytes)

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    if code:
        raise SystemExit(f"{' '.join(command)} failed")
    return seconds, peaks


def _family(root: int) -> Iterable[tuple[str, float]]:
    """Yields kind and memory of a process and all below it."""
    parents: dict[int, tuple[int, bytes, float]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(line.split(":", 1) for line in (path / "status").read_text().splitlines() if ":" in line)
            memory = int(status.get("VmRSS", "0 kB").split()[0]) / 1024
            parents[int(path.name)] = (int(status["PPid"]), (path / "cmdline").read_bytes(), memory)
        except (OSError, KeyError, ValueError):
            continue
    for pid, (parent, command, memory) in parents.items():
        if pid == root:
            yield "command", memory
        elif parent in parents and b"forkserver" in parents[parent][1] and _is_below(pid, root, parents):
            yield "kernel", memory
        elif _is_below(pid, root, parents):
            yield next((name for mark, name in _KINDS.items() if mark.encode() in command), "other"), memory


def _is_below(pid: int, root: int, parents: dict[int, tuple[int, bytes, float]]) -> bool:
    while pid in parents and pid != root:
        pid = parents[pid][0]
    return pid == root


def editions(place: Place) -> str:
    """Returns a table of the seconds that commands take on editions up to 100,000 observations."""
    sizes = (1_000,) if place.quick else (1_000, 10_000, 100_000)
    rows = []
    for size in sizes:
        name = f"2090-{size}"
        _grow(place, name, size)
        book = place.folder / f"{name}.xlsx"
        steps = {
            "verify": ("edition", "verify", name),
            "diff": ("edition", "diff", EDITION, name),
            "export": ("edition", "export", name, book),
            "import": ("edition", "import", book, "--as", f"2091-{size}"),
        }
        seconds = []
        for arguments in steps.values():
            start = time.perf_counter()
            na_report(*arguments, folder=place.ours.root)
            seconds.append(time.perf_counter() - start)
        print(
            f"{size} observations: "
            + ", ".join(f"{key} {value:.1f} s" for key, value in zip(steps, seconds, strict=True))
        )
        rows.append(f"| {size:,} | " + " | ".join(f"{value:.1f}" for value in seconds) + f" | {_size(book):.1f} |")
        for extra in (name, f"2091-{size}"):
            shutil.rmtree(place.ours.data / extra)
    return (
        "## Growth in observations\n\nSeconds per command, on an edition with so many observations.\n\n"
        "| observations | verify | diff | export | import | workbook (MB) |\n| ---: | ---: | ---: | ---: | ---: | ---: |\n"
        + "\n".join(rows)
        + "\n"
    )


def _size(path: Path) -> float:
    return path.stat().st_size / 1e6


def _grow(place: Place, name: str, size: int) -> None:
    """Makes an edition with as many observations: those of the newest one, in other months."""
    na_report("edition", "copy", EDITION, name, folder=place.ours.root)
    folder = place.ours.data / name
    with (folder / "observations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    plain = [
        row for row in rows if not row["series"] and row["id"] == f"{row['indicator_id']}-{row['geo']}-{row['period']}"
    ]
    months = (f"{year}-{month:02}" for year, month in product(range(1700, 2020), range(1, 13)))
    taken = {row["id"] for row in rows}
    for month in months:
        for row in {each["indicator_id"]: each for each in plain}.values():
            key = f"{row['indicator_id']}-{row['geo']}-{month}"
            if len(rows) < size and key not in taken:
                rows.append({**row, "id": key, "period": month})
    if len(rows) < size:
        raise SystemExit(f"only {len(rows)} observations could be made")
    with (folder / "observations.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (folder / DESCRIPTOR).unlink(missing_ok=True)
    seal_edition(name, place.ours)
