"""`na-report preview`: the book in a browser, made again when a file is saved."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.commands.arguments import add_edition, add_language
from na_report.commands.pages import answers_of


def add(commands: Any) -> None:
    """Adds the command of this module to the command line."""
    preview = commands.add_parser("preview", help="show the book in a browser and follow what is saved")
    add_edition(preview)
    add_language(preview)
    preview.add_argument("--port", type=int, default=8000, help="the port on this machine; 0 for any that is free")
    preview.set_defaults(run=_preview)


def _preview(options: argparse.Namespace, project: Project) -> int:
    from na_report.book.book import Book
    from na_report.book.preview import Tools, look, preview, wait_for_change
    from na_report.book.serving import State, serve
    from na_report.commands.changed_page import changed_page
    from na_report.commands.progress import Progress
    from na_report.editions.folders import edition_folder, newest_edition, verify_edition

    edition = options.edition or newest_edition(project)
    edition_folder(edition, project)
    book = Book(project, edition, options.language, is_preview=True)
    tools = Tools(
        lambda: verify_edition(edition, project),
        lambda: answers_of(project, edition),
        lambda: changed_page(edition, options.language, project, book.notebooks),
    )
    state = State()
    # Told to end by another program, it clears up as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with serve(options.port, book.html, state) as address, preview(book, tools) as made:
            print(f"preview {address}  (Ctrl-C stops it)", flush=True)
            seen, changed = look(project), [project.root]
            while True:
                with Progress() as progress:
                    _refresh(made, progress, state, _names(changed, project))
                seen, changed = wait_for_change(project, seen)
    except KeyboardInterrupt:
        print("preview stopped", flush=True)
        return 0


def _refresh(made: Any, progress: Any, state: Any, names: str) -> None:
    start = time.perf_counter()

    def printed(problem: NaReportError | None) -> None:
        if problem:
            _tell(problem, state)
        else:
            print(f"report.pdf: made in {time.perf_counter() - start:.1f} s", flush=True)

    try:
        ran = made.refresh(progress, printed)
    except NaReportError as error:
        _tell(error, state)
        return
    except Exception as problem:
        # Whatever a half-saved file sets off, it will be saved again; the last good book stays.
        _tell(NaReportError(f"{names}: {type(problem).__name__}: {problem}"), state)
        return
    state.set()
    print(f"{names}: shown in {time.perf_counter() - start:.1f} s, {len(ran)} pages ran", flush=True)


def _tell(error: NaReportError, state: Any) -> None:
    text = f"error: {error}" + (f"\nhint: {error.hint}" if error.hint else "")
    print(text, file=sys.stderr, flush=True)
    state.set(text)


def _names(changed: list[Path], project: Project) -> str:
    names = [
        path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else path.name
        for path in changed
    ]
    return "book" if changed == [project.root] else ", ".join(names[:3]) + (" and more" if len(names) > 3 else "")
