"""Which chapter makes which page, with which parameters."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import PAGES, TOC, Project
from na_report.base.settings import read_settings, shown
from na_report.processes.limits import MEMORY, MOST, SECONDS
from na_report.running.chapters import declared_types, read_chapter
from na_report.running.contents import is_name, known_language, read_contents
from na_report.running.executed import whole_notebooks

_TRUE_FALSE = {"true": True, "false": False}


@dataclass(frozen=True)
class Page:
    """A chapter with its parameters.

    Args:
        name: The name of the page in the book and in its address.
        chapter: The notebook, in the folder of its language.
        parameters: What this page sets; the edition comes with the run.
        on_paper: Whether the PDF has it; not a page for the screen that repeats what the others say.
        reads: Files of the project that it shows something of, besides the edition and the lock.
        since: The first edition whose book has it; nothing for a page of every edition.
        memory_mb: Memory that it may use, in MiB; nothing for what any page may.
        seconds: Time that it may take; nothing for what any page may.
    """

    name: str
    chapter: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    on_paper: bool = True
    reads: Sequence[str] = ()
    since: str = ""
    memory_mb: int | None = None
    seconds: int | None = None

    @property
    def language(self) -> str:
        """The language of the book that it is of."""
        return self.chapter.parent.name

    def stories(self, parameters: Mapping[str, Any] | None = None) -> list[Path]:
        """Returns the stories that parameters name, those of the page itself when left out; they may not be there.

        Example:
            >>> Page("sector-mbo", Path("nl/sector.ipynb"), {"sector": "mbo"}).stories()[0].as_posix()
            'nl/sector/mbo.md'
        """
        folder = self.chapter.with_suffix("")
        values = (self.parameters if parameters is None else parameters).values()
        return [folder / f"{value}.md" for value in values if is_name(value)]


def all_pages(project: Project, language: str = "", edition: str = "") -> list[Page]:
    """Returns the pages of the book in the order of `_toc.yml`: in a language, the first when left out, and of an edition or all.

    Raises:
        NaReportError: A page has no notebook, or is declared in a way that means nothing; names all that is wrong.
    """
    language = known_language(project, language)
    contents = read_contents(project, language)
    declared_file = project.chapters / PAGES
    declared = read_settings(declared_file) if declared_file.is_file() else {}
    problems = contents.problems
    pages = []
    for name in contents.pages:
        entry = declared.get(name, {})
        wrong = list(_faults(name, entry, project, language))
        problems += wrong
        if not wrong:
            options = {key: value for key, value in entry.items() if key != "chapter"}
            page = Page(name, _chapter(name, entry, project, language), **options)
            if not edition or page.since <= edition:
                pages.append(page)
    if problems:
        raise NaReportError(
            "\n".join(problems), hint=f"Correct {TOC} or chapters/{PAGES}; the README tells how to add a page."
        )
    return pages


def _chapter(page: str, entry: Mapping[str, Any], project: Project, language: str) -> Path:
    return project.chapters / language / f"{entry.get('chapter', page)}.ipynb"


def _faults(name: str, entry: Any, project: Project, language: str) -> Iterator[str]:
    """Yields what is wrong with a page as it is declared."""
    place = f"chapters/{PAGES}: page {name}"
    if not isinstance(entry, dict):
        yield f"{place}: found {shown(entry)}, expected settings such as {{chapter: sector}}."
        return
    for key, value in entry.items():
        is_sound, expected = _SETTINGS.get(key, (None, ""))
        if is_sound is None:
            yield f"{place}: unknown setting {shown(key)}. {_suggest(str(key), set(_SETTINGS))}"
        elif not is_sound(value):
            yield f"{place}, {key}: found {shown(value)}, expected {expected}."
        elif key == "reads":
            for read in value:
                if not _is_inside(project.root, read):
                    yield f"{place}, reads: found {shown(read)}, expected a file of the project."
    chapter = entry.get("chapter", name)
    if is_name(chapter) and not _chapter(name, entry, project, language).is_file():
        yield f"{TOC}: the page {name} has no notebook: chapters/{language}/{chapter}.ipynb does not exist."


def _is_inside(root: Path, name: str) -> bool:
    try:
        return (root / name).resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):
        return False  # no name that a file can have, or links that lead to each other


def _all_texts(kind: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, kind) and all(isinstance(item, str) for item in value)  # type: ignore[attr-defined]


def _up_to(most: int, of: str) -> tuple[Callable[[object], bool], str]:
    return (
        lambda value: type(value) is int and 0 < value <= most,
        f"a whole number from 1 to {most}, {of}, such as 900",
    )


# What `pages.yml` may say of a page: how to tell a good value, and what is expected in words.
_SETTINGS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "chapter": (is_name, "the name of a notebook, without folder or .ipynb"),
    "parameters": (_all_texts(dict), "parameters with values, such as {sector: mbo}"),
    "on_paper": (lambda value: isinstance(value, bool), "true or false"),
    "reads": (_all_texts(list), "a list of files of the project"),
    "since": (lambda value: isinstance(value, str), 'the name of an edition, such as "2027"'),
    "memory_mb": _up_to(MOST[MEMORY], "a tebibyte"),
    "seconds": _up_to(MOST[SECONDS], "a week"),
}


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
    """Returns the pages that set none of the parameters otherwise: the notebook of a page always shows what its name says.

    Example:
        >>> mbo = Page("sector-mbo", Path("sector.ipynb"), {"sector": "mbo"})
        >>> ho = Page("sector-ho", Path("sector.ipynb"), {"sector": "ho"})
        >>> [page.name for page in agreeing([mbo, ho], {"sector": "ho"})]
        ['sector-ho']
    """
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


def refuse_all(problems: Sequence[NaReportError]) -> None:
    """Raises problems as one; what pages of one chapter say alike is said once."""
    if problems:
        hints = dict.fromkeys(problem.hint for problem in problems)
        raise NaReportError("\n".join(dict.fromkeys(map(str, problems))), hint=" ".join(hints))


def checked_parameters(page: Page, given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns parameters with the types that the chapter's parameters cell declares; text is read as that type.

    Raises:
        NaReportError: A name is unknown or a value has the wrong type.
    """
    known = declared_types(page.chapter)
    problems, checked = [], {}
    for name, value in {**page.parameters, **given}.items():
        if name not in known:
            problems.append(f"unknown parameter {name!r}. {_suggest(name, set(known))}")
            continue
        try:
            checked[name] = _converted(value, known[name])
        except ValueError:
            problems.append(f"parameter {name}: found {value!r}, expected a value of type {known[name]}.")
    if problems:
        parameters = ", ".join(f"{name} ({kind})" for name, kind in known.items())
        raise NaReportError(
            f"Page {page.name} does not run: {' '.join(problems)}",
            hint=f"The parameters cell of {page.chapter.name} has: {parameters}.",
        )
    return checked


def _converted(value: Any, kind: str) -> Any:
    if kind == "bool":
        if str(value).lower() not in _TRUE_FALSE:
            raise ValueError(value)
        return _TRUE_FALSE[str(value).lower()]
    if kind in ("int", "float"):
        return {"int": int, "float": float}[kind](str(value))
    if kind == "str" and not isinstance(value, str):
        raise ValueError(value)
    return value
