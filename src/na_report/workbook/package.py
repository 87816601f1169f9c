"""Opens the file of a workbook, or tells what it is instead, and reads the cells of its sheets with their type and number format.

Only parts that values depend on are read. A library that reads all of a workbook stops at a colour, a font or a print area that
it doesn't like.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, fromstring

import yaml
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from na_report.base.errors import InvalidInputError, NaReportError, Problem

_KINDS, _FAULTS = (
    yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8")) for name in ("package.yml", "faults.yml")
)
BYTES_LIMIT = 256 * 2**20
# Of all parts that are read. Without this a small file unpacks to more cells than memory holds.
TAGS_LIMIT = 3_000_000


class FaultError(Exception):
    """What in a file or cell can't be taken over as it is; `args` are what was found, what was expected and what to do."""

    def __init__(self, kind: str, found: str, **parts: object) -> None:
        super().__init__(found, *(text.format(**parts) for text in _FAULTS[kind]))


class Cell(NamedTuple):
    """A cell with something in it."""

    value: Any  # a text, a number, or a date where the format shows one
    kind: str  # s text (m: some letters raised or crossed out), n number, d date, b truth value, e error, f formula
    form: str = "General"


Cells = dict[int, Cell]


class Package:
    """A workbook that is open to read, with the names of all sheets and, per name, the part of each sheet with cells."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._tags = 0
        # The names of parts don't differ by capitals, and some programs write them with the slash of Windows.
        self._names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
        if len(self._names) < len(archive.namelist()):
            raise ValueError("a part occurs twice")  # of which programs read different ones
        main = dict(self._links("").values()).get("officeDocument", "xl/workbook.xml")
        links, book = self._links(main), self._xml(main)
        sheets = [
            (sheet.get("name", ""), *links[next(value for key, value in sheet.items() if key.endswith("}id"))])
            for sheet in book.iterfind("{*}sheets/{*}sheet")
        ]
        if not sheets:
            raise ValueError("no sheets")
        self.titles = [title for title, _, _ in sheets]
        self.sheets = {title: path for title, kind, path in reversed(sheets) if kind == "worksheet"}
        settings = book.find("{*}workbookPr")
        old = settings is not None and settings.get("date1904", "0") in ("1", "true", "on")
        self._epoch = MAC_EPOCH if old else WINDOWS_EPOCH
        styles, texts = (self._xml(dict(links.values()).get(kind, "")) for kind in ("styles", "sharedStrings"))
        own = {int(form.get("numFmtId", -1)): form.get("formatCode", "") for form in styles.iterfind("{*}numFmts/*")}
        used = [int(style.get("numFmtId", 0)) for style in styles.iterfind("{*}cellXfs/*")]
        self._forms = dict(enumerate((BUILTIN_FORMATS | own).get(number, "General") for number in used))
        self._texts = [_text(item) for item in texts]

    def _xml(self, path: str) -> Element:
        """Returns a part of the workbook when it is safe to parse; an empty one when there is no path."""
        if not path:
            return Element("none")
        raw = self._archive.read(self._names[path.lower()])
        if b"\0" in raw:  # UTF-16, of which the parser sees through what is looked for below
            raise FaultError("encoding", f"{path} in another encoding")
        # As text, so that the parser goes by no other encoding that the part may name.
        content = raw.decode("utf-8-sig")
        if re.search("<!(?:DOCTYPE|ENTITY)", content):
            raise FaultError("entities", f"a document type or entities in {path}")
        self._tags += content.count("<")
        if self._tags > TAGS_LIMIT:
            raise FaultError("tags", f"more than {TAGS_LIMIT:,} tags, up to {path}")
        return fromstring(content)  # noqa: S314  what declares entities was refused

    def _links(self, path: str) -> dict[str, tuple[str, str]]:
        folder, name = posixpath.split(path)
        links = posixpath.join(folder, "_rels", f"{name}.rels")
        return {
            link.get("Id", ""): (
                link.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, link.get("Target", "").replace("\\", "/"))).lstrip("/"),
            )
            for link in self._xml(links if links.lower() in self._names else "")
        }

    def sheet(self, title: str) -> tuple[list[tuple[int, Cells]], list[str]]:
        """Returns the rows of a sheet with something in them, each with its number and its cells, and the merged areas."""
        sheet, number = self._xml(self.sheets[title]), 0
        rows: list[tuple[int, Cells]] = []
        for row in sheet.iterfind("{*}sheetData/{*}row"):
            number = int(row.get("r", number + 1))
            if cells := dict(self._cells(row)):
                rows.append((number, cells))
        merged = [area.get("ref", "").replace("$", "") for area in sheet.iterfind("{*}mergeCells/{*}mergeCell")]
        return rows, merged

    def _cells(self, row: Element) -> Iterator[tuple[int, Cell]]:
        place = 0
        for element in row:
            letters = re.match(r"\$?([A-Za-z]{1,3})", element.get("r", ""))
            place = column_index_from_string(letters[1]) if letters else place + 1
            cell = self._cell(element)
            if cell and str(cell.value).strip():
                yield place, cell

    def _cell(self, element: Element) -> Cell | None:
        parts = {child.tag.rpartition("}")[2]: child for child in element}
        if "f" in parts:
            return Cell(f"={parts['f'].text or '…'}", "f")
        kind, form = element.get("t", "n"), self._forms.get(int(element.get("s", 0)), "General")
        raw = (parts["v"].text or "").strip() if "v" in parts else ""
        if "is" in parts:
            return Cell(*_text(parts["is"]), form)
        if not raw or kind == "str":
            return Cell(raw, "s", form)
        if kind == "s":
            return Cell(*self._texts[int(raw)], form)
        if kind in ("e", "b"):
            return Cell({"1": "TRUE", "0": "FALSE"}.get(raw, raw), kind)
        try:
            value = float(raw)
            return Cell(from_excel(value, self._epoch), "d", form) if is_date_format(form) else Cell(value, "n", form)
        except (OverflowError, ValueError):
            return Cell(raw, "e")  # no number, or before or after the days that a spreadsheet knows


def _text(item: Element) -> tuple[str, str]:
    """Returns the text of a cell without the reading aids of Japanese, and its kind."""
    text = "".join(part.text or "" for way in ("{*}t", "{*}r/{*}t") for part in item.iterfind(way))
    marks = [mark for name in ("vertAlign", "strike") for mark in item.iterfind(f"{{*}}r/{{*}}rPr/{{*}}{name}")]
    return text, "m" if any(mark.get("val", "1") not in ("0", "false", "baseline") for mark in marks) else "s"


def encode(text: str) -> str:
    """Writes what XML can't hold as `_x000C_`, as spreadsheet programs do, and so a text that looks like that."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|_(?=x[0-9A-Fa-f]{4}_)", lambda found: f"_x{ord(found[0]):04X}_", text)


def decode(text: str) -> str:
    """Undoes `encode`; two halves of a character that stand side by side become one."""
    plain = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """Opens a workbook; whatever goes wrong inside is told as a fault of the file, in an `InvalidInputError`."""
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
        fault = error if isinstance(error, FaultError) else FaultError("again", f"a damaged file ({error})")
        problem = Problem(path.name, 0, "", *fault.args)
        hint = "Nothing was written. Mend the file and try again."
        raise InvalidInputError(f"{path.name} can't be read as a workbook:", [problem], hint=hint) from error


def _refuse_size(size: int) -> None:
    if size > BYTES_LIMIT:
        raise FaultError("size", f"{size / 2**20:,.0f} MB when unpacked", most=BYTES_LIMIT // 2**20)


def refuse_other_kinds(content: bytes) -> None:
    """Stops when the bytes of a file are no workbook."""
    look = _look(content)
    what, kind = next(said for form, *said in _KINDS if re.search(form, look, re.IGNORECASE | re.DOTALL))
    if what:
        raise FaultError(kind, what)


def _look(content: bytes) -> str:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            types = [archive.open(name).read(2**20) for name in ("[Content_Types].xml", "mimetype") if name in names]
        return " ".join(["\0zip", *names, *(part.decode("latin-1") for part in types)])
    if content.startswith(bytes.fromhex("d0cf11e0a1b11ae1")):
        return "\0ole" + content.replace(b"\0", b"").decode("latin-1")
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    return content[:4_000].decode("utf-16" if wide else "latin-1", "replace").removeprefix("\xef\xbb\xbf")
