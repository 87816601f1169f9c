"""The order of ids, such as R2 and R10."""

from __future__ import annotations

import re
from collections.abc import Iterable


def in_order(keys: Iterable[str]) -> list[str]:
    """Returns ids, each once, in the order in which a person counts.

    Example:
        >>> in_order(["R10", "R2", "A08.10", "A08.2a", "C14"])
        ['A08.2a', 'A08.10', 'C14', 'R2', 'R10']
    """
    parts = {key: re.split(r"(\d+)", key) for key in keys}
    return sorted(parts, key=lambda key: [(int(part), "") if part.isdigit() else (-1, part) for part in parts[key]])
