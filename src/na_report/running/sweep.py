"""A sweep: every combination of a grid of parameters to a notebook, and a table of what came out."""

import csv
import hashlib
import io
import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from na_report.base.digits import for_sheet
from na_report.base.errors import BookError, NaReportError
from na_report.base.files import locked, write_whole
from na_report.base.paths import Project
from na_report.running.execution import Pool, Run, Watcher, run_stale
from na_report.running.fingerprint import Answers
from na_report.running.notebooks import declared_types
from na_report.running.pages import Page, all_pages, choose, known_language, languages, with_all

ALL = "all"
_LANGUAGE = "language"
# Longer file names are cut: with `.running.ipynb` behind it a name stays far below the 255 that file systems allow.
NAME_LENGTH = 120
_PLAIN = re.compile(r"[A-Za-z0-9_.]+(-[A-Za-z0-9_.]+)*")
TABLE = "index.csv"
RECORD = "application/papermill.record/"
# Columns of the table, before and after those of the parameters.
_FIRST, _LAST = ["notebook", "language"], ["state", "seconds", "error"]


def read_grid(texts: Sequence[str]) -> dict[str, list[str]]:
    """Returns the values per parameter of a grid as it is typed, such as `edition=2021,2026` and `sector=all`."""
    grid: dict[str, list[str]] = {}
    for text in texts:
        name, _, values = text.partition("=")
        found = [value.strip() for value in values.split(",") if value.strip()]
        if not name.isidentifier() or not found:
            raise NaReportError(
                f"This is no axis of a grid: {text!r}.",
                hint="Write NAME=VALUE,VALUE or NAME=all, such as sector=mbo,ho.",
            )
        if name in grid:
            raise NaReportError(f"The parameter {name} is in the grid twice.", hint="Put its values behind one name.")
        grid[name] = list(dict.fromkeys(found))
    return grid


def combinations(
    project: Project, wanted: Sequence[str], grid: Mapping[str, Sequence[str]], known: Mapping[str, Sequence[Any]]
) -> list[Page]:
    """Returns a page per combination, in the order of the grid, with every parameter checked; names all that is wrong.

    Pages of the same chapter that a grid makes equal count once. In the grid `all` stands for each value that a parameter
    allows, and `language` chooses the notebooks; `known` has the values that the chapters themselves don't tell.
    """
    spoken = list(grid.get(_LANGUAGE, [""]))
    books = languages(project) if spoken == [ALL] else [known_language(project, name) for name in spoken]
    found = {book: choose(all_pages(project, book), wanted) for book in books}
    axes = dict(grid) | ({_LANGUAGE: books} if _LANGUAGE in grid else {})
    for name, values in axes.items():
        if list(values) == [ALL]:
            axes[name] = known.get(name) or _all_values(project, name, found[books[0]])
    wanted_so: list[tuple[Page, dict[str, Any]]] = []
    for combination in itertools.product(*axes.values()):
        given = dict(zip(axes, combination, strict=True))
        book = found[given.pop(_LANGUAGE, books[0])]
        # Without the pages that the book of that edition does not have.
        wanted_so += [(page, given) for page in book if page.since <= str(given.get("edition", page.since))]
    made: dict[str, Page] = {}
    for (page, _), whole in zip(wanted_so, with_all(wanted_so), strict=True):
        shown = {name: value for name, value in whole.parameters.items() if name in axes or name in page.parameters}
        name = task_name(page.chapter.stem, shown | ({_LANGUAGE: page.language} if _LANGUAGE in axes else {}))
        made.setdefault(name, replace(whole, name=name))
    return list(made.values())


def _all_values(project: Project, name: str, pages: Sequence[Page]) -> Sequence[Any]:
    """Returns the values that the pages of some chapters give a parameter, or those that its type allows."""
    chapters = {page.chapter for page in pages}
    everything = all_pages(project, pages[0].language)
    if given := [page.parameters[name] for page in everything if page.chapter in chapters and name in page.parameters]:
        return list(dict.fromkeys(given))
    if {declared_types(path).get(name) for path in chapters} == {"bool"}:
        return [False, True]
    raise NaReportError(
        f"Nobody knows which values {name} allows: no page in chapters/pages.yml sets it.",
        hint=f"Write them out: --grid {name}=VALUE,VALUE.",
    )


def task_name(chapter: str, parameters: Mapping[str, Any]) -> str:
    """Returns a file name that tells the parameters, and differs where they differ.

    Example:
        >>> task_name("sector", {"edition": "2026", "sector": "po_vo"})
        'sector--edition=2026--sector=po_vo'
        >>> task_name("sector", {"title": "Wat nu?"}), task_name("sector", {"title": "Wat nu!"})
        ('sector--title=Wat-nu~7c0cf5', 'sector--title=Wat-nu~77988d')
    """
    texts = {name: str(value) for name, value in parameters.items()}
    plain = {name: "-".join(re.findall(r"[A-Za-z0-9_.]+", text)) for name, text in texts.items()}
    name = "--".join([chapter, *(f"{name}={text}" for name, text in plain.items())])
    if all(_PLAIN.fullmatch(text) for text in texts.values()) and len(name) <= NAME_LENGTH:
        return name
    mark = hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:6]
    return f"{name[:NAME_LENGTH]}~{mark}"


def run_sweep(
    project: Project,
    pages: Sequence[Page],
    folder: Path,
    answers: Callable[[str], Answers],
    pool: Pool,
    watcher: Watcher,
) -> list[dict[str, str]]:
    """Runs what is not yet as its ingredients make it, and returns the table of all pages, which is kept as `index.csv`.

    It has for each its notebook, parameters, state (`ran`, `unchanged`, `failed`, or `not run` when the sweep was stopped before)
    and what it recorded under a name (`glue`). The answers are per edition today's digests for what a page asked of the data. A
    `BookError` names the runs that failed; the others are there.
    """
    folder.mkdir(parents=True, exist_ok=True)  # for the lock
    with locked(folder / ".sweep.lock", f"The sweep in {folder}"):
        runs: dict[str, Run | None] = {}
        try:
            run_stale(project, pages, folder, answers, runs, pool, watcher)
        finally:
            rows = [_row(page, runs, folder) for page in pages]
            _write_table(rows, [name for page in pages for name in page.parameters], folder)
    if errors := [row["error"] for row in rows if row["error"]]:
        raise BookError(
            f"{len(errors)} of {len(rows)} runs failed:\n" + "\n".join(f"  {error}" for error in errors),
            hint=f"{folder / TABLE} has them all; mend the chapter or the grid and run it again.",
        )
    return rows


def _row(page: Page, runs: Mapping[str, Run | None], folder: Path) -> dict[str, str]:
    whole = folder / f"{page.name}.ipynb"
    if run := runs.get(page.name):
        state = "failed" if run.error else "ran"
    else:
        state = "not run" if page.name in runs else "unchanged"
    made = "" if state == "not run" else run.notebook.name if run else whole.name
    return {
        **(recorded(whole) if state in ("ran", "unchanged") else {}),
        **{name: str(value) for name, value in page.parameters.items()},
        **{"notebook": made if (folder / made).is_file() else "", "language": page.language, "state": state},
        **{"seconds": f"{run.seconds:.2f}" if run else "", "error": run.error if run else ""},
    }


def recorded(notebook: Path) -> dict[str, str]:
    """Returns what an executed notebook recorded under a name, as plain text."""
    found = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            text = output.get("data", {}).get(f"{RECORD}text/plain")
            if name and text is not None:
                found[str(name)] = "".join(text)
    return found


def _write_table(rows: Sequence[Mapping[str, str]], parameters: Sequence[str], folder: Path) -> None:
    columns = list(dict.fromkeys([*_FIRST, *parameters, *_LAST]))
    columns += sorted({name for row in rows for name in row} - {*columns})
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(map(for_sheet, line) for line in lines)
    write_whole(folder / TABLE, table.getvalue().encode())


def check_folder(folder: Path) -> None:
    """Refuses what is no folder, or holds something else than a sweep."""
    is_free = not folder.exists() or (folder.is_dir() and all(path.name[0] == "." for path in folder.iterdir()))
    table = folder / TABLE
    if not is_free and not (table.is_file() and table.read_bytes().startswith(",".join(_FIRST).encode())):
        hint = "Choose an empty or new folder with --to, or an earlier sweep."
        raise NaReportError(f"{folder} is a file or holds files, but no sweep.", hint=hint)
