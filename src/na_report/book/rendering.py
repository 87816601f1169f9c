"""Lets Jupyter Book make HTML of a stage, with every warning an error that names its cell, and checks that all is on it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from na_report.base.errors import BookError
from na_report.base.files import remove
from na_report.base.settings import shown
from na_report.book.book import Book
from na_report.processes.renderer import Renderer
from na_report.running.executed import first_line
from na_report.running.pages import Page
from na_report.screen.describing import Publication

_PROBLEM = re.compile(r"(?:^|\s)(WARNING|ERROR|CRITICAL|SEVERE)\b")
# The frames of a traceback, rules, and what Jupyter Book and Sphinx say whatever happened.
_SAYS_NOTHING = re.compile(
    r"\s|Traceback \(|=+$|RuntimeError: *$|The above exception|During handling|There was an error in building"
    r"|Exception occurred:|The full traceback|Please also report|A bug report"
)
_SHOWN_LINES = 5
_PLACE = re.compile(r"([\w-]+)\.ipynb:(\d+): ")
_LINES_PER_CELL = 10_000
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# The name of a figure or table in what an output shows.
_NAMED = re.compile(r"^:name: (\S+)$", re.MULTILINE)


def build_html(
    book: Book,
    pages: Sequence[Page],
    process: Renderer,
    *,
    publication: Callable[[], Publication] | None = None,
    written: Callable[[], None] = lambda: None,
    jobs: int = 0,
    known: dict[str, Any] | None = None,
) -> Path:
    """Makes the HTML book, for `publish` to put in its place, and returns its folder.

    Args:
        book: The book, staged.
        pages: Its pages.
        process: Renders.
        publication: Tells what the book says of itself, with the files of the whole edition; asked once Sphinx is done.
        written: See `render_stage`.
        jobs: How many pages at once; 0 for one per core.
        known: What came of pages before, which is used and added to.

    Raises:
        BookError: Sphinx found a problem, a page is missing or shows nothing of its outputs, or an address leads nowhere.
    """
    from na_report.screen.finishing import polish  # while Sphinx renders, a build imports it

    rendered = render_stage(book, process, written)
    for page in pages:
        _check_page(rendered / f"{page.name}.html", book, page.name)
    result = book.made / "html"
    remove(result)
    shutil.copytree(rendered, result)
    ends = polish(result, publication() if publication else None, jobs=jobs, known=known)
    if ends:
        told = [f"  {name}: {address!r} leads nowhere{_named_in(book, name, address)}." for name, address in ends]
        raise BookError(
            "\n".join(["These addresses on pages lead to no page, place or file of the book:", *told]),
            hint="Mend the address, or put the file beside the chapter.",
        )
    return result


def render_stage(book: Book, process: Renderer, written: Callable[[], None] = lambda: None) -> Path:
    """Renders the stage of a book, from where an earlier rendering left; returns the folder: copy it, don't change it.

    Args:
        book: The book, staged.
        process: Renders.
        written: Called when the pages for paper are there and nothing is wrong so far, while those for the screen are still
            being written.

    Raises:
        BookError: Something in the text is wrong, such as a link without a target. Nothing is left to go on from, so that
            the next rendering names all problems again.
    """
    output, log = book.rendered, book.folder / "html.log"
    output.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)

    def written_well() -> None:
        if not _problems(_said(log)):
            written()

    options = ("--path-output", str(output), "-W", "-n", "--keep-going", "--builder", "html")
    code = process.run(["build", str(book.stage), *options], log, written_well)
    text = _said(log)
    log.write_text(text, encoding="utf-8")
    problems, result = _problems(text), output / "_build" / "html"
    if not code and not problems and (result / "index.html").is_file():
        return result
    remove(output)
    if code < 0:
        raise BookError(
            "The process that renders the book was killed.", hint="Look whether memory ran out, and build again."
        )
    if problems:
        told = [f"  {_placed(line.replace(f'{book.stage}/', ''), book)}" for line in problems]
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise BookError(
            "\n".join([f"The text of the book has {count}:", *told]),
            hint="Mend the cell that holds the link, key or directive; page and cell are named above.",
        )
    said = dict.fromkeys(line.rstrip() for line in text.splitlines() if line and not _SAYS_NOTHING.match(line))
    raise BookError(
        "\n".join(
            ["Jupyter Book stopped without naming a problem; the end of what it said:", *[*said][-_SHOWN_LINES:]]
        ),
        hint=f"Look in {log} for the whole story, and build again.",
    )


def _said(log: Path) -> str:
    return _ANSI.sub("", log.read_text(encoding="utf-8", errors="replace")) if log.is_file() else ""


def _problems(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if _PROBLEM.search(line) and "Traceback" not in line]


def _placed(line: str, book: Book) -> str:
    """Returns what Sphinx says with the cell that it says it of; Sphinx counts ten thousand lines for a cell."""
    if place := _PLACE.match(line):
        number, within = divmod(int(place[2]), _LINES_PER_CELL)
        if 0 < number <= len(cells := _cells(book, place[1])):
            return f"{place[1]}.ipynb, {_told(cells[number - 1])}, line {within}: {line[place.end() :]}"
    return line


def _told(cell: dict[str, Any]) -> str:
    return f"cell {cell['id']} ({shown(first_line(''.join(cell['source'])))})"


def _cells(book: Book, page: str) -> list[dict[str, Any]]:
    """Returns the cells of a staged page; none of a page that Sphinx makes itself."""
    path = book.stage / f"{page}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))["cells"] if path.is_file() else []


def _named_in(book: Book, page: str, address: str) -> str:
    """Returns which cell of a page names an address; nothing when none does as it is."""
    for cell in _cells(book, page.removesuffix(".html")):
        if address in "".join(cell["source"]) or any(address in json.dumps(said) for said in cell.get("outputs", [])):
            return f" (cell {cell['id']}, {shown(first_line(''.join(cell['source'])))})"
    return ""


def _check_page(target: Path, book: Book, page: str) -> None:
    """Asserts that a page is there, with every figure and table that its notebook shows."""
    if not target.is_file():
        raise BookError(f"The book has no page {page}.", hint=f"Look in {book.folder / 'html.log'}.")
    outputs = [output.get("data", {}) for cell in _cells(book, page) for output in cell.get("outputs", [])]
    named = [_NAMED.findall("".join(data.get("text/markdown", ""))) for data in outputs]
    html = target.read_text(encoding="utf-8")
    if missing := [name for names in named for name in names if f'id="{name}"' not in html]:
        raise BookError(
            f"The page {page} does not show {', '.join(missing)}.",
            hint="Look whether the cell has the tag remove-output or remove-cell.",
        )
