"""What the data says of conclusions and sentences, in words that a reader understands."""

import pandas as pd

from na_report.editions.edition import Edition
from na_report.reasoning.checking import check, failing, robustness
from na_report.reasoning.claim import HOLDS, NEWER, OUTDATED
from na_report.registers import analysis
from na_report.registers.templates import Templates
from na_report.writing.markdown import Block, escape, link
from na_report.writing.numbers import in_words
from na_report.writing.text import sentence_case
from na_report.writing.voice import Voice


def page_note(edition: Edition, page: str = "", language: str = "nl", *, section: str | None = None) -> Block | None:
    """Shows the statements of a page that no longer hold; nothing when there are none.

    Without a page it shows all statements whose fall means something for the advice, without their figures; with a section of
    the report only its conclusions, and with an empty one only the sentences that are no conclusion.
    """
    found = []
    for result in failing(edition, page):
        key = result.claim.conclusion
        here = section in (None, edition.row("conclusions", key)["section"] if key else "")
        if here and (page or result.claim.means):
            found.append(result)
    templates = Templates(Voice(edition, language))
    return Block(templates.block("warnings", {"found": found, "page": page})) if found else None


def claims(edition: Edition, kind: str, language: str = "nl") -> Block:
    """Shows the claims of a kind with their outcome and the figures that decide."""
    voice = Voice(edition, language)
    templates = Templates(voice)
    rows = (
        {
            "verdicts.statement": templates.line(result.claim, "claim"),
            "verdicts.state": voice.words(
                f"states.{result.state}" if kind == NEWER else f"report_states.{result.state}"
            ),
            "verdicts.deciding": sentence_case(templates.line(result.facts, "facts")),
        }
        for result in check(edition)
        if result.claim.kind == kind
    )
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
