"""The file of claims: a claim needs no Python, and all that is wrong in the file is told at once."""

import re
from collections.abc import Callable
from typing import TypeAlias

import pytest
from conftest import altered

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.editions.edition import open_edition
from na_report.reasoning.checking import all_claims, results_of
from na_report.reasoning.claim import CONTRADICTED, HOLDS, JUDGEMENT, NOT_TESTABLE, Claim, evaluate
from na_report.reasoning.claims_file import read_claims, refuse_misplaced
from na_report.running.fingerprint import data_hash

FIRST = open_edition("2021")
GOOD = """
S40:
  page: sector-mbo
  kind: report
  says: {nl: Er zijn bevindingen over het mbo., en: There are findings on mbo.}
  holds: found > 3
  facts:
    found:
      says: {nl: bevindingen, en: findings}
      count: {table: findings, where: {sector: mbo}}
"""
Write: TypeAlias = Callable[[str], list[Claim]]


@pytest.fixture
def claims(project: Project) -> Write:
    """Writes a file of claims, and reads it."""

    def write(text: str) -> list[Claim]:
        (project.chapters / "claims.yml").write_text(text, encoding="utf-8")
        return read_claims(project)

    return write


def of_facts(*facts: str) -> str:
    """Returns a claim for each fact."""
    head = "  page: index\n  kind: report\n  says: {nl: Zo., en: So.}\n  holds: found > 0\n"
    return "".join(
        f"S{50 + nr}:\n{head}  facts:\n    found: {{{fact}, says: {{nl: a, en: a}}}}\n" for nr, fact in enumerate(facts)
    )


MEASURED = {
    "value: IND016": 80,
    "count: {table: findings, where: {sector: mbo}}": len(FIRST.rows("findings", sector="mbo")),
    "value: {indicator: IND005, geo: EE}": 1,
    "count: {table: agendas, where: {level: sector}}": 3,
    "count: {table: agendas, where: {level: [sector, eu]}}": 7,
    "count: {table: agendas, where: {level: {not: [sector, eu]}}}": 5,
    "count: {table: agendas, where: {sector: mbo}}": 1,
    "count: {table: agendas, where: {owners: {at_least: 2}}}": 3,
    "count: {table: agenda_items, where: {agenda_id: {level: sector}}}": 20,
    "count: {table: agenda_items, distinct: agenda_id, where: {agenda_id: {level: sector}}}": 3,
    "count: {table: agenda_items, where: {id: [A02.9, A02.13], item_type: rated_high}}": 1,
    "count: {table: agenda_items, where: {agenda_id: {}}}": len(FIRST["agenda_items"]),
    "goals_in_each: {agendas: {level: sector}}": 3,
    "agendas_with_all_goals: {agendas: {level: sector}}": 2,
}
# What an edition lacks, and what is told of it; a column that came after the edition is not counted as empty.
LACKING = {
    "value: IND999": "IND999",
    "count: {table: agenda_items, where: {id: [A99.1]}}": "A99",
    "count: {table: agenda_items, where: {agenda_id: A99}}": "A99",
    "count: {table: agendas, among: {level: school}}": "agendas",
    "goals_in_each: {agendas: {level: school}}": "agendas",
    "count: {table: recommendations, distinct: now_sources}": "no now_sources in the table recommendations",
    "count: {table: recommendations, where: {now_sources: {at_least: 2}}}": "no now_sources in the table recommendations",
}


def test_each_measure_gives_the_figure_or_names_what_the_edition_lacks(claims: Write) -> None:
    found = claims(of_facts(*MEASURED, *LACKING))
    assert [evaluate(each, FIRST).facts[0].value for each in found[: len(MEASURED)]] == [*MEASURED.values()]
    for each, lacking in zip(found[len(MEASURED) :], LACKING.values(), strict=True):
        verdict = evaluate(each, FIRST)
        assert verdict.state == NOT_TESTABLE and lacking in verdict.why
    assert {evaluate(each, open_edition("2026")).state for each in found[-2:]} <= {HOLDS, CONTRADICTED}


# What takes the place of what in a good claim (or stands behind it), the line, what is found and what was expected.
WRONG = """
page: sector-mbo | page: | 3 | '' | a line of text
kind: report | kind: new | 4 | 'new' | newer
holds: | hold: | 6 | 'hold' | holds
holds: | hold: | 2 | no holds | page, kind, says, holds
, en: findings | | 9 | no en | each language: en, nl
en: findings | eng: findings | 9 | 'eng' | one of en, nl
says: {nl: bevindingen, en: findings} | shown: yes | 8 | no says | words for the fact
found > 3 | found | 6 | 'found' | a comparison of facts
found > 3 | not > 3 | 6 | 'not > 3' | a comparison of facts
found > 3 | fund > 3 | 6 | 'fund' | one of the facts: found
found > 3 | open('x') > 3 | 6 | open( | with < <=
found > 3 | found ** 3 > 3 | 6 | ** 3 | with < <=
found > 3 | judgement | 7 | found | no facts
found > 3 | judgement > 3 | 6 | 'judgement' | one of the facts: found
 | against: fund | 11 | 'fund' | one of the facts: found
 | uses_coding: true | 11 | 'true' | one of yes, no
 | against: [found] | 11 | ['found'] | a line of text
 | ....value: IND001 | 8 | count | one measure
count: | cuont: | 10 | 'cuont' | count
table: findings, | | 10 | no table | arguments by name
table: findings | table: finding | 10 | 'finding' | findings
table: findings | status: x, table: findings | 10 | 'x' | a list
table: findings | status: [[x]], table: findings | 10 | ['x'] | a line of text
table: findings | distinct: x, table: findings | 10 | distinct: found 'x' | a column of findings: id
sector: mbo | sector: {kin: x} | 10 | 'kin' | a column of sectors: id
sector: mbo | kind: {kind: x} | 10 | {'kind': 'x'} | a value or some values: kind refers to no one table
sector: mbo | kind: {at_least: 2} | 10 | at_least | kind is no list
sector: mbo | source_ids: {at_least: x} | 10 | at_least | {at_least: 2}
where: {sector: mbo} | among: {sectr: mbo} | 10 | 'sectr' | a column of findings: id
count: {table: findings, where: {sector: mbo}} | goals_in_each: {agendas: {lvl: x}} | 10 | 'lvl' | a column of agendas: id
sector: mbo | kind: {not: [[x]]} | 10 | ['x'] | a value
sector: mbo | kind: {not: x, kind: y} | 10 | 'kind': 'y' | {not: …} or {at_least: 2} alone
{sector: mbo} | mbo | 10 | 'mbo' | columns with what
{table: findings, where: {sector: mbo}} | [a] | 10 | ['a'] | arguments by name
"""


def test_what_is_wrong_is_told_with_line_found_and_expected(claims: Write) -> None:
    for case in WRONG.strip("\n").splitlines():
        old, new, line, found, expected = (part.strip() for part in case.split("|"))
        with pytest.raises(NaReportError) as caught:
            claims(GOOD.replace(old, new, 1) if old else f"{GOOD}  {new.replace('.', ' ')}\n")
        start = f"chapters/claims.yml, line {line}, S40"
        told = [part for part in str(caught.value).splitlines() if part.startswith(start)]
        assert any(found in part and expected in part for part in told), (case, str(caught.value))
        # In words of this project, not of the library that compares the form.
        assert all(re.search(": found .*, expected .", part) for part in told), str(caught.value)


def test_a_comparison_without_end_is_refused_and_no_crash(claims: Write) -> None:
    for long in (
        "not " * 30_000 + "found > 3",
        "found > " + "1 + " * 30_000 + "3",
        "found > 3" + " and found > 3" * 30_000,
    ):
        with pytest.raises(NaReportError, match="expected a comparison of facts"):
            claims(GOOD.replace("found > 3", long))
    [claim] = claims(GOOD.replace("found > 3", "not " * 240 + "found > 3"))
    assert evaluate(claim, FIRST).state in (HOLDS, CONTRADICTED)


def test_all_problems_of_the_file_are_told_at_once(claims: Write) -> None:
    wrong = GOOD.replace("found > 3", "fund > 3").replace("count:", "cuont:")
    other, bare, python = GOOD.replace("page", "pag"), "S42: x", GOOD.replace("found", "class")
    with pytest.raises(NaReportError) as caught:
        claims(wrong + other.replace("S40", "S41") + bare + python.replace("S40", "S43"))
    lines = dict.fromkeys(re.findall(r"line (\d+, \w+)", str(caught.value)))
    assert [*lines] == ["6, S40", "8, S40", "10, S40", "12, S41", "13, S41", "21, S42", "28, S43"]
    assert caught.value.hint


def test_a_page_or_conclusion_that_is_nowhere_is_told(project: Project, claims: Write) -> None:
    claims(GOOD + GOOD.replace("S40", "C99"))
    with pytest.raises(NaReportError, match=r"'sector-mbo', expected a page of _toc\.yml: sector-mob") as caught:
        refuse_misplaced(project, ["sector-mob"])
    assert re.findall(r"line (\d+), (\w+)", str(caught.value)) == [("3", "S40"), ("12", "C99"), ("13", "C99")]


def test_a_third_language_needs_no_python(project: Project, claims: Write) -> None:
    (project.chapters / "fr").mkdir()
    (project.chapters / "fr" / "words.yml").write_text("words: {nr: No}\n", encoding="utf-8")
    assert len(claims(GOOD)) == 1
    half = GOOD.replace("en: findings", "en: findings, fr: constats")
    with pytest.raises(NaReportError, match=r"line 5, S40, says: found no fr, expected the wording"):
        claims(half)
    [mine] = claims(half.replace("en: There are findings on mbo.", "en: There are some., fr: Il y en a."))
    assert mine.says["fr"] == "Il y en a."


def test_a_changed_wording_is_another_answer(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    path, asked, hashes = project.chapters / "claims.yml", [], []
    for new in ("Geen enkele agenda heeft", "Geen agenda heeft"):
        text = path.read_text(encoding="utf-8").replace("Geen enkele agenda heeft", new)
        path.write_text(text, encoding="utf-8")
        edition = open_edition("2021", project)
        for key in ("C07", "C05"):
            results_of(edition, key)
        asked.append(edition.reads.answers)
        hashes.append(data_hash(project))
    before, after = asked
    assert ["C07" in key for key in before if after[key] != before[key]] == [True]
    assert hashes[0] != hashes[1]


def test_a_claim_says_that_it_uses_the_coding_exactly_when_it_does() -> None:
    bare = altered(FIRST, "agenda_items .* category equal_opportunity")
    tested = [claim for claim in all_claims() if claim.holds != JUDGEMENT]
    uses = [claim.id for claim in tested if evaluate(claim, FIRST).facts != evaluate(claim, bare).facts]
    assert uses == [claim.id for claim in tested if claim.uses_coding]
