"""`na-report run` and `explain`: chapters to executed notebooks."""

from __future__ import annotations

import argparse
import functools
import os
import shlex
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import BUILD, Project
from na_report.commands.arguments import add_edition, add_jobs, add_language, given_parameters, refuse_both


def add(commands: Any) -> None:
    """Adds the commands of this module to the command line."""
    run = commands.add_parser("run", help="run chapters only")
    run.add_argument("pages", nargs="*", metavar="PAGE", help="names of pages or chapters; all when left out")
    add_edition(run)
    add_language(run)
    run.add_argument("-p", dest="parameters", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"))
    add_jobs(run)
    run.add_argument(
        "--grid", nargs="+", default=[], metavar="NAME=VALUES", help="every combination: edition=2021,2026 sector=all"
    )
    run.add_argument("--to", metavar="FOLDER", help="where the notebooks of a grid go; _build/sweep/PAGE when left out")
    run.add_argument(
        "--scheduler", metavar="ADDRESS", help="run a grid on a Dask cluster, such as tcp://127.0.0.1:8786"
    )
    run.set_defaults(run=_run)

    explain = commands.add_parser("explain", help="tell why a page would run again")
    explain.add_argument("page", metavar="PAGE")
    add_edition(explain)
    add_language(explain)
    explain.set_defaults(run=_explain)


def _run(options: argparse.Namespace, project: Project) -> int:
    from na_report.book.book import Book
    from na_report.book.published import held
    from na_report.editions.edition import open_edition
    from na_report.editions.folders import newest_edition
    from na_report.running.pages import agreeing, all_pages, choose

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
    given = {"edition": edition}
    book = Book(project, edition, options.language)
    with held(book):
        execute(project, pages, given | parameters, book.notebooks, options.jobs)
    return 0


def _sweep(options: argparse.Namespace, project: Project) -> int:
    from na_report.commands.progress import Progress
    from na_report.editions.edition import open_edition
    from na_report.editions.folders import list_editions, newest_edition
    from na_report.running.cluster import check_address, cluster_pool
    from na_report.running.execution import local_pool
    from na_report.running.grid import read_grid, tasks_of
    from na_report.running.sweep import check_folder, run_sweep

    start = time.perf_counter()
    if options.scheduler:
        check_address(options.scheduler)
    single = {"edition": options.edition or newest_edition(project), "language": options.language}
    parameters, axes = given_parameters(options), read_grid(options.grid)
    refuse_both(options, parameters, axes)
    grid = {name: [value] for name, value in (single | parameters).items()} | axes
    tasks = tasks_of(project, options.pages, grid, {"edition": list_editions(project)})
    for edition in dict.fromkeys(str(task.parameters["edition"]) for task in tasks):
        open_edition(edition, project)
    folder = Path(options.to) if options.to else project.root / BUILD / "sweep" / ("-".join(options.pages) or "all")
    project.refuse_data(folder)
    check_folder(folder := Path(os.path.realpath(folder)))
    pool = functools.partial(local_pool, jobs=options.jobs)
    if options.scheduler:
        pool = functools.partial(cluster_pool, options.scheduler, project)
    answers = functools.cache(functools.partial(answers_of, project))
    print(f"running {len(tasks)} combinations", flush=True)
    with Progress() as progress:
        rows = run_sweep(project, tasks, folder, answers, pool=pool, watcher=progress)
    same = sum(row.state == "unchanged" for row in rows)
    print(
        f"ran {len(rows) - same} in {time.perf_counter() - start:.1f} s" + (f", {same} were up to date" if same else "")
    )
    print(f"table {os.path.relpath(folder / 'index.csv')}")
    return 0


def _explain(options: argparse.Namespace, project: Project) -> int:
    from na_report.book.book import Book
    from na_report.editions.folders import edition_folder, newest_edition
    from na_report.running.fingerprint import reasons
    from na_report.running.pages import all_pages, checked_parameters, choose

    edition = options.edition or newest_edition(project)
    edition_folder(edition, project)
    given = {"edition": edition}
    folder = Book(project, edition, options.language).notebooks
    for page in choose(all_pages(project, options.language, edition), [options.page]):
        found = reasons(project, page, checked_parameters(page, given), folder, answers_of(project, edition))
        print(f"{page.name}: {'would run again' if found else 'is up to date'}")
        for reason in found:
            print(f"  {reason}")
    return 0


def answers_of(project: Project, edition: str) -> Any:
    """Returns a function that asks today's edition what a page asked when it last ran."""
    opened: list[Any] = []

    def answers(questions: Iterable[str]) -> dict[str, str]:
        from na_report.editions.edition import open_edition
        from na_report.editions.reads import answer_again

        if not opened:
            opened.append(open_edition(edition, project))
        return answer_again(opened[0], questions)

    return answers


def execute(
    project: Project,
    pages: Sequence[Any],
    parameters: dict[str, Any],
    folder: Path,
    jobs: int,
    answers: Any = None,
) -> int:
    """Runs pages with a line for each, and returns how many ran."""
    from na_report.commands.progress import Progress
    from na_report.running.execution import run_pages

    start = time.perf_counter()
    languages = ", ".join(dict.fromkeys(page.language for page in pages))
    print(f"running pages of edition {parameters['edition']} ({languages})", flush=True)
    with Progress() as progress:
        runs = run_pages(project, pages, parameters, folder, jobs=jobs, answers=answers, watcher=progress)
    same = f", {len(pages) - len(runs)} were up to date" if len(runs) < len(pages) else ""
    print(f"ran {len(runs)} pages in {time.perf_counter() - start:.1f} s{same}", flush=True)
    return len(runs)
