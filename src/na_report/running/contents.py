"""The table of contents as people write it: which pages the book has, in which order, and in how many parts."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import TOC, WORDS, Project
from na_report.base.settings import read_settings, shown

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_FORMAT = "jb-book"
_LISTS = ("parts", "chapters", "sections")
# What Sphinx takes at each level; anything else stops it, long after the pages have run.
_ROOT = {"format", "root", "title", "options", "defaults", "meta", "parts", "chapters"}
_PART = {
    *("caption", "hidden", "maxdepth", "numbered", "reversed", "titlesonly", "style", "restart_numbering", "chapters")
}
_PAGE, _LINK = {"file", "url", "title", "options", "sections"}, {"url", "title"}


@dataclass
class Contents:
    """What a table of contents says: the pages in reading order, how many parts it has, and what is wrong with it."""

    pages: list[str] = field(default_factory=list)
    parts: int = 0
    problems: list[str] = field(default_factory=list)

    def wrong(self, place: Collection[str], value: object, expected: str) -> None:
        """Adds what is wrong at a place."""
        self.problems.append(f"{', '.join([TOC, *place])}: found {shown(value)}, expected {expected}.")


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
    toc, found = read_settings(project.root / TOC), Contents()
    if not toc:
        found.problems.append(f"{TOC}: found no pages, expected a root and chapters.")
        return found
    if toc.get("format") != _FORMAT:
        found.wrong(["format"], toc.get("format"), _FORMAT)
    if "parts" in toc and "chapters" in toc:
        found.problems.append(f"{TOC}: found parts and chapters at the top, expected one of the two.")
    _add_page(found, ["root"], toc.get("root"))
    _read(found, [], toc, _ROOT, [key for key in ("parts", "chapters") if key in toc])
    words = read_words(project)[language] if language else None
    kept = words.get("pages") if isinstance(words, dict) else None
    if isinstance(kept, list) and found.pages[:1] == kept[:1] and {*map(str, kept)} <= {*found.pages}:
        found.pages = [page for page in found.pages if page in kept]  # a language that names none has all
    elif kept is not None:
        place = f"chapters/{WORDS}, {language}, pages"
        found.problems.append(f"{place}: found {shown(kept)}, expected pages of {TOC}, the root first.")
    return found


def _read(found: Contents, place: list[str], node: Mapping[Any, Any], known: Collection[str], lists: list[str]) -> None:
    """Reads a part of a table of contents: its keys, and the members of its lists."""
    for key in node:
        if key not in known:
            found.wrong(place, key, f"one of {', '.join(sorted(known))}")
    for key in lists:
        items = node.get(key)
        if not isinstance(items, list) or not items:
            found.wrong([*place, key], items, "a list with at least one member")
            continue
        for number, item in enumerate(items, 1):
            here = [*place, f"{key} {number}"]
            if key == "parts":
                found.parts += 1
                if isinstance(item, dict):
                    _read(found, here, item, _PART, ["chapters"])
                else:
                    found.wrong(here, item, "a part with chapters")
            elif not isinstance(item, dict) or ("file" in item) == ("url" in item):
                found.wrong(here, item, "a page, such as `file: index`")
            elif "file" in item:
                _add_page(found, [*here, "file"], item["file"])
                _read(found, here, item, _PAGE, ["sections"] if "sections" in item else [])
            else:
                if not isinstance(item["url"], str):
                    found.wrong([*here, "url"], item["url"], "an address")
                _read(found, here, item, _LINK, [])


def _add_page(found: Contents, place: list[str], name: Any) -> None:
    if not is_name(name):
        found.wrong(place, name, "the name of a page: letters, digits, - and _, without folders")
    elif name in found.pages:
        found.wrong(place, name, "each page once: it stands higher up too")
    else:
        found.pages.append(name)


def without_others(entry: Any, pages: Collection[str]) -> Any:
    """Returns a table of contents, or a part of one, with no other pages than these; nothing where none is left.

    Example:
        >>> toc = {"root": "index", "parts": [{"chapters": [{"file": "kort"}]}, {"chapters": [{"file": "bronnen"}]}]}
        >>> without_others(toc, ["index", "kort"])
        {'root': 'index', 'parts': [{'chapters': [{'file': 'kort'}]}]}
    """
    if "file" in entry and entry["file"] not in pages:
        return None
    kept = {
        key: [left for item in value if (left := without_others(item, pages))] if key in _LISTS else value
        for key, value in entry.items()
    }
    return kept if any(kept.get(key) for key in (*_LISTS, "root", "file", "url")) else None
