"""Two sides of one case, taking turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent


def environment(**more: str) -> dict[str, str]:
    """Returns the environment of both sides: bytecode is written and used, and kernels are the stock ones."""
    return {**os.environ, "SOURCE_DATE_EPOCH": "1767225600", **more}


def run(command: Sequence[str | Path], folder: Path, **more: str) -> str:
    """Runs a command and returns what it printed.

    Raises:
        SystemExit: The command failed; with what it said.
    """
    texts = [str(part) for part in command]
    done = subprocess.run(texts, cwd=folder, env=environment(**more), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(texts)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def na_report(*arguments: str | Path, folder: Path) -> str:
    """Runs na-report with the sources of this project."""
    return run([sys.executable, "-m", "na_report.cli", *arguments], folder)


def nothing() -> None:
    """Does nothing, for a side that needs no preparation."""


@dataclass
class Side:
    """What is timed, and what is done before it.

    Args:
        work: What is timed.
        prepare: What is done before each round.
    """

    work: Callable[[], object]
    prepare: Callable[[], object] = nothing


@dataclass
class Case:
    """A comparison.

    Args:
        title: What happens.
        against: The stock tools.
        goal: The ratio to reach; `+150 ms` for a difference.
        bound: What the time of our side goes to.
        ours: Our side.
        theirs: Theirs.
        gate: Ends the run when the sides gave different results.
        rounds: How often each side runs.
        stop: Ends what the case started.
    """

    title: str
    against: str
    goal: str
    bound: str
    ours: Side
    theirs: Side
    gate: Callable[[], None] = nothing
    rounds: int = 5
    stop: Callable[[], None] = nothing


@dataclass
class Line:
    """A row of the table."""

    case: Case
    ours: float
    theirs: float

    @property
    def ratio_text(self) -> str:
        """Returns the ratio, or the difference where the goal is one."""
        if self.case.goal.startswith("+"):
            return f"+{(self.ours - self.theirs) * 1000:.0f} ms"
        return f"{self.ours / self.theirs:.2f}"

    def row(self) -> str:
        """Returns the row as Markdown."""
        case = self.case
        measured = f"{self.ours:.2f} | {self.theirs:.2f} | {self.ratio_text}"
        return f"| {case.title} | {case.against} | {measured} | {case.goal} | {case.bound} |"


def compare(case: Case, rounds: int) -> Line:
    """Lets the sides take turns and returns the medians."""
    seconds: dict[str, list[float]] = {"ours": [], "theirs": []}
    try:
        for _ in range(rounds):
            for name, side in (("ours", case.ours), ("theirs", case.theirs)):
                side.prepare()
                start = time.perf_counter()
                side.work()
                seconds[name].append(time.perf_counter() - start)
            case.gate()
    finally:
        case.stop()
    return Line(case, statistics.median(seconds["ours"]), statistics.median(seconds["theirs"]))
