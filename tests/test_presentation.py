"""What a page shows of an edition: where a number stands, what a caption says, and what makes a page run again."""

from __future__ import annotations

import gc
import re
import weakref
from collections.abc import Callable
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, Change
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from na_report.errors import NaReportError
from na_report.evidence import chain
from na_report.evidence.edition import Edition, open_edition, seal_edition
from na_report.evidence.reads import Reads, answer_again
from na_report.evidence.seal import seal_of
from na_report.paths import Project
from na_report.presentation import (
    blocks,
    charts,
    figures,
    periods,
    registers,
    trends,
    updates,
    values,
    verdicts,
)
from na_report.presentation.markdown import Block, anchor

Pages = Callable[[str], BeautifulSoup]


@pytest.fixture
def pages() -> Pages:
    """The built pages of the newest edition; the test command builds them first."""
    folder = ROOT / "_build" / "2026" / "nl" / "html"
    return lambda name: BeautifulSoup((folder / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


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


def mbo_maturity(edition: Edition, language: str = "nl") -> Block:
    """Draws two measurements, of which the caption tells the change."""
    keys, caption = ["IND020", "IND019"], "Twee metingen, {unit}.{change}"
    return charts.observed_bars(edition, keys, name="fig-x", caption=caption, labels="period", language=language)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_value_in_words_makes_no_sum_in_a_caption(language: str) -> None:
    edition = with_value(open_edition("2021"), "IND020-NL-2015", value=float("nan"), text_nl="veel", text_en="many")
    text = mbo_maturity(edition, language).markdown
    before_table = text.split(":::{dropdown}")[0]
    assert "nan" not in before_table.lower()
    assert not re.search("daalde|steeg|gelijk|fell|rose|same", before_table.partition("Bron")[0])


def test_what_is_known_of_an_edition_goes_with_it() -> None:
    edition = open_edition("2021")
    assert "IND007" in chain.graph(edition)
    seen = weakref.ref(edition)
    del edition
    gc.collect()
    assert seen() is None


def test_a_change_of_the_edition_before_is_a_change_for_the_page_that_compares(
    project: Project, change: Change, reseal: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    edition = open_edition("2026", project)
    updates.added(edition)
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


def test_a_warning_names_the_agendas_that_contradict_the_conclusion() -> None:
    edition = open_edition("2026")
    for text in (
        verdicts.page_note(edition, "beleidsagendas").markdown,  # type: ignore[union-attr]
        verdicts.verdict(edition, "C07"),
    ):
        assert "[Digital Decade, doelen voor 2030](#a13)" in text
        assert "[Strategisch kader van de Europese onderwijsruimte](#a14)" in text
    assert "(#a13)" not in verdicts.verdict(open_edition("2021"), "C07")
    assert "(#a13)" not in verdicts.page_note(edition).markdown, "the first page is short"  # type: ignore[union-attr]


def test_a_warning_can_be_of_one_section() -> None:
    edition = open_edition("2026")
    notes = {
        section: verdicts.page_note(edition, "beleidsagendas", section=section) for section in ("", "2.1.5", "2.1.6")
    }
    assert notes[""] is None
    assert notes["2.1.5"] is None
    assert "(#c07)" in notes["2.1.6"].markdown  # type: ignore[union-attr]


@pytest.mark.book
def test_the_first_page_warns_with_what_it_means_for_the_advice(pages: Pages) -> None:
    [box] = pages("index").select(".tegenspraak")
    assert "Wat dit voor het advies betekent" in box.get_text()
    assert [link["href"] for link in box.select("a")] == ["beleidsagendas.html#c07", "conclusies.html#c16"]


def test_a_source_from_after_the_report_is_not_one_of_its_text() -> None:
    lines = {
        line.split("{#")[1].split("}")[0]: line
        for line in registers.sources(open_edition("2026")).markdown.splitlines()
        if "{#" in line
    }
    later, mentioned = lines["bron-tradingeconomics2025adult"], lines["bron-digitaliseringsagendapovo"]
    assert "bron van na het rapport" in later
    assert "alleen in de lopende tekst genoemd" not in later
    assert "alleen in de lopende tekst genoemd" in mentioned


def test_what_advice_rests_on_is_told_in_sentences_with_newer_sources_apart() -> None:
    text = verdicts.basis(open_edition("2026"), "R2", "Waarop?").markdown
    of_report, later = text.split("Bronnen van na het rapport")
    assert "tradingeconomics2025adult" not in of_report
    assert "tradingeconomics2025adult" in later
    assert "- [Sectoren werken dezelfde vraagstukken verschillend uit](#c06)." in of_report
    assert "([Mbo](#fm07))" in of_report
    assert not re.search(r"\[[A-Z]{1,3}\d\d", text), "a sentence rather than a code"
    assert "Bronnen van na het rapport" not in verdicts.basis(open_edition("2021"), "R2", "Waarop?").markdown
    assert "(#c16) (achterhaald)." in verdicts.basis(open_edition("2026"), "R8", "Waarop?").markdown


@pytest.mark.parametrize("key", list(open_edition("2026")["conclusions"]["id"]))
def test_all_that_a_conclusion_rests_on_is_under_it(key: str) -> None:
    edition = open_edition("2026")
    text = verdicts.basis(edition, key, "Waarop?").markdown
    for item in edition.row("conclusions", key)["rests_on"].split(";"):
        assert f"(#{anchor(item)})" in text, item


@pytest.mark.book
def test_the_first_page_says_which_edition_it_is(pages: Pages) -> None:
    sealed = periods.written_day(seal_of(open_edition("2026")).created)
    assert f"U leest editie 2026, vastgelegd op {sealed}." in [tag.get_text() for tag in pages("index").select("p")]


def test_the_first_edition_has_nothing_new_to_tell() -> None:
    first = open_edition("2021")
    assert (updates.edition_note(first), updates.compared(first)) == (None, None)


def test_what_is_new_is_named() -> None:
    edition = open_edition("2026")
    text = updates.compared(edition).markdown  # type: ignore[union-attr]
    assert "**editie 2026**" in text
    assert "**editie 2021**" in text
    shown = updates.added(edition).markdown
    assert "[Digital Decade, doelen voor 2030](#a13)" in shown
    assert "[Inwoners met ten minste digitale basisvaardigheden](#ind101)" in shown
    assert "(#bron-tradingeconomics2025adult)" in shown
    assert shown.count("- ") >= 11 + 38 + 41
    assert "A12" not in shown


def test_a_card_tells_the_period() -> None:
    edition = open_edition("2026")
    figures = {
        "IND102": "minder dan de {IND102-NL-2023} in {IND102-NL-2023_year}",
        "IND028": "veel",
        "IND052": "weinig",
    }
    text = blocks.key_figures(edition, figures).markdown.splitlines()
    assert "minder dan de [[91,1%](#ind102-nl-2023)]{.waarde}" in text[1]
    assert "in 2023 [Jongeren van 16 tot en met 24 jaar; cijfer over 2025" in text[1]
    assert "cijfer over 2025" in text[1]
    assert "jaar niet vermeld" in text[2]
    assert "cijfer over 2018–2022" in text[3]


def test_a_target_whose_year_has_passed_says_so() -> None:
    edition = open_edition("2026")
    assert "(doel voor 2025; dat jaar is voorbij)" in values.value(edition, "IND125").link
    assert "voorbij" not in values.value(edition, "IND128").link
    assert "target for 2025; that year has passed" in registers.observations(edition, "ho", "en").markdown
    assert periods.past_target(replace(edition, name="2025"), edition.observation("IND125")) == ""
    assert periods.past_target(edition, edition.observation("IND101-NL-2021")) == ""


def test_tables_of_indicators_have_captions_of_their_own() -> None:
    edition = open_edition("2026")
    heads = {
        updates.indicator_status(edition, (status,), f"tab-{status}").markdown.splitlines()[0]
        for status in ("updated", "replaced", "no_successor")
    }
    assert len(heads) == 3


def test_a_sentence_that_ends_with_an_abbreviation_has_one_full_stop() -> None:
    texts = [registers.observations(open_edition("2026"), sector).markdown for sector in ("ve", "po_vo")]
    texts.append(
        charts.observed_bars(open_edition("2026"), ["IND028", "IND029"], name="fig-x", caption="Kort.").markdown
    )
    assert any("z.d." in text for text in texts)
    assert not [text for text in texts if re.search(r"z\.d\.(\]\([^)]*\))?\.", text)]


def caption(block: object) -> str:
    """What stands under a figure, without its sources."""
    lines = block.markdown.splitlines()  # type: ignore[attr-defined]
    return next(line for line in lines if line and line[0] != ":").partition(" Bron:")[0]


def test_a_figure_has_its_message_first_and_below_it_measure_unit_and_years() -> None:
    edition = open_edition("2026")
    about = {"name": "fig-x", "title": "Nederland blijft voor", "measure": "deel van alle werkenden"}
    series = caption(trends.time_series(edition, ["IND108"], geo=("NL", "EU"), **about))
    assert series.startswith("**Nederland blijft voor.** Deel van alle werkenden, in procenten, 2019–2024. Bij elke")
    countries = caption(trends.neighbours(edition, "IND108", **about))
    assert countries == "**Nederland blijft voor.** Deel van alle werkenden, in procenten, 2024."


@pytest.mark.parametrize(
    ("value", "told"), [(41.0, "daalde van 76%"), (80.0, "steeg van 76%"), (76.0, "bleef gelijk: 76%")]
)
def test_the_caption_of_two_measurements_tells_the_change(value: float, told: str) -> None:
    assert told in caption(mbo_maturity(with_value(open_edition("2021"), "IND019-NL-2019", value=value)))


def test_all_text_of_a_figure_stands_out_from_white(monkeypatch: pytest.MonkeyPatch) -> None:
    colours: set[str] = set()
    write = Axes.text

    def watched(self: Axes, *args: object, **options: object) -> object:
        colours.add(str(options.get("color", figures.INK)))
        return write(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Axes, "text", watched)
    trends.time_series(open_edition("2026"), ["IND101", "IND102", "IND103", "IND104"], name="fig-x", title="Aandeel")
    assert len(colours) > 3
    assert {colour for colour in colours if contrast(colour) < 4.5} == set()


def contrast(colour: str) -> float:
    """The contrast of a colour with white, as WCAG defines it."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return 1.05 / (0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("koploper", "In 2025 had 83,6%"),
        ("sector-funderend-onderwijs", "basisscholen in 2023 geen visie"),
        ("sector-mbo", "Nationaal Groeifonds (2023–2031)"),
        ("sector-hoger-onderwijs", "doel voor 2025; dat jaar is voorbij"),
        ("sector-volwasseneneducatie", "PIAAC (2023)"),
    ],
)
@pytest.mark.book
def test_a_new_figure_has_its_year(pages: Pages, name: str, told: str) -> None:
    assert told in " ".join(pages(name).get_text().split())


def test_a_chapter_draws_any_observations_with_a_caption_of_its_own() -> None:
    edition = open_edition("2021")
    made = charts.observed_bars(
        edition,
        ["IND020", "IND019"],
        name="fig-proef",
        caption="Van {IND020} in {IND020_year} naar {IND019}, {unit}.{change}",
        alt="Twee staven: {IND020} en {IND019}.",
        labels="period",
        sectors=["", "mbo"],
    )
    assert "Van 76% in 2015 naar 41%, in procenten. Het aandeel daalde van 76% (2015) naar 41% (2019)." in made.markdown
    assert ':alt: "Twee staven: 76% en 41%."' in made.markdown
    plain = charts.observed_bars(
        edition, ["IND020", "IND019"], name="fig-proef", caption="Kort.", labels=["Toen", "Nu"]
    )
    assert ':alt: "Staafdiagram: toen 76%, nu 41%."' in plain.markdown


@pytest.mark.parametrize("caption", ["{IND999}", "{IND019", "{}", "{IND019.__class__.x}"])
def test_a_caption_with_an_unknown_part_says_what_it_can_have(caption: str) -> None:
    with pytest.raises(NaReportError, match="caption") as caught:
        charts.observed_bars(open_edition("2021"), ["IND020", "IND019"], name="fig-proef", caption=caption)
    assert "{IND020" not in caught.value.hint
    assert "IND020, IND020_year" in caught.value.hint
