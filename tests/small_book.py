"""A book of a page or two, which builds in seconds, and one that only looks like a built one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from na_report.base.paths import Project
from na_report.book.book import Book, held, publish

FOOT = '<footer><ul><li><a href="../report.pdf">Boek</a></li><li><a href="../summary.pdf">Kort</a></li></ul></footer>'
PAGE = f'<html lang="nl"><head></head><body><nav id="hoofdstukken"></nav><article>{{}}</article>{FOOT}</body></html>'
PDFS = ("report.pdf", "summary.pdf")
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def built(
    project: Project, edition: str, *pages: str, language: str = "nl", papers: Sequence[str] = PDFS, inputs: str = ""
) -> Book:
    """Publishes a book of pages that hold their own name."""
    book = Book(project, edition, language)
    with held(book):
        made = {name: book.made / name for name in ("html", *papers)}
        made["html"].mkdir(parents=True)
        for name in pages:
            (made["html"] / f"{name}.html").write_text(PAGE.format(name), encoding="utf-8")
        for name in papers:
            made[name].write_bytes(f"%PDF-1.7\n<</A 1>> {name} {inputs}\n".encode() + b"\xff")
        publish(book, inputs, made, ["html", "pdf"])
    return book


def only_pages(project: Project, *names: str) -> None:
    """Makes the book of a project a small one."""
    parts = [{"chapters": [{"file": name} for name in names[1:]]}] if names[1:] else []
    toc = {"format": "jb-book", "root": names[0]} | ({"parts": parts} if parts else {})
    (project.root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    words = project.chapters / "words.yml"
    text = re.sub(r"parts: .*", f"parts: [{'Deel' if parts else ''}]", words.read_text(encoding="utf-8"))
    words.write_text(text.replace("summary: index", 'summary: ""'), encoding="utf-8")


def write_notebook(
    folder: Path, name: str, *cells: nbformat.NotebookNode, metadata: Mapping[str, object] = KERNEL
) -> None:
    """Writes a chapter, or a page as a run leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata=metadata), folder / f"{name}.ipynb")


@contextmanager
def changed(path: Path) -> Iterator[nbformat.NotebookNode]:
    notebook = nbformat.read(path, as_version=4)
    yield notebook
    nbformat.write(notebook, path)


def parameters(source: str = 'edition: str = "2021"') -> nbformat.NotebookNode:
    """Returns the cell that declares the parameters of a chapter."""
    return new_code_cell(source, id="parameters", metadata={"tags": ["parameters", "remove-cell"]})


def write_chapter(project: Project, name: str, text: str, code: str = "1 + 1") -> None:
    """Writes a chapter of one text, and code that nobody sees."""
    hidden = new_code_cell(code, id="code", metadata={"tags": ["remove-cell"]})
    write_notebook(project.chapters / "nl", name, parameters(), hidden, new_markdown_cell(text, id="text"))
