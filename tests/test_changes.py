"""What differs between two editions: rows, values with their comparability, claims and recommendations."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest
from conftest import Change, na_report

from na_report.base.paths import Project
from na_report.editions.edition import Edition, copy_edition, open_edition, seal_edition
from na_report.reasoning.changes import CellChange, compare
from na_report.running.execution import run_pages
from na_report.running.pages import all_pages, choose, mentions
from na_report.writing.sentences import prose_of, reworded


@pytest.fixture
def twin(project: Project, change: Change) -> Callable[..., None]:
    """Makes edition 2021b with some cells changed; 2021 itself stays as it is."""

    def make(*cells: tuple[str, str, str, str]) -> None:
        copy_edition("2021", "2021b", project)
        for table, key, column, value in cells:
            change(f"../2021b/{table}", key, column, value)
        seal_edition("2021b", project)

    return make


def test_three_changed_cells_are_named_with_what_follows(project: Project, twin: Callable[..., None]) -> None:
    twin(
        ("observations", "IND019-NL-2019", "value", "80"),
        ("findings", "FM12", "kind", "need"),
        ("organisations", "ACT13", "role_nl", "Koopt samen in."),
    )
    changes = compare(open_edition("2021", project), open_edition("2021b", project))
    assert {name: table.changed for name, table in changes.tables.items()} == {
        "observations": (CellChange("IND019-NL-2019", "value", "41", "80"),),
        "findings": (CellChange("FM12", "kind", "priority", "need"),),
        "organisations": (CellChange("ACT13", "role_nl", _role(project), "Koopt samen in."),),
    }
    [value] = changes.values
    assert (value.indicator, value.old, value.new, value.unit, value.comparable) == ("IND019", 41, 80, "percent", True)
    assert [(claim.claim, claim.old, claim.new) for claim in changes.claims] == [("S06", "holds", "contradicted")]
    assert changes.recommendations == ("R1", "R3")


def test_ten_recommendations_come_in_the_order_of_their_numbers(
    project: Project, change: Change, reseal: Callable[[], None], twin: Callable[..., None]
) -> None:
    path = project.data / "2021" / "recommendations.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    [third] = [row for row in rows if row["id"] == "R3"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(third), lineterminator="\n")
        writer.writeheader()
        writer.writerows([{**third, "id": "R10", "number": "10"}, *rows])
    reseal()
    twin(("findings", "FM12", "kind", "need"))
    changes = compare(open_edition("2021", project), open_edition("2021b", project))
    assert changes.recommendations == ("R1", "R3", "R10")


def test_a_conclusion_that_only_one_edition_has_is_no_change_of_a_claim(project: Project) -> None:
    both = open_edition("2021", project)
    conclusions = both["conclusions"]
    rests = both["recommendations"]["rests_on"].str.replace(";C14", "").str.replace("C14;", "")
    tables = {
        **both.tables,
        "conclusions": conclusions[conclusions["id"] != "C14"],
        "recommendations": both["recommendations"].assign(rests_on=rests),
    }
    without = Edition("2022", tables, both.descriptor)
    for old, new in ((both, without), (without, both)):
        changes = compare(old, new)
        assert not changes.claims
        assert "C14" in (*changes.tables["conclusions"].added, *changes.tables["conclusions"].removed)


def _role(project: Project) -> str:
    return str(open_edition("2021", project).row("organisations", "ACT13")["role_nl"])


def test_equal_editions_differ_in_nothing(project: Project, twin: Callable[..., None]) -> None:
    twin()
    changes = compare(open_edition("2021", project), open_edition("2021b", project))
    assert not changes.tables
    assert not changes.values
    assert not changes.claims
    assert not changes.recommendations


def test_a_value_that_is_only_written_in_another_way_is_no_change(project: Project, twin: Callable[..., None]) -> None:
    twin(("observations", "IND007-NL-2019", "value", "19.50"), ("sources", "ceps2019irdll", "year", "02019"))
    assert not compare(open_edition("2021", project), open_edition("2021b", project)).tables


def test_the_last_digit_that_a_spreadsheet_shows_is_a_change(project: Project, twin: Callable[..., None]) -> None:
    twin(("observations", "IND007-NL-2019", "value", "19.5000000000001"))
    [value] = compare(open_edition("2021", project), open_edition("2021b", project)).values
    assert value.new == 19.5000000000001


@pytest.mark.parametrize(("new", "factor"), [("0.195", "1/100 of"), ("1.95", "1/10 of"), ("20", "")])
def test_a_value_that_is_a_round_number_of_times_the_old_one_is_told(
    project: Project, twin: Callable[..., None], new: str, factor: str
) -> None:
    twin(("observations", "IND007-NL-2019", "value", new))
    [value] = compare(open_edition("2021", project), open_edition("2021b", project)).values
    assert value.factor == factor


def test_a_new_series_is_not_comparable(project: Project, change: Change) -> None:
    folder = copy_edition("2021", "2021b", project)
    path = folder / "observations.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    [row] = [line for line in lines if line.startswith("IND007-NL-2019,")]
    lines.append(row.replace("IND007-NL-2019", "IND007-NL-2024").replace(",2019,", ",2024,").replace(",A,", ",A,"))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    change("../2021b/observations", "IND007-NL-2024", "series", "lfs_from_2021")
    seal_edition("2021b", project)
    changes = compare(open_edition("2021", project), open_edition("2021b", project))
    assert changes.tables["observations"].added == ("IND007-NL-2024",)
    [value] = changes.values
    assert (value.new_key, value.comparable) == ("IND007-NL-2024", False)


def test_pages_and_figures_that_show_a_row_are_found(project: Project) -> None:
    folder = project.build("2026", "nl") / "notebooks"
    pages = choose(all_pages(project), ["gesprekspartners", "koploper"])
    run_pages(project, pages, {"edition": "2026"}, folder)
    found = mentions(folder, {"ind108-ee-2024"})
    assert list(found) == ["koploper"]
    assert "fig-ict-specialisten" in found["koploper"]
    assert mentions(folder, {"ind108-ee-20"}) == {}
    for state in ("failed", "running"):
        shutil.copy(folder / "koploper.ipynb", folder / f"koploper.{state}.ipynb")
    assert mentions(folder, {"ind108-ee-2024"}) == found


def test_the_command_prints_text_and_json(project: Project, twin: Callable[..., None]) -> None:
    twin(("observations", "IND019-NL-2019", "value", "80"))

    def diff(*options: str) -> str:
        command = [sys.executable, "-m", "na_report.cli", "edition", "diff", "2021", "2021b", *options]
        return subprocess.run(command, capture_output=True, text=True, cwd=project.root, check=True).stdout

    text = diff()
    assert "IND019-NL-2019 value: '41' -> '80'" in text
    assert "claim S06: holds -> contradicted" in text
    data = json.loads(diff("--format", "json"))
    assert data["tables"]["observations"]["changed"][0]["new"] == "80"
    assert data["pages"] is None


def test_what_differs_is_told_also_where_the_chapters_can_not_be_read(
    project: Project, twin: Callable[..., None]
) -> None:
    twin(("observations", "IND019-NL-2019", "value", "80"))
    (project.chapters / "words.yml").unlink()
    done = na_report(project, "edition", "diff", "2021", "2021b")
    assert done.returncode == 0, done.stderr
    assert "claim S06: holds -> contradicted" in done.stdout
    assert "sentences: not known" in done.stdout
    assert "sentence on" not in done.stdout


def test_a_sentence_is_named_with_each_page_that_tells_it_and_the_condition_that_it_has(
    project: Project, twin: Callable[..., None]
) -> None:
    folder = project.chapters / "nl" / "sector"
    for path in folder.glob("*.md"):
        path.unlink()
    story = """+++ een

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
    (folder / "mbo.md").write_text(story, encoding="utf-8")
    cells = [
        "# {IND019} in a cell that is no prose",
        "%%text\nTwee zinnen. Die met {IND020} blijft.\n\nDie met {IND019} niet!",
        "%%text if new\nOok {IND019} onder voorwaarde.",
        'story.tell("een")',
        'tell_each("nl/sector", analysis.sectors(evidence), "twee")',
        'story.tell("none")',
    ]
    texts = list(prose_of(cells, [folder / "mbo.md", folder / "gone.md"], project.chapters))
    new = {("IND019-NL-2019", "value"): "40", ("IND019-NL-2019", "period"): "2018", ("IND007-NL-2019", "value"): "20"}
    twin(*(("observations", *cell, value) for cell, value in new.items()))
    before, after = (open_edition(name, project) for name in ("2021", "2021b"))
    found = reworded("p", texts, before, after, "nl")
    assert [(each.new, each.condition) for each in found] == [
        ("Die met 40% niet!", ""),
        ("Ook 40% onder voorwaarde.", "new"),
        ("Eerst … van 2018.", "later"),
        ("Kort. Het is 40%.", ""),
        ("Dat is 20%, en hier niet.", ""),
    ]
    assert [each.old for each in found][:1] == ["Die met 41% niet!"]
    assert reworded("p", texts, after, after, "nl") == []
