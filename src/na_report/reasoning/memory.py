"""What has been worked out about an edition, kept for as long as somebody uses that edition and no longer."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from na_report.editions.edition import Edition

T = TypeVar("T")


def remembered(function: Callable[[Edition], T]) -> Callable[[Edition], T]:
    """Makes a function of an edition work once per edition.

    A `functools.cache` would hold on to every edition that it ever saw: the preview opens one after each save.
    """
    known: WeakKeyDictionary[Edition, T] = WeakKeyDictionary()

    @functools.wraps(function)
    def ask(edition: Edition) -> T:
        if edition not in known:
            known[edition] = function(edition)
        return known[edition]

    return ask
