"""Prose of a chapter, and sentences that the program puts together: in cells and stories, with none, one, two and many."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT

from na_report.base.errors import NaReportError
from na_report.base.stories import PLACE, read_story
from na_report.base.wording import Words, worded_languages
from na_report.editions.cells import PLACEHOLDER
from na_report.editions.edition import open_edition
from na_report.figures import charts
from na_report.registers import blocks, registers
from na_report.writing import prose
from na_report.writing.markdown import SESSION, plain
from na_report.writing.numbers import in_words
from na_report.writing.voice import Voice

NUMBERS = (0, 1, 2, 25)
EDITIONS = {name: open_edition(name) for name in ("2021", "2026")}
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["nl", "en"])
NAMED = [
    "findings",
    "conclusions",
    "recommendations",
    "agendas",
    "agenda_items",
    "caveats",
    "indicators",
    "initiatives",
]
FORMS = re.compile(r"\{\w+\|[^{}]*\}")
SENTENCE = re.compile(r"(?:\{[^{}]*\}|[^.{}\n]|\n(?![\n-]))+")
CODE = re.compile(
    r"(?<![\w-])(?:(?:AP|AM|ACT|INI|IND|FR-[A-Z]|C|X|R)\d+|F[A-Z]?\d{2,}|A\d{2}(?:\.\d+[a-z]?)?)(?![\w-])"
)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a notebook has under which name."""
    names = {"evidence": EDITIONS["2021"], "language": "nl", "counts": {"gaps": 3}}
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
    said = prose.told("Sinds {ACT15_since}.{FM32}", names | {"evidence": EDITIONS["2026"]})
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
    blocks = (prose.told(text, names), drawn, registers.show(names["evidence"], "caveats"))
    assert all("text/html" not in block._repr_mimebundle_()[0] for block in blocks), "a run of the book"
    monkeypatch.setenv(SESSION, "sector.ipynb")
    told, figure, table = shown = [block._repr_mimebundle_()[0]["text/html"] for block in blocks]
    assert '<span class="waarde"><a class="reference external" href="#ind019-nl-2019">41%</a></span>' in told
    assert "<h2>Kop</h2>" in told and '<a class="reference external" href="kort.ipynb">kort</a>' in told
    assert figure.count("data:image/svg+xml;base64,") == 1 and "<figcaption>" in figure and "<table" in figure
    assert table.count("<tr>") == len(names["evidence"]["caveats"]) + 1
    assert not [html for html in shown if ":::" in html or "{" in html or "system-message" in html]


def sentences() -> list[tuple[str, str]]:
    """Returns the words that depend on a count, of each sentence of a chapter or story that has any, with its language."""
    found = []
    for path in sorted([*ROOT.glob("chapters/*/*.ipynb"), *ROOT.glob("chapters/*/*/*.md")]):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            text = "\n\n".join(cell.source for cell in nbformat.reads(text, as_version=4).cells)
        forms = [" ".join(FORMS.findall(sentence)) for sentence in SENTENCE.findall(text)]
        found += [(path.relative_to(ROOT).parts[1], form) for form in forms if form]
    return found


def spoken(text: str, number: int, language: str) -> str:
    counts = dict.fromkeys(re.findall(r"\{([a-z]\w*)", text), number)
    names = {"evidence": EDITIONS["2026"], "language": language, "counts": counts}
    return " ".join(plain(prose.told(text, names).markdown).split())


def test_words_that_depend_on_a_count_are_there_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prose, "_TOLD", {})
    found = sentences()
    assert len(found) > 20
    for language, forms in found:
        for number in NUMBERS:
            said = spoken(forms, number, language)
            assert not re.search(rf"[{{}}|]|\b{in_words(0, language)}\b|\b0\b", said), said
            assert (in_words(number, language) in said.replace("Eén", "één").lower()) == (number > 0), said
        one, two = (" ".join(form.strip("{}").split("|")[place] for form in FORMS.findall(forms)) for place in (2, 3))
        assert one != two or not one.strip(), f"one and more have words of their own: {forms}"


@IN_EACH_LANGUAGE
@pytest.mark.parametrize("name", ["2021", "2026"])
def test_no_text_of_an_edition_shows_the_id_of_a_row(name: str, language: str) -> None:
    voice, seen = Voice(EDITIONS[name], language), 0
    for table, rows in voice.edition.tables.items():
        for column in (column for column in rows.columns if column.endswith(f"_{language}")):
            for text in rows[column]:
                if ids := [code for code in CODE.findall(PLACEHOLDER.sub("", text)) if voice.table_of(code)]:
                    seen += 1
                    assert not set(ids) & set(CODE.findall(plain(voice.text(text)))), (table, text)
    assert seen > 10, "there are such texts"


def test_rows_are_told_by_name_or_number_those_of_a_kind_together() -> None:
    for language in worded_languages():
        voice = Voice(EDITIONS["2026"], language)
        said = [plain(voice.rows([row])) for table in NAMED for row in voice.edition[table]["id"]]
        assert [text for text in said if len(text) < 4 or CODE.search(text)] == []
    voice = Voice(EDITIONS["2021"])
    said = plain(voice.rows(["FM12", "FP02", "FM13", "FM14", "C14", "AM03"]))
    assert said.startswith("bevindingen 12, 13 en 14 (mbo); bevinding 2 (po/vo); ‘") and said.endswith("; opmerking 3")
    assert voice.rows([]) == ""


@IN_EACH_LANGUAGE
@pytest.mark.parametrize("name", ["2021", "2026"])
def test_what_is_used_nowhere_says_so_in_a_sentence(name: str, language: str) -> None:
    text = plain(blocks.sources(EDITIONS[name], language).markdown)
    nowhere, used = Words(language)("used", 0), Words(language)("used", 2, rows="").split(":")[0]
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert {nowhere in line for line in lines} == {True, False}
    assert all((nowhere in line) != (f"{used}: " in line) for line in lines)


@IN_EACH_LANGUAGE
def test_a_card_leaves_it_to_the_row_whose_year_it_is(language: str) -> None:
    edition = EDITIONS["2021"]
    ours = Words(language)("periods.inferred", year="2020")
    assert ours in plain(registers.show(edition, "observations", language, sector="all").markdown)
    assert ours not in plain(blocks.key_figures(edition, {"IND002": "x"}, language).markdown)
