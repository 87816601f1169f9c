"""Changes the library in small ways and looks whether a test notices; `make mutation` brings what this needs.

Every place in the code where a change makes sense counts once. Of these places a random sample is drawn (same seed, same
sample), and of each place one change. A change counts as seen when one of the tests that run through that line fails.
What survives in `publishing/` has a second chance: the change makes a whole book, and the tests of books look at that.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import itertools
import json
import math
import multiprocessing
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
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from na_report.publishing.processes import cores

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("evidence", "publishing")
# What runs in processes of its own, where no one can tell which test runs through a line.
KERNELS = tuple(f"src/na_report/publishing/{name}.py" for name in ("kernels", "page_kernel", "forkserver"))
TESTS_OF_KERNELS = ("tests/test_kernels.py", "tests/test_limits.py")
# Those that look at built books, or stop processes for minutes.
LEFT_OUT = ("book", "browser", "chapters", "crash", "filter", "policy", "supply_chain")
# Books of a few pages, by all processes that a build has: for lines that only run outside the process of the tests.
SMALL_BOOKS = ("tests/test_rendering.py", "tests/test_identical.py", "tests/test_sweep.py", "tests/test_preview.py")
# Those that look at the built book of an edition.
BOOKS = (
    *(f"tests/test_{name}.py" for name in ("book", "policy", "filter", "site", "take_along", "browser")),
    *("-k", "not axe"),  # a minute each
)
EDITIONS = {"2021": "html", "2026": "html,pdf"}
SECONDS_PER_MUTANT = 20.0
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
    def package(self) -> str:
        """The package that is changed."""
        return Path(self.module).parent.name

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
    """Copies what git knows of the project, and the built books, so that the changes are made elsewhere."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in names.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "_build", folder / "_build", symlinks=True)
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
    environment = _environment(root) | {"PYTHONPATH": f"{root / 'src'}:{root}", "MUTATION_REPORT": str(report)}
    command = [sys.executable, "-m", "pytest", *_PYTEST, "-p", "mutation_plugin", *tests]
    subprocess.run(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, check=False)
    plugin.unlink()


def _environment(root: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}


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

    For a line that runs at import: the quickest of its module; for one that no test is known to reach: small books.
    """
    if mutant.module in KERNELS:
        return list(TESTS_OF_KERNELS)
    start = _statement(root / mutant.module, mutant.line)
    found = [lines.get((mutant.module, line), set()) for line in range(start, mutant.line + 1)]
    names = set().union(*found)
    if names == {""}:
        names = {name for (path, _), found in lines.items() if path == mutant.module for name in found}
    if not names - {""}:
        return list(SMALL_BOOKS)
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


def is_seen(mutant: Mutant, tests: Sequence[str], root: Path) -> bool:
    """Tells whether one of the tests fails, or hangs, when the library is changed; or, when it publishes, a test of books."""
    target = root / mutant.module
    before = target.read_bytes()
    target.write_text(mutant.code(root) or "", encoding="utf-8")
    try:
        if _fail(tests, root):
            return True
        in_books = "/publishing/" in mutant.module and mutant.module not in KERNELS
        return in_books and (_fail(SMALL_BOOKS, root) or _is_seen_in_book(root))
    finally:
        target.write_bytes(before)


def _is_seen_in_book(root: Path) -> bool:
    """Tells whether no book comes of the changed library, or one that a test of books finds wrong."""
    kept = root.with_name("kept")
    (root / "_build").rename(kept)
    shutil.copytree(kept, root / "_build", symlinks=True)
    build = "import sys; from na_report.cli import main; sys.exit(main(sys.argv[1:]))"
    try:
        for edition, formats in EDITIONS.items():
            command = [sys.executable, "-c", build, "build", "--edition", edition, "--format", formats]
            done = subprocess.run(
                command, cwd=root, env=_environment(root), capture_output=True, timeout=TIMEOUT_SECONDS, check=False
            )
            if done.returncode:
                return True
        return _fail(BOOKS, root)
    except subprocess.TimeoutExpired:
        return True
    finally:
        shutil.rmtree(root / "_build")
        kept.rename(root / "_build")


def _fail(tests: Sequence[str], root: Path) -> bool:
    child = os.fork()
    if child == 0:
        _run_tests(tests, root)
    return _ended(child) != 0


def _run_tests(tests: Sequence[str], root: Path) -> None:
    """Runs tests in this process, which is a copy of one that has the heavy libraries, and ends it."""
    import pytest

    os.setsid()
    log = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(log, stream)
    os.chdir(root)
    sys.dont_write_bytecode = True
    os.environ |= _environment(root)
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
    places = [place for path in sorted(folder.glob("*.py")) for place in places_of(path, root)]
    chance = random.Random(seed)  # noqa: S311  a sample, not a secret
    mutants: list[Mutant] = []
    for options in chance.sample(places, len(places)):
        mutant = chance.choice(options)
        if len(mutants) < size and mutant.code(root) is not None:
            mutants.append(mutant)
    return mutants, len(places)


def results(
    samples: Sequence[Sequence[Mutant]], report: Path, tests: Sequence[str], *, jobs: int, minutes: float
) -> Iterator[tuple[Mutant, str]]:
    """Yields each change of the samples with its outcome, the samples in turn, until the time is over."""
    import matplotlib.figure  # noqa: F401  the heavy libraries, for every process that is forked from here
    import openpyxl  # noqa: F401
    import pandas  # noqa: F401
    import papermill  # noqa: F401

    turns = [mutant for turn in itertools.zip_longest(*samples) for mutant in turn if mutant]
    with tempfile.TemporaryDirectory() as folder:
        roots: multiprocessing.Queue[Path] = multiprocessing.Queue()
        for number in range(jobs):
            roots.put(copy_project(Path(folder) / str(number) / "project"))
        of = _hash([*tests, str(ROOT)])
        if not report.is_file() or json.loads(report.read_text(encoding="utf-8")).get("of") != of:
            print("measuring which tests run through each line", flush=True)
            root = roots.get()
            measure(root, report, tests)
            roots.put(root)
            measured = json.loads(report.read_text(encoding="utf-8"))
            report.write_text(json.dumps(measured | {"of": of}), encoding="utf-8")
        # Not multiprocessing's own pool: what its processes start may start no processes, and a build does.
        fork = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(jobs, fork, initializer=_start, initargs=(roots, report)) as pool:
            if failing := pool.submit(_fails_unchanged).result():
                raise SystemExit(
                    f"error: without a change these fail: {failing}\nhint: see that they pass on a quiet machine"
                )
            end = itertools.repeat(time.monotonic() + minutes * 60)
            for mutant, outcome in zip(turns, pool.map(_outcome, turns, end), strict=True):
                if outcome:
                    yield mutant, outcome


def _hash(also: Sequence[str]) -> str:
    """Returns a hash of library and tests: a line that moved, or a test that is new, makes a report worthless."""
    total = hashlib.sha256("\0".join(also).encode())
    for path in sorted(path for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.py")):
        total.update(path.as_posix().encode() + path.read_bytes())
    return total.hexdigest()


@dataclass(frozen=True)
class _Worker:
    root: Path
    lines: dict[tuple[str, int], set[str]]
    seconds: dict[str, float]


_workers: list[_Worker] = []


def _start(roots: multiprocessing.Queue[Path], report: Path) -> None:
    """Gives a process a copy of the project of its own."""
    found = json.loads(report.read_text(encoding="utf-8"))
    lines = {(path, line): set(names) for path, line, names in found["lines"]}
    _workers.append(_Worker(roots.get(), lines, found["seconds"]))


def _fails_unchanged() -> str:
    """Returns which tests fail on the library as it is."""
    [worker] = _workers
    for tests in (TESTS_OF_KERNELS, SMALL_BOOKS):
        if _fail(tests, worker.root):
            return " ".join(tests)
    return " ".join(["the books of both editions, or", *BOOKS]) if _is_seen_in_book(worker.root) else ""


def _outcome(mutant: Mutant, end: float) -> str:
    [worker] = _workers
    if time.monotonic() > end:
        return ""
    chosen = tests_for(mutant, worker.root, worker.lines, worker.seconds)
    return "seen" if is_seen(mutant, chosen, worker.root) else "survived"


def main() -> int:
    """Prints each change that no test notices, and the score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", choices=PACKAGES, help="only this one")
    parser.add_argument("--size", type=int, default=120, help="changes per package")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--tests", nargs="+", metavar="FILE", help="only these, for a quick look")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so long, with the score so far")
    parser.add_argument(
        "--report",
        type=Path,
        help="keeps which tests run through each line for the next time; measured again when library or tests changed",
    )
    parser.add_argument("--jobs", type=int, default=cores(), help="changes side by side; default %(default)s")
    options = parser.parse_args()
    missing = [edition for edition in EDITIONS if not (ROOT / "_build" / edition / "nl" / "report.pdf").is_file()]
    if missing:
        print(f"error: the book of edition {missing[0]} is not built\nhint: na-report build --edition {missing[0]}")
        return 2
    outcomes: dict[str, list[str]] = defaultdict(list)
    packages = [options.package] if options.package else PACKAGES
    drawings = {package: drawn(package, ROOT, options.size, options.seed) for package in packages}
    with tempfile.TemporaryDirectory() as folder:
        report = (options.report or Path(folder) / "report.json").resolve()
        tests = options.tests or all_tests(ROOT)
        samples = [mutants for mutants, _ in drawings.values()]
        for mutant, outcome in results(samples, report, tests, jobs=options.jobs, minutes=options.minutes):
            outcomes[mutant.package].append(outcome)
            print(f"{outcome:8}  {mutant.name}", flush=True)
    for package, found in outcomes.items():
        seen = found.count("seen")
        low, high = interval(seen, len(found))
        print(
            f"{package}: {seen} of {len(found)} seen ({seen / len(found):.0%}, 95% interval {low:.0%} to {high:.0%}), "
            f"of {drawings[package][1]} places"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
