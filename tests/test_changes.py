"""What differs between two editions: rows, values with their comparability, claims, recommendations and sentences."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Change, altered, cases, na_report

from na_report.base.paths import DESCRIPTOR, Project
from na_report.editions.asked import answer_again
from na_report.editions.edition import copy_edition, open_edition, seal_edition
from na_report.reasoning.changes import compare
from na_report.registers import updates
from na_report.running.pages import mentions
from na_report.writing.sentences import prose_of, reworded

FIRST, ROW = open_edition("2021"), "observations IND007-NL-2019"


def test_three_changed_cells_are_named_with_what_follows(project: Project, change: Change) -> None:
    copy_edition("2021", "2021b", project)
    change("../2021b/observations", "IND007-NL-2019", "value", "19.50")
    seal_edition("2021b", project)
    diff = ("edition", "diff", "2021", "2021b")
    assert na_report(project, *diff).stdout == "2021 and 2021b hold the same\n", "only written in another way"
    (project.data / "2021b" / DESCRIPTOR).unlink()
    cells = {"observations IND019-NL-2019 value 80", "findings FM12 kind need", "organisations ACT13 role_nl Koopt."}
    for table, *cell in map(str.split, cells):
        change(f"../2021b/{table}", *cell)
    told = json.loads(na_report(project, *diff, "--format", "json").stdout)
    rows = [(table, row) for table, found in told["tables"].items() for row in found["changed"]]
    assert {f"{table} {row['key']} {row['column']} {row['new']}" for table, row in rows} == cells
    [value] = told["values"]
    assert [value[name] for name in ("indicator", "old", "new", "unit", "comparable")] == [
        "IND019",
        41,
        80,
        "percent",
        True,
    ]
    assert told["claims"] == [{"claim": "S06", "old": "holds", "new": "contradicted"}]
    assert (told["recommendations"], told["pages"]) == (["R1", "R3"], None)
    (project.chapters / "words.yml").unlink()
    done = na_report(project, *diff)
    assert done.returncode == 0, done.stderr
    for said in ("IND019-NL-2019 value: '41' -> '80'", "claim S06: holds -> contradicted", "sentences: not known"):
        assert said in done.stdout


def test_a_conclusion_that_only_one_edition_has_is_no_change_of_a_claim_and_a_remark_changes_nothing() -> None:
    without = altered(FIRST, "conclusions C14; recommendations .* rests_on C01")
    for old, new in ((FIRST, without), (without, FIRST)):
        changes = compare(old, new)
        assert not changes.claims
        assert "C14" in (*changes.tables["conclusions"].added, *changes.tables["conclusions"].removed)
    changes = compare(FIRST, altered(FIRST, "observations IND004-NL-2019 extracted 2021-01-01"))
    assert (changes.rows, changes.recommendations) == ({"IND004-NL-2019"}, [])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (f"{ROW} value 0.195", ("IND007-NL-2019", 0.195, "1/100 of", True)),
        (f"{ROW} value 19.5000000000001", ("IND007-NL-2019", 19.5000000000001, "", True)),
        (
            f"{ROW} period 2024; {ROW} series lfs_from_2021; {ROW} id IND007-NL-2024",
            ("IND007-NL-2024", 19.5, "", False),
        ),
    ],
)
def test_a_value_is_told_to_its_last_digit_whether_it_is_times_the_old_one_and_whether_they_compare(
    changes: str, told: tuple[object, ...]
) -> None:
    [value] = compare(FIRST, altered(FIRST, changes)).values
    assert (value.new_key, value.new, value.factor, value.comparable) == told


def test_a_page_that_compares_runs_again_when_what_it_compares_with_changes_or_an_edition_comes_in_between(
    project: Project, change: Change, reseal: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    edition = open_edition("2026", project)
    updates.added(edition, "sources")
    updates.changed_counts(edition)
    asked = [dict(edition.reads.answers)]
    assert answer_again(open_edition("2026", project), asked[0]) == asked[0]
    change("observations", "IND019-NL-2019", "value", "37")
    reseal()
    asked.append(answer_again(open_edition("2026", project), asked[0]))
    seal_edition(copy_edition("2021", "2024", project).name, project)
    asked.append(answer_again(open_edition("2026", project), asked[0]))
    assert len(asked) == len({str(answers) for answers in asked})


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
