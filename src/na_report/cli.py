"""The command line: everything that prints."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from na_report.errors import NaReportError
from na_report.paths import Project, find_project

if TYPE_CHECKING:
    from na_report.evidence.changes import Changes
    from na_report.evidence.claims import Result
    from na_report.publishing.execution import Run

# Heavy modules are imported in the command that needs them, so that `na-report --help` answers at once.


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns 0 when fine, 1 when a check found something, 2 for wrong use."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options, find_project()))
    except NaReportError as error:
        if options.debug:
            traceback.print_exc()
        print(f"error: {error}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing is left to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print(
            "error: stopped by the keyboard.\nhint: Run the command again; nothing half-made is in use.",
            file=sys.stderr,
        )
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="na-report", description="A research report that can be run again.")
    parser.add_argument("--debug", action="store_true", help="show a traceback with an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_edition(commands)

    run = commands.add_parser("run", help="run chapters only")
    run.add_argument("pages", nargs="*", metavar="PAGE", help="names of pages or chapters; all when left out")
    run.add_argument("--edition", "-e", help="the newest when left out")
    run.add_argument("--language", choices=["nl", "en"], default="nl")
    run.add_argument("-p", dest="parameters", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"))
    run.add_argument("--jobs", "-j", type=int, default=0, help="how many at once; one per core when left out")
    run.set_defaults(run=_run)

    check = commands.add_parser(
        "check", help="test conclusions and sentences on the data: holds, contradicted, not testable"
    )
    check.add_argument("--edition", "-e", help="the newest when left out")
    check.add_argument("--format", choices=["text", "json"], default="text")
    check.add_argument("--language", choices=["nl", "en"], default="nl")
    check.set_defaults(run=_check)

    trace = commands.add_parser("trace", help="show what a row rests on, and what rests on it")
    trace.add_argument("id", help="such as R1, C14, FM12, A08.3, IND007 or a source")
    trace.add_argument("--edition", "-e", help="the newest when left out")
    trace.add_argument("--language", choices=["nl", "en"], default="nl")
    trace.set_defaults(run=_trace)

    build = commands.add_parser("build", help="make the book")
    build.add_argument("--edition", "-e", help="the newest when left out")
    build.add_argument("--language", choices=["nl", "en"], default="nl")
    build.add_argument("--format", default="html,pdf", help="html, pdf or both with a comma")
    build.add_argument("--jobs", "-j", type=int, default=0)
    build.add_argument("--force", action="store_true", help="run every page, also what would come out the same")
    build.set_defaults(run=_build)

    site = commands.add_parser("site", help="lay the built books of all editions side by side, ready to publish")
    site.add_argument("--language", choices=["nl", "en"], default="nl")
    site.set_defaults(run=_site)

    explain = commands.add_parser("explain", help="tell why a page would run again")
    explain.add_argument("page", metavar="PAGE")
    explain.add_argument("--edition", "-e", help="the newest when left out")
    explain.add_argument("--language", choices=["nl", "en"], default="nl")
    explain.set_defaults(run=_explain)
    return parser


def _add_edition(commands: Any) -> None:
    edition = commands.add_parser("edition", help="list, verify, copy and seal editions of the evidence")
    actions = edition.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("list", help="list the editions").set_defaults(run=_edition_list)
    verify = actions.add_parser("verify", help="check bytes, types, codes, ranges and references")
    verify.add_argument("edition", nargs="?", help="all editions when left out")
    verify.set_defaults(run=_edition_verify)
    copy = actions.add_parser("copy", help="start a new edition from an existing one")
    copy.add_argument("old")
    copy.add_argument("new")
    copy.set_defaults(run=_edition_copy)
    diff = actions.add_parser("diff", help="show what differs between two editions, and what follows")
    diff.add_argument("old")
    diff.add_argument("new")
    diff.add_argument("--format", choices=["text", "json"], default="text")
    diff.set_defaults(run=_edition_diff)
    seal = actions.add_parser("seal", help="check a new edition and fix its bytes")
    seal.add_argument("edition")
    seal.set_defaults(run=_edition_seal)
    export = actions.add_parser("export", help="write an edition as an Excel workbook")
    export.add_argument("edition")
    export.add_argument("file", type=Path, metavar="FILE.xlsx")
    export.add_argument("--force", action="store_true", help="replace an existing file")
    export.set_defaults(run=_edition_export)
    take = actions.add_parser("import", help="make a new edition from a workbook that was exported and changed")
    take.add_argument("file", type=Path, metavar="FILE.xlsx")
    take.add_argument("--as", dest="new", required=True, metavar="NEW", help="the name of the new edition")
    take.set_defaults(run=_edition_import)


def _edition_list(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.edition import edition_folder, list_editions
    from na_report.evidence.integrity import DESCRIPTOR

    for name in list_editions(project):
        descriptor = edition_folder(name, project) / DESCRIPTOR
        if descriptor.is_file():
            about = json.loads(descriptor.read_text(encoding="utf-8"))
            print(f"{name}\tsealed {about['created'][:10]}\tversion {about['version']}")
        else:
            print(f"{name}\topen\tnot sealed yet")
    return 0


def _edition_verify(options: argparse.Namespace, project: Project) -> int:
    from na_report.errors import InvalidInputError
    from na_report.evidence.edition import list_editions, verify_edition

    status = 0
    for name in [options.edition] if options.edition else list_editions(project):
        try:
            verify_edition(name, project)
            print(f"edition {name}: bytes, types, codes, ranges and references are fine")
        except InvalidInputError as error:
            print(f"error: {error}\nhint: {error.hint}", file=sys.stderr)
            status = error.exit_code
    return status


def _edition_copy(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.edition import copy_edition

    folder = copy_edition(options.old, options.new, project)
    print(
        f"edition {options.new}: change the tables in {_short(folder, project)}, then run: na-report edition seal {options.new}"
    )
    return 0


def _edition_seal(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.edition import seal_edition

    path = seal_edition(options.edition, project)
    print(f"edition {options.edition}: sealed, {_short(path, project)} holds the hash of each table")
    return 0


def _edition_diff(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.changes import compare
    from na_report.evidence.edition import open_edition
    from na_report.presentation.markdown import anchor
    from na_report.publishing.pages import mentions

    changes = compare(open_edition(options.old, project), open_edition(options.new, project))
    built = [name for name in (options.new, options.old) if (project.build(name, "nl") / "notebooks").is_dir()]
    pages = (
        mentions(project.build(built[0], "nl") / "notebooks", {anchor(row) for row in changes.rows}) if built else None
    )
    if options.format == "json":
        print(json.dumps({**asdict(changes), "pages": pages}, ensure_ascii=False, indent=2))
        return 0
    if not changes.tables:
        print(f"{options.old} and {options.new} hold the same")
        return 0
    for line in _diff_lines(changes):
        print(line)
    if pages is None:
        print("pages: not known; run na-report build first")
    for page, figures in (pages or {}).items():
        print(f"page {page}{f' (figures: {chr(44).join(figures)})' if figures else ''}")
    return 0


def _diff_lines(changes: Changes) -> Iterator[str]:
    """Yields what differs, from rows to what follows from them."""
    for name, table in changes.tables.items():
        yield f"{name}: {len(table.added)} added, {len(table.removed)} removed, {len(table.changed)} cells changed"
        for sign, keys in (("+", table.added), ("-", table.removed)):
            yield from (f"  {sign} {key}" for key in keys)
        for cell in table.changed:
            yield f"  {cell.key} {cell.column}: {cell.old!r} -> {cell.new!r}"
    for value in changes.values:
        how = "comparable" if value.comparable else "not comparable: another series or measure"
        old, new = (f"{number:.10g}" if number is not None else "words" for number in (value.old, value.new))
        yield f"value {value.indicator}: {old} ({value.old_key}) -> {new} ({value.new_key}) {value.unit}, {how}"
    for claim in changes.claims:
        yield f"claim {claim.claim}: {claim.old.replace('_', ' ')} -> {claim.new.replace('_', ' ')}"
    yield f"recommendations concerned: {', '.join(changes.recommendations) or 'none'}"


def _edition_export(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.workbook_export import export_edition

    path = export_edition(options.edition, options.file, project, force=options.force)
    print(f"edition {options.edition}: written to {path}; take it back with: na-report edition import {path} --as NEW")
    return 0


def _edition_import(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.workbook_import import import_edition

    done = import_edition(options.file, options.new, project)
    for note in done.notes:
        print(f"note: {note}")
    print(
        f"edition {options.new}: {done.rows} rows in {_short(done.folder, project)}, sealed; against {done.source}: "
        f"{done.added} rows added, {done.deleted} deleted, {done.changed} changed"
    )
    return 0


def _run(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.edition import newest_edition, open_edition
    from na_report.publishing.book import Book
    from na_report.publishing.pages import all_pages, choose

    edition = options.edition or newest_edition(project)
    open_edition(edition, project)
    pages = choose(all_pages(project), options.pages)
    given = {"edition": edition, "language": options.language}
    folder = Book(project, edition, options.language).notebooks
    _execute(project, pages, given | dict(options.parameters), folder, options.jobs)
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
        found = reasons(project, page, checked_parameters(page, given), folder, _answers(project, edition))
        print(f"{page.name}: {'would run again' if found else 'is up to date'}")
        for reason in found:
            print(f"  {reason}")
    return 0


def _answers(project: Project, edition: str) -> Any:
    """Returns a function that asks today's edition what a page asked when it last ran."""
    from na_report.evidence.edition import open_edition
    from na_report.evidence.reads import answer_again

    opened: list[Any] = []

    def answers(questions: Iterable[str]) -> dict[str, str]:
        if not opened:
            opened.append(open_edition(edition, project))
        return answer_again(opened[0], questions)

    return answers


def _execute(
    project: Project,
    pages: Sequence[Any],
    parameters: dict[str, Any],
    folder: Path,
    jobs: int,
    answers: Any = None,
) -> int:
    """Runs pages with a line for each, and returns how many ran."""
    from na_report.publishing.execution import run_pages

    start = time.perf_counter()
    print(f"running pages of edition {parameters['edition']} ({parameters['language']})", flush=True)

    def tell(run: Run) -> None:
        print(f"  {run.page:<32}{run.seconds:6.1f} s{'  FAILED' if run.error else ''}", flush=True)

    runs = run_pages(project, pages, parameters, folder, jobs=jobs, answers=answers, report=tell)
    same = f", {len(pages) - len(runs)} were up to date" if len(runs) < len(pages) else ""
    print(f"ran {len(runs)} pages in {time.perf_counter() - start:.1f} s{same}", flush=True)
    return len(runs)


def _check(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.claims import CONTRADICTED, NOT_TESTABLE, check
    from na_report.evidence.edition import newest_edition, open_edition

    edition = open_edition(options.edition or newest_edition(project), project)
    results = check(edition)
    contradicted = [result for result in results if result.verdict.state == CONTRADICTED]
    if options.format == "json":
        print(json.dumps([_as_json(result) for result in results], ensure_ascii=False, indent=2))
        return 1 if contradicted else 0
    for result in results:
        says = {"nl": result.claim.says_nl, "en": result.claim.says_en}[options.language]
        print(f"{result.claim.id}  {result.verdict.state.replace('_', ' ')}: {says}")
        if result.verdict.state == NOT_TESTABLE:
            continue
        for fact in result.verdict.facts:
            what = {"nl": fact.what_nl, "en": fact.what_en}[options.language]
            print(f"       {what}: {fact.value:.10g}{f'  [{fact.key}]' if fact.key else ''}")
        if result.verdict.state == CONTRADICTED and result.claim.conclusion:
            leaning = ", ".join(result.recommendations) or "none"
            print(f"       recommendations that lean on {result.claim.id}: {leaning}")
            if result.sharing:
                print(f"       recommendations that share evidence with it: {', '.join(result.sharing)}")
    conclusions = [result for result in results if result.claim.conclusion]
    testable = sum(result.verdict.state != NOT_TESTABLE for result in conclusions)
    print(
        f"edition {edition.name}: {len(results)} claims, {len(contradicted)} contradicted; "
        f"{testable} of {len(conclusions)} conclusions are testable"
    )
    return 1 if contradicted else 0


def _as_json(result: Result) -> dict[str, Any]:
    return {
        "id": result.claim.id,
        "conclusion": result.claim.conclusion or None,
        "page": result.claim.page,
        "says_nl": result.claim.says_nl,
        "says_en": result.claim.says_en,
        "state": result.verdict.state,
        "facts": [
            {"what_nl": fact.what_nl, "what_en": fact.what_en, "value": fact.value, "observation": fact.key or None}
            for fact in result.verdict.facts
        ],
        "recommendations": list(result.recommendations),
        "recommendations_sharing_evidence": list(result.sharing),
    }


def _trace(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence import chain
    from na_report.evidence.edition import newest_edition, open_edition

    edition = open_edition(options.edition or newest_edition(project), project)
    for title, up in (("rests on", False), ("carries", True)):
        steps = list(chain.walk(edition, options.id, up=up))
        print(f"{options.id} {title}{':' if len(steps) > 1 else ' nothing in this edition'}")
        for step in steps[0 if not up else 1 :]:
            again = "  (see above)" if step.seen else ""
            print(f"{'  ' * (step.depth + 1)}{step.key}  {_about(edition, step, options.language)}{again}")
    return 0


def _about(edition: Any, step: Any, language: str) -> str:
    """Returns the first words of a row, so that a tree can be read."""
    from na_report.evidence.integrity import PLACEHOLDER
    from na_report.presentation.values import value

    row = edition.row(step.table, step.key)
    if step.table == "observations":
        return f"{value(edition, step.key, language).text} ({row['period'] or '–'})"
    for name in ("title", "label", "name", "topic", "text"):
        text = row.get(f"{name}_{language}")
        if text:
            shown = PLACEHOLDER.sub(lambda match: value(edition, match[1], language).text, str(text))
            return shown if len(shown) <= 90 else shown[:87].rsplit(" ", 1)[0] + " …"
    return ""


def _build(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.edition import newest_edition, verify_edition
    from na_report.publishing import book as books
    from na_report.publishing.fingerprint import hash_inputs
    from na_report.publishing.pages import all_pages

    formats = options.format.split(",")
    unknown = [name for name in formats if name not in ("html", "pdf")]
    if unknown:
        raise NaReportError(f"There is no format {unknown[0]!r}.", hint="Choose html, pdf or html,pdf.")
    start = time.perf_counter()
    edition = options.edition or newest_edition(project)
    book = books.Book(project, edition, options.language)
    inputs = hash_inputs(project)
    if not options.force and books.is_current(book, inputs, formats):
        print(f"edition {edition}: nothing changed since the last build ({time.perf_counter() - start:.1f} s)")
        return 0
    books.forget(book)
    verify_edition(edition, project)
    print(f"edition {edition}: verified", flush=True)
    pages = all_pages(project)
    words = books.words(book)
    given = {"edition": edition, "language": options.language}
    answers = None if options.force else _answers(project, edition)
    _execute(project, pages, given, book.notebooks, options.jobs, answers)
    books.stage(book, pages)
    if "html" in formats:
        began = time.perf_counter()
        index = books.build_html(book, pages)
        print(f"HTML  {_short(index, project)}  ({time.perf_counter() - began:.1f} s)", flush=True)
    if "pdf" in formats:
        from na_report.publishing.pdf import write_pdf

        began = time.perf_counter()
        long_page = books.render(book, "singlehtml") / "index.html"
        write_pdf(long_page, book.pdf, words, language=book.language, identifier=f"na-report-{edition}-{book.language}")
        summary = str(words["summary"])
        if summary in {page.name for page in pages}:
            short = f"na-report-{edition}-{book.language}-{summary}"
            write_pdf(long_page, book.summary, words, language=book.language, identifier=short, only=summary)
            print(f"PDF   {_short(book.summary, project)}", flush=True)
        print(f"PDF   {_short(book.pdf, project)}  ({time.perf_counter() - began:.1f} s)", flush=True)
    books.remember(book, inputs, formats)
    print(f"done in {time.perf_counter() - start:.1f} s", flush=True)
    return 0


def _site(options: argparse.Namespace, project: Project) -> int:
    from na_report.evidence.edition import list_editions
    from na_report.publishing.book import Book
    from na_report.publishing.site import Shelf, write_site

    books = [Book(project, edition, options.language) for edition in reversed(list_editions(project))]
    index = write_site(Shelf(project, books))
    print(f"site  {_short(index, project)}: {len(books)} editions")
    return 0


def _short(path: Path, project: Project) -> str:
    return str(path.relative_to(project.root))


if __name__ == "__main__":
    sys.exit(main())
