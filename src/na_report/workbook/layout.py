"""What the workbook of an edition and its way back share: names of sheets, marks of the tables, faults."""

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

from na_report.base.files import zip_entry
from na_report.editions.descriptor import sha256
from na_report.editions.schema import TABLES, table_schema
from na_report.editions.table_files import Rows, rows_of

START = "Start"
META = "_na_report"
FORMAT = "na-report workbook 1"
AGAIN = "Open it in Excel or LibreOffice and save it again as .xlsx, or ask for it to be sent again."


class FaultError(Exception):
    """What in a file or cell can't be taken over as it is; `args` are what was found, what was expected and what to do."""


def tables_in(folder: Path) -> tuple[dict[str, Rows], dict[str, str]]:
    """Returns the rows of an edition per table as the workbook has them, and the marks that tell of what they were made."""
    schema = json.dumps([[table.name, table_schema(table)] for table in TABLES], sort_keys=True)
    marks = {"schema": sha256(schema.encode()).removeprefix("sha256:")[:12]}
    for path in (folder / table.file for table in TABLES):
        marks[f"table:{path.stem}"] = sha256(path.read_bytes() if path.is_file() else b"")
    return rows_of(folder), marks


def book_bytes(book: Workbook, comment: bytes = b"") -> bytes:
    """Returns the bytes of a workbook, with the day that it was made on where openpyxl writes the time of now."""
    raw, fixed = BytesIO(), BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(fixed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                day = f"{book.properties.created:%Y-%m-%d}T00:00:00Z".encode()
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", day, content)
            new.writestr(zip_entry(name), content)
        new.comment = comment
    return fixed.getvalue()


def encode(text: str) -> str:
    """Writes what XML can't hold as `_x000C_`, as spreadsheet programs do, and so a text that looks like that."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|_(?=x[0-9A-Fa-f]{4}_)", lambda found: f"_x{ord(found[0]):04X}_", text)


def decode(text: str) -> str:
    """Undoes `encode`; two halves of a character that stand side by side become one."""
    plain = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
