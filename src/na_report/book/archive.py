"""One file that keeps a book with all that made it: an RO-Crate in a BagIt bag, zipped without compression."""

import platform
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

from jinja2 import Template

from na_report.base.errors import NaReportError
from na_report.base.files import whole_file, zip_entry
from na_report.base.paths import ABOUT, CONFIG, LOCK, PROGRAM, TOC, Project
from na_report.book.book import PARTS, Book, held, is_current
from na_report.running.fingerprint import hash_inputs, library_files
from na_report.running.notebooks import whole_notebooks

# Beside the library and the chapters: what installs them, and what tells who may use them.
_OF_LIBRARY = (PROGRAM, LOCK, "README.md", "Makefile", "LICENSE", "LICENSE-CC-BY-4.0", "CITATION.cff", "scripts/setup")
_OF_PROJECT = (TOC, CONFIG, LOCK, f"data/{ABOUT}", "chapters")
_TEXTS = Path(__file__).resolve().parent / "texts"
_README, _CRATE = _TEXTS / "archive.md", _TEXTS / "ro-crate-metadata.json"
# What a name in a manifest may not hold as it is, and `sha256sum` not otherwise.
_ODD = {"%", "\n", "\r"}


def write_archive(
    project: Project, editions: Sequence[str], languages: Sequence[str], about: Mapping[str, Any], target: Path
) -> None:
    """Writes an archive; the same book gives the same bytes, and a file appears only when it is whole.

    `editions` are all that the book may look back to, oldest first; the last is its own, and `about` the descriptor of that.
    A `NaReportError` when a book in one of the languages is missing or older than its ingredients.
    """
    books = [Book(project, editions[-1], language) for language in languages]
    # A build that ends while files are read would leave some of the old book and some of the new one.
    with held(*books):
        files = _files_of(project, editions, books)
        program = tomllib.loads(files[f"report/{PROGRAM}"].read_text(encoding="utf-8"))["project"]
        facts = {"about": about, "editions": editions, "edition": editions[-1], "languages": languages}
        facts |= {"python": platform.python_version(), "program": program}
        readme, crate = (Template(path.read_text(encoding="utf-8")).render(facts) for path in (_README, _CRATE))
        target.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(target) as partial:
            _write_bag(partial, about, {_CRATE.name: crate.encode(), **files}, readme)


def _files_of(project: Project, editions: Sequence[str], books: Iterable[Book]) -> dict[str, Path]:
    """Returns what the books are made of and the books themselves, by where the archive has each file."""
    source = library_files()[1].parent.parent
    if not (source / PROGRAM).is_file():
        raise NaReportError(
            f"An archive needs the source of na-report, and {source} does not hold it.",
            hint="Install na-report from its source folder: pip install --editable .",
        )
    places = [(source, "report", name) for name in ("src/na_report", *_OF_LIBRARY)]
    # The project comes last: it may have a lock of its own.
    places += [(project.root, "report", name) for name in (*_OF_PROJECT, *(f"data/{name}" for name in editions))]
    inputs = hash_inputs(project)
    for book in books:
        if not is_current(book, inputs, PARTS):
            told = f"The book of edition {book.edition} in {book.language}"
            raise NaReportError(
                f"{told} is not there, or is older than what it is made of.",
                hint=f"Run: na-report build --edition {book.edition} --language {book.language}",
            )
        notebooks = [f"notebooks/{path.name}" for path in whole_notebooks(book.notebooks)]
        places += [(book.folder, f"book/{book.language}", name) for name in (*chain(*PARTS.values()), *notebooks)]
    return {
        f"{place}/{path.relative_to(root).as_posix()}": path
        for root, place, name in places
        for path in _files(root / name)
    }


def _files(top: Path) -> Iterator[Path]:
    """Yields a file, or those in a folder and below; what programs hide there stays out."""
    for path in [top] if top.is_file() else sorted(top.rglob("*")):
        if any(part.startswith((".", "__pycache__")) for part in path.relative_to(top).parts):
            continue
        if path.is_symlink() or _ODD & {*path.name}:
            what = "is a link to elsewhere" if path.is_symlink() else "has % or the end of a line in its name"
            raise NaReportError(
                f"{path} {what}, so the archive could not hold it.",
                hint="Put the file itself there, with another name.",
            )
        if path.is_file():
            yield path


def _write_bag(target: Path, about: Mapping[str, Any], payload: Mapping[str, Path | bytes], readme: str) -> None:
    """Writes the zip: the payload first, then the tag files, which hold its hashes (RFC 8493)."""
    day = date.fromisoformat(about["created"][:10])
    with zipfile.ZipFile(target, "w") as bag:

        def add(name: str, content: bytes) -> str:
            mode = 0o755 if content.startswith(b"#!") else 0o644
            bag.writestr(zip_entry(f"{about['name']}/{name}", day=day, compressed=False, mode=mode), content)
            return f"{sha256(content).hexdigest()}  {name}\n"

        manifest, size = "", 0
        for name, file in sorted(payload.items()):
            content = file if isinstance(file, bytes) else file.read_bytes()
            manifest += add(f"data/{name}", content)
            size += len(content)
        title = " ".join(about["title"].split())
        tags = {
            "README.md": readme,
            "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": f"External-Description: {title}\nPayload-Oxum: {size}.{len(payload)}\n",
            "manifest-sha256.txt": manifest,
        }
        add("tagmanifest-sha256.txt", "".join(add(name, text.encode()) for name, text in tags.items()).encode())
