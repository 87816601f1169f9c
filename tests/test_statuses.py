"""What became of what the report names: every row has a state, with the trace that shows it, and none looks newer than it is."""

from __future__ import annotations

import pytest
from conftest import na_report, set_cell
from openpyxl import load_workbook

from na_report.base.paths import DESCRIPTOR, Project
from na_report.editions.edition import copy_edition, open_edition, seal_edition
from na_report.editions.integrity import find_problems
from na_report.reasoning.changes import compare
from na_report.registers import analysis, blocks, lookup, registers, statuses

LANGUAGES = ("nl", "en")
# Counted by hand in the list of what was looked up; what is not nagezien counts as unknown.
COUNTS = {
    "initiatives": {"running": 19, "ended": 20, "succeeded": 7, "renamed": 1, "published": 6, "unknown": 12},
    "organisations": {"running": 26, "ended": 2, "succeeded": 3, "renamed": 2, "published": 0, "unknown": 17},
    "agendas": {"running": 1, "ended": 5, "succeeded": 6, "renamed": 0, "published": 0, "unknown": 0},
}
EVIDENCE, FIRST = open_edition("2026"), open_edition("2021")


@pytest.mark.parametrize("table", COUNTS)
def test_each_row_has_a_state_and_those_of_the_report_are_counted_apart(table: str) -> None:
    keys = set(EVIDENCE[table]["id"])
    assert keys <= set(EVIDENCE["statuses"]["id"])
    assert len(analysis.of_report(EVIDENCE, table)) == sum(COUNTS[table].values()) < len(keys)
    assert statuses.counts(EVIDENCE, table) == COUNTS[table]


@pytest.mark.parametrize(
    ("language", "undated", "no_year"), [("nl", "z.d.", "zonder jaar"), ("en", "n.d.", "without a year")]
)
def test_no_state_is_older_than_the_edition_without_saying_so(language: str, undated: str, no_year: str) -> None:
    for row in EVIDENCE.records("statuses"):
        if not row["source_id"]:
            assert row["status"] == "unknown", row["id"]
            continue
        year = EVIDENCE.row("sources", row["source_id"])["year"]
        assert (year or undated) in statuses.now(EVIDENCE, row["id"], language), row["id"]
        if row["status"] == "running":
            # Not only in the source behind it, but in the words that say how it stands.
            assert (year or no_year) in statuses.state(EVIDENCE, row["id"], language), row["id"]
            assert not year or int(year) > 2021, "a trace from before the edition of the report shows nothing of now"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_registers_show_each_state(language: str) -> None:
    organisations = registers.organisations(EVIDENCE, language).markdown
    initiatives = registers.initiatives(EVIDENCE, language).markdown
    for key in EVIDENCE["statuses"]["id"]:
        shown = {"I": initiatives, "A": organisations if key.startswith("ACT") else ""}[key[0]]
        shown = shown or blocks.agenda(EVIDENCE, key, language).markdown
        assert statuses.now(EVIDENCE, key, language) in shown


def test_the_page_to_search_shows_how_it_stands_now_and_not_in_the_report() -> None:
    [line] = [line for line in lookup.initiatives(EVIDENCE).markdown.splitlines() if "#ini47" in line]
    assert "[Gestopt]{.keuze}" in line


def test_a_successor_says_that_the_report_does_not_name_it() -> None:
    for name, register in (("initiatives", registers.initiatives), ("organisations", registers.organisations)):
        lines = [line for line in register(EVIDENCE).markdown.splitlines() if line.startswith("| [")]
        marked = {line.split("[")[1].split("]")[0] for line in lines if "van na het rapport" in line}
        assert marked == {*EVIDENCE[name]["id"]} - {*FIRST[name]["id"]} != set()


def test_what_we_correct_is_marked_as_ours_beside_the_words_of_the_report() -> None:
    lines = registers.initiatives(EVIDENCE).markdown.splitlines()
    for key in ("ini27", "ini28", "ini57"):
        assert ["Let op: opmerking" in line for line in lines if f"{{#{key} .nr}}" in line] == [True]


def test_each_state_that_can_not_be_is_named(project: Project) -> None:
    copy_edition("2026", "2027", project)
    folder = project.data / "2027"
    assert find_problems(folder, sealed=False) == []
    path = folder / "statuses.csv"
    before = path.read_bytes()
    for column, value, expected in (
        ("id", "INI99", "initiatives"),
        ("status", "loopt", "subject_status"),
        ("source_id", "", "a source, or the status unknown"),
        ("source_id", "nobody2020", "an id in sources"),
        ("confidence", "C", "confidence"),
        ("confidence", "", "as source_id has one"),
        ("successor_en", "", "as successor_nl has one"),
        ("successor_ids", "A99", "an id in agendas"),
        ("since", "vorig jaar", "the form"),
        ("note_en", "", "a value"),
    ):
        set_cell(path, "INI01", column, value)
        hits = [problem for problem in find_problems(folder, sealed=False) if problem.file == "statuses.csv"]
        assert any(expected in problem.expected and problem.row == 2 for problem in hits), (column, value, hits)
        path.write_bytes(before)


@pytest.mark.parametrize(("language", "head", "ours"), [("nl", "Nu", "niet AEF"), ("en", "Now", "not AEF")])
def test_each_recommendation_tells_what_changed_as_ours_with_sources(language: str, head: str, ours: str) -> None:
    head = f"- **{head} (2026)**: "
    for number in range(1, 9):
        shown = blocks.recommendation(EVIDENCE, f"R{number}", language).markdown
        [line] = [line for line in shown.splitlines() if line.startswith(head)]
        assert ours in line
        assert "(#bron-" in line
        assert head not in blocks.recommendation(FIRST, f"R{number}", language).markdown


def test_the_edition_of_the_report_says_nothing_of_now() -> None:
    assert statuses.counted(FIRST) is None
    for block in (registers.organisations(FIRST), registers.initiatives(FIRST), blocks.agenda(FIRST, "A10")):
        assert "Stand in" not in block.markdown
    assert "| Stand |" in registers.initiatives(FIRST).markdown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_source_names_what_it_shows(language: str) -> None:
    lines = registers.sources(EVIDENCE, language).markdown.splitlines()
    [line] = [line for line in lines if "bron-surf2022mbo}" in line]
    assert all(f"(#{place})" in line for place in ("ini47", "a10", "r4"))


def test_a_workbook_takes_states_out_and_in(project: Project) -> None:
    assert na_report(project, "edition", "export", "2026", "evidence.xlsx").returncode == 0
    book = load_workbook(project.root / "evidence.xlsx")
    sheet = book["statuses"]
    heads = [cell.value for cell in sheet[1]]
    [row] = [row for row in sheet.iter_rows(min_row=2) if row[0].value == "INI65"]
    row[heads.index("status")].value = "ended"
    row[heads.index("since")].value = "2026-11"
    book.save(project.root / "evidence.xlsx")
    assert na_report(project, "edition", "import", "evidence.xlsx", "--as", "2027").returncode == 0
    changes = compare(EVIDENCE, open_edition("2027", project))
    assert [(cell.key, cell.column, cell.new) for cell in changes.tables["statuses"].changed] == [
        ("INI65", "status", "ended"),
        ("INI65", "since", "2026-11"),
    ]
    assert statuses.state(open_edition("2027", project), "INI65") == "gestopt (november 2026)"


def test_an_edition_from_before_is_sealed_anew_as_it_is(project: Project) -> None:
    folder = project.data / "2021"
    (folder / DESCRIPTOR).unlink()
    assert find_problems(folder, sealed=False) == []
    seal_edition("2021", project)
    assert open_edition("2021", project).schema == FIRST.schema
    assert not FIRST.has("statuses")
