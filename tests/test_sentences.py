"""Sentences that the program puts together, read in all their forms: with none, with one, with two and with many."""

import itertools
import re

import nbformat
import pytest
import yaml
from conftest import ROOT

from na_report.base.wording import Words, worded_languages
from na_report.editions.cells import PLACEHOLDER
from na_report.editions.edition import open_edition
from na_report.registers import blocks, registers
from na_report.writing import prose
from na_report.writing.markdown import plain
from na_report.writing.numbers import in_words
from na_report.writing.voice import Voice

NUMBERS = (0, 1, 2, 25)
EDITIONS = {name: open_edition(name) for name in ("2021", "2026")}
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["nl", "en"])
NAMED = (
    "findings",
    "conclusions",
    "recommendations",
    "agendas",
    "agenda_items",
    "caveats",
    "indicators",
    "initiatives",
)
FORMS = re.compile(r"\{\w+\|[^{}]*\}")
SENTENCE = re.compile(r"(?:\{[^{}]*\}|[^.{}\n]|\n(?![\n-]))+")
CODE = re.compile(
    r"(?<![\w-])(?:(?:AP|AM|ACT|INI|IND|FR-[A-Z]|C|X|R)\d+|F[A-Z]?\d{2,}|A\d{2}(?:\.\d+[a-z]?)?)(?![\w-])"
)


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
def test_each_word_with_forms_has_one_for_each_number(language: str) -> None:
    sections = yaml.safe_load((ROOT / "chapters" / language / "words.yml").read_text(encoding="utf-8"))
    keys = [f"{name}.{key}" for name, part in sections.items() for key in part if isinstance(part[key], dict)]
    assert len(keys) > 5
    for key, number in itertools.product(keys, NUMBERS):
        assert Words(language)(key, number, count=in_words(number, language), rows="x").strip(), (key, number)


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
    text = plain(registers.sources(EDITIONS[name], language).markdown)
    nowhere, used = Words(language)("used", 0), Words(language)("used", 2, rows="").split(":")[0]
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert {nowhere in line for line in lines} == {True, False}
    assert all((nowhere in line) != (f"{used}: " in line) for line in lines)


@IN_EACH_LANGUAGE
def test_a_card_leaves_it_to_the_row_whose_year_it_is(language: str) -> None:
    edition = EDITIONS["2021"]
    ours = Words(language)("periods.inferred", year="2020")
    assert ours in plain(registers.observations(edition, "all", language).markdown)
    assert ours not in plain(blocks.key_figures(edition, {"IND002": "x"}, language).markdown)
