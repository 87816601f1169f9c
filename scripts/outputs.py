"""Renews the outputs of the committed chapters: only the cells tagged `keep_output` keep theirs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
import papermill

from na_report.running.executed import normalised

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"


def main(names: list[str]) -> None:
    """Runs the named notebooks, or those of all languages, with their default parameters and writes the outputs back."""
    for path in [Path(name) for name in names] or sorted(CHAPTERS.glob("*/*.ipynb")):
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder) / path.name
            # On sockets that no other user can reach.
            private = {"kernel_manager_class": "na_report.processes.kernels.PrivateKernelManager"}
            papermill.execute_notebook(str(path), str(result), cwd=str(path.parent), progress_bar=False, **private)
            executed = normalised(nbformat.read(result, as_version=4), {}, path.resolve().parents[2])
        executed.metadata.pop("na_report")
        executed.metadata.language_info = {"name": "python"}  # its version is that of who ran it
        for cell in executed.cells:
            if cell.cell_type == "code" and "keep_output" not in cell.metadata.get("tags", []):
                cell.outputs, cell.execution_count = [], None
        nbformat.write(executed, path)
        print("/".join(path.parts[-2:]))


if __name__ == "__main__":
    main(sys.argv[1:])
