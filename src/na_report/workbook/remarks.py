"""Puts remarks in a workbook as comments of its cells, and leaves each other byte as it is.

A library that writes a workbook anew loses what it doesn't know: pictures, charts, conversations, the size of comments.
"""

from __future__ import annotations

import re
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from xml.sax.saxutils import escape, unescape

from na_report.workbook.boxes import (
    MAIN,
    before_the_end,
    drawing_of,
    element,
    with_boxes,
    with_colour,
    with_drawing,
)
from na_report.workbook.layout import encode
from na_report.workbook.package import Package

AUTHOR = "na-report"
# Stands before each remark, so that the next import finds it, under words of someone else too. LibreOffice drops authors.
_MARK = f"— {AUTHOR}: "
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "na-report")
_PERSON = f"{{{str(_IDS).upper()}}}"


_COMMENT, _AUTHOR, _TEXT, _REPLY, _WHO = map(element, ("comment", "author", "text", "threadedComment", "person"))
_BLANK_END = re.compile(r"\s+(</(?:\w+:)?t>\s*(?:</(?:\w+:)?r>)?)\s*$")
_REMARK = re.compile(rf"\s*{_MARK}[^<]*")


def with_remarks(archive: zipfile.ZipFile, remarks: Mapping[str, Mapping[str, str]]) -> dict[str, bytes]:
    """Returns the parts of a workbook that get another content when remarks are put in its cells.

    Args:
        archive: The workbook.
        remarks: Per sheet and cell what to say. Remarks of an earlier time go, on every sheet.
    """
    parts = _Parts(archive)
    for number, (title, path) in enumerate(parts.package.sheets.items(), start=1):
        _Sheet(parts, title, path, number).change(remarks.get(title, {}))
    return {name: text.encode() for name, text in parts.changed.items()}


class _Parts:
    """The parts of a workbook as text, with what has been changed."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.package = Package(archive)
        self.changed: dict[str, str] = {}
        self._archive = archive
        self._names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}

    def read(self, path: str) -> str:
        name = self._names[path.lower()]
        return self.changed[name] if name in self.changed else self._archive.read(name).decode("utf-8-sig")

    def write(self, path: str, text: str) -> None:
        self.changed[self._names.setdefault(path.lower(), path)] = text

    def add(self, path: str, text: str, kind: str) -> None:
        """Writes a new part of a kind."""
        self.write(path, text)
        self.allow(f'<Override xmlns="{_PACKAGE}/content-types" PartName="/{path}" ContentType="{kind}"/>')

    def allow(self, entry: str) -> None:
        types = self.read("[Content_Types].xml")
        self.write("[Content_Types].xml", re.sub(r"(<(?:\w+:)?Types\b[^>]*>)", lambda m: m[1] + entry, types, count=1))

    def link(self, source: str, target: str, kind: str) -> str:
        """Makes a part name another one; returns the id of the link."""
        place = PurePosixPath(source)
        path = str(place.parent / "_rels" / f"{place.name}.rels")
        empty = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Relationships xmlns="{_PACKAGE}/relationships"></Relationships>'
        )
        text = self.read(path) if path.lower() in self._names else empty
        text = re.sub(r"<Relationships([^>]*)/>", r"<Relationships\1></Relationships>", text)
        key = f"naReport{kind}"
        entry = (
            f'<Relationship xmlns="{_PACKAGE}/relationships" Id="{key}" Type="{_OFFICE}/{kind}" Target="/{target}"/>'
        )
        self.write(path, before_the_end(text, "Relationships", entry))
        return key


class _Sheet:
    """A sheet of a workbook whose comments are changed."""

    def __init__(self, parts: _Parts, title: str, path: str, number: int) -> None:
        self.parts, self.title, self.path, self.number = parts, title, path, number
        self.links = dict(parts.package.relations(path).values())

    def change(self, remarks: Mapping[str, str]) -> None:
        comments = self.links.get("comments")
        if not comments and not remarks:
            return
        text = self.parts.read(comments) if comments else _no_comments()
        text, gone = _without_remarks(text)
        places = [_attribute(match["with"], "ref") for match in _COMMENT.finditer(text)]
        new = {place: remark for place, remark in remarks.items() if place not in places}
        for place in remarks.keys() - new.keys():
            text = _told_too(text, place, remarks[place])
        text = _with_comments(text, new)
        if comments:
            self.parts.write(comments, text)
        else:
            comments = f"xl/comments/naReport{self.number}.xml"
            self.parts.add(comments, text, _COMMENTS_TYPE)
            self.parts.link(self.path, comments, "comments")
        self._draw(list(new), gone)
        if thread := self.links.get("threadedComment"):
            self._reply(thread, remarks)
        if remarks:
            self.parts.write(self.path, with_colour(self.parts.read(self.path)))

    def _draw(self, places: Sequence[str], gone: Sequence[str]) -> None:
        """Draws the boxes of new comments, hidden until one points at the cell, and takes those of old ones away."""
        sheet = self.parts.read(self.path)
        drawing = self.parts.package.relations(self.path).get(drawing_of(sheet), ("", ""))[1]
        text = with_boxes(self.parts.read(drawing) if drawing else "", places, gone)
        if drawing:
            self.parts.write(drawing, text)
        elif places:
            drawing = f"xl/drawings/naReport{self.number}.vml"
            self.parts.add(drawing, text, _VML_TYPE)
            key = self.parts.link(self.path, drawing, "vmlDrawing")
            entry = f'<legacyDrawing xmlns="{MAIN}" xmlns:r="{_OFFICE}" r:id="{key}"/>'
            self.parts.write(self.path, with_drawing(sheet, entry))

    def _reply(self, path: str, remarks: Mapping[str, str]) -> None:
        """Answers the conversations of the cells, as Excel shows those and not the comment under them."""
        text = self.parts.read(path)
        mine = f'personId="{_PERSON}"'
        text = _REPLY.sub(lambda match: "" if mine in match["with"] else match[0], text)
        replies = ""
        for match in _REPLY.finditer(text):
            place, key = (_attribute(match["with"], name) for name in ("ref", "id"))
            if place in remarks and not _attribute(match["with"], "parentId"):
                own = f"{{{str(uuid.uuid5(_IDS, f'{self.title}!{place}')).upper()}}}"
                when = f'dT="{_attribute(match["with"], "dT")}"'
                said = f"<{match['p']}text>{escape(remarks[place])}</{match['p']}text>"
                name = f"{match['p']}threadedComment"
                replies += f'<{name} ref="{place}" {when} {mine} id="{own}" parentId="{key}">{said}</{name}>'
        self.parts.write(path, before_the_end(text, "ThreadedComments", replies))
        people = self.parts.package.others.get("person")
        if replies and people and _PERSON not in self.parts.read(people):
            entry = '<person xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments" '
            entry += f'displayName="{AUTHOR}" id="{_PERSON}" userId="{AUTHOR}" providerId="None"/>'
            self.parts.write(people, before_the_end(self.parts.read(people), "personList", entry))


def _no_comments() -> str:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<comments xmlns="{MAIN}"><authors></authors><commentList></commentList></comments>'


def _authors(text: str) -> list[str]:
    return [unescape(match["inside"] or "") for match in _AUTHOR.finditer(text)]


def _without_remarks(text: str) -> tuple[str, list[str]]:
    """Returns the comments without remarks of an earlier time, and the cells that have no comment any more."""
    mine = {str(number) for number, author in enumerate(_authors(text)) if author == AUTHOR}
    gone = []

    def clean(match: re.Match[str]) -> str:
        left = _REMARK.sub("", match[0])
        nothing_left = left != match[0] and not re.sub(r"<[^>]*>", "", left).strip()
        if _attribute(match["with"], "authorId") not in mine and not nothing_left:
            return left
        gone.append(_attribute(match["with"], "ref"))
        return ""

    return _COMMENT.sub(clean, text), gone


def _told_too(text: str, place: str, remark: str) -> str:
    """Puts a remark under the words that a cell has already."""

    def longer(match: re.Match[str]) -> str:
        if _attribute(match["with"], "ref") != place:
            return match[0]
        said = _TEXT.search(match[0])
        prefix = match["p"]
        run = f"<{prefix}r>{_letters(prefix, f'{chr(10)}{_MARK}{remark}')}</{prefix}r>"
        inside = _BLANK_END.sub(r"\1", (said["inside"] or "")) if said else ""
        whole = f"<{prefix}text>{inside}{run}</{prefix}text>"
        return match[0].replace(said[0], whole, 1) if said else match[0]

    return _COMMENT.sub(longer, text)


def _with_comments(text: str, remarks: Mapping[str, str]) -> str:
    if not remarks:
        return text
    text = re.sub(r"<((?:\w+:)?)(authors|commentList)\s*/>", r"<\1\2></\1\2>", text)
    authors = _authors(text)
    if AUTHOR not in authors:
        text = before_the_end(text, "authors", f'<author xmlns="{MAIN}">{AUTHOR}</author>')
        authors.append(AUTHOR)
    number = authors.index(AUTHOR)
    new = "".join(
        f'<comment xmlns="{MAIN}" ref="{place}" authorId="{number}"><text>{_letters("", _MARK + remark)}</text></comment>'
        for place, remark in remarks.items()
    )
    return before_the_end(text, "commentList", new)


def _letters(prefix: str, text: str) -> str:
    return f'<{prefix}t xml:space="preserve">{escape(encode(text))}</{prefix}t>'


def _attribute(text: str, name: str) -> str:
    match = re.search(rf"""(?<![\w:]){name}\s*=\s*["']([^"']*)""", text)
    return match[1] if match else ""
