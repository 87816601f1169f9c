"""A new chapter: a notebook per language with the cells that each chapter has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from na_report.errors import NaReportError
from na_report.files import write_whole
from na_report.paths import Project
from na_report.publishing.contents import is_name, languages
from na_report.publishing.translation import MARK, mark_of

_HIDDEN, _KEPT = ["remove-cell"], ["remove-cell", "keep_output", "nbval-check-output"]
_CELLS: tuple[tuple[str, str, str, list[str]], ...] = (
    ("parameters", "code", 'edition: str = ""  # the newest', ["parameters", "remove-cell"]),
    (
        "begin",
        "code",
        "from na_report.presentation.page import open_page\n"
        "from na_report.presentation.prose import glue_told\n\n"
        'evidence = open_page(edition)\nlanguage = "{language}"\ncounts = {{"findings": len(evidence["findings"])}}',
        _HIDDEN,
    ),
    ("title", "markdown", "# {name}", []),
    ("text", "code", "%%text\n{{findings}}", ["remove-input"]),
    ("told", "code", "glue_told()", _KEPT),
)


def write_chapter(project: Project, name: str) -> list[Path]:
    """Writes the notebooks of a new chapter and returns them.

    Raises:
        NaReportError: The name can't be that of a chapter, or there is one with it already.
    """
    if not is_name(name):
        raise NaReportError(f"A chapter can't have the name {name!r}.", hint="Use letters, digits, - and _.")
    first, *_ = spoken = languages(project)
    paths = [project.chapters / language / f"{name}.ipynb" for language in spoken]
    if there := [path for path in paths if path.exists()]:
        raise NaReportError(f"{project.short(there[0])} exists already.", hint="Choose another name.")
    for language, path in zip(spoken, paths, strict=True):
        path.parent.mkdir(exist_ok=True)
        write_whole(path, _notebook(name, language, first).encode())
    return paths


def _notebook(name: str, language: str, first: str) -> str:
    import nbformat

    cells: list[Any] = []
    for key, kind, form, tags in _CELLS:
        text, translated = (form.format(name=name.capitalize(), language=said) for said in (language, first))
        metadata: dict[str, Any] = {"tags": tags} if tags else {}
        if text != translated:
            metadata[MARK] = mark_of(translated)
        new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        cells.append(new(text, id=key, metadata=metadata))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )
    return f"{nbformat.writes(notebook)}\n"
