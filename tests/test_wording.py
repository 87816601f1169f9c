"""The words of the book: the same in each language, and none in the program."""

import ast
import re
from collections.abc import Callable
from string import Formatter

import pytest
import yaml
from conftest import ROOT, cases

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.base.wording import Words, worded_languages
from na_report.writing.text import language_of

# The workbook, which is no part of the book, has its own words.
BOOK = [path for path in sorted((ROOT / "src").rglob("*.py")) if path.parent.name != "workbook"]


def texts(language: str) -> dict[str, dict[str, str]]:
    """Returns per key the forms of a text."""
    found = yaml.load((ROOT / "chapters" / language / "words.yml").read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506
    return {
        f"{section}.{name}": entry if isinstance(entry, dict) else {"": entry}
        for section, entries in found.items()
        for name, entry in entries.items()
    }


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_languages_say_the_same_things_with_the_same_places_in_each_form() -> None:
    shapes = []
    for language in worded_languages():
        shapes.append({})
        for key, forms in texts(language).items():
            assert "" in forms or "other" in forms, key
            assert "" in forms or all(map(str.strip, forms.values())), key
            several = [places(text) for form, text in forms.items() if form not in ("0", "zero", "one")]
            assert all(found == several[0] for found in several), key
            shapes[-1][key] = "" in forms, set().union(*map(places, forms.values()))
    assert len(shapes) > 1
    assert all(shape == shapes[0] for shape in shapes)


def test_the_program_has_no_dutch_and_no_dictionary_of_languages_in_it() -> None:
    for path in BOOK:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                assert not {"nl", "en"} & {key.value for key in node.keys if isinstance(key, ast.Constant)}, path.name
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            text = "*".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
            if len(text.split()) > 2 and not re.search("<html|:::|>>>", text):
                assert language_of(text) != "nl", (path.name, text)


@pytest.fixture
def words(project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Words]:
    """Writes the words of a language, and reads them."""
    monkeypatch.chdir(project.root)

    def write(text: str) -> Words:
        folder = project.chapters / "fy"
        folder.mkdir(exist_ok=True)
        (folder / "words.yml").write_text(text, encoding="utf-8")
        return Words("fy")

    return write


def test_a_third_language_is_a_file_and_a_number_decides_on_the_form(words: Callable[[str], Words]) -> None:
    spoken = words('a: {b: {0: gjin, one: "ien {x}", other: "{x} stiks"}}')
    assert [spoken("a.b", number, x=number) for number in (0, 1, 2, 2.5)] == ["gjin", "ien 1", "2 stiks", "2.5 stiks"]
    assert worded_languages() == ["en", "fy", "nl"]


def test_what_is_missing_or_damaged_is_named_all_at_once(words: Callable[[str], Words]) -> None:
    for case in cases("words"):
        with pytest.raises(NaReportError) as caught:
            words(case["given"])("a.b", 3, x=1)
        assert [each for each in case["told"] if each not in str(caught.value)] == []
        assert caught.value.hint
    for language in ("fr", "../nl"):
        with pytest.raises(NaReportError, match="no words") as caught:
            Words(language)
        assert "en, fy, nl" in caught.value.hint
