"""A new chapter: a notebook per language with the cells that each chapter has."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

from na_report.base.errors import NaReportError
from na_report.base.files import write_whole
from na_report.base.paths import Project
from na_report.running.contents import is_name, languages
from na_report.running.translation import MARK, mark_of


def write_chapter(project: Project, name: str) -> list[Path]:
    """Writes the notebooks of a new chapter and returns them."""
    if not is_name(name):
        raise NaReportError(f"A chapter can't have the name {name!r}.", hint="Use letters, digits, - and _.")
    first, *_ = spoken = languages(project)
    paths = [project.chapters / language / f"{name}.ipynb" for language in spoken]
    if there := [path for path in paths if path.exists()]:
        raise NaReportError(f"{project.short(there[0])} exists already.", hint="Choose another name.")
    for language, path in zip(spoken, paths, strict=True):
        path.parent.mkdir(exist_ok=True)
        write_whole(path, _notebook(name.capitalize(), language, first).encode())
    return paths


def _notebook(title: str, language: str, first: str) -> str:
    form = resources.files("na_report.running") / "texts" / "chapter.ipynb"
    notebook = json.loads(form.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        text = "".join(cell["source"]).replace("TITLE", title)
        said, original = text.replace("LANGUAGE", language), text.replace("LANGUAGE", first)
        cell["source"] = said.splitlines(keepends=True)
        if said != original:
            cell["metadata"][MARK] = mark_of(original)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
