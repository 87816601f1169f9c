"""Chain, claims and what changed: every recommendation reaches a source, every testable claim can be contradicted."""

import json
import re
import shutil
from pathlib import Path

import networkx
import pytest
from conftest import ROOT, alter, altered, block, cases, edit, na_report, seal_again

from na_report.base.errors import MissingRowError, NaReportError
from na_report.base.paths import DESCRIPTOR, Project
from na_report.editions.asked import answer_again
from na_report.editions.edition import Edition, copy_edition, open_edition, seal_edition
from na_report.editions.folders import newest_edition
from na_report.reasoning import chain
from na_report.reasoning.changes import compare
from na_report.reasoning.checking import all_claims, check, refuse_misplaced, results_of, robustness
from na_report.reasoning.claim import CONTRADICTED, HOLDS, NOT_TESTABLE, OUTDATED, Claim, evaluate
from na_report.registers import analysis, blocks, registers
from na_report.registers.analysis import outcome
from na_report.registers.templates import Templates
from na_report.running.execution import run_pages
from na_report.running.fingerprint import data_hash
from na_report.running.pages import all_pages, choose, mentions
from na_report.writing.page import prose_of, reworded
from na_report.writing.voice import Voice

CLAIMS = {claim.id: claim for claim in all_claims()}
FIRST, NEWEST = open_edition("2021"), open_edition(newest_edition())
# Per claim how editions are altered so that it fails, holds or has nothing that it could be said of.
FLIPS, STARTS, NOTHING = cases("flips").values()
GOOD, MEASURED, LACKING, WRONG = cases("claims").values()
TESTED = [claim for claim in all_claims() if claim.holds != "judgement"]
ROW = "observations IND007-NL-2019"


def start(key: str) -> Edition:
    if evaluate(CLAIMS[key], FIRST).state != NOT_TESTABLE:
        return FIRST
    return altered(NEWEST, STARTS[key]) if key in STARTS else NEWEST


@pytest.mark.parametrize("key", FLIPS)
def test_a_claim_holds_and_fails_in_an_altered_edition_and_can_not_be_tested_on_nothing(key: str) -> None:
    edition, claim = start(key), CLAIMS[key]
    assert evaluate(claim, edition).state == HOLDS
    verdict = evaluate(claim, altered(edition, FLIPS[key]))
    assert verdict.state == (OUTDATED if claim.kind == "newer" else CONTRADICTED)
    assert verdict.facts
    assert evaluate(claim, altered(edition, FLIPS[key].split(" ")[0])).state != HOLDS
    # About nothing, or about what nobody knows, it is not testable rather than false.
    without = {changes: evaluate(claim, altered(edition, changes)).state for changes in NOTHING.get(key, [])}
    assert {*without.values()} <= {NOT_TESTABLE}, without


def test_a_claim_on_the_facts_of_the_report_is_the_same_in_each_edition_and_one_on_newer_facts_waits_for_them() -> None:
    conclusions = dict.fromkeys(claim.conclusion for claim in all_claims() if claim.conclusion)
    assert [*conclusions] == [*FIRST["conclusions"]["id"]]
    assert [claim.id for claim in TESTED if claim.id not in FLIPS] == []
    for claim in all_claims():
        first = evaluate(claim, FIRST)
        assert claim.kind != "report" or first == evaluate(claim, NEWEST), claim.id
        assert claim.kind != "newer" or (first.state == NOT_TESTABLE and first.why), claim.id
    for result in check(NEWEST):
        waits = result.state == NOT_TESTABLE and result.claim in TESTED
        assert not waits or (result.claim.kind == "newer" and result.why), result.claim.id
    # What ended or is unknown does not run.
    edition = start("C16.later")
    mbo = "|".join(row["id"] for row in edition.records("initiatives") if "mbo" in row["sector"].split(";"))
    ended = [altered(edition, f"statuses {mbo} status {status}") for status in ("ended", "succeeded", "unknown")]
    assert [evaluate(CLAIMS["C16.later"], some).facts[0].value for some in (edition, *ended)] == [3, 2, 2, 2]


def test_every_recommendation_reaches_a_source_and_trace_prints_both_ways() -> None:
    net = chain.graph(FIRST)
    assert networkx.is_directed_acyclic_graph(net)
    for key in FIRST["recommendations"]["id"]:
        assert chain.reached(FIRST, key, "conclusions") and chain.reached(FIRST, key, "sources"), key
    steps = chain.walk(FIRST, "R1")
    assert [(step.key, step.depth) for step in steps[:3]] == [("R1", 0), ("C03", 1), ("A01.1", 2)]
    assert {step.key for step in steps} == {"R1", *networkx.descendants(net, "R1")}
    spelled = [step.key for step in steps if not step.seen and net.succ[step.key]]
    assert len(spelled) == len(set(spelled)), "each row is spelled out once"
    ends = {step.table for step in steps if not net.succ[step.key]}
    assert "sources" in ends <= {"sources", "findings", "observations"}
    assert {"FN01", "C11", "C04", "R6"} <= {step.key for step in chain.walk(FIRST, "IND004", up=True)}
    for key in ("R1", "IND007", "ceps2019irdll", "A08.3", "AP1"):
        done = na_report(Project(ROOT), "trace", key, "--edition", "2021")
        assert done.returncode == 0
        assert f"{key} rests on" in done.stdout and f"{key} carries" in done.stdout and "{IND" not in done.stdout


def test_a_question_that_can_not_be_asked_again_has_no_answer_and_a_claim_that_the_edition_lacks_a_hint() -> None:
    without = altered(FIRST, "conclusions C14")
    assert len(check(without)) == len(all_claims()) - 1
    for key in ("C99", "FM12", "C14"):
        with pytest.raises(MissingRowError, match=f"no claim {key!r}") as caught:
            results_of(without, key)
        assert "C01" in caught.value.hint
    with pytest.raises(NaReportError, match="no row 'ACT01'"):
        chain.below(FIRST, "ACT01", "findings")
    derived = ['["na_report.reasoning.chain.below", "R1"]', '["na_report.gone.x"]']
    wrong = ["{", '["gone"]', '["rows", "findings", {"gone": "x"}]', *derived]
    edition = open_edition("2021")
    edition.row("recommendations", "R1")
    with pytest.raises(MissingRowError):  # a page may go on without it, and runs again when it comes
        edition.row("recommendations", "R99")
    assert edition.reads.answers['["row", "recommendations", "R99"]'] == "missing"
    asked = dict(edition.reads.answers)
    assert answer_again(edition, [*wrong, *asked]) == dict.fromkeys(wrong, "missing") | asked


def test_robustness_computes_each_move_of_each_inferred_coding_and_a_claim_says_whether_it_uses_the_coding() -> None:
    flips, count = robustness(FIRST)
    assert count == 1 + int((FIRST["agenda_items"]["coding_basis"] == "inferred").sum()) * 8
    assert {flip.claim for flip in flips if not flip.item} == {"C02", "C03"}
    assert "C10" not in {flip.claim for flip in flips}
    # They are what the claims say of editions that are coded so: here of an item that only one category moves a claim by.
    item, coded = "A09.1", [claim for claim in all_claims() if claim.uses_coding]
    codes = FIRST["categories"].query("kind in ['goal', 'principle', 'way_of_working', 'outside']")["code"]
    moved = {code: altered(FIRST, f"agenda_items {re.escape(item)} category {code}") for code in codes}
    expected = {
        (claim.id, code)
        for code, edition in moved.items()
        for claim in coded
        if evaluate(claim, edition).state != evaluate(claim, FIRST).state
    }
    assert {(flip.claim, flip.category) for flip in flips if flip.item == item} == expected != set()
    bare = altered(FIRST, "agenda_items .* category equal_opportunity")
    assert [claim for claim in TESTED if evaluate(claim, FIRST).facts != evaluate(claim, bare).facts] == coded


def test_a_conclusion_that_fails_warns_where_it_matters_and_its_outcome_is_that_on_newer_facts() -> None:
    def told(edition: Edition, key: str) -> str:
        return Templates(Voice(edition)).line(key, "warning")

    edition = start("C16.later")
    ended = altered(edition, FLIPS["C16.later"])
    assert told(edition, "R8") == told(ended, "R1") == ""
    note = told(ended, "R8")
    assert note.startswith("**Achterhaald:**") and "eerst wat er nu voor in de plaats is" in note
    edition = altered(start("C11.later"), FLIPS["C11.later"])
    notes = [block(edition, "warnings", page=page) for page in ("koploper", "", "sector-mbo")]
    assert ["(#c11)" in note for note in notes] == [True, False, False]
    assert blocks.show(FIRST, "warnings", page="") is None
    edition = open_edition("2026")
    states = {key: outcome(edition, key) for key in ("C07", "C11", "C02")}
    assert states == {"C07": OUTDATED, "C11": HOLDS, "C02": NOT_TESTABLE}
    assert outcome(altered(edition, FLIPS["C02"]), "C02") == CONTRADICTED
    counts = analysis.summary_counts(edition)
    assert 0 < counts["retested"] == counts["still"] + counts["outdated"] < counts["conclusions"]
    edition = altered(FIRST, FLIPS["C14"])
    assert [found.state for found in check(edition) if found.claim.id == "C14"] == [CONTRADICTED]
    assert blocks.show(edition, "warnings", page="conclusies") is None
    assert outcome(edition, "C14") == NOT_TESTABLE
    shown = "".join(registers.show(edition, "claims", kind=kind).markdown for kind in ("newer", "report"))
    assert not [claim for claim in all_claims() if claim.kind == "count" and claim.says["nl"] in shown]


def test_check_names_conclusion_figures_and_recommendations_and_the_rebuilt_page_says_it(project: Project) -> None:
    check = ("check", "--edition", "2021")
    assert na_report(project, *check).returncode == 0
    alter(project, "2021", "observations IND004-NL-2019 value 9; observations IND088-NL-2020 value -1")
    seal_again(project, "2021")
    done = na_report(project, *check)
    assert done.returncode == 1
    for said in ("C11  report, contradicted", "IND004-NL-2019", "recommendations that lean on C04: R6"):
        assert said in done.stdout
    [row] = [row for row in json.loads(na_report(project, *check, "--format", "json").stdout) if row["id"] == "C04"]
    assert (row["state"], row["recommendations"]) == ("contradicted", ["R6"])
    assert {fact["observation"]: fact["value"] for fact in row["facts"]}["IND088-NL-2020"] == -1
    folder = project.build("2021", "nl") / "notebooks"
    run_pages(project, choose(all_pages(project), ["koploper"]), {"edition": "2021"}, folder)
    text = (folder / "koploper.ipynb").read_text(encoding="utf-8")
    assert all(said in text for said in ("**Tegengesproken:**", "lager dan gemiddeld in de EU", "Veranderd sinds het"))


# The file of claims


def read(project: Project, text: str) -> list[Claim]:
    (project.chapters / "claims.yml").write_text(text, encoding="utf-8")
    return all_claims(project)


def test_each_measure_gives_the_figure_or_names_what_the_edition_lacks(project: Project) -> None:
    head = "  page: index\n  kind: report\n  says: {nl: Zo., en: So.}\n  holds: found > 0\n  facts:\n"
    facts = enumerate([*MEASURED, *LACKING])
    text = "".join(f"S{nr}:\n{head}    found: {{{fact}, says: {{nl: a, en: a}}}}\n" for nr, fact in facts)
    found = read(project, text)
    assert [evaluate(each, FIRST).facts[0].value for each in found[: len(MEASURED)]] == [*MEASURED.values()]
    for each, lacking in zip(found[len(MEASURED) :], LACKING.values(), strict=True):
        verdict = evaluate(each, FIRST)
        assert verdict.state == NOT_TESTABLE and lacking in verdict.why
    assert {evaluate(each, open_edition("2026")).state for each in found[-2:]} <= {HOLDS, CONTRADICTED}
    [claim] = read(project, GOOD.replace("found > 3", "not " * 240 + "found > 3"))
    assert evaluate(claim, FIRST).state in (HOLDS, CONTRADICTED)


def test_what_is_wrong_is_told_with_line_found_and_expected(project: Project) -> None:
    for case in WRONG.splitlines():
        old, new, line, found, expected = (part.strip() for part in case.split("|"))
        with pytest.raises(NaReportError) as caught:
            read(project, GOOD.replace(old, new, 1) if old != "(end)" else f"{GOOD}  {new.replace('.', ' ')}\n")
        start = f"chapters/claims.yml, line {line}, S40"
        told = [part for part in str(caught.value).splitlines() if part.startswith(start)]
        assert any(found in part and expected in part for part in told), (case, str(caught.value))
        # In words of this project, not of the library that compares the form.
        assert all(re.search(": found .*, expected .", part) for part in told), str(caught.value)


def test_all_problems_of_the_file_are_told_at_once_and_a_language_needs_no_python(project: Project) -> None:
    wrong = GOOD.replace("found > 3", "fund > 3").replace("count:", "cuont:")
    other, bare, python = GOOD.replace("page", "pag"), "S42: x\n", GOOD.replace("found", "class")
    with pytest.raises(NaReportError) as caught:
        read(project, wrong + other.replace("S40", "S41") + bare + python.replace("S40", "S43"))
    lines = dict.fromkeys(re.findall(r"line (\d+, \w+)", str(caught.value)))
    assert [*lines] == ["5, S40", "7, S40", "9, S40", "10, S41", "11, S41", "19, S42", "26, S43"]
    assert caught.value.hint
    read(project, GOOD + GOOD.replace("S40", "C99"))
    with pytest.raises(NaReportError, match=r"'sector-mbo', expected a page of _toc\.yml: sector-mob") as caught:
        refuse_misplaced(project, ["sector-mob"])
    assert re.findall(r"line (\d+), (\w+)", str(caught.value)) == [("2", "S40"), ("10", "C99"), ("11", "C99")]
    (project.chapters / "fr").mkdir()
    (project.chapters / "fr" / "words.yml").write_text("words: {nr: No}\n", encoding="utf-8")
    assert len(read(project, GOOD)) == 1
    half = GOOD.replace("en: findings", "en: findings, fr: constats")
    with pytest.raises(NaReportError, match=r"line 4, S40, says: found no fr, expected the wording"):
        read(project, half)
    [mine] = read(project, half.replace("en: There are findings on mbo.", "en: There are some., fr: Il y en a."))
    assert mine.says["fr"] == "Il y en a."


# What differs between two editions


def test_three_changed_cells_are_named_with_what_follows(project: Project) -> None:
    copy_edition("2021", "2021b", project)
    alter(project, "2021b", "observations IND007-NL-2019 value 19.50")
    seal_edition("2021b", project)
    diff = ("edition", "diff", "2021", "2021b")
    assert na_report(project, *diff).stdout == "2021 and 2021b hold the same\n", "only written in another way"
    (project.data / "2021b" / DESCRIPTOR).unlink()
    cells = {"observations IND019-NL-2019 value 80", "findings FM12 kind need", "organisations ACT13 role_nl Koopt."}
    alter(project, "2021b", "; ".join(cells))
    told = json.loads(na_report(project, *diff, "--format", "json").stdout)
    rows = [(table, row) for table, found in told["tables"].items() for row in found["changed"]]
    assert {f"{table} {row['key']} {row['column']} {row['new']}" for table, row in rows} == cells
    [value] = told["values"]
    assert {"indicator": "IND019", "old": 41, "new": 80, "unit": "percent", "comparable": True}.items() <= value.items()
    assert told["claims"] == [{"claim": "S06", "old": "holds", "new": "contradicted"}]
    assert (told["recommendations"], told["pages"]) == (["R1", "R3"], None)
    (project.chapters / "words.yml").unlink()
    done = na_report(project, *diff)
    assert done.returncode == 0, done.stderr
    for said in ("IND019-NL-2019 value: '41' -> '80'", "claim S06: holds -> contradicted", "sentences: not known"):
        assert said in done.stdout


def test_a_change_is_told_to_the_last_digit_and_a_remark_or_a_conclusion_of_one_edition_changes_no_claim() -> None:
    without = altered(FIRST, "conclusions C14; recommendations .* rests_on C01")
    for old, new in ((FIRST, without), (without, FIRST)):
        changes = compare(old, new)
        assert not changes.claims
        assert "C14" in (*changes.tables["conclusions"].added, *changes.tables["conclusions"].removed)
    changes = compare(FIRST, altered(FIRST, "observations IND004-NL-2019 extracted 2021-01-01"))
    assert (changes.rows, changes.recommendations) == ({"IND004-NL-2019"}, [])
    later = f"{ROW} period 2024; {ROW} series lfs_from_2021; {ROW} id IND007-NL-2024"
    for changes, told in {
        f"{ROW} value 0.195": ("IND007-NL-2019", 0.195, "1/100 of", True),
        f"{ROW} value 19.5000000000001": ("IND007-NL-2019", 19.5000000000001, "", True),
        later: ("IND007-NL-2024", 19.5, "", False),
    }.items():
        [value] = compare(FIRST, altered(FIRST, changes)).values
        assert (value.new_key, value.new, value.factor, value.comparable) == told


def test_what_a_page_asks_has_another_answer_when_a_wording_or_another_edition_changes(project: Project) -> None:
    def told() -> dict[str, str]:
        edition = open_edition("2021", project)
        results_of(edition, "C07"), results_of(edition, "C05")
        return edition.reads.answers

    before, files = told(), data_hash(project)
    edit(project.chapters / "claims.yml", "Geen enkele agenda heeft", "Geen agenda heeft")
    after = told()
    assert ["C07" in key for key in before if after[key] != before[key]] == [True]
    assert data_hash(project) != files
    edition = open_edition("2026", project)
    analysis.added(edition, "sources")
    analysis.changed_counts(edition)
    asked = [dict(edition.reads.answers)]
    assert answer_again(open_edition("2026", project), asked[0]) == asked[0]
    alter(project, "2021", "observations IND019-NL-2019 value 37")
    seal_again(project, "2021")
    asked.append(answer_again(open_edition("2026", project), asked[0]))
    seal_edition(copy_edition("2021", "2024", project).name, project)
    asked.append(answer_again(open_edition("2026", project), asked[0]))
    assert len(asked) == len({str(answers) for answers in asked}), "also when an edition comes in between"


@pytest.mark.book
def test_pages_and_figures_that_show_a_row_are_found(tmp_path: Path) -> None:
    folder = shutil.copytree(Project(ROOT).build("2026", "nl") / "notebooks", tmp_path / "notebooks")
    shutil.copy(folder / "koploper.ipynb", folder / "koploper.failed.ipynb")
    found = mentions(folder, {"ind108-ee-2024"})
    assert {"koploper", "indicatoren"} <= {*found} and not {"gesprekspartners", "koploper.failed"} & {*found}
    assert "fig-ict-specialisten" in found["koploper"]
    assert mentions(folder, {"ind108-ee-20"}) == {}


def test_a_sentence_is_named_with_each_page_that_tells_it_and_the_condition_that_it_has(project: Project) -> None:
    case, folder = cases("sentences"), project.chapters / "nl" / "sector"
    for path in folder.glob("*.md"):
        path.unlink()
    (folder / "mbo.md").write_text(case["story"], encoding="utf-8")
    texts = list(prose_of(case["cells"], [folder / "mbo.md", folder / "gone.md"], project.chapters))
    row = "observations IND019-NL-2019"
    after = altered(FIRST, f"{row} value 40; {row} period 2018; {ROW} value 20")
    found = reworded("p", texts, FIRST, after, "nl")
    assert {each.new: each.condition for each in found} == case["reworded"]
    assert found[0].old == "Die met 41% niet!"
    assert reworded("p", texts, after, after, "nl") == []
