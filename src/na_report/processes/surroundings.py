"""The same surroundings for every page on every machine: what a person has set for other work stays out of the book."""

import os
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

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
