"""Templates of the chapters: MyST in which Jinja2 fills in what the data says, escaped unless it is MyST itself.

The files that the colophon tells of are read here. `chapters/pages.yml` names them but for the lock, so that a page runs again.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from markupsafe import Markup

from na_report.base.citation import Work, apa, bibtex
from na_report.base.digits import in_order
from na_report.base.errors import NaReportError
from na_report.base.paths import LOCK, PROGRAM, WORDS, find_project
from na_report.base.settings import read_settings
from na_report.editions.edition import Edition, seal_of
from na_report.reasoning import chain
from na_report.reasoning.checking import failing, results_of, robustness
from na_report.registers import analysis
from na_report.writing import grammar, markdown
from na_report.writing.filling import Text, as_myst, environment, faults_told, giving
from na_report.writing.page import told
from na_report.writing.voice import Row, Voice

BLOCKS = "blocks"
# What a template can ask of the edition by the name that it has here.
_OF_EDITION = (results_of, failing, analysis.caveats_of, analysis.status_counts, analysis.edition_before, seal_of)


class Templates:
    """What fills in templates with rows of an edition, in one language.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> templates = Templates(Voice(open_edition("2021")))
        >>> row = templates.view({"id": "R5", "name_nl": "a|b", "note_nl": "Zie {IND007}."})
        >>> templates.cell("**{{ name }}**: {{ note | filled }}", "here")(row)
        '**a&#124;b**: Zie [[19,5%](#ind007-nl-2019)]{.waarde}.'
    """

    def __init__(self, voice: Voice, **asked: Any) -> None:
        self.voice, self._ranked = voice, cache(partial(_ranked, voice))
        self._cells: dict[str, str] = {}
        self._short = analysis.categories(voice.edition, voice.language)
        self.rules = environment(self._load)
        self.rules.filters |= self._filters()
        self.rules.tests["later"] = analysis.came_later
        self.rules.globals |= self._functions() | {"asked": asked}

    def _filters(self) -> dict[str, Callable[..., Any]]:
        """Returns what stands behind a bar: what gives MyST, what gives text, and what gives neither or what it got."""
        voice, edition, language = self.voice, self.voice.edition, self.voice.language
        myst: dict[str, Callable[..., str]] = {
            **{
                name: getattr(voice, name)
                for name in ("filled", "rows", "sectors", "source", "cited", "titled", "observed")
            },
            "block": self.line,
            "anchor": markdown.anchor,
            "place": markdown.place,
            "link": lambda key, text="": markdown.link(key, as_myst(text)),
            "told": lambda text: told(text, {"evidence": edition, "language": language}).markdown,
            "spoken": partial(grammar.spoken, language=language),
            "filtered": self._filtered,
            "choice": markdown.choice,
            "choices": self._choices,
            "sortable": lambda cell, number: markdown.sortable(as_myst(cell), float(number or "nan")),
            "day": lambda day: grammar.written_day(day, language) if day else "",
            "value": lambda key: voice.value(key).link,
            "named": lambda key, table: markdown.link(key, markdown.escape(voice.name(edition.row(table, key)))),
            "together": lambda parts: grammar.listed(map(as_myst, parts), language),
            "in_digits": partial(grammar.number, language=language),
        }
        texts: dict[str, Callable[..., str]] = {
            "label": lambda code, codes: voice.label(codes, code),
            "figure": lambda key: voice.value(key).text,
            "listed": lambda cell, between=", ": between.join(grammar.ids(cell)),
            "number": grammar.number_of,
            "period": voice.period,
            "in_sentence": grammar.in_sentence,
            "in_words": partial(grammar.in_words, language=language),
            "categories": lambda cell: ", ".join(map(self._short.__getitem__, grammar.ids(cell))),
        }
        return {
            **{name: giving(Markup, function) for name, function in myst.items()},
            **{name: giving(Text, function) for name, function in texts.items()},
            "capital": lambda text: type(text)(grammar.sentence_case(text)),
            "ended": lambda text: type(text)(grammar.ended(text)),
            "ids": grammar.ids,
            "outcome": partial(analysis.outcome, edition),
            "rank": lambda cell, table: f"{self._ranked(table)[grammar.ids(cell)[0]][0]:04}",
            "users": self._users,
        }

    def _functions(self) -> dict[str, Any]:
        """Returns what stands without a bar: words, rows, and what is known of the edition."""
        voice, edition, view = self.voice, self.voice.edition, self.view
        return {
            **{function.__name__: partial(function, edition) for function in _OF_EDITION},
            "language": voice.language,
            "edition": edition.name,
            "categories": {code: Text(name) for code, name in self._short.items()},
            "known": analysis.statuses_known(edition),
            "words": giving(Markup, self._words),
            "row_of": lambda table, key: view(edition.row(table, key)),
            "newest_of": lambda key: view(edition.observation(key)),
            "status_of": lambda key: view(analysis.status_of(edition, key)),
            "rows_of": lambda table, **named: list(map(view, edition.rows(table, **named).to_dict("records"))),
            "below": partial(self._chained, chain.below),
            "reached": partial(self._chained, chain.reached),
            "added": partial(self._chained, analysis.added),
            "flips": lambda: robustness(edition)[0],
            "reference": partial(_reference, edition, voice.language),
            "of_book": partial(_of_book, voice.language),
            "program": _program,
            "locked": _locked,
        }

    def view(self, row: Row) -> dict[str, Any]:
        """Returns a row as a template has it: each column by its name without a language, and all of it as `row`."""
        cut = f"_{self.voice.language}"
        cells = {name.removesuffix(cut): Text(cell) if isinstance(cell, str) else cell for name, cell in row.items()}
        return {**cells, "row": row}

    def cell(self, template: str, place: str) -> Callable[[Mapping[str, Any]], str]:
        """Returns what fills in a template that stands at a place in a file, on one line."""
        self._cells[place] = template
        return lambda names: " ".join(self.block(place, names).split())

    def block(self, name: str, names: Mapping[str, Any]) -> str:
        """Returns a block of `chapters/blocks.md` with the data filled in."""
        with faults_told(name, names):
            return re.sub(r"\n{3,}", "\n\n", self.rules.get_template(name).render(names)).strip()

    def line(self, it: Any, name: str, **more: object) -> str:
        """Returns a block on one line: about a row, the row of an id, or what else it has as `it`."""
        names = self.view(it) if isinstance(it, dict) else {"id": Text(it)} if isinstance(it, str) else {"it": it}
        return " ".join(self.block(name, names | more).split())

    def _load(self, name: str) -> tuple[str, str, None]:
        if name in self._cells:
            return self._cells[name], name, None
        return self.voice.edition.story("", BLOCKS, name), f"chapters/{BLOCKS}.md, {name}", None

    def _words(self, key: str, plural: float | None = None, /, **parts: object) -> str:
        shown = {name: as_myst(part) for name, part in parts.items()}
        return self.voice.words(key, plural, **{"edition": self.voice.edition.name, **shown})

    def _chained(self, how: Callable[..., list[str]], *asked: str) -> list[dict[str, Any]]:
        """Returns the rows of which something tells the ids; the table is the last that it is asked for."""
        return [self.view(self.voice.edition.row(asked[-1], key)) for key in how(self.voice.edition, *asked)]

    def _users(self, key: str | list[str], *tables: str) -> list[str]:
        """Returns the ids of the rows that rest on one or on any of several, or what one says of them; or those of tables."""
        edition, keys = self.voice.edition, grammar.ids(key)
        if tables:
            return [user for table in tables for one in keys for user in chain.above(edition, one, table)]
        told = analysis.traced_to(edition, key) if isinstance(key, str) else []
        return in_order({user for one in keys for user in chain.users(edition, one)}.union(told).difference(keys))

    def _filtered(self, text: str, choices: Mapping[str, str]) -> str:
        """Returns a link, for a screen alone, to what is to look up, of which only rows show that have the values, per head."""
        classes = [".alleen-scherm"]
        for head, value in choices.items():
            bare = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
            classes.append(f".keuze-{markdown.anchor(self.voice.words(head))}-{markdown.anchor(bare)}")
        return f"[[{as_myst(text)}](bewijs.ipynb)]{{{' '.join(classes)}}}"

    def _choices(self, cell: str, table: str, more: str = "") -> str:
        """Returns what a column of sectors or categories is filtered by: short names with ranks; of all sectors the whole."""
        found = map(self._ranked(table).__getitem__, [*grammar.ids(cell), *grammar.ids(more)])
        names = ((self.voice.said(row, "label" if row["id"] == "all" else "short"), rank) for rank, row in found)
        return ", ".join(markdown.choice(name, rank) for name, rank in names)


def _ranked(voice: Voice, table: str) -> dict[str, tuple[int, Row]]:
    return {row.get("code", row["id"]): (rank, row) for rank, row in enumerate(voice.edition.records(table))}


def _reference(edition: Edition, language: str) -> tuple[str, str]:
    """Returns how to refer to the report, as MyST and for BibTeX; the book on the web makes of it what can be copied."""
    seal, title = seal_of(edition), str(_of_book(language)["title"])
    work = Work(seal.author, title, seal.created[:4] or edition.name[:4], edition.name, seal.version, language)
    shown = markdown.escape(apa(work)).replace(markdown.escape(title), f"*{markdown.escape(title)}*")
    return shown, bibtex(work)


def _program() -> dict[str, Any]:
    """Returns what the program says of itself, with the first and the last `python` that it works with."""
    project = tomllib.loads(_read(PROGRAM))["project"]
    return {**project, "python": re.findall(r"[0-9.]+", project["requires-python"])}


def _of_book(language: str) -> dict[str, Any]:
    """Returns the words of the book in a language; its `contact` is where a reader reports a problem."""
    return dict(read_settings(find_project().chapters / WORDS)[language])


@cache
def _locked() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", _read(LOCK), re.MULTILINE))


def _read(name: str) -> str:
    try:
        return (find_project().root / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NaReportError(
            f"The colophon tells what the book was made with, and {name} is not there.",
            hint=f"Put back {name} (git restore {name}), or take the page out of _toc.yml.",
        ) from None
