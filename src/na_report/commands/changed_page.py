"""A page of the preview: what is otherwise in a draft, per series of an office, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from na_report.base.paths import Project
from na_report.base.wording import Words
from na_report.commands.following import Follows, follows
from na_report.editions.cells import NUMBER
from na_report.editions.edition import Edition, open_edition
from na_report.editions.folders import is_draft, previous_edition, sealed_editions
from na_report.reasoning.claims import check
from na_report.statistics.differences import Difference
from na_report.statistics.refreshing import Outcome, told_again
from na_report.writing.values import number, written_day


def changed_page(
    edition: str, language: str, project: Project, notebooks: Path | None = None
) -> tuple[str, str, str] | None:
    """Returns what is otherwise in a draft, as a page; nothing for an edition that is sealed, or the first.

    Args:
        edition: The name of the draft.
        language: The language of the page.
        project: The project.
        notebooks: The pages of the draft that were run, to tell which ones show what differs.

    Returns:
        Its title, its contents as HTML, and the words of a link to it.
    """
    if not is_draft(project.data / edition):
        return None
    told = told_again(edition, project)
    old = told.old if told else previous_edition(edition, sealed_editions(project))
    if not old:
        return None
    page = _Page(open_edition(edition, project), language, project)
    parts = [page.lead(old)]
    for outcome in told.outcomes if told else ():
        parts += page.series(outcome)
    parts += page.follows(follows(old, edition, project, language, notebooks))
    return page.words("changes.title"), "\n".join(parts), page.words("changes.link")


class _Page:
    def __init__(self, edition: Edition, language: str, project: Project) -> None:
        self.edition, self.language = edition, language
        self.words = Words(language, project)

    def lead(self, old: str) -> str:
        return f"<p>{escape(self.words('changes.lead', edition=self.edition.name, before=old))}</p>"

    def series(self, outcome: Outcome) -> Iterator[str]:
        """Yields what became of a series."""
        yield f"<h2>{escape(self._indicator(outcome.indicator))}</h2>"
        if not outcome.had:
            said = f'<span lang="en">{escape(outcome.why)}</span>'
            yield f"<p>{self.words('changes.missed', dataset=escape(outcome.dataset), why=said)}</p>"
            return
        day = outcome.updated or outcome.asked
        about = "changes.series" if day else "changes.series_undated"
        said = self.words(about, dataset=outcome.dataset, day=written_day(day, self.language))
        yield f"<p>{escape(said)}</p>"
        if not (outcome.changes or outcome.kept or outcome.methods or outcome.definitions):
            yield f"<p>{escape(self.words('changes.nothing'))}</p>"
        if outcome.changes:
            heads = ("place", "period", "what", "before", "now")
            yield self._table(heads, [self._cells(change) for change in outcome.changes])
        lines = [self.words("changes.definition", text=text) for text in outcome.definitions]
        for method in outcome.methods:
            lines.append(self.words("changes.method", id=method.id, old=method.old or "–", new=method.new))
        for kept in outcome.kept:
            value, office = self._value(kept.value), self._value(kept.office)
            lines.append(self.words("changes.kept", id=kept.id, value=value, office=office))
        yield self._list(map(escape, lines))

    def follows(self, found: Follows) -> Iterator[str]:
        """Yields what follows from what differs."""
        changes = found.changes
        yield f"<h2>{escape(self.words('changes.follows'))}</h2>"
        if not changes.tables:
            yield f"<p>{escape(self.words('changes.same'))}</p>"
            return
        if changes.values:
            rows = [
                (self._indicator(value.indicator), *(self._number(each) for each in (value.old, value.new)))
                for value in changes.values
            ]
            yield self._headed("values", self._table(("indicator", "before", "now"), rows))
        claims = {result.claim.id: result.claim for result in check(self.edition)}
        yield self._headed(
            "claims",
            self._list(
                f"{escape(claims[each.claim].says[self.language])} "
                f"{escape(self.words(f'states.{each.old}'))} → {escape(self.words(f'states.{each.new}'))}"
                for each in changes.claims
            ),
        )
        yield self._headed(
            "recommendations",
            self._list(
                f"{key}: {escape(self.edition.row('recommendations', key)[f'title_{self.language}'])}"
                for key in changes.recommendations
            ),
        )
        yield self._headed("pages", self._list(map(_page_link, found.pages or ())))
        if found.sentences is not None:  # none and not known are two things
            rows = [(sentence.page, sentence.old, sentence.new) for sentence in found.sentences]
            yield self._headed("sentences", self._table(("page", "before", "now"), rows) if rows else "")

    def _headed(self, key: str, content: str) -> str:
        shown = content or f"<p>{escape(self.words('changes.none'))}</p>"
        return f"<h3>{escape(self.words(f'changes.{key}'))}</h3>\n{shown}"

    def _cells(self, change: Difference) -> tuple[str, ...]:
        kinds = []
        for kind in change.kinds:
            name, _, flag = kind.partition(": ")
            key = name.replace(",", "").replace(" ", "_")
            kinds.append(self.words(f"changes.kind_{key}", flag=self._flags(flag)))
        values = (self._value(text) for text in (change.old, change.new))
        return (self.edition.label("geo", change.place, self.language), change.period, ", ".join(kinds), *values)

    def _value(self, text: str) -> str:
        """Returns a value with its flags as a reader of the language writes it; words stay words."""
        value, _, flags = text.partition(" ")
        if not NUMBER.fullmatch(value):
            return "–" if value == ":" else text
        return number(float(value), self.language) + (f" ({self._flags(flags)})" if flags else "")

    def _flags(self, flags: str) -> str:
        return ", ".join(self.words(f"flags.{flag}") for flag in flags)

    def _number(self, value: float | None) -> str:
        return number(value, self.language) if value is not None else self.words("changes.in_words")

    def _indicator(self, key: str) -> str:
        return str(self.edition.row("indicators", key)[f"label_{self.language}"])

    def _list(self, items: Iterable[str]) -> str:
        lines = "\n".join(f"<li>{item}</li>" for item in items)
        return f"<ul>\n{lines}\n</ul>" if lines else ""

    def _table(self, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
        head = _row("th", (self.words(f"changes.{head}") for head in heads))
        body = "\n".join(_row("td", row) for row in rows)
        return f'<div class="tabel"><table class="table"><thead>{head}</thead><tbody>\n{body}\n</tbody></table></div>'


def _row(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"


def _page_link(page: str) -> str:
    return f'<a href="{escape(page)}.html">{escape(page)}</a>'
