"""Runs notebooks that others wrote with stock kernels and with warm ones, and compares what their cells show.

    python scripts/foreign_notebooks.py [FOLDER]

Without a folder: those of papermill's own tests, from the source of the version that is installed (needs the network).
Numbers of processes, addresses in memory and times are left out; text that arrives in pieces is joined.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import papermill

from na_report.publishing.kernels import warm_kernels
from na_report.publishing.surroundings import pinned

SECONDS = 60
_VARYING = re.compile(r"0x[0-9a-f]+|\b\d{4,}\b|\d+\.\d+ ?m?s\b|\x1b\[[0-9;]*m|/tmp/\S+")


def papermill_tests(folder: Path) -> Path:
    """Fetches the source of papermill and returns its notebooks for tests."""
    wanted = f"papermill=={importlib.metadata.version('papermill')}"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-binary",
        ":all:",
        "--no-build-isolation",
    ]
    subprocess.run([*command, "-d", str(folder), wanted], check=True)
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    return next(folder.glob("papermill-*/papermill/tests/notebooks"))


def is_python(path: Path) -> bool:
    """Tells whether a file is a notebook for Python 3."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception:  # papermill's tests have broken ones on purpose
        return False
    return str(notebook.metadata.get("kernelspec", {}).get("name", "")) == "python3"


def run(path: Path, target: Path, options: dict[str, Any]) -> str:
    """Runs a notebook and returns the kind of error that ended it; empty when none did."""
    try:
        papermill.execute_notebook(
            str(path),
            str(target),
            cwd=str(path.parent),
            progress_bar=False,
            execution_timeout=SECONDS,
            log_output=False,
            **options,
        )
    except Exception as problem:
        return type(problem).__name__
    return ""


def shown(path: Path) -> Iterator[str]:
    """Yields per code cell what it shows, without what differs from run to run."""
    if not path.exists():
        return
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        texts: dict[str, str] = {}
        others = []
        for output in cell.outputs:
            if output.output_type == "stream":
                texts[output.name] = texts.get(output.name, "") + output.text
            else:
                others.append({**output, "execution_count": None, "transient": None})
        yield _VARYING.sub("…", json.dumps([texts, others], sort_keys=True))


def main() -> int:
    """Prints a line per notebook, and the number of cells that show the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="where the notebooks are")
    options = parser.parse_args()
    same = total = other_ends = 0
    private = {
        "kernel_manager_class": "na_report.publishing.kernels.PrivateKernelManager",
        "shutdown_kernel": "immediate",
    }
    with tempfile.TemporaryDirectory() as folder, pinned():
        root = Path(folder)
        source = options.folder or papermill_tests(root)
        notebooks = [path for path in sorted(source.rglob("*.ipynb")) if is_python(path)]
        for number, path in enumerate(notebooks):
            stock, warm = root / f"{number}.stock.ipynb", root / f"{number}.warm.ipynb"
            end = run(path, stock, {})
            with warm_kernels([path]):
                warm_end = run(path, warm, private)
            cells = list(zip(shown(stock), shown(warm), strict=True))
            equal = sum(left == right for left, right in cells)
            same, total, other_ends = same + equal, total + len(cells), other_ends + (end != warm_end)
            note = "" if equal == len(cells) else "  DIFFERS"
            ends = f"  {end or 'no error'} / {warm_end or 'no error'}" if end or warm_end else ""
            print(f"{path.relative_to(source)}: {equal} of {len(cells)} cells the same{note}{ends}", flush=True)
    print(f"{len(notebooks)} notebooks: {same} of {total} cells show the same; {other_ends} end otherwise")
    return 0 if total and same == total and not other_ends else 1


if __name__ == "__main__":
    sys.exit(main())
