"""Makes a book: pages run, Sphinx renders with every warning an error that names its cell, Typst prints; published when whole."""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from babel.dates import format_date

from na_report.base.errors import BookError
from na_report.base.files import remove
from na_report.base.paths import DESCRIPTOR
from na_report.book.book import Book, publish, words
from na_report.book.staging import drop_renderings, stage
from na_report.editions.descriptor import descriptor_of
from na_report.paper import FOLDER
from na_report.paper.typesetting import Document, typeset
from na_report.processes.renderer import Renderer
from na_report.running.fingerprint import hash_inputs
from na_report.running.notebooks import first_line
from na_report.running.pages import Page, all_pages
from na_report.screen.describing import book_address, publication

# Of the document of a draft, which has no day of its own: that of the build is in no file.
_NO_DAY = "1980-01-01"
_PROBLEM = re.compile(r"^.*(?<!\S)(?:WARNING|ERROR|CRITICAL|SEVERE)\b.*$", re.MULTILINE)
# What ended it, where it names no problem in the text.
_RAISED = re.compile(r"^[\w.]*(?:Error|Exception): *\S.*$", re.MULTILINE)
_SHOWN_LINES = 5
_PLACE = re.compile(r"([\w-]+)\.ipynb:(\d+): ")
_LINES_PER_CELL = 10_000
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# The name of a figure or table in what an output shows.
_NAMED = re.compile(r"^:name: (\S+)$", re.MULTILINE)


def make_book(
    book: Book,
    formats: Sequence[str],
    process: Renderer,
    *,
    verify: Callable[[], tuple[str, str]],
    take_along: Callable[[], list[Path]],
    run: Callable[[Sequence[Page]], object],
    say: Callable[[str], object],
) -> None:
    """Makes a book out of sight, as `html`, `pdf` or both, and publishes it when all of it is whole.

    `verify` checks the edition and tells the first and last year of its data, `take_along` writes it to take along, `run` runs
    pages, and `say` tells how far it is, in a line. A `NaReportError` when something is wrong in data, chapters or text, or a
    source changed meanwhile; nothing is published then.
    """
    project, inputs = book.project, hash_inputs(book.project)
    period = verify()
    pages, said = all_pages(project, book.language, book.edition), words(book)
    drop_renderings(book)
    names = {page.name for page in pages}
    for path in book.notebooks.glob("*"):  # also of pages that the book no longer has
        if path.name.split(".")[0] not in names:
            remove(path)
    run(pages)
    given = {"book": publication(project, book.edition, book.language, said, period)}
    stage(book, pages, given if "pdf" in formats else {**given, "papers": []})
    made: dict[str, Path] = {}
    began = time.perf_counter()

    def tell(kind: str, path: Path) -> None:
        say(f"{kind:<5} {project.short(path)}  ({time.perf_counter() - began:.1f} s)")

    with ThreadPoolExecutor() as aside:
        # While Sphinx renders, in a process of its own.
        edition = aside.submit(take_along) if "html" in formats else None
        aside.submit(import_module, "na_report.screen.finishing")
        render_stage(book, process)
        papers = aside.submit(print_papers, book, pages) if "pdf" in formats else None
        if edition:
            made["html"] = finish_html(book, pages, edition.result())
            tell("HTML", book.html / "index.html")
        if papers:
            made |= papers.result()
            for name in papers.result():
                tell("PDF", book.folder / name)
    if hash_inputs(project) != inputs:
        raise BookError(
            "Data, chapters or settings changed while the book was being made of them, so it is not published.",
            hint="Look with `git status` whether a chapter writes to one of its sources, and build again.",
        )
    publish(book, inputs, made, formats)


def finish_html(book: Book, pages: Sequence[Page], files: Sequence[Path] = ()) -> Path:
    """Makes of a book that is rendered the HTML for `publish` to put in its place, and returns its folder.

    `files` are those of the whole edition. A `BookError` when a page shows nothing of its outputs, or an address leads nowhere.
    """
    from na_report.screen.finishing import finish  # while Sphinx renders, a build imports it

    rendered, result = book.rendered / "html", book.made / "html"
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


def render_stage(book: Book, process: Renderer) -> None:
    """Renders the stage of a book, for screen and paper, from where an earlier rendering left.

    A `BookError` tells what is wrong in the text, such as a link without a target; nothing is left to go on from then, so that
    the next rendering names all problems again.
    """
    log = book.folder / "html.log"
    book.rendered.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    options = ("--path-output", str(book.rendered.parent), "-W", "-n", "--keep-going", "--builder", "html")
    code = process(["build", str(book.stage), *options], log)
    said = _ANSI.sub("", log.read_text(encoding="utf-8", errors="replace"))
    found = _PROBLEM.findall(said)
    if not code and not found and (book.rendered / "html" / "index.html").is_file():
        return
    remove(book.rendered)
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
    raised = [*dict.fromkeys(_RAISED.findall(said))][-_SHOWN_LINES:]
    raise BookError(
        "\n".join(["Jupyter Book stopped without naming a place; what it said at the end:", *raised]),
        hint=f"Look in {log} for the whole story, and build again.",
    )


def _placed(line: str, book: Book) -> str:
    """Returns what Sphinx says with the cell that it says it of; Sphinx counts ten thousand lines for a cell."""
    if place := _PLACE.match(line):
        number, within = divmod(int(place[2]), _LINES_PER_CELL)
        if 0 < number <= len(cells := _cells(book, place[1])):
            cell = cells[number - 1]
            told = f"cell {cell['id']} ({first_line(cell['source'])})"
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
            return f" (cell {cell['id']}, {first_line(cell['source'])})"
    return ""


def print_papers(book: Book, pages: Sequence[Page]) -> dict[str, Path]:
    """Makes the PDFs of a book that is rendered, and returns them by the names that readers know them by.

    A `BookError` when something in the text can't be printed.
    """
    book.made.mkdir(parents=True, exist_ok=True)
    made = {}
    for document in documents(book, pages, words(book)):
        made[f"{document.name}.pdf"] = target = book.made / f"{document.name}.pdf"
        typeset(document, book.rendered / FOLDER / "pages", book.stage, book.project.root, target)
    return made


def documents(book: Book, pages: Sequence[Page], words: Mapping[str, Any]) -> list[Document]:
    """Returns what is printed of a book: the report with its data, and the summary where the book has one."""
    folder = book.project.data / book.edition
    about = descriptor_of(folder)
    sealed = str(about["created"])[:10]
    day = sealed or _NO_DAY
    attached = {folder / DESCRIPTOR: str(about["title"])} if sealed else {}
    attached |= {folder / str(table["path"]): str(table["title"]) for table in about["resources"]}
    when = format_date(date.fromisoformat(day), "d MMMM y", locale=book.language) if sealed else words["mark"].lower()
    imprint = [str(words["cover"]), f"{about['contributors'][0]['title']}, {when}", str(about["licenses"][0]["title"])]
    on_paper = [page.name for page in pages if page.on_paper]
    registers = [page.name for page in pages if not page.on_paper]
    site, summary = book_address(book.project, book.edition, book.language), words["summary"]
    report = Document(
        "report", on_paper, words, book.language, day, imprint, attached=attached, registers=registers, site=site
    )
    short = Document("summary", [summary], words, book.language, day, front=False, site=site)
    return [report, short] if summary in {page.name for page in pages} else [report]
