"""Where the command starts. What a person's environment says to Python is for other work, so Python starts again without it.

A folder in PYTHONPATH may have a `random.py`: nothing is imported here that another file could stand in for.
"""

from __future__ import annotations

import os
import sys

# Where Python writes what it can make again.
_HARMLESS = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")


def main() -> None:
    """Runs the command."""
    said = [name for name in os.environ if name.startswith("PYTHON") and name not in _HARMLESS]
    if said:
        kept = {name: value for name, value in os.environ.items() if name not in said}
        os.execve(sys.executable, [sys.executable, "-P", "-m", "na_report.cli", *sys.argv[1:]], kept)  # noqa: S606
    from na_report.cli import main as run

    sys.exit(run())
