"""Makes a built edition once more under other conditions, and tells which files differ and where.

The other build has another folder, time zone, locale, umask, hash seed, home, user and number of workers, settings for
matplotlib and IPython in its home, and it is incremental: a chapter is changed, its pages run, and the change is put back.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import nbformat

from na_report.evidence.workbook_export import export_edition
from na_report.paths import Project, find_project
from na_report.publishing.book import Book
from na_report.publishing.comparing import Contents, compare, contents, copied
from na_report.publishing.published import is_whole

CHANGED = "kanttekeningen.ipynb"
OTHER = {
    "TZ": "Pacific/Auckland",
    "LC_ALL": "C",
    "LANG": "C",
    # ASCII for everything that names no encoding.
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONHASHSEED": "2",
    "USER": "iemand",
    "LOGNAME": "iemand",
    "COLUMNS": "40",
    # Sums may round otherwise on a processor without these.
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX2 FMA3",
}
# Settings of a person that must not reach the book.
HOME = {
    ".config/matplotlib/matplotlibrc": "lines.linewidth: 9\nfigure.dpi: 40\naxes.facecolor: yellow\nsvg.hashsalt: other\n",
    ".ipython/profile_default/startup/10-mine.py": "import pandas\npandas.set_option('display.precision', 1)\n",
}


def main() -> int:
    """Returns 0 when both builds are the same, 1 when files differ, 2 when there is nothing to compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--edition", "-e", default="2021", help="built before, in this project; default %(default)s")
    options = parser.parse_args()
    book = Book(find_project(), options.edition, "nl")
    if not is_whole(book):
        print(f"error: edition {book.edition} has no whole book\nhint: na-report build --edition {book.edition}")
        return 2
    start = time.monotonic()
    export_edition(book.edition, workbook(book.project, book.edition), book.project, force=True)
    with tempfile.TemporaryDirectory(prefix="na report elders ") as folder:
        other = Book(build_elsewhere(book, Path(folder)), book.edition, book.language)
        expected, found = published(book), published(other)
    differing = compare(expected, found)
    for difference in differing:
        print(difference)
    print(f"{len(differing)} of {len({*expected, *found})} files differ ({time.monotonic() - start:.0f} s)")
    return 1 if differing else 0


def build_elsewhere(book: Book, folder: Path) -> Project:
    """Makes the same book in another folder under other conditions and returns the project there."""
    home = folder / "home"
    for name, text in HOME.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    (folder / "project").mkdir()
    project = copied(book.project, folder / "project")
    chapter = project.chapters / "nl" / CHANGED
    before = chapter.read_bytes()
    notebook = nbformat.read(chapter, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("print('changed')"))
    nbformat.write(notebook, chapter)
    environment = {**os.environ, **OTHER, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    edition = ("--edition", book.edition)
    program = "from na_report.cli import main; raise SystemExit(main())"

    def na_report(*arguments: str) -> None:
        command = [*as_another_user(), sys.executable, "-c", program, *arguments]
        subprocess.run(command, cwd=project.root, env=environment, umask=0o077, check=True)

    na_report("run", *edition, "--jobs", "1")
    chapter.write_bytes(before)
    na_report("build", *edition, "--jobs", "1")
    na_report("edition", "export", book.edition, str(workbook(project, book.edition)))
    return project


@cache
def as_another_user() -> list[str]:
    """Returns what starts a command as another user that may read the same files; nothing where the system refuses that."""
    start = ["unshare", "--user", "--map-user=1234", "--map-group=1234"]
    refused = (
        not shutil.which(start[0]) or subprocess.run([*start, "true"], capture_output=True, check=False).returncode
    )
    if refused:
        print("note: this machine lets nobody become another user; the same user builds both")
    return [] if refused else start


def published(book: Book) -> Contents:
    """Returns the files of a book that must not differ: notebooks, pages, figures, PDFs and workbook."""
    pages = {f"html/{name}": content for name, content in contents(book.html).items()}
    notebooks = {path.name: path.read_bytes() for path in book.notebooks.glob("*.ipynb")}
    return (
        pages | notebooks | contents(book.pdf) | contents(book.summary) | contents(workbook(book.project, book.edition))
    )


def workbook(project: Project, edition: str) -> Path:
    """Returns where the workbook of an edition is for the comparison."""
    return project.root / "_build" / f"{edition}.xlsx"


if __name__ == "__main__":
    sys.exit(main())
