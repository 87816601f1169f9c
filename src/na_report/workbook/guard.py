"""Looks at the file of a workbook before any of it is parsed: is it one, is it safe, is it of a size that people make?"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from na_report.base.errors import InvalidInputError, NaReportError
from na_report.workbook.file_kinds import WORKBOOK_TYPE, XLSX, kind_of_archive, kind_of_file
from na_report.workbook.layout import CellProblem

BYTES_LIMIT = 512 * 2**20
ROWS_LIMIT = 200_000
PARTS_LIMIT = 2_000
# Between two rows of a sheet, or two texts in the list of texts, at most what one full row takes; and in any other part
# that is parsed as a whole. Without this a small file unpacks to more cells than memory holds.
PIECE_LIMIT = 8 * 2**20
TEXTS_LIMIT = 4_000_000

_AGAIN = "Open it in Excel or LibreOffice and save it again as .xlsx, or ask for it to be sent again."
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_TEXT = re.compile(rb"<(?:\w+:)?si[\s>/]")
# Comments and the like can hold what looks like a row; no spreadsheet program writes them in a sheet.
_HIDING = re.compile(rb"<!|<\?(?!xml\s)")
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_OTHER_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["'](?!(?i:utf-8|us-ascii)["'])""")
# What no value depends on, and nobody reads.
UNREAD = re.compile(
    r"customXml/|docProps/|xl/(?:activeX|charts|ctrlProps|diagrams|drawings|embeddings|media|persons|pivot\w+|printerSettings"
    r"|queryTables|richData|slicer\w*|theme|threadedComments|webextensions)/",
    re.IGNORECASE,
)
_MACRO_TYPE = b"macroEnabled"


def refuse_bad_file(path: Path) -> None:
    """Checks the file of a workbook without parsing it.

    Raises:
        NaReportError: The file can't be read.
        InvalidInputError: The file is no workbook, is locked, damaged or too big, or holds macros, links or declarations
            that a table never needs.
    """
    try:
        faults = list(_faults_of_file(path))
    except OSError as error:
        raise NaReportError(
            f"{path} can't be read: {error.strerror}.",
            hint="Ask for permission, or copy the file to a folder of yours.",
        ) from error
    problems = [CellProblem(path.name, 0, "", found, expected, remedy) for found, expected, remedy in faults]
    if problems:
        raise InvalidInputError(
            f"{path.name} can't be read as a workbook:",
            problems,
            hint="Nothing was written. Mend the file and try again.",
        )


Fault = tuple[str, str, str]


def _faults_of_file(path: Path) -> Iterator[Fault]:
    size = path.stat().st_size
    if size > BYTES_LIMIT:
        expected = f"at most {BYTES_LIMIT / 2**20:.0f} MB"
        yield f"{size / 2**20:,.0f} MB", expected, "Take out pictures and extra sheets."
        return
    content = path.read_bytes()
    if kind := kind_of_file(content):
        yield kind[0], "an .xlsx workbook", kind[1]
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from _faults_of_archive(archive)
    except (
        Exception
    ) as error:  # zipfile raises whatever its parsers do: BadZipFile, zlib.error, struct.error, ValueError
        yield f"a damaged file ({error})", "a whole .xlsx workbook", _AGAIN


def _faults_of_archive(archive: zipfile.ZipFile) -> Iterator[Fault]:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    # zipfile never unpacks more than the size that is stated here, so a lie about it ends as a damaged file.
    size = sum(part.file_size for part in parts)
    if size > BYTES_LIMIT or len(parts) > PARTS_LIMIT:
        found = f"{size / 2**20:,.0f} MB in {len(parts)} parts when unpacked"
        yield (
            found,
            f"at most {BYTES_LIMIT / 2**20:.0f} MB in {PARTS_LIMIT} parts",
            "Take out pictures and extra sheets.",
        )
        return
    if any(part.flag_bits & 1 for part in parts):
        yield "a zip file with a password", "a workbook without a password", "Save it without a password."
        return
    if len(set(names)) < len(names):
        yield "a damaged file (a part occurs twice)", "a whole .xlsx workbook", _AGAIN
        return
    if kind := kind_of_archive(archive):
        yield kind[0], "an .xlsx workbook", kind[1]
        return
    types = archive.read("[Content_Types].xml")
    if _MACRO_TYPE in types or any(name.endswith("vbaProject.bin") for name in names):
        yield "macros", "a workbook without macros", XLSX
    elif WORKBOOK_TYPE not in types:
        yield "another kind of office file", "an .xlsx workbook", XLSX
        return
    if "xl/workbook.xml" in names and b"purl.oclc.org/ooxml" in archive.read("xl/workbook.xml"):
        yield (
            "a workbook in the form Strict Open XML",
            "an .xlsx workbook",
            "Save it as Excel workbook (.xlsx), not as Strict.",
        )
    if any(name.startswith("xl/externalLinks/") for name in names):
        remedy = "Break the links (Data > Edit links > Break link) and save it."
        yield "links to other workbooks", "a workbook that stands alone", remedy
    if "xl/connections.xml" in names:
        remedy = "Remove the connections (Data > Queries and connections) and save it."
        yield "connections to outside data", "a workbook that stands alone", remedy
    rows = 0
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            content = archive.read(part)
            yield from _faults_of_part(part.filename, content)
            if UNREAD.match(part.filename):
                continue
            pieces = _pieces(content)
            rows += len(pieces) if b"sheetData" in content else 0
            yield from _faults_of_size(part.filename, content, pieces)
    if rows > ROWS_LIMIT:
        found = f"{rows:,} rows in all sheets"
        yield found, f"at most {ROWS_LIMIT:,}", "Delete the empty rows under the last row and save it."


def _faults_of_part(name: str, content: bytes) -> Iterator[Fault]:
    if not UNREAD.match(name) and _is_other_encoding(content):
        yield f"{name} in another encoding", "parts in UTF-8, as spreadsheet programs write them", _AGAIN
    if _DTD.search(content):
        remedy = "No spreadsheet program writes these. Don't trust the file; ask where it comes from."
        yield f"a document type or entities in {name}", "plain data", remedy


def _is_other_encoding(content: bytes) -> bool:
    marks = b"\0" in content[:4] or content[:2] in (b"\xff\xfe", b"\xfe\xff")
    return marks or _OTHER_ENCODING.search(content[:200]) is not None


def _pieces(content: bytes) -> list[int]:
    """Returns where the rows of a sheet start, or the texts in a list of texts; nothing for other parts."""
    mark = _ROW if b"sheetData" in content else _TEXT if b"<sst" in content or b":sst" in content else None
    return [found.start() for found in mark.finditer(content)] if mark else []


def _faults_of_size(name: str, content: bytes, pieces: list[int]) -> Iterator[Fault]:
    """Yields what would make the parsers hold more than memory has."""
    longest = max(after - before for before, after in pairwise([0, *pieces, len(content)]))
    if longest > PIECE_LIMIT:
        yield f"{longest / 2**20:,.0f} MB in one piece in {name}", f"at most {PIECE_LIMIT / 2**20:.0f} MB", _AGAIN
    if len(pieces) > TEXTS_LIMIT:
        yield f"{len(pieces):,} texts in {name}", f"at most {TEXTS_LIMIT:,}", _AGAIN
    if pieces and _HIDING.search(content):
        yield f"comments in {name}", "plain data", _AGAIN
