"""Chain and claims: every recommendation reaches a source, and every testable claim can be contradicted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import networkx
import pytest
from conftest import ROOT, Change, na_report

from na_report.base.errors import MissingRowError, NaReportError
from na_report.base.paths import Project
from na_report.editions import asked as questions
from na_report.editions.asked import Reads
from na_report.editions.edition import Edition, open_edition
from na_report.editions.folders import newest_edition
from na_report.reasoning import chain
from na_report.reasoning.checking import all_claims, check, evaluate, results_of, robustness
from na_report.reasoning.claim import (
    CONTRADICTED,
    COUNT,
    HOLDS,
    JUDGEMENT,
    NEWER,
    NOT_TESTABLE,
    OUTDATED,
    REPORT,
)
from na_report.registers import verdicts
from na_report.running.execution import run_pages
from na_report.running.pages import all_pages, choose

CLAIMS = {claim.id: claim for claim in all_claims()}
FIRST, NEWEST = open_edition("2021"), open_edition(newest_edition())
# For each claim that can flip one change of the edition that makes it fail: the first edition, or the newest where that has
# nothing that the claim is about.
FLIPS = {
    "C01": "agendas A08|A09 owners PO-raad",
    "C02": r"agenda_items A09\..* category ethics",
    "C03": r"agenda_items A0[128]\..* category ethics",
    "C04": "observations IND004-NL.* value 9",
    "C05": r"agenda_items A02\.13 item_type rated_high",
    "C07": "agendas A10 measurable_goals yes",
    "C07.later": "agendas A20 measurable_goals yes",
    "C08": "agendas A01 link_abroad none",
    "C09": "agendas A02 measurable_goals yes",
    "C09.later": "agendas .* scope digital_education; agendas .* measurable_goals yes",
    "C10": "agendas A09 link_abroad explicit",
    "C10.later": "agendas A20 link_abroad explicit",
    "C11": "observations IND088-NL.* value -1",
    "C11.later": "observations IND108-NL.* value 1",
    "C12": "observations IND010-NL.* value 30",
    "C13": "findings F.* kind state",
    "C14": "findings FV14|FV26 kind state",
    "C15": r"findings FM2[5-9]|FM3\d kind state",
    "C16": "initiatives INI.* status idea",
    "C16.later": "statuses .* status ended",
    "S01": "observations IND005-EE.* value 3",
    "S02": "observations IND008-NL.* value 25",
    "S03": "observations IND102-NL.* value 40",
    "S04": "observations IND010-NL.* value 40",
    "S05": "observations IND013-NL.* value 4.8",
    "S06": "observations IND019-NL.* value 80",
    "S07": "observations IND016-NL.* value 20",
    "S08": "observations IND025-NL.* value 20",
    "S09": "observations IND029-NL.* value 900000",
    "S10": "observations IND109-NL.* value 5",
    "S11": "agendas A08|A09|A10 items_headline_count 5",
    "S12": "agendas A22 level sector",
    "S14": "interviewees P2 organisation_id ACT12",
    "S15": "findings FV.* kind state",
    "S16": "observations IND103-NL-2025 value 70",
    "S17": "agendas A15 link_abroad none",
    "S18": "observations IND108-EE-2024 value 6.9",
    "S19": "recommendations R8",
}
# Where a claim fails or can't be tested in the edition of today, first what makes it hold.
STARTS = {
    "C07.later": "agendas .* measurable_goals no",
    "C09.later": "agendas .* measurable_goals no",
    "C10.later": "agendas .* link_abroad none",
    "C16.later": "statuses .* status running",
}
# For each claim that says "none" or "all" an edition with nothing that it could be said of.
NOTHING = [
    ("C02", "agendas .* level national"),
    ("C03", "agendas .* scope wider"),
    ("C05", "agendas .* level national"),
    ("C05", r"agenda_items A(08|09|10)\..*"),
    ("C07", "agendas"),
    ("C07", "agendas .* measurable_goals not_stated"),
    ("C07.later", "agendas .* analysed yes"),
    ("C10", "agendas .* level national"),
    ("C10.later", "agendas .* link_abroad not_stated"),
    ("C16.later", "statuses"),
    ("S06", "observations IND019.*"),
    ("S12", "agendas .* level national"),
    ("S14", "organisations ACT12"),
]


def altered(edition: Edition, changes: str) -> Edition:
    """Returns an edition with other cells (table, keys, column, value), fewer rows (table, keys) or an empty table."""
    tables = dict(edition.tables)
    for change in changes.split("; "):
        name, keys, *cell = (change if " " in change else f"{change} .*").split(" ")
        rows = tables[name].copy()
        hit = rows["id"].str.fullmatch(keys)
        assert hit.any()
        if cell:
            rows.loc[hit, cell[0]] = float(cell[1]) if cell[0] == "value" else cell[1]
        tables[name] = rows if cell else rows[~hit]
    return replace(edition, tables=tables, _rows={}, reads=Reads())


def start(key: str) -> Edition:
    """Returns an edition in which a claim holds."""
    if evaluate(CLAIMS[key], FIRST).state != NOT_TESTABLE:
        return FIRST
    return altered(NEWEST, STARTS[key]) if key in STARTS else NEWEST


def test_every_claim_that_can_flip_has_a_flip() -> None:
    assert {claim.id for claim in all_claims() if claim.holds != JUDGEMENT} == set(FLIPS)


@pytest.mark.parametrize("key", FLIPS)
def test_a_claim_holds_fails_in_an_altered_edition_and_does_not_hold_where_nothing_could_contradict_it(
    key: str,
) -> None:
    edition, claim = start(key), CLAIMS[key]
    assert evaluate(claim, edition).state == HOLDS
    verdict = evaluate(claim, altered(edition, FLIPS[key]))
    assert verdict.state == (OUTDATED if claim.kind == NEWER else CONTRADICTED)
    assert verdict.facts
    assert evaluate(claim, altered(edition, FLIPS[key].split(" ")[0])).state != HOLDS


@pytest.mark.parametrize(("key", "changes"), NOTHING)
def test_a_claim_about_nothing_is_not_testable_rather_than_false(key: str, changes: str) -> None:
    assert evaluate(CLAIMS[key], altered(start(key), changes)).state == NOT_TESTABLE


@pytest.mark.parametrize(("key", "column"), [("C07.later", "measurable_goals"), ("C10.later", "link_abroad")])
def test_that_none_is_so_can_not_be_said_while_of_some_nobody_knows(key: str, column: str) -> None:
    verdict = evaluate(CLAIMS[key], altered(start(key), f"agendas A20 {column} not_stated"))
    assert verdict.state == NOT_TESTABLE
    assert "more than none" in verdict.why


def test_a_claim_on_the_facts_of_the_report_is_the_same_in_each_edition_and_one_on_newer_facts_waits_for_them() -> None:
    for claim in all_claims():
        first = evaluate(claim, FIRST)
        if claim.kind == REPORT:
            assert first == evaluate(claim, NEWEST), claim.id
        if claim.kind == NEWER:
            assert first.state == NOT_TESTABLE and first.why


@pytest.mark.parametrize("status", ["ended", "succeeded", "unknown"])
def test_what_ended_or_is_unknown_does_not_run(status: str) -> None:
    edition = start("C16.later")
    mbo = "|".join(row["id"] for row in edition.records("initiatives") if "mbo" in row["sector"].split(";"))
    fewer = altered(edition, f"statuses {mbo} status {status}")
    assert [evaluate(CLAIMS["C16.later"], some).facts[0].value for some in (edition, fewer)] == [3, 2]


# The numbers that the report states of an agenda, and the rows that we made of it; 2a and 2b are one.
COUNTED = (
    "IND032 A01 priority, IND037 A02 rated_high, IND036 A02 rated_low, IND035 A02 proposed_priority, IND045 A04 theme, "
    "IND046 A04 ambition, IND047 A05 pillar, IND048 A07 question, IND049 A08 speerpunt, IND052 A09 ambition, "
    "IND053 A10 zone, IND055 A12 goal"
)


@pytest.mark.parametrize("edition", [FIRST, NEWEST], ids=lambda edition: edition.name)
def test_the_items_of_an_agenda_are_as_many_as_the_report_says(edition: Edition) -> None:
    for key, agenda, kind in map(str.split, COUNTED.split(", ")):
        rows = edition.rows("agenda_items", agenda_id=agenda, item_type=kind)
        assert rows["item_no"].str.rstrip("abcdefgh").nunique() == edition.observation(key)["value"], key


def test_all_sixteen_conclusions_have_a_claim() -> None:
    known = dict.fromkeys(claim.conclusion for claim in all_claims() if claim.conclusion)
    assert list(known) == list(FIRST["conclusions"]["id"])
    assert {claim.kind for claim in all_claims() if claim.id.endswith(".later")} == {NEWER}


def test_the_chain_has_no_circle_and_every_recommendation_reaches_a_source() -> None:
    assert networkx.is_directed_acyclic_graph(chain.graph(FIRST))
    for key in FIRST["recommendations"]["id"]:
        assert chain.reached(FIRST, key, "conclusions")
        assert chain.reached(FIRST, key, "sources"), key


def test_walking_down_ends_in_sources_or_in_evidence_without_one() -> None:
    net, steps = chain.graph(FIRST), list(chain.walk(FIRST, "R1"))
    assert [(step.key, step.depth) for step in steps[:2]] == [("R1", 0), (steps[1].key, 1)]
    ends = {step.table for step in steps if not list(net.successors(step.key))}
    assert "sources" in ends <= {"sources", "findings", "observations"}


def test_walking_up_from_an_indicator_reaches_what_leans_on_it() -> None:
    assert {"FN01", "C11", "C04", "R6"} <= {step.key for step in chain.walk(FIRST, "IND004", up=True)}


@pytest.mark.parametrize(
    ("key", "said", "hint"),
    [
        ("R99", "No row", "Ids look like"),
        ("", "No row", "Ids look like"),
        ("r1", "No row", "mean R1"),
        ("FM12 ", "No row", "mean FM12"),
        ("Ceps2019irdl", "No row", "mean ceps2019irdll"),
        ("ACT01", "row of organisations, .* rest", "recommendations"),
        ("mbo", "row of sectors, .* rest", "recommendations"),
    ],
)
def test_walking_from_nowhere_is_refused(key: str, said: str, hint: str) -> None:
    for ask in (chain.walk, lambda edition, key: chain.below(edition, key, "findings")):
        with pytest.raises(NaReportError, match=said) as caught:
            ask(FIRST, key)
        assert hint in caught.value.hint


@pytest.mark.parametrize("key", ["C99", "", "FM12", "C14"])
def test_a_claim_that_nobody_made_or_that_the_edition_lacks_is_refused_with_a_hint(key: str) -> None:
    edition = altered(FIRST, "conclusions C14")
    assert len(check(edition)) == len(all_claims()) - 1
    with pytest.raises(MissingRowError, match=f"no claim {key!r}") as caught:
        results_of(edition, key)
    assert "C01" in caught.value.hint


def fails(edition: Edition) -> str:
    raise ValueError("no years")


QUESTIONS = {
    "a claim that was withdrawn": ["derived", "na_report.reasoning.checking.results_of", ["C99"], {}],
    "other arguments than before": ["derived", "na_report.reasoning.chain.below", ["R1"], {}],
    "a function that is gone": ["derived", "na_report.reasoning.chain.gone", [], {}],
    "a module that is gone": ["derived", "na_report.gone.x", [], {}],
    "a function that fails": ["derived", "tests.fails", [], {}],
    "a table that is gone": ["table", "gone"],
    "a column that is gone": ["rows", "findings", {"gone": "x"}],
    "a question of another kind": ["gone"],
    "no question": [],
}


@pytest.mark.parametrize("question", [*map(json.dumps, QUESTIONS.values()), "{", "1"])
def test_a_question_that_can_not_be_asked_again_has_no_answer(question: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(questions._DERIVED, "tests.fails", fails)
    edition = open_edition("2021")
    edition.row("recommendations", "R1")
    asked = dict(edition.reads.answers)
    assert questions.answer_again(edition, [question, *asked]) == {question: "missing", **asked}


def test_robustness_computes_each_move_of_each_inferred_coding() -> None:
    flips, count = robustness(FIRST)
    assert count == 1 + int((FIRST["agenda_items"]["coding_basis"] == "inferred").sum()) * 8
    assert {flip.claim for flip in flips if not flip.item} == {"C02", "C03"}
    assert "C10" not in {flip.claim for flip in flips}
    # They are what the claims say of editions that are coded so: here of an item that only one category moves a claim by.
    item = "A09.1"
    codes = FIRST["categories"].query("kind in ['goal', 'principle', 'way_of_working', 'outside']")["code"]
    expected = {
        (key, code)
        for code in codes
        for key, claim in CLAIMS.items()
        if claim.uses_coding
        and evaluate(claim, altered(FIRST, f"agenda_items {re.escape(item)} category {code}")).state
        != evaluate(claim, FIRST).state
    }
    assert {(flip.claim, flip.category) for flip in flips if flip.item == item} == expected != set()


def test_an_outdated_conclusion_warns_where_it_means_something_for_the_advice() -> None:
    edition = start("C16.later")
    assert verdicts.recommendation_note(edition, "R8") == ""
    ended = altered(edition, FLIPS["C16.later"])
    note = verdicts.recommendation_note(ended, "R8")
    assert note.startswith("**Achterhaald:**")
    assert "eerst wat er nu voor in de plaats is" in note
    assert verdicts.recommendation_note(ended, "R1") == ""


def test_a_claim_that_means_nothing_for_the_advice_stays_in_its_chapter() -> None:
    edition = altered(start("C11.later"), FLIPS["C11.later"])
    assert "(#c11)" in verdicts.page_note(edition, "koploper").markdown  # type: ignore[union-attr]
    assert "(#c11)" not in verdicts.page_note(edition).markdown  # type: ignore[union-attr]
    assert verdicts.page_note(edition, "sector-mbo") is None
    assert verdicts.page_note(FIRST) is None


def test_what_only_counts_our_tables_is_shown_to_no_reader() -> None:
    edition = altered(FIRST, FLIPS["C14"])
    assert [found.verdict.state for found in check(edition) if found.claim.id == "C14"] == [CONTRADICTED]
    assert verdicts.page_note(edition, "conclusies") is None
    assert verdicts.state(edition, "C14") == "niet opnieuw te toetsen"
    shown = verdicts.claims(edition, NEWER).markdown + verdicts.claims(edition, REPORT).markdown
    assert not [claim for claim in all_claims() if claim.kind == COUNT and claim.says["nl"] in shown]


def test_the_outcome_of_a_conclusion_is_that_on_newer_facts() -> None:
    edition = open_edition("2026")
    states = {key: verdicts.state(edition, key) for key in ("C07", "C11", "C02")}
    assert states == {"C07": "achterhaald", "C11": "klopt nog", "C02": "niet opnieuw te toetsen"}
    assert verdicts.state(altered(edition, FLIPS["C02"]), "C02") == "tegengesproken"
    counts = verdicts.summary_counts(edition)
    assert 0 < counts["retested"] == counts["still"] + counts["outdated"] < counts["conclusions"]


@pytest.fixture
def contradicted(project: Project, change: Change, reseal: Callable[[], None]) -> Project:
    """A project in whose edition 2021 the Netherlands does worse than the others."""
    change("observations", "IND004-NL-2019", "value", "9")
    change("observations", "IND088-NL-2020", "value", "-1")
    reseal()
    return project


def test_check_names_conclusion_figures_and_recommendations(contradicted: Project) -> None:
    assert na_report(Project(ROOT), "check", "--edition", "2021").returncode == 0
    done = na_report(contradicted, "check", "--edition", "2021")
    assert done.returncode == 1
    assert "C11  report, contradicted" in done.stdout
    assert "IND004-NL-2019" in done.stdout
    assert "recommendations that lean on C04: R6" in done.stdout
    said = json.loads(na_report(contradicted, "check", "-e", "2021", "--format", "json").stdout)
    [row] = [row for row in said if row["id"] == "C04"]
    assert (row["state"], row["recommendations"]) == ("contradicted", ["R6"])
    assert {fact["observation"]: fact["value"] for fact in row["facts"]}["IND088-NL-2020"] == -1


def test_the_rebuilt_pages_say_that_a_conclusion_no_longer_holds(contradicted: Project) -> None:
    folder = contradicted.build("2021", "nl") / "notebooks"
    run_pages(
        contradicted, choose(all_pages(contradicted), ["koploper", "beleidsagendas"]), {"edition": "2021"}, folder
    )
    text = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.ipynb")}
    assert all("**Tegengesproken:**" in text[name] for name in ("koploper", "beleidsagendas"))
    assert "lager dan gemiddeld in de EU" in text["koploper"]
    assert "Veranderd sinds het rapport" in text["koploper"]


@pytest.mark.parametrize("key", ["R1", "IND007", "ceps2019irdll", "A08.3", "AP1"])
def test_trace_prints_both_ways(project: Project, key: str) -> None:
    done = na_report(project, "trace", key, "--edition", "2021")
    assert done.returncode == 0
    assert f"{key} rests on" in done.stdout
    assert f"{key} carries" in done.stdout
    assert "{IND" not in done.stdout
