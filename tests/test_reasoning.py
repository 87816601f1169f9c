"""Chain and claims: every recommendation reaches a source, and every testable claim can be contradicted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pandas as pd
import pytest
from conftest import Change

from na_report.errors import MissingRowError, NaReportError
from na_report.evidence import chain, reads
from na_report.evidence.claims import (
    CONTRADICTED,
    HOLDS,
    NOT_TESTABLE,
    all_claims,
    check,
    evaluate,
    robustness,
    weakened,
)
from na_report.evidence.claims import result as claim_result
from na_report.evidence.edition import Edition, open_edition
from na_report.paths import Project
from na_report.presentation import verdicts

Alter = Callable[[pd.DataFrame], pd.DataFrame]


def altered(edition: Edition, **tables: Alter) -> Edition:
    changed = {name: alter(edition[name].copy()) for name, alter in tables.items()}
    return Edition(edition.name, {**edition.tables, **changed}, edition.descriptor)


def value(key: str, new: float) -> dict[str, Alter]:
    def alter(rows: pd.DataFrame) -> pd.DataFrame:
        assert (rows["indicator_id"] == key).any()
        rows.loc[rows["indicator_id"] == key, "value"] = new
        return rows

    return {"observations": alter}


def cell(table: str, keys: str, column: str, new: str) -> dict[str, Alter]:
    def alter(rows: pd.DataFrame) -> pd.DataFrame:
        hit = rows["id"].str.fullmatch(keys)
        assert hit.any()
        rows.loc[hit, column] = new
        return rows

    return {table: alter}


# For each testable claim one change of the edition that contradicts it.
FLIPS: dict[str, dict[str, Alter]] = {
    "C01": cell("agendas", "A08|A09", "owners", "PO-raad"),
    "C02": cell("agenda_items", r"A09\..*", "category", "ethics"),
    "C03": cell("agenda_items", r"A0[128]\..*", "category", "ethics"),
    "C04": value("IND004", 9),
    "C05": cell("agenda_items", r"A02\.13", "item_type", "rated_high"),
    "C07": cell("agendas", "A10", "measurable_goals", "yes"),
    "C08": cell("agendas", "A01", "link_abroad", "none"),
    "C09": cell("agendas", "A02", "measurable_goals", "yes"),
    "C10": cell("agendas", "A09", "link_abroad", "explicit"),
    "C11": value("IND088", -1),
    "C12": value("IND010", 30),
    "C13": cell("findings", "F.*", "kind", "state"),
    "C14": cell("findings", "FV14|FV26", "kind", "state"),
    "C15": cell("findings", r"FM2[5-9]|FM3\d", "kind", "state"),
    "C16": cell("initiatives", "INI.*", "status", "idea"),
    "S01": value("IND005", 3),
    "S02": value("IND008", 25),
    "S03": value("IND002", 40),
    "S04": value("IND010", 40),
    "S05": value("IND013", 4.8),
    "S06": value("IND019", 80),
    "S07": value("IND016", 20),
    "S08": value("IND025", 20),
    "S09": value("IND029", 900000),
    "S10": value("IND009", -1),
    "S11": {"observations": lambda rows: rows.assign(value=5.0)},
    "S12": cell("agendas", "A12", "level", "sector"),
    "S13": cell("findings", "FH.*", "category", "other"),
    "S14": cell("interviewees", "P2", "organisation_id", "ACT12"),
    "S15": cell("findings", "FV.*", "kind", "state"),
}
COUNTED = [
    "IND032",
    "IND037",
    "IND036",
    "IND035",
    "IND045",
    "IND046",
    "IND047",
    "IND048",
    "IND049",
    "IND052",
    "IND053",
    "IND055",
]
FLIPS |= {f"S{20 + place}": value(key, 99) for place, key in enumerate(COUNTED)}


def test_a_trace_counts_its_depth_from_the_row_itself() -> None:
    first, second, *_ = chain.walk(open_edition("2021"), "R1")
    assert (first.key, first.depth, second.depth) == ("R1", 0, 1)


def test_every_testable_claim_has_a_flip() -> None:
    testable = {result.claim.id for result in check(open_edition("2021")) if result.verdict.state != NOT_TESTABLE}
    assert testable == set(FLIPS)


@pytest.mark.parametrize("key", FLIPS)
def test_a_claim_holds_on_2021_and_is_contradicted_by_an_altered_edition(key: str) -> None:
    [claim] = [claim for claim in all_claims() if claim.id == key]
    edition = open_edition("2021")
    assert evaluate(claim, edition).state == HOLDS
    verdict = evaluate(claim, altered(edition, **FLIPS[key]))
    assert verdict.state == CONTRADICTED
    assert verdict.facts


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
    ("C10", cell("agendas", ".*", "level", "national")),
    ("S12", cell("agendas", ".*", "level", "national")),
    ("S14", without("organisations", "ACT12")),
    ("S20", without("agendas", "A01")),
]


@pytest.mark.parametrize(("key", "alter"), NOTHING)
def test_a_claim_about_nothing_is_not_testable(key: str, alter: dict[str, Alter]) -> None:
    [claim] = [claim for claim in all_claims() if claim.id == key]
    assert evaluate(claim, altered(open_edition("2021"), **alter)).state == NOT_TESTABLE


@pytest.mark.parametrize("key", FLIPS)
def test_no_claim_holds_when_the_table_that_could_contradict_it_is_empty(key: str) -> None:
    [claim] = [claim for claim in all_claims() if claim.id == key]
    assert evaluate(claim, altered(open_edition("2021"), **no_rows(*FLIPS[key]))).state != HOLDS


def test_without_sector_agendas_the_sectors_have_none_of_several_parties() -> None:
    [claim] = [claim for claim in all_claims() if claim.id == "C01"]
    none = altered(open_edition("2021"), **cell("agendas", ".*", "level", "national"))
    assert evaluate(claim, none).state == CONTRADICTED


def test_all_sixteen_conclusions_have_a_claim() -> None:
    edition = open_edition("2021")
    assert [claim.conclusion for claim in all_claims() if claim.conclusion] == list(edition["conclusions"]["id"])


def test_missing_evidence_is_not_testable_rather_than_false() -> None:
    edition = altered(open_edition("2021"), observations=lambda rows: rows[rows["indicator_id"] != "IND019"])
    [claim] = [claim for claim in all_claims() if claim.id == "S06"]
    assert evaluate(claim, edition).state == NOT_TESTABLE


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
        claim_result(edition, "C14")
    assert caught.value.hint


@pytest.mark.parametrize("key", ["C99", "", "FM12"])
def test_a_claim_that_nobody_made_is_refused_with_a_hint(key: str) -> None:
    with pytest.raises(MissingRowError, match=f"no claim {key!r}") as caught:
        claim_result(open_edition("2021"), key)
    assert "C01" in caught.value.hint


def fails(edition: Edition) -> str:
    raise ValueError("no years")


QUESTIONS = {
    "a claim that was withdrawn": ["derived", "na_report.evidence.claims.result", ["C99"], {}],
    "a row that is not in the chain": ["derived", "na_report.evidence.chain.below", ["R99", "findings"], {}],
    "other arguments than before": ["derived", "na_report.evidence.chain.below", ["R1"], {}],
    "a function that is gone": ["derived", "na_report.evidence.chain.gone", [], {}],
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


def test_a_contradicted_conclusion_marks_its_recommendations() -> None:
    edition = altered(open_edition("2021"), **value("IND004", 9))
    assert weakened(edition) == {"R6": ["C04"]}
    assert "C04" in verdicts.recommendation_note(edition, "R6")
    assert verdicts.recommendation_note(edition, "R1") == ""
    note = verdicts.page_note(edition, "koploper")
    assert note is not None
    assert "C11" in note.markdown
    assert verdicts.page_note(edition, "sector-mbo") is None
    assert verdicts.page_note(open_edition("2021"), "index") is None


def na_report(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "na_report.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=project.root, check=False)


def test_check_names_conclusion_figures_and_recommendations(
    project: Project, change: Change, reseal: Callable[[], None]
) -> None:
    assert na_report(project, "check", "--edition", "2021").returncode == 0
    change("observations", "IND004-NL-2019", "value", "9")
    change("observations", "IND088-NL-2020", "value", "-1")
    reseal()
    done = na_report(project, "check", "--edition", "2021")
    assert done.returncode == 1
    assert "C11  contradicted" in done.stdout
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
    from na_report.publishing.execution import run_pages
    from na_report.publishing.pages import all_pages, choose

    change("observations", "IND004-NL-2019", "value", "9")
    change("observations", "IND088-NL-2020", "value", "-1")
    reseal()
    folder = project.build("2021", "nl") / "notebooks"
    pages = choose(all_pages(project), ["index", "koploper", "aanbevelingen", "beleidsagendas"])
    run_pages(project, pages, {"edition": "2021"}, folder)
    text = {page.name: (folder / f"{page.name}.ipynb").read_text(encoding="utf-8") for page in pages}
    assert "past niet bij de data" in text["koploper"]
    assert "lager dan gemiddeld in de EU" in text["koploper"]
    assert "negende" in text["index"]
    assert all("de data spreekt dit tegen" in text[name] for name in ("index", "koploper", "beleidsagendas"))
    assert "deze aanbeveling rust op [C04](#c04)" in text["aanbevelingen"]


@pytest.mark.parametrize("key", ["R1", "IND007", "ceps2019irdll", "A08.3", "AP1"])
def test_trace_prints_both_ways(project: Project, key: str) -> None:
    done = na_report(project, "trace", key, "--edition", "2021")
    assert done.returncode == 0
    assert f"{key} rests on" in done.stdout
    assert f"{key} carries" in done.stdout
    assert "{IND" not in done.stdout
