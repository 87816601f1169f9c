"""An edition as it speaks to readers of one language: its texts with their numbers, its rows by name, its sources."""

import html
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import pandas as pd

from na_report.base.digits import for_sheet
from na_report.base.errors import MissingRowError
from na_report.base.wording import Words
from na_report.editions.edition import Edition
from na_report.editions.schema import TABLES
from na_report.writing.grammar import ids, in_sentence, listed, number_of, sentence_case, spoken, written
from na_report.writing.markdown import Block, anchor, escape, link, plain, table_rows

Row = Mapping[str, Any]
Cells = Mapping[str, str]
# Rows that have no name: a reader knows them by their number.
NUMBERED = ("findings", "caveats", "recommendations", "notes", "contradictions", "starting_points")
_PAST = "periods.past_target"
# In text that is escaped the place of a value, and an id.
_CODE = re.compile(
    rf"{escape('{')}(.*?){escape('}')}"
    r"|(?<![\w-])(?:[A-Z]{1,3}\d{1,3}(?:\.\d+[a-z]?)?|FR-[A-Z]\d+)(?![\w-])"
)


class Value(NamedTuple):
    """What a reader sees of a number: the text, with qualifier and unit, and the same as MyST that leads to its row."""

    text: str
    link: str


class Voice:
    """An edition in one language.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> voice = Voice(open_edition("2021"))
        >>> voice.filled("Zie aanbeveling R5: {IND007} van hen.")
        'Zie aanbeveling [5](#r5)&#58; [[19,5%](#ind007-nl-2019)]{.waarde} van hen.'
        >>> voice.rows(["FM12", "FM13", "R5"])
        'bevindingen [12](#fm12) en [13](#fm13) (mbo); aanbeveling [5](#r5)'
    """

    def __init__(self, edition: Edition, language: str = "nl") -> None:
        self.edition, self.language, self.words = edition, language, Words(language)

    def said(self, row: Row, column: str) -> str:
        """Returns a cell in the language, as it is."""
        return str(row[f"{column}_{self.language}"])

    def shown(self, row: Row, column: str) -> str:
        """Returns a cell in the language as MyST."""
        return escape(self.said(row, column))

    def filled(self, text: str) -> str:
        """Returns a text of the edition as MyST: `{IND001}` is its value, an id what the row is called, linked."""
        return _CODE.sub(self._code, escape(text))

    def _code(self, found: re.Match[str]) -> str:
        if found[1]:
            return self.value(html.unescape(found[1])).link
        table = self.table_of(found[0])
        return self._linked(table, found[0]) if table else found[0]

    def table_of(self, key: str) -> str:
        """Returns the table of a row; nothing for what is no id."""
        for each in TABLES:
            with suppress(MissingRowError):
                self.edition.row(each.name, key)
                return each.name
        return ""

    def name(self, row: Row) -> str:
        """Returns what a row is called, whatever its table calls that; an observation goes by its indicator."""
        if "indicator_id" in row:
            row = self.edition.row("indicators", row["indicator_id"])
        columns = (f"{name}_{self.language}" for name in ("name", "label", "title", "text"))
        return next((str(row[column]) for column in columns if column in row), str(row.get("name", row["id"])))

    def label(self, codes: str, code: str) -> str:
        """Returns what a reader sees for a code of a code list."""
        return self.edition.label(codes, code, self.language)

    def value(self, key: str) -> Value:
        """Returns an observation, of an indicator the latest, as a reader sees it."""
        row = self.edition.observation(key)
        text = self.said(row, "text")
        if not text:
            text = written(row["value"], self.edition.row("indicators", row["indicator_id"])["unit"], self.language)
            if row["qualifier"]:
                text = f"{self.label('qualifier', row['qualifier'])} {text}"
        past = f" ({escape(self.period(row))})" if self._target(row) == _PAST else ""
        return Value(text, f"[{link(row['id'], escape(text))}]{{.waarde}}{past}")

    def period(self, row: Row, *, told: bool = False) -> str:
        """Returns the period of an observation as plain text: of a target whether it has passed, and what we inferred.

        In a sentence, when it is `told`, that we inferred it is left to the row.
        """
        shown = str(row["period"]).replace("/", "–")
        if not shown:
            return self.words("no_period")
        if target := self._target(row):
            return self.words(target, year=shown)
        return self.words("periods.inferred", year=shown) if row["period_basis"] == "inferred" and not told else shown

    def _target(self, row: Row) -> str:
        """Returns how an observation is told that is a target, which the name of its series says; nothing for another."""
        if "target" not in str(row["series"]).split("_"):
            return ""
        return (
            _PAST if row["period"].isdigit() and int(row["period"]) < int(self.edition.name[:4]) else "periods.target"
        )

    def rows(self, keys: str | Iterable[str]) -> str:
        """Returns rows as a reader can name them, each a link, those of a kind together; nothing for none."""
        groups: dict[tuple[str, str], dict[str, None]] = {}
        sources: dict[str, None] = {}
        for key in ids(keys):
            if (table := self.table_of(key)) == "sources":
                sources[self.source(key)] = None
                continue
            about = self.sectors(self.edition.row(table, key)["sector"]) if table == "findings" else ""
            groups.setdefault((table, in_sentence(about)), {})[self._linked(table, key)] = None
        told = []
        for (table, about), links in groups.items():
            kind = self.words(f"rows.{table}", len(links)) if table in NUMBERED else ""
            parts = (kind, listed(links, self.language), f"({about})" if about else "")
            told.append(" ".join(filter(None, parts)))
        return "; ".join([*told, *sources])

    def _linked(self, table: str, key: str) -> str:
        said = number_of(key) if table in NUMBERED else f"‘{self.name(self.edition.row(table, key))}’"
        return link(key, escape(said))

    def sectors(self, cell: str) -> str:
        """Returns the sectors of a list cell as MyST."""
        names = [self.said(self.edition.row("sectors", key), "short") for key in ids(cell)]
        return escape(sentence_case(", ".join([*names[:1], *map(in_sentence, names[1:])])))

    def source(self, key: str) -> str:
        """Returns author and year of a source, linked to its entry; talks and sessions name no author and go by their title."""
        row = self.edition.row("sources", key)
        if row["source_type"] in ("interview", "workshop"):
            return link(f"bron-{key}", escape(self._title(row)))
        return link(f"bron-{key}", escape(f"{self._authors(row)}, {row['year'] or self.words('sources.no_date')}"))

    def cited(self, keys: str | Iterable[str]) -> str:
        """Returns the short form of sources with semicolons between them."""
        return "; ".join(map(self.source, ids(keys)))

    def observed(self, rows: Iterable[Row]) -> str:
        """Returns the different sources of observations, with page and footnote."""
        found: dict[str, None] = {}
        for row in rows:
            if row["source_id"]:
                detail = [self.source(row["source_id"])]
                detail += [f"{self.words(name)} {escape(row[name])}" for name in ("page", "footnote") if row[name]]
                found[", ".join(detail)] = None
        return "; ".join(found) or sentence_case(self.words("unknown"))

    def titled(self, key: str) -> str:
        """Returns author and linked title of a source; for lists where author and year would repeat."""
        row = self.edition.row("sources", key)
        title = self._title(row)
        shown = spoken(link(f"bron-{key}", escape(title)), title, self.language)
        return f"{escape(self._authors(row))}, {shown}"

    def _title(self, row: Row) -> str:
        return self.said(row, "title").strip("[]")

    def _authors(self, row: Row) -> str:
        names = ids(row["author"])
        return listed(names, self.language) if len(names) < 3 else f"{names[0]} {self.words('sources.others')}"

    def table(
        self, rows: Iterable[Cells], caption: str, name: str, filters: Collection[str] = (), right: Collection[str] = ()
    ) -> Block:
        """Returns rows, whose keys are those of words and whose cells hold MyST, as a table; of none a sentence that says so.

        Some columns stand at the right, some are to filter by: their cells hold a `choice`. The name is unique in the book.
        """
        frame, path = self.frame(rows), f"tabellen/{anchor(name)}.csv"
        if frame.empty:
            return Block(self.words("tables.empty"))
        settings = [f":name: {name}", *([":class: filterbaar"] if filters else [])]
        along = f"[{self.words('tables.take_along')}: {{download}}`CSV <{path}>`.]{{.meenemen}}"
        shown = table_rows(frame, [*map(self._head, filters)], [*map(self._head, right)])
        bare = frame.map(lambda cell: for_sheet(plain(str(cell)))).to_csv(index=False, lineterminator="\n")
        lines = [f":::{{table}} {caption}", *settings, "", *shown, ":::", "", along]
        return Block("\n".join(lines), {path: ("text/csv", bare)})

    def frame(self, rows: Iterable[Cells]) -> pd.DataFrame:
        """Returns rows, whose keys are those of words, as a frame with the words for heads.

        A column in which no row says anything is left out, and an empty cell is a dash.
        """
        frame = pd.DataFrame({self._head(key): cell for key, cell in row.items()} for row in rows)
        return frame.loc[:, (frame != "").any()].replace("", "–")

    def _head(self, key: str) -> str:
        return sentence_case(self.words(key, edition=self.edition.name))
