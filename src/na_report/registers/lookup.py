"""The evidence as tables to look things up in: every row once, with links to where the book tells more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from na_report.base.wording import Words
from na_report.editions.edition import Edition
from na_report.registers import analysis, statuses
from na_report.registers.registers import observed_sources
from na_report.writing.markdown import Block, escape, link
from na_report.writing.periods import period
from na_report.writing.tables import choice, filtered, sortable, table
from na_report.writing.text import cited, filled, ids, sentence_case, short_source
from na_report.writing.values import value

PAGE = "bewijs"
PARTS = ("findings", "initiatives", "figures")


def findings(edition: Edition, language: str = "nl") -> Block:
    """Shows all findings with sector, category, kind and source, in the order of sectors and categories."""
    words = Words(language)
    rows = _in_order(edition, edition["findings"], "sector", "category")
    frame = pd.DataFrame(
        {
            words("nr"): link(row["id"]),
            words("finding"): filled(edition, row[f"text_{language}"], language),
            words("sector"): _sectors(edition, row["sector"], language),
            words("category"): _categories(edition, row["category"], language),
            words("kind"): choice(sentence_case(edition.label("finding_kind", row["kind"], language))),
            words("source"): cited(edition, ids(row["source_ids"]), language)
            or sentence_case(edition.label("evidence_type", row["evidence_type"], language)),
        }
        for row in rows
    )
    return _table(
        frame, words("captions.find_findings"), "tab-zoek-bevindingen", ("sector", "category", "kind"), language
    )


def agenda_items(edition: Edition, language: str = "nl") -> Block:
    """Shows the items of all agendas with the agenda, its sector, category, kind and source."""
    words = Words(language)
    agendas = {row["id"]: row for row in edition["agendas"].to_dict("records")}
    items = edition["agenda_items"]
    items = items.assign(sector=items["agenda_id"].map(lambda key: agendas[key]["sector"]))
    frame = pd.DataFrame(
        {
            words("nr"): link(row["id"]),
            words(
                "goal"
            ): f"**{escape(row[f'label_{language}'])}**. {filled(edition, row[f'gist_{language}'], language)}",
            words("sector"): _sectors(edition, row["sector"], language),
            words("category"): _categories(edition, f"{row['category']};{row['category_secondary']}", language),
            words("kind"): choice(sentence_case(edition.label("item_type", row["item_type"], language))),
            words("source"): link(row["agenda_id"], escape(agendas[row["agenda_id"]][f"short_{language}"]))
            + f" ({short_source(edition, agendas[row['agenda_id']]['source_id'], language)})",
        }
        for row in _in_order(edition, items, "sector")
    )
    return _table(frame, words("captions.find_goals"), "tab-zoek-doelen", ("sector", "category", "kind"), language)


def initiatives(edition: Edition, language: str = "nl") -> Block:
    """Shows all initiatives with who leads them, sector, category, kind, state and the sections that name them."""
    words = Words(language)
    frame = pd.DataFrame(
        {
            words("nr"): link(row["id"]),
            words(
                "initiative"
            ): f"**{escape(row[f'name_{language}'])}**. {filled(edition, row[f'gist_{language}'], language)} "
            f"[{words('lead')}: {escape(row[f'owners_{language}'].replace(';', ', '))}.]{{.grondslag}}",
            words("sector"): _sectors(edition, row["sector"], language),
            words("category"): _categories(edition, row["category"], language),
            words("kind"): choice(sentence_case(edition.label("initiative_type", row["type"], language))),
            words("status"): choice(sentence_case(_state(edition, row, language))),
            words("source"): _named_in(edition, row, language),
        }
        for row in _in_order(edition, edition["initiatives"], "sector", "category")
    )
    return _table(
        frame,
        words("captions.find_initiatives"),
        "tab-zoek-initiatieven",
        ("sector", "category", "kind", "status"),
        language,
    )


def _state(edition: Edition, row: dict[str, Any], language: str) -> str:
    """Returns how an initiative stands now; in an edition that does not say so, how it stood in the report."""
    if statuses.known(edition):
        return edition.label("subject_status", statuses.code(edition, row["id"]), language)
    return edition.label("initiative_status", row["status"], language)


def _named_in(edition: Edition, row: dict[str, Any], language: str) -> str:
    if row["id"] in set(analysis.of_report(edition, "initiatives")["id"]):
        return f"{Words(language)('report')} {escape(', '.join(ids(row['sections'])))}"
    return short_source(edition, edition.row("statuses", row["id"])["source_id"], language)


def observations(edition: Edition, language: str = "nl") -> Block:
    """Shows every observation with what it measures, sector, kind, place, period, value and source."""
    words = Words(language)
    indicators = {row["id"]: row for row in edition["indicators"].to_dict("records")}
    observed = edition["observations"]
    observed = observed.assign(sector=observed["indicator_id"].map(lambda key: indicators[key]["sector"]))
    rows = _in_order(edition, observed, "sector")
    shown = [value(edition, row["id"], language) for row in rows]
    periods = [escape(period(edition, row, language)) if row["period"] else "–" for row in rows]
    frame = pd.DataFrame(
        {
            words("nr"): [link(row["id"], escape(row["indicator_id"])) for row in rows],
            words("what"): [_measured(indicators[row["indicator_id"]], row, language) for row in rows],
            words("value"): sortable([f"**{escape(item.text)}**" for item in shown], [item.number for item in shown]),
            words("period"): sortable(periods, [float(row["period"][:4] or "nan") for row in rows]),
            words("place"): [choice(edition.label("geo", row["geo"], language)) for row in rows],
            words("sector"): [_sectors(edition, row["sector"], language) for row in rows],
            words("kind"): [_indicator_kind(edition, indicators[row["indicator_id"]], language) for row in rows],
            words("source"): [observed_sources(edition, [row], language) for row in rows],
        }
    )
    return _table(frame, words("captions.find_observations"), "tab-zoek-cijfers", ("place", "sector", "kind"), language)


def links(edition: Edition, sector: str, language: str = "nl") -> Block:
    """Shows links to what the evidence holds about a sector: per kind of finding, the initiatives and the figures."""
    words = Words(language)
    name = edition.row("sectors", sector)[f"short_{language}"]
    part, here = words("part").lower(), {words("sector").lower(): name}
    counts = analysis.findings(edition, sector)["kind"].value_counts()
    kinds = [
        filtered(
            f"{words(f'lookup.{code}')} ({counts[code]})",
            PAGE,
            **here,
            **{part: words("lookup.findings"), words("kind").lower(): edition.label("finding_kind", code, language)},
        )
        for code in analysis.codes(edition, "finding_kind")
        if code in counts
    ]
    parts = {key: words(f"lookup.{key}") for key in PARTS}
    shown = {key: filtered(title.lower(), PAGE, **here, **{part: title}) for key, title in parts.items()}
    text = words("lookup.links", **shown, kinds=", ".join(kinds))
    return Block(f":::{{container}} alleen-scherm zoek-verder\n{text}\n:::")


def _table(frame: pd.DataFrame, caption: str, name: str, filters: Iterable[str], language: str) -> Block:
    words = Words(language)
    align = {words("value"): "right"}
    return table(frame, caption, name, align=align, filters=[words(key) for key in filters], language=language)


def _in_order(edition: Edition, rows: pd.DataFrame, *columns: str) -> list[dict[str, Any]]:
    """Returns rows in the order of the sectors and the categories, and otherwise as they are."""
    orders = {"sector": list(edition["sectors"]["id"]), "category": list(edition["categories"]["code"])}
    places = {
        column: rows[column].map(lambda cell, order=orders[column]: order.index(ids(cell)[0])) for column in columns
    }
    order = pd.DataFrame(places, index=rows.index).sort_values(list(columns), kind="stable").index
    return [dict(row) for row in rows.loc[order].to_dict("records")]


def _sectors(edition: Edition, cell: str, language: str) -> str:
    rows = edition["sectors"].reset_index(drop=True)
    wanted = rows[rows["id"].isin(ids(cell))]
    shown = wanted[f"short_{language}"].where(wanted["id"] != "all", wanted[f"label_{language}"])
    return ", ".join(choice(name, rank) for rank, name in shown.items())


def _categories(edition: Edition, cell: str, language: str) -> str:
    """Returns categories in the order of the cell: the first is the one that the row is coded in."""
    rows = edition["categories"].reset_index(drop=True)
    places = {code: rank for rank, code in enumerate(rows["code"])}
    return ", ".join(choice(rows.at[places[code], f"short_{language}"], places[code]) for code in ids(cell))


def _indicator_kind(edition: Edition, indicator: dict[str, Any], language: str) -> str:
    return choice(sentence_case(edition.label("indicator_kind", indicator["kind"], language)))


def _measured(indicator: dict[str, Any], row: dict[str, Any], language: str) -> str:
    group = row[f"group_{language}"]
    return escape(indicator[f"label_{language}"]) + (f" [{escape(group)}]{{.grondslag}}" if group else "")
