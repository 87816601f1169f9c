"""`na-report check` and `trace`: what still holds, and what rests on what."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from na_report.base.paths import Project
from na_report.commands.arguments import add_edition, add_language

if TYPE_CHECKING:
    from na_report.reasoning.claims import Result


def add(commands: Any) -> None:
    """Adds the commands of this module to the command line."""
    check = commands.add_parser(
        "check", help="test conclusions and sentences on newer facts, on those of the report, and on our tables"
    )
    add_edition(check)
    check.add_argument("--format", choices=["text", "json"], default="text")
    add_language(check, "nl", "en")
    check.set_defaults(run=_check)

    trace = commands.add_parser("trace", help="show what a row rests on, and what rests on it")
    trace.add_argument("id", help="such as R1, C14, FM12, A08.3, IND007 or a source")
    add_edition(trace)
    add_language(trace, "nl", "en")
    trace.set_defaults(run=_trace)


def _check(options: argparse.Namespace, project: Project) -> int:
    from na_report.base.numbers import half_up, in_digits
    from na_report.commands.sectors import refuse_missing
    from na_report.editions.edition import open_edition
    from na_report.editions.folders import newest_edition
    from na_report.reasoning.claim import FAILS, KINDS, NOT_TESTABLE
    from na_report.reasoning.claim_file import refuse_unknown
    from na_report.reasoning.claims import check
    from na_report.running.contents import read_contents

    refuse_unknown(project, read_contents(project).pages)
    edition = open_edition(options.edition or newest_edition(project), project)
    refuse_missing(edition, project)
    results = check(edition)
    failed = [result for result in results if result.verdict.state in FAILS]
    if options.format == "json":
        print(json.dumps([_as_json(result) for result in results], ensure_ascii=False, indent=2))
        return 1 if failed else 0
    for result in results:
        says = result.claim.says[options.language]
        print(f"{result.claim.id}  {result.claim.kind}, {result.verdict.state.replace('_', ' ')}: {says}")
        if result.verdict.state == NOT_TESTABLE:
            if result.verdict.why:
                print(f"       {result.verdict.why}")
            continue
        for fact in result.verdict.facts:
            what = fact.says[options.language]
            print(f"       {what}: {in_digits(half_up(fact.value, 10))}{f'  [{fact.key}]' if fact.key else ''}")
        if result in failed and result.claim.conclusion:
            leaning = ", ".join(result.recommendations) or "none"
            print(f"       recommendations that lean on {result.claim.id}: {leaning}")
            if result.sharing:
                print(f"       recommendations that share evidence with it: {', '.join(result.sharing)}")
    for kind in KINDS:
        states = [result.verdict.state.replace("_", " ") for result in results if result.claim.kind == kind]
        told = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
        print(f"edition {edition.name}, {kind}: {told or 'no claims'}", flush=True)
    return 1 if failed else 0


def _as_json(result: Result) -> dict[str, Any]:
    return {
        "id": result.claim.id,
        "conclusion": result.claim.conclusion or None,
        "page": result.claim.page,
        "kind": result.claim.kind,
        **{f"says_{language}": text for language, text in result.claim.says.items()},
        "state": result.verdict.state,
        "facts": [
            {f"what_{language}": text for language, text in fact.says.items()}
            | {"value": fact.value, "observation": fact.key or None}
            for fact in result.verdict.facts
        ],
        "recommendations": list(result.recommendations),
        "recommendations_sharing_evidence": list(result.sharing),
    }


def _trace(options: argparse.Namespace, project: Project) -> int:
    from na_report.editions.edition import open_edition
    from na_report.editions.folders import newest_edition
    from na_report.reasoning import chain

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
    from na_report.editions.cells import PLACEHOLDER
    from na_report.writing.values import value

    row = edition.row(step.table, step.key)
    if step.table == "observations":
        return f"{value(edition, step.key, language).text} ({row['period'] or '–'})"
    for name in ("title", "label", "name", "topic", "text"):
        text = row.get(f"{name}_{language}")
        if text:
            shown = PLACEHOLDER.sub(lambda match: value(edition, match[1], language).text, str(text))
            return shown if len(shown) <= 90 else shown[:87].rsplit(" ", 1)[0] + " …"
    return ""
