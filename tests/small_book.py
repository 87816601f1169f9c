"""A book of one page, which builds in seconds."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat

from na_report.base.paths import Project


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
