"""Whether two books are the same to the byte, and if not, which file differs and where."""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup

from na_report.base.errors import NaReportError
from na_report.base.files import copy_folder
from na_report.base.paths import Project
from na_report.base.wording import Words
from na_report.book.book import Book
from na_report.book.site import pdfs, with_switch
from na_report.running.contents import languages
from na_report.running.fingerprint import FILES

_AROUND = 30
_OBJECT = re.compile(rb"(?:^|[\r\n])(\d+) \d+ obj\b")
_EDITION = re.compile(r"[a-z0-9-]+")

Contents = Mapping[str, bytes]


@dataclass(frozen=True, order=True)
class Difference:
    """A file that is not the same in two books.

    Args:
        file: Its path in the book.
        kind: `changed`, `missing` or `extra`.
        place: The first place that differs; empty when the whole file does.

    Example:
        >>> print(Difference("index.html", "extra"))
        extra    index.html
    """

    file: str
    kind: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.kind:<8} {self.file}{f': {self.place}' if self.place else ''}"


def compare(expected: Contents, found: Contents) -> list[Difference]:
    """Returns what differs between two sets of files.

    Example:
        >>> for difference in compare({"a": b"one\\ntwo", "b": b""}, {"a": b"one\\ntoo", "c": b""}):
        ...     print(difference)
        changed  a: line 2, column 2: expected 'one\\ntwo', found 'one\\ntoo'
        missing  b
        extra    c
    """
    changed = [
        Difference(name, "changed", first_difference(expected[name], found[name]))
        for name in expected.keys() & found.keys()
        if expected[name] != found[name]
    ]
    missing = [Difference(name, "missing") for name in expected.keys() - found.keys()]
    extra = [Difference(name, "extra") for name in found.keys() - expected.keys()]
    return sorted([*changed, *missing, *extra])


def first_difference(expected: bytes, found: bytes) -> str:
    """Returns the first place where two files differ: part of an archive, object of a PDF, line of a text, or byte.

    Example:
        >>> first_difference(b"\\xff\\x00", b"\\xff\\x01")
        "byte 1: expected b'\\\\xff\\\\x00', found b'\\\\xff\\\\x01'"
    """
    if zipfile.is_zipfile(io.BytesIO(expected)) and zipfile.is_zipfile(io.BytesIO(found)):
        parts = compare(_unzipped(expected), _unzipped(found))
        return f"{parts[0].kind} part {parts[0].file} {parts[0].place}" if parts else "the packing, not the contents"
    at = next((at for at, pair in enumerate(zip(expected, found, strict=False)) if pair[0] != pair[1]), None)
    if at is None:
        at = min(len(expected), len(found))
    start = max(0, at - _AROUND)
    shown = (expected[start : at + _AROUND], found[start : at + _AROUND])
    if expected.startswith(b"%PDF"):
        objects = _OBJECT.findall(expected, 0, at)
        return f"byte {at}, in object {objects[-1].decode() if objects else 0} of the PDF"
    try:
        before = expected[:at].decode(errors="ignore") if expected.decode() and found.decode() else ""
    except UnicodeDecodeError:
        return f"byte {at}: expected {shown[0]!r}, found {shown[1]!r}"
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    texts = [part.decode(errors="ignore") for part in shown]
    return f"line {line}, column {column}: expected {texts[0]!r}, found {texts[1]!r}"


def _unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def contents(path: Path) -> dict[str, bytes]:
    """Returns the bytes of all files in a folder by their path in it, or of the one file that a path is."""
    if path.is_file():
        return {path.name: path.read_bytes()}
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def copied(project: Project, folder: Path) -> Project:
    """Copies to an empty folder what a book is made of, so that a book can be made there.

    Returns:
        The copy.
    """
    for name in ("chapters", "data", *FILES):
        source = project.root / name
        if source.is_dir():
            copy_folder(source, folder / name)
        elif source.is_file():
            shutil.copyfile(source, folder / name)
    return Project(folder)


@contextmanager
def private_copy(project: Project) -> Iterator[Project]:
    """Gives such a copy in a folder that is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="na-report-") as folder:
        copy = Path(folder) / "project"
        copy.mkdir()
        yield copied(project, copy)


def formats_of(path: Path, language: str) -> list[str]:
    """Returns in which formats a book must be made to compare it with a published one.

    Args:
        path: A PDF, a folder with the pages of a book, the folder that a build writes to, or that of an edition in a site.
        language: The language of the book.

    Raises:
        NaReportError: There is no book at that path.
    """
    if path.is_file() and path.suffix == ".pdf":
        return ["pdf"]
    if (path / "index.html").is_file():
        return ["html", "pdf"] if _in_site(path) else ["html"]
    if _is_built(path):
        return ["html", "pdf"] if (path / "report.pdf").is_file() else ["html"]
    if (path / language / "index.html").is_file():
        return ["html", "pdf"]
    raise NaReportError(
        f"{path} is no book: it is not a PDF and has no index.html, nor {language}/index.html.",
        hint="Name a PDF, a folder with the pages of a book, or the folder of an edition in a site.",
    )


def _is_built(path: Path) -> bool:
    """Tells whether a path is the folder of a build, which keeps much beside the book."""
    return (path / "html" / "index.html").is_file() and (path / "notebooks").is_dir()


def differences(book: Book, path: Path) -> tuple[int, list[Difference]]:
    """Compares a book with a published copy of it.

    Args:
        book: The book, made as it should be.
        path: The published copy, see `formats_of`.

    Returns:
        How many files were compared, and those that differ.
    """
    found = contents(path)
    if path.is_file():
        expected = {path.name: (book.summary if path.name == book.summary.name else book.pdf).read_bytes()}
    elif (path / "index.html").is_file():
        expected = _pages(book, path, found)
    elif _is_built(path):
        found, expected = _readable(path), _readable(book.folder)
    else:
        expected = {
            f"{book.language}/{name}": content
            for name, content in _pages(book, path / book.language, contents(path / book.language)).items()
        }
        data = contents(book.project.data / book.edition)
        expected |= {f"data/{name}": content for name, content in data.items()}
    return len({*expected, *found}), compare(expected, found)


def _readable(folder: Path) -> dict[str, bytes]:
    """Returns what of the folder of a build is for readers."""
    pages = {f"html/{name}": content for name, content in contents(folder / "html").items()}
    return pages | {path.name: path.read_bytes() for path in sorted(folder.glob("*.pdf"))}


def _pages(book: Book, folder: Path, found: Contents) -> dict[str, bytes]:
    """Returns the files of a book as they must be in a folder: as built, or as in a site."""
    files = contents(book.html)
    if not _in_site(folder):
        return files
    for name in [name for name in files if name.endswith(".html")]:
        ways = _ways(found.get(name, b"").decode(errors="replace"), name, book)
        files[name] = with_switch(files[name].decode(), name, book, *ways).encode()
    return files | {pdf.name: pdf.read_bytes() for pdf in pdfs(book)}


def _in_site(folder: Path) -> bool:
    """Tells whether a folder of pages is part of a site, where each page leads to other editions."""
    return 'class="edities"' in (folder / "index.html").read_text(encoding="utf-8", errors="replace")


def _ways(page: str, name: str, book: Book) -> tuple[dict[str, str], dict[str, str]]:
    """Returns to which editions and languages a published page leads; of an address only these names are taken over."""
    soup, known = BeautifulSoup(page, "html.parser"), languages(book.project)
    spoken = {}
    for link in soup.select("ul.talen a"):
        language = str(link.get("hreflang"))
        if language in known:
            first = f"../{language}/index.html"
            same = name if language == book.language else f"../{language}/{name}"
            spoken[language] = first if link.get("href") == first else same
    form = re.escape(Words(book.language, book.project)("site.edition_named", edition="{}")).replace(r"\{\}", "(.+)")
    ways = {}
    for link in soup.select("ul.edities a"):
        match = re.fullmatch(form, link.get_text())
        if match and _EDITION.fullmatch(match[1]):
            first = f"../../{match[1]}/{book.language}/index.html"
            same = name if match[1] == book.edition else f"../../{match[1]}/{book.language}/{name}"
            ways[match[1]] = first if link.get("href") == first else same
    return ways, spoken
