"""Python looks less often for garbage while large trees are made: they are needed until the end, so there is none in them."""

from __future__ import annotations

import gc

# New objects between two looks, and how many of those before all older objects are looked at.
_SELDOM = (50_000, 20, 20)


def collect_seldom() -> None:
    """Looks less often from now on, and never at what is here already; for a process that only makes trees."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
