"""`na-report run`, `explain`, `languages` and `new`: chapters, and the notebooks that are run from them."""

from __future__ import annotations

import functools
import os
import shlex
import time
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import BUILD, PAGES, TOC, Project
from na_report.book.book import Book
from na_report.book.published import held
from na_report.commands.progress import Progress
from na_report.editions.folders import edition_folder, list_editions, newest_edition
from na_report.running.contents import languages
from na_report.running.execution import local_pool, run_pages
from na_report.running.fingerprint import reasons
from na_report.running.pages import agreeing, all_pages, choose, with_parameters


def run(options: Namespace, project: Project) -> int:
    """Runs chapters only."""
    from na_report.editions.edition import open_edition

    if options.grid:
        return _sweep(options, project)
    if options.scheduler or options.to:
        raise NaReportError("--to and --scheduler go with a grid.", hint="Add --grid NAME=VALUE,VALUE.")
    edition = options.edition or newest_edition(project)
    open_edition(edition, project)
    parameters = given_parameters(options)
    for name in ("edition", "language"):
        if name in parameters:
            # The book of an edition is in the folder of its name, in that of its language.
            raise NaReportError(
                f"-p {name} would put a page in the book of another {name}.",
                hint=f"Write: --{name} {shlex.quote(parameters[name])}",
            )
    pages = agreeing(choose(all_pages(project, options.language, edition), options.pages), parameters)
    book = Book(project, edition, options.language)
    with held(book):
        execute(project, pages, {"edition": edition} | parameters, book.notebooks, options.jobs)
    return 0


def _sweep(options: Namespace, project: Project) -> int:
    from na_report.editions.edition import open_edition
    from na_report.running.cluster import cluster_pool
    from na_report.running.sweep import check_folder, combinations, read_grid, run_sweep

    start = time.perf_counter()
    single = {"edition": options.edition or newest_edition(project), "language": options.language}
    parameters, axes = given_parameters(options), read_grid(options.grid)
    _refuse_both(options, parameters, axes)
    grid = {name: [value] for name, value in (single | parameters).items()} | axes
    pages = combinations(project, options.pages, grid, {"edition": list_editions(project)})
    for edition in dict.fromkeys(str(page.parameters["edition"]) for page in pages):
        open_edition(edition, project)
    folder = Path(options.to) if options.to else project.root / BUILD / "sweep" / ("-".join(options.pages) or "all")
    project.refuse_data(folder)
    check_folder(folder := Path(os.path.realpath(folder)))
    pool = functools.partial(local_pool, jobs=options.jobs)
    if options.scheduler:
        pool = functools.partial(cluster_pool, options.scheduler, project)
    answers = functools.cache(functools.partial(answers_of, project))
    print(f"running {len(pages)} combinations", flush=True)
    with Progress() as progress:
        rows = run_sweep(project, pages, folder, answers, pool=pool, watcher=progress)
    same = sum(row["state"] == "unchanged" for row in rows)
    print(f"ran {len(rows) - same} in {time.perf_counter() - start:.1f} s{f', {same} were up to date' if same else ''}")
    print(f"table {os.path.relpath(folder / 'index.csv')}")
    return 0


def given_parameters(options: Namespace) -> dict[str, str]:
    """Returns the parameters that `-p` gives.

    Raises:
        NaReportError: One has two values.
    """
    found: dict[str, str] = {}
    for name, value in options.parameters:
        if name in found:
            values = ",".join(dict.fromkeys(said for key, said in options.parameters if key == name))
            once = shlex.join(["na-report", "run", *options.pages, "--grid", f"{name}={values}"])
            raise NaReportError(
                f"The parameter {name} is given twice: {found[name]!r} and {value!r}.",
                hint=f"Give it one value, or run a page for each: {once}",
            )
        found[name] = value
    return found


def _refuse_both(options: Namespace, parameters: Mapping[str, str], grid: Mapping[str, Sequence[str]]) -> None:
    """Sees that each parameter of a grid has its values from one place."""
    ways = {"an option": options.given & {"edition", "language"}, "-p": {*parameters}, "--grid": {*grid}}
    for name in sorted(set().union(*ways.values())):
        said = [f"--{name}" if way == "an option" else way for way, names in ways.items() if name in names]
        if len(said) > 1:
            raise NaReportError(f"{' and '.join(said)} both say what {name} is.", hint="Leave one of them out.")


def explain(options: Namespace, project: Project) -> int:
    """Tells why a page would run again."""
    edition = options.edition or newest_edition(project)
    edition_folder(edition, project)
    folder = Book(project, edition, options.language).notebooks
    for page in choose(all_pages(project, options.language, edition), [options.page]):
        found = reasons(project, with_parameters(page, {"edition": edition}), folder, answers_of(project, edition))
        print(f"{page.name}: {'would run again' if found else 'is up to date'}")
        for reason in found:
            print(f"  {reason}")
    return 0


def answers_of(project: Project, edition: str) -> Any:
    """Returns a function that asks today's edition what a page asked when it last ran."""

    @functools.cache
    def opened() -> Any:
        from na_report.editions.edition import open_edition

        return open_edition(edition, project)

    def answers(questions: Iterable[str]) -> dict[str, str]:
        from na_report.editions.asked import answer_again

        return answer_again(opened(), questions)

    return answers


def execute(
    project: Project, pages: Sequence[Any], parameters: dict[str, Any], folder: Path, jobs: int, answers: Any = None
) -> None:
    """Runs pages with a line for each."""
    start = time.perf_counter()
    spoken = ", ".join(dict.fromkeys(page.language for page in pages))
    print(f"running pages of edition {parameters['edition']} ({spoken})", flush=True)
    with Progress() as progress:
        runs = run_pages(project, pages, parameters, folder, jobs=jobs, answers=answers, watcher=progress)
    same = f", {len(pages) - len(runs)} were up to date" if len(runs) < len(pages) else ""
    print(f"ran {len(runs)} pages in {time.perf_counter() - start:.1f} s{same}", flush=True)


def tell_languages(options: Namespace, project: Project) -> int:
    """Tells what is behind, missing or extra in translations."""
    from na_report.running.translation import accept, find_differences

    first, *others = languages(project)
    if options.list:
        print("\n".join([first, *others]))
        return 0
    for path in options.accept:
        accept(project, path)
    found = find_differences(project)
    for line in found:
        print(line)
    if found:
        print("Translate them, then run: na-report languages --accept FILE")
    else:
        print(f"{', '.join(others) or 'no language'}: as {first}")
    return 1 if found else 0


def new_chapter(options: Namespace, project: Project) -> int:
    """Lays out a new chapter."""
    from na_report.running.translation import write_chapter

    for path in write_chapter(project, options.name):
        print(f"wrote {project.short(path)}")
    print(f"Add a line to {TOC} where the page belongs:\n  - file: {options.name}")
    print(f"More than one page of this chapter, or a limit? Name them in chapters/{PAGES} as the sector pages are.")
    print("Write in JupyterLab (make lab) and look (make preview); make outputs keeps what nbval compares.")
    return 0
