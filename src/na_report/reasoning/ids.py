"""The order of ids, such as R2 and R10."""

from __future__ import annotations

from collections.abc import Iterable

from na_report.base.numbers import as_counted


def in_order(keys: Iterable[str]) -> list[str]:
    """Returns ids, each once, in the order in which a person counts.

    Example:
        >>> in_order(["R10", "R2", "A08.10", "A08.2a", "C14"])
        ['A08.2a', 'A08.10', 'C14', 'R2', 'R10']
    """
    return sorted(dict.fromkeys(keys), key=as_counted)
