"""What a PDF shows: its letters with their place, its links with the page that they lead to, and the files in it."""

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pypdfium2 as pdfium
from bs4 import NavigableString, Tag
from pypdfium2 import raw

POINTS_PER_MM = 72 / 25.4
# Numbers of pages behind a link are smaller than anything else.
SMALLEST = 6.4
HEAD, FOOT = 272 * POINTS_PER_MM, 24 * POINTS_PER_MM
LEFT, RIGHT = 26 * POINTS_PER_MM, 188 * POINTS_PER_MM
# A line of its own on a screen. Text of two of them does not stand in one sentence.
BLOCKS = re.compile("p|li|td|th|h[1-5]|caption|figcaption|dt|dd|pre|summary|div")
# What a chapter marks as a note, and what only a screen shows or shows in another way.
MARK = ".opmerking"
SCREEN = ".meenemen, .als-tabel, .alleen-scherm, .headerlink, .verwijzing, .hele-editie, script, style, svg, button"


class Letter(NamedTuple):
    """A letter with its size and the box that it fills, in points from the left and from the foot."""

    text: str
    size: float
    left: float
    bottom: float
    right: float
    top: float


class Printed:
    """A PDF that is open; its pages count from 0."""

    def __init__(self, document: pdfium.PdfDocument) -> None:
        self.document = document
        self.pages = list(document)
        self.letters = cache(self._letters)

    def __len__(self) -> int:
        return len(self.pages)

    def _letters(self, page: int) -> list[Letter]:
        """Returns the letters of a page in the order of reading; no spaces, no hyphens at ends of lines."""
        text, found = self.pages[page].get_textpage(), []
        for index in range(text.count_chars()):
            character = chr(raw.FPDFText_GetUnicode(text.raw, index))
            if not character.isspace() and character not in "\ufffe\u00ad\x02":
                # The size as it is printed, which in a drawing is not that of its font.
                matrix = raw.FS_MATRIX()
                raw.FPDFText_GetMatrix(text.raw, index, ctypes.byref(matrix))
                size = float(raw.FPDFText_GetFontSize(text.raw, index)) * math.hypot(matrix.b, matrix.d)
                found.append(Letter(character, round(size, 2), *text.get_charbox(index)))
        return found

    def body(self, page: int) -> list[Letter]:
        """Returns the letters between the running head and the number of the page."""
        return [letter for letter in self.letters(page) if FOOT - 4 < letter.bottom < HEAD + 4]

    def said(self, page: int) -> str:
        """Returns what a page says between its head and its number, without the numbers of notes and pages."""
        return bare("".join(letter.text for letter in self.body(page) if letter.size > SMALLEST))

    def links(self, page: int) -> list[int | str]:
        """Returns where each link leads: to a page of the document, or to an address out of it."""
        position, link, found = ctypes.c_int(0), raw.FPDF_LINK(), []
        content = ctypes.create_string_buffer(2000)
        while raw.FPDFLink_Enumerate(self.pages[page].raw, ctypes.byref(position), ctypes.byref(link)):
            if target := raw.FPDFLink_GetDest(self.document.raw, link):
                found.append(raw.FPDFDest_GetDestPageIndex(self.document.raw, target))
            elif raw.FPDFAction_GetURIPath(self.document.raw, raw.FPDFLink_GetAction(link), content, 2000) > 1:
                found.append(content.value.decode("utf-8"))
        return found

    def text(self) -> str:
        """Returns all that the document says, without spaces."""
        return "".join("".join(page.get_textpage().get_text_range() for page in self.pages).split())

    def files(self) -> dict[str, bytes]:
        found = map(self.document.get_attachment, range(self.document.count_attachments()))
        return {file.get_name(): bytes(file.get_data()) for file in found}

    def contents(self) -> list[tuple[int, str, int, float]]:
        """Returns level, title and page of each bookmark, and how far from the foot it stands."""
        marks = [(mark, mark.get_dest()) for mark in self.document.get_toc()]
        return [(mark.level, mark.get_title(), dest.get_index(), dest.get_view()[1][1]) for mark, dest in marks]


@contextmanager
def opened(path: Path | bytes) -> Iterator[Printed]:
    with pdfium.PdfDocument(path) as document:
        yield Printed(document)


def bare(text: str) -> str:
    """Returns the letters and digits of a text, so that breaks, hyphens and bullets make no difference."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", text))


def blocks(inside: Tag) -> list[str]:
    """Returns the text of each line, cell or paragraph, in order."""

    def around(text: NavigableString) -> Tag:
        return next(parent for parent in text.parents if BLOCKS.fullmatch(parent.name) or parent is inside)

    texts = [text for text in inside.find_all(string=True) if type(text) is NavigableString and text.strip()]
    found = [bare("".join(group)) for _, group in groupby(texts, lambda text: id(around(text)))]
    return [letters for letters in found if letters]
