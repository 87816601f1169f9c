"""What a refresh found, as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from na_report.statistics.reading import Difference
from na_report.statistics.refreshing import Outcome, Refreshed
from na_report.statistics.rows import MEANING


def lines(refreshed: Refreshed) -> Iterator[str]:
    """Yields what became of each series, and last what could not be had."""
    for outcome in refreshed.outcomes:
        if not outcome.kind:
            yield from _had(outcome)
    for outcome in refreshed.outcomes:
        if outcome.kind:
            yield f"{_name(outcome)}: {outcome.kind}; {outcome.why}"
    for indicator, sources in refreshed.unserved.items():
        yield f"{indicator} has no series: no recorded answer to verify its codes ({', '.join(sources)})"


def _name(outcome: Outcome) -> str:
    return f"{outcome.series} {outcome.dataset} -> {outcome.indicator}"


def _had(outcome: Outcome) -> Iterator[str]:
    counted = Counter(kind.split(":")[0] for change in outcome.changes for kind in change.kinds)
    nothing = "no other value" if outcome.methods or outcome.kept or outcome.definitions else "nothing new"
    said = ", ".join(f"{count} {kind}" for kind, count in counted.items()) or nothing
    days = [f"{word} {day}" for word, day in (("data of", outcome.updated), ("asked on", outcome.asked)) if day]
    yield f"{_name(outcome)}: {said} ({', '.join([outcome.form, *days])})"
    if outcome.note:
        yield f"  note: {outcome.note}"
    yield from (f"  definition changed: {one.code} was {one.old!r} and is {one.new!r}" for one in outcome.definitions)
    yield from (f"  {_cell(change)}" for change in outcome.changes)
    for method in outcome.methods:
        yield f"  break: {method.id} belongs to the series {method.new} now, not to {method.old or 'none'}"
    for kept in outcome.kept:
        yield f"  kept: {kept.id} stays {kept.value} ({kept.source}); the office says {kept.office}"


def _cell(change: Difference) -> str:
    said = ", ".join(MEANING[flag] for flag in change.new.partition(" ")[2])
    cells = f"{change.old} -> {change.new}{f' ({said})' if said else ''}"
    return f"{change.place} {change.period}: {', '.join(change.kinds)}: {cells}"
