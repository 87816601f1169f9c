"""A notebook that has run: whether it ran to its end, and what of it is the same from run to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import nbformat

INJECTED = "injected-parameters"
CELL_EXTRAS = ("papermill", "execution", "ExecuteTime")


def stopped_at(notebook: nbformat.NotebookNode) -> str:
    """Returns which cell ended the page early, if one did.

    Papermill takes a `sys.exit()` for a good end, though the cells after it did not run.
    """
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                return (
                    f"cell {number} (In [{cell.execution_count}]): {output.ename}, so the cells after it did not run."
                )
    return ""


def normalised(notebook: nbformat.NotebookNode, parameters: Mapping[str, Any]) -> nbformat.NotebookNode:
    """Returns an executed notebook without what differs from run to run: times, paths and random ids."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata["na_report"] = {"parameters": dict(parameters)}
    for cell in notebook.cells:
        for extra in CELL_EXTRAS:
            cell.metadata.pop(extra, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = INJECTED
            cell.metadata["tags"] = [*cell.metadata["tags"], "remove-cell"]
    return notebook
