"""What came of a page last time, for as long as it is made of the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from na_report.files import write_whole
from na_report.publishing.fingerprint import hash_files, library_hash


class Memory:
    """Remembers a value per name and text, in a file.

    Args:
        file: Where it is kept; a file that can't be read is an empty memory.
        around: A folder whose files, other than pages, count as part of every text.
        mark: Counts as part of every text too.
    """

    def __init__(self, file: Path, around: Path, mark: str = "") -> None:
        self._file = file
        others = [path for path in around.rglob("*") if path.is_file() and path.suffix != ".html"]
        self._around = hash_files(others, around) + library_hash() + mark
        self._now: dict[str, Any] = {}
        try:
            self._before = dict(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, RecursionError):
            self._before = {}

    def _key(self, name: str, text: str) -> str:
        return hashlib.sha256(f"{self._around}\0{name}\0{text}".encode()).hexdigest()

    def get(self, name: str, text: str, is_sound: Callable[[Any], bool] = lambda value: True) -> Any:
        """Returns what was put for a name and text; nothing when it is not known, or damaged in the file.

        Args:
            name: What it is of.
            text: What it came of.
            is_sound: Tells a value that can have been put from any other.
        """
        key = self._key(name, text)
        found = self._now.get(key, self._before.get(key))
        if found is None or not is_sound(found):
            return None
        self._now[key] = found
        return found

    def put(self, name: str, text: str, value: Any) -> None:
        """Remembers a value that JSON can hold."""
        self._now[self._key(name, text)] = value

    def save(self) -> None:
        """Writes what was put or asked for; the rest is forgotten."""
        write_whole(self._file, json.dumps(self._now, ensure_ascii=False).encode())
