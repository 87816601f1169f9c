"""Renews the outputs of the committed chapters: only the cells tagged `keep_output` keep theirs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import nbformat
import papermill

from na_report.publishing.executed import normalised

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"


def main() -> None:
    """Runs each chapter with its default parameters and writes the outputs back."""
    for path in sorted(CHAPTERS.glob("*.ipynb")):
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder) / path.name
            papermill.execute_notebook(
                str(path),
                str(result),
                cwd=str(CHAPTERS),
                progress_bar=False,
                # On sockets that no other user can reach.
                kernel_manager_class="na_report.publishing.kernels.PrivateKernelManager",
            )
            executed = normalised(nbformat.read(result, as_version=4), {})
        executed.metadata.pop("na_report")
        for cell in executed.cells:
            if cell.cell_type == "code" and "keep_output" not in cell.metadata.get("tags", []):
                cell.outputs, cell.execution_count = [], None
        nbformat.write(executed, path)
        print(path.name)


if __name__ == "__main__":
    main()
