"""What differs between two editions: rows, values with their comparability, claims and recommendations."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from conftest import Change, na_report

from na_report.base.paths import Project
from na_report.editions.decimal_slips import slips
from na_report.editions.edition import copy_edition, open_edition, seal_edition
from na_report.reasoning.changes import CellChange, Changes, compare
from na_report.running.execution import run_pages
from na_report.running.pages import all_pages, choose, mentions
from na_report.writing.sentences import prose_of, reworded

Twin = Callable[..., Changes]
VALUE = ("observations", "IND007-NL-2019", "value")


@pytest.fixture
def twin(project: Project, change: Change) -> Twin:
    """Makes edition 2021b with some cells changed, and compares: 2021 itself stays as it is."""

    def make(*cells: tuple[str, str, str, str]) -> Changes:
        copy_edition("2021", "2021b", project)
        for table, key, column, value in cells:
            change(f"../2021b/{table}", key, column, value)
        seal_edition("2021b", project)
        return compare(open_edition("2021", project), open_edition("2021b", project))

    return make


def test_three_changed_cells_are_named_with_what_follows(twin: Twin) -> None:
    role = open_edition("2021").row("organisations", "ACT13")["role_nl"]
    changes = twin(
        ("observations", "IND019-NL-2019", "value", "80"),
        ("findings", "FM12", "kind", "need"),
        ("organisations", "ACT13", "role_nl", "Koopt samen in."),
    )
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
    both = open_edition("2021")
    rests = both["recommendations"]["rests_on"].str.replace(";C14", "").str.replace("C14;", "")
    tables = {
        "conclusions": both["conclusions"].query("id != 'C14'"),
        "recommendations": both["recommendations"].assign(rests_on=rests),
    }
    without = replace(both, tables={**both.tables, **tables}, _rows={})
    for old, new in ((both, without), (without, both)):
        changes = compare(old, new)
        assert not changes.claims
        assert "C14" in (*changes.tables["conclusions"].added, *changes.tables["conclusions"].removed)


@pytest.mark.parametrize("cells", [(), ((*VALUE, "19.50"),)])
def test_what_is_equal_or_only_written_in_another_way_is_no_change(twin: Twin, cells: tuple[tuple[str, ...]]) -> None:
    assert twin(*cells) == Changes("2021", "2021b")


def test_a_remark_on_a_row_changes_nothing_that_rests_on_it(twin: Twin) -> None:
    changes = twin(("observations", "IND004-NL-2019", "extracted", "2021-01-01"))
    assert changes.rows == {"IND004-NL-2019"}
    assert changes.recommendations == ()


@pytest.mark.parametrize(
    ("new", "factor"), [("0.195", "1/100 of"), ("1.95", "1/10 of"), ("20", ""), ("19.5000000000001", "")]
)
def test_a_value_is_told_to_its_last_digit_and_whether_it_is_a_round_number_of_times_the_old_one(
    twin: Twin, new: str, factor: str
) -> None:
    [value] = twin((*VALUE, new)).values
    assert (value.new, value.factor) == (float(new), factor)


def test_a_slip_is_told_next_to_the_same_row_or_else_to_the_latest_older_one() -> None:
    def rows(*values: tuple[str, str]) -> dict[str, dict[str, dict[str, str]]]:
        observations = {
            f"IND1-NL-{year}": {
                "id": f"IND1-NL-{year}",
                "indicator_id": "IND1",
                "geo": "NL",
                "period": year,
                "value": text,
            }
            for year, text in values
        }
        return {"indicators": {"IND1": {"unit": "percent"}}, "observations": observations}

    old = rows(("2018", "7"), ("2019", "19.5"))
    assert list(slips(old, rows(("2018", "7"), ("2019", "19.5"), ("2020", "20")))) == []
    assert "IND1-NL-2019: the value 0.195 is exactly 1/100 of" in next(slips(old, rows(("2019", "0.195"))))
    assert "1/10 of the one before, 19.5 (IND1-NL-2019)" in next(slips(old, rows(("2020", "1.95"))))


def test_a_new_series_is_not_comparable(project: Project, change: Change) -> None:
    path = copy_edition("2021", "2021b", project) / "observations.csv"
    [row] = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("IND007-NL-2019,")]
    with path.open("a", encoding="utf-8") as file:
        file.write(row.replace("IND007-NL-2019", "IND007-NL-2024").replace(",2019,", ",2024,") + "\n")
    change("../2021b/observations", "IND007-NL-2024", "series", "lfs_from_2021")
    seal_edition("2021b", project)
    changes = compare(open_edition("2021", project), open_edition("2021b", project))
    assert changes.tables["observations"].added == ("IND007-NL-2024",)
    [value] = changes.values
    assert (value.new_key, value.comparable) == ("IND007-NL-2024", False)


def test_pages_and_figures_that_show_a_row_are_found(project: Project) -> None:
    folder = project.build("2026", "nl") / "notebooks"
    run_pages(project, choose(all_pages(project), ["gesprekspartners", "koploper"]), {"edition": "2026"}, folder)
    shutil.copy(folder / "koploper.ipynb", folder / "koploper.failed.ipynb")
    found = mentions(folder, {"ind108-ee-2024"})
    assert list(found) == ["koploper"]
    assert "fig-ict-specialisten" in found["koploper"]
    assert mentions(folder, {"ind108-ee-20"}) == {}


def test_the_command_prints_text_and_json_also_where_the_chapters_can_not_be_read(project: Project, twin: Twin) -> None:
    twin(("observations", "IND019-NL-2019", "value", "80"))
    text = na_report(project, "edition", "diff", "2021", "2021b").stdout
    assert "IND019-NL-2019 value: '41' -> '80'" in text
    assert "claim S06: holds -> contradicted" in text
    data = json.loads(na_report(project, "edition", "diff", "2021", "2021b", "--format", "json").stdout)
    assert data["tables"]["observations"]["changed"][0]["new"] == "80"
    assert data["pages"] is None
    (project.chapters / "words.yml").unlink()
    done = na_report(project, "edition", "diff", "2021", "2021b")
    assert done.returncode == 0, done.stderr
    assert "claim S06: holds -> contradicted" in done.stdout
    assert "sentences: not known" in done.stdout


STORY = """+++ een

:::{container} kader
**Kort.** Het is {IND019}.
:::

:::{if} later
- Eerst {gaps} van {IND019_year}.
:::

```{code-cell}
charts.shares(evidence, ["IND019"])
```

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
    project: Project, twin: Twin
) -> None:
    folder = project.chapters / "nl" / "sector"
    for path in folder.glob("*.md"):
        path.unlink()
    (folder / "mbo.md").write_text(STORY, encoding="utf-8")
    texts = list(prose_of(CELLS, [folder / "mbo.md", folder / "gone.md"], project.chapters))
    twin(
        ("observations", "IND019-NL-2019", "value", "40"),
        ("observations", "IND019-NL-2019", "period", "2018"),
        (*VALUE, "20"),
    )
    before, after = (open_edition(name, project) for name in ("2021", "2021b"))
    found = reworded("p", texts, before, after, "nl")
    assert [(each.new, each.condition) for each in found] == [
        ("Die met 40% niet!", ""),
        ("Ook 40% onder voorwaarde.", "new"),
        ("Kort. Het is 40%.", ""),
        ("Eerst … van 2018.", "later"),
        ("Dat is 20%, en hier niet.", ""),
    ]
    assert found[0].old == "Die met 41% niet!"
    assert reworded("p", texts, after, after, "nl") == []


def test_ten_recommendations_come_in_the_order_of_their_numbers() -> None:
    edition = open_edition("2021")
    advice, findings = (edition.tables[name].copy() for name in ("recommendations", "findings"))
    advice = pd.concat([advice[advice["id"] == "R3"].assign(id="R10"), advice])
    findings.loc[findings["id"] == "FM12", "kind"] = "need"
    before = replace(edition, tables={**edition.tables, "recommendations": advice}, _rows={})
    after = replace(before, tables={**before.tables, "findings": findings}, _rows={})
    assert compare(before, after).recommendations == ("R1", "R3", "R10")
