"""`na-report run` and `explain`: chapters to executed notebooks."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from na_report.paths import Project


def add(commands: Any) -> None:
    """Adds the commands of this module to the command line."""
    run = commands.add_parser("run", help="run chapters only")
    run.add_argument("pages", nargs="*", metavar="PAGE", help="names of pages or chapters; all when left out")
    run.add_argument("--edition", "-e", help="the newest when left out")
    run.add_argument("--language", choices=["nl", "en"], default="nl")
    run.add_argument("-p", dest="parameters", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"))
    run.add_argument("--jobs", "-j", type=int, default=0, help="how many at once; one per core when left out")
    run.set_defaults(run=_run)

    explain = commands.add_parser("explain", help="tell why a page would run again")
    explain.add_argument("page", metavar="PAGE")
    explain.add_argument("--edition", "-e", help="the newest when left out")
    explain.add_argument("--language", choices=["nl", "en"], default="nl")
    explain.set_defaults(run=_explain)


def _run(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.edition import newest_edition, open_edition
    from na_report.publishing.book import Book
    from na_report.publishing.pages import all_pages, choose

    edition = options.edition or newest_edition(project)
    open_edition(edition, project)
    pages = choose(all_pages(project), options.pages)
    given = {"edition": edition, "language": options.language}
    folder = Book(project, edition, options.language).notebooks
    execute(project, pages, given | dict(options.parameters), folder, options.jobs)
    return 0


def _explain(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.edition import newest_edition
    from na_report.publishing.book import Book
    from na_report.publishing.fingerprint import reasons
    from na_report.publishing.pages import all_pages, checked_parameters, choose

    edition = options.edition or newest_edition(project)
    given = {"edition": edition, "language": options.language}
    folder = Book(project, edition, options.language).notebooks
    for page in choose(all_pages(project), [options.page]):
        found = reasons(project, page, checked_parameters(page, given), folder, answers_of(project, edition))
        print(f"{page.name}: {'would run again' if found else 'is up to date'}")
        for reason in found:
            print(f"  {reason}")
    return 0


def answers_of(project: Project, edition: str) -> Any:
    """Returns a function that asks today's edition what a page asked when it last ran."""
    from na_report.evidence.edition import open_edition
    from na_report.evidence.reads import answer_again

    opened: list[Any] = []

    def answers(questions: Iterable[str]) -> dict[str, str]:
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
    from na_report.publishing.execution import run_pages

    start = time.perf_counter()
    print(f"running pages of edition {parameters['edition']} ({parameters['language']})", flush=True)
    with Progress() as progress:
        runs = run_pages(project, pages, parameters, folder, jobs=jobs, answers=answers, watcher=progress)
    same = f", {len(pages) - len(runs)} were up to date" if len(runs) < len(pages) else ""
    print(f"ran {len(runs)} pages in {time.perf_counter() - start:.1f} s{same}", flush=True)
    return len(runs)
