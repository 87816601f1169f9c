"""What a chapter says of itself: its cells, and the parameters that it declares; or all that is wrong with its file."""

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.files import read_once
from na_report.base.settings import place_of, placed, shown

# Of nbformat, which is imported only where a notebook is read.
Notebook = Any
_MOST_FAULTS = 50
_TYPES = ("code", "markdown", "raw")
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
