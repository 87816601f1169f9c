"""What a file is that was given for a workbook and is none, and what to do with it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping

from na_report.editions.tables import TABLES

XLSX = "Save it as .xlsx: File > Save as > Excel workbook (.xlsx)."
_EXPORT = (
    "Export the edition (na-report edition export EDITION FILE.xlsx), carry the figures over and import that workbook."
)
_TABLE = (
    "It is no workbook. Put it in a new edition: na-report edition copy OLD NEW, replace the table there, "
    "na-report edition seal NEW."
)
WORKBOOK_TYPE = b"spreadsheetml.sheet.main+xml"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_HEAD = 4_000

# The start of a file, and what it is.
_STARTS: Mapping[bytes, str] = {
    b"%PDF": "a PDF",
    b"{\\rtf": "a text document (.rtf)",
    b"\x1f\x8b": "a packed file (.gz)",
    b"7z\xbc\xaf": "a packed file (.7z)",
    b"Rar!": "a packed file (.rar)",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a SQLite database",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x09\x00": "a very old Excel file (.xls)",
    b"\x09\x02": "a very old Excel file (.xls)",
    b"\x09\x04": "a very old Excel file (.xls)",
    b"\x09\x08": "an old Excel file (.xls)",
    b"ID;P": "a SYLK sheet (.slk)",
}
# The form of a text near its start, what it is, and what to do.
_TEXTS: tuple[tuple[str, str, str], ...] = (
    (r"urn:schemas-microsoft-com:office:spreadsheet", "an XML spreadsheet of 2003", XLSX),
    (r"<office:document\b", "an OpenDocument file in one piece (.fods)", XLSX),
    (r"<!doctype html|<html\b|<table\b|<meta\b", "a web page (HTML), whatever its name says", XLSX),
    (r"StructureSpecificData|GenericData|<\w*:?Structure\b", "statistics as XML (SDMX-ML)", _EXPORT),
    (r"\A\s*<\?xml", "an XML file", _EXPORT),
    (r"\A\s*[{\[]", "a JSON file", _EXPORT),
    (r"\A[^\n]*\\(?:TIME_PERIOD|time)\b", "statistics of Eurostat, with tabs between the columns (TSV)", _EXPORT),
    (r"\A[^\n]*\bOBS_VALUE\b", "statistics as a table (SDMX-CSV)", _EXPORT),
)
# What stands in [Content_Types].xml, and what the file is.
_OFFICE_TYPES: tuple[tuple[bytes, str], ...] = (
    (b"sheet.binary", "a binary workbook (.xlsb), whatever its name says"),
    (b"spreadsheetml.template", "a template (.xltx)"),
    (b"ms-excel.template", "a template with macros (.xltm)"),
    (b"ms-excel.addin", "an add-in (.xlam)"),
    (b"wordprocessingml", "another kind of office file: a text document (.docx)"),
    (b"presentationml", "another kind of office file: a presentation (.pptx)"),
)


def kind_of_file(content: bytes) -> tuple[str, str] | None:
    """Returns what the bytes of a file are that is no zip file, and what to do; nothing for a zip file.

    Example:
        >>> kind_of_file(b'"Onderwerp";"Perioden"\\n"Deelname";"2019"\\n')[0]
        'a table as text, with a semicolon between the columns (CSV)'
    """
    if not content:
        return "an empty file", "Ask for it to be sent again."
    if content.startswith(b"PK"):
        return None
    if content.startswith(_OLE):
        return _kind_of_ole(content)
    for start, what in _STARTS.items():
        if content.startswith(start):
            return what, XLSX if "Excel" in what or "sheet" in what else _EXPORT
    return _kind_of_text(content)


def _kind_of_ole(content: bytes) -> tuple[str, str]:
    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        return (
            "a workbook with a password",
            "Open it with the password, take the password off (File > Info > Protect workbook) and save it.",
        )
    if holds("WordDocument"):
        return "an old text document (.doc)", _EXPORT
    if holds("PowerPoint Document"):
        return "an old presentation (.ppt)", _EXPORT
    return "an old Excel file (.xls)", XLSX


def _kind_of_text(content: bytes) -> tuple[str, str]:
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    head = content[:_HEAD].decode("utf-16" if wide else "utf-8", "replace").lstrip("\ufeff")
    for form, what, remedy in _TEXTS:
        if re.search(form, head, re.IGNORECASE):
            return what, remedy
    if "\0" in head:
        return f"another kind of file ({content[:12]!r})", XLSX
    first = head.partition("\n")[0].strip()
    counts = {name: first.count(sign) for sign, name in ((";", "a semicolon"), ("\t", "a tab"), (",", "a comma"))}
    separator = max(counts, key=lambda name: counts[name])
    if not counts[separator]:
        return f"text or another kind of file ({content[:12]!r})", XLSX
    what = f"a table as text, with {separator} between the columns ({'TSV' if separator == 'a tab' else 'CSV'})"
    names = {part.strip(' "') for part in re.split(r"[;\t,]", first)}
    own = [table for table in TABLES if names >= {column.name for column in table.columns}]
    return (f"the table {own[0].name} of an edition: {what}", _TABLE) if own else (what, _EXPORT)


def kind_of_archive(archive: zipfile.ZipFile) -> tuple[str, str] | None:
    """Returns what a zip file is that is no workbook of Excel, and what to do; nothing for such a workbook."""
    names = set(archive.namelist())
    if "[Content_Types].xml" not in names:
        if "mimetype" in names:
            return f"another kind of file ({archive.read('mimetype').decode('ascii', 'replace')})", XLSX
        if any(name.endswith(".iwa") for name in names):
            return "a sheet of Apple Numbers", "Export it: File > Export to > Excel."
        if any(name.endswith("/datapackage.json") for name in names):
            return (
                "the tables of an edition as a zip file",
                "Take the workbook of the edition: the file .xlsx beside it.",
            )
        return "another kind of file (a zip file)", XLSX
    types = archive.read("[Content_Types].xml")
    if WORKBOOK_TYPE not in types:  # what is set in a workbook, such as a letter, has its type there too
        for mark, what in _OFFICE_TYPES:
            if mark in types:
                return what, XLSX
    return None
