"""The same surroundings for every page on every machine: what a person has set for other work stays out of the book."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from na_report.publishing.limits import private_folder, remove_folder

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
    fixed = FIXED | {"IPYTHONDIR": f"{folder}/ipython"}
    before = {name: os.environ.get(name) for name in fixed}
    os.environ |= fixed
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        remove_folder(folder)
