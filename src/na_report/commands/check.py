"""`na-report check` and `trace`: what still holds, and what rests on what."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

from na_report.base.digits import half_up, in_digits
from na_report.base.paths import Project
from na_report.commands.sectors import refuse_missing
from na_report.editions.cells import PLACEHOLDER
from na_report.editions.edition import Edition, open_edition
from na_report.editions.folders import newest_edition
from na_report.reasoning import chain, checking
from na_report.reasoning.claim import FAILS, KINDS, NOT_TESTABLE
from na_report.reasoning.claims_file import refuse_misplaced
from na_report.running.contents import read_contents
from na_report.writing.numbers import value


def check(options: Namespace, project: Project) -> int:
    """Tests conclusions and sentences on newer facts, on those of the report, and on our tables."""
    refuse_misplaced(project, read_contents(project).pages)
    edition = open_edition(options.edition or newest_edition(project), project)
    refuse_missing(edition, project)
    results = checking.check(edition)
    code = 1 if any(result.verdict.state in FAILS for result in results) else 0
    if options.format == "json":
        print(json.dumps([_as_json(result) for result in results], ensure_ascii=False, indent=2))
        return code
    for result in results:
        _tell(result, options.language)
    for kind in KINDS:
        states = [result.verdict.state.replace("_", " ") for result in results if result.claim.kind == kind]
        told = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
        print(f"edition {edition.name}, {kind}: {told or 'no claims'}", flush=True)
    return code


def _tell(result: checking.Result, language: str) -> None:
    claim, verdict = result.claim, result.verdict
    print(f"{claim.id}  {claim.kind}, {verdict.state.replace('_', ' ')}: {claim.says[language]}")
    if verdict.state == NOT_TESTABLE:
        if verdict.why:
            print(f"       {verdict.why}")
        return
    for fact in verdict.facts:
        row = f"  [{fact.key}]" if fact.key else ""
        print(f"       {fact.says[language]}: {in_digits(half_up(fact.value, 10))}{row}")
    if verdict.state in FAILS and claim.conclusion:
        print(f"       recommendations that lean on {claim.id}: {', '.join(result.recommendations) or 'none'}")
        if result.sharing:
            print(f"       recommendations that share evidence with it: {', '.join(result.sharing)}")


def _as_json(result: checking.Result) -> dict[str, Any]:
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


def trace(options: Namespace, project: Project) -> int:
    """Shows what a row rests on, and what rests on it."""
    edition = open_edition(options.edition or newest_edition(project), project)
    for title, up in (("rests on", False), ("carries", True)):
        steps = list(chain.walk(edition, options.id, up=up))
        print(f"{options.id} {title}{':' if len(steps) > 1 else ' nothing in this edition'}")
        for step in steps[1 if up else 0 :]:
            again = "  (see above)" if step.seen else ""
            print(f"{'  ' * (step.depth + 1)}{step.key}  {_about(edition, step, options.language)}{again}")
    return 0


def _about(edition: Edition, step: Any, language: str) -> str:
    """Returns the first words of a row, so that a tree can be read."""
    row = edition.row(step.table, step.key)
    if step.table == "observations":
        return f"{value(edition, step.key, language).text} ({row['period'] or '–'})"
    texts = (row.get(f"{name}_{language}") for name in ("title", "label", "name", "topic", "text"))
    text = next((str(text) for text in texts if text), "")
    shown = PLACEHOLDER.sub(lambda match: value(edition, match[1], language).text, text)
    return shown if len(shown) <= 90 else shown[:87].rsplit(" ", 1)[0] + " …"
