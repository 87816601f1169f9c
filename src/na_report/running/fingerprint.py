"""Whether a page is still what its ingredients make: same fingerprint, same page."""

import functools
import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from na_report.base.files import read_once, write_whole
from na_report.base.paths import ADDRESS, CLAIMS, CONFIG, LOCK, PAGES, PROGRAM, REGISTERS, TOC, WORDS, Project
from na_report.base.settings import read_settings
from na_report.running.notebooks import read_chapter
from na_report.running.pages import Page

# The files of a project that a book is made of, beside the folders of chapters and data.
FILES = (TOC, CONFIG, LOCK, PROGRAM)

Answers = Callable[[Iterable[str]], Mapping[str, str]]


def hash_files(paths: Iterable[Path], root: Path) -> str:
    """Returns one hash over the names and bytes of files, also of names that are no text."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(root)}\0".encode(errors="surrogateescape"))
        total.update(_digest(path))
    return total.hexdigest()[:16]


@read_once
def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


def library_files() -> tuple[list[Path], Path]:
    """Returns all files of this package, and its folder."""
    root = Path(__file__).resolve().parent.parent
    return [path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts], root


@functools.cache
def own_library() -> str:
    """Returns the hash of the library as this process runs it, without the stylesheets and templates, which no chapter sees."""
    files, root = library_files()
    return hash_files([path for path in files if "assets" not in path.parts], root)


def data_hash(project: Project) -> str:
    """Returns the hash of what answers a page, but for stories: all editions, as it may compare two, claims, registers, words."""
    named = [project.chapters / CLAIMS, project.chapters / REGISTERS, *project.chapters.glob(f"*/{WORDS}")]
    files = [*project.data.rglob("*"), *named]
    return hash_files([path for path in files if path.is_file()], project.root)


def hash_inputs(project: Project) -> str:
    """Returns one hash over all that any book of a project is made of; takes some hundredths of a second."""
    files = {
        path
        for folder in (project.data, project.chapters)
        for path in folder.rglob("*")
        if not any(part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts)
    }
    # Unchecked, as a file that says something else has another hash, and what is wrong with it is told by the build.
    declared = read_settings(project.chapters / PAGES) if (project.chapters / PAGES).is_file() else {}
    reads = [
        page["reads"] for page in declared.values() if isinstance(page, dict) and isinstance(page.get("reads"), list)
    ]
    files |= {project.root / str(name).lstrip("/") for name in (*FILES, *chain.from_iterable(reads))}
    hashed = hash_files([path for path in files if path.is_file()], project.root)
    return _hash([hashed, hash_files(*library_files()), platform.python_version(), os.environ.get(ADDRESS, "")])


def ingredients(project: Project, page: Page) -> dict[str, str]:
    """Returns a hash per ingredient of a page, except of what it asks of the data and of stories."""
    files = {"lock": project.root / LOCK, **{name: project.root / name for name in page.reads}}
    return {
        "chapter": _hash_of_chapter(page.chapter),
        "parameters": _hash(sorted(page.parameters.items())),
        "library": own_library(),
        "python": platform.python_version(),
        **{name: hash_files([path], project.root) for name, path in files.items() if path.is_file()},
    }


@read_once
def _hash_of_chapter(path: Path) -> str:
    notebook = read_chapter(path)
    cells = [(cell.id, cell.cell_type, cell.metadata, cell.source) for cell in notebook.cells]
    return _hash([cells, notebook.metadata])


class State(NamedTuple):
    """What a page was made of when it last ran, as hashes: of each ingredient, answer of the data, its notebook, and all data."""

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
    state = State(made_of, reads, hash_files([folder / f"{page}.ipynb"], folder), data)._asdict()
    write_whole(state_file(folder, page), json.dumps([state, _hash(state)], ensure_ascii=False).encode())


def reasons(project: Project, page: Page, folder: Path, answers: Answers) -> list[str]:
    """Returns why a page with all its parameters would run again; an empty list when it would not.

    The answers are today's digests for the questions that the page asked.
    """
    state = read_state(folder, page.name)
    if state is None or not (notebook := folder / f"{page.name}.ipynb").is_file():
        return ["it has not run to the end yet"]
    if hash_files([notebook], folder) != state.notebook:
        return ["its executed notebook was changed or damaged"]
    now, before = ingredients(project, page), state.ingredients
    found = [f"{name} changed" for name in {**now, **before} if now.get(name) != before.get(name)]
    # While the data are the same, so are the answers but for stories.
    is_same = state.data == data_hash(project)
    asked = [question for question in state.reads if not is_same or question.startswith('["story"')]
    today = answers(asked) if asked else {}
    for question in asked:
        if today.get(question) != state.reads[question]:
            words = (
                part if isinstance(part, str) else json.dumps(part, ensure_ascii=False) for part in json.loads(question)
            )
            found.append(f"data changed: {' '.join(words)}")
    return found
