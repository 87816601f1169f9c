"""Renews the outputs of the committed chapters: only the cells tagged `keep_output` keep theirs."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat

from na_report.processes.forked import kernel_folder
from na_report.running.execution import run_notebook
from na_report.running.notebooks import normalised

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"


def main(names: list[str]) -> None:
    """Runs the named notebooks, or those of all languages, with their default parameters and writes the outputs back."""
    for path in [Path(name) for name in names] or sorted(CHAPTERS.glob("*/*.ipynb")):
        with kernel_folder() as folder:
            notebook = nbformat.read(path, as_version=4)
            executed = run_notebook(notebook, {}, path.parent, Path(folder) / path.name, {})
            executed = normalised(executed, {}, path.resolve().parents[2])
        executed.metadata.pop("na_report")
        executed.metadata.language_info = {"name": "python"}  # its version is that of who ran it
        for cell in executed.cells:
            if cell.cell_type == "code" and "keep_output" not in cell.metadata.get("tags", []):
                cell.outputs, cell.execution_count = [], None
        nbformat.write(executed, path)
        print("/".join(path.parts[-2:]))


if __name__ == "__main__":
    main(sys.argv[1:])
