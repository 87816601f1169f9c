"""What a page shows of an edition: where a number stands, what a caption says, and what makes a page run again."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace

import pytest
from conftest import Change

from na_report.evidence.edition import Edition, open_edition, seal_edition
from na_report.evidence.reads import Reads, answer_again
from na_report.paths import Project
from na_report.presentation import charts, registers, updates, values


def with_value(edition: Edition, key: str, **cells: object) -> Edition:
    """Returns an edition in which an observation has other cells."""
    rows = edition.tables["observations"].copy()
    for column, cell in cells.items():
        rows.loc[rows["id"] == key, column] = cell
    return replace(edition, tables={**edition.tables, "observations": rows}, _rows={}, _observed={}, reads=Reads())


def test_a_value_stands_under_its_own_group() -> None:
    text = registers.observations(open_edition("2026"), "all").markdown
    [row] = [line for line in text.splitlines() if "{#ind002 " in line]
    young, precise = row.split("Nederland, jongeren")[1:]
    assert "92%" in young
    assert "88,5%" not in young
    assert "andere meetmethode" in precise
    assert "88,5%" in precise


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("key", "make"), [("IND020-NL-2015", charts.mbo_maturity), ("IND028-NL-nd", charts.reached)])
def test_a_value_in_words_makes_no_sum_in_a_caption(
    key: str, make: Callable[[Edition, str], object], language: str
) -> None:
    edition = with_value(open_edition("2021"), key, value=float("nan"), text_nl="veel", text_en="many")
    text = make(edition, language).markdown  # type: ignore[attr-defined]
    before_table = text.split(":::{dropdown}")[0]
    assert "nan" not in before_table.lower()
    assert "lager" not in before_table
    assert "lower" not in before_table


def test_what_is_known_of_an_edition_goes_with_it() -> None:
    edition = open_edition("2021")
    assert values.caveats_for(edition, "IND007") == ("AM03",)
    seen = weakref.ref(edition)
    del edition
    gc.collect()
    assert seen() is None


def test_a_change_of_the_edition_before_is_a_change_for_the_page_that_compares(
    project: Project, change: Change, reseal: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    edition = open_edition("2026", project)
    updates.claim_changes(edition)
    updates.changed_counts(edition)
    asked = dict(edition.reads.answers)
    assert answer_again(open_edition("2026", project), asked) == asked
    change("observations", "IND019-NL-2019", "value", "37")
    reseal()
    assert answer_again(open_edition("2026", project), asked) != asked


def test_an_edition_in_between_is_a_change_for_the_page_that_compares(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from na_report.evidence.edition import copy_edition

    monkeypatch.chdir(project.root)
    edition = open_edition("2026", project)
    updates.since(edition)
    asked = dict(edition.reads.answers)
    copy_edition("2021", "2024", project)
    seal_edition("2024", project)
    assert answer_again(open_edition("2026", project), asked) != asked
