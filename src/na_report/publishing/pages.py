"""Which chapter makes which page, with which parameters."""

from __future__ import annotations

import ast
import difflib
import fnmatch
import functools
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from na_report.errors import NaReportError
from na_report.paths import Project

if TYPE_CHECKING:
    import nbformat

TOC = "_toc.yml"
PAGES = "pages.yml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_TRUE_FALSE = {"true": True, "false": False}


@dataclass(frozen=True)
class Page:
    """A chapter with its parameters.

    Args:
        name: The name of the page in the book and in its address.
        chapter: The notebook.
        parameters: What this page sets; edition and language come with the run.
        on_paper: Whether the PDF has it; not a page for the screen that repeats what the others say.
        reads: Files of the project that it shows something of, besides the edition and the lock.
        memory_mb: Memory that it may use, in MiB; nothing for what any page may.
        seconds: Time that it may take; nothing for what any page may.
    """

    name: str
    chapter: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    on_paper: bool = True
    reads: Sequence[str] = ()
    memory_mb: int | None = None
    seconds: int | None = None


def all_pages(project: Project) -> list[Page]:
    """Returns the pages of the book in the order of `_toc.yml`.

    Raises:
        NaReportError: A page has no notebook, or a limit that is no number.
    """
    toc = yaml.safe_load((project.root / TOC).read_text(encoding="utf-8"))
    declared_file = project.chapters / PAGES
    declared = yaml.safe_load(declared_file.read_text(encoding="utf-8")) if declared_file.is_file() else {}
    pages = []
    for name in _names(toc):
        entry = declared.get(name, {})
        chapter = project.chapters / f"{entry.get('chapter', name)}.ipynb"
        if not _NAME.fullmatch(name) or chapter.parent != project.chapters:
            raise NaReportError(
                f"{name!r} in {TOC} can't be the name of a page.",
                hint="Name pages and chapters with letters, digits, - and _, without folders.",
            )
        if not chapter.is_file():
            raise NaReportError(
                f"The page {name!r} in {TOC} has no notebook: {chapter} does not exist.",
                hint=f"Add the notebook, take the page out of {TOC}, or name its chapter in chapters/{PAGES}.",
            )
        pages.append(
            Page(
                name,
                chapter,
                entry.get("parameters", {}),
                on_paper=entry.get("on_paper", True),
                reads=tuple(entry.get("reads", ())),
                **_limits(name, entry),
            )
        )
    return pages


def _limits(page: str, entry: Mapping[str, Any]) -> dict[str, int]:
    """Returns the limits that a page sets for itself.

    Raises:
        NaReportError: One is no whole number above zero.
    """
    found = {key: entry[key] for key in ("memory_mb", "seconds") if key in entry}
    for key, value in found.items():
        if type(value) is not int or value < 1:
            raise NaReportError(
                f"chapters/{PAGES}: page {page}, {key}: found {value!r}, expected a whole number above zero.",
                hint=f"Write for instance `{key}: 900`, or leave it out for the usual limit.",
            )
    return found


def _names(node: Any) -> Iterator[str]:
    """Yields the files of a table of contents from top to bottom."""
    if isinstance(node, dict):
        for key in ("root", "file"):
            if key in node:
                yield str(node[key])
        for key in ("parts", "chapters", "sections"):
            yield from _names(node.get(key, []))
    elif isinstance(node, list):
        for item in node:
            yield from _names(item)


def mentions(folder: Path, anchors: Collection[str]) -> dict[str, list[str]]:
    """Tells which executed pages show a row, and in which figures.

    Args:
        folder: The executed notebooks.
        anchors: The places of the rows in the book, such as `ind019-nl-2019`.

    Returns:
        Per page that links to or holds one of the places the names of the figures whose caption or data does.
    """
    import nbformat

    found: dict[str, list[str]] = {}
    wanted = re.compile("|".join(rf"#{re.escape(anchor)}\b(?![-\w])" for anchor in sorted(anchors)) or "(?!)")
    for path in sorted(folder.glob("*.ipynb")):
        texts = [
            str(output.get("data", {}).get(mime, ""))
            for cell in nbformat.read(path, as_version=4).cells
            for output in cell.get("outputs", [])
            for mime in ("text/markdown", "application/papermill.record/text/markdown")
        ]
        hits = [text for text in texts if wanted.search(text)]
        if hits and not path.stem.endswith((".failed", ".running")):
            figures = [name for text in hits for name in re.findall(r"^:name: (fig-\S+)$", text, re.MULTILINE)]
            found[path.stem] = figures
    return found


def choose(pages: Sequence[Page], wanted: Sequence[str]) -> list[Page]:
    """Returns the pages with the wanted names, or of the wanted chapters; all when nothing is wanted.

    Raises:
        NaReportError: There is no such page or chapter.
    """
    if not wanted:
        return list(pages)
    known = {page.name for page in pages} | {page.chapter.stem for page in pages}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise NaReportError(f"There is no page or chapter {unknown[0]!r}.", hint=_suggest(unknown[0], known))
    return [page for page in pages if page.name in wanted or page.chapter.stem in wanted]


def _suggest(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {close[0]}?" if close else f"Choose from: {', '.join(sorted(known))}."


def checked_parameters(page: Page, given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns parameters with the types that the chapter's parameters cell declares.

    Args:
        page: The page to run.
        given: Values by name; text is read as the declared type.

    Raises:
        NaReportError: A name is unknown or a value has the wrong type.
    """
    known = declared_types(page.chapter)
    problems, checked = [], {}
    for name, value in {**page.parameters, **given}.items():
        if name not in known:
            problems.append(f"unknown parameter {name!r}. {_suggest(name, set(known))}")
            continue
        kind = known[name]
        try:
            checked[name] = _converted(value, kind)
        except ValueError:
            problems.append(f"parameter {name}: found {value!r}, expected a value of type {kind}.")
    if problems:
        raise NaReportError(
            f"Page {page.name} does not run: " + " ".join(problems),
            hint=f"The parameters cell of {page.chapter.name} has: "
            + ", ".join(f"{name} ({kind})" for name, kind in known.items())
            + ".",
        )
    return checked


@functools.lru_cache(maxsize=64)
def _declared(chapter: Path, changed: int) -> dict[str, str]:
    """Returns the type per parameter, as the parameters cell of a chapter writes it; `None` where it writes none."""
    declared: dict[str, str] = {}
    for cell in json.loads(chapter.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code" and "parameters" in cell["metadata"].get("tags", []):
            for line in ast.parse("".join(cell["source"])).body:
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                    declared[line.target.id] = ast.unparse(line.annotation)
                elif isinstance(line, ast.Assign):
                    declared |= {target.id: "None" for target in line.targets if isinstance(target, ast.Name)}
    return declared


def declared_types(chapter: Path) -> dict[str, str]:
    """Returns the type per parameter of a chapter; a file is read again only when it has been written to."""
    return _declared(chapter, chapter.stat().st_mtime_ns)


def _converted(value: Any, kind: str) -> Any:
    if kind == "bool":
        if isinstance(value, bool):
            return value
        if str(value).lower() in _TRUE_FALSE:
            return _TRUE_FALSE[str(value).lower()]
        raise ValueError(value)
    if kind == "int":
        return int(str(value))
    if kind == "float":
        return float(str(value))
    if kind == "str" and not isinstance(value, str):
        raise ValueError(value)
    return value


def selected(notebook: nbformat.NotebookNode, parameters: Mapping[str, Any]) -> nbformat.NotebookNode:
    """Returns a copy without the cells that are meant for other parameters.

    A cell with tags `only:sector=mbo` stays when the parameter `sector` is `mbo`; a `*` stands for anything. With more
    tags for the same parameter, one of them has to hold. `only:edition>=2026` means this value or a later one.

    Example:
        >>> from nbformat.v4 import new_markdown_cell, new_notebook
        >>> cell = new_markdown_cell("Mbo", metadata={"tags": ["only:sector=mbo"]})
        >>> book = new_notebook(cells=[cell])
        >>> len(selected(book, {"sector": "mbo"}).cells), len(selected(book, {"sector": "ho"}).cells)
        (1, 0)
    """
    import nbformat

    copy = nbformat.from_dict(notebook)
    copy.cells = [cell for cell in notebook.cells if _applies(cell.metadata.get("tags", []), parameters)]
    return copy


def _applies(tags: Sequence[str], parameters: Mapping[str, Any]) -> bool:
    conditions: dict[str, set[str]] = {}
    for tag in tags:
        if not tag.startswith("only:"):
            continue
        name, from_on, least = tag.removeprefix("only:").partition(">=")
        if from_on:
            if str(parameters.get(name)) < least:
                return False
            continue
        name, _, value = name.partition("=")
        conditions.setdefault(name, set()).add(value)
    return all(
        any(fnmatch.fnmatchcase(str(parameters.get(name)), value) for value in values)
        for name, values in conditions.items()
    )
