"""The words that a reader sees between the data, per language."""

from __future__ import annotations

from na_report.paths import WORDS, Project
from na_report.settings import read_settings


def languages(project: Project) -> list[str]:
    """Returns the languages that the book has words in."""
    return list(read_settings(project.chapters / WORDS))
