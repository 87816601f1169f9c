"""How far a run of pages is: a live line on a terminal, a line per page elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence
from typing import TextIO

from na_report.running.execution import Run, Watcher

_CLEAR = "\r\x1b[K"


class Progress(Watcher):
    """Prints each page as it ends, and on a terminal below it which pages are running.

    Args:
        stream: Where to print; the standard output when left out.

    Example:
        >>> progress = Progress(sys.stdout)
        >>> progress.going(0, 1, ["kort"])  # no terminal: nothing that would fill a log
        >>> progress.ended(Run("kort", "kort.ipynb", 1.25))
          kort                               1.2 s
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._start = time.monotonic()

    def ended(self, run: Run) -> None:
        """Prints the line of a page."""
        self._clear()
        print(f"  {run.page:<32}{run.seconds:6.1f} s{'  FAILED' if run.error else ''}", file=self._stream, flush=True)

    def going(self, done: int, total: int, running: Sequence[str]) -> None:
        """Renews the live line."""
        if not self._live:
            return
        line = f"{done} of {total} pages, {time.monotonic() - self._start:.0f} s, running: {', '.join(running)}"
        room = shutil.get_terminal_size().columns - 1
        print(_CLEAR + (line if len(line) <= room else line[: room - 1] + "…"), end="", file=self._stream, flush=True)

    def _clear(self) -> None:
        if self._live:
            print(_CLEAR, end="", file=self._stream)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()
        self._stream.flush()
