"""Changes the library in small ways and looks whether a test notices; `make mutation` brings what this needs.

Every place in the code where a change makes sense counts once. Of these places a random sample is drawn (same seed, same
sample), and of each place one change. A change counts as seen when one of the tests that run through that line fails.
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("evidence", "publishing")
# What runs in processes of its own, where no one can tell which test runs through a line.
ELSEWHERE = ("kernels.py", "forkserver.py")
# Those that need a browser or a built book, or stop processes for minutes: others run through the same lines.
LEFT_OUT = ("book", "browser", "chapters", "crash", "filter", "policy", "supply_chain")
# Books of a few pages, by all processes that a build has: for lines that only run outside the process of the tests.
WHOLE = ("tests/test_rendering.py", "tests/test_identical.py", "tests/test_sweep.py", "tests/test_preview.py")
SECONDS_PER_MUTANT = 30.0
TIMEOUT_SECONDS = 400
_PYTEST = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly")


@dataclass(frozen=True)
class Mutant:
    """One change of the code."""

    module: str
    line: int
    operator: str
    occurrence: int

    @property
    def name(self) -> str:
        """What is changed, and where."""
        return f"{self.module}:{self.line} {self.operator.removeprefix('core/')} ({self.occurrence})"

    def code(self, root: Path) -> str | None:
        """Returns the changed module; nothing when that is no Python."""
        source = (root / self.module).read_text(encoding="utf-8")
        try:
            changed = mutate_code(source, cosmic_ray.plugins.get_operator(self.operator)(), self.occurrence)
            ast.parse(changed or "")
        except (SyntaxError, AttributeError):  # cosmic-ray does not know `except (module.Error, Other)`
            return None
        return str(changed) if changed else None


def places_of(path: Path, root: Path) -> Iterator[list[Mutant]]:
    """Yields for each place in a file the changes that make sense there; nothing runs annotations, so they are no place."""
    source = path.read_text(encoding="utf-8")
    unused = list(_annotations(source))
    tree = get_ast(source)
    found: dict[tuple[int, int], list[Mutant]] = defaultdict(list)
    for name in sorted(cosmic_ray.plugins.operator_names()):
        kind = cosmic_ray.plugins.get_operator(name)
        if kind.arguments():
            continue
        operator = kind()
        starts = [start for node in ast_nodes(tree) for start, _ in operator.mutation_positions(node)]
        for occurrence, start in enumerate(starts):
            if not any(low <= start < high for low, high in unused):
                found[start].append(Mutant(path.relative_to(root).as_posix(), start[0], name, occurrence))
    for place in sorted(found):
        yield found[place]


def _annotations(source: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for node in ast.walk(ast.parse(source)):
        part = getattr(node, "annotation", None) or getattr(node, "returns", None)
        if isinstance(part, ast.expr):
            yield (part.lineno, part.col_offset), (part.end_lineno or 0, part.end_col_offset or 0)


def copy_project(folder: Path) -> Path:
    """Copies what git knows of the project, so that the changes are made elsewhere."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in names.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def all_tests(root: Path) -> list[str]:
    """Returns the files with tests to run, the examples in the library among them."""
    names = [path.name for path in sorted((root / "tests").glob("test_*.py"))]
    found = [f"tests/{name}" for name in names if name.removeprefix("test_").removesuffix(".py") not in LEFT_OUT]
    return [*found, *(f"src/na_report/{name}" for name in PACKAGES)]


def measure(root: Path, report: Path, tests: Sequence[str]) -> None:
    """Runs all tests once and writes down which tests run through each line, and how long each takes."""
    tests = [name for name in tests if (root / name).exists()]
    plugin = root / "mutation_plugin.py"
    plugin.write_text(_PLUGIN, encoding="utf-8")
    environment = os.environ | {
        "PYTHONPATH": f"{root / 'src'}:{root}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MUTATION_REPORT": str(report),
    }
    command = [sys.executable, "-m", "pytest", *_PYTEST, "-p", "mutation_plugin", *tests]
    subprocess.run(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, check=False)
    plugin.unlink()


# Starts and stops the measurement around each test, and keeps only tests that pass.
_PLUGIN = """
import json, os, time
from pathlib import Path
import coverage, pytest
root = Path(__file__).parent
measurement = coverage.Coverage(data_file=None, source=[str(root / "src" / "na_report")], config_file=False)
seconds, passed = {}, set()
measurement.start()  # before conftest.py imports the library

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    start = time.perf_counter()
    measurement.switch_context(item.nodeid)
    yield
    measurement.switch_context("")
    seconds[item.nodeid] = time.perf_counter() - start

def pytest_runtest_logreport(report):
    if report.when == "call" and report.passed:
        passed.add(report.nodeid)

def pytest_sessionfinish(session):
    measurement.stop()
    data = measurement.get_data()
    lines = []
    for file in data.measured_files():
        for line, names in data.contexts_by_lineno(file).items():
            names = [name for name in names if name in passed or not name]
            lines.append([str(Path(file).relative_to(root)), line, names])
    Path(os.environ["MUTATION_REPORT"]).write_text(json.dumps({"lines": lines, "seconds": seconds}))
"""


def tests_for(
    mutant: Mutant, root: Path, lines: dict[tuple[str, int], set[str]], seconds: dict[str, float]
) -> list[str]:
    """Returns the quickest tests that run through a line.

    For a line that runs at import: the quickest of its module; for one that no test is known to reach: whole books.
    """
    start = _statement(root / mutant.module, mutant.line)
    found = [lines.get((mutant.module, line), set()) for line in range(start, mutant.line + 1)]
    names = set().union(*found)
    if names == {""}:
        names = {name for (path, _), found in lines.items() if path == mutant.module for name in found}
    if not names - {""}:
        return list(WHOLE)
    chosen: list[str] = []
    total = 0.0
    for name in sorted(names - {""}, key=lambda name: (seconds[name], name)):
        total += seconds[name]
        if chosen and total > SECONDS_PER_MUTANT:
            break
        chosen.append(name)
    return chosen


def _statement(path: Path, line: int) -> int:
    """Returns where the statement of a line starts: Python counts a long one as one or a few lines."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    starts = [
        node.lineno for node in nodes if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(starts, default=line)


def is_seen(mutant: Mutant, tests: list[str], root: Path) -> bool:
    """Tells whether one of the tests fails, or hangs, when the library is changed."""
    target = root / mutant.module
    before = target.read_bytes()
    target.write_text(mutant.code(root) or "", encoding="utf-8")
    try:
        child = os.fork()
        if child == 0:
            _run_tests(tests, root)
        return _ended(child) != 0
    finally:
        target.write_bytes(before)


def _run_tests(tests: list[str], root: Path) -> None:
    """Runs tests in this process, which is a copy of one that has the heavy libraries, and ends it."""
    import pytest

    os.setsid()
    log = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(log, stream)
    os.chdir(root)
    sys.dont_write_bytecode = True
    os.environ |= {"PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.path.insert(0, str(root / "src"))
    code = 3
    try:
        code = int(pytest.main([*_PYTEST, "-x", *tests]))
    finally:
        os._exit(code)


def _ended(child: int) -> int:
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


def interval(seen: int, count: int) -> tuple[float, float]:
    """Returns the bounds of a share by Wilson's method (95%).

    Example:
        >>> [round(bound, 2) for bound in interval(80, 100)]
        [0.71, 0.87]
    """
    z = 1.96
    share = seen / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return centre - half, centre + half


def drawn(package: str, root: Path, size: int, seed: int) -> tuple[list[Mutant], int]:
    """Returns a sample of the changes of a package, and in how many places a change makes sense."""
    folder = root / "src" / "na_report" / package
    files = [path for path in sorted(folder.glob("*.py")) if path.name not in ELSEWHERE]
    places = [place for path in files for place in places_of(path, root)]
    chance = random.Random(seed)  # noqa: S311  a sample, not a secret
    mutants: list[Mutant] = []
    for options in chance.sample(places, len(places)):
        mutant = chance.choice(options)
        if len(mutants) < size and mutant.code(root) is not None:
            mutants.append(mutant)
    return mutants, len(places)


def results(
    root: Path, packages: Sequence[str], size: int, seed: int, report: Path, tests: Sequence[str]
) -> Iterator[tuple[str, Mutant, str, int]]:
    """Yields package, change, outcome and number of places for each change of the samples, the packages in turn."""
    if not report.is_file():
        print("measuring which tests run through each line", flush=True)
        measure(root, report, tests)
    found = json.loads(report.read_text(encoding="utf-8"))
    lines = {(path, line): set(names) for path, line, names in found["lines"]}
    import matplotlib.figure  # noqa: F401  the heavy libraries, for every process that is forked from here
    import openpyxl  # noqa: F401
    import pandas  # noqa: F401
    import papermill  # noqa: F401

    samples = [(package, *drawn(package, root, size, seed)) for package in packages]
    for number in range(size):
        for package, mutants, count in samples:
            if number < len(mutants):
                chosen = tests_for(mutants[number], root, lines, found["seconds"])
                seen = is_seen(mutants[number], chosen, root)
                yield package, mutants[number], "seen" if seen else "survived", count


def main() -> int:
    """Prints each change that no test notices, and the score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", choices=PACKAGES, help="only this one")
    parser.add_argument("--size", type=int, default=120, help="changes per package")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--tests", nargs="+", metavar="FILE", help="only these, for a quick look")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so long, with the score so far")
    parser.add_argument("--report", type=Path, help="keeps which tests run through each line, or takes it from there")
    options = parser.parse_args()
    outcomes: dict[str, list[str]] = defaultdict(list)
    places = {}
    end = time.monotonic() + options.minutes * 60
    with tempfile.TemporaryDirectory() as folder:
        root = copy_project(Path(folder) / "project")
        report = options.report or Path(folder) / "report.json"
        tests = options.tests or all_tests(root)
        packages = [options.package] if options.package else PACKAGES
        for package, mutant, outcome, count in results(
            root, packages, options.size, options.seed, report.resolve(), tests
        ):
            outcomes[package].append(outcome)
            places[package] = count
            print(f"{outcome:8}  {mutant.name}", flush=True)
            if time.monotonic() > end:
                break
    for package, found in outcomes.items():
        seen = found.count("seen")
        low, high = interval(seen, len(found))
        print(
            f"{package}: {seen} of {len(found)} seen ({seen / len(found):.0%}, 95% interval {low:.0%} to {high:.0%}), "
            f"of {places[package]} places"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
