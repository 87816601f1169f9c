"""Whether a page is still what its ingredients make: same fingerprint, same page."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from na_report.base.files import write_whole
from na_report.base.paths import ADDRESS, CLAIMS, CONFIG, LOCK, PROGRAM, TOC, WORDS, Project
from na_report.base.stories import STORY
from na_report.running.chapters import read_chapter
from na_report.running.pages import Page, all_pages

# The files of a project that a book is made of, beside the folders of chapters and data.
FILES = (TOC, CONFIG, LOCK, PROGRAM)
# What is no text counts too, byte for byte: a fingerprint is no place to stop at it.
_AS_BYTES = "surrogateescape"

Answers = Callable[[Iterable[str]], Mapping[str, str]]


def hash_files(paths: Iterable[Path], root: Path) -> str:
    """Returns one hash over the names and bytes of files, also of names that are no text."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(root)}\0".encode(errors=_AS_BYTES))
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def library_files() -> tuple[list[Path], Path]:
    """Returns all files of this package, and its folder."""
    root = Path(__file__).resolve().parent.parent
    # Asked for every page; `rglob` takes five times as long.
    folders = os.walk(root)
    return [Path(folder, name) for folder, _, names in folders if "__pycache__" not in folder for name in names], root


def ingredients(project: Project, page: Page, parameters: Mapping[str, Any]) -> dict[str, str]:
    """Returns a hash per ingredient of a page, except of what it asks of the data.

    Of the stories in the folder of a chapter only that counts which a parameter names: a change of one leaves other pages alone.
    """
    notebook = read_chapter(page.chapter)
    cells = [(cell.id, cell.cell_type, cell.metadata, cell.source) for cell in notebook.cells]
    files = {f"{path.parent.name}/{path.name}": path for path in page.stories(parameters) if path.is_file()}
    files |= {"lock": project.root / LOCK, **{name: project.root / name for name in page.reads}}
    return {
        "chapter": _hash([cells, notebook.metadata]),
        "parameters": _hash(sorted(parameters.items())),
        "library": code_hash(),
        "python": platform.python_version(),
        **{name: _hash(_text(path)) for name, path in files.items()},
    }


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors=_AS_BYTES) if path.is_file() else ""


def library_hash() -> str:
    """Returns the hash of the library."""
    return _hash_once(*library_files())


def code_hash() -> str:
    """Returns the hash of the library without the stylesheets and templates, which no chapter sees."""
    files, root = library_files()
    return _hash_once([path for path in files if "assets" not in path.parts], root)


def data_hash(project: Project) -> str:
    """Returns the hash of what answers a page, but for stories: claims, words, and all editions, as it may compare two."""
    files = [*project.data.rglob("*"), project.chapters / CLAIMS, *project.chapters.glob(f"*/{WORDS}")]
    return _hash_once([path for path in files if path.is_file()], project.root)


def _hash_once(files: Iterable[Path], root: Path) -> str:
    """Returns the hash of files whose bytes are read again only when one has been written to."""
    stats = [(path, path.stat()) for path in sorted(files)]
    return _hash_seen(tuple((path, found.st_mtime_ns, found.st_size) for path, found in stats), root)


@functools.lru_cache(maxsize=8)
def _hash_seen(files: tuple[tuple[Path, int, int], ...], root: Path) -> str:
    return hash_files([path for path, _, _ in files], root)


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


def hash_inputs(project: Project) -> str:
    """Returns one hash over all that any book of a project is made of; takes some hundredths of a second."""
    files = [
        path
        for folder in (project.data, project.chapters)
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts)
    ]
    named = {*FILES, *(name for page in all_pages(project) for name in page.reads)}
    files += [path for name in named if (path := project.root / name).is_file() and path not in files]
    address = os.environ.get(ADDRESS, "")
    return _hash([hash_files(files, project.root), library_hash(), platform.python_version(), address])


@dataclass(frozen=True)
class State:
    """What a page was made of when it last ran, as hashes: of each ingredient, answer of the data, its notebook, and all data.

    While the data are the same, so are the answers but for stories.
    """

    ingredients: Mapping[str, str]
    reads: Mapping[str, str]
    notebook: str
    data: str


def state_file(folder: Path, page: str) -> Path:
    """Returns where the state of a page is kept."""
    return folder / f"{page}.state.json"


def read_state(folder: Path, page: str) -> State | None:
    """Returns the state of a page; nothing when it never ran to the end, or when its file is damaged."""
    try:
        found, mark = json.loads(state_file(folder, page).read_text(encoding="utf-8"))
        return State(**found) if mark == _hash(found) else None
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def write_state(folder: Path, page: str, made_of: Mapping[str, str], reads: Mapping[str, str], data: str) -> None:
    """Marks a page as whole; the last thing that a run writes."""
    notebook = hash_files([folder / f"{page}.ipynb"], folder)
    state = {"ingredients": dict(made_of), "reads": dict(reads), "notebook": notebook, "data": data}
    write_whole(state_file(folder, page), json.dumps([state, _hash(state)], ensure_ascii=False).encode())


def reasons(project: Project, page: Page, parameters: Mapping[str, Any], folder: Path, answers: Answers) -> list[str]:
    """Returns why a page would run again; an empty list when it would not.

    The answers are today's digests for the questions that the page asked.
    """
    state = read_state(folder, page.name)
    if state is None or not (notebook := folder / f"{page.name}.ipynb").is_file():
        return ["it has not run to the end yet"]
    if hash_files([notebook], folder) != state.notebook:
        return ["its executed notebook was changed or damaged"]
    now = ingredients(project, page, parameters)
    found = [f"{name} changed" for name in now if now[name] != state.ingredients.get(name)]
    is_same = state.data == data_hash(project)
    asked = [question for question in state.reads if not is_same or json.loads(question)[0] == STORY]
    today = answers(asked) if asked else {}
    for question in asked:
        if today.get(question) != state.reads[question]:
            parts = json.loads(question)
            words = (part if isinstance(part, str) else json.dumps(part, ensure_ascii=False) for part in parts)
            found.append(f"data changed: {' '.join(words)}")
    return found
