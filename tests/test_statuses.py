"""What became of what the report names: every row has a state, with the trace that shows it, and none looks newer than it is."""

import pytest
from conftest import problems_with

from na_report.editions.edition import open_edition
from na_report.registers import analysis, blocks, registers, statuses
from na_report.registers.templates import Templates
from na_report.writing.voice import Voice

# Counted by hand in the list of what was looked up; what is not nagezien counts as unknown.
COUNTS = {
    "initiatives": {"running": 19, "ended": 20, "succeeded": 7, "renamed": 1, "published": 6, "unknown": 12},
    "organisations": {"running": 26, "ended": 2, "succeeded": 3, "renamed": 2, "published": 0, "unknown": 17},
    "agendas": {"running": 1, "ended": 5, "succeeded": 6, "renamed": 0, "published": 0, "unknown": 0},
}
EVIDENCE, FIRST = open_edition("2026"), open_edition("2021")


def test_each_row_has_a_state_and_those_of_the_report_are_counted_apart() -> None:
    for table, counted in COUNTS.items():
        keys = set(EVIDENCE[table]["id"])
        assert keys <= set(EVIDENCE["statuses"]["id"])
        assert len(analysis.of_report(EVIDENCE, table)) == sum(counted.values()) < len(keys)
        assert statuses.counts(EVIDENCE, table) == counted


@pytest.mark.parametrize(
    ("language", "undated", "no_year"), [("nl", "z.d.", "zonder jaar"), ("en", "n.d.", "without a year")]
)
def test_the_registers_show_each_state_and_none_is_old_without_saying_so(
    language: str, undated: str, no_year: str
) -> None:
    templates = Templates(Voice(EVIDENCE, language))
    organisations = registers.show(EVIDENCE, "organisations", language).markdown
    initiatives = registers.show(EVIDENCE, "initiatives", language).markdown
    for row in EVIDENCE.records("statuses"):
        key = row["id"]
        now, agenda = templates.line(key, "now"), blocks.agendas
        shown = organisations if key.startswith("ACT") else initiatives
        assert now in (agenda(EVIDENCE, [key], language).markdown if key in set(EVIDENCE["agendas"]["id"]) else shown)
        if not row["source_id"]:
            assert row["status"] == "unknown", key
            continue
        year = EVIDENCE.row("sources", row["source_id"])["year"]
        assert (year or undated) in now, key
        if row["status"] == "running":
            # Not only in the source behind it, but in the words that say how it stands.
            assert (year or no_year) in templates.line(row, "stand"), key
            assert not year or int(year) > 2021, "a trace from before the edition of the report shows nothing of now"


def test_what_is_ours_or_came_later_says_so_and_the_edition_of_the_report_says_nothing_of_now() -> None:
    [line] = [line for line in registers.show(EVIDENCE, "find_initiatives").markdown.splitlines() if "#ini47" in line]
    assert "[Gestopt]{.keuze}" in line
    for name in ("initiatives", "organisations"):
        lines = [line for line in registers.show(EVIDENCE, name).markdown.splitlines() if line.startswith("| [")]
        marked = {line.split("[")[1].split("]")[0] for line in lines if "van na het rapport" in line}
        assert marked == {*EVIDENCE[name]["id"]} - {*FIRST[name]["id"]} != set()
        assert "Stand in" not in registers.show(FIRST, name).markdown
    lines = registers.show(EVIDENCE, "initiatives").markdown.splitlines()
    assert ["Let op: opmerking" in line for line in lines if "{#ini27 .nr}" in line] == [True]
    assert statuses.counted(FIRST) is None
    assert "| Stand |" in registers.show(FIRST, "initiatives").markdown
    lines = blocks.sources(EVIDENCE).markdown.splitlines()
    [line] = [line for line in lines if "bron-surf2022mbo}" in line]
    assert all(f"(#{place})" in line for place in ("ini47", "a10", "r4")), "a source names what it shows"


def test_each_state_that_can_not_be_is_named() -> None:
    for column, value, expected in (
        ("id", "INI99", "initiatives"),
        ("source_id", "", "a source, or the status unknown"),
        ("confidence", "", "as source_id has one"),
    ):
        found = problems_with("statuses", "INI01", column, value, "2026")
        assert [problem.row for problem in found if expected in problem.expected] == [2], (column, found)


@pytest.mark.parametrize(("language", "head", "ours"), [("nl", "Nu", "niet AEF"), ("en", "Now", "not AEF")])
def test_each_recommendation_tells_what_changed_as_ours_with_sources(language: str, head: str, ours: str) -> None:
    head = f"- **{head} (2026)**: "
    for key in EVIDENCE["recommendations"]["id"]:
        [line] = [each for each in blocks.recommendation(EVIDENCE, key, language).markdown.splitlines() if head in each]
        assert ours in line and "(#bron-" in line
        assert head not in blocks.recommendation(FIRST, key, language).markdown
