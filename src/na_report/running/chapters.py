"""What a chapter says of itself: its cells, and the parameters that it declares."""

from __future__ import annotations

import ast
import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from na_report.base.errors import NaReportError
from na_report.running.notebooks import notebook_faults

if TYPE_CHECKING:
    import nbformat


def read_chapter(path: Path) -> nbformat.NotebookNode:
    """Returns a notebook, which is read again only when it has been written to; not to be changed by the caller."""
    found = path.stat()
    return _read_seen(path, found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=64)
def _read_seen(path: Path, changed: int, size: int) -> nbformat.NotebookNode:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        faults = notebook_faults(found)
    except json.JSONDecodeError as problem:
        faults = [f"line {problem.lineno}: found {problem.msg!r}, expected JSON"]
    except (ValueError, RecursionError) as problem:
        faults = [f"found {str(problem)!r}, expected a Jupyter notebook"]
    if faults:
        raise _no_notebook(path, faults)
    from nbformat.v4.nbjson import JSONReader

    # Without validation, which takes four times as long; papermill does that for a page that runs.
    return JSONReader().to_notebook(found)


def _no_notebook(path: Path, faults: Sequence[str]) -> NaReportError:
    name = "/".join(path.parts[-3:])
    hint = f"Put the chapter back as it was (git restore {name}), or save it again in JupyterLab."
    if any(" id" in fault for fault in faults):
        hint += (
            ' This gives cells an id of their own: .venv/bin/python -c "import nbformat as n; '
            f"n.write(n.v4.upgrade(n.read('{name}', 4)), '{name}')\""
        )
    # A place goes with the file name, as in "koploper.ipynb, cell 3: found"; a fault of the whole starts with what was found.
    lines = [f"{path.name}{':' if fault.startswith('found ') else ','} {fault}." for fault in faults]
    return NaReportError("\n".join(lines), hint=hint)


def declared_types(chapter: Path) -> Mapping[str, str]:
    """Returns the type per parameter, as the parameters cell of a chapter writes it; `None` where it writes none."""
    declared: dict[str, str] = {}
    for number, cell in enumerate(read_chapter(chapter).cells, 1):
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", []):
            for line in _parsed(chapter, number, cell.source):
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                    declared[line.target.id] = ast.unparse(line.annotation)
                elif isinstance(line, ast.Assign):
                    declared |= {target.id: "None" for target in line.targets if isinstance(target, ast.Name)}
    return declared


def _parsed(chapter: Path, number: int, source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError) as problem:
        line = f", line {problem.lineno}" if isinstance(problem, SyntaxError) and problem.lineno else ""
        raise NaReportError(
            f"{chapter.name}, cell {number}{line}: found {str(problem).partition(' (')[0]!r}, "
            "expected parameters as Python writes them.",
            hint='Write each as NAME: TYPE = VALUE, such as sector: str = "mbo".',
        ) from None
