"""Whether translations follow what they translate: a cell or story carries the hash of the one that it is a translation of.

A new chapter has a notebook per language, which follow from the start.
"""

import difflib
import hashlib
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.files import write_whole
from na_report.base.paths import Project
from na_report.base.stories import read_story
from na_report.running.notebooks import first_line, read_chapter
from na_report.running.pages import all_pages, is_name, languages, read_contents

# In the metadata of a cell, and in the settings of a story.
MARK = "translates"
_LINE = re.compile(rf"^{MARK}: *(\S*) *$\n?", re.MULTILINE)


def mark_of(text: str) -> str:
    """Returns what a translation of a text carries; space around the text does not count."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:12]


def _story_mark(path: Path) -> str:
    return mark_of("\n".join(f"+++ {name}\n{text}" for name, text in read_story(path).parts.items()))


def find_differences(project: Project) -> list[str]:
    """Returns what is behind, missing or extra in any translation, one line each."""
    first, *others = languages(project)
    root, found = project.chapters / first, []
    for language in others:
        kept, there = read_contents(project, language).pages, project.chapters / language
        pages = [page for page in all_pages(project, first) if page.name in kept]
        wanted = dict.fromkeys(path.relative_to(root) for page in pages for path in (page.chapter, *page.stories()))
        for name in wanted:
            source, target = root / name, there / name
            if target.is_file():
                faults = _story(source, target) if name.suffix == ".md" else _notebook(source, target)
                found += [f"{project.short(target)}{fault}" for fault in faults]
            else:
                found.append(f"{project.short(target)}: missing, it would translate {project.short(source)}")
        names = {path.relative_to(there) for path in (*there.glob("*.ipynb"), *there.glob("*/*.md"))}
        extra = sorted(names - wanted.keys())
        found += [f"{project.short(there / name)}: extra, it translates nothing" for name in extra]
    return found


def _story(source: Path, target: Path) -> Iterator[str]:
    said, story = read_story(source).parts, read_story(target)
    if _LINE.findall(story.settings) != [_story_mark(source)]:
        yield ": behind the story that it translates"
    for name in sorted(said.keys() ^ story.parts.keys()):
        yield f", part {name}: {'missing' if name in said else 'extra'}"


def _notebook(source: Path, target: Path) -> Iterator[str]:
    said = {cell.id: cell.source for cell in read_chapter(source).cells}
    cells = {cell.id: cell for cell in read_chapter(target).cells}
    for number, (key, cell) in enumerate(cells.items(), 1):
        if key not in said:
            yield f", cell {number} ({first_line(cell.source)}): extra, no cell has its id {key}"
        elif cell.source != said[key] and cell.metadata.get(MARK) != mark_of(said[key]):
            yield f", cell {number} ({first_line(cell.source)}): behind, the text now starts with {first_line(said[key])}"
    for number, (key, text) in enumerate(said.items(), 1):
        if key not in cells:
            yield f", cell {number} of the original ({first_line(text)}): missing"


def accept(project: Project, path: Path) -> None:
    """Writes in a notebook or story that it follows what it translates now.

    Cells that stand between the same neighbours become translations of each other, so a new one need not get an id by hand.
    """
    first, *others = languages(project)
    path, chapters = path.resolve(), project.chapters.resolve()
    language, *name = path.relative_to(chapters).parts if path.is_relative_to(chapters) else ("",)
    if language not in others or not path.is_file():
        raise NaReportError(f"{path} is no translation.", hint=f"Name a file in chapters/{(others or [first])[0]}/.")
    source = project.chapters.joinpath(first, *name)
    if path.suffix == ".md":
        text, settings = path.read_text(encoding="utf-8"), _LINE.sub("", read_story(path).settings)
        body = text.partition("\n---\n")[2] if text.startswith("---\n") else text
        write_whole(path, f"---\n{settings}{MARK}: {_story_mark(source)}\n---\n{body}".encode())
        return
    import nbformat

    notebook, texts = nbformat.read(path, as_version=4), {cell.id: cell.source for cell in read_chapter(source).cells}
    _pair([*texts], notebook.cells)
    if faults := [cell.id for cell in notebook.cells if cell.id not in texts]:
        raise NaReportError(
            f"{path.relative_to(chapters)} has cells that translate nothing: {', '.join(faults)}.",
            hint="Remove them, or add their text to the chapter that it translates.",
        )
    for cell in notebook.cells:
        cell.metadata.pop(MARK, None)
        if cell.source != texts[cell.id]:
            cell.metadata[MARK] = mark_of(texts[cell.id])
    write_whole(path, f"{nbformat.writes(notebook)}\n".encode())


def _pair(wanted: Sequence[str], cells: Sequence[Any]) -> None:
    """Gives cells that stand where another id is wanted that id."""
    matcher = difflib.SequenceMatcher(None, wanted, [cell.id for cell in cells], autojunk=False)
    for kind, begin, end, start, stop in matcher.get_opcodes():
        if kind == "replace" and end - begin == stop - start:
            for key, cell in zip(wanted[begin:end], cells[start:stop], strict=True):
                cell.id = key


def write_chapter(project: Project, name: str) -> list[Path]:
    """Writes the notebooks of a new chapter and returns them."""
    if not is_name(name):
        raise NaReportError(f"A chapter can't have the name {name!r}.", hint="Use letters, digits, - and _.")
    paths = {language: project.chapters / language / f"{name}.ipynb" for language in languages(project)}
    if there := [path for path in paths.values() if path.exists()]:
        raise NaReportError(f"{project.short(there[0])} exists already.", hint="Choose another name.")
    form = (resources.files("na_report.running") / "texts" / "chapter.ipynb").read_text(encoding="utf-8")
    for language, path in paths.items():
        path.parent.mkdir(exist_ok=True)
        text = form.replace("TITLE", name.capitalize()).replace("LANGUAGE", language)
        write_whole(path, text.encode())
    first, *translations = paths.values()
    for path in translations:
        accept(project, path)
    return [first, *translations]
