"""What became of what the report names: every row has a state, with the trace that shows it, and none looks newer than it is."""

import pytest
from conftest import problems_with

from na_report.editions.edition import open_edition
from na_report.registers import analysis, blocks, registers, statuses, updates
from na_report.writing.voice import Voice

# Counted by hand in the list of what was looked up; what is not nagezien counts as unknown.
COUNTS = {
    "initiatives": {"running": 19, "ended": 20, "succeeded": 7, "renamed": 1, "published": 6, "unknown": 12},
    "organisations": {"running": 26, "ended": 2, "succeeded": 3, "renamed": 2, "published": 0, "unknown": 17},
    "agendas": {"running": 1, "ended": 5, "succeeded": 6, "renamed": 0, "published": 0, "unknown": 0},
}
EVIDENCE, FIRST = open_edition("2026"), open_edition("2021")


def test_each_row_has_a_state_those_of_the_report_are_counted_apart_and_what_came_later_says_so() -> None:
    for table, counted in COUNTS.items():
        keys = set(EVIDENCE[table]["id"])
        assert keys <= set(EVIDENCE["statuses"]["id"])
        assert len(analysis.of_report(EVIDENCE, table)) == sum(counted.values()) < len(keys)
        assert statuses.counts(EVIDENCE, table) == counted
    assert statuses.counted(FIRST) is None
    for name, register in (("initiatives", registers.initiatives), ("organisations", registers.organisations)):
        lines = [line for line in register(EVIDENCE).markdown.splitlines() if line.startswith("| [")]
        marked = {line.split("[")[1].split("]")[0] for line in lines if "van na het rapport" in line}
        assert marked == {*EVIDENCE[name]["id"]} - {*FIRST[name]["id"]} != set()


@pytest.mark.parametrize(
    ("language", "undated", "no_year", "head", "ours"),
    [("nl", "z.d.", "zonder jaar", "Nu", "niet AEF"), ("en", "n.d.", "without a year", "Now", "not AEF")],
)
def test_the_registers_and_the_advice_show_each_state_as_ours_and_none_is_old_without_saying_so(
    language: str, undated: str, no_year: str, head: str, ours: str
) -> None:
    voice, organisations = Voice(EVIDENCE, language), registers.organisations(EVIDENCE, language).markdown
    initiatives = registers.initiatives(EVIDENCE, language).markdown
    for row in EVIDENCE.records("statuses"):
        key = row["id"]
        now, agenda = statuses.now(voice, key), blocks.agenda
        shown = organisations if key.startswith("ACT") else initiatives
        assert now in (agenda(EVIDENCE, key, language).markdown if key in set(EVIDENCE["agendas"]["id"]) else shown)
        if not row["source_id"]:
            assert row["status"] == "unknown", key
            continue
        year = EVIDENCE.row("sources", row["source_id"])["year"]
        assert (year or undated) in now, key
        if row["status"] == "running":
            # Not only in the source behind it, but in the words that say how it stands.
            assert (year or no_year) in statuses.state(voice, key), key
            assert not year or int(year) > 2021, "a trace from before the edition of the report shows nothing of now"
    for key in EVIDENCE["recommendations"]["id"]:
        lines = blocks.recommendation(EVIDENCE, key, language).markdown.splitlines()
        [line] = [each for each in lines if f"- **{head} (2026)**: " in each]
        assert ours in line and "(#bron-" in line
    for status in (*updates.SHOWN, "dated", "first_edition"):
        shown = updates.indicator_status(EVIDENCE, (status,), "tab-x", language).markdown
        assert len(shown.splitlines()[0]) > len(":::{table} ") + 10, "each status has a table"


def test_each_state_that_can_not_be_is_named() -> None:
    for column, value, expected in (
        ("id", "INI99", "initiatives"),
        ("source_id", "", "a source, or the status unknown"),
        ("confidence", "", "as source_id has one"),
    ):
        found = problems_with("statuses", "INI01", column, value, "2026")
        assert [problem.row for problem in found if expected in problem.expected] == [2], (column, found)
