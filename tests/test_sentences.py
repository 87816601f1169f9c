"""Sentences that the program puts together, read in all their forms: with none, with one, with two and with many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from conftest import ROOT

from na_report.base.wording import Words, languages
from na_report.editions.cells import PLACEHOLDER
from na_report.editions.edition import Edition, open_edition
from na_report.registers import blocks, registers
from na_report.writing import naming, prose
from na_report.writing.markdown import plain
from na_report.writing.text import filled
from na_report.writing.values import in_words

NUMBERS = (0, 1, 2, 25)
LANGUAGES = ("nl", "en")
EDITIONS = ("2021", "2026")
FORMS = re.compile(r"\{\w+\|[^{}]*\}")
CODE = re.compile(
    r"(?<![\w-])(?:(?:AP|AM|ACT|INI|IND|FR-[A-Z]|C|X|R)\d+|F[A-Z]?\d{2,}|A\d{2}(?:\.\d+[a-z]?)?)(?![\w-])"
)


def texts() -> Iterator[tuple[str, str]]:
    """Yields the text of each chapter and story with its name."""
    for path in sorted((ROOT / "chapters").glob("*/*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        yield f"{path.parent.name}/{path.name}", "\n\n".join(cell.source for cell in cells)
    for path in sorted((ROOT / "chapters").glob("*/*/*.md")):
        yield "/".join(path.parts[-3:]), path.read_text(encoding="utf-8")


def sentences() -> list[Any]:
    """Returns each sentence in which words depend on a count, as pytest shows it."""
    found = []
    for name, text in texts():
        for form in FORMS.finditer(text):
            start = max(text.rfind(end, 0, form.start()) for end in (". ", ".\n", "\n\n", "\n- ", ": "))
            stop = min(
                (place for end in (". ", ".\n", "\n\n") if (place := text.find(end, form.end())) > 0), default=-1
            )
            found.append(pytest.param(name[:2], text[start + 1 : stop + 1].strip(), id=f"{name}: {form[0][:40]}"))
    return found


def spoken(sentence: str, number: int, language: str) -> str:
    counts = dict.fromkeys(re.findall(r"\{([a-z]\w*)", sentence), number)
    names = {"evidence": open_edition("2026"), "language": language, "counts": counts}
    return plain(prose.told(sentence, names).markdown)


@pytest.mark.parametrize(("language", "sentence"), sentences())
def test_words_that_depend_on_a_count_are_there_for_each(
    language: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prose, "_TOLD", {})
    forms = FORMS.findall(sentence)
    for number in NUMBERS:
        said = " ".join(spoken(" ".join(forms), number, language).split())
        zero = in_words(0, language)
        assert not re.search(rf"[{{}}|]|\b{zero}\b|\b0\b", said), said
        assert (in_words(number, language) in said.replace("Eén", "één").lower()) == (number > 0), said
    one, two = (" ".join(form.strip("{}").split("|")[place] for form in forms) for place in (2, 3))
    assert one != two or not one.strip(), "one and more have words of their own"


def test_a_sentence_starts_with_a_capital() -> None:
    names = {"evidence": open_edition("2021"), "language": "nl", "counts": {"n": 1, "no": 0}}
    said = prose.told(
        "{n|Geen|gat|gaten}. {no|niets ontbreekt||}. En {n|geen|gat|gaten}.\n\n- {n|geen|gat|gaten}", names
    )
    assert plain(said.markdown) == "Eén gat. Niets ontbreekt. En één gat.\n\n- Eén gat"


def test_there_are_such_sentences() -> None:
    assert len(sentences()) > 20


@pytest.mark.parametrize("language", languages())
def test_each_word_with_forms_has_one_for_each_number(language: str) -> None:
    found = yaml.safe_load((ROOT / "chapters" / language / "words.yml").read_text(encoding="utf-8"))
    forms = {
        f"{section}.{name}": text
        for section, all_ in found.items()
        for name, text in all_.items()
        if isinstance(text, dict)
    }
    assert len(forms) > 5
    for key in forms:
        for number in NUMBERS:
            assert Words(language)(key, number, count=in_words(number, language), rows="x").strip(), (key, number)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EDITIONS)
def test_no_text_of_an_edition_shows_the_id_of_a_row(name: str, language: str) -> None:
    edition, seen = open_edition(name), 0
    for table, rows in edition.tables.items():
        for column in (column for column in rows.columns if column.endswith(f"_{language}")):
            for text in rows[column]:
                bare = PLACEHOLDER.sub("", text)
                ids = [code for code in CODE.findall(bare) if naming.table_of(edition, code)]
                if ids:
                    seen += 1
                    assert not set(ids) & set(CODE.findall(plain(filled(edition, text, language)))), (table, text)
    assert seen > 10, "there are such texts"


def rows_of(edition: Edition) -> list[str]:
    tables = (
        "findings",
        "conclusions",
        "recommendations",
        "agendas",
        "agenda_items",
        "caveats",
        "indicators",
        "initiatives",
    )
    return [key for table in tables for key in edition[table]["id"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_are_told_by_name_or_number(language: str) -> None:
    edition = open_edition("2026")
    for key in rows_of(edition):
        said = plain(naming.rows_in_words(edition, [key], language))
        assert len(said) > 3
        assert not CODE.search(said), said
    assert naming.rows_in_words(edition, [], language) == ""


def test_rows_of_a_kind_stand_together() -> None:
    said = naming.rows_in_words(open_edition("2021"), ["FM12", "FP02", "FM13", "FM14", "C14", "AM03"])
    assert plain(said).startswith("bevindingen 12, 13 en 14 (mbo); bevinding 2 (po/vo); ‘")
    assert plain(said).endswith("; opmerking 3")


@pytest.mark.parametrize(("name", "language"), [(name, language) for name in EDITIONS for language in LANGUAGES])
def test_what_is_used_nowhere_says_so_in_a_sentence(name: str, language: str) -> None:
    edition = open_edition(name)
    text = plain(registers.sources(edition, language).markdown)
    nowhere, used = Words(language)("used", 0), Words(language)("used", 2, rows="").split(":")[0]
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert {nowhere in line for line in lines} == {True, False}
    assert all((nowhere in line) != (f"{used}: " in line) for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_leaves_it_to_the_row_whose_year_it_is(language: str) -> None:
    edition = open_edition("2021")
    ours = Words(language)("periods.inferred", year="2020")
    assert ours in plain(registers.observations(edition, "all", language).markdown)
    assert ours not in plain(blocks.key_figures(edition, {"IND002": "x"}, language).markdown)


def test_chapters_are_read() -> None:
    assert {Path(name).suffix for name, _ in texts()} == {".ipynb", ".md"}
