"""`na-report edition`: list, verify, copy, compare, refresh, seal, and the way through Excel and back."""

import json
import shlex
import sys
from argparse import Namespace
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from typing import Any

from na_report.base.errors import InvalidInputError, NaReportError, told
from na_report.base.paths import DESCRIPTOR, Project
from na_report.editions.folders import is_draft, list_editions, sealed_editions

# What reads tables, workbooks or answers is imported where it is needed: the names of editions come at once.


def show_all(options: Namespace, project: Project) -> int:
    """Lists the editions."""
    if options.sealed:
        print(*sealed_editions(project), sep="\n")
        return 0
    for name in list_editions(project):
        if is_draft(project.data / name):
            print(f"{name}\tdraft\tnot sealed yet")
            continue
        try:
            about = json.loads((project.data / name / DESCRIPTOR).read_text(encoding="utf-8"))
            print(f"{name}\tsealed {about['created'][:10]}\tversion {about['version']}")
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            print(f"{name}\tdamaged\trun: na-report edition verify {name}")
    return 0


def verify(options: Namespace, project: Project) -> int:
    """Checks one edition or all."""
    from na_report.editions.integrity import verify_edition

    status = 0
    for name in [options.edition] if options.edition else list_editions(project):
        try:
            verify_edition(name, project)
            what = "types, codes, ranges and references are fine"
            print(f"edition {name}: {'a draft; its ' if is_draft(project.data / name) else 'bytes, '}{what}")
        except InvalidInputError as error:
            print(told(error, error.hint), file=sys.stderr)
            status = error.exit_code
    return status


def copy(options: Namespace, project: Project) -> int:
    """Starts a new edition from an existing one."""
    from na_report.editions.edition import copy_edition

    folder, new = copy_edition(options.old, options.new, project), options.new
    print(
        f"edition {new}: a draft; change its tables in {project.short(folder)}, look at the book with "
        f"na-report preview --edition {new}, and seal it with na-report edition seal {new}"
    )
    return 0


def seal(options: Namespace, project: Project) -> int:
    """Checks a new edition and fixes its bytes."""
    from na_report.editions.edition import seal_edition

    path = seal_edition(options.edition, project, by=options.by or "")
    print(f"edition {options.edition}: sealed, {project.short(path)} holds the hash of each table")
    return 0


def refresh(options: Namespace, project: Project) -> int:
    """Makes a draft with what statistics offices say now."""
    from na_report.commands import consequences
    from na_report.statistics import refreshing
    from na_report.statistics.series import answers_in

    old, new = options.edition, options.new
    refreshed = refreshing.refresh(old, new, answers_in(options.answers) if options.answers else _offices(), project)
    found = consequences.follows(old, new, project)
    missed, series = sum(bool(outcome.kind) for outcome in refreshed.outcomes), len(refreshed.outcomes)
    if options.format == "json":
        return _json({**asdict(refreshed), **asdict(found)}, 1 if missed else 0)
    print(consequences.as_text(found, refreshed), end="")
    if missed:
        again = shlex.join(["na-report", "edition", "refresh", old, "--as", new])
        what = f"{missed} of {series} series could not be had; the draft has the other {series - missed}."
        print(told(what, f"Ask for the rest with: {again}"), file=sys.stderr)
        return 1
    print(
        f"edition {new}: a draft; look at the book with na-report preview --edition {new}, "
        f"and approve it with na-report edition seal {new} --by NAME"
    )
    return 0


def _offices() -> Any:
    from na_report.statistics.asking import Offices

    return Offices(date.today())


def _json(said: Any, code: int = 0) -> int:
    print(json.dumps(said, ensure_ascii=False, indent=2))
    return code


def diff(options: Namespace, project: Project) -> int:
    """Shows what differs between two editions, and what follows."""
    from na_report.commands import consequences

    found = consequences.follows(options.old, options.new, project)
    if options.format == "json":
        said = asdict(found)
        return _json({**said.pop("changes"), **said})
    if not found.changes.tables:
        print(f"{options.old} and {options.new} hold the same")
        return 0
    print(consequences.as_text(found), end="")
    return 0


def export(options: Namespace, project: Project) -> int:
    """Writes an edition as a workbook."""
    from na_report.workbook.exporting import export_edition

    project.refuse_data(options.file)
    path = export_edition(options.edition, options.file, project, force=options.force)
    back = shlex.join(["na-report", "edition", "import", str(path), "--as", "NEW"])
    print(f"edition {options.edition}: written to {path}; take it back with: {back}")
    return 0


def take_in(options: Namespace, project: Project) -> int:
    """Makes a new edition from a workbook."""
    from na_report.editions.edition import open_edition
    from na_report.reasoning.changes import compare
    from na_report.workbook.importing import import_edition

    done = import_edition(options.file, options.new, project)
    notes, said = done.notes, f"{done.rows} rows in {project.short(done.folder)}, sealed"
    with suppress(NaReportError):  # the edition is made, also where it doesn't fit the claims
        found = compare(open_edition(done.source, project), open_edition(options.new, project))
        tables = found.tables.values()
        added, deleted = (sum(len(getattr(table, of)) for table in tables) for of in ("added", "removed"))
        changed = len({(name, cell.key) for name, table in found.tables.items() for cell in table.changed})
        said += f"; against {done.source}: {added} rows added, {deleted} deleted, {changed} changed"
        notes += found.slips
    print(*(f"note: {note}" for note in notes), f"edition {options.new}: {said}", sep="\n")
    return 0
