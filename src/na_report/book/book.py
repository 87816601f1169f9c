"""Makes the book of executed notebooks: its stage, then HTML, with pages for paper on the way."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from na_report.base.errors import BookError, NaReportError
from na_report.base.files import remove
from na_report.base.paths import TOC, WORDS, Project
from na_report.base.settings import read_settings, shown
from na_report.base.site_settings import read_configuration
from na_report.base.wording import Words
from na_report.editions.folders import is_draft
from na_report.running.contents import known_language, read_contents, read_words, without_others
from na_report.running.executed import first_line
from na_report.running.pages import Page

if TYPE_CHECKING:
    from na_report.processes.renderer import Renderer
    from na_report.screen.describing import Publication

# What every book says of itself, beside the captions of its parts.
_WORDS = (
    *("name", "title", "subtitle", "author", "cover", "contents", "notes", "figures", "registers", "where"),
    *("summary", "figure", "table"),
)
# The name of a figure or table in what an output shows.
_NAMED = re.compile(r"^:name: (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Book:
    """What is being made of one edition in one language.

    Args:
        project: The project.
        edition: The name of the edition.
        language: `nl` or `en`.
    """

    project: Project
    edition: str
    language: str

    @property
    def folder(self) -> Path:
        """Where everything of this book is."""
        return self.project.build(self.edition, self.language)

    @property
    def notebooks(self) -> Path:
        """The executed notebooks."""
        return self.folder / "notebooks"

    @property
    def html(self) -> Path:
        """The finished HTML book."""
        return self.folder / "html"

    @property
    def pdf(self) -> Path:
        """The finished PDF."""
        return self.folder / "report.pdf"

    @property
    def summary(self) -> Path:
        """The short PDF of one page of the book."""
        return self.folder / "summary.pdf"

    @property
    def made(self) -> Path:
        """Where the parts of a new book wait until all are whole."""
        return self.folder / "made"

    @property
    def stage(self) -> Path:
        """The source folder that Sphinx reads."""
        return self.folder / "stage"


def drop_renderings(book: Book) -> None:
    """Removes what the next rendering could go on from, so that it starts from nothing."""
    for kept in (book.stage, book.folder / "sphinx"):
        remove(kept)


def stage(book: Book, pages: Sequence[Page], *, papers: bool = True) -> None:
    """Lays out the source of the book: notebooks, the files that they carry, configuration and style.

    Args:
        book: The book.
        pages: Its pages, which have run.
        papers: Whether its pages lead to PDFs.

    Raises:
        NaReportError: See `staging.lay_out`.
    """
    from na_report.book.staging import lay_out

    lay_out(book.stage, book.notebooks, pages, _settings(book, [page.name for page in pages], papers=papers))


def _settings(book: Book, pages: Collection[str], *, papers: bool) -> dict[str, Any]:
    """Returns configuration and table of contents with the words of the language and edition."""
    from na_report.screen.footing import footing

    config, toc, said = read_configuration(book.project), read_settings(book.project.root / TOC), words(book)
    sphinx = config.setdefault("sphinx", {})
    settings = sphinx.setdefault("config", {})
    sphinx["extra_extensions"] = [*sphinx.get("extra_extensions", []), "na_report.book.extension"]
    config["title"] = settings["html_title"] = said["title"]
    # Chapters run within their limits, in `execution.py`, and nowhere else: whatever the file says, Sphinx only renders them.
    config["execute"] = config.get("execute", {}) | {"execute_notebooks": "off"}
    settings["nb_execution_mode"] = "off"
    settings.pop("jupyter_execute_notebooks", None)  # its name before
    settings |= {
        "language": book.language,
        "locale_dirs": ["_locale"],
        "templates_path": ["_templates"],
        "html_context": footing(book.project, book.edition, book.language, said) | ({} if papers else {"papers": []}),
        "numfig_format": {"figure": said["figure"], "table": said["table"]},
    }
    for part, caption in zip(toc.get("parts", []), said["parts"], strict=True):
        part["caption"] = caption
    if "pages" in said:
        # What its text links to may be on a page that the book has in other languages only.
        settings["suppress_warnings"] = [*settings.get("suppress_warnings", []), "myst.xref_missing"]
    return {"config": config, "toc": without_others(toc, pages)}


def words(book: Book) -> dict[str, Any]:
    """Returns title, subtitle and other words of the book in its language, from `chapters/words.yml`.

    Raises:
        NaReportError: Some are missing, or something is wrong with the table of contents, the configuration or the address of
            the site: this is asked before anything runs.
    """
    from na_report.screen.describing import site_address

    site_address(book.project)
    read_configuration(book.project)
    place = f"chapters/{WORDS}, {book.language}"
    found = read_words(book.project)[known_language(book.project, book.language)]
    if not isinstance(found, dict):
        found = {}
    contents = read_contents(book.project, book.language)
    parts, summary, pages = found.get("parts"), found.get("summary"), contents.pages
    captions = isinstance(parts, list) and len(parts) == contents.parts and all(isinstance(part, str) for part in parts)
    a_page = not isinstance(summary, str) or summary in ("", *pages)
    checks = [
        *((name, found.get(name), "text", isinstance(found.get(name), str)) for name in _WORDS),
        ("parts", parts, f"{contents.parts} captions as text: one per part of {TOC}", captions),
        ("summary", summary, f"a page of {TOC}, or '' for a book without a short PDF", a_page),
    ]
    problems = [
        f"{place}, {name}: found {shown(value)}, expected {expected}."
        for name, value, expected, is_sound in checks
        if not is_sound
    ]
    if problems := contents.problems + problems:
        raise NaReportError("\n".join(problems), hint=f"Fill these in chapters/{WORDS}.")
    given = {
        key: value.replace("{edition}", book.edition) if isinstance(value, str) else value
        for key, value in found.items()
    }
    # What is not sealed says so on every page: its title is in the head of the pages.
    mark = Words(book.language, book.project)("site.draft") if is_draft(book.project.data / book.edition) else ""
    return given | {"mark": mark, "title": f"{mark}: {given['title']}" if mark else given["title"]}


def build_html(
    book: Book,
    pages: Sequence[Page],
    *,
    publication: Callable[[], Publication] | None = None,
    process: Renderer | None = None,
    written: Callable[[], None] | None = None,
    jobs: int = 0,
    known: dict[str, Any] | None = None,
) -> Path:
    """Makes the HTML book, for `publish` to put in its place, and returns its folder.

    Args:
        book: The book, staged.
        pages: Its pages.
        publication: Tells what the book says of itself, with the files of the whole edition; asked once Sphinx is done.
        process: Renders; one is started and ended when left out.
        written: Called when the pages for paper are there, while those for the screen are still being written.
        jobs: How many pages at once; 0 for one per core.
        known: What came of pages before, which is used and added to.

    Raises:
        BookError: Sphinx found a problem, a page is missing or shows nothing of its outputs, or an address leads nowhere.
    """
    from na_report.book.rendering import render_stage
    from na_report.screen.polish import polish

    rendered = render_stage(book.stage, book.folder, process, written)
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


def _cells(book: Book, page: str) -> list[dict[str, Any]]:
    """Returns the cells of a staged page; none of a page that Sphinx makes itself."""
    path = book.stage / f"{page}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))["cells"] if path.is_file() else []


def _named_in(book: Book, page: str, address: str) -> str:
    """Returns which cell of a page names an address; nothing when none does as it is."""
    for cell in _cells(book, page.removesuffix(".html")):
        source = "".join(cell["source"])
        if address in source or any(address in json.dumps(output) for output in cell.get("outputs", [])):
            return f" (cell {cell['id']}, {shown(first_line(source))})"
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
