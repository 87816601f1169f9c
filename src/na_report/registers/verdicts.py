"""What the data says of conclusions and sentences, in words that a reader understands."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from na_report.base.wording import Words
from na_report.editions.edition import Edition
from na_report.reasoning import chain
from na_report.reasoning.claim import CONTRADICTED, HOLDS, NEWER, NOT_TESTABLE, OUTDATED, Fact
from na_report.reasoning.claims import Result, check, failing, results_of, robustness
from na_report.writing.markdown import Block, escape, link
from na_report.writing.naming import listed, name_of
from na_report.writing.tables import table
from na_report.writing.text import ended, filled, sentence_case, titled_source
from na_report.writing.values import in_words, number, value


def _state(result: Result) -> str:
    """Returns the outcome for a reader: what only the report's own facts bear out was not tested again."""
    state = result.verdict.state
    return NOT_TESTABLE if state == HOLDS and result.claim.kind != NEWER else state


def _outcome(edition: Edition, conclusion: str) -> str:
    """Returns the outcome for a conclusion: of its tests the first that says something."""
    states = [_state(result) for result in results_of(edition, conclusion)]
    return next((state for state in states if state != NOT_TESTABLE), NOT_TESTABLE)


def state(edition: Edition, key: str, language: str = "nl") -> str:
    """Returns in words whether a conclusion is still right."""
    return Words(language)(f"states.{_outcome(edition, key)}")


def is_contradicted(edition: Edition, key: str) -> bool:
    """Tells whether newer facts, or those of the report itself, are against a conclusion."""
    return _outcome(edition, key) not in (HOLDS, NOT_TESTABLE)


def _fact(edition: Edition, fact: Fact, language: str) -> str:
    what, when = escape(fact.says[language]), ""
    if fact.yes_no:
        shown = Words(language)("verdicts.yes" if fact.value else "verdicts.no")
    elif fact.key:
        shown, year = value(edition, fact.key, language).link, edition.observation(fact.key)["period"]
        when = f" ({escape(year.replace('/', '–'))})" if year else ""
    else:
        shown = number(fact.value, language)
    return f"{what}: {shown}{when}"


def _said(result: Result, language: str) -> str:
    """Returns what a claim says, with a link where it is of a conclusion."""
    says = escape(result.claim.says[language])
    return link(result.claim.conclusion, says) if result.claim.conclusion else says


def _told(edition: Edition, result: Result, says: str, language: str) -> str:
    """Returns what a claim says with the figures that decide and the rows that are against it."""
    facts = "; ".join(_fact(edition, fact, language) for fact in result.verdict.facts)
    return f"{says} {sentence_case(facts)}.{_against(edition, result, language)}" if facts else says


def verdict(edition: Edition, key: str, language: str = "nl") -> str:
    """Returns whether a conclusion is still right and what is against it, as MyST; nothing where nothing tells."""
    told = [
        escape(result.claim.says[language]) + _against(edition, result, language)
        for result in results_of(edition, key)
        if result.verdict.state == CONTRADICTED or (result.claim.kind == NEWER and result.verdict.state != NOT_TESTABLE)
    ]
    return " ".join([f"**{sentence_case(state(edition, key, language))}:**", *told]) if told else ""


def _against(edition: Edition, result: Result, language: str) -> str:
    """Returns the names of the rows that contradict a conclusion, with links; nothing where no single row does."""
    if not result.verdict.against:
        return ""
    table = result.claim.facts[result.claim.against].arguments.get("table", "agendas")
    rows = [edition.row(table, key) for key in result.verdict.against]
    names = [link(row["id"], escape(name_of(edition, row, language))) for row in rows]
    return " " + Words(language)("verdicts.against", rows=listed(names, language))


def page_note(edition: Edition, page: str = "", language: str = "nl", *, section: str | None = None) -> Block | None:
    """Shows the statements of a page that no longer hold; nothing when there are none.

    Args:
        edition: The evidence.
        page: The name of the page; when empty all statements whose fall means something for the advice, without their figures.
        language: `nl` or `en`.
        section: Only the conclusions of this section of the report; when empty, only the sentences that are no conclusion.
    """
    found = [
        result
        for result in failing(edition, page)
        if (page or result.claim.means) and section in (None, _section(edition, result.claim.conclusion))
    ]
    lines = [f"- {_warned(edition, result, language, figures=bool(page))}" for result in found]
    warning = Words(language)("verdicts.warning" if page else "verdicts.for_advice")
    return (
        Block("\n".join([":::{container} kader tegenspraak", f"**{warning}**", "", *lines, ":::"])) if lines else None
    )


def _warned(edition: Edition, result: Result, language: str, *, figures: bool = False) -> str:
    state = sentence_case(Words(language)(f"states.{result.verdict.state}"))
    means = f" {escape(result.claim.means[language])}" if result.claim.means else ""
    said = _said(result, language)
    return f"**{state}:** {_told(edition, result, said, language) if figures else said}{means}"


def _section(edition: Edition, conclusion: str) -> str:
    return str(edition.row("conclusions", conclusion)["section"]) if conclusion else ""


def recommendation_note(edition: Edition, key: str, language: str = "nl") -> str:
    """Returns what it means for a recommendation that a conclusion under it no longer holds; nothing when all do."""
    found = [result for result in failing(edition) if key in result.recommendations and result.claim.means]
    return " ".join(_warned(edition, result, language) for result in found)


def basis(edition: Edition, key: str, title: str, language: str = "nl") -> Block:
    """Shows, folded and on a screen alone, what a recommendation or conclusion rests on: a sentence each, and the sources.

    Args:
        edition: Where it is.
        key: Its id.
        title: What stands on the fold.
        language: `nl` or `en`.
    """
    words = Words(language)
    lines = [f"- {sentence}" for sentence in _below(edition, key, language)]
    sources = chain.reached(edition, key, "sources")
    # What came after the report can't be what its advice rested on.
    later = [source for source in sources if edition.row("sources", source)["cited_how"] == "update"]
    for word, some in (("sources", [source for source in sources if source not in later]), ("later", later)):
        if some:
            titles = "; ".join(titled_source(edition, source, language) for source in some)
            lines += ["", f"{words(f'verdicts.{word}')}: {ended(titles)}"]
    return Block("\n".join([f":::{{dropdown}} {title}", ":class-container: alleen-scherm", "", *lines, ":::"]))


def _below(edition: Edition, key: str, language: str) -> Iterator[str]:
    """Yields what a row rests on directly, each as a sentence with a link to its place."""
    for item in chain.below(edition, key, "conclusions"):
        title = link(item, escape(edition.row("conclusions", item)[f"title_{language}"]))
        outcome = "" if _outcome(edition, item) == NOT_TESTABLE else f" ({state(edition, item, language)})"
        yield f"{title}{outcome}."
    for item in chain.below(edition, key, "findings"):
        row = edition.row("findings", item)
        sector = link(item, escape(edition.row("sectors", row["sector"])[f"short_{language}"]))
        yield f"{filled(edition, row[f'text_{language}'], language)} ({sector})"
    for kind in ("agendas", "agenda_items"):
        for item in chain.below(edition, key, kind):
            row = edition.row(kind, item)
            whose = edition.row("agendas", row["agenda_id"])[f"short_{language}"] if "agenda_id" in row else ""
            yield link(item, escape(name_of(edition, row, language))) + (f" ({escape(whose)})." if whose else ".")
    for kind in ("indicators", "observations"):
        for item in chain.below(edition, key, kind):
            label = edition.row("indicators", edition.observation(item)["indicator_id"])[f"label_{language}"]
            yield f"{link(item, escape(label))}."


def claims(edition: Edition, kind: str, language: str = "nl") -> Block:
    """Shows the claims of a kind with their outcome and the figures that decide."""
    words, rows = Words(language), []
    for result in check(edition):
        if result.claim.kind == kind:
            state = result.verdict.state
            outcome = words(f"states.{state}") if kind == NEWER else words(f"report_states.{state}")
            facts = "; ".join(_fact(edition, fact, language) for fact in result.verdict.facts)
            rows.append((_said(result, language), outcome, sentence_case(facts) or "–"))
    names = [words(f"verdicts.{head}") for head in ("statement", "state", "deciding")]
    caption = words(f"verdicts.{kind}_claims")
    return table(pd.DataFrame(rows, columns=names), caption, f"tab-toetsen-{kind}", language=language)


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
            item = link(item, f"‘{escape(edition.row('agenda_items', item)[f'label_{language}'])}’")
            parts.append(words("verdicts.moved", item=item, categories=escape(", ".join(moved))))
        title = link(claim, escape(edition.row("conclusions", claim)[f"title_{language}"]))
        rows.append((title, "; ".join(parts), in_words(len(mine), language)))
    names = [words("conclusion"), words("verdicts.fails_with"), words("verdicts.variants")]
    return table(pd.DataFrame(rows, columns=names), words("verdicts.robustness"), "tab-stevigheid", language=language)


def summary_counts(edition: Edition) -> dict[str, int]:
    """Returns the number of conclusions: all, those tested on newer facts, and of these still right and outdated."""
    keys = list(edition["conclusions"]["id"])
    newer = [
        result.verdict.state for result in check(edition) if result.claim.conclusion and result.claim.kind == NEWER
    ]
    counts = {"still": newer.count(HOLDS), "outdated": newer.count(OUTDATED)}
    return {"conclusions": len(keys), "retested": sum(counts.values()), **counts}


def conclusion_states(edition: Edition) -> pd.DataFrame:
    """Returns each claim with its kind and state, for a check of the notebook."""
    return pd.DataFrame(
        {"claim": result.claim.id, "kind": result.claim.kind, "state": result.verdict.state}
        for result in check(edition)
    )
