"""The sentences of chapters and stories that another edition makes read otherwise, as no number in them is typed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from na_report.base.errors import NaReportError
from na_report.base.stories import PLACE, read_story
from na_report.editions.edition import Edition
from na_report.writing.markdown import plain
from na_report.writing.prose import FINDING, pieces, said

_CELL = re.compile(r"\A%%text(?: if (?P<condition>[^\n]+))?\n(?P<text>.*)", re.DOTALL)
_TELLS = re.compile(r'\btell\("([^"]+)", (.+?), "([^"]+)"\)', re.DOTALL)
# What stands in a text and is in no sentence: fences and settings of directives, and the signs of a heading or an item.
_AROUND = re.compile(r"^(:.*|#+ |[-*] )", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z])|\n\s*\n")


@dataclass(frozen=True)
class Reworded:
    """A sentence of a page that reads otherwise; the condition says when the page has it, always when empty."""

    page: str
    old: str
    new: str
    condition: str = ""


def prose_of(cells: Iterable[str], stories: Iterable[Path], chapters: Path) -> Iterator[tuple[str, str]]:
    """Yields the prose of a page as condition and text: of its cells, and of what they tell of its own and other stories."""
    own = [path for path in stories if path.is_file()]
    for source in cells:
        if found := _CELL.match(source):
            yield found["condition"] or "", found["text"]
        for folder, who, part in _TELLS.findall(source):
            for path in own if who.isidentifier() else sorted((chapters / folder).glob("*.md")):
                for conditions, text, _ in pieces(read_story(path).parts.get(part, "")):
                    yield " and ".join(conditions), text


def reworded(page: str, texts: Iterable[tuple[str, str]], old: Edition, new: Edition, language: str) -> list[Reworded]:
    """Returns the sentences of a page, of which `prose_of` gives the texts, that read otherwise with another edition."""
    found: dict[Reworded, None] = {}
    for condition, text in texts:
        without = PLACE.sub(lambda name: "" if FINDING.fullmatch(name[1]) else name[0], text)
        for sentence in _SENTENCE_END.split(_AROUND.sub("\n\n", without)):
            was, now = (_filled(sentence, edition, language) for edition in (old, new))
            if was != now:
                found[Reworded(page, was, now, condition)] = None
    return list(found)


def _filled(sentence: str, edition: Edition, language: str) -> str:
    def text(name: re.Match[str]) -> str:
        try:
            return said(name[1], edition, language, {}).text
        except NaReportError:
            return "…"  # a count of the chapter, or a row that this edition has not

    return " ".join(plain(PLACE.sub(text, sentence)).split())
