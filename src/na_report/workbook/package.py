"""The parts of a workbook that values depend on: its sheets, its texts and its number formats.

A library that reads all of a workbook stops at a colour, a font or a print area that it doesn't like. No value depends on those.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, iterparse

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from na_report.workbook.guard import UNREAD

_SUPERSCRIPT = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPT = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


class MarkedText(str):
    """The text of a cell some of whose letters are raised, lowered or crossed out.

    Args:
        shown: The text with raised and lowered digits as such, as one sees it.
        crossed: What is crossed out.
    """

    shown: str
    crossed: str

    def __new__(cls, plain: str, shown: str, crossed: str) -> MarkedText:
        """Returns the text, with what one sees of it."""
        text = super().__new__(cls, plain)
        text.shown, text.crossed = shown, crossed
        return text


class Package:
    """A workbook that is open to read.

    Args:
        archive: Its zip file, which the guard has looked at.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        # The names of parts don't differ by capitals, and some programs write them with the slash of Windows.
        self._names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
        main = next(
            (path for kind, path in self._relations("").values() if kind == "officeDocument"), "xl/workbook.xml"
        )
        relations = self._relations(main)
        book = self._xml(main)
        self.epoch = MAC_EPOCH if _flag(_first(book, "workbookPr"), "date1904") else WINDOWS_EPOCH
        self.sheets: dict[str, str] = {}
        self.titles: list[str] = []
        for sheet in _all(_first(book, "sheets"), "sheet"):
            title = str(sheet.get("name"))
            link = next((value for key, value in sheet.items() if _local(key) == "id"), "")
            kind, path = relations[link]
            self.titles.append(title)
            if kind == "worksheet":
                self.sheets.setdefault(title, path)
        if not self.titles:
            raise ValueError("no sheets")
        self.others = dict(relations.values())
        self.formats = self._formats(self.others.get("styles", ""))
        self.strings = list(self._strings(self.others.get("sharedStrings", "")))

    def part(self, path: str) -> str:
        """Returns the name in the zip file of a part that the guard has looked at."""
        if not path.lower().endswith((".xml", ".rels")) or UNREAD.match(path):
            raise ValueError(f"a sheet in {path}")
        return self._names[path.lower()]

    def open(self, path: str) -> Any:
        """Opens a part to read it piece by piece."""
        return self._archive.open(self.part(path))

    def relations(self, path: str) -> dict[str, tuple[str, str]]:
        """Returns per id the kind and the path of what a part names."""
        return self._relations(path)

    def _relations(self, path: str) -> dict[str, tuple[str, str]]:
        place = PurePosixPath(path)
        name = str(place.parent / "_rels" / f"{place.name}.rels") if path else "_rels/.rels"
        if name.lower() not in self._names:
            return {}
        return {
            str(link.get("Id")): (str(link.get("Type")).rpartition("/")[2], _resolved(path, str(link.get("Target"))))
            for link in _all(self._xml(name), "Relationship")
            if link.get("TargetMode") != "External"
        }

    def _xml(self, path: str) -> Any:
        return fromstring(self._archive.read(self.part(path)))

    def _formats(self, path: str) -> list[str]:
        """Returns per style of a cell its number format."""
        if not path:
            return []
        styles = self._xml(path)
        own = {
            int(form.get("numFmtId", -1)): str(form.get("formatCode"))
            for form in _all(_first(styles, "numFmts"), "numFmt")
        }
        known = BUILTIN_FORMATS | own
        return [known.get(int(style.get("numFmtId", 0)), "General") for style in _all(_first(styles, "cellXfs"), "xf")]

    def _strings(self, path: str) -> Iterator[str]:
        if not path or path.lower() not in self._names:
            return
        with self.open(path) as source:
            for _, element in iterparse(source):  # noqa: S314  the guard refused all that declare entities
                if _local(element.tag) == "si":
                    yield text_of(element)
                    element.clear()

    def number_format(self, style: str) -> str:
        """Returns the number format of a cell by the number of its style."""
        number = int(style)
        return self.formats[number] if 0 <= number < len(self.formats) else "General"


def text_of(element: Element) -> str:
    """Returns the text of a cell without the reading aids of Japanese; marked where letters don't stand on the line."""
    plain, shown, crossed = [], [], []
    for piece in element:
        kind = _local(piece.tag)
        if kind not in ("t", "r"):
            continue
        text = (piece.text if kind == "t" else "".join(t.text or "" for t in _all(piece, "t"))) or ""
        look = _first(piece, "rPr") if kind == "r" else None
        raised = _first(look, "vertAlign")
        where = raised.get("val") if raised is not None else ""
        plain.append(text)
        shown.append(text.translate({"superscript": _SUPERSCRIPT, "subscript": _SUBSCRIPT}.get(str(where), {})))
        if _first(look, "strike") is not None and _flag(_first(look, "strike"), "val", default="1"):
            crossed.append(text)
    if crossed or shown != plain:
        return MarkedText("".join(plain), "".join(shown), "".join(crossed))
    return "".join(plain)


def _resolved(source: str, target: str) -> str:
    """Returns the path of a part that another part names, without the slash at its start."""
    target = target.replace("\\", "/")
    path = PurePosixPath("/", PurePosixPath(source).parent, target)
    steps: list[str] = []
    for step in path.parts[1:]:
        steps = steps[:-1] if step == ".." else [*steps, step]
    return "/".join(steps)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _all(element: Any, name: str) -> list[Any]:
    return [child for child in element if _local(child.tag) == name] if element is not None else []


def _first(element: Any, name: str) -> Any:
    return next(iter(_all(element, name)), None)


def _flag(element: Any, name: str, *, default: str = "0") -> bool:
    return element is not None and re.fullmatch(r"1|true|on", element.get(name, default), re.IGNORECASE) is not None
