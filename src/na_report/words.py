"""The words that the program itself has for a reader, per language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def said(words: Mapping[str, T], language: str) -> T:
    """Returns the words of a language; those in English where the program has none in it.

    Example:
        >>> said({"nl": "Editie", "en": "Edition"}, "nl"), said({"nl": "Editie", "en": "Edition"}, "fy")
        ('Editie', 'Edition')
    """
    return words.get(language, words["en"])
