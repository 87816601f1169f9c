"""What a chapter says of itself: its cells, and the parameters that it declares; or all that is wrong with its file."""

import ast
import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.settings import place_of, placed, shown

# Of nbformat, which is imported only where a notebook is read.
Notebook = Any
_MOST_FAULTS = 50


def read_chapter(path: Path) -> Notebook:
    """Returns a notebook, which is read again only when it has been written to; not to be changed by the caller."""
    found = path.stat()
    return _read_seen(path, found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=64)
def _read_seen(path: Path, changed: int, size: int) -> Notebook:
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
    if any("'id'" in fault or " id" in fault for fault in faults):
        hint += (
            ' This gives cells an id of their own: .venv/bin/python -c "import nbformat as n; '
            f"n.write(n.v4.upgrade(n.read('{name}', 4)), '{name}')\""
        )
    raise NaReportError("\n".join(f"{path.name}{fault}." for fault in faults[:_MOST_FAULTS]), hint=hint)


def _faults(found: Any) -> Iterator[str]:
    """Yields what is wrong with a notebook: place, what was found, and the rule of the format that it breaks."""
    from nbformat.validator import iter_validate

    if not isinstance(found, dict) or found.get("nbformat") != 4 or not isinstance(found.get("cells"), list):
        yield ": found no cells of notebook format 4, expected a Jupyter notebook"
        return
    for error in iter_validate(found, version=4, version_minor=5):
        what = f"found {shown(error.instance)}, expected {error.validator} {shown(error.validator_value)}"
        is_extra = error.validator == "additionalProperties"  # its message is short, and names what is extra
        yield f"{placed('', place_of(error.relative_path))}: {error.message if is_extra else what}"
    places: dict[str, list[str]] = {}
    for number, cell in enumerate(found["cells"], 1):
        if isinstance(cell, dict):
            places.setdefault(str(cell.get("id")), []).append(str(number))
    for name, cells in places.items():
        if len(cells) > 1:
            yield f", cells {', '.join(cells)}: found the id {name} more than once, expected one for each cell"
    metadata = found.get("metadata")
    # Which kernel is named says nothing: the environment of the project runs all chapters. In which language, does.
    for section, key in (("kernelspec", "language"), ("language_info", "name")):
        said = metadata.get(section) if isinstance(metadata, dict) else None
        if isinstance(said, dict) and said.get(key, "python") != "python":
            yield f", metadata, {section}, {key}: found {shown(said[key])}, expected python"
    if "execution_mode" in str(metadata):
        # Chapters run within their limits, in `execution.py`; Sphinx only renders them.
        yield ", metadata, mystnb: found execution_mode, expected nothing that has Sphinx run the notebook"


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
