"""The text of the chapters: figures come from the data, ids exist, and everything of the edition is in the book."""

import re
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

from na_report.base.stories import read_story
from na_report.editions.edition import open_edition
from na_report.writing.markdown import anchor

CHAPTERS = sorted((ROOT / "chapters").glob("*/*.ipynb"))
STORIES = sorted((ROOT / "chapters").glob("*/*/*.md"))
MAGIC = "%%text"
# What may hold digits: ids of rows, names in a reference or in braces, links, the scale that a question had, and the
# names of standards for accessibility.
ALLOWED = re.compile(
    r"\b(?:IND|INI|ACT|AM|AP|A|C|R|X|F[A-Z0-9])\d+(?:\.\d+[a-z]?)?\b|\{[a-z:]+\}`[^`]*`|\{[\w-]+\}|\]\([^)]*\)"
    r"|schaal tot 5|scale to 5|EN 301 549|WCAG 2\.2|PDF/UA-1|^\d+\. ",
    re.MULTILINE,
)
# "The report" is that of AEF and "this book" what the reader has; other words for the two, or another spelling, would confuse.
OTHER_WORDS = re.compile(
    r"\b(?:[Dd]it rapport|[Hh]ele rapport|[Tt]his report|whole report|pdf|ICT’ers|professionals)\b"
)


def prose(path: Path) -> str:
    if path.suffix == ".md":
        parts = [*read_story(path).parts.values()]
        return "\n\n".join(re.sub(r"^```\{code-cell\}.*?^```", "", part, flags=re.S | re.M) for part in parts)
    return "\n\n".join(
        cell.source.partition("\n")[2] if cell.source.startswith(MAGIC) else cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown" or cell.source.startswith(MAGIC)
    )


def typed_figures(text: str) -> list[str]:
    """Returns digits that a text does not take from the data; the numbers of a list don't count."""
    return re.findall(r"\S*\d\S*", ALLOWED.sub("", text))


def test_a_text_has_no_typed_figure_and_one_name_for_one_thing() -> None:
    for text in ("Het aandeel is 41%.", "In 2019 waren het er 85.000.", "Zie [dit](#x): 1,3 miljoen"):
        assert typed_figures(text), "one is found"
    texts = {"/".join(path.parts[-2:]): prose(path) for path in (*CHAPTERS, *STORIES)}
    assert {name: found for name, text in texts.items() if (found := typed_figures(text))} == {}
    assert {name: found for name, text in texts.items() if (found := OTHER_WORDS.findall(text))} == {}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_chapter_defines_no_function_and_holds_outputs_that_nbval_compares(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    code = "\n".join(cell.source for cell in cells if not cell.source.startswith(MAGIC))
    assert re.findall(r"^\s*(?:def|class) |\blambda\b", code, re.MULTILINE) == []
    checked = [cell for cell in cells if "nbval-check-output" in cell.metadata.get("tags", [])]
    assert checked
    assert all(cell.outputs and cell.execution_count for cell in checked)


@pytest.mark.book
def test_every_row_of_the_edition_is_in_the_book() -> None:
    pages = [*(ROOT / "_build" / "2026" / "nl" / "html").glob("*.html")]
    assert pages, "make book first"
    book = "".join(path.read_text(encoding="utf-8") for path in pages)
    shown = set(re.findall(r'id="([^"]+)"', book))
    tables = (
        "agendas agenda_items findings observations organisations initiatives conclusions recommendations "
        "starting_points contradictions caveats interviewees notes sources"
    )
    for table in tables.split():
        place = "bron-{}".format if table == "sources" else anchor
        assert [key for key in open_edition("2026")[table]["id"] if place(key) not in shown] == [], table
