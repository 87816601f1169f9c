"""The file of claims: a claim needs no Python, and all that is wrong in the file is told at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.editions.edition import open_edition
from na_report.editions.folders import newest_edition
from na_report.reasoning.checking import all_claims, check, evaluate
from na_report.reasoning.checking import results_of as claims_of
from na_report.reasoning.claim import CONTRADICTED, HOLDS, JUDGEMENT, NEWER, NOT_TESTABLE, Claim
from na_report.reasoning.claims_file import read_claims, refuse_unknown
from na_report.running.fingerprint import data_hash

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


@pytest.fixture
def claims(project: Project) -> Callable[[str], list[Claim]]:
    """Writes a file of claims, and reads it."""

    def write(text: str) -> list[Claim]:
        (project.chapters / "claims.yml").write_text(text, encoding="utf-8")
        return read_claims(project)

    return write


def claim(facts: str, holds: str = "found > 0") -> str:
    head = "S40:\n  page: index\n  kind: report\n  says: {nl: Zo., en: So.}\n"
    return f"{head}  holds: {holds}\n  facts:\n    found: {{{facts}, shown: no}}\n"


def test_a_claim_of_an_existing_form_needs_no_python(claims: Callable[[str], list[Claim]]) -> None:
    [mine] = claims(GOOD)
    verdict = evaluate(mine, open_edition("2021"))
    assert verdict.state == HOLDS
    [fact] = verdict.facts
    assert fact.says["en"] == "findings"
    assert fact.value == len(open_edition("2021").rows("findings", sector="mbo"))
    [changed] = claims(GOOD.replace("> 3", "> 3000"))
    assert evaluate(changed, open_edition("2021")).state == CONTRADICTED


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ("value: IND016", 80),
        ("value: {indicator: IND007, period_of: IND008}", 19.5),
        ("value: {indicator: IND005, period_of: IND004, geo: EE}", 1),
        ("count: {table: agendas, where: {level: sector}}", 3),
        ("count: {table: agendas, where: {level: [sector, eu]}}", 7),
        ("count: {table: agendas, where: {level: {not: [sector, eu]}}}", 5),
        ("count: {table: agendas, where: {sector: mbo}}", 1),
        ("count: {table: agendas, where: {owners: {at_least: 2}}}", 3),
        ("count: {table: agenda_items, where: {agenda_id: {level: sector}}}", 20),
        ("count: {table: agenda_items, distinct: agenda_id, where: {agenda_id: {level: sector}}}", 3),
        ("count: {table: agenda_items, ids: [A02.9, A02.13], where: {item_type: rated_high}}", 1),
        ("largest: {table: agendas, by: level}", 5),
        ("goals_in_each: {agendas: {level: sector}}", 3),
        ("agendas_with_all_goals: {agendas: {level: sector}}", 2),
    ],
)
def test_each_measure_gives_the_figure(facts: str, expected: float, claims: Callable[[str], list[Claim]]) -> None:
    [mine] = claims(claim(facts))
    assert mine.facts["found"].measured(open_edition("2021")).value == expected


@pytest.mark.parametrize(
    "facts",
    [
        "value: IND999",
        "count: {table: agenda_items, ids: [A99.1]}",
        "count: {table: agenda_items, where: {agenda_id: A99}}",
        "count: {table: agendas, among: {level: school}}",
        "goals_in_each: {agendas: {level: school}}",
    ],
)
def test_what_the_edition_lacks_is_named(facts: str, claims: Callable[[str], list[Claim]]) -> None:
    [mine] = claims(claim(facts))
    verdict = evaluate(mine, open_edition("2021"))
    assert verdict.state == NOT_TESTABLE
    assert re.search(r"IND999|A99|agendas", verdict.why)


@pytest.mark.parametrize("words", ["distinct: now_sources", "where: {now_sources: {at_least: 2}}"])
def test_a_column_that_came_after_the_edition_is_named_and_not_counted_as_empty(
    words: str, claims: Callable[[str], list[Claim]]
) -> None:
    [mine] = claims(claim(f"count: {{table: recommendations, {words}}}"))
    assert "no now_sources in the table recommendations" in evaluate(mine, open_edition("2021")).why
    assert evaluate(mine, open_edition("2026")).state != NOT_TESTABLE


# What takes the place of what in a good claim (or stands behind it), the line, what is found and what was expected.
WRONG = """
page: sector-mbo | page: | 3 | '' | a line of text
kind: report | kind: new | 4 | 'new' | newer, report, count
holds: | hold: | 6 | 'hold' | Did you mean holds?
, en: findings | | 9 | no wording in en | en, nl
en: findings | eng: findings | 9 | 'eng' | a language that has words: en, nl
en: findings | en: | 9 | '' | a line of text
says: {nl: bevindingen, en: findings} | shown: yes | 8 | nothing | the wording in each
found > 3 | found | 6 | 'found' | a comparison of facts
found > 3 | found > | 6 | 'found >' | a comparison of facts
found > 3 | fund > 3 | 6 | 'fund' | one of the facts: found
found > 3 | open('x') > 3 | 6 | open( | only < <=
found > 3 | found.real > 3 | 6 | 'found.real' | only < <=
found > 3 | found ** 3 > 3 | 6 | 'Pow' | only < <=
found > 3 | found > 'a' | 6 | a | a number
 | means: {nl: Iets.} | 11 | no wording in en | en, nl
 | against: fund | 11 | 'fund' | one of the facts: found
 | uses_coding: true | 11 | 'true' | yes or no
 | ....value: IND001 | 8 | says, count, value | one measure
count: | cuont: | 8 | says, cuont | Did you mean count?
where: | were: | 10 | 'were' | Did you mean where?
table: findings, | | 10 | no table | table
table: findings | table: finding | 10 | 'finding' | Did you mean findings?
table: findings | status: x, table: findings | 10 | 'x' | a list
table: findings | distinct: x, table: findings | 10 | 'x' | a column of findings
sector: mbo | sectr: mbo | 10 | 'sectr' | Did you mean sector?
sector: mbo | sector: {kin: x} | 10 | 'kin' | Did you mean kind?
sector: mbo | kind: {kind: x} | 10 | {'kind': 'x'} | values: kind
sector: mbo | kind: {at_least: 2} | 10 | at_least | a column with a list
{sector: mbo} | mbo | 10 | 'mbo' | columns with what
{table: findings, where: {sector: mbo}} | [a] | 10 | ['a'] | arguments by name
"""


@pytest.mark.parametrize("case", WRONG.strip("\n").splitlines())
def test_what_is_wrong_is_told_with_line_found_and_expected(case: str, claims: Callable[[str], list[Claim]]) -> None:
    old, new, line, found, expected = (part.strip() for part in case.split("|"))
    with pytest.raises(NaReportError) as caught:
        claims(GOOD.replace(old, new, 1) if old else f"{GOOD}  {new.replace('.', ' ')}\n")
    told = str(caught.value).splitlines()
    assert any(f"chapters/claims.yml, line {line}, S40" in part and found in part and expected in part for part in told)
    assert caught.value.hint


def test_all_problems_of_the_file_are_told_at_once(claims: Callable[[str], list[Claim]]) -> None:
    wrong = GOOD.replace("found > 3", "fund > 3").replace("count:", "cuont:")
    with pytest.raises(NaReportError) as caught:
        claims(wrong + GOOD.replace("S40", "S41").replace("page", "pag") + "S42: x")
    lines = re.findall(r"line (\d+), (\w+)", str(caught.value))
    assert lines == [("6", "S40"), ("8", "S40"), ("12", "S41"), ("13", "S41"), ("21", "S42")]


@pytest.mark.parametrize("text", [GOOD + GOOD, GOOD.replace("says", "page", 1), "- a\n", "S40: [", "&a {b: *a}"])
def test_a_file_that_is_no_list_of_claims_is_refused(text: str, claims: Callable[[str], list[Claim]]) -> None:
    with pytest.raises(NaReportError, match=r"claims\.yml") as caught:
        claims(text)
    assert caught.value.hint


def test_a_page_or_conclusion_that_is_nowhere_is_told(project: Project, claims: Callable[[str], list[Claim]]) -> None:
    claims(GOOD + GOOD.replace("S40", "C99"))
    with pytest.raises(NaReportError) as caught:
        refuse_unknown(project, ["sector-mob"])
    assert re.findall(r"line (\d+), (\w+)", str(caught.value)) == [("3", "S40"), ("13", "C99"), ("12", "C99")]
    assert "Did you mean sector-mob?" in str(caught.value)


def test_a_third_language_needs_no_python(project: Project, claims: Callable[[str], list[Claim]]) -> None:
    (project.chapters / "fr").mkdir()
    (project.chapters / "fr" / "words.yml").write_text("words: {nr: No}\n", encoding="utf-8")
    assert len(claims(GOOD)) == 1
    half = GOOD.replace("en: findings", "en: findings, fr: constats")
    with pytest.raises(NaReportError, match=r"line 5, S40, says: found no wording in fr"):
        claims(half)
    [mine] = claims(half.replace("en: There are findings on mbo.", "en: There are some., fr: Il y en a."))
    assert mine.says["fr"] == "Il y en a."


def test_a_changed_wording_is_another_answer(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    before, page = data_hash(project), open_edition("2021", project)
    claims_of(page, "C07")
    claims_of(page, "C05")
    path = project.chapters / "claims.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Geen enkele agenda heeft", "Geen agenda heeft"), encoding="utf-8"
    )
    again = open_edition("2021", project)
    claims_of(again, "C07")
    claims_of(again, "C05")
    differ = [key for key, answer in page.reads.answers.items() if again.reads.answers[key] != answer]
    assert ["C07" in key for key in differ] == [True]
    assert data_hash(project) != before


def test_each_claim_can_be_tested_on_the_newest_edition_or_waits_for_newer_facts() -> None:
    for result in check(open_edition(newest_edition())):
        if result.verdict.state == NOT_TESTABLE and result.claim.holds != JUDGEMENT:
            assert result.claim.kind == NEWER and result.verdict.why, result.claim.id


def test_a_claim_says_that_it_uses_the_coding_exactly_when_it_does() -> None:
    edition = open_edition("2021")
    items = edition.tables["agenda_items"].assign(category="equal_opportunity")
    bare = replace(edition, tables={**edition.tables, "agenda_items": items}, _rows={})
    tested = [claim for claim in all_claims() if claim.holds != JUDGEMENT]
    assert [claim.id for claim in tested if evaluate(claim, edition).facts != evaluate(claim, bare).facts] == [
        claim.id for claim in tested if claim.uses_coding
    ]
