"""The words of the book: the same in each language, each used, and none in the program."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter

import pytest
import yaml
from conftest import ROOT

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.base.wording import Words, worded_languages
from na_report.writing.text import language_of

SOURCES = sorted((ROOT / "src").rglob("*.py"))
# The workbook, which is no part of the book, has its own words.
BOOK = [path for path in SOURCES if path.parent.name != "workbook"]


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


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yields the strings of a module that are no docstring, with their lines; in an f-string a star for what is filled in."""
    nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
            yield node.lineno, "".join(parts)


def test_each_text_is_used() -> None:
    known = {text for path in SOURCES for _, text in strings(path)}
    sections = {key.partition(".")[0] for key in texts("nl")}
    dotted = [text for text in known if "." in text and text.partition(".")[0] in sections]
    wanted = re.compile("|".join(re.escape(text).replace(r"\*", ".+") for text in dotted))
    # A template has the names of one section, some of them only up to the kind of thing that is told.
    templates = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("texts/*.html"))
    named = {f"changes.{name}" for name in re.findall(r"[a-z_]+", templates)}
    unused = [
        key
        for key in texts("nl")
        if key.partition(".")[0] not in ("libraries", "filter")  # read as a whole
        and not wanted.fullmatch(key)
        and key.removeprefix("words.") not in known
        and not {key, key.partition("_")[0] + "_"} & named
    ]
    assert unused == []


def test_the_program_has_no_dutch_and_no_dictionary_of_languages_in_it() -> None:
    assert [
        (path.name, node.lineno)
        for path in BOOK
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Dict)
        and {"nl", "en"} & {key.value for key in node.keys if isinstance(key, ast.Constant)}
    ] == []
    assert [
        (path.name, line, text)
        for path in BOOK
        for line, text in strings(path)
        if len(text.split()) > 2 and language_of(text) == "nl" and not re.search("<html|:::|>>>", text)
    ] == []


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
    for text, told in {
        "words: {what: Wat}": ["words.yml, a.b: found nothing, expected a text"],
        "a: {b: '{y} {z}'}": ["a.b: found '{y} {z}' ('y'), expected nothing between braces but {x}"],
        "a: {b: '{x'}": ["a.b: found '{x'"],
        "a: {b: '{x.__class__.y}'}": ["a.b: found"],
        "a: {b: {one: ien}}": ["a.b: found no form for this number"],
        "a: b\nc:\n  d: [e]\n  f:\n  g: {several: h}\n  i: good\n": [
            *("line 1, a:", "line 3, c.d:", "line 4, c.f:", "line 5, c.g:")
        ],
        "a: {b: c}\na: {b: c}": ["words.yml, line 2, column 1: found 'a' twice"],
        "- a": ["words.yml: found ['a']"],
        "a: [": ["words.yml, line 1"],
        "a: &x {b: *x}": ["found *x, which repeats a part"],
        "? [a]\n: b\n": ["words.yml, line 1"],
    }.items():
        with pytest.raises(NaReportError) as caught:
            words(text)("a.b", 3, x=1)
        assert [each for each in told if each not in str(caught.value)] == []
        assert caught.value.hint
    for language in ("fr", "../nl"):
        with pytest.raises(NaReportError, match="no words") as caught:
            Words(language)
        assert "en, fy, nl" in caught.value.hint
