"""The file of claims: a claim needs no Python, and all that is wrong in the file is told at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.editions.edition import Edition, open_edition
from na_report.editions.folders import newest_edition
from na_report.reasoning.claim import CONTRADICTED, HOLDS, JUDGEMENT, NEWER, NOT_TESTABLE, Claim
from na_report.reasoning.claim_file import read_claims, refuse_unknown
from na_report.reasoning.claims import all_claims, check, evaluate
from na_report.reasoning.claims import results_of as claims_of
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


def test_a_column_that_the_edition_does_not_have_yet_is_named(claims: Callable[[str], list[Claim]]) -> None:
    [mine] = claims(claim("count: {table: agendas, where: {scope: wider}}"))
    edition = open_edition("2021")
    agendas = edition.tables["agendas"].drop(columns="scope")
    before = Edition(edition.name, {**edition.tables, "agendas": agendas}, edition.descriptor)
    assert evaluate(mine, edition).state == HOLDS
    assert evaluate(mine, before).state == NOT_TESTABLE
    assert "no scope in the table agendas" in evaluate(mine, before).why


WRONG = {
    "no claim": ("S40: x", 1, "'x'", "page, kind, says, holds and facts"),
    "no page": (GOOD.replace("  page: sector-mbo\n", ""), 2, "no page", "page, kind, says, holds"),
    "no kind": (GOOD.replace("  kind: report\n", ""), 2, "no kind", "page, kind, says, holds"),
    "an unknown kind": (GOOD.replace("kind: report", "kind: new"), 4, "'new'", "newer, report, count"),
    "a meaning in one language": (GOOD + "  means: {nl: Iets.}\n", 11, "no wording in en", "en, nl"),
    "no list of statuses": (GOOD.replace("table: f", "status: x, table: f"), 10, "'x'", "a list"),
    "an empty page": (GOOD.replace("page: sector-mbo", "page:"), 3, "''", "a line of text"),
    "an unknown name": (GOOD.replace("holds:", "hold:"), 6, "'hold'", "Did you mean holds?"),
    "a wording that is missing": (GOOD.replace(", en: findings", ""), 9, "no wording in en", "en, nl"),
    "a wording in no language": (
        GOOD.replace("en: findings", "eng: findings"),
        9,
        "'eng'",
        "a language that has words: en, nl",
    ),
    "an empty wording": (GOOD.replace("en: findings", "en:"), 9, "''", "a line of text"),
    "no wordings": (
        GOOD.replace("      says: {nl: bevindingen, en: findings}\n", ""),
        8,
        "nothing",
        "the wording in each",
    ),
    "no comparison": (GOOD.replace("found > 3", "found"), 6, "'found'", "a comparison of facts"),
    "half a comparison": (GOOD.replace("found > 3", "found >"), 6, "'found >'", "a comparison of facts"),
    "an unknown fact": (GOOD.replace("found > 3", "fund > 3"), 6, "'fund'", "one of the facts: found"),
    "a program": (GOOD.replace("found > 3", "open('x') > 3"), 6, "open(", "only < <="),
    "an attribute": (GOOD.replace("found > 3", "found.real > 3"), 6, "'found.real'", "only < <="),
    "a power": (GOOD.replace("found > 3", "found ** 3 > 3"), 6, "'Pow'", "only < <="),
    "a text in a comparison": (GOOD.replace("found > 3", "found > 'a'"), 6, "a", "a number"),
    "no such fact against": (GOOD + "  against: fund\n", 11, "'fund'", "one of the facts: found"),
    "no such fact unknown": (GOOD + "  unknown: fund\n", 11, "'fund'", "one of the facts: found"),
    "neither yes nor no": (GOOD + "  uses_coding: true\n", 11, "'true'", "yes or no"),
    "an unknown measure": (GOOD.replace("count:", "cuont:"), 8, "says, cuont", "Did you mean count?"),
    "two measures": (GOOD + "      value: IND001\n", 8, "says, count, value", "one measure"),
    "an unknown argument": (GOOD.replace("where:", "were:"), 10, "'were'", "Did you mean where?"),
    "a missing argument": (GOOD.replace("table: findings, ", ""), 10, "no table", "table"),
    "an unknown table": (GOOD.replace("table: findings", "table: finding"), 10, "'finding'", "Did you mean findings?"),
    "an unknown column": (GOOD.replace("sector: mbo", "sectr: mbo"), 10, "'sectr'", "Did you mean sector?"),
    "no column": (GOOD.replace("table: f", "distinct: x, table: f"), 10, "'x'", "a column of findings"),
    "no conditions": (GOOD.replace("{sector: mbo}", "mbo"), 10, "'mbo'", "columns with what"),
    "conditions in conditions": (GOOD.replace("sector: mbo", "sector: {kin: x}"), 10, "'kin'", "Did you mean kind?"),
    "conditions without a table": (GOOD.replace("sector: mbo", "kind: {kind: x}"), 10, "{'kind': 'x'}", "values: kind"),
    "how many of one": (GOOD.replace("sector: mbo", "kind: {at_least: 2}"), 10, "at_least", "a column with a list"),
    "no arguments": (GOOD.replace("{table: findings, where: {sector: mbo}}", "[a]"), 10, "['a']", "arguments by name"),
    "no ids": (GOOD.replace("table: f", "ids: x, table: f"), 10, "'x'", "a list, such as"),
}


@pytest.mark.parametrize(("text", "line", "found", "expected"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_line_found_and_expected(
    text: str, line: int, found: str, expected: str, claims: Callable[[str], list[Claim]]
) -> None:
    with pytest.raises(NaReportError) as caught:
        claims(text)
    told = str(caught.value).splitlines()
    assert any(f"chapters/claims.yml, line {line}, S40" in part and found in part and expected in part for part in told)
    assert caught.value.hint


def test_all_problems_of_the_file_are_told_at_once(claims: Callable[[str], list[Claim]]) -> None:
    wrong = GOOD.replace("found > 3", "fund > 3").replace("count:", "cuont:") + GOOD.replace("S40", "S41").replace(
        "page", "pag"
    )
    with pytest.raises(NaReportError) as caught:
        claims(wrong)
    assert {line.split(", ")[1] for line in str(caught.value).splitlines()} == {
        "line 6",
        "line 8",
        "line 12",
        "line 13",
    }


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
    path: Path = project.chapters / "claims.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Geen enkele agenda heeft", "Geen agenda heeft"), encoding="utf-8"
    )
    again = open_edition("2021", project)
    claims_of(again, "C07")
    claims_of(again, "C05")
    differ = [key for key, answer in page.reads.answers.items() if again.reads.answers[key] != answer]
    assert ["C07" in key for key in differ] == [True]
    assert data_hash(project) != before


def test_each_claim_that_is_no_judgement_can_be_tested_on_the_newest_edition() -> None:
    results = check(open_edition(newest_edition()))
    judged = {claim.id for claim in all_claims() if claim.holds == JUDGEMENT}
    untested = {result.claim.id for result in results if result.verdict.state == NOT_TESTABLE}
    # Newer facts need not be there; then the claim tells which it lacks.
    assert {result.claim.id for result in results if result.verdict.why} == untested - judged
    assert {key for key in untested - judged if claim_kinds()[key] != NEWER} == set()


def claim_kinds() -> dict[str, str]:
    return {claim.id: claim.kind for claim in all_claims()}


def test_a_claim_says_that_it_uses_the_coding_exactly_when_it_does() -> None:
    edition = open_edition("2021")
    items = edition.tables["agenda_items"].assign(category="equal_opportunity")
    bare = Edition(edition.name, {**edition.tables, "agenda_items": items}, edition.descriptor)
    figures = {
        claim.id: [evaluate(claim, some).facts for some in (edition, bare)]
        for claim in all_claims()
        if claim.holds != JUDGEMENT
    }
    assert {key for key, (coded, other) in figures.items() if coded != other} == {
        claim.id for claim in all_claims() if claim.uses_coding
    }
