"""A page of the preview: what is otherwise in a draft, per series of an office, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from na_report.base.paths import Project
from na_report.base.wording import Words
from na_report.commands.consequences import Follows, follows
from na_report.editions.edition import Edition, open_edition
from na_report.editions.folders import is_draft, previous_edition, sealed_editions
from na_report.reasoning.checking import check
from na_report.statistics.reading import Difference
from na_report.statistics.refreshing import Outcome, told_again
from na_report.writing.numbers import number, value, written_day


def changed_page(
    edition: str, language: str, project: Project, notebooks: Path | None = None
) -> tuple[str, str, str] | None:
    """Returns what is otherwise in a draft, as the title of a page, its HTML, and the words of a link to it.

    Nothing for an edition that is sealed, or the first. The notebooks that were run tell which pages show what differs.
    """
    if not is_draft(project.data / edition):
        return None
    told = told_again(edition, project)
    old = told.old if told else previous_edition(edition, sealed_editions(project))
    if not old:
        return None
    page = _Page(open_edition(edition, project), language, project)
    parts = [page.said("p", "lead", edition=edition, before=old)]
    for outcome in told.outcomes if told else ():
        parts += page.series(outcome)
    parts += page.follows(follows(old, edition, project, language, notebooks))
    return page.words("changes.title"), "\n".join(parts), page.words("changes.link")


class _Page:
    def __init__(self, edition: Edition, language: str, project: Project) -> None:
        self.edition, self.language = edition, language
        self.words = Words(language, project)

    def said(self, tag: str, key: str, **parts: str) -> str:
        return f"<{tag}>{escape(self.words(f'changes.{key}', **parts))}</{tag}>"

    def series(self, outcome: Outcome) -> Iterator[str]:
        """Yields what became of a series."""
        dataset, day = outcome.dataset, outcome.updated or outcome.asked
        yield f"<h2>{escape(self._indicator(outcome.indicator))}</h2>"
        if outcome.kind:
            yield self.said("p", f"missed_{outcome.kind.replace(' ', '_')}", dataset=dataset)
            return
        about = "series" if day else "series_undated"
        yield self.said("p", about, dataset=dataset, day=written_day(day, self.language))
        if not (outcome.changes or outcome.kept or outcome.methods or outcome.definitions):
            yield self.said("p", "nothing")
        if outcome.changes:
            yield self._table("place period what before now", map(self._cells, outcome.changes))
        lines = [self.said("li", "definition", **one) for one in outcome.definitions]
        lines += [self.said("li", "method", **one | {"old": one["old"] or "–"}) for one in outcome.methods]
        for one in outcome.kept:
            mine, office = value(self.edition, one["id"], self.language).text, self._value(one["office"])
            lines.append(self.said("li", "kept", id=one["id"], value=mine, office=office))
        yield _list(lines)

    def follows(self, found: Follows) -> Iterator[str]:
        """Yields what follows from what differs."""
        changes = found.changes
        yield self.said("h2", "follows")
        if not changes.tables:
            yield self.said("p", "same")
            return
        if changes.values:
            latest = [
                (self._indicator(one.indicator), *(self._number(each) for each in (one.old, one.new)))
                for one in changes.values
            ]
            yield self._headed("values", self._table("indicator before now", latest))
        claims = {result.claim.id: result.claim.says[self.language] for result in check(self.edition)}
        outcomes = [
            f"{claims[one.claim]} {self.words(f'states.{one.old}')} → {self.words(f'states.{one.new}')}"
            for one in changes.claims
        ]
        yield self._headed("claims", _list(f"<li>{escape(text)}</li>" for text in outcomes))
        titles = {row["id"]: row[f"title_{self.language}"] for row in self.edition.records("recommendations")}
        advice = (f"{key}: {titles[key]}" if key in titles else key for key in changes.recommendations)  # or it is gone
        yield self._headed("recommendations", _list(f"<li>{escape(text)}</li>" for text in advice))
        pages = map(escape, found.pages or ())
        yield self._headed("pages", _list(f'<li><a href="{page}.html">{page}</a></li>' for page in pages))
        if found.sentences is not None:  # none and not known are two things
            reads = [(one.page, one.old, one.new) for one in found.sentences]
            yield self._headed("sentences", self._table("page before now", reads) if reads else "")

    def _headed(self, key: str, content: str) -> str:
        return f"{self.said('h3', key)}\n{content or self.said('p', 'none')}"

    def _cells(self, change: Difference) -> tuple[str, ...]:
        kinds = []
        for kind in change.kinds:
            name, _, flag = kind.partition(": ")
            key = name.replace(",", "").replace(" ", "_")
            kinds.append(self.words(f"changes.kind_{key}", flag=self._flags(flag)))
        place = self.edition.label("geo", change.place, self.language)
        return place, change.period, ", ".join(kinds), self._value(change.old), self._value(change.new)

    def _value(self, text: str) -> str:
        """Returns what an office says, with its flags, as a reader of the language writes it."""
        found, _, flags = text.partition(" ")
        shown = "–" if found == ":" else number(float(found), self.language)
        return f"{shown} ({self._flags(flags)})" if flags else shown

    def _flags(self, flags: str) -> str:
        return ", ".join(self.words(f"flags.{flag}") for flag in flags)

    def _number(self, given: float | None) -> str:
        return number(given, self.language) if given is not None else self.words("changes.in_words")

    def _indicator(self, key: str) -> str:
        return str(self.edition.row("indicators", key)[f"label_{self.language}"])

    def _table(self, heads: str, rows: Iterable[Iterable[str]]) -> str:
        head = "".join(self.said("th", head) for head in heads.split())
        body = "\n".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        return f'<div class="tabel"><table class="table"><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>'


def _list(items: Iterable[str]) -> str:
    lines = "\n".join(items)
    return f"<ul>\n{lines}\n</ul>" if lines else ""
