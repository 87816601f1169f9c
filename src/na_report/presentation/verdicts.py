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
from na_report.wording import Words


def state_word(state: str, language: str) -> str:
    """Returns the outcome of a check in words."""
    return Words(language)(f"states.{state}")


def _says(result: Result, language: str) -> str:
    return escape(result.claim.says[language])


def _fact(edition: Edition, fact: Fact, language: str) -> str:
    what = escape(fact.says[language])
    if fact.yes_no:
        shown = Words(language)("verdicts.yes" if fact.value else "verdicts.no")
    else:
        shown = value(edition, fact.key, language).link if fact.key else number(fact.value, language)
    return f"{what}: {shown}"


def verdict(edition: Edition, key: str, language: str = "nl") -> str:
    """Returns the state of a conclusion with the figures that decide, as MyST in one paragraph."""
    words, result = Words(language), claim_result(edition, key)
    state = state_word(result.verdict.state, language)
    facts = "; ".join(_fact(edition, fact, language) for fact in result.verdict.facts)
    deciding = f" {words('verdicts.deciding')}: {facts}." if facts else ""
    return f"**{words('verdicts.test')}: {state}.** {_says(result, language)}{deciding}{_against(edition, result, language)}"


def _against(edition: Edition, result: Result, language: str) -> str:
    """Returns the names of the rows that contradict a conclusion, with links; nothing where no single row does."""
    if not result.verdict.against:
        return ""
    table = result.claim.facts[result.claim.against].arguments.get("table", "agendas")
    rows = [edition.row(table, key) for key in result.verdict.against]
    names = [f"{link(row['id'], escape(_name(row, language)))} ({escape(row['id'])})" for row in rows]
    return " " + Words(language)("verdicts.against", rows=listed(names, language))


def _name(row: dict[str, Any], language: str) -> str:
    """Returns what a row is called, whatever its table calls that."""
    return next(
        str(row[column]) for name in ("name", "label", "title", "text") if (column := f"{name}_{language}") in row
    )


def state(edition: Edition, key: str, language: str = "nl") -> str:
    """Returns the outcome of the check of a conclusion in words."""
    return state_word(claim_result(edition, key).verdict.state, language)


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
    words = Words(language)
    found = [
        result
        for result in contradicted_on(edition, page)
        if section is None or _section(edition, result.claim.conclusion) == section
    ]
    if not found:
        return None
    lines = [f"**{words('verdicts.warning')}**", ""]
    for result in found:
        about = f" ({link(result.claim.conclusion)})" if result.claim.conclusion else ""
        facts = "; ".join(_fact(edition, fact, language) for fact in result.verdict.facts)
        deciding = f"{words('verdicts.deciding')}: {facts}.{_against(edition, result, language)}"
        lines.append(f"- {_says(result, language).rstrip('.')}{about}. {deciding}")
    return Block("\n".join([":::{container} kader tegenspraak", *lines, ":::"]))


def _section(edition: Edition, conclusion: str) -> str:
    return str(edition.row("conclusions", conclusion)["section"]) if conclusion else ""


def recommendation_note(edition: Edition, key: str, language: str = "nl") -> str:
    """Returns a warning when a recommendation leans on a contradicted conclusion; nothing otherwise."""
    found = weakened(edition).get(key)
    return f"**{Words(language)('verdicts.leans', conclusions=linked(found))}**" if found else ""


def trail(edition: Edition, key: str, language: str = "nl") -> Block:
    """Shows, folded, the chain under a recommendation: conclusions with their state, findings, sources."""
    words = Words(language)
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
    summary = words(
        "verdicts.below",
        findings=_counted("findings", len(findings), language),
        items=_counted("items", items, language),
        basis=", ".join(basis) or "–",
        sectors=", ".join(names) or "–",
    )
    lines = [escape(sentence_case(summary)), ""]
    for conclusion in chain.below(edition, key, "conclusions"):
        row = edition.row("conclusions", conclusion)
        state = state_word(claim_result(edition, conclusion).verdict.state, language)
        lines.append(
            f"- {link(conclusion)} {escape(row[f'title_{language}'])} ({state}): {linked(ids(row['rests_on']))}"
        )
    conclusions = set(edition["conclusions"]["id"])
    direct = [item for item in ids(edition.row("recommendations", key)["rests_on"]) if item not in conclusions]
    if direct:
        lines.append(f"- {words('verdicts.direct')}: {linked(direct)}")
    sources = chain.reached(edition, key, "sources")
    # What came after the report can't be what its advice rested on.
    later = [source for source in sources if edition.row("sources", source)["cited_how"] == "update"]
    for word, some in (("sources", [source for source in sources if source not in later]), ("later", later)):
        if some:
            titles = "; ".join(titled_source(edition, source, language) for source in some)
            lines += ["", f"{words(f'verdicts.{word}')}: {ended(titles)}"]
    return Block("\n".join([f":::{{dropdown}} {words('verdicts.trail')}", *lines, ":::"]))


def _counted(what: str, count: int, language: str) -> str:
    return Words(language)(f"verdicts.{what}", count, count=in_words(count, language))


def claims(edition: Edition, language: str = "nl") -> Block:
    """Shows all claims with their state and the figures that decide."""
    words = Words(language)
    frame = pd.DataFrame(
        {
            words("nr"): link(result.claim.id) if result.claim.conclusion else escape(result.claim.id),
            words("verdicts.statement"): _says(result, language),
            words("verdicts.state"): state_word(result.verdict.state, language),
            words("verdicts.deciding"): "; ".join(_fact(edition, fact, language) for fact in result.verdict.facts)
            or "–",
        }
        for result in check(edition)
    )
    return table(frame, words("verdicts.claims"), "tab-toetsen", language=language)


def coding_robustness(edition: Edition, language: str = "nl") -> Block:
    """Shows which conclusions change their state when inferred codings are left out or moved."""
    words = Words(language)
    flips, _ = robustness(edition)
    categories = edition["categories"].set_index("code")[f"short_{language}"]
    rows = []
    for claim in dict.fromkeys(flip.claim for flip in flips):
        mine = [flip for flip in flips if flip.claim == claim]
        parts = [words("verdicts.out")] if any(not flip.item for flip in mine) else []
        for item in dict.fromkeys(flip.item for flip in mine if flip.item):
            moved = [categories[flip.category].lower() for flip in mine if flip.item == item]
            parts.append(words("verdicts.moved", item=link(item), categories=escape(", ".join(moved))))
        rows.append((link(claim), "; ".join(parts), in_words(len(mine), language)))
    names = [words("conclusion"), words("verdicts.fails_with"), words("verdicts.variants")]
    return table(pd.DataFrame(rows, columns=names), words("verdicts.robustness"), "tab-stevigheid", language=language)


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
        {"claim": result.claim.id, "state": state_word(result.verdict.state, language)} for result in check(edition)
    )
