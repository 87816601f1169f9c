"""The table of contents as people write it: which pages the book has, in which order, and in how many parts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import TOC, WORDS, Project
from na_report.base.settings import read_settings, shown

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
# What Sphinx takes at each level; anything else stops it, long after the pages have run.
_OPTIONS = {"caption", "hidden", "maxdepth", "numbered", "reversed", "titlesonly", "style", "restart_numbering"}
_ROOT = {"format", "root", "title", "options", "defaults", "meta", "parts", "chapters"}
_ENTRY = {"file", "url", "title", "options", "sections"}
_LISTS = ("parts", "chapters", "sections")
_FORMAT = "jb-book"


@dataclass
class Contents:
    """What a table of contents says: the pages in reading order, how many parts it has, and what is wrong with it."""

    pages: list[str] = field(default_factory=list)
    parts: int = 0
    problems: list[str] = field(default_factory=list)


def is_name(value: object) -> bool:
    """Tells whether a value can be the name of a page or chapter: no folder, and nothing that a file system or address minds."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def languages(project: Project) -> list[str]:
    """Returns the languages that a book can be in, the one that the others are translated from first.

    Example:
        >>> from na_report.base.paths import find_project
        >>> languages(find_project())
        ['nl', 'en']
    """
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
    """Returns the table of contents, of a language where one is named, with all that is wrong with it.

    Example:
        >>> from na_report.base.paths import find_project
        >>> read_contents(find_project()).pages[:2]
        ['index', 'aanbevelingen']
    """
    toc = read_settings(project.root / TOC)
    found = Contents()
    if not toc:
        found.problems.append(f"{TOC}: found no pages, expected a root and chapters.")
        return found
    if toc.get("format") != _FORMAT:
        _fault(found, ["format"], toc.get("format"), _FORMAT)
    _check_keys(found, [], toc, _ROOT)
    _add_page(found, ["root"], toc.get("root"))
    if "parts" in toc and "chapters" in toc:
        found.problems.append(f"{TOC}: found parts and chapters at the top, expected one of the two.")
    for place, item in _items(found, [], toc, "parts"):
        found.parts += 1
        _add_part(found, place, item)
    _add_entries(found, [], toc, "chapters")
    if language:
        _leave(found, read_words(project)[language], language)
    return found


def _leave(found: Contents, words: Any, language: str) -> None:
    """Takes away the pages that a language says it does not have; one that says nothing has all."""
    kept = words.get("pages") if isinstance(words, dict) else None
    if isinstance(kept, list) and found.pages[:1] == kept[:1] and {*map(str, kept)} <= {*found.pages}:
        found.pages = [page for page in found.pages if page in kept]
    elif kept is not None:
        place = f"chapters/{WORDS}, {language}, pages"
        found.problems.append(f"{place}: found {shown(kept)}, expected pages of {TOC}, the root first.")


def without_others(entry: Any, pages: Collection[str]) -> Any:
    """Returns a table of contents, or a part of one, with no other pages than these; nothing where none is left.

    Example:
        >>> toc = {"root": "index", "parts": [{"chapters": [{"file": "kort"}]}, {"chapters": [{"file": "bronnen"}]}]}
        >>> without_others(toc, ["index", "kort"])
        {'root': 'index', 'parts': [{'chapters': [{'file': 'kort'}]}]}
        >>> without_others({"root": "index"}, ["index"])
        {'root': 'index'}
    """
    if "file" in entry and entry["file"] not in pages:
        return None
    kept = {
        key: [left for item in value if (left := without_others(item, pages))] if key in _LISTS else value
        for key, value in entry.items()
    }
    return kept if any(kept.get(key) for key in (*_LISTS, "root", "file", "url")) else None


def _add_part(found: Contents, place: list[str], part: Any) -> None:
    if not isinstance(part, dict):
        _fault(found, place, part, "a part with chapters")
        return
    _check_keys(found, place, part, _OPTIONS | {"chapters"})
    if "chapters" not in part:
        _fault(found, [*place, "chapters"], None, "a list of pages, such as `- file: index`")
    _add_entries(found, place, part, "chapters")


def _add_entries(found: Contents, above: list[str], node: Mapping[Any, Any], key: str) -> None:
    for place, entry in _items(found, above, node, key):
        if not isinstance(entry, dict) or ("file" in entry) == ("url" in entry):
            _fault(found, place, entry, "a page, such as `file: index`")
            continue
        _check_keys(found, place, entry, _ENTRY if "file" in entry else {"url", "title"})
        if "file" in entry:
            _add_page(found, [*place, "file"], entry["file"])
        elif not isinstance(entry["url"], str):
            _fault(found, [*place, "url"], entry["url"], "an address")
        _add_entries(found, place, entry, "sections")


def _add_page(found: Contents, place: list[str], name: Any) -> None:
    if not is_name(name):
        _fault(found, place, name, "the name of a page: letters, digits, - and _, without folders")
    elif name in found.pages:
        _fault(found, place, name, "each page once: it stands higher up too")
    else:
        found.pages.append(name)


def _items(found: Contents, place: list[str], node: Mapping[Any, Any], key: str) -> list[tuple[list[str], Any]]:
    """Returns the members of a list with their places; says so where it is no list."""
    if key not in node:
        return []
    items = node[key]
    if not isinstance(items, list) or not items:
        _fault(found, [*place, key], items, "a list with at least one member")
        return []
    return [([*place, f"{key} {number}"], item) for number, item in enumerate(items, 1)]


def _check_keys(found: Contents, place: list[str], node: Mapping[Any, Any], known: Collection[str]) -> None:
    for key in node:
        if key not in known:
            _fault(found, place, key, f"one of {', '.join(sorted(known))}")


def _fault(found: Contents, place: list[str], value: Any, expected: str) -> None:
    where = ", ".join([TOC, *place])
    found.problems.append(f"{where}: found {shown(value)}, expected {expected}.")
