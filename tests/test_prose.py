"""Prose of a chapter and sentences that the program puts together, with none, one, two and many; numbers and their rounding."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from conftest import ROOT, block, cases

from na_report.base.digits import as_shown, half_up, in_digits
from na_report.base.errors import NaReportError
from na_report.base.stories import PLACE, read_story
from na_report.base.wording import Words
from na_report.editions.asked import digest
from na_report.editions.cells import PLACEHOLDER
from na_report.editions.edition import Edition, open_edition
from na_report.figures import charts
from na_report.registers import registers
from na_report.registers.templates import Templates
from na_report.writing import prose
from na_report.writing.markdown import SESSION, anchor, plain
from na_report.writing.numbers import in_words, number, written
from na_report.writing.voice import Voice

NUMBERS = (0, 1, 2, 25)
EDITIONS = {name: open_edition(name) for name in ("2021", "2026")}
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


def test_a_story_tells_text_and_code_in_their_order_where_the_condition_holds(names: dict[str, Any]) -> None:
    inside = "::::{if} later\nNieuw: {IND019}.\n\n```{code-cell}\n1 + counts['gaps']\n```\n::::"
    for later, told in {False: [], True: ["Nieuw: [[41%](#ind019-nl-2019)]{.waarde}.", 4]}.items():
        found = prose.telling(f"Eerst {{gaps}}.\n\n{inside}\n\nDan.", "x", names | {"later": later})
        assert [getattr(piece, "markdown", piece) for piece in found] == ["Eerst drie.", *told, "Dan."]
    said = prose.told("Sinds {ACT15_since}.{FM32}", names | {"evidence": EDITIONS["2026"]})
    assert said.markdown == "Sinds 2022.[[&#42;](#fm32)]{.herkomst .alleen-scherm}", "it leads to a finding"


def test_what_is_wrong_with_the_parts_of_a_story_is_told(tmp_path: Path) -> None:
    for text, found in cases("stories").items():
        (tmp_path / "mbo.md").write_text(text, encoding="latin-1")
        with pytest.raises(NaReportError, match=found):
            read_story(tmp_path / "mbo.md").part("eind")


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


def sentences() -> Iterator[tuple[str, str]]:
    """Yields the words that depend on a count, of each sentence of a chapter or story that has any, with its language."""
    for path in sorted([*ROOT.glob("chapters/*/*.ipynb"), *ROOT.glob("chapters/*/*/*.md")]):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            text = "\n\n".join(cell.source for cell in nbformat.reads(text, as_version=4).cells)
        for sentence in SENTENCE.findall(text):
            if forms := FORMS.findall(sentence):
                yield path.relative_to(ROOT).parts[1], " ".join(forms)


def test_words_that_depend_on_a_count_are_there_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prose, "_TOLD", {})
    found = list(sentences())
    assert len(found) > 20
    for language, forms in found:
        for count in NUMBERS:
            counts = dict.fromkeys(re.findall(r"\{([a-z]\w*)", forms), count)
            told = prose.told(forms, {"evidence": EDITIONS["2026"], "language": language, "counts": counts})
            said = " ".join(plain(told.markdown).split())
            assert not re.search(rf"[{{}}|]|\b{in_words(0, language)}\b|\b0\b", said), said
            assert (in_words(count, language) in said.replace("Eén", "één").lower()) == (count > 0), said
        one, two = (" ".join(form.strip("{}").split("|")[place] for form in FORMS.findall(forms)) for place in (2, 3))
        assert one != two or not one.strip(), f"one and more have words of their own: {forms}"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("edition", EDITIONS.values(), ids=EDITIONS.keys())
def test_no_text_of_an_edition_shows_the_id_of_a_row_and_what_is_used_nowhere_says_so(
    edition: Edition, language: str
) -> None:
    voice, seen = Voice(edition, language), 0
    for table, rows in edition.tables.items():
        for column in (column for column in rows.columns if column.endswith(f"_{language}")):
            for text in rows[column]:
                if ids := [code for code in CODE.findall(PLACEHOLDER.sub("", text)) if voice.table_of(code)]:
                    seen += 1
                    assert not set(ids) & set(CODE.findall(plain(voice.filled(text)))), (table, text)
    assert seen > 10, "there are such texts"
    said = [plain(voice.rows([row])) for rows in edition.tables.values() for row in rows["id"]]
    assert [text for text in said if len(text) < 4 or CODE.search(text)] == []
    for row in edition.records("conclusions"):
        text = Templates(voice).block("basis", {"id": row["id"], "question": "Waarop?"})
        assert [item for item in row["rests_on"].split(";") if f"(#{anchor(item)})" not in text] == [], row["id"]
        assert not re.search(r"\[[A-Z]{1,3}\d\d", text), "a sentence rather than a code"
    nowhere, used = Words(language)("used", 0), Words(language)("used", 2, rows="").split(":")[0]
    lines = [line for line in plain(block(edition, "sources", language)).splitlines() if line[:2] == "- "]
    assert {nowhere in line for line in lines} == {True, False}
    assert all((nowhere in line) != (f"{used}: " in line) for line in lines)


def test_rows_are_told_by_name_or_number_those_of_a_kind_together() -> None:
    voice = Voice(EDITIONS["2021"])
    said = plain(voice.rows(["FM12", "FP02", "FM13", "FM14", "C14", "AM03"]))
    assert said.startswith("bevindingen 12, 13 en 14 (mbo); bevinding 2 (po/vo); ‘") and said.endswith("; opmerking 3")
    assert voice.rows([]) == ""


def test_a_card_tells_the_period_and_leaves_it_to_the_row_whose_year_it_is() -> None:
    edition, ours = EDITIONS["2021"], Words("nl")("periods.inferred", year="2020")
    figures = {"IND002": "x", "IND028": "veel", "IND052": "weinig"}
    cards = plain(block(edition, "key_figures", figures=figures))
    assert ours not in cards and ours in plain(registers.show(edition, "observations", sector="all").markdown)
    assert all(said in cards for said in ("cijfer over 2020", "jaar niet vermeld", "cijfer over 2018–2022"))


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
    assert half_up(81.45, 1) == half_up(Decimal("81.45"), 1) == Decimal("81.5")
    assert (number(0.0625), in_words(2.0625)) == ("0,063", "2,063")
    edition = open_edition("2026")
    assert Voice(edition).value("IND101-DK-2025").text == "81,5%"
    passed = {
        name: "is voorbij" in Voice(replace(edition, name=name)).value("IND125").link for name in ("2025", "2026")
    }
    assert passed == {"2025": False, "2026": True}, "a target whose year has passed says so"
    for given in ("19.5", "0.0000001", "1300000", "123456789012345", "-0.3", "0"):
        assert in_digits(as_shown(float(given))) == given


def test_two_answers_of_which_pandas_shows_the_same_have_two_hashes() -> None:
    long, short = (pd.DataFrame({"id": [f"R{row}" for row in range(rows)], "value": 0.5}) for rows in (200, 3))
    others = [long.replace({"id": "R100"}, "other"), long.assign(value=[0.5] * 100 + [0.7] + [0.5] * 99)]
    others += [short.assign(value=0.5000000000001), short.assign(value="0.5"), short.set_index("id")]
    for one, other in zip((long, long, short, short, short), others, strict=True):
        for wrap in (lambda answer: answer, lambda answer: {"a": [answer]}, lambda answer: (1, answer)):
            assert digest(wrap(one)) == digest(wrap(one.copy()))
            assert digest(wrap(one)) != digest(wrap(other)), (one, other)


def test_an_answer_has_the_same_hash_in_each_process() -> None:
    code = "from na_report.editions.asked import digest; from na_report.reasoning.checking import all_claims; "
    command = [sys.executable, "-c", f"{code}print(digest(set('abcdefgh')), digest(all_claims()))"]
    environments = [os.environ | {"PYTHONHASHSEED": seed} for seed in ("1", "2")]
    one, other = (subprocess.run(command, env=each, capture_output=True, check=True).stdout for each in environments)
    assert one == other
