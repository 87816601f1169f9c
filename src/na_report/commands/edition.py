"""`na-report edition`: list, verify, copy, compare, refresh, seal, and the way through Excel and back."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from na_report.base.paths import Project

if TYPE_CHECKING:
    from na_report.reasoning.changes import Changes
    from na_report.statistics.kept import Source


def add(commands: Any) -> None:
    """Adds the commands of this module to the command line."""
    edition = commands.add_parser("edition", help="list, verify, copy and seal editions of the evidence")
    actions = edition.add_subparsers(required=True, metavar="ACTION")
    lists = actions.add_parser("list", help="list the editions")
    lists.add_argument("--sealed", action="store_true", help="only the names of those that are sealed, for scripts")
    lists.set_defaults(run=_edition_list)
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
    seal.add_argument("--by", default="", metavar="NAME", help="who approved what came from statistics offices")
    seal.set_defaults(run=_edition_seal)
    refresh = actions.add_parser("refresh", help="make a draft with what statistics offices say now")
    refresh.add_argument("edition", help="the edition to refresh")
    refresh.add_argument("--as", dest="new", required=True, metavar="NEW", help="the name of the draft")
    refresh.add_argument("--answers", type=Path, metavar="DIR", help="read the answers in this folder; no network")
    refresh.add_argument("--format", choices=["text", "json"], default="text")
    refresh.set_defaults(run=_edition_refresh)
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
    from na_report.base.paths import DESCRIPTOR
    from na_report.editions.folders import edition_folder, list_editions, sealed_editions

    if options.sealed:
        print("\n".join(sealed_editions(project)))
        return 0
    for name in list_editions(project):
        descriptor = edition_folder(name, project) / DESCRIPTOR
        if descriptor.is_file():
            try:
                about = json.loads(descriptor.read_text(encoding="utf-8"))
                print(f"{name}\tsealed {about['created'][:10]}\tversion {about['version']}")
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                print(f"{name}\tdamaged\trun: na-report edition verify {name}")
        else:
            print(f"{name}\tdraft\tnot sealed yet")
    return 0


def _edition_verify(options: argparse.Namespace, project: Project) -> int:
    from na_report.base.errors import InvalidInputError
    from na_report.editions.folders import is_draft, list_editions, verify_edition

    status = 0
    for name in [options.edition] if options.edition else list_editions(project):
        try:
            verify_edition(name, project)
            what = "types, codes, ranges and references are fine"
            print(f"edition {name}: {'a draft; its ' if is_draft(project.data / name) else 'bytes, '}{what}")
        except InvalidInputError as error:
            print(f"error: {error}\nhint: {error.hint}", file=sys.stderr)
            status = error.exit_code
    return status


def _edition_copy(options: argparse.Namespace, project: Project) -> int:
    from na_report.editions.edition import copy_edition

    folder = copy_edition(options.old, options.new, project)
    print(
        f"edition {options.new}: a draft; change its tables in {project.short(folder)}, look at the book with "
        f"na-report preview --edition {options.new}, and seal it with na-report edition seal {options.new}"
    )
    return 0


def _edition_seal(options: argparse.Namespace, project: Project) -> int:
    from na_report.editions.edition import seal_edition
    from na_report.editions.folders import list_editions, previous_edition
    from na_report.editions.slips import slips_between

    path = seal_edition(options.edition, project, by=options.by)
    before = previous_edition(options.edition, list_editions(project))
    for slip in slips_between(project.data / before, path.parent) if before else ():
        print(f"note: {slip}")
    print(f"edition {options.edition}: sealed, {project.short(path)} holds the hash of each table")
    return 0


def _edition_refresh(options: argparse.Namespace, project: Project) -> int:
    from na_report.commands import following
    from na_report.statistics.kept import answers_in
    from na_report.statistics.refreshing import refresh
    from na_report.statistics.telling import lines

    refreshed = refresh(
        options.edition, options.new, answers_in(options.answers) if options.answers else _offices(), project
    )
    missed = sum(bool(outcome.kind) for outcome in refreshed.outcomes)
    found = following.follows(options.edition, options.new, project)
    if options.format == "json":
        print(json.dumps({**asdict(refreshed), **asdict(found)}, ensure_ascii=False, indent=2))
        return 1 if missed else 0
    for line in (*lines(refreshed), *following.lines(found)):
        print(line)
    if missed:
        again = shlex.join(["na-report", "edition", "refresh", options.edition, "--as", options.new])
        had = len(refreshed.outcomes) - missed
        print(
            f"error: {missed} of {len(refreshed.outcomes)} series could not be had; the draft has the other {had}.\n"
            f"hint: Ask for the rest with: {again}",
            file=sys.stderr,
        )
        return 1
    print(
        f"edition {options.new}: a draft; look at the book with na-report preview --edition {options.new}, "
        f"and approve it with na-report edition seal {options.new} --by NAME"
    )
    return 0


def _offices() -> Source:
    from datetime import date

    from na_report.statistics.asking import Offices

    return Offices(date.today())


def _edition_diff(options: argparse.Namespace, project: Project) -> int:
    from na_report.commands import following

    found = following.follows(options.old, options.new, project)
    if options.format == "json":
        said = asdict(found)
        print(json.dumps({**said.pop("changes"), **said}, ensure_ascii=False, indent=2))
        return 0
    if not found.changes.tables:
        print(f"{options.old} and {options.new} hold the same")
        return 0
    for line in (*_diff_lines(found.changes), *following.lines(found)):
        print(line)
    return 0


def _diff_lines(changes: Changes) -> Iterator[str]:
    """Yields the rows and cells that differ."""
    from na_report.editions.slips import factor_between

    for name, table in changes.tables.items():
        yield f"{name}: {len(table.added)} added, {len(table.removed)} removed, {len(table.changed)} cells changed"
        for sign, keys in (("+", table.added), ("-", table.removed)):
            yield from (f"  {sign} {key}" for key in keys)
        for cell in table.changed:
            factor = factor_between(cell.old, cell.new) if (name, cell.column) == ("observations", "value") else ""
            slip = f" (exactly {factor} the one before)" if factor else ""
            yield f"  {cell.key} {cell.column}: {cell.old!r} -> {cell.new!r}{slip}"


def _edition_export(options: argparse.Namespace, project: Project) -> int:
    from na_report.workbook.exporting import export_edition

    project.refuse_data(options.file)
    path = export_edition(options.edition, options.file, project, force=options.force)
    back = shlex.join(["na-report", "edition", "import", str(path), "--as", "NEW"])
    print(f"edition {options.edition}: written to {path}; take it back with: {back}")
    return 0


def _edition_import(options: argparse.Namespace, project: Project) -> int:
    from na_report.workbook.importing import import_edition

    done = import_edition(options.file, options.new, project)
    for note in done.notes:
        print(f"note: {note}")
    print(
        f"edition {options.new}: {done.rows} rows in {project.short(done.folder)}, sealed; against {done.source}: "
        f"{done.added} rows added, {done.deleted} deleted, {done.changed} changed"
    )
    return 0
