"""One file that keeps a book with all that made it: an RO-Crate in a BagIt bag, zipped without compression."""

from __future__ import annotations

import json
import platform
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.files import whole_file
from na_report.base.paths import ABOUT, CONFIG, LOCK, PROGRAM, TOC, Project
from na_report.base.zips import zip_entry
from na_report.book.book import Book
from na_report.book.published import PARTS, held, is_current
from na_report.running.fingerprint import hash_inputs, library_files

# Beside the library and the chapters: what installs them, and what tells who may use them.
_OF_LIBRARY = (PROGRAM, LOCK, "README.md", "Makefile", "LICENSE", "LICENSE-CC-BY-4.0", "CITATION.cff", "scripts/setup")
_OF_PROJECT = (TOC, CONFIG, LOCK, f"data/{ABOUT}", "chapters")
_README = Path(__file__).resolve().parent / "texts" / "archive.md"
_CRATE = "ro-crate-metadata.json"
_VERSION = "https://w3id.org/ro/crate/1.1"
_TYPES = {".html": "text/html", ".pdf": "application/pdf", ".csv": "text/csv", ".json": "application/json"}

_Entity = dict[str, Any]
# What a path in a manifest may not hold as it is.
_ENCODED = str.maketrans({"%": "%25", "\n": "%0A", "\r": "%0D"})


def write_archive(
    project: Project, editions: Sequence[str], languages: Sequence[str], about: Mapping[str, Any], target: Path
) -> None:
    """Writes an archive; the same book gives the same bytes, and a file appears only when it is whole.

    Args:
        project: The project.
        editions: All editions that the book may look back to, oldest first; the last is that of the book.
        languages: The languages of the books.
        about: The descriptor of the edition.
        target: The file.

    Raises:
        NaReportError: A book is missing or older than its ingredients.
        BusyError: Another process is making one of the books.
    """
    books = [Book(project, editions[-1], language) for language in languages]
    # A build that ends while files are read would leave some of the old book and some of the new one.
    with held(*books):
        files = _report(project, editions)
        inputs = hash_inputs(project)
        for book in books:
            files |= _built(book, inputs)
        program = tomllib.loads(files[f"report/{PROGRAM}"].read_text(encoding="utf-8"))["project"]
        crate = _crate(about, editions, languages, sorted(files), program["license"])
        readme = _README.read_text(encoding="utf-8").format(
            title=about["title"],
            edition=editions[-1],
            language=languages[0],
            requires=program["requires-python"],
            python=platform.python_version(),
            licence=", ".join(licence["title"] for licence in about["licenses"]),
            code_licence=program["license"],
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(target) as partial:
            _write_bag(partial, about, files, crate, readme)


def _report(project: Project, editions: Sequence[str]) -> dict[str, Path]:
    """Returns what the book is made of: the library and what installs it, the chapters, and the editions."""
    source = library_files()[1].parent.parent
    if not (source / PROGRAM).is_file():
        raise NaReportError(
            f"An archive needs the source of na-report, and {source} does not hold it.",
            hint="Install na-report from its source folder: pip install --editable .",
        )
    of_project = (*_OF_PROJECT, *(f"data/{name}" for name in editions))
    # The project comes last: it may have a lock of its own.
    return _found(source, "report", "src/na_report", *_OF_LIBRARY) | _found(project.root, "report", *of_project)


def _built(book: Book, inputs: str) -> dict[str, Path]:
    if not is_current(book, inputs, tuple(PARTS)):
        raise NaReportError(
            f"The book of edition {book.edition} in {book.language} is not there, or is older than what it is made of.",
            hint=f"Run: na-report build --edition {book.edition} --language {book.language}",
        )
    # A run that failed or was killed leaves .failed and .running before the ending.
    notebooks = [f"notebooks/{path.name}" for path in book.notebooks.glob("*.ipynb") if "." not in path.stem]
    return _found(book.folder, f"book/{book.language}", *chain(*PARTS.values()), *notebooks)


def _found(root: Path, place: str, *names: str) -> dict[str, Path]:
    """Returns files by where the archive has them: those of these names, and those in the folders of these names."""
    return {f"{place}/{path.relative_to(root).as_posix()}": path for name in names for path in _files(root / name)}


def _files(top: Path) -> Iterator[Path]:
    """Yields a file, or those in a folder and below; what programs hide there stays out."""
    for path in [top] if top.is_file() else sorted(top.rglob("*")):
        if any(part.startswith((".", "__pycache__")) for part in path.relative_to(top).parts):
            continue
        if path.is_symlink():
            raise NaReportError(
                f"{path} is a link to elsewhere, so the archive could not hold it.", hint="Put the file itself there."
            )
        if path.is_file():
            yield path


def _write_bag(target: Path, about: Mapping[str, Any], files: Mapping[str, Path], crate: str, readme: str) -> None:
    """Writes the zip: the payload first, then the tag files, which hold its hashes (RFC 8493)."""
    day = date.fromisoformat(about["created"][:10])
    with zipfile.ZipFile(target, "w") as bag:

        def add(name: str, content: bytes) -> str:
            mode = 0o755 if content.startswith(b"#!") else 0o644
            bag.writestr(zip_entry(f"{about['name']}/{name}", day=day, compressed=False, mode=mode), content)
            return f"{sha256(content).hexdigest()}  {name.translate(_ENCODED)}\n"

        lines, size = [], 0
        for name in (_CRATE, *sorted(files)):
            content = crate.encode() if name == _CRATE else files[name].read_bytes()
            size += len(content)
            lines.append(add(f"data/{name}", content))
        facts = {
            "Source-Organization": ", ".join(maker["title"] for maker in about["contributors"]),
            "External-Description": about["title"],
            "External-Identifier": f"{about['name']} {about['version']}",
            "Bag-Software-Agent": "na-report archive",
            "Payload-Oxum": f"{size}.{len(lines)}",
        }
        tags = {
            "README.md": readme,
            "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": "".join(f"{label}: {' '.join(fact.split())}\n" for label, fact in facts.items()),
            "manifest-sha256.txt": "".join(lines),
        }
        add("tagmanifest-sha256.txt", "".join(add(name, text.encode()) for name, text in tags.items()).encode())


def _crate(
    about: Mapping[str, Any], editions: Sequence[str], languages: Sequence[str], names: Sequence[str], licence: str
) -> str:
    """Returns the text of `ro-crate-metadata.json`: what is in an archive, who made it and who may use it.

    Of `editions` the last is that of the book; `names` are the places of all files, `licence` is the SPDX name of the program's.
    """
    edition = editions[-1]
    program = _entity("report/src/na_report/", "Dataset", "The program, in Python")
    sources = [
        _entity("report/chapters/", "Dataset", "The chapters: notebooks with text and code"),
        *(
            _entity(f"report/data/{name}/", "Dataset", f"Edition {name}: a Data Package of CSV tables")
            for name in editions
        ),
    ]
    books = [
        entity
        for name in languages
        for entity in (
            _entity(f"book/{name}/html/", "Dataset", f"The book as web pages ({name})"),
            _entity(f"book/{name}/notebooks/", "Dataset", f"The chapters as they ran ({name})"),
            _file_entity(f"book/{name}/html/index.html", f"First page of the book ({name})"),
            _file_entity(f"book/{name}/report.pdf", f"The book as PDF ({name})"),
        )
    ]
    lock = _file_entity("report/requirements.lock", "The packages that the program needs, with version and hash")
    tables = [
        _file_entity(name, name.rsplit("/", 1)[1]) for name in names if name.startswith(f"report/data/{edition}/")
    ]
    code = _entity(f"https://spdx.org/licenses/{licence}", "CreativeWork", licence)
    program |= {"@type": ["Dataset", "SoftwareSourceCode"], "license": _to([code])[0], "programmingLanguage": "Python"}
    parts = [program, *sources, *books, lock, *tables]
    licences = [_entity(found["path"], "CreativeWork", found["title"]) for found in about["licenses"]]
    makers = [
        _entity(f"#maker-{number}", "Organization", found["title"])
        for number, found in enumerate(about["contributors"], start=1)
    ]
    build = _entity("#build", "CreateAction", f"na-report build --edition {edition}") | {
        "description": f"Python {platform.python_version()}",
        "instrument": _to([program])[0],
        "object": _to(sources),
        "result": _to(books),
    }
    root = _entity("./", "Dataset", about["title"]) | {
        "description": about["description"],
        "version": about["version"],
        "datePublished": about["created"][:10],
        "inLanguage": list(languages),
        "license": _to(licences),
        "author": _to(makers),
        "hasPart": _to(parts),
        "mentions": _to([build])[0],
    }
    descriptor = {"@id": _CRATE, "@type": "CreativeWork", "conformsTo": {"@id": _VERSION}, "about": {"@id": "./"}}
    graph = [descriptor, root, *parts, *makers, *licences, code, build]
    return json.dumps({"@context": f"{_VERSION}/context", "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _entity(place: str, kind: str, name: str) -> _Entity:
    return {"@id": place, "@type": kind, "name": name}


def _file_entity(place: str, name: str) -> _Entity:
    return _entity(place, "File", name) | {"encodingFormat": _TYPES.get(PurePosixPath(place).suffix, "text/plain")}


def _to(entities: Iterable[_Entity]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]
