"""Lets Jupyter Book make HTML of a stage, with every warning an error that names its cell, and checks that all is on it."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from na_report.base.errors import BookError
from na_report.base.files import remove
from na_report.base.settings import shown
from na_report.book.book import Book
from na_report.processes.renderer import Renderer
from na_report.running.executed import first_line
from na_report.running.pages import Page

_PROBLEM = re.compile(r"^.*(?<!\S)(?:WARNING|ERROR|CRITICAL|SEVERE)\b.*$", re.MULTILINE)
# What ended it, where it names no problem in the text.
_RAISED = re.compile(r"^[\w.]*(?:Error|Exception): *\S.*$", re.MULTILINE)
_SHOWN_LINES = 5
_PLACE = re.compile(r"([\w-]+)\.ipynb:(\d+): ")
_LINES_PER_CELL = 10_000
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# The name of a figure or table in what an output shows.
_NAMED = re.compile(r"^:name: (\S+)$", re.MULTILINE)


def finish_html(book: Book, pages: Sequence[Page], files: Sequence[Path] = ()) -> Path:
    """Makes of a book that is rendered the HTML for `publish` to put in its place, and returns its folder.

    `files` are those of the whole edition. A `BookError` when a page shows nothing of its outputs, or an address leads nowhere.
    """
    from na_report.screen.finishing import finish  # while Sphinx renders, a build imports it

    rendered, result = _html(book), book.made / "html"
    for page in pages:
        outputs = [output.get("data", {}) for cell in _cells(book, page.name) for output in cell.get("outputs", [])]
        named = [name for data in outputs for name in _NAMED.findall("".join(data.get("text/markdown", "")))]
        html = (rendered / f"{page.name}.html").read_text(encoding="utf-8")
        if missing := [name for name in named if f'id="{name}"' not in html]:
            raise BookError(
                f"The page {page.name} does not show {', '.join(missing)}.",
                hint="Look whether the cell has the tag remove-output or remove-cell.",
            )
    if ends := finish(rendered, result, book.language, files):
        told = [f"  {name}: {address!r} leads nowhere{_named_in(book, name, address)}." for name, address in ends]
        raise BookError(
            "\n".join(["These addresses on pages lead to no page, place or file of the book:", *told]),
            hint="Mend the address, or put the file beside the chapter.",
        )
    return result


def _html(book: Book) -> Path:
    return book.rendered / "_build" / "html"


def render_stage(book: Book, process: Renderer) -> None:
    """Renders the stage of a book, for screen and paper, from where an earlier rendering left.

    A `BookError` tells what is wrong in the text, such as a link without a target; nothing is left to go on from then, so that
    the next rendering names all problems again.
    """
    output, log = book.rendered, book.folder / "html.log"
    output.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    options = ("--path-output", str(output), "-W", "-n", "--keep-going", "--builder", "html")
    code = process(["build", str(book.stage), *options], log)
    said = _ANSI.sub("", log.read_text(encoding="utf-8", errors="replace"))
    found = _PROBLEM.findall(said)
    if not code and not found and (_html(book) / "index.html").is_file():
        return
    remove(output)
    if code < 0:
        raise BookError(
            "The process that renders the book was killed.", hint="Look whether memory ran out, and build again."
        )
    if found:
        told = [f"  {_placed(line.strip().replace(f'{book.stage}/', ''), book)}" for line in found]
        raise BookError(
            "\n".join([f"The text of the book has {len(found)} problem{'s' * (len(found) > 1)}:", *told]),
            hint="Mend the cell that holds the link, key or directive; page and cell are named above.",
        )
    raised = dict.fromkeys(_RAISED.findall(said))
    raise BookError(
        "\n".join(
            ["Jupyter Book stopped without naming a place; what it said at the end:", *[*raised][-_SHOWN_LINES:]]
        ),
        hint=f"Look in {log} for the whole story, and build again.",
    )


def _placed(line: str, book: Book) -> str:
    """Returns what Sphinx says with the cell that it says it of; Sphinx counts ten thousand lines for a cell."""
    if place := _PLACE.match(line):
        number, within = divmod(int(place[2]), _LINES_PER_CELL)
        if 0 < number <= len(cells := _cells(book, place[1])):
            cell = cells[number - 1]
            told = f"cell {cell['id']} ({shown(first_line(''.join(cell['source'])))})"
            return f"{place[1]}.ipynb, {told}, line {within}: {line[place.end() :]}"
    return line


def _cells(book: Book, page: str) -> list[dict[str, Any]]:
    """Returns the cells of a staged page; none of a page that Sphinx makes itself."""
    path = book.stage / f"{page}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))["cells"] if path.is_file() else []


def _named_in(book: Book, page: str, address: str) -> str:
    """Returns which cell of a page names an address; nothing when none does as it is."""
    for cell in _cells(book, page.removesuffix(".html")):
        if address in json.dumps([cell["source"], cell.get("outputs")], ensure_ascii=False):
            return f" (cell {cell['id']}, {shown(first_line(''.join(cell['source'])))})"
    return ""
