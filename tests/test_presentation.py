"""What a page shows of an edition: where a number stands, what a caption says, and what makes a page run again."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, Change

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.editions.asked import answer_again
from na_report.editions.edition import copy_edition, open_edition, seal_edition, seal_of
from na_report.figures import charts, trends
from na_report.registers import blocks, registers, updates, verdicts
from na_report.registers.templates import Templates
from na_report.writing import numbers
from na_report.writing.markdown import Block, anchor
from na_report.writing.voice import Voice


def page(name: str) -> BeautifulSoup:
    """Returns a built page of the newest edition; the test command builds them first."""
    path = ROOT / "_build" / "2026" / "nl" / "html" / f"{name}.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_a_value_stands_under_its_own_group() -> None:
    text = registers.show(open_edition("2026"), "observations", sector="all").markdown
    [row] = [line for line in text.splitlines() if "{#ind002 " in line]
    young, precise = row.split("Nederland, jongeren")[1:]
    assert "92%" in young and "88,5%" not in young
    assert "andere meetmethode" in precise and "88,5%" in precise


@pytest.mark.parametrize("between", [False, True], ids=["the edition before changes", "an edition comes in between"])
def test_a_page_that_compares_runs_again_when_what_it_compares_with_changes(
    between: bool, project: Project, change: Change, reseal: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    edition = open_edition("2026", project)
    updates.added(edition)
    updates.changed_counts(edition)
    asked = dict(edition.reads.answers)
    assert answer_again(open_edition("2026", project), asked) == asked
    if between:
        copy_edition("2021", "2024", project)
        seal_edition("2024", project)
    else:
        change("observations", "IND019-NL-2019", "value", "37")
        reseal()
    assert answer_again(open_edition("2026", project), asked) != asked


def test_a_warning_names_the_agendas_that_contradict_a_conclusion_and_can_be_of_one_section() -> None:
    def verdict(edition: str) -> str:
        return Templates(Voice(open_edition(edition))).line("C07", "verdict")

    def warned(page: str = "", section: str | None = None) -> str:
        note = verdicts.page_note(open_edition("2026"), page, section=section)
        return note.markdown if note else ""

    for text in (
        warned("beleidsagendas", "2.1.6"),
        warned("beleidsagendas"),
        verdict("2026"),
    ):
        assert "[Digital Decade, doelen voor 2030](#a13)" in text
        assert "[Strategisch kader van de Europese onderwijsruimte](#a14)" in text
    assert warned("beleidsagendas", "") == warned("beleidsagendas", "2.1.5") == ""
    assert "(#a13)" not in verdict("2021")
    assert "(#c07)" in warned() and "(#a13)" not in warned(), "the first page is short"


@pytest.mark.book
def test_the_first_page_says_which_edition_it_is_and_what_changed_for_the_advice() -> None:
    sealed = numbers.written_day(seal_of(open_edition("2026")).created)
    says = f"Dit boek geeft de stand van 2026, vastgelegd op {sealed}."
    assert says in [tag.get_text() for tag in page("index").select("p")]
    [box] = page("index").select(".tegenspraak")
    assert "Wat dit voor het advies betekent" in box.get_text()
    assert [link["href"] for link in box.select("a")] == ["beleidsagendas.html#c07", "conclusies.html#c16"]


def test_a_source_from_after_the_report_is_not_one_of_its_text() -> None:
    lines = blocks.sources(open_edition("2026")).markdown.splitlines()
    later, mentioned = "bron van na het rapport", "alleen in de lopende tekst genoemd"
    for source, said in {
        "tradingeconomics2025adult": (True, False),
        "digitaliseringsagendapovo": (False, True),
    }.items():
        [line] = [line for line in lines if f"{{#bron-{source}}}" in line]
        assert (later in line, mentioned in line) == said


def test_what_a_row_rests_on_is_told_in_sentences_with_newer_sources_apart() -> None:
    def basis(key: str, edition: str = "2026") -> str:
        return Templates(Voice(open_edition(edition))).block("basis", {"id": key, "asked": "Waarop?"})

    of_report, later = basis("R2").split("Bronnen van na het rapport")
    assert "tradingeconomics2025adult" in later and "tradingeconomics2025adult" not in of_report
    assert "- [Sectoren werken dezelfde vraagstukken verschillend uit](#c06)." in of_report
    assert "([Mbo](#fm07))" in of_report
    assert not re.search(r"\[[A-Z]{1,3}\d\d", of_report + later), "a sentence rather than a code"
    assert "Bronnen van na het rapport" not in basis("R2", "2021")
    assert "(#c16) (achterhaald)." in basis("R8")
    for row in open_edition("2026").records("conclusions"):
        text = basis(row["id"])
        assert [item for item in row["rests_on"].split(";") if f"(#{anchor(item)})" not in text] == [], row["id"]


def test_what_is_new_is_named_and_the_first_edition_has_nothing_new() -> None:
    first, edition = open_edition("2021"), open_edition("2026")
    assert (updates.edition_note(first), updates.edition_note(first, about="compared")) == (None, None)
    text = updates.edition_note(edition, about="compared").markdown  # type: ignore[union-attr]
    assert "**2026**" in text and "**2021**" in text
    shown = updates.added(edition).markdown
    assert "[Digital Decade, doelen voor 2030](#a13)" in shown and "A12" not in shown
    assert "[Inwoners met ten minste digitale basisvaardigheden](#ind101)" in shown
    assert "(#bron-tradingeconomics2025adult)" in shown
    assert shown.count("- ") >= 11 + 38 + 41


def test_a_card_tells_the_period() -> None:
    means = "minder dan de {IND102-NL-2023} in {IND102-NL-2023_year}"
    shown = blocks.key_figures(open_edition("2026"), {"IND102": means, "IND028": "veel", "IND052": "weinig"})
    lines = shown.markdown.splitlines()
    assert "minder dan de [[91,1%](#ind102-nl-2023)]{.waarde} in 2023 [Jongeren van 16 tot en met 24 jaar;" in lines[1]
    assert "cijfer over 2025" in lines[1] and "jaar niet vermeld" in lines[2] and "cijfer over 2018–2022" in lines[3]


def test_a_target_whose_year_has_passed_says_so() -> None:
    edition = open_edition("2026")
    assert "(doel voor 2025; dat jaar is voorbij)" in numbers.value(edition, "IND125").link
    assert "voorbij" not in numbers.value(edition, "IND128").link
    assert (
        "target for 2025; that year has passed" in registers.show(edition, "observations", "en", sector="ho").markdown
    )
    assert "voorbij" not in numbers.value(replace(edition, name="2025"), "IND125").link
    assert "voorbij" not in numbers.value(edition, "IND101-NL-2021").link


def bars(edition: str, keys: list[str], **options: object) -> Block:
    return charts.observed_bars(open_edition(edition), keys, name="fig-x", **options)  # type: ignore[arg-type]


def test_a_sentence_that_ends_with_an_abbreviation_has_one_full_stop() -> None:
    shown = [registers.show(open_edition("2026"), "observations", sector=sector) for sector in ("ve", "po_vo")]
    text = "\n".join(block.markdown for block in [*shown, bars("2026", ["IND028", "IND029"], caption="Kort.")])
    assert "z.d." in text
    assert not re.search(r"z\.d\.(\]\([^)]*\))?\.", text)


def test_a_figure_has_its_message_first_and_below_it_measure_unit_and_years() -> None:
    edition, about = open_edition("2026"), {"name": "fig-x", "title": "Voor", "measure": "deel van alle werkenden"}
    series = trends.time_series(edition, ["IND108"], geo=("NL", "EU"), **about).markdown
    assert "\n**Voor.** Deel van alle werkenden, in procenten, 2019–2024. Bij elke stippellijn" in series
    countries = trends.neighbours(edition, "IND108", **about).markdown
    assert "\n**Voor.** Deel van alle werkenden, in procenten, 2024. Bron: [" in countries


def test_a_chapter_draws_any_observations_with_a_caption_of_its_own() -> None:
    keys, caption = ["IND020", "IND019"], "Van {IND020} in {IND020_year} naar {IND019}."
    drawn = bars("2021", keys, caption=caption, alt="Twee staven: {IND020} en {IND019}.", labels="period").markdown
    assert "\nVan [[76%](#ind020-nl-2015)]{.waarde} in 2015 naar [[41%](#ind019-nl-2019)]{.waarde}. Bron: " in drawn
    assert ':alt: "Twee staven: 76% en 41%."' in drawn
    named = bars("2021", keys, caption="Kort.", labels=["Toen", "Nu"]).markdown
    assert ':alt: "Staafdiagram: toen 76%, nu 41%."' in named
    with pytest.raises(NaReportError, match="IND999"):
        bars("2021", keys, caption="Van {IND999}.")
