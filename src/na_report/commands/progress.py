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
    """Prints each page as it ends, and on a terminal below it which pages are running."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._start = time.monotonic()

    def ended(self, run: Run) -> None:
        """Prints the line of a page."""
        self._show(f"  {run.page:<32}{run.seconds:6.1f} s{'  FAILED' if run.error else ''}\n")

    def going(self, done: int, total: int, running: Sequence[str]) -> None:
        """Renews the live line."""
        if self._live:
            line = f"{done} of {total} pages, {time.monotonic() - self._start:.0f} s, running: {', '.join(running)}"
            room = shutil.get_terminal_size().columns - 1
            self._show(line if len(line) <= room else line[: room - 1] + "…")

    def _show(self, text: str) -> None:
        print((_CLEAR if self._live else "") + text, end="", file=self._stream, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._show("")
