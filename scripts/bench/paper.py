"""The cases on paper: the PDF, and the whole book with it, against WeasyPrint, which only the bench installs for itself."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pypdfium2 as pdfium
import yaml
from bs4 import BeautifulSoup
from measuring import BIN, Case, Side, na_report, run
from stock import EDITION, Place, stock_build

from na_report.publishing.pages import all_pages

# What is on the long page and not on paper: ours leaves it out, so that both sides print the same.
SCREEN = ".meenemen, .als-tabel, .alleen-scherm, figure .legend, .headerlink, .toctree-wrapper > p.caption, svg, script"
PRINT = (
    "import sys; from pathlib import Path\n"
    "from na_report.paths import Project\n"
    "from na_report.publishing import book as books\n"
    "from na_report.publishing.pages import all_pages\n"
    "from na_report.publishing.paper.printing import press\n"
    "project = Project(Path(sys.argv[1]))\n"
    "book = books.Book(project, sys.argv[2], 'nl')\n"
    "with press() as printer:\n"
    "    printer.printing(book, all_pages(project), books.words(book)).result()\n"
)


def pdf(place: Place) -> Case:
    """The PDF of the whole book, from what Sphinx wrote for it."""
    page = long_page(place)
    ours, theirs = place.book.made / "report.pdf", place.folder / "theirs.pdf"
    return Case(
        *("PDF", "WeasyPrint on the same content, no stylesheet, tagged", "0.15"),
        "laying out pages, in Typst",
        Side(lambda: run([sys.executable, "-c", PRINT, place.ours.root, EDITION], place.folder)),
        Side(lambda: weasyprint(page, theirs)),
        lambda: same_letters(ours, theirs),
        rounds=3,
    )


def book(place: Place) -> Case:
    """The whole book as `make book` makes it, nothing run yet."""
    theirs = place.folder / "theirs.pdf"

    def stock() -> None:
        stock_build(place)
        weasyprint(long_page(place), theirs)

    return Case(
        *("cold book, HTML and PDF", "papermill CLI page by page + `jupyter-book build` + WeasyPrint", "0.28"),
        "the pages on all cores, then Sphinx on one core with Typst beside it",
        Side(
            lambda: na_report("build", "--edition", EDITION, folder=place.ours.root),
            lambda: shutil.rmtree(place.ours.root / "_build", ignore_errors=True),
        ),
        Side(stock, lambda: shutil.rmtree(place.theirs.root / "_build", ignore_errors=True)),
        lambda: same_letters(place.book.pdf, theirs),
        rounds=3,
    )


def long_page(place: Place) -> Path:
    """Makes the book as one long page with the stock command, and takes out what is not on paper."""
    stage, folder = place.folder / "long-stage", place.folder / "long"
    for old in (stage, folder):
        shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(place.stock.stage, stage)
    config = yaml.safe_load((stage / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"]["nb_mime_priority_overrides"] = [["singlehtml", "text/markdown", 1]]
    config["sphinx"]["config"].pop("templates_path", None)  # our template is for one page of many
    (stage / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    builder = ("--builder", "custom", "--custom-builder", "singlehtml")
    run([BIN / "jupyter-book", "build", stage, "--path-output", folder, *builder], place.folder)
    page = folder / "_build" / "singlehtml" / "index.html"
    article = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select_one("article")
    if article is None:
        raise SystemExit("the long page has no article")
    for name in (page.name for page in all_pages(place.ours) if not page.on_paper):
        mark = article.find(id=f"document-{name}")
        section = mark.find_next("section") if mark else None
        if section is None:
            raise SystemExit(f"the long page has no page {name}")
        section.decompose()
    for part in article.select(SCREEN):
        part.decompose()
    plain = page.with_name("plain.html")
    head = '<!DOCTYPE html><html lang="nl"><head><meta charset="utf-8"><title>Report</title></head><body>'
    plain.write_text(f"{head}{article}</body></html>", encoding="utf-8")
    return plain


def weasyprint(page: Path, target: Path) -> None:
    """Prints a page with the stock command, as accessible as ours."""
    run([BIN / "weasyprint", "--pdf-variant", "pdf/ua-1", page, target], page.parent)


def same_letters(ours: Path, theirs: Path) -> None:
    """Ends the run when one side prints much that the other doesn't; ours has contents and running heads besides."""
    counts = []
    for path in (ours, theirs):
        with pdfium.PdfDocument(path) as document:
            text = "".join(page.get_textpage().get_text_range() for page in document)
        counts.append(sum(character.isalnum() for character in text))
    if not 0.95 < counts[0] / counts[1] < 1.1:
        raise SystemExit(f"gate: the PDFs differ in their letters: ours {counts[0]}, theirs {counts[1]}")
