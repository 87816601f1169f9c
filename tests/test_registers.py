"""What a chapter shows of the data: numbers in prose, figures, stories, registers, blocks, rows; and what is told of a fault."""

import re
from dataclasses import replace
from functools import partial
from itertools import product

import pytest
import yaml
from conftest import ROOT, block, cases, edit

from na_report.base.digits import as_shown, in_digits
from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.base.wording import Words
from na_report.editions.cells import PLACEHOLDER
from na_report.editions.edition import open_edition
from na_report.figures import charts
from na_report.registers import blocks, registers
from na_report.registers.templates import Templates
from na_report.writing.grammar import written
from na_report.writing.markdown import SESSION, anchor, plain
from na_report.writing.page import telling, told
from na_report.writing.voice import Voice

EDITIONS = {name: open_edition(name) for name in ("2021", "2026")}
EACH = pytest.mark.parametrize(("name", "language"), [*product(EDITIONS, ("nl", "en"))])
FIRST = EDITIONS["2021"]
# What a notebook has under which name.
NAMES = {"evidence": FIRST, "language": "nl", "counts": {"gaps": 3}}
FAULTY = cases("templates")
CODE = re.compile(
    r"(?<![\w-])(?:(?:AP|AM|ACT|INI|IND|FR-[A-Z]|C|X|R)\d+|F[A-Z]?\d{2,}|A\d{2}(?:\.\d+[a-z]?)?)(?![\w-])"
)


@pytest.mark.parametrize(
    ("file", "shows"),
    [
        ("registers.yml", partial(registers.show, FIRST, "organisations")),
        ("blocks.md", partial(blocks.show, FIRST, "conclusions", section="3.6")),
    ],
)
def test_a_fault_in_the_file_is_told_with_register_column_and_what_to_do(
    project: Project, monkeypatch: pytest.MonkeyPatch, file: str, shows: partial[object]
) -> None:
    monkeypatch.chdir(project.root)
    good = (project.chapters / file).read_text(encoding="utf-8")
    for fault in FAULTY[file]:
        edit(project.chapters / file, fault["old"], fault["new"])
        with pytest.raises(NaReportError, match=fault["told"]) as caught:
            shows()
        assert caught.value.hint
        (project.chapters / file).write_text(good, encoding="utf-8")


@pytest.mark.parametrize("cell", FAULTY["cells"])
def test_no_cell_lets_text_of_the_data_become_markup(cell: str) -> None:
    templates = Templates(Voice(FIRST))
    text = "a|b [x](y) <i> **c** `x`\n:::"
    shown = templates.cell(cell, "here")(templates.view({"id": "A01", "name_nl": text}))
    assert [mark for mark in ("a|b", "[x](", "<i>", "**c", ":::", "`") if mark in shown] == []


def test_what_a_template_says_of_a_constant_is_said_in_the_language_of_each_page_and_asked_by_each() -> None:
    for language, said in {"en": "second-hand or paraphrased", "nl": "uit de tweede hand of omschreven"}.items():
        edition = open_edition("2021")
        cell = Templates(Voice(edition, language)).cell("{{ 'B' | label('confidence') }}", "here")
        assert (cell({}), '["row", "codes", "confidence:B"]' in edition.reads.answers) == (said, True)


@EACH
def test_each_register_has_a_caption_and_heads(name: str, language: str) -> None:
    for register in yaml.safe_load((ROOT / "chapters" / "registers.yml").read_bytes()):
        shown = registers.show(EDITIONS[name], register, language, sector="mbo", kind="newer").markdown.splitlines()
        assert len(shown[0]) > len(":::{table} ") + 10 or len(shown) == 1, register


@EACH
def test_no_text_of_an_edition_shows_the_id_of_a_row_and_what_is_used_nowhere_says_so(name: str, language: str) -> None:
    edition, voice, seen = EDITIONS[name], Voice(EDITIONS[name], language), 0
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
    voice = Voice(FIRST)
    said = plain(voice.rows(["FM12", "FP02", "FM13", "FM14", "C14", "AM03"]))
    assert said.startswith("bevindingen 12, 13 en 14 (mbo); bevinding 2 (po/vo); ‘") and said.endswith("; opmerking 3")
    assert voice.rows([]) == ""


def test_a_card_tells_the_period_and_leaves_it_to_the_row_whose_year_it_is() -> None:
    ours = Words("nl")("periods.inferred", year="2020")
    figures = {"IND002": "x", "IND028": "veel", "IND052": "weinig"}
    cards = plain(block(FIRST, "key_figures", figures=figures))
    assert ours not in cards and ours in plain(registers.show(FIRST, "observations", sector="all").markdown)
    assert all(said in cards for said in ("cijfer over 2020", "jaar niet vermeld", "cijfer over 2018–2022"))


def test_all_unknown_numbers_are_named_at_once_and_what_myst_has_braces_for_is_none() -> None:
    with pytest.raises(NaReportError) as caught:
        told("{IND998}, {gap}, {gaps}, {gap|a|b|c}, {FM99}, {ACT99_since} en {IND999_year}", NAMES)
    found = [line.partition(":")[0] for line in str(caught.value).splitlines()]
    assert found == ["{IND998}", "{gap}", "{FM99}", "{ACT99_since}", "{IND999_year}", "{gap|…}"]
    myst = ":::{container} kader ```{note} {numref}`fig-x` [a]{.alleen-scherm} [a]{#b .c} {{ name }}"
    assert told(myst, NAMES).markdown == myst


def test_a_story_tells_text_and_code_in_their_order_where_the_condition_holds() -> None:
    inside = "::::{if} later\nNieuw: {IND019}.\n\n```{code-cell}\n1 + counts['gaps']\n```\n::::"
    for later, said in {False: [], True: ["Nieuw: [[41%](#ind019-nl-2019)]{.waarde}.", 4]}.items():
        found = telling(f"Eerst {{gaps}}.\n\n{inside}\n\nDan.", "x", NAMES | {"later": later})
        assert [getattr(piece, "markdown", piece) for piece in found] == ["Eerst drie.", *said, "Dan."]
    since = told("Sinds {ACT15_since}.{FM32}", NAMES | {"evidence": EDITIONS["2026"]})
    assert since.markdown == "Sinds 2022.[[&#42;](#fm32)]{.herkomst .alleen-scherm}", "it leads to a finding"


def test_a_cell_in_jupyterlab_shows_what_the_book_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "## Kop\n\n:::{container} kader\nHet is {IND019}, zie {numref}`fig-x` en [kort](kort.ipynb).\n:::"
    drawn = charts.observed_bars(FIRST, ["IND020", "IND019"], name="fig-x", caption="Twee jaren.")
    shows = (told(text, NAMES), drawn, registers.show(FIRST, "caveats"))
    assert all("text/html" not in block._repr_mimebundle_()[0] for block in shows), "a run of the book"
    monkeypatch.setenv(SESSION, "sector.ipynb")
    prose, figure, table = shown = [block._repr_mimebundle_()[0]["text/html"] for block in shows]
    assert '<span class="waarde"><a class="reference external" href="#ind019-nl-2019">41%</a></span>' in prose
    assert "<h2>Kop</h2>" in prose and '<a class="reference external" href="kort.ipynb">kort</a>' in prose
    assert figure.count("data:image/svg+xml;base64,") == 1 and "<figcaption>" in figure and "<table" in figure
    assert table.count("<tr>") == len(FIRST["caveats"]) + 1
    assert not [html for html in shown if ":::" in html or "{" in html or "system-message" in html]


def test_a_chapter_draws_any_observations_with_a_caption_of_its_own() -> None:
    def bars(**options: object) -> str:
        return charts.observed_bars(FIRST, ["IND020", "IND019"], name="fig-x", **options).markdown  # type: ignore[arg-type]

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
    voices = [Voice(replace(EDITIONS["2026"], name=year)) for year in ("2025", "2026", "2027")]
    passed = ["is voorbij" in voice.value("IND125").link for voice in voices]
    assert passed == [False, True, True], "a target whose year has passed says so"
    for given in ("19.5", "0.0000001", "1300000", "123456789012345", "-0.3", "0"):
        assert in_digits(as_shown(float(given))) == given
