"""What a refresh found, as lines of text."""

from collections import Counter
from collections.abc import Iterator

from na_report.editions.office_marks import FLAGS
from na_report.statistics.reading import Difference
from na_report.statistics.refreshing import Outcome, Refreshed


def lines(refreshed: Refreshed) -> Iterator[str]:
    """Yields what became of each series, and last what could not be had."""
    for outcome in sorted(refreshed.outcomes, key=lambda outcome: bool(outcome.kind)):
        yield from _told(outcome)
    for indicator, sources in refreshed.unserved.items():
        yield f"{indicator} has no series: no recorded answer to verify its codes ({', '.join(sources)})"


def _told(outcome: Outcome) -> Iterator[str]:
    name = f"{outcome.series} {outcome.dataset} -> {outcome.indicator}"
    if outcome.kind:
        yield f"{name}: {outcome.kind}; {outcome.why}"
        return
    counted = Counter(kind.split(":")[0] for change in outcome.changes for kind in change.kinds)
    nothing = "no other value" if outcome.methods or outcome.kept or outcome.definitions else "nothing new"
    said = ", ".join(f"{count} {kind}" for kind, count in counted.items()) or nothing
    days = [f"{word} {day}" for word, day in (("data of", outcome.updated), ("asked on", outcome.asked)) if day]
    yield f"{name}: {said} ({', '.join([outcome.form, *days])})"
    if outcome.note:
        yield f"  note: {outcome.note}"
    for one in outcome.definitions:
        yield "  definition changed: {code} was {old!r} and is {new!r}".format(**one)
    yield from map(_cell, outcome.changes)
    for one in outcome.methods:
        yield f"  break: {one['id']} belongs to the series {one['new']} now, not to {one['old'] or 'none'}"
    for one in outcome.kept:
        yield "  kept: {id} stays {value} ({source}); the office says {office}".format(**one)


def _cell(change: Difference) -> str:
    said = ", ".join(FLAGS[flag] for flag in change.new.partition(" ")[2])
    cells = f"{change.old} -> {change.new}{f' ({said})' if said else ''}"
    return f"  {change.place} {change.period}: {', '.join(change.kinds)}: {cells}"
