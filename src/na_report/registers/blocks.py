"""The blocks that a chapter is made of: agendas, findings, conclusions and recommendations with their basis."""

from collections.abc import Iterable, Mapping

from na_report.editions.edition import Edition
from na_report.registers import analysis
from na_report.registers.templates import Templates
from na_report.writing.markdown import Block
from na_report.writing.prose import told
from na_report.writing.text import ids
from na_report.writing.voice import Row, Voice


def agendas(edition: Edition, keys: Iterable[str], language: str = "nl") -> Block:
    """Shows what each agenda is; folded and on a screen alone of whom it is, how it stands, and its goals with their category."""
    return _shown(edition, "agenda", (edition.row("agendas", key) for key in keys), language)


def findings_below(edition: Edition, sector: str, themes: Iterable[str], language: str = "nl") -> Block | None:
    """Shows, folded and on a screen alone, the findings that a section of a story rests on; nothing where there are none."""
    found = analysis.findings(edition, sector, themes).to_dict("records")
    return _together(edition, "findings", found, language) if found else None


def conclusions(edition: Edition, section: str, language: str = "nl") -> Block:
    """Shows all conclusions of a section of the report, each with what it rests on folded under it."""
    found = (row for row in edition.records("conclusions") if row["section"] == section)
    return _shown(edition, "conclusion", found, language)


def recommendation(edition: Edition, key: str, language: str = "nl") -> Block:
    """Shows a recommendation: for whom, with whom, how, what to watch, why, how it is now, and folded what it rests on."""
    row = edition.row("recommendations", key)
    everyone = row["sectors"] == "all" or set(ids(row["sectors"])) == set(analysis.sectors(edition))
    return _shown(edition, "recommendation", [{**row, "everyone": everyone}], language)


def key_figures(edition: Edition, figures: Mapping[str, str], language: str = "nl") -> Block:
    """Shows observations as cards: the value large, with what it measures, for whom, when and according to whom.

    Per id of an observation or indicator comes what it means, in which `{IND007}` becomes a value as in `%%text`.
    """
    names = {"evidence": edition, "language": language}
    found = [{**edition.observation(key), "means": told(means, names)} for key, means in figures.items()]
    return _together(edition, "key_figures", found, language)


def framework(edition: Edition, kinds: Iterable[str], language: str = "nl") -> Block:
    """Shows elements of the framework as a list."""
    wanted = set(kinds)
    return _together(
        edition, "framework", [row for row in edition.records("categories") if row["kind"] in wanted], language
    )


def sources(edition: Edition, language: str = "nl") -> Block:
    """Shows all sources by author, each with its address, its footnotes and what rests on it."""
    found = edition["sources"].sort_values(["author", "year", "id"], key=lambda column: column.str.lower())
    return _together(edition, "sources", found.to_dict("records"), language)


def _shown(edition: Edition, name: str, rows: Iterable[Row], language: str) -> Block:
    """Shows rows one after the other as a block of `chapters/blocks.md` tells."""
    templates = Templates(Voice(edition, language))
    return Block("\n\n".join(templates.block(name, templates.view(row)) for row in rows))


def _together(edition: Edition, name: str, rows: Iterable[Row], language: str) -> Block:
    """Shows rows together, which the block has as `found`."""
    templates = Templates(Voice(edition, language))
    return Block(templates.block(name, {"found": [templates.view(row) for row in rows]}))
