"""The evidence as tables to look things up in: every row once, with links to where the book tells more."""

from __future__ import annotations

from typing import Any

import pandas as pd

from na_report.editions.edition import Edition
from na_report.registers import analysis, statuses
from na_report.registers.registers import observed_sources
from na_report.writing.markdown import Block, aside, box, escape, link
from na_report.writing.tables import choice, filtered, sortable
from na_report.writing.text import ids
from na_report.writing.values import value
from na_report.writing.voice import Row, Voice

PAGE = "bewijs"
PARTS = ("findings", "initiatives", "figures")


def findings(edition: Edition, language: str = "nl") -> Block:
    """Shows all findings with sector, category, kind and source, in the order of sectors and categories."""
    voice = Voice(edition, language)
    rows = (
        {
            "nr": link(row["id"]),
            "finding": voice.filled(row, "text"),
            "sector": _sectors(voice, row["sector"]),
            "category": _categories(voice, row["category"]),
            "kind": choice(voice.state("finding_kind", row["kind"])),
            "source": voice.cited(ids(row["source_ids"])) or voice.state("evidence_type", row["evidence_type"]),
        }
        for row in _in_order(edition, edition["findings"], "sector", "category")
    )
    filters = ("sector", "category", "kind")
    return voice.table(rows, voice.words("captions.find_findings"), "tab-zoek-bevindingen", filters=filters)


def agenda_items(edition: Edition, language: str = "nl") -> Block:
    """Shows the items of all agendas with the agenda, its sector, category, kind and source."""
    voice = Voice(edition, language)
    agendas = {row["id"]: row for row in edition.records("agendas")}
    items = edition["agenda_items"]
    items = items.assign(sector=[agendas[key]["sector"] for key in items["agenda_id"]])
    rows = (
        {
            "nr": link(row["id"]),
            "goal": f"**{voice.shown(row, 'label')}**. {voice.filled(row, 'gist')}",
            "sector": _sectors(voice, row["sector"]),
            "category": _categories(voice, f"{row['category']};{row['category_secondary']}"),
            "kind": choice(voice.state("item_type", row["item_type"])),
            "source": f"{voice.link('agendas', row['agenda_id'], 'short')} "
            f"({voice.source(agendas[row['agenda_id']]['source_id'])})",
        }
        for row in _in_order(edition, items, "sector")
    )
    filters = ("sector", "category", "kind")
    return voice.table(rows, voice.words("captions.find_goals"), "tab-zoek-doelen", filters=filters)


def initiatives(edition: Edition, language: str = "nl") -> Block:
    """Shows all initiatives with who leads them, sector, category, kind, state and the sections that name them."""
    voice, rows = Voice(edition, language), []
    for row in _in_order(edition, edition["initiatives"], "sector", "category"):
        lead = aside(f"{voice.words('lead')}: {escape(voice.said(row, 'owners').replace(';', ', '))}.")
        rows.append(
            {
                "nr": link(row["id"]),
                "initiative": f"**{voice.shown(row, 'name')}**. {voice.filled(row, 'gist')} {lead}",
                "sector": _sectors(voice, row["sector"]),
                "category": _categories(voice, row["category"]),
                "kind": choice(voice.state("initiative_type", row["type"])),
                "status": choice(_state(voice, row)),
                "source": _named_in(voice, row),
            }
        )
    filters = ("sector", "category", "kind", "status")
    return voice.table(rows, voice.words("captions.find_initiatives"), "tab-zoek-initiatieven", filters=filters)


def _state(voice: Voice, row: Row) -> str:
    """Returns how an initiative stands now; in an edition that does not say so, how it stood in the report."""
    if statuses.known(voice.edition):
        return voice.state("subject_status", statuses.code(voice.edition, row["id"]))
    return voice.state("initiative_status", row["status"])


def _named_in(voice: Voice, row: Row) -> str:
    if analysis.came_later(row):
        return voice.source(voice.edition.row("statuses", row["id"])["source_id"])
    return f"{voice.words('report')} {escape(', '.join(ids(row['sections'])))}"


def observations(edition: Edition, language: str = "nl") -> Block:
    """Shows every observation with what it measures, sector, kind, place, period, value and source."""
    voice, rows = Voice(edition, language), []
    indicators = {row["id"]: row for row in edition.records("indicators")}
    observed = edition["observations"]
    observed = observed.assign(sector=[indicators[key]["sector"] for key in observed["indicator_id"]])
    for row in _in_order(edition, observed, "sector"):
        indicator, group = indicators[row["indicator_id"]], voice.shown(row, "group")
        shown = f"**{escape(value(edition, row['id'], language).text)}**"
        period = voice.period(row) if row["period"] else "–"
        rows.append(
            {
                "nr": link(row["id"], escape(row["indicator_id"])),
                "what": voice.shown(indicator, "label") + (f" {aside(group)}" if group else ""),
                "value": sortable(shown, row["value"]),
                "period": sortable(period, float(row["period"][:4] or "nan")),
                "place": choice(voice.label("geo", row["geo"])),
                "sector": _sectors(voice, row["sector"]),
                "kind": choice(voice.state("indicator_kind", indicator["kind"])),
                "source": observed_sources(voice, [row]),
            }
        )
    caption, filters = voice.words("captions.find_observations"), ("place", "sector", "kind")
    return voice.table(rows, caption, "tab-zoek-cijfers", filters=filters, right=["value"])


def links(edition: Edition, sector: str, language: str = "nl") -> Block:
    """Shows links to what the evidence holds about a sector: per kind of finding, the initiatives and the figures."""
    voice = Voice(edition, language)
    words, part = voice.words, voice.words("part").lower()
    here = {words("sector").lower(): voice.said(edition.row("sectors", sector), "short")}
    counts = analysis.findings(edition, sector)["kind"].value_counts()
    kinds = []
    for code in analysis.codes(edition, "finding_kind"):
        if code in counts:
            chosen = {part: words("lookup.findings"), words("kind").lower(): voice.label("finding_kind", code)}
            kinds.append(filtered(f"{words(f'lookup.{code}')} ({counts[code]})", PAGE, **here, **chosen))
    titles = {key: words(f"lookup.{key}") for key in PARTS}
    shown = {key: filtered(title.lower(), PAGE, **here, **{part: title}) for key, title in titles.items()}
    return Block(box("alleen-scherm zoek-verder", words("lookup.links", **shown, kinds=", ".join(kinds))))


def _in_order(edition: Edition, rows: pd.DataFrame, *columns: str) -> list[dict[str, Any]]:
    """Returns rows in the order of the sectors and the categories, and otherwise as they are."""
    orders = {"sector": list(edition["sectors"]["id"]), "category": list(edition["categories"]["code"])}
    return sorted(
        rows.to_dict("records"),
        key=lambda row: [orders[column].index(ids(row[column])[0]) for column in columns],
    )


def _sectors(voice: Voice, cell: str) -> str:
    """Returns sectors in the order of their table; of all sectors together their whole name."""
    wanted = ids(cell)
    return ", ".join(
        choice(voice.said(row, "label" if row["id"] == "all" else "short"), rank)
        for rank, row in enumerate(voice.edition.records("sectors"))
        if row["id"] in wanted
    )


def _categories(voice: Voice, cell: str) -> str:
    """Returns categories in the order of the cell: the first is the one that the row is coded in."""
    known = {
        row["code"]: (voice.said(row, "short"), rank) for rank, row in enumerate(voice.edition.records("categories"))
    }
    return ", ".join(choice(*known[code]) for code in ids(cell))
