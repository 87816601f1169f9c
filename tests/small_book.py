"""A book of one page, which builds in seconds, and one that only looks like a built one."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import nbformat

from na_report.base.paths import Project
from na_report.book.book import Book, held, publish

FOOT = '<footer><ul><li><a href="../report.pdf">Boek</a></li><li><a href="../summary.pdf">Kort</a></li></ul></footer>'
PAGE = '<html lang="nl"><head></head><body><nav id="hoofdstukken"></nav><article>{}</article></body></html>'
PDFS = ("report.pdf", "summary.pdf")


def built(
    project: Project,
    edition: str,
    *pages: str,
    language: str = "nl",
    foot: str = "",
    papers: Sequence[str] = PDFS,
    inputs: str = "",
) -> Book:
    """Publishes a book of pages that hold their own name."""
    book = Book(project, edition, language)
    with held(book):
        made = {name: book.made / name for name in ("html", *papers)}
        made["html"].mkdir(parents=True)
        for name in pages:
            page = PAGE.format(name).replace("</body>", f"{foot}</body>")
            (made["html"] / f"{name}.html").write_text(page, encoding="utf-8")
        for name in papers:
            made[name].write_bytes(f"%PDF-1.7\n<</A 1>> {name} {inputs}\n".encode() + b"\xff")
        publish(book, inputs, made, ["html", "pdf"])
    return book


def make_small(source: Project, root: Path) -> None:
    """Copies chapters and configuration to a project, and makes its book one of one page."""
    for name in ("_config.yml", "chapters"):
        path = source.root / name
        (shutil.copytree if path.is_dir() else shutil.copyfile)(path, root / name)
    (root / "_toc.yml").write_text("format: jb-book\nroot: index\n", encoding="utf-8")
    words = root / "chapters" / "words.yml"
    text = words.read_text(encoding="utf-8").replace("summary: index", 'summary: ""')
    words.write_text(re.sub(r"parts: .*", "parts: []", text), encoding="utf-8")


def write_chapter(root: Path, word: str) -> None:
    """Writes the chapter of a small book, with a word in it."""
    notebook = nbformat.read(root / "chapters" / "nl" / "kanttekeningen.ipynb", as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code" and "registers." not in cell.source]
    notebook.cells.append(nbformat.v4.new_markdown_cell(f"# Titel\n\nHet {word}e boek.", id="text"))
    nbformat.write(notebook, root / "chapters" / "nl" / "index.ipynb")
