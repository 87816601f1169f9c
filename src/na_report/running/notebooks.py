"""Notebooks: what a chapter says of itself, or all that is wrong with its file; and what of one that has run stays the same."""

import ast
import json
import os
import re
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.files import read_once
from na_report.base.settings import place_of, placed, shown

# Of nbformat, which is imported only where a notebook is read.
Notebook = Any
_MOST_FAULTS = 50
_TYPES = ("code", "markdown", "raw")
INJECTED = "injected-parameters"
_EXTRAS = ("papermill", "execution", "ExecuteTime")
# The environment of the project runs each page, whatever kernel its chapter names.
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_KINDS = {"object": "names with values", "array": "a list", "string": "text", "integer": "a whole number"}


@read_once
def read_chapter(path: Path) -> Notebook:
    """Returns a notebook, not to be changed by the caller; or tells all that is wrong with it."""
    from nbformat.v4 import to_notebook

    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not (faults := list(dict.fromkeys(_faults(found)))):
            json.dumps(found, ensure_ascii=False).encode()  # half a character, which no file can hold, stops here
            return to_notebook(found)
    except json.JSONDecodeError as problem:
        faults = [f", line {problem.lineno}: found {problem.msg!r}, expected JSON"]
    except (ValueError, TypeError, RecursionError) as problem:
        faults = [f": found {str(problem)!r}, expected a Jupyter notebook"]
    name = "/".join(path.parts[-3:])
    hint = f"Put the chapter back as it was (git restore {name}), or save it again in JupyterLab."
    if any(" id" in fault for fault in faults):
        hint += (
            ' This gives cells an id of their own: .venv/bin/python -c "import nbformat as n; '
            f"n.write(n.v4.upgrade(n.read('{name}', 4)), '{name}')\""
        )
    raise NaReportError("\n".join(f"{path.name}{fault}." for fault in faults[:_MOST_FAULTS]), hint=hint)


def _faults(found: Any) -> Iterator[str]:
    """Yields what is wrong with a notebook: place, what was found and what was expected."""
    from nbformat.validator import iter_validate

    if not isinstance(found, dict) or found.get("nbformat") != 4 or not isinstance(found.get("cells"), list):
        yield ": found no cells of notebook format 4, expected a Jupyter notebook"
        return
    cells: list[Any] = []
    for number, cell in enumerate(found["cells"], 1):
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        if kind not in _TYPES:  # of which the schema says only that it fits none of its cells
            found_here = shown(kind if isinstance(cell, dict) else cell)
            yield f", cell {number}, cell_type: found {found_here}, expected {' or '.join(_TYPES)}"
        stand_in = {"cell_type": "raw", "id": f"cell-{number}", "metadata": {}, "source": ""}
        cells.append(cell if kind in _TYPES else stand_in)
    yield from map(_told, iter_validate(found | {"cells": cells}, version=4, version_minor=5))
    places: dict[str, list[str]] = {}
    for number, cell in enumerate(cells, 1):
        places.setdefault(str(cell.get("id", number)), []).append(str(number))
    for name, same in places.items():
        if len(same) > 1:
            yield f", cells {', '.join(same)}: found the id {name} more than once, expected one for each cell"
    if isinstance(metadata := found.get("metadata"), dict):
        yield from _not_ours(metadata)


def _told(error: Any) -> str:
    """Returns the place of a fault that the schema of the format found, and what was found and expected, in words."""
    place, rule, value = list(error.relative_path), error.validator, error.validator_value
    if place[:1] == ["cells"]:
        place[:2] = [f"cell {place[1] + 1}"]
    where = placed("", place_of(place))
    if rule == "required":
        missing = ", ".join(name for name in value if name not in error.instance)
        return f"{where}: found no {missing}, expected one"
    if rule == "additionalProperties":
        extra = ", ".join(name for name in error.instance if name not in error.schema["properties"])
        return f"{where}: found {extra}, expected nothing of that name"
    if place[-1:] == ["id"]:
        expected = "an id that stays the same: letters, digits, - and _"
    elif rule == "oneOf":
        expected = "an output as Jupyter writes it" if "outputs" in place[-2:] else "text"
    elif rule == "type":
        expected = " or ".join(_KINDS.get(kind, kind) for kind in ([value] if isinstance(value, str) else value))
    elif rule == "minimum":
        expected = f"{value} or more"
    else:
        expected = "what the format of notebooks has here"
    return f"{where}: found {shown(error.instance)}, expected {expected}"


def _not_ours(metadata: dict[str, Any]) -> Iterator[str]:
    """Yields what a notebook says of itself that can't be in this book."""
    if "execution_mode" in str(metadata.get("mystnb")):
        # Chapters run within their limits, in `execution.py`; Sphinx only renders them.
        yield ", metadata, mystnb: found execution_mode, expected nothing that has Sphinx run the notebook"
    # Which kernel is named says nothing: the environment of the project runs all chapters. In which language, does.
    for place, name in (("kernelspec", "language"), ("language_info", "name")):
        section = metadata.get(place)
        if isinstance(section, dict) and (language := section.get(name, "python")) != "python":
            yield f", metadata, {place}, {name}: found {shown(language)}, expected a notebook in python"


def declared_types(chapter: Path) -> Mapping[str, str]:
    """Returns the type per parameter, as the parameters cell of a chapter writes it; `None` where it writes none."""
    declared: dict[str, str] = {}
    for number, cell in enumerate(read_chapter(chapter).cells, 1):
        if cell.cell_type != "code" or "parameters" not in cell.metadata.get("tags", []):
            continue
        try:
            lines = ast.parse(cell.source).body
        except (SyntaxError, ValueError) as problem:
            raise NaReportError(
                f"{chapter.name}, cell {number}: found {str(problem)!r}, expected parameters as Python writes them.",
                hint='Write each as NAME: TYPE = VALUE, such as sector: str = "mbo".',
            ) from None
        for line in lines:
            if isinstance(line, ast.AnnAssign):
                declared[ast.unparse(line.target)] = ast.unparse(line.annotation)
            elif isinstance(line, ast.Assign):
                declared |= dict.fromkeys(map(ast.unparse, line.targets), "None")
    return declared


def own_cell(chapter: Notebook, cell: Mapping[str, Any]) -> str:
    """Returns which cell of its chapter an executed cell is: the number that a person counts, its id and its first line."""
    for number, own in enumerate(chapter.cells, 1):
        if own.id == cell["id"]:
            return f"cell {number} ({own.id}, {first_line(own.source)})"
    return "the cell with the parameters of the page"


def first_line(source: str | Sequence[str]) -> str:
    """Returns the first line of a cell that says something, as an error shows it."""
    lines = (line.strip() for line in "".join(source).splitlines())
    return shown(next((line for line in lines if line and not line.startswith("%%text")), ""))


def whole_notebooks(folder: Path) -> list[Path]:
    """Returns the notebooks in a folder of pages that ran to the end, not those that `.failed`."""
    return sorted(path for path in folder.glob("*.ipynb") if "." not in path.stem)


def normalised(notebook: Notebook, parameters: Mapping[str, Any], root: Path) -> Notebook:
    """Returns an executed notebook without what differs from run to run and from machine to machine.

    Those are times, random ids, the names of processes and folders, and the places of objects in memory.
    """
    notebook.metadata.pop("papermill", None)
    notebook.metadata["kernelspec"] = dict(_KERNEL)
    notebook.metadata["na_report"] = {"parameters": dict(parameters)}
    for cell in notebook.cells:
        for extra in _EXTRAS:
            cell.metadata.pop(extra, None)
        if INJECTED in cell.metadata.get("tags", []):
            cell["id"] = INJECTED
            cell.metadata["tags"] = [*cell.metadata["tags"], "remove-cell"]
    changing = _changing(root)

    def steady(text: str) -> str:
        for pattern, name in changing:
            text = re.sub(pattern, name, text)
        return text

    for output in [output for cell in notebook.cells for output in cell.get("outputs", [])]:
        _steady_output(output, steady)
    return notebook


def _steady_output(output: Any, steady: Callable[[str], str]) -> None:
    if output.output_type == "stream":
        output.text = steady(output.text)
    elif output.output_type == "error":
        output.evalue, output.traceback = steady(output.evalue), [steady(line) for line in output.traceback]
    else:
        carried = noted(output).get("files") or {}
        for mime, content in output.data.items():
            if mime.startswith("text/") and isinstance(content, str) and mime not in carried:
                output.data[mime] = steady(content)


def noted(output: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what this program noted of an output, such as the names of the files that it becomes."""
    said = output.get("metadata", {}).get("na_report", {})
    return said if isinstance(said, dict) else {"files": None}


def _changing(root: Path) -> list[tuple[str, str]]:
    """Returns patterns of what is of this run or this machine only, each with what stands for it."""
    paths, home = sysconfig.get_paths(), os.environ.get("HOME", "/").rstrip("/")
    names = {home: "~/", paths["purelib"]: "site-packages/", paths["stdlib"]: "python/", sys.prefix: ".venv/"}
    names[str(root)] = ""
    temporary = re.escape(tempfile.gettempdir())
    # A kernel names a cell after its process, which warnings show.
    found = [(r"(?<=\bat )0x[0-9a-f]{6,16}\b", "0x…"), (rf"{temporary}/ipykernel_\d+/\d+\.py", "<cell>")]
    for folder in sorted(filter(None, names), key=len, reverse=True):  # the longest first: one may be in another
        place, name = re.escape(folder), names[folder]
        found += [(f"{place}/", name), (rf"{place}(?![\w.-])", name.rstrip("/") or ".")]
    # What Python names a file or folder that is temporary, with the part of the name that it draws; a kernel's may be in its
    # server's.
    return [*found, (rf"{temporary}(?:/(tmp|na-report-)[a-z0-9_]{{8}})+", r"\1…")]
