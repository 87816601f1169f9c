"""Which pages the book has, in which order and parts, and which chapter makes each with which parameters."""

import difflib
import json
import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from na_report.base.errors import NaReportError
from na_report.base.paths import PAGES, TOC, WORDS, Project
from na_report.base.settings import form_faults, read_settings, shown, told_faults
from na_report.running.notebooks import declared_types, read_chapter, whole_notebooks

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_LISTS = ("parts", "chapters", "sections")
# What `_toc.yml` may say, as Sphinx takes nothing else and would stop long after the pages have run; and `pages.yml` of a page.
_CONTENTS, _FORM = (
    json.loads((Path(__file__).parent / "texts" / name).read_bytes()) for name in ("toc.json", "pages.json")
)


class Contents(NamedTuple):
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
    problems = told_faults(TOC, form_faults(toc, _CONTENTS))
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


@dataclass(frozen=True)
class Page:
    """A chapter with its parameters, under the name that it has in the book; the edition comes with the run."""

    name: str
    chapter: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    on_paper: bool = True  # not a page for the screen that repeats what the others say
    reads: Sequence[str] = ()  # files of the project that it shows something of, besides the edition and the lock
    since: str = ""  # the first edition whose book has it
    memory_mb: int | None = None  # limits of its own
    seconds: int | None = None

    @property
    def language(self) -> str:
        """The language of the book that it is of."""
        return self.chapter.parent.name

    def stories(self) -> list[Path]:
        """Returns the stories that parameters name; they may not be there.

        Example:
            >>> Page("sector-mbo", Path("nl/sector.ipynb"), {"sector": "mbo"}).stories()[0].as_posix()
            'nl/sector/mbo.md'
        """
        folder = self.chapter.with_suffix("")
        return [folder / f"{value}.md" for value in self.parameters.values() if is_name(value)]


def all_pages(project: Project, language: str = "", edition: str = "") -> list[Page]:
    """Returns the pages of the book in the order of `_toc.yml`: in a language, the first when left out, and of an edition or all.

    A `NaReportError` names all that is wrong with them.
    """
    language = known_language(project, language)
    contents, declared_file = read_contents(project, language), project.chapters / PAGES
    declared = read_settings(declared_file) if declared_file.is_file() else {}
    problems = contents.problems + told_faults(f"chapters/{PAGES}", form_faults(declared, _FORM))
    found = []
    for name in contents.pages:
        options = dict(entry) if isinstance(entry := declared.get(name), dict) else {}
        chapter = options.pop("chapter", name)
        path = project.chapters / language / f"{chapter}.ipynb"
        if is_name(chapter) and not path.is_file():
            problems.append(f"{TOC}: the page {name} has no notebook: {project.short(path)} does not exist.")
        found.append((name, path, options))
    if problems:
        raise NaReportError(
            "\n".join(problems), hint=f"Correct {TOC} or chapters/{PAGES}; the README tells how to add a page."
        )
    pages = [Page(name, path, **options) for name, path, options in found]
    return [page for page in pages if page.since <= (edition or page.since)]


def mentions(folder: Path, anchors: Collection[str]) -> dict[str, list[str]]:
    """Tells which executed pages of a folder show a row, named as its place in the book (`ind019-nl-2019`), in which figures."""
    found: dict[str, list[str]] = {}
    wanted = re.compile("|".join(rf"#{re.escape(anchor)}\b(?![-\w])" for anchor in sorted(anchors)) or "(?!)")
    for path in whole_notebooks(folder):
        try:
            cells = read_chapter(path).cells
        except NaReportError:
            continue  # damaged: the next build makes it again
        texts = [
            str(output.get("data", {}).get(mime, ""))
            for cell in cells
            for output in cell.get("outputs", [])
            for mime in ("text/markdown", "application/papermill.record/text/markdown")
        ]
        if hits := [text for text in texts if wanted.search(text)]:
            found[path.stem] = re.findall(r"^:name: (fig-\S+)$", "\n".join(hits), re.MULTILINE)
    return found


def choose(pages: Sequence[Page], wanted: Sequence[str]) -> list[Page]:
    """Returns the pages with the wanted names, or of the wanted chapters; all when nothing is wanted."""
    if not wanted:
        return list(pages)
    known = {page.name for page in pages} | {page.chapter.stem for page in pages}
    if unknown := [name for name in wanted if name not in known]:
        raise NaReportError(f"There is no page or chapter {unknown[0]!r}.", hint=_suggest(unknown[0], known))
    return [page for page in pages if page.name in wanted or page.chapter.stem in wanted]


def agreeing(pages: Sequence[Page], parameters: Mapping[str, Any]) -> list[Page]:
    """Returns the pages that set none of the parameters otherwise: the notebook of a page always shows what its name says."""
    found = [
        page for page in pages if all(page.parameters.get(name, value) == value for name, value in parameters.items())
    ]
    if pages and not found:
        set_so = ", ".join(f"{name}={value}" for name, value in pages[0].parameters.items())
        grid = shlex.join(f"{name}={value}" for name, value in parameters.items())
        raise NaReportError(
            f"No page has these parameters: {pages[0].name} is the page with {set_so}.",
            hint=f"Run it beside the book: na-report run {pages[0].chapter.stem} --grid {grid}",
        )
    return found


def _suggest(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {close[0]}?" if close else f"Choose from: {', '.join(sorted(known))}."


def with_parameters(page: Page, given: Mapping[str, Any]) -> Page:
    """Returns a page that has parameters as well, of the types that its chapter declares; text is read as that type.

    A `NaReportError` names all that are unknown or have the wrong type.
    """
    known = declared_types(page.chapter)
    problems, checked = [], {}
    for name, value in {**page.parameters, **given}.items():
        try:
            checked[name] = _converted(value, known[name])
        except KeyError:
            problems.append(f"unknown parameter {name!r}. {_suggest(name, set(known))}")
        except ValueError:
            problems.append(f"parameter {name}: found {value!r}, expected a value of type {known[name]}.")
    if problems:
        parameters = ", ".join(f"{name} ({kind})" for name, kind in known.items())
        raise NaReportError(
            f"Page {page.name} does not run: {' '.join(problems)}",
            hint=f"The parameters cell of {page.chapter.name} has: {parameters}.",
        )
    return replace(page, parameters=checked)


def with_all(pages: Iterable[tuple[Page, Mapping[str, Any]]]) -> list[Page]:
    """Returns pages that have parameters as well; names all that is wrong, what pages of one chapter say alike once."""
    found: list[Page] = []
    problems: dict[tuple[Path, str], NaReportError] = {}
    for page, given in pages:
        try:
            found.append(with_parameters(page, given))
        except NaReportError as problem:
            problems.setdefault((page.chapter, str(problem).partition(":")[2]), problem)
    if problems:
        hints = dict.fromkeys(problem.hint for problem in problems.values())
        raise NaReportError("\n".join(map(str, problems.values())), hint=" ".join(hints))
    return found


def _converted(value: Any, kind: str) -> Any:
    if kind == "bool" and (text := str(value).lower()) in ("true", "false"):
        return text == "true"
    if kind in ("int", "float"):
        return int(str(value)) if kind == "int" else float(str(value))
    if kind == "bool" or (kind == "str" and not isinstance(value, str)):
        raise ValueError(value)
    return value
