"""What follows from what differs between two editions: for values, claims, recommendations, pages and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from na_report.base.digits import as_shown, in_digits
from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.editions.edition import open_edition
from na_report.reasoning.changes import Changes, compare
from na_report.running.chapters import read_chapter
from na_report.running.contents import known_language
from na_report.running.pages import all_pages, mentions
from na_report.writing.markdown import anchor
from na_report.writing.sentences import Reworded, prose_of, reworded


@dataclass(frozen=True)
class Follows:
    """What differs, with the claims and recommendations concerned, and what follows in the book."""

    changes: Changes
    pages: dict[str, list[str]] | None  # per page that shows a row that differs the figures that do; not known unbuilt
    sentences: list[Reworded] | None  # that read otherwise; not known when the chapters can't be read


def follows(old: str, new: str, project: Project, language: str = "", notebooks: Path | None = None) -> Follows:
    """Returns what follows from what differs between two editions.

    Left out, the language is the one that others are translated from, and the notebooks those of the last build of either.
    """
    before, after = open_edition(old, project), open_edition(new, project)
    changes = compare(before, after)
    read: list[Reworded] = []
    sentences: list[Reworded] | None = read
    # What differs is told whatever is wrong with the chapters: who builds hears of that.
    try:
        language = known_language(project, language)
        for page in all_pages(project, language, new) if changes.tables else ():
            prose = prose_of(
                (cell.source for cell in read_chapter(page.chapter).cells), page.stories(), project.chapters
            )
            read += reworded(page.name, prose, before, after, language)
    except NaReportError:
        sentences = None
    built = (notebooks, *(project.build(name, language) / "notebooks" for name in (new, old) if language))
    folder = next((each for each in built if each and each.is_dir()), None)
    return Follows(changes, mentions(folder, {anchor(row) for row in changes.rows}) if folder else None, sentences)


def lines(found: Follows) -> Iterator[str]:
    """Yields what follows as lines of text."""
    for value in found.changes.values:
        how = "comparable" if value.comparable else "not comparable: another series or measure"
        old, new = (in_digits(as_shown(number)) if number is not None else "words" for number in (value.old, value.new))
        slip = f"; exactly {value.factor} the one before: check the unit" if value.factor else ""
        yield f"value {value.indicator}: {old} ({value.old_key}) -> {new} ({value.new_key}) {value.unit}, {how}{slip}"
    for claim in found.changes.claims:
        yield f"claim {claim.claim}: {claim.old.replace('_', ' ')} -> {claim.new.replace('_', ' ')}"
    yield f"recommendations concerned: {', '.join(found.changes.recommendations) or 'none'}"
    if found.pages is None:
        yield "pages: not known; run na-report build first"
    for page, figures in (found.pages or {}).items():
        shown = f" (figures: {','.join(figures)})" if figures else ""
        yield f"page {page}{shown}"
    if found.sentences is None:
        yield "sentences: not known; the chapters can't be read: na-report build tells why"
    for sentence in found.sentences or ():
        yield f"sentence on {sentence.page}{f', if {sentence.condition}' if sentence.condition else ''}: {sentence.old}"
        yield f"  becomes: {sentence.new}"
