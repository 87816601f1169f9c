"""Texts of the edition as MyST: placeholders filled, sources cited."""

from __future__ import annotations

from collections.abc import Iterable

from na_report.base.wording import Words
from na_report.editions.cells import PLACEHOLDER
from na_report.editions.edition import Edition
from na_report.writing.languages import spoken
from na_report.writing.markdown import escape, link, plain
from na_report.writing.naming import listed, named
from na_report.writing.values import value


def ids(cell: str) -> list[str]:
    """Returns the values of a list cell.

    Example:
        >>> ids("C03;C13"), ids("")
        (['C03', 'C13'], [])
    """
    return [item for item in cell.split(";") if item]


def filled(edition: Edition, text: str, language: str = "nl") -> str:
    """Returns a text of the edition as MyST: each `{IND001}` is the value with a link to its row, and an id is what it is called.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> filled(open_edition("2021"), "Het gaat om {IND007} van hen.")
        'Het gaat om [[19,5%](#ind007-nl-2019)]{.waarde} van hen.'
    """
    pieces = PLACEHOLDER.split(text)
    shown = [
        named(edition, piece, language) if index % 2 == 0 else value(edition, piece, language).link
        for index, piece in enumerate(pieces)
    ]
    return "".join(shown)


def source_anchor(key: str) -> str:
    """Returns the id under which a source stands in the list of sources."""
    return f"bron-{key}"


def short_source(edition: Edition, key: str, language: str = "nl") -> str:
    """Returns author and year of a source, linked to its entry in the list of sources.

    Talks and sessions have no author to name, so they go by their title.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> short_source(open_edition("2021"), "ceps2019irdll")
        '[Centre for European Policy Studies (CEPS), 2019](#bron-ceps2019irdll)'
    """
    row = edition.row("sources", key)
    if row["source_type"] in ("interview", "workshop"):
        return link(source_anchor(key), escape(row[f"title_{language}"].strip("[]")))
    text = f"{authors(row['author'], language)}, {row['year'] or Words(language)('sources.no_date')}"
    return link(source_anchor(key), escape(text))


def titled_source(edition: Edition, key: str, language: str = "nl") -> str:
    """Returns author and title of a source, the title linked to its entry; for lists where author and year would repeat."""
    row = edition.row("sources", key)
    title = row[f"title_{language}"].strip("[]")
    shown = spoken(link(source_anchor(key), escape(title)), title, language)
    return f"{escape(authors(row['author'], language))}, {shown}"


def authors(cell: str, language: str = "nl") -> str:
    """Returns the authors of a source as a reader writes them.

    Example:
        >>> authors("PO-raad;VO-raad"), authors("PO-raad;VO-raad;OCW")
        ('PO-raad en VO-raad', 'PO-raad e.a.')
    """
    names = ids(cell)
    return listed(names, language) if len(names) < 3 else f"{names[0]} {Words(language)('sources.others')}"


def cited(edition: Edition, keys: Iterable[str], language: str = "nl") -> str:
    """Returns the short form of sources with semicolons between them."""
    return "; ".join(short_source(edition, key, language) for key in keys)


def ended(text: str) -> str:
    """Returns MyST that ends with a full stop, and not with two.

    Example:
        >>> ended("[Kennisnet, z.d.](#bron-x)"), ended("Kennisnet, 2019")
        ('[Kennisnet, z.d.](#bron-x)', 'Kennisnet, 2019.')
    """
    return text if plain(text).endswith(".") else f"{text}."


def sentence_case(text: str) -> str:
    """Returns text with a capital at the start.

    Example:
        >>> sentence_case("stand van zaken"), sentence_case("één cijfer")
        ('Stand van zaken', 'Eén cijfer')
    """
    # Dutch has no accent on the capital of één.
    return f"E{text[1:]}" if text.startswith("éé") else text[:1].upper() + text[1:]
