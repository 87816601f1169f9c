"""The same surroundings for every page on every machine: what a person has set for other work stays out of the book."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from na_report.publishing.private import private_folder, remove_folder

FIXED = {
    "LC_ALL": "C.UTF-8",
    "MATPLOTLIBRC": os.devnull,  # as if empty; else the settings in the user's home hold for the figures
    "JUPYTER_PREFER_ENV_PATH": "1",  # a kernel of the same name in the user's home is another one
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    # A fixed moment, so that no page holds the time of the build.
    "SOURCE_DATE_EPOCH": "1767225600",
    "TZ": "UTC",
}


@contextmanager
def pinned() -> Iterator[None]:
    """Gives the processes that start in a block fixed surroundings, and an IPython without start-up files of the user."""
    folder = private_folder()
    try:
        with environment(FIXED | {"IPYTHONDIR": f"{folder}/ipython"}):
            yield
    finally:
        remove_folder(folder)


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Sets variables for the processes that start in a block, and puts back what was there.

    Example:
        >>> with environment({"NA_REPORT_EXAMPLE": "1"}):
        ...     os.environ["NA_REPORT_EXAMPLE"]
        '1'
        >>> "NA_REPORT_EXAMPLE" in os.environ
        False
    """
    before = {name: os.environ.get(name) for name in values}
    os.environ |= values
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
