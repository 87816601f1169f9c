"""What differs between two editions: rows, values with their comparability, claims, recommendations and sentences."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Change, altered, na_report

from na_report.base.paths import DESCRIPTOR, Project
from na_report.editions.edition import copy_edition, open_edition, seal_edition
from na_report.reasoning.changes import CellChange, compare
from na_report.running.pages import mentions
from na_report.writing.sentences import prose_of, reworded

FIRST, VALUE = open_edition("2021"), "observations IND007-NL-2019 value"


def test_three_changed_cells_are_named_with_what_follows() -> None:
    role = FIRST.row("organisations", "ACT13")["role_nl"]
    cells = "observations IND019-NL-2019 value 80; findings FM12 kind need; organisations ACT13 role_nl Koopt samen in."
    changes = compare(FIRST, altered(FIRST, cells))
    assert {name: table.changed for name, table in changes.tables.items()} == {
        "observations": (CellChange("IND019-NL-2019", "value", "41", "80"),),
        "findings": (CellChange("FM12", "kind", "priority", "need"),),
        "organisations": (CellChange("ACT13", "role_nl", role, "Koopt samen in."),),
    }
    [value] = changes.values
    assert (value.indicator, value.old, value.new, value.unit, value.comparable) == ("IND019", 41, 80, "percent", True)
    assert [(claim.claim, claim.old, claim.new) for claim in changes.claims] == [("S06", "holds", "contradicted")]
    assert changes.recommendations == ("R1", "R3")


def test_a_conclusion_that_only_one_edition_has_is_no_change_of_a_claim() -> None:
    without = altered(FIRST, "conclusions C14; recommendations .* rests_on C01")
    for old, new in ((FIRST, without), (without, FIRST)):
        changes = compare(old, new)
        assert not changes.claims
        assert "C14" in (*changes.tables["conclusions"].added, *changes.tables["conclusions"].removed)


def test_a_remark_on_a_row_changes_nothing_that_rests_on_it() -> None:
    changes = compare(FIRST, altered(FIRST, "observations IND004-NL-2019 extracted 2021-01-01"))
    assert (changes.rows, changes.recommendations) == ({"IND004-NL-2019"}, ())


@pytest.mark.parametrize(("new", "factor"), [(0.195, "1/100 of"), (19.5000000000001, "")])
def test_a_value_is_told_to_its_last_digit_and_whether_it_is_a_round_number_of_times_the_old_one(
    new: float, factor: str
) -> None:
    [value] = compare(FIRST, altered(FIRST, f"{VALUE} {new}")).values
    assert (value.new, value.factor) == (new, factor)


def test_a_new_series_is_not_comparable() -> None:
    key = "IND007-NL-2019"
    later = (
        f"observations {key} period 2024; observations {key} series lfs_from_2021; observations {key} id IND007-NL-2024"
    )
    changes = compare(FIRST, altered(FIRST, later))
    assert changes.tables["observations"].added == ("IND007-NL-2024",)
    [value] = changes.values
    assert (value.new_key, value.comparable) == ("IND007-NL-2024", False)


@pytest.mark.book
def test_pages_and_figures_that_show_a_row_are_found(tmp_path: Path) -> None:
    folder = shutil.copytree(Project(ROOT).build("2026", "nl") / "notebooks", tmp_path / "notebooks")
    shutil.copy(folder / "koploper.ipynb", folder / "koploper.failed.ipynb")
    found = mentions(folder, {"ind108-ee-2024"})
    assert {"koploper", "indicatoren"} <= {*found} and not {"gesprekspartners", "koploper.failed"} & {*found}
    assert "fig-ict-specialisten" in found["koploper"]
    assert mentions(folder, {"ind108-ee-20"}) == {}


def test_the_command_prints_text_and_json_also_where_the_chapters_can_not_be_read(
    project: Project, change: Change
) -> None:
    copy_edition("2021", "2021b", project)
    change("../2021b/observations", "IND007-NL-2019", "value", "19.50")
    seal_edition("2021b", project)
    diff = ("edition", "diff", "2021", "2021b")
    assert na_report(project, *diff).stdout == "2021 and 2021b hold the same\n", "only written in another way"
    (project.data / "2021b" / DESCRIPTOR).unlink()
    change("../2021b/observations", "IND019-NL-2019", "value", "80")
    data = json.loads(na_report(project, *diff, "--format", "json").stdout)
    assert data["tables"]["observations"]["changed"][0]["new"] == "80"
    assert data["pages"] is None
    (project.chapters / "words.yml").unlink()
    done = na_report(project, *diff)
    assert done.returncode == 0, done.stderr
    assert "IND019-NL-2019 value: '41' -> '80'" in done.stdout
    assert "claim S06: holds -> contradicted" in done.stdout
    assert "sentences: not known" in done.stdout


STORY = """+++ een

:::{container} kader
**Kort.** Het is {IND019}.
:::

:::{if} later
- Eerst {gaps} van {IND019_year}.
:::

+++ twee

Dat is {IND007}, en hier niet.{FM01}

+++ drie

Niemand vertelt {IND019}.
"""
CELLS = [
    "# {IND019} in a cell that is no prose",
    "%%text\nTwee zinnen. Die met {IND020} blijft.\n\nDie met {IND019} niet!",
    "%%text if new\nOok {IND019} onder voorwaarde.",
    'story.tell("een")',
    'tell_each("nl/sector", analysis.sectors(evidence), "twee")',
    'story.tell("none")',
]


def test_a_sentence_is_named_with_each_page_that_tells_it_and_the_condition_that_it_has(
    project: Project,
) -> None:
    folder = project.chapters / "nl" / "sector"
    for path in folder.glob("*.md"):
        path.unlink()
    (folder / "mbo.md").write_text(STORY, encoding="utf-8")
    texts = list(prose_of(CELLS, [folder / "mbo.md", folder / "gone.md"], project.chapters))
    row = "observations IND019-NL-2019"
    after = altered(FIRST, f"{row} value 40; {row} period 2018; {VALUE} 20")
    found = reworded("p", texts, FIRST, after, "nl")
    assert {each.new: each.condition for each in found} == {
        "Die met 40% niet!": "",
        "Ook 40% onder voorwaarde.": "new",
        "Eerst … van 2018.": "later",
        "Kort. Het is 40%.": "",
        "Dat is 20%, en hier niet.": "",
    }
    assert found[0].old == "Die met 41% niet!"
    assert reworded("p", texts, after, after, "nl") == []
