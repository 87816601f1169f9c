"""What a PDF shows: its letters with their place, its links with the page that they lead to, and the files in it."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
from bs4 import BeautifulSoup, NavigableString, Tag
from pypdfium2 import raw

POINTS_PER_MM = 72 / 25.4
# Numbers of pages behind a link are smaller than anything else.
SMALLEST = 6.4
HEAD, FOOT = 272 * POINTS_PER_MM, 24 * POINTS_PER_MM
LEFT, RIGHT = 26 * POINTS_PER_MM, 188 * POINTS_PER_MM

# A line of its own on a screen. Text of two of them does not stand in one sentence.
BLOCKS = {
    *(
        "p",
        "li",
        "td",
        "th",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "caption",
        "figcaption",
        "dt",
        "dd",
        "pre",
        "summary",
        "div",
    ),
}


@dataclass(frozen=True)
class Letter:
    """A letter with its size and the box that it fills, in points from the left and from the foot."""

    text: str
    size: float
    left: float
    bottom: float
    right: float
    top: float


class Printed:
    """A PDF that is open."""

    def __init__(self, document: pdfium.PdfDocument) -> None:
        self.document = document
        self.pages = list(document)
        self._letters: dict[int, list[Letter]] = {}

    def __len__(self) -> int:
        return len(self.pages)

    def letters(self, page: int) -> list[Letter]:
        """Returns the letters of a page, counted from 0, in the order of reading; no spaces, no hyphens at ends of lines."""
        if page not in self._letters:
            text = self.pages[page].get_textpage()
            said = text.get_text_range()
            indexes = range(text.count_chars())
            found = []
            for index in indexes:
                character = chr(raw.FPDFText_GetUnicode(text.raw, index))
                if character.isspace() or character in "\ufffe\u00ad\x02":
                    continue
                box = text.get_charbox(index)
                found.append(Letter(character, _size(text.raw, index), *box))
            assert said.strip() or not found
            self._letters[page] = found
        return self._letters[page]

    def body(self, page: int) -> list[Letter]:
        """Returns the letters between the running head and the number of the page."""
        return [letter for letter in self.letters(page) if FOOT - 4 < letter.bottom < HEAD + 4]

    def links(self, page: int) -> Iterator[tuple[int, tuple[float, float, float, float]]]:
        """Yields the page that each link in the document leads to, and the place of the link."""
        handle, position, link = self.pages[page].raw, ctypes.c_int(0), raw.FPDF_LINK()
        while raw.FPDFLink_Enumerate(handle, ctypes.byref(position), ctypes.byref(link)):
            target = raw.FPDFLink_GetDest(self.document.raw, link)
            box = raw.FS_RECTF()
            raw.FPDFLink_GetAnnotRect(link, ctypes.byref(box))
            if target:
                yield (
                    raw.FPDFDest_GetDestPageIndex(self.document.raw, target),
                    (box.left, box.bottom, box.right, box.top),
                )

    def addresses(self, page: int) -> list[str]:
        """Returns where the links of a page out of the document lead."""
        handle, position, link, found = self.pages[page].raw, ctypes.c_int(0), raw.FPDF_LINK(), []
        while raw.FPDFLink_Enumerate(handle, ctypes.byref(position), ctypes.byref(link)):
            action = raw.FPDFLink_GetAction(link)
            size = raw.FPDFAction_GetURIPath(self.document.raw, action, None, 0) if action else 0
            if size > 1:
                content = ctypes.create_string_buffer(size)
                raw.FPDFAction_GetURIPath(self.document.raw, action, content, size)
                found.append(content.value.decode("utf-8"))
        return found

    def heads(self) -> list[tuple[str, int, float]]:
        """Returns the title of each bookmark with its page and how far from the foot it stands."""
        found = [(mark.get_title(), mark.get_dest()) for mark in self.document.get_toc()]
        return [(title, dest.get_index(), dest.get_view()[1][1]) for title, dest in found]

    def languages(self, page: int) -> list[str]:
        """Returns the languages that parts of a page say they are in."""
        tree = raw.FPDF_StructTree_GetForPage(self.pages[page].raw)
        count = raw.FPDF_StructTree_CountChildren(tree)
        found = [said for index in range(count) for said in _said(raw.FPDF_StructTree_GetChildAtIndex(tree, index))]
        raw.FPDF_StructTree_Close(tree)
        return found

    def files(self) -> dict[str, bytes]:
        """Returns the files in the document."""
        count = self.document.count_attachments()
        found = [self.document.get_attachment(index) for index in range(count)]
        return {file.get_name(): bytes(file.get_data()) for file in found}

    def contents(self) -> list[tuple[int, str, int]]:
        """Returns level, title and page of each bookmark."""
        return [(mark.level, mark.get_title(), mark.get_dest().get_index()) for mark in self.document.get_toc()]


def _size(text: raw.FPDF_TEXTPAGE, index: int) -> float:
    """Returns the size of a letter as it is printed, which in a drawing is not that of its font."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text, index, ctypes.byref(matrix))
    return round(float(raw.FPDFText_GetFontSize(text, index)) * math.hypot(matrix.b, matrix.d), 2)


def _said(element: raw.FPDF_STRUCTELEMENT) -> Iterator[str]:
    """Yields the languages of a part and of the parts in it."""
    if not element:
        return
    size = raw.FPDF_StructElement_GetLang(element, None, 0)
    if size > 2:
        content = ctypes.create_string_buffer(size)
        raw.FPDF_StructElement_GetLang(element, content, size)
        yield content.raw[: size - 2].decode("utf-16-le")
    for index in range(raw.FPDF_StructElement_CountChildren(element)):
        yield from _said(raw.FPDF_StructElement_GetChildAtIndex(element, index))


@contextmanager
def opened(path: Path) -> Iterator[Printed]:
    """Gives a PDF as long as a block lasts."""
    with pdfium.PdfDocument(path) as document:
        yield Printed(document)


def bare(text: str) -> str:
    """Returns the letters and digits of a text, so that breaks, hyphens and bullets make no difference."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", text))


def article_of(path: Path, without: str) -> Tag:
    """Returns the text of a page for the screen, but for some parts of it."""
    found = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").article
    assert found is not None
    for part in found.select(without):
        part.decompose()
    return found


def blocks(inside: Tag) -> list[str]:
    """Returns the text of each line, cell or paragraph, in order."""
    found: list[str] = []
    last = None
    for text in inside.find_all(string=True):
        if type(text) is not NavigableString or not text.strip():
            continue
        around = next(parent for parent in text.parents if parent.name in BLOCKS or parent is inside)
        if around is last:
            found[-1] += text
        else:
            found.append(str(text))
        last = around
    return [letters for letters in map(bare, found) if letters]
