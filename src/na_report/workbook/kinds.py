"""What a file is that was given for a workbook, as `kinds.yml` beside this module tells it."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

import yaml

from na_report.editions.tables import TABLES
from na_report.workbook.layout import FaultError

_WORDS = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
REMEDIES: dict[str, str] = _WORDS["remedies"]
_KINDS = [(re.compile(look, re.IGNORECASE | re.DOTALL), what, remedy) for look, what, remedy in _WORDS["kinds"]]
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_HEAD = 4_000


def refuse_other_kinds(content: bytes) -> None:
    """Stops when the bytes of a file are no workbook.

    Raises:
        FaultError: Tells what the file is, and what to do.
        zipfile.BadZipFile: It is a damaged zip file.

    Example:
        >>> refuse_other_kinds(b'"Onderwerp";"Perioden"\\n"Deelname";"2019"\\n')
        Traceback (most recent call last):
        na_report.workbook.layout.FaultError: ('a table as text, with a semicolon between the columns (CSV)', ...
    """
    look = _look(content)
    what, remedy = next((what, remedy) for form, what, remedy in _KINDS if form.search(look))
    names = {part.strip(' "') for part in re.split(r"[;\t,]", look.partition("\n")[0].rstrip())}
    for table in TABLES:
        if "between the columns" in what and names >= {column.name for column in table.columns}:
            what, remedy = f"the table {table.name} of an edition: {what}", "table"
    if what:
        raise FaultError(what, "an .xlsx workbook", REMEDIES[remedy])


def _look(content: bytes) -> str:
    """Returns what the forms of the kinds are compared with."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            types = [archive.read(name) for name in ("[Content_Types].xml", "mimetype") if name in names]
        return " ".join(["\0zip", *names, *(part.decode("latin-1") for part in types)])
    if content.startswith(_OLE):
        return "\0ole" + content.replace(b"\0", b"").decode("latin-1")
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    return content[:_HEAD].decode("utf-16" if wide else "latin-1", "replace").removeprefix("\xef\xbb\xbf")
