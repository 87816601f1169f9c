"""What every page finds around it, the same on every machine, and what of the machine it may use.

What a person has set for other work stays out of the book.
"""

import math
import os
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from na_report.base.errors import NaReportError

FIXED = {
    "LC_ALL": "C.UTF-8",
    "MATPLOTLIBRC": os.devnull,  # as if empty; else the settings in the user's home hold for the figures
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",  # a `random.py` in the folder of the command is not the one of Python
    "PYTHONUTF8": "1",
    # A fixed moment, so that no page holds the time of the build.
    "SOURCE_DATE_EPOCH": "1767225600",
    "TZ": "UTC",
}
# Processes that a command starts run the same program as the command, also where it is not the one that is installed.
_PROGRAM = Path(__file__).resolve().parents[2]
if Path(sysconfig.get_paths()["purelib"]).resolve() != _PROGRAM:
    FIXED["PYTHONPATH"] = str(_PROGRAM)
# What steers Python, Jupyter and the shape of what they print; the names of variables start so.
_STEERS = ("PYTHON", "IPYTHON", "IPYKERNEL", "JUPYTER", "PYDEVD", "MPLBACKEND", "COLUMNS", "LINES", "LANG", "LC_")
# Where to write what can be made again; changes nothing in a page.
_HARMLESS = {"PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"}
MEMORY = "NA_REPORT_PAGE_MEMORY_MB"
SECONDS = "NA_REPORT_PAGE_SECONDS"
# The largest page takes some 400 MB and 5 seconds.
DEFAULTS = {MEMORY: 4096, SECONDS: 600}
# A tebibyte and a week: more is a slip of the pen, and far more is what no system call takes.
MOST = {MEMORY: 2**20, SECONDS: 7 * 24 * 3600}
# So long a cell may go on after it was asked to stop.
GRACE_SECONDS = 2


def foreign(given: Mapping[str, str]) -> list[str]:
    """Returns the variables of an environment that would have a page come out in another way.

    Example:
        >>> foreign({"PYTHONPATH": "/mine", "HOME": "/home/an", "TZ": "UTC", "PYTHONUTF8": "1"})
        ['PYTHONPATH']
    """
    return [
        name for name in given if name.startswith(_STEERS) and name not in _HARMLESS and given[name] != FIXED.get(name)
    ]


def fixed(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Returns an environment for a process that works on a book."""
    return {name: given[name] for name in given.keys() - {*foreign(given)}} | FIXED


@contextmanager
def pinned() -> Iterator[None]:
    """Gives the processes that start in a block fixed surroundings."""
    before, names = dict(os.environ), {*foreign(os.environ), *FIXED}
    for name in names:
        os.environ.pop(name, None)
    os.environ.update(FIXED)
    try:
        yield
    finally:
        for name in FIXED:
            del os.environ[name]
        os.environ.update({name: before[name] for name in names & before.keys()})


class Limits(NamedTuple):
    """What a page may use: memory of its kernel in MiB, and time from its first cell to its last."""

    memory_mb: int
    seconds: int

    def story(self, kind: str, seconds: float) -> str:
        """Returns what a page did that is over a limit and what to do; empty when no limit explains an error of this name."""
        remedy = "give this page more `{}` in chapters/pages.yml, or set {} higher."
        if seconds >= self.seconds:
            said = f"it ran longer than the {self.seconds} s that a page may take. Look for an endless loop,"
            return f"{said} {remedy.format('seconds', SECONDS)}"
        if "MemoryError" in kind:
            said = f"it needs more than the {self.memory_mb} MB of memory that a page may use. Read less at once,"
            return f"{said} {remedy.format('memory_mb', MEMORY)}"
        if kind == "DeadKernelError":
            said = (
                "its kernel died, which happens when memory runs out or a library crashes. Run the cell in JupyterLab;"
            )
            return f"{said} a page may use {self.memory_mb} MB ({MEMORY})."
        return ""


def page_limits(memory_mb: int | None = None, seconds: int | None = None) -> Limits:
    """Returns the limits of a page: its own, those that the environment sets, or those that suit any page of a report."""
    found = {}
    for name, usual in DEFAULTS.items():
        text = os.environ.get(name, str(usual))
        if not text.isdecimal() or not 0 < int(text[:20]) <= MOST[name]:
            raise NaReportError(
                f"{name} is {text[:20]!r}, expected a whole number above zero, of {MOST[name]} at most.",
                hint=f"Unset it for the usual {usual}, or give a number.",
            )
        found[name] = int(text)
    return Limits(memory_mb or found[MEMORY], seconds or found[SECONDS])


def cores(system: Path = Path("/")) -> int:
    """Returns how many cores this process may use, which is often fewer than the machine has.

    It may have been given some of them (`taskset`, a batch system), or its control groups a part of their time (containers).
    """
    allowed = [len(os.sched_getaffinity(0))]
    with suppress(OSError):
        group = (system / "proc/self/cgroup").read_text().rpartition("::/")[2].strip()
        # In a container the group's own name may be that of outside, and its limits are those of the mount.
        for place in (system / "sys/fs/cgroup" / group / "x").parents:
            with suppress(OSError, ValueError):
                quota, period = map(int, (place / "cpu.max").read_text().split())  # "max" is no limit
                allowed.append(math.ceil(quota / period))
    return max(1, min(allowed))
