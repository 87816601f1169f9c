"""Opens the file of a workbook, or tells what it is instead, as `opening.yml` beside this module knows it."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import yaml

from na_report.base.errors import InvalidInputError, NaReportError
from na_report.workbook.layout import AGAIN, CellProblem, FaultError
from na_report.workbook.package import Package

_WORDS = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
_REMEDIES = {**_WORDS["remedies"], "again": AGAIN}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_HEAD = 4_000
BYTES_LIMIT = 256 * 2**20


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """Opens a workbook; whatever goes wrong inside is told as a fault of the file.

    Raises:
        InvalidInputError: The file is no workbook, is damaged or too big, or declares what a table never needs.
    """
    try:
        _refuse_size(path.stat().st_size)
        content = path.read_bytes()
        refuse_other_kinds(content)
        with zipfile.ZipFile(BytesIO(content)) as archive:
            # zipfile never unpacks more than the size that is stated here, so a lie about it ends as a damaged file.
            _refuse_size(sum(part.file_size for part in archive.infolist()))
            yield Package(archive)
    except (NaReportError, OSError):
        raise
    except Exception as error:  # whatever parsers raise: BadZipFile, KeyError, ValueError, XML errors
        damaged = (f"a damaged file ({error})", "a whole .xlsx workbook", AGAIN)
        fault = error.args if isinstance(error, FaultError) else damaged
        raise InvalidInputError(
            f"{path.name} can't be read as a workbook:",
            [CellProblem(path.name, 0, "", *fault)],
            hint="Nothing was written. Mend the file and try again.",
        ) from error


def _refuse_size(size: int) -> None:
    if size > BYTES_LIMIT:
        limit = f"at most {BYTES_LIMIT / 2**20:.0f} MB"
        raise FaultError(f"{size / 2**20:,.0f} MB when unpacked", limit, "Take out pictures and extra sheets.")


def refuse_other_kinds(content: bytes) -> None:
    """Stops when the bytes of a file are no workbook.

    Example:
        >>> refuse_other_kinds(b'"Onderwerp";"Perioden"\\n"Deelname";"2019"\\n')
        Traceback (most recent call last):
        na_report.workbook.layout.FaultError: ('a table as text, with a semicolon between the columns (CSV)', ...
    """
    look = _look(content)
    what, remedy = next(said for form, *said in _WORDS["kinds"] if re.search(form, look, re.IGNORECASE | re.DOTALL))
    if what:
        raise FaultError(what, "an .xlsx workbook", _REMEDIES[remedy])


def _look(content: bytes) -> str:
    """Returns what the forms of the kinds are compared with."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            types = [archive.open(name).read(2**20) for name in ("[Content_Types].xml", "mimetype") if name in names]
        return " ".join(["\0zip", *names, *(part.decode("latin-1") for part in types)])
    if content.startswith(_OLE):
        return "\0ole" + content.replace(b"\0", b"").decode("latin-1")
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    return content[:_HEAD].decode("utf-16" if wide else "latin-1", "replace").removeprefix("\xef\xbb\xbf")
