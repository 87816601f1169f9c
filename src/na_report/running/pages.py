"""Which chapter makes which page, with which parameters."""

import difflib
import json
import re
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import PAGES, TOC, Project
from na_report.base.settings import read_settings, told_faults
from na_report.running.chapters import declared_types, read_chapter
from na_report.running.contents import is_name, known_language, read_contents
from na_report.running.executed import whole_notebooks

# What `pages.yml` may say of a page.
_FORM = json.loads((Path(__file__).parent / "texts" / "pages.json").read_bytes())


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
    problems = contents.problems + told_faults(f"chapters/{PAGES}", declared, _FORM)
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
