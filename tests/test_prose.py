"""Prose of a chapter: numbers filled in where it runs, told under a condition, in cells and in stories."""

from pathlib import Path
from typing import Any

import pytest

from na_report.base.errors import NaReportError
from na_report.base.stories import PLACE, read_story
from na_report.editions.edition import open_edition
from na_report.figures import charts
from na_report.registers import registers
from na_report.writing import prose
from na_report.writing.markdown import SESSION


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a notebook has under which name."""
    names = {"evidence": open_edition("2021"), "language": "nl", "counts": {"gaps": 3}}
    monkeypatch.setattr(prose, "_names", lambda: names)
    monkeypatch.setattr(prose, "_TOLD", {})
    return names


def test_all_unknown_numbers_are_named_at_once(names: dict[str, Any]) -> None:
    with pytest.raises(NaReportError) as caught:
        prose.told("{IND998}, {gap}, {gaps}, {gap|a|b|c}, {FM99}, {ACT99_since} en {IND999_year}", names)
    found = [line.partition(":")[0] for line in str(caught.value).splitlines()]
    assert found == ["{IND998}", "{gap}", "{FM99}", "{ACT99_since}", "{IND999_year}", "{gap|…}"]


def test_what_myst_has_braces_for_is_no_number() -> None:
    myst = [":::{container} kader", "```{note}", "{numref}`fig-x`", "[a]{.alleen-scherm}", "[a]{#b .c}", "{{ name }}"]
    assert [text for text in myst if PLACE.search(text)] == []


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


@pytest.mark.parametrize(("later", "told"), [(False, []), (True, ["Nieuw: [[41%](#ind019-nl-2019)]{.waarde}.", 4])])
def test_a_story_tells_text_and_code_in_their_order_where_the_condition_holds(
    names: dict[str, Any], later: bool, told: list[object]
) -> None:
    inside = "::::{if} later\nNieuw: {IND019}.\n\n```{code-cell}\n1 + counts['gaps']\n```\n::::"
    found = prose.telling(f"Eerst {{gaps}}.\n\n{inside}\n\nDan.", "x", names | {"later": later})
    assert [getattr(piece, "markdown", piece) for piece in found] == ["Eerst drie.", *told, "Dan."]


def test_a_story_leads_to_a_finding_and_tells_since_when(names: dict[str, Any]) -> None:
    said = prose.told("Sinds {ACT15_since}.{FM32}", names | {"evidence": open_edition("2026")})
    assert said.markdown == "Sinds 2022.[[&#42;](#fm32)]{.herkomst .alleen-scherm}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("---\ntranslates: a\n---\n+++ begin\n\nEen.\n\n+++ leeg\n", "has no part 'eind'; it has begin, leeg"),
        ("Tekst\n+++ a\n", "text above the first part"),
        ("+++\nTekst\n", "parts named ''"),
        ("+++ a\n+++ a\n", "parts named 'a', 'a'"),
        ("\xff", "expected text"),
    ],
)
def test_what_is_wrong_with_the_parts_of_a_story_is_told(tmp_path: Path, text: str, found: str) -> None:
    path = tmp_path / "mbo.md"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(NaReportError, match=found):
        read_story(path).part("eind")


def test_a_cell_in_jupyterlab_shows_what_the_book_shows(names: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    text = "## Kop\n\n:::{container} kader\nHet is {IND019}, zie {numref}`fig-x` en [kort](kort.ipynb).\n:::"
    drawn = charts.observed_bars(names["evidence"], ["IND020", "IND019"], name="fig-x", caption="Twee jaren.")
    blocks = (prose.told(text, names), drawn, registers.caveats(names["evidence"]))
    assert all("text/html" not in block._repr_mimebundle_()[0] for block in blocks), "a run of the book"
    monkeypatch.setenv(SESSION, "sector.ipynb")
    told, figure, table = shown = [block._repr_mimebundle_()[0]["text/html"] for block in blocks]
    assert '<span class="waarde"><a class="reference external" href="#ind019-nl-2019">41%</a></span>' in told
    assert "<h2>Kop</h2>" in told and '<a class="reference external" href="kort.ipynb">kort</a>' in told
    assert figure.count("data:image/svg+xml;base64,") == 1 and "<figcaption>" in figure and "<table" in figure
    assert table.count("<tr>") == len(names["evidence"]["caveats"]) + 1
    assert not [html for html in shown if ":::" in html or "{" in html or "system-message" in html]
