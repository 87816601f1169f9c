"""What the data says of conclusions and sentences, in words that a reader understands."""

from __future__ import annotations

from typing import Any

import pandas as pd

from na_report.evidence import chain
from na_report.evidence.claims import (
    CONTRADICTED,
    HOLDS,
    NOT_TESTABLE,
    Fact,
    Result,
    check,
    contradicted_on,
    robustness,
    weakened,
)
from na_report.evidence.claims import result as claim_result
from na_report.evidence.edition import Edition
from na_report.presentation.markdown import Block, escape, link
from na_report.presentation.tables import table
from na_report.presentation.text import ended, ids, in_sentence, linked, listed, sentence_case, titled_source
from na_report.presentation.values import in_words, number, value

STATES = {
    "nl": {HOLDS: "houdt stand", CONTRADICTED: "past niet bij de data", NOT_TESTABLE: "niet te toetsen"},
    "en": {HOLDS: "holds", CONTRADICTED: "contradicted by the data", NOT_TESTABLE: "not testable"},
}
_WORDS = {
    "nl": {
        "test": "Toets",
        "deciding": "De cijfers die beslissen",
        "warning": "Let op: de data spreekt dit tegen",
        "leans": "Let op: deze aanbeveling rust op {}, en dat past niet meer bij de data.",
        "trail": "Waarop rust deze aanbeveling?",
        "below": "Onder deze aanbeveling liggen {findings} en {items}. Grondslag van de bevindingen: {basis}. De bevindingen "
        "gaan over: {sectors}.",
        "sources": "Bronnen van het rapport",
        "later": "Bronnen van na het rapport, bij dezelfde cijfers",
        "against": "Dit past er niet bij: {}.",
        "direct": "Direct",
        "statement": "Uitspraak",
        "state": "Toets",
        "out": "zonder afgeleide codes",
        "moved": "{} naar {}",
    },
    "en": {
        "test": "Check",
        "deciding": "The figures that decide",
        "warning": "Note: the data contradicts this",
        "leans": "Note: this recommendation rests on {}, which the data no longer supports.",
        "trail": "What does this recommendation rest on?",
        "below": "Under this recommendation are {findings} and {items}. Basis of the findings: {basis}. The findings are "
        "about: {sectors}.",
        "sources": "Sources of the report",
        "later": "Sources from after the report, for the same figures",
        "against": "This does not fit it: {}.",
        "direct": "Direct",
        "statement": "Statement",
        "state": "Check",
        "out": "without inferred codes",
        "moved": "{} to {}",
    },
}


_COUNTED = {
    "nl": {"findings": ("één bevinding", "{} bevindingen"), "items": ("één doel of agenda", "{} doelen of agenda’s")},
    "en": {"findings": ("one finding", "{} findings"), "items": ("one goal or agenda", "{} goals or agendas")},
}


def _says(result: Result, language: str) -> str:
    return escape(result.claim.says[language])


def _fact(edition: Edition, fact: Fact, language: str) -> str:
    what = escape(fact.says[language])
    if fact.yes_no:
        shown = {"nl": ("nee", "ja"), "en": ("no", "yes")}[language][int(fact.value)]
    else:
        shown = value(edition, fact.key, language).link if fact.key else number(fact.value, language)
    return f"{what}: {shown}"


def verdict(edition: Edition, key: str, language: str = "nl") -> str:
    """Returns the state of a conclusion with the figures that decide, as MyST in one paragraph."""
    words, result = _WORDS[language], claim_result(edition, key)
    state = STATES[language][result.verdict.state]
    facts = "; ".join(_fact(edition, fact, language) for fact in result.verdict.facts)
    deciding = f" {words['deciding']}: {facts}." if facts else ""
    return f"**{words['test']}: {state}.** {_says(result, language)}{deciding}{_against(edition, result, language)}"


def _against(edition: Edition, result: Result, language: str) -> str:
    """Returns the names of the rows that contradict a conclusion, with links; nothing where no single row does."""
    if not result.verdict.against:
        return ""
    table = result.claim.facts[result.claim.against].arguments.get("table", "agendas")
    rows = [edition.row(table, key) for key in result.verdict.against]
    names = [f"{link(row['id'], escape(_name(row, language)))} ({escape(row['id'])})" for row in rows]
    return " " + _WORDS[language]["against"].format(listed(names, language))


def _name(row: dict[str, Any], language: str) -> str:
    """Returns what a row is called, whatever its table calls that."""
    return next(
        str(row[column]) for name in ("name", "label", "title", "text") if (column := f"{name}_{language}") in row
    )


def state(edition: Edition, key: str, language: str = "nl") -> str:
    """Returns the outcome of the check of a conclusion in words."""
    return STATES[language][claim_result(edition, key).verdict.state]


def is_contradicted(edition: Edition, key: str) -> bool:
    """Tells whether the data contradicts a conclusion."""
    return claim_result(edition, key).verdict.state == CONTRADICTED


def page_note(edition: Edition, page: str, language: str = "nl", *, section: str | None = None) -> Block | None:
    """Shows the statements of a page that the data contradicts; nothing when there are none.

    Args:
        edition: The evidence.
        page: The name of the page; `index` shows those of all pages.
        language: `nl` or `en`.
        section: Only the conclusions of this section of the report; when empty, only the sentences that are no conclusion.
    """
    words = _WORDS[language]
    found = [
        result
        for result in contradicted_on(edition, page)
        if section is None or _section(edition, result.claim.conclusion) == section
    ]
    if not found:
        return None
    lines = [f"**{words['warning']}**", ""]
    for result in found:
        about = f" ({link(result.claim.conclusion)})" if result.claim.conclusion else ""
        facts = "; ".join(_fact(edition, fact, language) for fact in result.verdict.facts)
        deciding = f"{words['deciding']}: {facts}.{_against(edition, result, language)}"
        lines.append(f"- {_says(result, language).rstrip('.')}{about}. {deciding}")
    return Block("\n".join([":::{container} kader tegenspraak", *lines, ":::"]))


def _section(edition: Edition, conclusion: str) -> str:
    return str(edition.row("conclusions", conclusion)["section"]) if conclusion else ""


def recommendation_note(edition: Edition, key: str, language: str = "nl") -> str:
    """Returns a warning when a recommendation leans on a contradicted conclusion; nothing otherwise."""
    found = weakened(edition).get(key)
    return f"**{_WORDS[language]['leans'].format(linked(found))}**" if found else ""


def trail(edition: Edition, key: str, language: str = "nl") -> Block:
    """Shows, folded, the chain under a recommendation: conclusions with their state, findings, sources."""
    words = _WORDS[language]
    findings = [edition.row("findings", item) for item in chain.reached(edition, key, "findings")]
    types = pd.Series([row["evidence_type"] for row in findings]).value_counts()
    mine = {row["sector"] for row in findings}
    items = len(chain.reached(edition, key, "agenda_items")) + len(chain.below(edition, key, "agendas"))
    basis = [
        f"{edition.label('evidence_type', name, language)} ({types[name]})"
        for name in chain.EVIDENCE_TYPES
        if name in types
    ]
    sectors = edition["sectors"]
    names = [in_sentence(name) for name in sectors[sectors["id"].isin(mine)][f"label_{language}"]]
    summary = words["below"].format(
        findings=_counted("findings", len(findings), language),
        items=_counted("items", items, language),
        basis=", ".join(basis) or "–",
        sectors=", ".join(names) or "–",
    )
    lines = [escape(sentence_case(summary)), ""]
    for conclusion in chain.below(edition, key, "conclusions"):
        row = edition.row("conclusions", conclusion)
        state = STATES[language][claim_result(edition, conclusion).verdict.state]
        lines.append(
            f"- {link(conclusion)} {escape(row[f'title_{language}'])} ({state}): {linked(ids(row['rests_on']))}"
        )
    conclusions = set(edition["conclusions"]["id"])
    direct = [item for item in ids(edition.row("recommendations", key)["rests_on"]) if item not in conclusions]
    if direct:
        lines.append(f"- {words['direct']}: {linked(direct)}")
    sources = chain.reached(edition, key, "sources")
    # What came after the report can't be what its advice rested on.
    later = [source for source in sources if edition.row("sources", source)["cited_how"] == "update"]
    for word, some in (("sources", [source for source in sources if source not in later]), ("later", later)):
        if some:
            titles = "; ".join(titled_source(edition, source, language) for source in some)
            lines += ["", f"{words[word]}: {ended(titles)}"]
    return Block("\n".join([f":::{{dropdown}} {words['trail']}", *lines, ":::"]))


def _counted(what: str, count: int, language: str) -> str:
    one, more = _COUNTED[language][what]
    return one if count == 1 else more.format(in_words(count, language))


def claims(edition: Edition, language: str = "nl") -> Block:
    """Shows all claims with their state and the figures that decide."""
    words = _WORDS[language]
    frame = pd.DataFrame(
        {
            "": link(result.claim.id) if result.claim.conclusion else escape(result.claim.id),
            words["statement"]: _says(result, language),
            words["state"]: STATES[language][result.verdict.state],
            words["deciding"]: "; ".join(_fact(edition, fact, language) for fact in result.verdict.facts) or "–",
        }
        for result in check(edition)
    ).rename(columns={"": {"nl": "Nr.", "en": "No."}[language]})
    caption = {"nl": "Uitspraken en hun toets.", "en": "Statements and their check."}[language]
    return table(frame, caption, "tab-toetsen", language=language)


def coding_robustness(edition: Edition, language: str = "nl") -> Block:
    """Shows which conclusions change their state when inferred codings are left out or moved."""
    words = _WORDS[language]
    flips, _ = robustness(edition)
    categories = edition["categories"].set_index("code")[f"short_{language}"]
    rows = []
    for claim in dict.fromkeys(flip.claim for flip in flips):
        mine = [flip for flip in flips if flip.claim == claim]
        parts = [words["out"]] if any(not flip.item for flip in mine) else []
        for item in dict.fromkeys(flip.item for flip in mine if flip.item):
            moved = [categories[flip.category].lower() for flip in mine if flip.item == item]
            parts.append(words["moved"].format(link(item), escape(", ".join(moved))))
        rows.append((link(claim), "; ".join(parts), in_words(len(mine), language)))
    names = {
        "nl": ("Conclusie", "Houdt geen stand bij", "Aantal varianten"),
        "en": ("Conclusion", "Does not hold with", "Number of variants"),
    }[language]
    caption = {"nl": "Conclusies die van onze indeling afhangen.", "en": "Conclusions that depend on our coding."}[
        language
    ]
    return table(pd.DataFrame(rows, columns=list(names)), caption, "tab-stevigheid", language=language)


def summary_counts(edition: Edition) -> dict[str, int]:
    """Returns the number of conclusions: all, testable, holding and contradicted."""
    states = [result.verdict.state for result in check(edition) if result.claim.conclusion]
    return {
        "conclusions": len(states),
        "testable": sum(state != NOT_TESTABLE for state in states),
        "holding": states.count(HOLDS),
        "contradicted": states.count(CONTRADICTED),
    }


def conclusion_states(edition: Edition, language: str = "nl") -> pd.DataFrame:
    """Returns each claim with its state in words, for a check of the notebook."""
    return pd.DataFrame(
        {"claim": result.claim.id, "state": STATES[language][result.verdict.state]} for result in check(edition)
    )
