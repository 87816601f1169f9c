"""Measures na-report against the stock tools, both in the same run, and writes the table in docs/bench.md.

    python scripts/bench [--quick] [--only CASE ...] [--out FILE]

Sides take turns (ours, theirs, ours, theirs …) and the table has medians. A case counts only when both sides gave the same
outputs and the same pages; otherwise the run ends with an error. Notes below the line in docs/bench.md are kept.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import cases
import growth
import offices
import profiles
from measuring import Case, Line, compare

from na_report.publishing.processes import cores

ROOT = Path(__file__).resolve().parent.parent.parent
NOTES = "<!-- Written by hand from here on; the command keeps it. -->"


def main() -> int:
    """Runs the cases and writes the table."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure na-report against the stock tools.")
    parser.add_argument("--quick", action="store_true", help="one round each and small grids, to see that it works")
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="CASE",
        help=f"some of: {', '.join(cases.NAMES)}, growth, editions, answers, profiles",
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "bench.md")
    options = parser.parse_args()
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        print("PYTHONDONTWRITEBYTECODE was set, which makes every start slow; it is not set for what is measured here")
    wanted = options.only or [*cases.NAMES, "growth", "editions", "answers", "profiles"]
    lines: list[Line] = []
    tables: list[str] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="na-bench-") as folder:
        place = cases.Place(ROOT, Path(folder), quick=options.quick)
        for name in [name for name in cases.NAMES if name in wanted]:
            try:
                case: Case = cases.make(name, place)
                print(f"{case.title} …", flush=True)
                line = compare(case, 1 if options.quick else case.rounds)
            except SystemExit as problem:
                # Half an hour of measuring is not lost for one case; the end of the run tells.
                print(f"  no row: {problem}", flush=True)
                failed.append(name)
                continue
            print(f"  ours {line.ours:.2f} s, theirs {line.theirs:.2f} s, {line.ratio_text}", flush=True)
            lines.append(line)
        if "growth" in wanted:
            tables.append(growth.pages(place))
        if "editions" in wanted:
            tables.append(growth.editions(place))
        if "answers" in wanted:
            tables.append(offices.answers(place))
        if "profiles" in wanted:
            cases.make("prose", place)  # with a book that has been built
            tables.append(profiles.table(place))
    write(options.out, lines, tables, quick=options.quick)
    print(f"wrote {options.out}" + (f", without {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


def machine() -> str:
    """Returns cores, memory and Python of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores()} cores, {memory:.0f} GiB, Python {platform.python_version()}, {platform.system()}"


def write(target: Path, lines: list[Line], tables: list[str], *, quick: bool) -> None:
    """Writes the tables, and keeps what people wrote below them."""
    before, _, notes = target.read_text(encoding="utf-8").partition(NOTES) if target.is_file() else ("", "", "\n")
    # What was not measured this time stays as it was: a row of the first table, or a whole section.
    kept = {line.split("|")[1].strip(): line for line in before.partition("\n## ")[0].splitlines() if "|" in line}
    kept |= {line.case.title: line.row() for line in lines}
    rows = "\n".join(row for title, row in kept.items() if title not in ("case", "---"))
    sections = {part.partition("\n")[0]: f"## {part}" for part in before.split("\n## ")[1:]}
    sections |= {part.partition("\n")[0].removeprefix("## "): part for part in tables}
    load = statistics.fmean(os.getloadavg())
    mode = ", quick mode: one round" if quick else ""
    text = f"""# Bench

`make bench` measured this, last on {date.today():%Y-%m-%d}: {machine()}{mode}; load at the end {load:.1f}.
Medians of rounds in which the sides take turns. Both sides gave the same outputs and pages, or there would be no row.

| case | against | ours (s) | theirs (s) | ratio | goal | what bounds it |
| --- | --- | ---: | ---: | ---: | ---: | --- |
{rows}
"""
    parts = [text, *(f"{part.rstrip()}\n" for part in sections.values()), NOTES]
    target.write_text("\n".join(parts) + notes, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
