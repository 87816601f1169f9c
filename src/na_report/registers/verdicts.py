"""What the data says of conclusions and sentences, in words that a reader understands."""

from collections.abc import Iterator

import pandas as pd

from na_report.editions.edition import Edition
from na_report.reasoning import chain
from na_report.reasoning.checking import check, failing, results_of, robustness
from na_report.reasoning.claim import CONTRADICTED, HOLDS, NEWER, NOT_TESTABLE, OUTDATED, Result
from na_report.registers import analysis
from na_report.writing.markdown import Block, box, escape, fold, link
from na_report.writing.numbers import in_words, number
from na_report.writing.text import ended, listed, sentence_case
from na_report.writing.voice import Voice


def outcome(edition: Edition, conclusion: str) -> str:
    """Returns the first outcome for a conclusion that says something; what only the report's own facts bear out does not."""
    found = ((result.state, result.claim.kind) for result in results_of(edition, conclusion))
    told = (state for state, kind in found if state != HOLDS or kind == NEWER)
    return next((state for state in told if state != NOT_TESTABLE), NOT_TESTABLE)


def state(voice: Voice, key: str) -> str:
    """Returns in words whether a conclusion is still right."""
    return voice.words(f"states.{outcome(voice.edition, key)}")


def verdict(voice: Voice, key: str) -> str:
    """Returns whether a conclusion is still right and what is against it, as MyST; nothing where nothing tells."""
    told = [
        voice.words("verdicts.quoted", said=escape(result.claim.says[voice.language])) + _against(voice, result)
        for result in results_of(voice.edition, key)
        if result.state == CONTRADICTED or (result.claim.kind == NEWER and result.state != NOT_TESTABLE)
    ]
    return " ".join([f"**{sentence_case(state(voice, key))}:**", *told]) if told else ""


def _against(voice: Voice, result: Result) -> str:
    """Returns the names of the rows that contradict a conclusion, with links; nothing where no single row does."""
    if not result.against:
        return ""
    table = result.claim.facts[result.claim.against].get("count", {}).get("table", "agendas")
    names = [link(key, escape(voice.name(voice.edition.row(table, key)))) for key in result.against]
    return " " + voice.words("verdicts.against", rows=listed(names, voice.language))


def _facts(voice: Voice, result: Result) -> str:
    """Returns the figures that decide, as the start of a sentence."""
    told = []
    for fact in result.facts:
        if fact.yes_no:
            shown = voice.words("verdicts.yes" if fact.value else "verdicts.no")
        elif fact.observation:
            year = voice.edition.observation(fact.observation)["period"].replace("/", "–")
            shown = voice.value(fact.observation).link + (f" ({escape(year)})" if year else "")
        else:
            shown = number(fact.value, voice.language)
        told.append(f"{escape(fact.says[voice.language])}: {shown}")
    return sentence_case("; ".join(told))


def _said(voice: Voice, result: Result) -> str:
    """Returns what a claim says, with a link where it is of a conclusion."""
    says = escape(result.claim.says[voice.language])
    return link(result.claim.conclusion, says) if result.claim.conclusion else says


def page_note(edition: Edition, page: str = "", language: str = "nl", *, section: str | None = None) -> Block | None:
    """Shows the statements of a page that no longer hold; nothing when there are none.

    Without a page it shows all statements whose fall means something for the advice, without their figures; with a section of
    the report only its conclusions, and with an empty one only the sentences that are no conclusion.
    """
    voice, lines = Voice(edition, language), []
    for result in failing(edition, page):
        key = result.claim.conclusion
        here = section in (None, edition.row("conclusions", key)["section"] if key else "")
        if here and (page or result.claim.means):
            lines.append(f"- {_warned(voice, result, figures=bool(page))}")
    warning = f"**{voice.words('verdicts.warning' if page else 'verdicts.for_advice')}**"
    return Block(box("kader tegenspraak", warning, "", *lines)) if lines else None


def _warned(voice: Voice, result: Result, *, figures: bool = False) -> str:
    """Returns that a claim no longer holds and what that means; with the figures that decide and the rows that are against it."""
    quoted = voice.words("verdicts.quoted", said=_said(voice, result))
    told = f"**{sentence_case(voice.words(f'states.{result.state}'))}:** {quoted}"
    if figures and (facts := _facts(voice, result)):
        told += f" {facts}.{_against(voice, result)}"
    return f"{told} {escape(result.claim.means[voice.language])}" if result.claim.means else told


def recommendation_note(voice: Voice, key: str) -> str:
    """Returns what it means for a recommendation that a conclusion under it no longer holds; nothing when all do."""
    found = [result for result in failing(voice.edition) if key in result.recommendations and result.claim.means]
    return " ".join(_warned(voice, result) for result in found)


def basis(voice: Voice, key: str, title: str) -> str:
    """Returns, folded and on a screen alone, what a recommendation or conclusion rests on: a sentence each, and the sources."""
    lines = [f"- {sentence}" for sentence in _below(voice, key)]
    groups: dict[str, list[str]] = {"sources": [], "later": []}
    for source in chain.reached(voice.edition, key, "sources"):
        # What came after the report can't be what its advice rested on.
        later = voice.edition.row("sources", source)["cited_how"] == "update"
        groups["later" if later else "sources"].append(voice.titled_source(source))
    for word, titles in groups.items():
        if titles:
            lines += ["", f"{voice.words(f'verdicts.{word}')}: {ended('; '.join(titles))}"]
    return fold(title, *lines)


def _below(voice: Voice, key: str) -> Iterator[str]:
    """Yields what a row rests on directly, each as a sentence with a link to its place."""
    edition = voice.edition
    for item in chain.below(edition, key, "conclusions"):
        said = "" if outcome(edition, item) == NOT_TESTABLE else f" ({state(voice, item)})"
        yield f"{voice.link('conclusions', item, 'title')}{said}."
    for item in chain.below(edition, key, "findings"):
        row = edition.row("findings", item)
        sector = link(item, voice.shown(edition.row("sectors", row["sector"]), "short"))
        yield f"{voice.filled(row, 'text')} ({sector})"
    for item in chain.below(edition, key, "agendas"):
        yield f"{voice.link('agendas', item)}."
    for item in chain.below(edition, key, "agenda_items"):
        agenda = edition.row("agendas", edition.row("agenda_items", item)["agenda_id"])
        yield f"{voice.link('agenda_items', item, 'label')} ({voice.shown(agenda, 'short')})."
    for item in (*chain.below(edition, key, "indicators"), *chain.below(edition, key, "observations")):
        yield f"{link(item, escape(voice.name(edition.observation(item))))}."


def claims(edition: Edition, kind: str, language: str = "nl") -> Block:
    """Shows the claims of a kind with their outcome and the figures that decide."""
    voice = Voice(edition, language)
    found = [(result, result.state) for result in check(edition) if result.claim.kind == kind]
    rows = [
        {
            "verdicts.statement": _said(voice, result),
            "verdicts.state": voice.words(f"states.{state}" if kind == NEWER else f"report_states.{state}"),
            "verdicts.deciding": _facts(voice, result) or "–",
        }
        for result, state in found
    ]
    return voice.table(rows, voice.words(f"verdicts.{kind}_claims"), f"tab-toetsen-{kind}")


def coding_robustness(edition: Edition, language: str = "nl") -> Block:
    """Shows which conclusions change their state when inferred codings are left out or moved."""
    voice, rows, short = Voice(edition, language), [], analysis.categories(edition, language)
    moved: dict[str, dict[str, list[str]]] = {}
    for flip in robustness(edition)[0]:
        moved.setdefault(flip.claim, {}).setdefault(flip.item, []).append(short.get(flip.category, "").lower())
    for claim, items in moved.items():
        count = sum(map(len, items.values()))
        parts = [voice.words("verdicts.out")] if items.pop("", None) else []
        for key, categories in items.items():
            item = link(key, f"‘{voice.shown(edition.row('agenda_items', key), 'label')}’")
            parts.append(voice.words("verdicts.moved", item=item, categories=escape(", ".join(categories))))
        rows.append(
            {
                "conclusion": voice.link("conclusions", claim, "title"),
                "verdicts.fails_with": "; ".join(parts),
                "verdicts.variants": in_words(count, language),
            }
        )
    return voice.table(rows, voice.words("verdicts.robustness"), "tab-stevigheid")


def summary_counts(edition: Edition) -> dict[str, int]:
    """Returns the number of conclusions: all, those tested on newer facts, and of these still right and outdated."""
    newer = [found.state for found in check(edition) if found.claim.conclusion and found.claim.kind == NEWER]
    counts = {"still": newer.count(HOLDS), "outdated": newer.count(OUTDATED)}
    return {"conclusions": len(edition["conclusions"]), "retested": sum(counts.values()), **counts}


def conclusion_states(edition: Edition) -> pd.DataFrame:
    """Returns each claim with its kind and state, for a check of the notebook."""
    found = [(result.claim.id, result.claim.kind, result.state) for result in check(edition)]
    return pd.DataFrame(found, columns=["claim", "kind", "state"])
