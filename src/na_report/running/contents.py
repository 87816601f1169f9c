"""The table of contents as people write it: which pages the book has, in which order, and in how many parts."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import TOC, WORDS, Project
from na_report.base.settings import read_settings, shown, told_faults

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_LISTS = ("parts", "chapters", "sections")
# What Sphinx takes; anything else stops it, long after the pages have run.
_FORM = json.loads((Path(__file__).parent / "texts" / "toc.json").read_bytes())


@dataclass(frozen=True)
class Contents:
    """What a table of contents says: the pages in reading order, how many parts it has, and what is wrong with it."""

    pages: list[str]
    parts: int
    problems: list[str]


def is_name(value: object) -> bool:
    """Tells whether a value can be the name of a page or chapter: no folder, and nothing that a file system or address minds."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def languages(project: Project) -> list[str]:
    """Returns the languages that a book can be in, the one that the others are translated from first."""
    found = list(read_words(project))
    if not found:
        raise NaReportError(f"chapters/{WORDS} has no language.", hint=f"Put it back (git restore chapters/{WORDS}).")
    return found


def read_words(project: Project) -> dict[str, Any]:
    """Returns the words of the book per language, as the file has them; a language that YAML takes for a number is text."""
    return {str(name): words for name, words in read_settings(project.chapters / WORDS).items()}


def known_language(project: Project, language: str) -> str:
    """Returns a language of the project, the first when none is named; refuses one in which it has no book."""
    known = languages(project)
    if language and language not in known:
        raise NaReportError(
            f"The book does not exist in the language {language!r}.", hint=f"Choose from: {', '.join(known)}."
        )
    return language or known[0]


def read_contents(project: Project, language: str = "") -> Contents:
    """Returns the table of contents, of a language where one is named, with all that is wrong with it."""
    toc = read_settings(project.root / TOC)
    problems = told_faults(TOC, toc, _FORM)
    names = [name for name in _files(toc) if is_name(name)]
    pages = list(dict.fromkeys(names))
    problems += [f"{TOC}: found {name!r} twice, expected each page once." for name in pages if names.count(name) > 1]
    words = read_words(project)[language] if language else None
    kept = words.get("pages") if isinstance(words, dict) else None
    if isinstance(kept, list) and pages[:1] == kept[:1] and {*map(str, kept)} <= {*pages}:
        pages = [page for page in pages if page in kept]  # a language that names none has all
    elif kept is not None:
        place = f"chapters/{WORDS}, {language}, pages"
        problems.append(f"{place}: found {shown(kept)}, expected pages of {TOC}, the root first.")
    return Contents(pages, len(parts) if isinstance(parts := toc.get("parts"), list) else 0, problems)


def _files(node: Any) -> Iterator[Any]:
    """Yields the pages of a table of contents or a part of one in reading order, whatever else is in it."""
    if isinstance(node, dict):
        yield from (node[key] for key in ("root", "file") if key in node)
        for items in (node.get(key) for key in _LISTS):
            for item in items if isinstance(items, list) else ():
                yield from _files(item)


def without_others(entry: Any, pages: Collection[str]) -> Any:
    """Returns a table of contents, or a part of one, with no other pages than these; nothing where none is left."""
    if "file" in entry and entry["file"] not in pages:
        return None
    kept = {
        key: [left for item in value if (left := without_others(item, pages))] if key in _LISTS else value
        for key, value in entry.items()
    }
    return kept if any(kept.get(key) for key in (*_LISTS, "root", "file", "url")) else None
