"""Which chapter makes which page, with which parameters."""

import difflib
import re
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import PAGES, TOC, Project
from na_report.base.settings import read_settings, shown
from na_report.processes.limits import MEMORY, MOST, SECONDS
from na_report.running.chapters import declared_types, read_chapter
from na_report.running.contents import is_name, known_language, read_contents
from na_report.running.executed import whole_notebooks


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
    contents = read_contents(project, language)
    declared_file = project.chapters / PAGES
    declared = read_settings(declared_file) if declared_file.is_file() else {}
    pages, problems = [], contents.problems
    for name in contents.pages:
        entry = declared.get(name, {})
        options = dict(entry) if isinstance(entry, dict) else {}
        chapter = project.chapters / language / f"{options.pop('chapter', name)}.ipynb"
        if wrong := list(_faults(name, entry, chapter)):
            problems += wrong
        elif (page := Page(name, chapter, **options)).since <= (edition or page.since):
            pages.append(page)
    if problems:
        raise NaReportError(
            "\n".join(problems), hint=f"Correct {TOC} or chapters/{PAGES}; the README tells how to add a page."
        )
    return pages


def _faults(name: str, entry: Any, chapter: Path) -> Iterator[str]:
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
            outside = (name for name in value if not _is_in_project(name))
            yield from (f"{place}, reads: found {shown(name)}, expected a file of the project." for name in outside)
    if is_name(entry.get("chapter", name)) and not chapter.is_file():
        yield f"{TOC}: the page {name} has no notebook: chapters/{'/'.join(chapter.parts[-2:])} does not exist."


def _up_to(most: int, of: str) -> tuple[Callable[[Any], bool], str]:
    expected = f"a whole number from 1 to {most}, {of}, such as 900"
    return lambda value: type(value) is int and 0 < value <= most, expected


def _is_in_project(name: Any) -> bool:
    """Tells whether a value is a name that a file can have, of which no part leads up or starts at a root."""
    return isinstance(name, str) and name.isprintable() and not {"..", "/"} & {*Path(name).parts}


# What `pages.yml` may say of a page: how to tell a good value, and what is expected in words.
_SETTINGS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "chapter": (is_name, "the name of a notebook, without folder or .ipynb"),
    "parameters": (
        lambda value: isinstance(value, dict) and all(isinstance(name, str) for name in value),
        "parameters with values, such as {sector: mbo}",
    ),
    "on_paper": (lambda value: isinstance(value, bool), "true or false"),
    "reads": (lambda value: isinstance(value, list), "a list of files of the project"),
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


def refuse_all(problems: Sequence[NaReportError]) -> None:
    """Raises problems as one; what pages of one chapter say alike is said once."""
    if problems:
        hints = dict.fromkeys(problem.hint for problem in problems)
        raise NaReportError("\n".join(dict.fromkeys(map(str, problems))), hint=" ".join(hints))


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


def _converted(value: Any, kind: str) -> Any:
    if kind == "bool" and (text := str(value).lower()) in ("true", "false"):
        return text == "true"
    if kind in ("int", "float"):
        return int(str(value)) if kind == "int" else float(str(value))
    if kind == "bool" or (kind == "str" and not isinstance(value, str)):
        raise ValueError(value)
    return value
