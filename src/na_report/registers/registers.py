"""The appendices: every organisation, initiative, observation, source and caveat, with links both ways."""

from collections.abc import Iterable, Iterator

from na_report.base.digits import in_order
from na_report.editions.edition import Edition
from na_report.reasoning import chain
from na_report.registers import analysis, statuses
from na_report.writing.markdown import Block, anchor, aside, box, escape, place
from na_report.writing.text import ended, ids, in_sentence, number_of, sentence_case, spoken
from na_report.writing.voice import Cells, Row, Voice, register, source_anchor


@register("organisations", "tab-organisaties")
def organisations(voice: Voice, row: Row) -> Cells:
    """Shows the organisations with their role; links to one lead here."""
    return {
        "nr": place(row["id"]),
        "organisation": voice.shown(row, "name") + _later(voice, row),
        "role": voice.filled(row, "role"),
        **statuses.column(voice, row["id"]),
        "sector": voice.sectors(row["sectors"]),
    }


@register("initiatives", "tab-initiatieven")
def initiatives(voice: Voice, row: Row) -> Cells:
    """Shows the initiatives with who leads them and how they stand; links to one lead here."""
    kind = f"({escape(voice.label('initiative_type', row['type']))}){_later(voice, row)}"
    return {
        "nr": place(row["id"]),
        "initiative": f"**{voice.shown(row, 'name')}** {kind}. {voice.filled(row, 'gist')}",
        "lead": escape(voice.said(row, "owners").replace(";", ", ")),
        "became.in_report" if statuses.known(voice.edition) else "status": _in_report(voice, row),
        **statuses.column(voice, row["id"]),
        "sector": voice.sectors(row["sector"]),
    }


def _later(voice: Voice, row: Row) -> str:
    """Returns that a row came after the report; nothing for what the report names."""
    return f" {aside(voice.words('became.later'))}" if analysis.came_later(row) else ""


def _in_report(voice: Voice, row: Row) -> str:
    """Returns the state of an initiative as the report has it, with what this book corrects; a dash for what came later."""
    if analysis.came_later(row):
        return "–"
    detail, caveats = voice.filled(row, "status_note"), voice.rows(statuses.caveats_of(voice.edition, row["id"]))
    state = escape(voice.label("initiative_status", row["status"])) + (f" ({detail})" if detail else "")
    return f"{state}. {voice.words('note')}: {caveats}" if caveats else state


def observations(edition: Edition, sector: str, language: str = "nl") -> Block:
    """Shows all indicators of a sector with their observations: values, period, place, source and use."""
    voice, about, entries = Voice(edition, language), edition.row("sectors", sector), []
    for indicator in edition.records("indicators"):
        if indicator["sector"] != sector:
            continue
        rows = edition.rows("observations", indicator_id=indicator["id"]).to_dict("records")
        users = {user for row in (indicator, *rows) for user in chain.users(edition, row["id"])} - {indicator["id"]}
        used = voice.words("used", len(users), rows=voice.rows(in_order(users)))
        entries.append(
            {
                "nr": place(indicator["id"]),
                "what": _indicator(voice, indicator),
                "value": "; ".join(_values(voice, rows)),
                "source_and_use": f"{ended(observed_sources(voice, rows))} {used}",
            }
        )
    caption = voice.words("captions.observations", sector=in_sentence(voice.said(about, "label")))
    return voice.table(entries, escape(caption), f"tab-waarnemingen-{about['slug'] or sector}")


def _indicator(voice: Voice, row: Row) -> str:
    compared, caveats = voice.filled(row, "comparator"), voice.rows(statuses.caveats_of(voice.edition, row["id"]))
    notes = [voice.filled(row, "context")]
    notes += [f"{voice.words('compare')}: {compared}."] if compared else []
    notes += [f"{voice.words('note')}: {caveats}."] if caveats else []
    notes += [f"{voice.words('kind')}: {escape(voice.label('indicator_kind', row['kind']))}."]
    return f"**{voice.shown(row, 'label')}**. {aside(' '.join(filter(None, notes)))}"


def _values(voice: Voice, rows: list[Row]) -> Iterator[str]:
    """Yields per place and group the values in the order of the years, each with its place in the book and what to know."""
    for geo in dict.fromkeys(row["geo"] for row in rows):
        here = sorted((row for row in rows if row["geo"] == geo), key=lambda row: str(row["period"]))
        before = None
        for group in dict.fromkeys(voice.said(row, "group") for row in here):
            parts = []
            for row in (row for row in here if voice.said(row, "group") == group):
                # A later group that was measured in another way does not go on from the one before it.
                if before and before["series"] != row["series"] and before["period"] <= row["period"]:
                    parts.append(voice.words("break"))
                notes = voice.period(row)
                if row["confidence"] == "B":
                    notes += escape(f", B: {voice.label('confidence', 'B')}")
                parts.append(f"[**{escape(voice.value(row['id']).text)}**]{{#{anchor(row['id'])}}} ({notes})")
                before = row
            where = voice.label("geo", geo) + (f", {in_sentence(group)}" if group else "")
            yield f"{escape(where)}: {', '.join(parts)}"


def observed_sources(voice: Voice, rows: Iterable[Row]) -> str:
    """Returns the different sources of observations, with page and footnote."""
    found: dict[str, None] = {}
    for row in rows:
        if row["source_id"]:
            detail = [voice.source(row["source_id"])]
            detail += [f"{voice.words(name)} {escape(row[name])}" for name in ("page", "footnote") if row[name]]
            found[", ".join(detail)] = None
    return "; ".join(found) or sentence_case(voice.words("unknown"))


def sources(edition: Edition, language: str = "nl") -> Block:
    """Shows all sources by author, each with its address, its footnotes and what rests on it."""
    order = edition["sources"].sort_values(["author", "year", "id"], key=lambda column: column.str.lower())
    voice = Voice(edition, language)
    return Block(box("bronnenlijst", *(_source(voice, row) for row in order.to_dict("records"))))


def _source(voice: Voice, row: Row) -> str:
    words, title = voice.words, voice.shown(row, "title")
    shown = spoken(f"[{title}](<{row['url']}>)" if row["url"] else title, voice.said(row, "title"), voice.language)
    numbers = ids(row["footnotes"])
    cited = words("in_text") if row["cited_how"] == "in_text" else voice.label("cited_how", row["cited_how"])
    facts = [
        sentence_case(voice.label("source_type", row["source_type"])),
        f"{words('footnotes', len(numbers))} {', '.join(numbers)}" if numbers else cited,
        *([words(f"years.{row['year_basis']}")] if row["year_basis"] in ("inferred", "url") else []),
    ]
    users = in_order({*chain.users(voice.edition, row["id"]), *statuses.traced_to(voice.edition, row["id"])})
    used = f"[{words('used', len(users), rows=voice.rows(users))}]{{.alleen-scherm}}"
    about = " ".join(filter(None, [f"{escape('; '.join(facts))}.", voice.filled(row, "note"), used]))
    author, year = escape(row["author"].replace(";", ", ")), escape(row["year"] or words("sources.no_date"))
    return f"- []{{#{anchor(source_anchor(row['id']))}}}{author} ({year}). *{shown}*. {aside(about)}"


@register("notes", "tab-voetnoten")
def notes(voice: Voice, row: Row) -> Cells:
    """Shows the footnotes of the report that say more than a source."""
    return {
        "footnote": place(row["id"], row["footnote"]),
        "kind": escape(voice.label("note_kind", row["kind"])),
        "what": voice.filled(row, "text"),
        "source": voice.source(row["source_id"]) if row["source_id"] else "–",
    }


@register("caveats", "tab-kanttekeningen")
def caveats(voice: Voice, row: Row) -> Cells:
    """Shows the slips and tensions of the report, and how this edition treats them."""
    known, keys = set(voice.edition["sources"]["id"]), ids(row["refs"])
    about = [voice.rows(key for key in keys if key not in known), voice.cited(key for key in keys if key in known)]
    return {
        "nr": place(row["id"], number_of(row["id"])),
        "slip": voice.filled(row, "text"),
        "treatment": voice.filled(row, "treatment"),
        "concerns": sentence_case("; ".join(filter(None, about))),
    }


@register("interviewees", "tab-gesprekspartners")
def interviewees(voice: Voice, row: Row) -> Cells:
    """Shows who was interviewed, of which organisation and for which sector."""
    return {
        "nr": place(row["id"], number_of(row["id"])),
        "person": escape(row["name"]),
        "organisation": voice.link("organisations", row["organisation_id"]),
        "sector": voice.sectors(row["sectors"]),
        "note": voice.filled(row, "note") or "–",
    }
