"""One file that keeps a book with all that made it: an RO-Crate in a BagIt bag, zipped without compression."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shlex
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from na_report.errors import NaReportError
from na_report.paths import ABOUT, CONFIG, LOCK, PROGRAM, TOC, Project
from na_report.publishing import book as books
from na_report.publishing.archive_words import readme
from na_report.publishing.crate import CRATE, describe
from na_report.publishing.fingerprint import hash_inputs, library_files
from na_report.publishing.published import held, is_current
from na_report.publishing.sbom import read_lock, write_bill
from na_report.zips import zip_entry

REPORT, BOOK, WHEELS, BILL = "report", "book", "wheels", "sbom.cdx.json"
# Beside the library and the chapters: what installs them, and what tells who may use them.
_OF_LIBRARY = (
    PROGRAM,
    "README.md",
    "Makefile",
    "LICENSE",
    "LICENSE-CC-BY-4.0",
    "CITATION.cff",
    "scripts/setup",
)
_OF_PROJECT = (TOC, CONFIG, f"data/{ABOUT}")
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Contents:
    """What goes into an archive.

    Args:
        project: The project.
        edition: The edition of the book.
        editions: All editions that the book may look back to, itself included.
        languages: The languages of the books.
        about: The descriptor of the edition: name, title, description, version, created, licenses, contributors.
        wheels: A folder with the packages of the lock, to take along.
    """

    project: Project
    edition: str
    editions: Sequence[str]
    languages: Sequence[str]
    about: Mapping[str, Any]
    wheels: Path | None = None

    @property
    def name(self) -> str:
        """The name of the folder in the archive."""
        return str(self.about["name"])


def write_archive(contents: Contents, target: Path) -> Path:
    """Writes the archive; the same book gives the same bytes, and a file appears only when it is whole.

    Raises:
        NaReportError: A book is missing or older than its ingredients, a wheel is not in the lock, or the file can't be
            written.
        BusyError: Another process is making one of the books.
    """
    with contextlib.ExitStack() as books_held:
        for language in contents.languages:
            # A build that ends while files are read would leave some of the old book and some of the new one.
            books_held.enter_context(held(books.Book(contents.project, contents.edition, language)))
        return _write(contents, target)


def _write(contents: Contents, target: Path) -> Path:
    payload = dict(sorted(_payload(contents)))
    payload[CRATE] = describe(contents, list(payload), _program()["license"]).encode()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                _write_bag(file, contents, payload)
                file.flush()
                os.fsync(file.fileno())
            Path(partial).chmod(0o644)
            return Path(partial).replace(target)
        finally:
            Path(partial).unlink(missing_ok=True)
    except OSError as error:
        raise NaReportError(
            f"{target} can't be written: {error.strerror}.",
            hint="Choose a folder that you may write to, with room for the archive.",
        ) from error


Source = Path | bytes


def _payload(contents: Contents) -> Iterator[tuple[str, Source]]:
    """Yields all files of the archive: the place in it, and the file or its bytes."""
    project, root = contents.project, _library_root()
    files, package = library_files()
    for path in files:
        yield f"{REPORT}/src/{path.relative_to(package.parent).as_posix()}", path
    for name in _OF_LIBRARY:
        if (root / name).is_file():
            yield f"{REPORT}/{name}", root / name
    for name in _OF_PROJECT:
        yield f"{REPORT}/{name}", project.root / name
    for folder in (project.chapters, *(project.data / name for name in contents.editions)):
        for path in _files(folder):
            yield f"{REPORT}/{path.relative_to(project.root).as_posix()}", path
    lock = _lock_of(project)
    yield f"{REPORT}/{LOCK}", lock
    yield (
        BILL,
        write_bill(lock.read_text(encoding="utf-8"), (root / PROGRAM).read_text(encoding="utf-8")).encode(),
    )
    inputs = hash_inputs(project)
    for language in contents.languages:
        yield from _book(books.Book(project, contents.edition, language), inputs)
    if contents.wheels:
        for path in _checked_wheels(contents.wheels, lock):
            yield f"{WHEELS}/{path.name}", path


def _library_root() -> Path:
    """Returns the folder that the library is developed in, which alone has all that it takes to install it."""
    root = library_files()[1].parent.parent
    if not (root / PROGRAM).is_file():
        raise NaReportError(
            f"An archive needs the source of na-report, and {root} does not hold it.",
            hint="Install na-report from its source folder: pip install --editable .",
        )
    return root


def _lock_of(project: Project) -> Path:
    """Returns the lock of a project, or of the library where the project has none of its own."""
    own = project.root / LOCK
    return own if own.is_file() else _library_root() / LOCK


def _program() -> Mapping[str, Any]:
    """Returns what the library says of itself: its licence, and which versions of Python it runs on."""
    text = (_library_root() / PROGRAM).read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["project"])


def _files(folder: Path) -> Iterator[Path]:
    """Yields the files in a folder and below; those that programs hide there stay out.

    Raises:
        NaReportError: A link would bring in a file from elsewhere.
    """
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        if path.is_symlink():
            raise NaReportError(
                f"{path} is a link to elsewhere, so the archive could not hold it.", hint="Put the file itself there."
            )
        if path.is_file():
            yield path


def _book(book: books.Book, inputs: str) -> Iterator[tuple[str, Source]]:
    if not is_current(book, inputs, ("html", "pdf")):
        raise NaReportError(
            f"The book of edition {book.edition} in {book.language} is not there, or is older than what it is made of.",
            hint=f"Run: na-report build --edition {book.edition} --language {book.language}",
        )
    place = f"{BOOK}/{book.language}"
    for path in _files(book.html):
        yield f"{place}/html/{path.relative_to(book.html).as_posix()}", path
    for pdf in (book.pdf, book.summary):
        if pdf.is_file():
            yield f"{place}/{pdf.name}", pdf
    for path in sorted(book.notebooks.glob("*.ipynb")):
        if "." not in path.stem:  # a run that failed or was killed leaves .failed and .running
            yield f"{place}/notebooks/{path.name}", path


def _checked_wheels(folder: Path, lock: Path) -> list[Path]:
    """Returns the packages in a folder.

    Raises:
        NaReportError: A file is not one that the lock names, or the folder has none.
    """
    known = {found for pin in read_lock(lock.read_text(encoding="utf-8")) for found in pin.hashes}
    paths = list(_files(folder)) if folder.is_dir() else []
    strange = [path.name for path in paths if _hash_of(path) not in known]
    if strange or not paths:
        found = f"holds {strange[0]}, which is not in {lock.name}" if strange else "holds no packages"
        raise NaReportError(
            f"{folder} {found}.",
            hint="Fill an empty folder with: "
            + shlex.join(["pip", "download", "--require-hashes", "--dest", str(folder), "--requirement", lock.name]),
        )
    return paths


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_bag(file: IO[bytes], contents: Contents, payload: Mapping[str, Source]) -> None:
    """Writes the zip: the payload first, then the tag files, which hold its hashes."""
    created = date.fromisoformat(str(contents.about["created"])[:10])
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bag:
        hashes, size = {}, 0
        for name in sorted(payload):
            hashes[f"data/{name}"], added = _add(bag, f"{contents.name}/data/{name}", payload[name], created)
            size += added
        program = _program()
        tags = {
            "README.md": readme(contents, program["requires-python"], program["license"]),
            "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": _bag_info(contents, len(payload), size),
            "manifest-sha256.txt": _manifest(hashes),
        }
        marks = {name: _add(bag, f"{contents.name}/{name}", text.encode(), created)[0] for name, text in tags.items()}
        _add(bag, f"{contents.name}/tagmanifest-sha256.txt", _manifest(marks).encode(), created)


def _bag_info(contents: Contents, count: int, size: int) -> str:
    makers = ", ".join(person["title"] for person in contents.about["contributors"])
    facts = {
        "Source-Organization": makers,
        "External-Description": contents.about["title"],
        "External-Identifier": f"{contents.name} {contents.about['version']}",
        "Bag-Software-Agent": "na-report archive",
        "Payload-Oxum": f"{size}.{count}",
    }
    return "".join(f"{label}: {' '.join(str(fact).split())}\n" for label, fact in facts.items())


def _manifest(hashes: Mapping[str, str]) -> str:
    return "".join(f"{hashes[name]}  {_encoded(name)}\n" for name in sorted(hashes))


def _encoded(name: str) -> str:
    """Returns a path as a manifest writes it."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _add(bag: zipfile.ZipFile, name: str, source: Source, created: date) -> tuple[str, int]:
    """Puts a file in the zip and returns its hash and size; time, owner and permissions are those of no machine."""
    total = hashlib.sha256()
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        mode = 0o755 if stream.read(2) == b"#!" else 0o644
        info = zip_entry(name, day=created, compressed=False, mode=mode)
        info.file_size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        with bag.open(info, "w") as target:
            while chunk := stream.read(_CHUNK_BYTES):
                total.update(chunk)
                target.write(chunk)
    return total.hexdigest(), info.file_size
