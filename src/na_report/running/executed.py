"""A notebook that has run: what of it is the same from run to run, and which cell of its chapter a cell is."""

import os
import re
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from na_report.base.settings import shown
from na_report.running.chapters import Notebook

INJECTED = "injected-parameters"
CELL_EXTRAS = ("papermill", "execution", "ExecuteTime")
# The environment of the project runs each page, whatever kernel its chapter names.
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def own_cell(chapter: Notebook, cell: Mapping[str, Any]) -> str:
    """Returns which cell of its chapter an executed cell is: the number that a person counts, its id and its first line."""
    for number, own in enumerate(chapter.cells, 1):
        if own.id == cell["id"]:
            return f"cell {number} ({own.id}, {shown(first_line(own.source))})"
    return "the cell with the parameters of the page"


def first_line(source: str) -> str:
    """Returns the first line of a cell that is not empty."""
    return next((line.strip() for line in source.splitlines() if line.strip()), "")


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
        for extra in CELL_EXTRAS:
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
        said = output.metadata.get("na_report", {})
        carried = said.get("files", {}) if isinstance(said, dict) else {}
        for mime, content in output.data.items():
            if mime.startswith("text/") and isinstance(content, str) and mime not in carried:
                output.data[mime] = steady(content)


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
