"""`na-report run`, `explain`, `languages` and `new`: chapters, and the notebooks that are run from them."""

import functools
import os
import shlex
import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from na_report.base.errors import NaReportError
from na_report.base.paths import BUILD, PAGES, TOC, Project
from na_report.book.book import Book, held
from na_report.editions.asked import answer_again
from na_report.editions.edition import open_edition
from na_report.editions.folders import edition_folder, list_editions, newest_edition
from na_report.running.execution import Run, Watcher, cluster_pool, local_pool, run_pages
from na_report.running.fingerprint import Answers, reasons
from na_report.running.pages import Page, agreeing, all_pages, choose, languages, with_parameters
from na_report.running.sweep import check_folder, combinations, read_grid, run_sweep
from na_report.running.translation import accept, find_differences, write_chapter

_CLEAR = "\r\x1b[K"


@contextmanager
def progress() -> Iterator[Watcher]:
    """Gives what prints each page as it ends, and on a terminal below it, in a line that is renewed, which pages are running."""
    start, live = time.monotonic(), sys.stdout.isatty() and os.environ.get("TERM") != "dumb"

    def show(text: str) -> None:
        print((_CLEAR if live else "") + text, end="", flush=True)

    def watch(ended: Sequence[Run], done: int, total: int, running: Sequence[str]) -> None:
        for run in ended:
            show(f"  {run.page:<32}{run.seconds:6.1f} s{'  FAILED' if run.error else ''}\n")
        if live:
            line = f"{done} of {total} pages, {time.monotonic() - start:.0f} s"
            line += f", running: {', '.join(running)}" if running else ""
            room = shutil.get_terminal_size().columns - 1
            show(line if len(line) <= room else line[: room - 1] + "…")

    try:
        yield watch
    finally:
        show("")


def run(options: Namespace, project: Project) -> int:
    """Runs chapters only."""
    if options.grid:
        return _sweep(options, project)
    if options.scheduler or options.to:
        raise NaReportError("--to and --scheduler go with a grid.", hint="Add --grid NAME=VALUE,VALUE.")
    edition = options.edition or newest_edition(project)
    open_edition(edition, project)
    parameters = options.parameters
    for name in [each for each in ("edition", "language") if each in parameters]:
        # The book of an edition is in the folder of its name, in that of its language.
        raise NaReportError(
            f"-p {name} would put a page in the book of another {name}.",
            hint=f"Write: --{name} {shlex.quote(parameters[name])}",
        )
    pages = agreeing(choose(all_pages(project, options.language, edition), options.pages), parameters)
    book = Book(project, edition, options.language)
    with held(book):
        execute(book, pages, options.jobs, more=parameters)
    return 0


def _sweep(options: Namespace, project: Project) -> int:
    start = time.perf_counter()
    single = {"edition": options.edition or newest_edition(project), "language": options.language}
    parameters, axes = options.parameters, read_grid(options.grid)
    ways = {"an option": options.given & {*single}, "-p": {*parameters}, "--grid": {*axes}}
    for name in sorted(set().union(*ways.values())):
        said = [f"--{name}" if way == "an option" else way for way, names in ways.items() if name in names]
        if len(said) > 1:
            raise NaReportError(f"{' and '.join(said)} both say what {name} is.", hint="Leave one of them out.")
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
    with progress() as watcher:
        rows = run_sweep(project, pages, folder, answers, pool, watcher)
    same = sum(row["state"] == "unchanged" for row in rows)
    print(f"ran {len(rows) - same} in {time.perf_counter() - start:.1f} s{f', {same} were up to date' if same else ''}")
    print(f"table {os.path.relpath(folder / 'index.csv')}")
    return 0


def explain(options: Namespace, project: Project) -> int:
    """Tells why a page would run again."""
    edition = options.edition or newest_edition(project)
    edition_folder(edition, project)
    folder = Book(project, edition, options.language).notebooks
    for page in choose(all_pages(project, options.language, edition), [options.page]):
        found = reasons(project, with_parameters(page, {"edition": edition}), folder, answers_of(project, edition))
        print(f"{page.name}: {'would run again' if found else 'is up to date'}", *found, sep="\n  ")
    return 0


def answers_of(project: Project, edition: str) -> Answers:
    """Returns a function that asks today's edition what a page asked when it last ran."""
    opened = functools.cache(functools.partial(open_edition, edition, project))
    return lambda questions: answer_again(opened(), questions)


def execute(
    book: Book, pages: Sequence[Page], jobs: int, answers: Answers | None = None, more: Mapping[str, str] = {}
) -> None:
    """Runs pages of a book, with more parameters than they have of their own, with a line for each."""
    start, given = time.perf_counter(), {"edition": book.edition, **more}
    print(f"running pages of edition {book.edition} ({book.language})", flush=True)
    with progress() as watcher:
        runs = run_pages(book.project, pages, given, book.notebooks, jobs=jobs, answers=answers, watcher=watcher)
    same = f", {len(pages) - len(runs)} were up to date" if len(runs) < len(pages) else ""
    print(f"ran {len(runs)} pages in {time.perf_counter() - start:.1f} s{same}", flush=True)


def tell_languages(options: Namespace, project: Project) -> int:
    """Tells what is behind, missing or extra in translations."""
    first, *others = languages(project)
    if options.list:
        print(first, *others, sep="\n")
        return 0
    for path in options.accept:
        accept(project, path)
    if found := list(find_differences(project)):
        print(*found, "Translate them, then run: na-report languages --accept FILE", sep="\n")
        return 1
    print(f"{', '.join(others) or 'no language'}: as {first}")
    return 0


def new_chapter(options: Namespace, project: Project) -> int:
    """Lays out a new chapter."""
    for path in write_chapter(project, options.name):
        print(f"wrote {project.short(path)}")
    print(f"Add a line to {TOC} where the page belongs:\n  - file: {options.name}")
    print(f"More than one page of this chapter, or a limit? Name them in chapters/{PAGES} as the sector pages are.")
    print("Write in JupyterLab (make lab) and look (make preview); make outputs keeps what nbval compares.")
    return 0
