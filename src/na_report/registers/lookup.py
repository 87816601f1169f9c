"""The evidence as tables to look things up in: every row once, with links to where the book tells more."""

from na_report.editions.edition import Edition
from na_report.registers import analysis, statuses
from na_report.registers.registers import observed_sources
from na_report.writing.markdown import Block, aside, box, choice, escape, filtered, link, sortable
from na_report.writing.text import ids, sentence_case
from na_report.writing.voice import Cells, Row, Voice, register

PAGE = "bewijs"
PARTS = ("findings", "initiatives", "figures")
_FILTERS, _PLACED = ("sector", "category", "kind"), ("place", "sector", "kind")


def _order(voice: Voice, row: Row) -> tuple[int, int]:
    """Returns the places of the first sector, and of the category of a row that has both, in their tables."""
    categories, about = list(voice.edition["categories"]["code"]), row
    for table, column in (("agendas", "agenda_id"), ("indicators", "indicator_id")):
        if column in row:
            about = voice.edition.row(table, row[column])
    sector = list(voice.edition["sectors"]["id"]).index(ids(about["sector"])[0])
    return sector, categories.index(row["category"]) if about is row else 0


@register("findings", "tab-zoek-bevindingen", "find_findings", _order, filters=_FILTERS)
def findings(voice: Voice, row: Row) -> Cells:
    """Shows all findings with sector, category, kind and source, in the order of sectors and categories."""
    return {
        "nr": link(row["id"]),
        "finding": voice.filled(row, "text"),
        "sector": _sectors(voice, row["sector"]),
        "category": _categories(voice, row["category"]),
        "kind": _code(voice, "finding_kind", row["kind"]),
        "source": voice.cited(ids(row["source_ids"]))
        or sentence_case(voice.label("evidence_type", row["evidence_type"])),
    }


@register("agenda_items", "tab-zoek-doelen", "find_goals", _order, filters=_FILTERS)
def agenda_items(voice: Voice, row: Row) -> Cells:
    """Shows the items of all agendas with the agenda, its sector, category, kind and source."""
    agenda = voice.edition.row("agendas", row["agenda_id"])
    return {
        "nr": link(row["id"]),
        "goal": f"**{voice.shown(row, 'label')}**. {voice.filled(row, 'gist')}",
        "sector": _sectors(voice, agenda["sector"]),
        "category": _categories(voice, f"{row['category']};{row['category_secondary']}"),
        "kind": _code(voice, "item_type", row["item_type"]),
        "source": f"{link(agenda['id'], voice.shown(agenda, 'short'))} ({voice.source(agenda['source_id'])})",
    }


@register("initiatives", "tab-zoek-initiatieven", "find_initiatives", _order, filters=(*_FILTERS, "status"))
def initiatives(voice: Voice, row: Row) -> Cells:
    """Shows all initiatives with who leads them, sector, category, kind, state and the sections that name them.

    The state is how it stands now; in an edition that does not say so, how it stood in the report.
    """
    now, state = statuses.status(voice.edition, row["id"]), _code(voice, "initiative_status", row["status"])
    if statuses.known(voice.edition):
        state = _code(voice, "subject_status", now["status"])
    source = f"{voice.words('report')} {escape(', '.join(ids(row['sections'])))}"
    if analysis.came_later(row):
        source = voice.source(now["source_id"])
    lead = aside(f"{voice.words('lead')}: {escape(voice.said(row, 'owners').replace(';', ', '))}.")
    return {
        "nr": link(row["id"]),
        "initiative": f"**{voice.shown(row, 'name')}**. {voice.filled(row, 'gist')} {lead}",
        "sector": _sectors(voice, row["sector"]),
        "category": _categories(voice, row["category"]),
        "kind": _code(voice, "initiative_type", row["type"]),
        "status": state,
        "source": source,
    }


@register("observations", "tab-zoek-cijfers", "find_observations", _order, filters=_PLACED, right=["value"])
def observations(voice: Voice, row: Row) -> Cells:
    """Shows every observation with what it measures, sector, kind, place, period, value and source."""
    indicator, group = voice.edition.row("indicators", row["indicator_id"]), voice.shown(row, "group")
    period = voice.period(row) if row["period"] else "–"
    return {
        "nr": link(row["id"], escape(row["indicator_id"])),
        "what": voice.shown(indicator, "label") + (f" {aside(group)}" if group else ""),
        "value": sortable(f"**{escape(voice.value(row['id']).text)}**", row["value"]),
        "period": sortable(period, float(row["period"][:4] or "nan")),
        "place": choice(voice.label("geo", row["geo"])),
        "sector": _sectors(voice, indicator["sector"]),
        "kind": _code(voice, "indicator_kind", indicator["kind"]),
        "source": observed_sources(voice, [row]),
    }


def links(edition: Edition, sector: str, language: str = "nl") -> Block:
    """Shows links to what the evidence holds about a sector: per kind of finding, the initiatives and the figures."""
    voice = Voice(edition, language)
    words, part = voice.words, voice.words("part").lower()
    here = {words("sector").lower(): voice.said(edition.row("sectors", sector), "short")}
    counts = analysis.findings(edition, sector)["kind"].value_counts()
    kinds = []
    for code in (code for code in analysis.codes(edition, "finding_kind") if code in counts):
        chosen = {part: words("lookup.findings"), words("kind").lower(): voice.label("finding_kind", code)}
        kinds.append(filtered(f"{words(f'lookup.{code}')} ({counts[code]})", PAGE, **here, **chosen))
    titles = {key: words(f"lookup.{key}") for key in PARTS}
    shown = {key: filtered(title.lower(), PAGE, **here, **{part: title}) for key, title in titles.items()}
    return Block(box("alleen-scherm zoek-verder", words("lookup.links", **shown, kinds=", ".join(kinds))))


def _code(voice: Voice, codes: str, code: str) -> str:
    return choice(sentence_case(voice.label(codes, code)))


def _sectors(voice: Voice, cell: str) -> str:
    """Returns sectors in the order of their table; of all sectors together their whole name."""
    ranked = enumerate(voice.edition.records("sectors"))
    wanted = [(row, rank) for rank, row in ranked if row["id"] in ids(cell)]
    return ", ".join(choice(voice.said(row, "label" if row["id"] == "all" else "short"), rank) for row, rank in wanted)


def _categories(voice: Voice, cell: str) -> str:
    """Returns categories in the order of the cell: the first is the one that the row is coded in."""
    ranks = {row["code"]: (rank, row) for rank, row in enumerate(voice.edition.records("categories"))}
    return ", ".join(choice(voice.said(row, "short"), rank) for rank, row in map(ranks.__getitem__, ids(cell)))
