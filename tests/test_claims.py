"""The file of claims: a claim needs no Python, and all that is wrong in the file is told at once."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
import yaml
from conftest import altered

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.editions.edition import open_edition
from na_report.reasoning.checking import all_claims, results_of
from na_report.reasoning.claim import CONTRADICTED, HOLDS, JUDGEMENT, NOT_TESTABLE, Claim, evaluate
from na_report.reasoning.claims_file import read_claims, refuse_misplaced
from na_report.running.fingerprint import data_hash

FIRST = open_edition("2021")
CASES = yaml.safe_load(Path(__file__).with_name("cases").joinpath("claims.yml").read_text(encoding="utf-8"))
GOOD, MEASURED, LACKING = CASES["good"], CASES["measured"], CASES["lacking"]
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


def test_each_measure_gives_the_figure_or_names_what_the_edition_lacks(claims: Write) -> None:
    found = claims(of_facts(*MEASURED, *LACKING))
    assert [evaluate(each, FIRST).facts[0].value for each in found[: len(MEASURED)]] == [*MEASURED.values()]
    for each, lacking in zip(found[len(MEASURED) :], LACKING.values(), strict=True):
        verdict = evaluate(each, FIRST)
        assert verdict.state == NOT_TESTABLE and lacking in verdict.why
    assert {evaluate(each, open_edition("2026")).state for each in found[-2:]} <= {HOLDS, CONTRADICTED}


def test_what_is_wrong_is_told_with_line_found_and_expected(claims: Write) -> None:
    for case in CASES["wrong"].splitlines():
        old, new, line, found, expected = (part.strip() for part in case.split("|"))
        with pytest.raises(NaReportError) as caught:
            claims(GOOD.replace(old, new, 1) if old != "(end)" else f"{GOOD}  {new.replace('.', ' ')}\n")
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
    other, bare, python = GOOD.replace("page", "pag"), "S42: x\n", GOOD.replace("found", "class")
    with pytest.raises(NaReportError) as caught:
        claims(wrong + other.replace("S40", "S41") + bare + python.replace("S40", "S43"))
    lines = dict.fromkeys(re.findall(r"line (\d+, \w+)", str(caught.value)))
    assert [*lines] == ["5, S40", "7, S40", "9, S40", "10, S41", "11, S41", "19, S42", "26, S43"]
    assert caught.value.hint


def test_a_page_or_conclusion_that_is_nowhere_is_told(project: Project, claims: Write) -> None:
    claims(GOOD + GOOD.replace("S40", "C99"))
    with pytest.raises(NaReportError, match=r"'sector-mbo', expected a page of _toc\.yml: sector-mob") as caught:
        refuse_misplaced(project, ["sector-mob"])
    assert re.findall(r"line (\d+), (\w+)", str(caught.value)) == [("2", "S40"), ("10", "C99"), ("11", "C99")]


def test_a_third_language_needs_no_python(project: Project, claims: Write) -> None:
    (project.chapters / "fr").mkdir()
    (project.chapters / "fr" / "words.yml").write_text("words: {nr: No}\n", encoding="utf-8")
    assert len(claims(GOOD)) == 1
    half = GOOD.replace("en: findings", "en: findings, fr: constats")
    with pytest.raises(NaReportError, match=r"line 4, S40, says: found no fr, expected the wording"):
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
