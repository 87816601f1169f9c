"""Text of the chapters and words between the data: no typed figure, the same in each language, and translations that follow."""

import ast
import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from string import Formatter
from typing import Any

import nbformat
import pytest
from conftest import ROOT, cases, edit, na_report
from nbformat.v4 import new_markdown_cell
from small_book import changed

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.base.settings import read_texts
from na_report.base.stories import read_story
from na_report.base.wording import Words, worded_languages
from na_report.editions.edition import open_edition
from na_report.running.notebooks import INJECTED, normalised
from na_report.running.pages import all_pages
from na_report.running.sweep import recorded
from na_report.writing.grammar import in_words, language_of
from na_report.writing.markdown import anchor, plain
from na_report.writing.page import told

EDITION = open_edition("2026")
CHAPTERS = sorted((ROOT / "chapters").glob("*/*.ipynb"))
STORIES = sorted((ROOT / "chapters").glob("*/*/*.md"))
MAGIC = "%%text"
# What may hold digits: ids of rows, names in a reference or in braces, links, the scale that a question had, and the
# names of standards for accessibility.
ALLOWED = re.compile(
    r"\b(?:IND|INI|ACT|AM|AP|A|C|R|X|F[A-Z0-9])\d+(?:\.\d+[a-z]?)?\b|\{[a-z:]+\}`[^`]*`|\{[\w-]+\}|\]\([^)]*\)"
    r"|schaal tot 5|scale to 5|EN 301 549|WCAG 2\.2|PDF/UA-1|^\d+\. ",
    re.MULTILINE,
)
# "The report" is that of AEF and "this book" what the reader has; other words for the two, or another spelling, would confuse.
OTHER_WORDS = re.compile(
    r"\b(?:[Dd]it rapport|[Hh]ele rapport|[Tt]his report|whole report|pdf|ICT’ers|professionals)\b"
)
# Words that depend on a count, and a sentence that may have any.
FORMS = re.compile(r"\{\w+\|[^{}]*\}")
SENTENCE = re.compile(r"(?:\{[^{}]*\}|[^.{}\n]|\n(?![\n-]))+")
# The workbook, which is no part of the book, has its own words.
CODE = [path for path in sorted((ROOT / "src").rglob("*.py")) if path.parent.name != "workbook"]


def prose(path: Path) -> str:
    if path.suffix == ".md":
        parts = [*read_story(path).parts.values()]
        return "\n\n".join(re.sub(r"^```\{code-cell\}.*?^```", "", part, flags=re.S | re.M) for part in parts)
    return "\n\n".join(
        cell.source.partition("\n")[2] if cell.source.startswith(MAGIC) else cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown" or cell.source.startswith(MAGIC)
    )


TEXTS = {path.relative_to(ROOT / "chapters").as_posix(): prose(path) for path in (*CHAPTERS, *STORIES)}


def typed_figures(text: str) -> list[str]:
    """Returns digits that a text does not take from the data; the numbers of a list don't count."""
    return re.findall(r"\S*\d\S*", ALLOWED.sub("", text))


def test_a_text_has_no_typed_figure_and_one_name_for_one_thing() -> None:
    for text in ("Het aandeel is 41%.", "In 2019 waren het er 85.000.", "Zie [dit](#x): 1,3 miljoen"):
        assert typed_figures(text), "one is found"
    assert {name: found for name, text in TEXTS.items() if (found := typed_figures(text))} == {}
    assert {name: found for name, text in TEXTS.items() if (found := OTHER_WORDS.findall(text))} == {}


def test_a_chapter_defines_no_function_and_holds_outputs_that_nbval_compares() -> None:
    for path in CHAPTERS:
        cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        code = "\n".join(cell.source for cell in cells if not cell.source.startswith(MAGIC))
        assert re.findall(r"^\s*(?:def|class) |\blambda\b", code, re.MULTILINE) == [], path
        checked = [cell for cell in cells if "nbval-check-output" in cell.metadata.get("tags", [])]
        assert checked and all(cell.outputs and cell.execution_count for cell in checked), path


def test_words_that_depend_on_a_count_are_there_for_none_one_two_and_many() -> None:
    sentences = [(name[:2], FORMS.findall(sentence)) for name in TEXTS for sentence in SENTENCE.findall(TEXTS[name])]
    found = [(language, forms) for language, forms in sentences if forms]
    assert len(found) > 20
    for language, forms in found:
        for count in (0, 1, 2, 25):
            counts = dict.fromkeys(re.findall(r"\{([a-z]\w*)", text := " ".join(forms)), count)
            shown = told(text, {"evidence": EDITION, "language": language, "counts": counts})
            said = " ".join(plain(shown.markdown).split())
            assert not re.search(rf"[{{}}|]|\b{in_words(0, language)}\b|\b0\b", said), said
            assert (in_words(count, language) in said.replace("Eén", "één").lower()) == (count > 0), said
        one, two = (" ".join(form.strip("{}").split("|")[place] for form in forms) for place in (2, 3))
        assert one != two or not one.strip(), f"one and more have words of their own: {forms}"


@pytest.mark.book
def test_every_row_of_the_edition_is_in_the_book() -> None:
    pages = [*(ROOT / "_build" / "2026" / "nl" / "html").glob("*.html")]
    assert pages, "make book first"
    book = "".join(path.read_text(encoding="utf-8") for path in pages)
    shown = set(re.findall(r'id="([^"]+)"', book))
    for table in EDITION.tables.keys() - {"codes", "sectors", "categories", "statuses", "indicators", "series"}:
        place = "bron-{}".format if table == "sources" else anchor
        assert [key for key in EDITION[table]["id"] if place(key) not in shown] == [], table


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_languages_say_the_same_things_with_the_same_places_in_each_form() -> None:
    shapes = []
    for language in worded_languages():
        shapes.append({})
        for section, texts in read_texts(ROOT / "chapters" / language / "words.yml")[0].items():
            for key, entry in texts.items():
                forms = entry if isinstance(entry, dict) else {"other": entry}
                assert "other" in forms and (forms is not entry or all(map(str.strip, forms.values()))), key
                several = [places(text) for form, text in forms.items() if form not in ("0", "zero", "one")]
                assert all(found == several[0] for found in several), key
                shapes[-1][section, key] = forms is entry, set().union(*map(places, forms.values()))
    assert len(shapes) > 1
    assert all(shape == shapes[0] for shape in shapes)


def test_the_program_has_no_dutch_and_no_dictionary_of_languages_in_it() -> None:
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                assert not {"nl", "en"} & {key.value for key in node.keys if isinstance(key, ast.Constant)}, path.name
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            text = "*".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
            if len(text.split()) > 2 and not re.search("<html|:::|>>>", text):
                assert language_of(text) != "nl", (path.name, text)


def test_a_third_language_is_a_file_and_all_that_it_misses_is_named_at_once(project: Project) -> None:
    (file := project.chapters / "fy" / "words.yml").parent.mkdir()
    file.write_text('a: {b: {0: gjin, one: "ien {x}", other: "{x} stiks"}}', encoding="utf-8")
    said = ", ".join(Words("fy")("a.b", number, x=number) for number in (0, 1, 2, 2.5))
    assert said == "gjin, ien 1, 2 stiks, 2.5 stiks"
    for case in cases("words"):
        file.write_text(case["given"], encoding="utf-8")
        with pytest.raises(NaReportError) as caught:
            Words("fy")("a.b", 3, x=1)
        assert [each for each in case["told"] if each not in str(caught.value)] == []
        assert caught.value.hint
    for language in ("fr", "../nl"):
        with pytest.raises(NaReportError, match="no words") as caught:
            Words(language)
        assert "en, fy, nl" in caught.value.hint


# Pages and translations

LANGUAGES = ("nl", "en")
NAMES = [page.name for page in all_pages(Project(ROOT))]


def built(name: str, language: str, edition: str = "2026") -> Path:
    """What our build makes of a page; the test command builds the pages first."""
    return ROOT / "_build" / edition / language / "notebooks" / f"{name}.ipynb"


def cells(path: Path) -> list[Any]:
    """Returns what there is to see of each cell, without parameters, which our build gives an edition too."""
    notebook = normalised(nbformat.read(path, as_version=4), {}, ROOT)
    shown = [cell for cell in notebook.cells if not {"parameters", INJECTED} & {*cell.metadata.get("tags", [])}]
    for output in (output for cell in shown for output in cell.get("outputs", [])):
        output.pop("execution_count", None)  # counts the cell of the parameters too
    return [(cell.cell_type, cell.id, cell.source, cell.get("outputs", [])) for cell in shown]


def shown_text(path: Path) -> str:
    """Returns the text cells of a page and what its code shows as Markdown."""
    markdown = [
        source if kind == "markdown" else "\n".join(each.get("data", {}).get("text/markdown", "") for each in outputs)
        for kind, _, source, outputs in cells(path)
    ]
    return "\n".join(markdown)


# A page with a parameter and a story, and a translated one with text under a condition.
TRIED = (("sector-mbo", "nl"), ("conclusies", "en"))
REST = pytest.mark.slow("papermill starts a cold kernel for each page, and these are of a kind with those tried")


@pytest.mark.book
@pytest.mark.parametrize(
    ("name", "language"),
    [pair if pair in TRIED else pytest.param(*pair, marks=REST) for pair in product(NAMES, LANGUAGES)],
)
def test_papermill_gives_the_cells_and_outputs_of_the_page(name: str, language: str, tmp_path: Path) -> None:
    [page] = [page for page in all_pages(Project(ROOT), language) if page.name == name]
    # As anyone with papermill runs a page, in the folder of the project.
    command = [Path(sys.executable).parent / "papermill", "--no-progress-bar", "--log-level", "ERROR"]
    command += [page.chapter.relative_to(ROOT), stock := tmp_path / "page.ipynb"]
    command += [part for key, value in page.parameters.items() for part in ("-p", key, str(value))]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    ours, theirs = cells(built(name, language)), cells(stock)
    assert any(outputs for *_, outputs in ours), "something was compared"
    assert ours == theirs
    text = shown_text(stock)
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1, "one title"
    assert not re.search(r"(?<![:`{])\{[A-Za-z][\w.-]*\}(?![`}])|\{glue:", text), "each number is filled in"


def facts(path: Path, language: str) -> list[str]:
    """Returns what must not differ between languages, in its order: where a page leads, and the outcome of each check."""
    states = {text: state for state, text in Words(language).section("states").items()}
    found = re.findall(rf"\]\(([^)\s]+)\)|`([a-z]+-[a-z0-9-]+)`|\| ({'|'.join(states)}) \|", shown_text(path))
    return [link or figure or states[cell] for link, figure, cell in found]


@pytest.mark.book
def test_both_languages_tell_the_same_numbers_and_lead_to_the_same_places() -> None:
    seen: set[str] = set()
    for name in NAMES:
        dutch, english = (built(name, language) for language in LANGUAGES)
        assert recorded(dutch).keys() == recorded(english).keys(), name
        assert facts(dutch, "nl") == facts(english, "en"), name
        seen.update(facts(dutch, "nl"))
    assert {"holds", "outdated", "not_testable", "#c14", "fig-vaardigheden"} <= seen, "all kinds were compared"


@pytest.mark.book
def test_a_page_records_the_numbers_and_counts_that_it_told_where_the_condition_held() -> None:
    first, newest = (recorded(built("koploper", "nl", edition)) for edition in ("2021", "2026"))
    assert newest["IND007-NL-2019"] == "19,5%"
    assert first.items() < newest.items() and newest.keys() - first.keys() >= {"IND101", "IND109_year"}
    told = {name: text for page in NAMES for name, text in recorded(built(page, "nl")).items()}
    assert told["contradictions"] == "achttien"
    assert [name for name in told if re.fullmatch(r"F[A-Z0-9]\d+", name)] == [], "a mark is no number"


def test_what_is_behind_missing_or_extra_is_named(project: Project) -> None:
    assert na_report(project, "languages").returncode == 0
    dutch, english = project.chapters / "nl", project.chapters / "en"
    edit(dutch / "index.ipynb", "Digitalisering is een prioriteit", "Digitalisering heeft voorrang")
    edit(dutch / "sector" / "mbo.md", "snel digitaal", "digitaal")
    (english / "sector" / "ho.md").unlink()
    (english / "over.ipynb").write_text("{}", encoding="utf-8")
    with changed(english / "conclusies.ipynb") as notebook:
        notebook.cells[-2] = new_markdown_cell("More.", id="more")
    done = na_report(project, "languages")
    assert done.returncode == 1
    for pattern in (
        r"index\.ipynb, cell \d+ \('# Summary'\): behind, the text now starts with '# Samenvatting'",
        r"sector/mbo\.md: behind the story",
        r"sector/ho\.md: missing, it would translate chapters/nl/sector/ho\.md",
        r"over\.ipynb: extra",
        r"conclusies\.ipynb, cell \d+ \('More\.'\): extra",
        r"conclusies\.ipynb, cell \d+ of the original .*: missing",
    ):
        assert re.search(pattern, done.stdout), pattern
    # What was looked at follows again: a cell between the same neighbours becomes the translation.
    for language, text in ((dutch, "Een zin erbij."), (english, "One more sentence.")):
        with changed(language / "index.ipynb") as notebook:
            notebook.cells.insert(4, new_markdown_cell(text))
    story = english / "sector" / "mbo.md"
    before = story.read_text(encoding="utf-8")
    for path in (english / "index.ipynb", story):
        na_report(project, "languages", "--accept", project.short(path))
    assert not re.search(r"index\.ipynb|mbo\.md", na_report(project, "languages").stdout)
    mark = "translates: .*"
    assert re.sub(mark, "", story.read_text(encoding="utf-8")) == re.sub(mark, "", before), "the mark alone differs"
