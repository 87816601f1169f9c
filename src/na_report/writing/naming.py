"""What rows are called for a reader: by name, or by a word and their number, and not by their id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from na_report.base.errors import MissingRowError
from na_report.base.wording import Words, languages
from na_report.editions.edition import Edition
from na_report.editions.tables import TABLES
from na_report.writing.markdown import anchor, escape, link

# Rows that have no name: a reader knows them by their number.
NUMBERED = ("findings", "caveats", "recommendations", "notes", "contradictions", "starting_points")
# An id in running text, with the word that may stand before it.
_CODE = re.compile(r"(?<![\w{-])(?:[A-Z]{1,3}\d{1,3}(?:\.\d+[a-z]?)?|FR-[A-Z]\d+)(?![\w-])")


def table_of(edition: Edition, key: str) -> str:
    """Returns the table of a row; nothing for what is no id.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> [table_of(open_edition("2021"), key) for key in ("FM12", "A08.3", "KA1")]
        ['findings', 'agenda_items', '']
    """
    for table in TABLES:
        try:
            edition.row(table.name, key)
        except MissingRowError:
            continue
        return table.name
    return ""


def name_of(edition: Edition, row: dict[str, Any], language: str = "nl") -> str:
    """Returns what a row is called, whatever its table calls that; an observation goes by its indicator."""
    if "indicator_id" in row:
        row = edition.row("indicators", row["indicator_id"])
    columns = (f"{name}_{language}" for name in ("name", "label", "title", "text"))
    return next((str(row[column]) for column in columns if column in row), str(row.get("name", row["id"])))


def number_of(key: str) -> str:
    """Returns the number in an id.

    Example:
        >>> number_of("FM07"), number_of("AM54")
        ('7', '54')
    """
    found = re.search(r"\d+", key)
    return str(int(found[0])) if found else key


def numbered(key: str) -> str:
    """Returns the number of a row as text that others can link to.

    Example:
        >>> numbered("AM07")
        '[7]{#am07 .nr}'
    """
    return f"[{number_of(key)}]{{#{anchor(key)} .nr}}"


def named(edition: Edition, text: str, language: str = "nl") -> str:
    """Returns text of the edition as MyST in which each id of a row is a link with its name, or with its number behind its word.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> named(open_edition("2021"), "Zie aanbeveling R5 en IND001 ook.")
        'Zie aanbeveling [5](#r5) en [‘Volwassenen zonder elementaire digitale vaardigheden’](#ind001) ook.'
    """
    shown, end = [], 0
    for found in _CODE.finditer(text):
        table = table_of(edition, found[0])
        if not table:
            continue
        shown += [_edge(text[end : found.start()]), link(found[0], escape(_says(edition, table, found[0], language)))]
        end = found.end()
    return "".join([*shown, _edge(text[end:])])


def _says(edition: Edition, table: str, key: str, language: str) -> str:
    return number_of(key) if table in NUMBERED else f"‘{name_of(edition, edition.row(table, key), language)}’"


def _edge(text: str) -> str:
    """Returns escaped text that keeps the spaces at its ends, for a piece of a sentence."""
    if not text.strip():
        return " " if text else ""
    return (" " if text[0].isspace() else "") + escape(text) + (" " if text[-1].isspace() else "")


def listed(parts: Iterable[str], language: str = "nl") -> str:
    """Returns parts as a sentence lists them.

    Example:
        >>> listed(["C03"]), listed(["C03", "C07"]), listed(["a", "b", "c"], "en")
        ('C03', 'C03 en C07', 'a, b and c')
    """
    *first, last = parts or [""]
    return Words(language)("language.and", first=", ".join(first), last=last) if first else last


def in_sentence(text: str) -> str:
    """Returns a label with a small letter, unless it starts with a name or an abbreviation.

    Example:
        >>> in_sentence("Alle sectoren"), in_sentence("Nederland als geheel"), in_sentence("The Netherlands as a whole")
        ('alle sectoren', 'Nederland als geheel', 'the Netherlands as a whole')
        >>> in_sentence("ICT-specialisten"), in_sentence("Ve")
        ('ICT-specialisten', 've')
    """
    return text if text.startswith(_names()) or text[1:2].isupper() else text[:1].lower() + text[1:]


def _names() -> tuple[str, ...]:
    """Returns with which words a name starts that keeps its capital inside a sentence, of all languages."""
    return tuple(name for language in languages() for name in Words(language)("language.names").split())


def rows_in_words(edition: Edition, keys: Iterable[str], language: str = "nl") -> str:
    """Returns rows as a reader can name them, each a link, those of a kind together; nothing for none.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> rows_in_words(open_edition("2021"), ["FM12", "FM13", "R5"])
        'bevindingen [12](#fm12) en [13](#fm13) (mbo); aanbeveling [5](#r5)'
        >>> rows_in_words(open_edition("2021"), [])
        ''
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for key in keys:
        table = table_of(edition, key)
        about = ""
        if table == "findings":
            about = in_sentence(edition.row("sectors", edition.row(table, key)["sector"])[f"short_{language}"])
        groups.setdefault((table, about), []).append(link(key, escape(_says(edition, table, key, language))))
    words, told = Words(language), []
    for (table, about), links in groups.items():
        links = list(dict.fromkeys(links))
        kind = words(f"rows.{table}", len(links)) if table in NUMBERED else ""
        told.append(" ".join(filter(None, [kind, listed(links, language), f"({escape(about)})" if about else ""])))
    return "; ".join(told)
