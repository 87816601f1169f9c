"""Chain and claims: every recommendation reaches a source, and every testable claim can be contradicted."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import pytest
from conftest import Change, na_report

from na_report.base.errors import MissingRowError, NaReportError
from na_report.base.paths import Project
from na_report.editions import reads
from na_report.editions.edition import Edition, open_edition
from na_report.editions.folders import newest_edition
from na_report.reasoning import chain
from na_report.reasoning.claim import (
    CONTRADICTED,
    COUNT,
    HOLDS,
    JUDGEMENT,
    NEWER,
    NOT_TESTABLE,
    OUTDATED,
    REPORT,
    Claim,
)
from na_report.reasoning.claims import all_claims, check, evaluate, robustness
from na_report.reasoning.claims import results_of as claims_of
from na_report.registers import verdicts

Alter = Callable[[pd.DataFrame], pd.DataFrame]


def altered(edition: Edition, **tables: Alter) -> Edition:
    changed = {name: alter(edition[name].copy()) for name, alter in tables.items()}
    return Edition(edition.name, {**edition.tables, **changed}, edition.descriptor)


def value(key: str, new: float) -> dict[str, Alter]:
    """Gives an indicator in the Netherlands, or one observation, another value."""

    def alter(rows: pd.DataFrame) -> pd.DataFrame:
        hit = rows["id"].str.match(key if "-" in key else f"{key}-NL")
        assert hit.any()
        rows.loc[hit, "value"] = new
        return rows

    return {"observations": alter}


def cell(table: str, keys: str, column: str, new: str) -> dict[str, Alter]:
    def alter(rows: pd.DataFrame) -> pd.DataFrame:
        hit = rows["id"].str.fullmatch(keys)
        assert hit.any()
        rows.loc[hit, column] = new
        return rows

    return {table: alter}


def with_statuses(edition: Edition) -> Edition:
    """Returns an edition that knows what became of the initiatives of the report: all of them are running."""
    keys = list(edition.tables["initiatives"]["id"])
    statuses = pd.DataFrame({"id": keys, "status": "running"})
    return Edition(edition.name, {**edition.tables, "statuses": statuses}, edition.descriptor)


# For each claim that can flip one change of the edition that makes it fail: the first one, or the newest where that has
# nothing that the claim is about.
FLIPS: dict[str, dict[str, Alter]] = {
    "C01": cell("agendas", "A08|A09", "owners", "PO-raad"),
    "C02": cell("agenda_items", r"A09\..*", "category", "ethics"),
    "C03": cell("agenda_items", r"A0[128]\..*", "category", "ethics"),
    "C04": value("IND004", 9),
    "C05": cell("agenda_items", r"A02\.13", "item_type", "rated_high"),
    "C07": cell("agendas", "A10", "measurable_goals", "yes"),
    "C07.later": cell("agendas", "A20", "measurable_goals", "yes"),
    "C08": cell("agendas", "A01", "link_abroad", "none"),
    "C09": cell("agendas", "A02", "measurable_goals", "yes"),
    "C09.later": {"agendas": lambda rows: rows.assign(scope="digital_education", measurable_goals="yes")},
    "C10": cell("agendas", "A09", "link_abroad", "explicit"),
    "C10.later": cell("agendas", "A20", "link_abroad", "explicit"),
    "C11": value("IND088", -1),
    "C11.later": value("IND108", 1),
    "C12": value("IND010", 30),
    "C13": cell("findings", "F.*", "kind", "state"),
    "C14": cell("findings", "FV14|FV26", "kind", "state"),
    "C15": cell("findings", r"FM2[5-9]|FM3\d", "kind", "state"),
    "C16": cell("initiatives", "INI.*", "status", "idea"),
    "C16.later": cell("statuses", ".*", "status", "ended"),
    "S01": value("IND005-EE", 3),
    "S02": value("IND008", 25),
    "S03": value("IND102", 40),
    "S04": value("IND010", 40),
    "S05": value("IND013", 4.8),
    "S06": value("IND019", 80),
    "S07": value("IND016", 20),
    "S08": value("IND025", 20),
    "S09": value("IND029", 900000),
    "S10": value("IND109", 5),
    "S11": cell("agendas", "A08|A09|A10", "items_headline_count", "5"),
    "S12": cell("agendas", "A22", "level", "sector"),
    "S14": cell("interviewees", "P2", "organisation_id", "ACT12"),
    "S15": cell("findings", "FV.*", "kind", "state"),
    "S16": value("IND103-NL-2025", 70),
    "S17": cell("agendas", "A15", "link_abroad", "none"),
    "S18": value("IND108-EE-2024", 6.9),
}
# Where a claim fails or can't be tested in the edition of today, first what makes it hold.
STARTS = {
    "C07.later": {"agendas": lambda rows: rows.assign(measurable_goals="no")},
    "C09.later": {"agendas": lambda rows: rows.assign(measurable_goals="no")},
    "C10.later": {"agendas": lambda rows: rows.assign(link_abroad="none")},
}


def claim_of(key: str) -> Claim:
    [found] = [claim for claim in all_claims() if claim.id == key]
    return found


def start(claim: Claim) -> Edition:
    """Returns an edition in which a claim holds."""
    first = open_edition("2021")
    if evaluate(claim, first).state != NOT_TESTABLE:
        return first
    return altered(with_statuses(open_edition(newest_edition())), **STARTS.get(claim.id, {}))


def test_a_trace_counts_its_depth_from_the_row_itself() -> None:
    first, second, *_ = chain.walk(open_edition("2021"), "R1")
    assert (first.key, first.depth, second.depth) == ("R1", 0, 1)


def test_every_claim_that_can_flip_has_a_flip() -> None:
    assert {claim.id for claim in all_claims() if claim.holds != JUDGEMENT} == set(FLIPS)


@pytest.mark.parametrize("key", FLIPS)
def test_a_claim_holds_and_fails_in_an_altered_edition(key: str) -> None:
    claim = claim_of(key)
    edition = start(claim)
    assert evaluate(claim, edition).state == HOLDS
    verdict = evaluate(claim, altered(edition, **FLIPS[key]))
    assert verdict.state == (OUTDATED if claim.kind == NEWER else CONTRADICTED)
    assert verdict.facts


def test_a_claim_on_the_facts_of_the_report_is_the_same_in_each_edition() -> None:
    editions = [open_edition(name) for name in ("2021", newest_edition())]
    for claim in all_claims():
        if claim.kind == REPORT:
            first, later = (evaluate(claim, edition) for edition in editions)
            assert first == later, claim.id


def test_a_claim_on_newer_facts_can_not_be_tested_on_those_of_the_report() -> None:
    newer = [claim for claim in all_claims() if claim.kind == NEWER]
    assert newer
    for claim in newer:
        verdict = evaluate(claim, open_edition("2021"))
        assert verdict.state == NOT_TESTABLE
        assert verdict.why


def test_without_statuses_nothing_is_said_of_what_still_runs() -> None:
    edition = with_statuses(open_edition("2026"))
    claim = claim_of("C16.later")
    assert evaluate(claim, edition).state != NOT_TESTABLE
    assert evaluate(claim, altered(edition, **no_rows("statuses"))).state == NOT_TESTABLE


@pytest.mark.parametrize("status", ["ended", "succeeded", "unknown"])
def test_what_ended_or_is_unknown_does_not_run(status: str) -> None:
    edition, claim = start(claim_of("C16.later")), claim_of("C16.later")
    mbo = "|".join(row["id"] for row in edition.records("initiatives") if "mbo" in row["sector"].split(";"))
    fewer = altered(edition, **cell("statuses", mbo, "status", status))
    assert [evaluate(claim, some).facts[0].value for some in (edition, fewer)] == [3, 2]


# The numbers that the report states of an agenda, and the rows that we made of it; 2a and 2b are one.
COUNTED = {
    "IND032": ("A01", "priority"),
    "IND037": ("A02", "rated_high"),
    "IND036": ("A02", "rated_low"),
    "IND035": ("A02", "proposed_priority"),
    "IND045": ("A04", "theme"),
    "IND046": ("A04", "ambition"),
    "IND047": ("A05", "pillar"),
    "IND048": ("A07", "question"),
    "IND049": ("A08", "speerpunt"),
    "IND052": ("A09", "ambition"),
    "IND053": ("A10", "zone"),
    "IND055": ("A12", "goal"),
}


@pytest.mark.parametrize("name", ["2021", newest_edition()])
@pytest.mark.parametrize("key", COUNTED)
def test_the_items_of_an_agenda_are_as_many_as_the_report_says(key: str, name: str) -> None:
    edition, (agenda, kind) = open_edition(name), COUNTED[key]
    rows = edition.rows("agenda_items", agenda_id=agenda, item_type=kind)
    assert rows["item_no"].str.rstrip("abcdefgh").nunique() == edition.observation(key)["value"]


def no_rows(*tables: str) -> dict[str, Alter]:
    return {table: lambda rows: rows.iloc[:0] for table in tables}


def without(table: str, keys: str) -> dict[str, Alter]:
    return {table: lambda rows: rows[~rows["id"].str.fullmatch(keys)]}


# For each claim that says "none" or "all" an edition with nothing that it could be said of.
NOTHING: list[tuple[str, dict[str, Alter]]] = [
    ("C02", cell("agendas", ".*", "level", "national")),
    ("C03", cell("agendas", ".*", "scope", "wider")),
    ("C05", cell("agendas", ".*", "level", "national")),
    ("C05", without("agenda_items", r"A(08|09|10)\..*")),
    ("C07", no_rows("agendas")),
    ("C07", cell("agendas", ".*", "measurable_goals", "not_stated")),
    ("C07.later", cell("agendas", ".*", "analysed", "yes")),
    ("C10", cell("agendas", ".*", "level", "national")),
    ("C10.later", cell("agendas", ".*", "link_abroad", "not_stated")),
    ("S12", cell("agendas", ".*", "level", "national")),
    ("S14", without("organisations", "ACT12")),
]


@pytest.mark.parametrize(("key", "alter"), NOTHING)
def test_a_claim_about_nothing_is_not_testable(key: str, alter: dict[str, Alter]) -> None:
    claim = claim_of(key)
    assert evaluate(claim, altered(start(claim), **alter)).state == NOT_TESTABLE


@pytest.mark.parametrize("key", FLIPS)
def test_no_claim_holds_when_the_table_that_could_contradict_it_is_empty(key: str) -> None:
    claim = claim_of(key)
    assert evaluate(claim, altered(start(claim), **no_rows(*FLIPS[key]))).state != HOLDS


@pytest.mark.parametrize(("key", "column"), [("C07.later", "measurable_goals"), ("C10.later", "link_abroad")])
def test_that_none_is_so_can_not_be_said_while_of_some_nobody_knows(key: str, column: str) -> None:
    claim = claim_of(key)
    verdict = evaluate(claim, altered(start(claim), **cell("agendas", "A20", column, "not_stated")))
    assert verdict.state == NOT_TESTABLE
    assert "more than none" in verdict.why


def test_without_sector_agendas_the_sectors_have_none_of_several_parties() -> None:
    claim = claim_of("C01")
    none = altered(open_edition("2021"), **cell("agendas", ".*", "level", "national"))
    assert evaluate(claim, none).state == CONTRADICTED


def test_all_sixteen_conclusions_have_a_claim() -> None:
    edition = open_edition("2021")
    known = dict.fromkeys(claim.conclusion for claim in all_claims() if claim.conclusion)
    assert list(known) == list(edition["conclusions"]["id"])
    assert {claim.kind for claim in all_claims() if claim.id.endswith(".later")} == {NEWER}


def test_missing_evidence_is_not_testable_rather_than_false() -> None:
    edition = altered(open_edition("2021"), observations=lambda rows: rows[rows["indicator_id"] != "IND019"])
    assert evaluate(claim_of("S06"), edition).state == NOT_TESTABLE


def test_every_recommendation_reaches_a_source() -> None:
    edition = open_edition("2021")
    for key in edition["recommendations"]["id"]:
        assert chain.reached(edition, key, "conclusions")
        assert chain.reached(edition, key, "sources"), key


def test_the_chain_has_no_circle() -> None:
    import networkx

    assert networkx.is_directed_acyclic_graph(chain.graph(open_edition("2021")))


def test_walking_down_ends_in_sources_or_in_evidence_without_one() -> None:
    edition = open_edition("2021")
    net = chain.graph(edition)
    ends = {step.table for step in chain.walk(edition, "R1") if not list(net.successors(step.key))}
    assert ends <= {"sources", "findings", "observations"}
    assert "sources" in ends


def test_walking_up_from_an_indicator_reaches_what_leans_on_it() -> None:
    keys = [step.key for step in chain.walk(open_edition("2021"), "IND004", up=True)]
    assert {"FN01", "C11", "C04", "R6"} <= set(keys)


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("R99", "Ids look like"),
        ("r1", "mean R1"),
        ("FM12 ", "mean FM12"),
        ("Ceps2019irdl", "mean ceps2019irdll"),
        ("", "Ids look like"),
    ],
)
def test_walking_from_nowhere_is_refused(key: str, hint: str) -> None:
    for ask in (chain.walk, lambda edition, key: chain.below(edition, key, "findings")):
        with pytest.raises(NaReportError, match="No row") as caught:
            ask(open_edition("2021"), key)
        assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("key", "table"), [("ACT01", "organisations"), ("INI01", "initiatives"), ("P1", "interviewees"), ("mbo", "sectors")]
)
def test_walking_from_a_row_outside_the_chain_says_so(key: str, table: str) -> None:
    with pytest.raises(NaReportError, match=f"row of {table}, .* rest") as caught:
        chain.walk(open_edition("2021"), key)
    assert "recommendations" in caught.value.hint


def test_a_conclusion_that_the_edition_does_not_have_has_no_verdict() -> None:
    edition = altered(open_edition("2021"), **without("conclusions", "C14"))
    assert "C14" not in {result.claim.id for result in check(edition)}
    assert len(check(edition)) == len(all_claims()) - 1
    with pytest.raises(MissingRowError, match="C14") as caught:
        claims_of(edition, "C14")
    assert caught.value.hint


@pytest.mark.parametrize("key", ["C99", "", "FM12"])
def test_a_claim_that_nobody_made_is_refused_with_a_hint(key: str) -> None:
    with pytest.raises(MissingRowError, match=f"no claim {key!r}") as caught:
        claims_of(open_edition("2021"), key)
    assert "C01" in caught.value.hint


def fails(edition: Edition) -> str:
    raise ValueError("no years")


QUESTIONS = {
    "a claim that was withdrawn": ["derived", "na_report.reasoning.claims.results_of", ["C99"], {}],
    "a row that is not in the chain": ["derived", "na_report.reasoning.chain.below", ["R99", "findings"], {}],
    "other arguments than before": ["derived", "na_report.reasoning.chain.below", ["R1"], {}],
    "a function that is gone": ["derived", "na_report.reasoning.chain.gone", [], {}],
    "a module that is gone": ["derived", "na_report.gone.x", [], {}],
    "a function that fails": ["derived", "tests.fails", [], {}],
    "a table that is gone": ["table", "gone"],
    "a column that is gone": ["rows", "findings", {"gone": "x"}],
    "a question of another kind": ["gone"],
    "no question": [],
}


@pytest.mark.parametrize(
    "question",
    [json.dumps(asked) for asked in QUESTIONS.values()] + ["{", "1"],
    ids=[*QUESTIONS, "no JSON", "a number"],
)
def test_a_question_that_can_not_be_asked_again_has_no_answer(question: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(reads._DERIVED, "tests.fails", fails)
    edition = open_edition("2021")
    sound = json.dumps(["row", "recommendations", "R1"])
    edition.row("recommendations", "R1")
    asked = dict(edition.reads.answers)
    assert reads.answer_again(edition, [question, sound]) == {question: "missing", **asked}


def test_robustness_computes_each_move_of_each_inferred_coding() -> None:
    edition = open_edition("2021")
    flips, count = robustness(edition)
    inferred = int((edition["agenda_items"]["coding_basis"] == "inferred").sum())
    assert count == 1 + inferred * 8
    left_out = {flip.claim for flip in flips if not flip.item}
    assert left_out == {"C02", "C03"}
    assert "C10" not in {flip.claim for flip in flips}


def test_an_outdated_conclusion_warns_where_it_means_something_for_the_advice() -> None:
    edition = start(claim_of("C16.later"))
    leaning = next(found for found in check(edition) if found.claim.id == "C16.later").recommendations
    assert "R8" in leaning
    assert verdicts.recommendation_note(edition, "R8") == ""
    ended = altered(edition, **FLIPS["C16.later"])
    note = verdicts.recommendation_note(ended, "R8")
    assert note.startswith("**Achterhaald:**")
    assert "eerst wat er nu voor in de plaats is" in note
    assert verdicts.recommendation_note(ended, "R1") == ""


def test_a_claim_that_means_nothing_for_the_advice_stays_in_its_chapter() -> None:
    edition = altered(start(claim_of("C11.later")), **FLIPS["C11.later"])
    assert "(#c11)" in verdicts.page_note(edition, "koploper").markdown  # type: ignore[union-attr]
    assert "(#c11)" not in verdicts.page_note(edition).markdown  # type: ignore[union-attr]
    assert verdicts.page_note(edition, "sector-mbo") is None
    assert verdicts.page_note(open_edition("2021")) is None


def test_what_only_counts_our_tables_is_shown_to_no_reader() -> None:
    edition = altered(open_edition("2021"), **FLIPS["C14"])
    assert [found.verdict.state for found in check(edition) if found.claim.id == "C14"] == [CONTRADICTED]
    assert verdicts.page_note(edition, "conclusies") is None
    assert verdicts.state(edition, "C14") == "niet opnieuw te toetsen"
    shown = verdicts.claims(edition, NEWER).markdown + verdicts.claims(edition, REPORT).markdown
    assert not [claim for claim in all_claims() if claim.kind == COUNT and claim.says["nl"] in shown]


def test_the_outcome_of_a_conclusion_is_that_on_newer_facts() -> None:
    edition = open_edition("2026")
    assert verdicts.state(edition, "C07") == "achterhaald"
    assert verdicts.state(edition, "C11") == "klopt nog"
    assert verdicts.state(edition, "C02") == "niet opnieuw te toetsen"
    assert verdicts.state(altered(edition, **FLIPS["C02"]), "C02") == "tegengesproken"
    counts = verdicts.summary_counts(edition)
    assert 0 < counts["retested"] == counts["still"] + counts["outdated"] < counts["conclusions"]


def test_check_names_conclusion_figures_and_recommendations(
    project: Project, change: Change, reseal: Callable[[], None]
) -> None:
    assert na_report(project, "check", "--edition", "2021").returncode == 0
    change("observations", "IND004-NL-2019", "value", "9")
    change("observations", "IND088-NL-2020", "value", "-1")
    reseal()
    done = na_report(project, "check", "--edition", "2021")
    assert done.returncode == 1
    assert "C11  report, contradicted" in done.stdout
    assert "IND004-NL-2019" in done.stdout
    assert "recommendations that lean on C04: R6" in done.stdout
    results = {
        row["id"]: row for row in json.loads(na_report(project, "check", "-e", "2021", "--format", "json").stdout)
    }
    assert results["C04"]["state"] == "contradicted"
    assert results["C04"]["recommendations"] == ["R6"]
    assert {fact["observation"]: fact["value"] for fact in results["C04"]["facts"]}["IND088-NL-2020"] == -1


def test_the_rebuilt_pages_say_that_a_conclusion_no_longer_holds(
    project: Project, change: Change, reseal: Callable[[], None]
) -> None:
    from na_report.running.execution import run_pages
    from na_report.running.pages import all_pages, choose

    change("observations", "IND004-NL-2019", "value", "9")
    change("observations", "IND088-NL-2020", "value", "-1")
    reseal()
    folder = project.build("2021", "nl") / "notebooks"
    pages = choose(all_pages(project), ["koploper", "beleidsagendas"])
    run_pages(project, pages, {"edition": "2021"}, folder)
    text = {page.name: (folder / f"{page.name}.ipynb").read_text(encoding="utf-8") for page in pages}
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
