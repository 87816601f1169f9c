"""Templates of the chapters: MyST in which Jinja2 fills in what the data says, escaped unless it is MyST itself."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError
from markupsafe import Markup
from markupsafe import escape as as_myst

from na_report.base.errors import NaReportError
from na_report.registers import analysis, statuses
from na_report.writing import markdown
from na_report.writing.text import ids, number_of, sentence_case
from na_report.writing.voice import Row, Voice

_HINT = "Use a column of the table (without its language), or what docs/change.md lists."


class Text(str):
    """Text of the data: it is escaped wherever a template shows it."""

    __slots__ = ()

    def __html__(self) -> str:
        return markdown.escape(self)


class Templates:
    """What fills in templates with rows of an edition, in one language.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> templates = Templates(Voice(open_edition("2021")))
        >>> row = templates.view({"id": "R5", "name_nl": "a|b", "note_nl": "Zie {IND007}."})
        >>> templates.read("**{{ name }}**: {{ note | filled }}", "here")(row)
        '**a&#124;b**: Zie [[19,5%](#ind007-nl-2019)]{.waarde}.'
    """

    def __init__(self, voice: Voice) -> None:
        self.voice, self._ranked = voice, cache(partial(_ranked, voice))
        self.rules = Environment(
            autoescape=True,
            undefined=StrictUndefined,
            finalize=lambda found: found if hasattr(found, "__html__") else Text(found),
            comment_start_string="{*",  # {#a01} is a place in MyST
            comment_end_string="*}",
        )
        myst: dict[str, Callable[..., str]] = {
            "filled": voice.text,
            "place": markdown.place,
            "link": lambda key, text="": markdown.link(key, as_myst(text)),
            "rows": lambda cell: voice.rows(ids(cell)),
            "sectors": voice.sectors,
            "source": voice.source,
            "cited": lambda cell: voice.cited(ids(cell)),
            "observed": lambda row: voice.observed([row]),
            "period": voice.period,
            "choice": markdown.choice,
            "choices": self._choices,
            "sortable": lambda cell, number: markdown.sortable(cell, float(number or "nan")),
            "now": lambda key: statuses.now(voice, key),
            "in_report": lambda row: statuses.in_report(voice, row),
        }
        texts: dict[str, Callable[..., str]] = {
            "label": lambda code, codes: voice.label(codes, code),
            "figure": lambda key: voice.value(key).text,
            "listed": lambda cell, between=", ": between.join(ids(cell)),
            "number": number_of,
        }
        self.rules.filters |= {name: _giving(Markup, function) for name, function in myst.items()}
        self.rules.filters |= {name: _giving(Text, function) for name, function in texts.items()}
        self.rules.filters["capital"] = lambda text: type(text)(sentence_case(text))
        self.rules.filters["rank"] = lambda cell, table: f"{self._ranked(table)[ids(cell)[0]][0]:04}"
        self.rules.tests["later"] = analysis.came_later
        self.rules.globals |= {
            "words": _giving(Markup, self._words),
            "row_of": lambda table, key: self.view(voice.edition.row(table, key)),
            "status_of": lambda key: self.view(statuses.status(voice.edition, key)),
            "known": statuses.known(voice.edition),
        }

    def view(self, row: Row) -> dict[str, Any]:
        """Returns a row as a template has it: each column by its name without a language, and all of it as `row`."""
        cut = f"_{self.voice.language}"
        cells = {name.removesuffix(cut): Text(cell) if isinstance(cell, str) else cell for name, cell in row.items()}
        return {**cells, "row": row}

    def read(self, template: str, place: str) -> Callable[[Mapping[str, Any]], str]:
        """Returns what fills a row in in a template; a fault of the template is told with its place."""
        with _told(place, template, {}):
            found = self.rules.from_string(template)

        def fill(row: Mapping[str, Any]) -> str:
            with _told(place, template, row):
                return found.render(row)

        return fill

    def _words(self, key: str, count: float | None = None, **parts: object) -> str:
        return self.voice.words(key, count, **{name: as_myst(part) for name, part in parts.items()})

    def _choices(self, cell: str, table: str, more: str = "") -> str:
        """Returns what a column of sectors or categories is filtered by: short names with ranks; of all sectors the whole."""
        found = map(self._ranked(table).__getitem__, [*ids(cell), *ids(more)])
        names = ((self.voice.said(row, "label" if row["id"] == "all" else "short"), rank) for rank, row in found)
        return ", ".join(markdown.choice(name, rank) for name, rank in names)


def _ranked(voice: Voice, table: str) -> dict[str, tuple[int, Row]]:
    """Returns by id, or code, the place of each row in its table, and the row."""
    return {row.get("code", row["id"]): (rank, row) for rank, row in enumerate(voice.edition.records(table))}


def _giving(kind: type[str], function: Callable[..., str]) -> Callable[..., str]:
    return lambda *args, **names: kind(function(*args, **names))


@contextmanager
def _told(place: str, template: str, names: Mapping[str, Any]) -> Iterator[None]:
    """Tells what is wrong in a template as a fault of the file that it is in."""
    try:
        yield
    except (TemplateError, TypeError, ValueError, LookupError, AttributeError) as problem:
        known = f"columns: {', '.join(name for name in names if name != 'row')}" if names else "a template"
        raise NaReportError(f"{place}: found {template!r} ({problem}), expected {known}.", hint=_HINT) from problem
