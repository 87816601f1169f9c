"""`na-report preview`: the book in a browser, made again when a file is saved."""

import os
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from na_report.base.errors import NaReportError, told
from na_report.base.paths import Project
from na_report.book import watching
from na_report.book.book import Book
from na_report.book.watching import serve, tell_pages
from na_report.commands.consequences import changed_page
from na_report.commands.run import answers_of, progress
from na_report.editions.folders import edition_folder, newest_edition
from na_report.editions.integrity import verify_edition


def preview(options: Namespace, project: Project) -> int:
    """Shows the book in a browser and follows what is saved, until it is stopped."""
    edition = options.edition or newest_edition(project)
    edition_folder(edition, project)
    book = Book(project, edition, options.language, is_preview=True)
    made = watching.preview(
        book,
        verify=partial(verify_edition, edition, project),
        answers=partial(answers_of, project, edition),
        changes=partial(changed_page, book),
    )
    try:
        with serve(options.port, book) as address, made as refresh:
            print(f"preview {address}  (Ctrl-C stops it)", flush=True)
            seen, changed = watching.look(project), [project.root]
            while True:
                _refresh(refresh, book, _names(changed, project))
                seen, changed = watching.wait_for_change(project, seen)
    except KeyboardInterrupt:
        print("preview stopped", flush=True)
        return 0


def _refresh(refresh: watching.Refresh, book: Book, names: str) -> None:
    start = time.perf_counter()

    def printed(papers: Future[None]) -> None:
        if isinstance(problem := papers.exception(), NaReportError):
            _tell(problem, book)
        else:
            print(f"report.pdf: {problem or f'made in {time.perf_counter() - start:.1f} s'}", flush=True)

    try:
        with progress() as watcher:
            ran, papers = refresh(watcher)
    except Exception as problem:
        # Whatever a half-saved file sets off, it will be saved again; the last good book stays.
        unforeseen = NaReportError(f"{names}: {type(problem).__name__}: {problem}")
        _tell(problem if isinstance(problem, NaReportError) else unforeseen, book)
    else:
        tell_pages(book)
        papers.add_done_callback(printed)
        print(f"{names}: shown in {time.perf_counter() - start:.1f} s, {len(ran)} pages ran", flush=True)


def _tell(error: NaReportError, book: Book) -> None:
    text = told(error, error.hint)
    print(text, file=sys.stderr, flush=True)
    tell_pages(book, text)


def _names(changed: Sequence[Path], project: Project) -> str:
    names = ", ".join(os.path.relpath(path, project.root) for path in changed[:3])
    return "book" if names == "." else names + (" and more" if len(changed) > 3 else "")
