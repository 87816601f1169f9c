"""Prose of a chapter: numbers filled in and rounded, stories and figures told, in the book and in JupyterLab."""

from dataclasses import replace
from typing import Any

import pytest
from conftest import cases

from na_report.base.digits import as_shown, in_digits
from na_report.base.errors import NaReportError
from na_report.editions.edition import open_edition
from na_report.figures import charts
from na_report.registers import registers
from na_report.writing import prose
from na_report.writing.markdown import SESSION
from na_report.writing.numbers import value, written

EDITIONS = {name: open_edition(name) for name in ("2021", "2026")}


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a notebook has under which name."""
    names = {"evidence": EDITIONS["2021"], "language": "nl", "counts": {"gaps": 3}}
    monkeypatch.setattr(prose, "_names", lambda: names)
    monkeypatch.setattr(prose, "_TOLD", {})
    return names


def test_all_unknown_numbers_are_named_at_once_and_what_myst_has_braces_for_is_none(names: dict[str, Any]) -> None:
    with pytest.raises(NaReportError) as caught:
        prose.told("{IND998}, {gap}, {gaps}, {gap|a|b|c}, {FM99}, {ACT99_since} en {IND999_year}", names)
    found = [line.partition(":")[0] for line in str(caught.value).splitlines()]
    assert found == ["{IND998}", "{gap}", "{FM99}", "{ACT99_since}", "{IND999_year}", "{gap|…}"]
    myst = ":::{container} kader ```{note} {numref}`fig-x` [a]{.alleen-scherm} [a]{#b .c} {{ name }}"
    assert prose.told(myst, names).markdown == myst


def test_a_page_glues_what_it_told_where_the_condition_held(
    names: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    glued: dict[str, str] = {}

    def display(data: dict[str, str], metadata: dict[str, Any], raw: bool) -> None:
        glued[metadata["scrapbook"]["name"]] = data["application/papermill.record/text/plain"]

    monkeypatch.setattr(prose, "display", display)
    assert prose._text('if evidence.name >= "2021"', "{IND020} en {gaps}, en een merk.{FM12}") is not None
    assert prose._text('if evidence.name >= "2026"', "{IND019}") is None
    prose.glue_told()
    assert glued == {"IND020": "76%", "gaps": "drie"}
    with pytest.raises(NaReportError, match="found 'sector mbo', expected nothing or a condition"):
        prose._text("sector mbo", "Later.")


def test_a_story_tells_text_and_code_in_their_order_where_the_condition_holds(names: dict[str, Any]) -> None:
    inside = "::::{if} later\nNieuw: {IND019}.\n\n```{code-cell}\n1 + counts['gaps']\n```\n::::"
    for later, told in {False: [], True: ["Nieuw: [[41%](#ind019-nl-2019)]{.waarde}.", 4]}.items():
        found = prose.telling(f"Eerst {{gaps}}.\n\n{inside}\n\nDan.", "x", names | {"later": later})
        assert [getattr(piece, "markdown", piece) for piece in found] == ["Eerst drie.", *told, "Dan."]
    said = prose.told("Sinds {ACT15_since}.{FM32}", names | {"evidence": EDITIONS["2026"]})
    assert said.markdown == "Sinds 2022.[[&#42;](#fm32)]{.herkomst .alleen-scherm}", "it leads to a finding"


def test_a_cell_in_jupyterlab_shows_what_the_book_shows(names: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    text = "## Kop\n\n:::{container} kader\nHet is {IND019}, zie {numref}`fig-x` en [kort](kort.ipynb).\n:::"
    drawn = charts.observed_bars(names["evidence"], ["IND020", "IND019"], name="fig-x", caption="Twee jaren.")
    blocks = (prose.told(text, names), drawn, registers.show(names["evidence"], "caveats"))
    assert all("text/html" not in block._repr_mimebundle_()[0] for block in blocks), "a run of the book"
    monkeypatch.setenv(SESSION, "sector.ipynb")
    told, figure, table = shown = [block._repr_mimebundle_()[0]["text/html"] for block in blocks]
    assert '<span class="waarde"><a class="reference external" href="#ind019-nl-2019">41%</a></span>' in told
    assert "<h2>Kop</h2>" in told and '<a class="reference external" href="kort.ipynb">kort</a>' in told
    assert figure.count("data:image/svg+xml;base64,") == 1 and "<figcaption>" in figure and "<table" in figure
    assert table.count("<tr>") == len(names["evidence"]["caveats"]) + 1
    assert not [html for html in shown if ":::" in html or "{" in html or "system-message" in html]


def test_a_chapter_draws_any_observations_with_a_caption_of_its_own() -> None:
    def bars(**options: object) -> str:
        return charts.observed_bars(EDITIONS["2021"], ["IND020", "IND019"], name="fig-x", **options).markdown  # type: ignore[arg-type]

    drawn = bars(caption="Van {IND020} in {IND020_year} naar {IND019}.", alt="Eerst {IND020}.", labels="period")
    assert "\nVan [[76%](#ind020-nl-2015)]{.waarde} in 2015 naar [[41%](#ind019-nl-2019)]{.waarde}. Bron: " in drawn
    assert ':alt: "Eerst 76%."' in drawn
    assert ':alt: "Staafdiagram: toen 76%, nu 41%."' in bars(caption="Kort.", labels=["Toen", "Nu"])
    with pytest.raises(NaReportError, match="IND999"):
        bars(caption="Van {IND999}.")


def test_halves_are_rounded_up_wherever_a_number_is_shown_in_each_language() -> None:
    for case, shown in cases("numbers").items():
        given, unit, language = case.split()
        assert written(float(given), unit, language) == shown, case
    passed = [
        "is voorbij" in value(replace(EDITIONS["2026"], name=year), "IND125").link for year in ("2025", "2026", "2027")
    ]
    assert passed == [False, True, True], "a target whose year has passed says so"
    for given in ("19.5", "0.0000001", "1300000", "123456789012345", "-0.3", "0"):
        assert in_digits(as_shown(float(given))) == given
