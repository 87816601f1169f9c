"""One place for making a book: pages run, Sphinx and Typst side by side, and published when all of it is whole."""

import functools
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from na_report.base.errors import BookError
from na_report.book.book import Book, words
from na_report.book.printing import press, printed, start_printing
from na_report.book.published import drop_other_pages, publish
from na_report.book.rendering import build_html, render_stage
from na_report.book.staging import drop_renderings, stage
from na_report.processes.renderer import Renderer
from na_report.running.fingerprint import hash_inputs
from na_report.running.pages import Page, all_pages
from na_report.screen.describing import publication

# The edition to take along, and the first and last year of its data.
TakeAlong = tuple[list[Path], tuple[str, str]]


@dataclass(frozen=True)
class Subject:
    """What a build needs to know of the subject and of who asked for it."""

    # Checks the edition, and gives what writes it to take along.
    verify: Callable[[], Callable[[], TakeAlong]]
    run: Callable[[Sequence[Page]], None]
    # Tells how far it is, in a line.
    say: Callable[[str], None]


def make_book(
    book: Book, inputs: str, formats: Sequence[str], process: Renderer, subject: Subject, jobs: int = 0
) -> None:
    """Makes a book out of sight, as `html`, `pdf` or both, and publishes it when all of it is whole.

    It will be known by `inputs`, the hash of all that it is made of. A `NaReportError` when something is wrong in data, chapters
    or text, or a source changed meanwhile; nothing is published then.
    """
    project, began_with = book.project, hash_inputs(book.project)
    take_along = subject.verify()
    pages, said = all_pages(project, book.language, book.edition), words(book)
    drop_renderings(book)
    drop_other_pages(book, pages)
    subject.run(pages)
    stage(book, pages, papers="pdf" in formats)
    made: dict[str, Path] = {}
    began = time.perf_counter()

    def tell(kind: str, path: Path) -> None:
        subject.say(f"{kind:<5} {project.short(path)}  ({time.perf_counter() - began:.1f} s)")

    with press() if "pdf" in formats else nullcontext() as pool, ThreadPoolExecutor(1) as aside:
        start = functools.cache(lambda: start_printing(pool, book, pages) if pool else None)
        if "html" in formats:
            at_hand = aside.submit(take_along)  # while Sphinx renders
            aside.submit(import_module, "na_report.screen.finishing")
            made["html"] = build_html(
                book,
                pages,
                process,
                publication=lambda: publication(project, book.edition, book.language, said, *at_hand.result()),
                written=start,
                jobs=jobs,
            )
            tell("HTML", book.html / "index.html")
        else:
            render_stage(book, process, start)
        if papers := start():
            made |= printed(papers)
            for name in printed(papers):
                tell("PDF", book.folder / name)
    if hash_inputs(project) != began_with:
        raise BookError(
            "Data, chapters or settings changed while the book was being made of them, so it is not published.",
            hint="Look with `git status` whether a chapter writes to one of its sources, and build again.",
        )
    publish(book, inputs, made, formats)
