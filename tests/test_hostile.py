"""Markup, code, formulas and tricks in the data: the reader sees them as text, and no program obeys them."""

import csv
import io
import json
import re
import time
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import copy_of_project, edit, na_report, problems_with, soup
from openpyxl import load_workbook
from printed import opened
from workbooks import change, put, refused, rewrite, small, table_bytes, take_back, template

from na_report.base.errors import InvalidInputError, NaReportError
from na_report.base.files import contents
from na_report.base.paths import DESCRIPTOR, Project
from na_report.cli import main
from na_report.editions import integrity
from na_report.editions.edition import open_edition, seal_edition
from na_report.editions.integrity import verify_edition
from na_report.editions.schema import TABLES
from na_report.editions.table_files import rows_of, write_table
from na_report.running.pages import all_pages
from na_report.workbook import comments, package

__all__ = ["small", "template"]

# What a text may not become: per kind of markup one, with a ¶ between them. Braces are for placeholders, so a text with braces
# is refused.
TEXTS = r"""<script>alert(1)</script>¶<img src=x onerror=alert(1)>¶[klik](javascript:alert(1))¶![x](file:///etc/passwd)¶
<javascript:alert(1)>¶https://example.org/?a=1&b=2¶**vet** *schuin* `code` ~~weg~~¶# kop¶1. lijst¶- lijst¶---¶% een opmerking¶
+++¶=1+1¶| cel | cel |¶$x^2$ en $$y$$¶tekst[^1] [^1]: noot¶<!-- weg -->¶```python¶:::¶(doel)=¶\ ``` \<b\> \*x\*¶
&lt;b&gt; &amp;amp; &#60;¶Term : uitleg¶> citaat¶"a" onmouseover="alert(1)""".replace("¶\n", "¶").split("¶")
WITH_BRACES = """{raw:html}`<b>x</b>`¶```{include} /etc/passwd¶:::{danger} x¶{{ 7*7 }} {% raw %}¶[x]{#anker .klas onclick=y}¶
{download}`/etc/passwd`""".replace("¶\n", "¶").split("¶")
LONG = "lang" * 750
FREE = {"author", "owners", "name", "page", "pages_cited"}


def poisoned(folder: Path) -> None:
    """Puts each hostile text in many cells of an edition, before or after what stands there, and seals it."""
    number, tables = 0, rows_of(folder)
    for kind in TABLES:
        for row in tables[kind.name]:
            for column in kind.columns:
                if row[column.name] and (column.text or column.name in FREE):
                    number += 1
                    pool = TEXTS if column.text else (*WITH_BRACES, *TEXTS)
                    nasty = LONG if number % 101 == 0 and column.text else pool[number % len(pool)]
                    parts = (nasty, row[column.name]) if number % 3 else (row[column.name], nasty)
                    row[column.name] = " ".join(parts).replace(";", ",")
        write_table(folder, kind, tables[kind.name])
    (folder / DESCRIPTOR).unlink()
    seal_edition(folder.name, Project(folder.parent.parent))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book of an edition full of hostile texts, as HTML and PDF."""
    project = copy_of_project(tmp_path_factory.mktemp("hostile"))
    poisoned(project.data / "2026")
    assert na_report(project, "build", "--edition", "2026").returncode == 0
    return project.root / "_build" / "2026" / "nl"


def flat(text: str) -> str:
    """Returns text as a search in it should see it: the quotes and dashes that Dutch typography makes are equal."""
    typed = text.translate(str.maketrans("“”„‘’–—", '"""\'\'--')).replace("…", "...")
    return re.sub(r"-+", "-", " ".join(typed.split()))


SLOW = pytest.mark.slow("a book of hostile texts, while each way out of a text is tried by itself in test_presentation")


@SLOW
def test_every_hostile_text_is_there_as_text_and_becomes_no_element(book: Path) -> None:
    pages = [soup(path) for path in (book / "html").glob("*.html")]
    text = flat(" ".join(page.get_text() for page in pages))
    alts = flat(" ".join(str(image["alt"]) for page in pages for image in page.select("article img")))
    assert [nasty for nasty in (*TEXTS, *WITH_BRACES, LONG) if flat(nasty.replace(";", ",")) not in text] == []
    assert sum(flat(nasty) in alts for nasty in TEXTS) >= 3
    for page in pages:
        assert not page.select("article :is(blockquote, hr, .math, .footnote, .danger, .klas, #anker)")
        assert not page.select("article script:not([type='application/ld+json'])")
        formed = page.select("article :is(h1, h2, h3, h4, li, dt, dd, strong, em, code, s, del, pre)")
        assert [tag for tag in formed if re.match(r"(kop|lijst|uitleg|vet|schuin|code|weg)\b", tag.get_text())] == []
        for tag in page.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")], tag
            address = str(tag.get("href", tag.get("src", "")))
            assert re.match(r"https?://|mailto:|[\w.#/-]*(?:[?#]|$)", address), tag


@SLOW
def test_figures_run_nothing_and_no_cell_of_a_csv_is_a_formula(book: Path) -> None:
    drawings = [*book.rglob("*.svg")]
    assert len(drawings) > 10
    for drawing in drawings:
        tree = ET.fromstring(drawing.read_bytes())  # noqa: S314  our own drawing
        assert not {element.tag.split("}")[1] for element in tree.iter()} & {"script", "foreignObject", "a", "image"}
    tables = [path.read_text(encoding="utf-8-sig") for path in (book / "html" / "_downloads").rglob("*.csv")]
    cells = [cell for table in tables for row in csv.reader(io.StringIO(table)) for cell in row]
    assert sum("=1+1" in cell for cell in cells) > 10
    assert [cell for cell in cells if re.match(r"[=@\t\r]|[+-](?!\d+([.,]\d+)*%?$)", cell)] == []


@SLOW
def test_the_pdf_shows_hostile_texts_and_fetches_nothing(book: Path) -> None:
    with opened(book / "report.pdf") as made:
        text = flat(made.text())
    assert "root:" not in text
    bare = re.sub(r"\W", "", text)
    assert [nasty for nasty in (*TEXTS, *WITH_BRACES) if re.sub(r"\W", "", flat(nasty)) not in bare] == []


ADDRESSES = [
    "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://a.nl/x", "http://", "https://[", "//a.nl",
    "https://a.nl/>)[x](y", 'https://a.nl/"', "https://a.nl/`x`", "https://a.nl/{x}", "https://a.nl/\\", "HTTPS:a", "https://é.nl",
]  # fmt: skip
# Per column the values that a program could misread.
MISREAD = {
    "sources ceps2019irdll url": ADDRESSES,
    "agendas A01 period_start": ["9" * 5000, "²"],
    "sources ceps2019irdll year": ["٢٠٢١"],
    "observations IND007-NL-2019 value": ["٣", "9" * 400],
    "observations IND007-NL-2019 period": ["２０１９"],
    "agendas A01 gist_nl": [*(f"a{sign}b" for sign in "\x00\x1b\u202e\u2066\u2028\ufffe"), "x" * 100_001],
}


@pytest.mark.parametrize(("place", "values"), MISREAD.items(), ids=MISREAD)
def test_a_value_that_a_program_could_misread_is_refused_and_text_of_any_script_is_fine(
    place: str, values: list[str]
) -> None:
    table, key, column = place.split()
    for value in values:
        assert column in {each.column for each in problems_with(table, key, column, value)}, value[:20]
    for text in ("naïeve café", "a\u200db", "😀", "שלום", "x" * 100_000):
        assert problems_with("agendas", "A01", "gist_nl", text) == []


def replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


def with_value(key: str, value: Any) -> Callable[[str], str]:
    return lambda text: json.dumps({**json.loads(text), key: value})


DESCRIPTORS: dict[str, Callable[[str], str]] = {
    "nesting without end": lambda text: "[" * 100_000,
    "a number of 5,000 digits": replaced('"bytes": ', '"bytes": ' + "9" * 5000),
    "a list": lambda text: "[]",
    "no name in a resource": replaced('"name": "sources"', '"nam": "sources"'),
    "a list for a name": replaced('"name": "sources"', '"name": []'),
    "no day": replaced('"created"', '"creatd"'),
    "a day that there is not": with_value("created", "2026-02-30"),
    "a day with more behind it": replaced("T00:00:00Z", "<b>"),
    "a licence that runs a script": replaced("https://creativecommons", "javascript:creativecommons"),
    "a maker without a name": replaced('"title": "na-report contributors"', '"title": null'),
    "a title that turns around": replaced('"title": "', '"title": "\\u202e'),
    "a way out for a name": replaced('"na-report-2026"', '"../../x"'),
    "the name of another edition": replaced('"na-report-2026"', '"na-report-2021"'),
    "an empty version": replaced('"2026.1.0"', '""'),
    "a language that nobody knows": with_value("languages", ["nl", "xx"]),
    **{f"no {key}": with_value(key, []) for key in ("languages", "licenses", "contributors", "resources")},
    "a text for a table": replaced('"resources": [', '"resources": ["notes", '),
    "a hash of another kind": replaced('"hash": "sha256:', '"hash": "md5:'),
    "a table that is elsewhere": replaced('"path": "notes.csv"', '"path": "../2021/notes.csv"'),
    "no name of a column": replaced('"name": "footnote"', '"name": "Footnote"'),
    "a column twice": replaced('"name": "footnote"', '"name": "id"'),
    "another column": replaced('"name": "footnote"', '"name": "foot"'),
    "a type that nobody knows": replaced('"type": "integer"', '"type": "colour"'),
    "a text for a least number": replaced('"minimum": 1\n', '"minimum": "1"\n'),
    "a least number without end": replaced('"minimum": 1\n', f'"minimum": {"9" * 400}\n'),
    "a pattern that is none": replaced('"pattern": "N', '"pattern": "(N'),
    "a pattern without end": replaced('"pattern": "N', '"pattern": "N{99999999999}'),
    "a pattern for other scripts": replaced('"pattern": "N', '"pattern": "(?u)N'),
    "a reference to nowhere": replaced('"sources.id"', '"gone.id"'),
}


def test_a_damaged_descriptor_is_refused_and_named_and_what_says_nothing_is_not(project: Project) -> None:
    path = project.data / "2026" / DESCRIPTOR
    before = path.read_text(encoding="utf-8")
    for name, spoil in DESCRIPTORS.items():
        path.write_text(spoil(before), encoding="utf-8")
        for use in (open_edition, verify_edition):
            with pytest.raises(InvalidInputError) as caught:
                use("2026", project)
            assert {problem.file for problem in caught.value.problems} == {DESCRIPTOR}, name
            assert all(problem.found and problem.expected and problem.remedy for problem in caught.value.problems), name
        assert "2021\tsealed" in na_report(project, "edition", "list").stdout
    path.write_text(before, encoding="utf-8")
    edit(path, '"pattern": "N', '"minimum": 1, "pattern": "N')  # a least number of a text
    verify_edition("2026", project)


def test_no_name_of_an_edition_leads_elsewhere(project: Project) -> None:
    target = project.root.parent / "x" / "nl" / "build.json"
    target.parent.mkdir(parents=True)
    target.touch()
    before = contents(project.root.parent)
    for name in ("../x", "/etc/x", "2021/../x", "2021\0", "٢٠٢١", "2021" + "a" * 40, "2021\n", "con", "2021A"):
        said = "build --edition,run --edition,archive,edition copy 2021,edition verify,edition seal"
        for command in said.split(","):
            assert na_report(project, *command.split(), name).returncode == 2, command
        # It knows pages, not editions: a name that could be one has simply not run yet.
        na_report(project, "explain", "inleiding", "--edition", name)
    assert contents(project.root.parent) == before


def test_no_name_of_a_page_leads_elsewhere(project: Project) -> None:
    for name in ("../kort", "/etc/passwd", "a/../../b", ".hidden", "a" * 200):
        for root, chapter in ((name, "kort"), ("kort", name)):
            (project.root / "_toc.yml").write_text(f"format: jb-book\nroot: {root}\n", encoding="utf-8")
            (project.chapters / "pages.yml").write_text(f"kort: {{chapter: {chapter!r}}}\n", encoding="utf-8")
            with pytest.raises(NaReportError):
                all_pages(project)


SHEET = "xl/worksheets/sheet3.xml"
MOST = package.TAGS_LIMIT + 1


def titled(title: str) -> Callable[[Project], object]:
    """Names a sheet as openpyxl itself refuses to, but another program may."""
    return lambda project: change(project, lambda book: setattr(book.sheet("sources"), "_WorkbookChild__title", title))


def with_bytes(part: str, end: bytes, more: bytes) -> Callable[[Project], object]:
    """Puts bytes before the first end of an element in a part of the workbook."""

    def put_before(name: str, xml: bytes) -> bytes:
        return xml.replace(end, more + end, 1) if name == part else xml

    return lambda project: rewrite(project.root / "evidence.xlsx", put_before)


# What someone did to a workbook, and what is told of it.
REFUSED: dict[str, tuple[Callable[[Project], object], str]] = {
    "a row of millions of cells": (with_bytes(SHEET, b"</row>", b"<c/>" * MOST), f"tags, up to {SHEET}"),
    "millions of merged cells": (with_bytes(SHEET, b"</worksheet>", b"<m/>" * MOST), f"tags, up to {SHEET}"),
    "millions of styles": (with_bytes("xl/styles.xml", b"</styleSheet>", b"<a/>" * MOST), "tags, up to xl/styles.xml"),
    **{title: (titled(title), "sources") for title in ("../sources", "a" * 31, "=1+1", "sources\u202e")},
    **{
        text: (lambda project, text=text: change(project, put("interviewees", "P1", "name", text)), "interviewees!B2")
        for text in ("a_xD800_b", "a_x202E_b")
    },
}


@pytest.mark.parametrize(("spoil", "told"), REFUSED.values(), ids=REFUSED)
def test_a_small_file_that_fills_the_memory_leads_elsewhere_or_holds_disguises_is_refused(
    small: Project, capsys: pytest.CaptureFixture[str], spoil: Callable[[Project], object], told: str
) -> None:
    spoil(small)
    assert any(told in line for line in refused(small, capsys))


def test_a_sheet_of_nonsense_gives_a_list_that_someone_can_read(
    small: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of 100 kB gave a million and a half problems, in two minutes and two gigabytes."""
    monkeypatch.setattr(integrity, "PROBLEMS_LIMIT", 1_200)
    with_bytes(SHEET, b"</sheetData>", b"<row><c><v>1</v></c></row>" * 1_000)(small)
    *lines, last = refused(small, capsys)
    assert len(lines) == 1_000
    assert re.fullmatch(r"… and \d+ more\.", last)


def test_a_row_numbered_two_billion_takes_no_time(small: Project) -> None:
    """openpyxl's own way through a sheet would make up two billion empty rows first."""
    meta = f"xl/worksheets/sheet{len(TABLES) + 2}.xml"
    with_bytes(meta, b"</sheetData>", b'<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>')(small)
    assert take_back() == 0


@pytest.mark.parametrize(("tag", "inner"), [("mergeCells", "mergeCell"), ("hyperlinks", "hyperlink")])
def test_an_area_of_millions_of_cells_is_not_filled_for_a_copy_with_comments(
    small: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tag: str, inner: str
) -> None:
    """Some bytes of a workbook made openpyxl hold a hundred million cells."""
    monkeypatch.setattr(comments, "load_workbook", lambda *_, **options: pytest.fail("opened"))
    change(small, put("findings", "FM12", "kind", "wish"))
    area = f'<{tag}><{inner} ref="A900:XFD1048576"/></{tag}>'.encode()
    with_bytes(SHEET, b"<pageMargins", area)(small)
    assert any("found 'wish'" in line for line in refused(small, capsys))
    assert not (small.root / "evidence.problems.xlsx").exists()


def test_what_a_workbook_says_that_it_is_takes_no_time() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "ms-excel" * 2**16 + "spreadsheetml.sheet.main+xml")
    start = time.process_time()
    package.refuse_other_kinds(content.getvalue())
    assert time.process_time() - start < 10


def test_hostile_texts_come_back_from_a_workbook_as_they_are(small: Project) -> None:
    poisoned(small.data / "2021")
    assert main(["edition", "export", "2021", "hostile.xlsx"]) == 0
    book = load_workbook("hostile.xlsx")
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "d", "inlineStr"}
    assert take_back("hostile.xlsx") == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")


def test_a_file_of_gigabytes_is_refused_unread(
    small: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(package, "BYTES_LIMIT", 1_000)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("read"))
    assert take_back() == 1
    assert "found '0 MB when unpacked', expected at most 0 MB" in capsys.readouterr().err


def test_a_seal_made_again_has_the_same_bytes(project: Project) -> None:
    path = project.data / "2026" / DESCRIPTOR
    said, seals = json.loads(path.read_bytes()), []
    for _ in range(2):
        path.unlink()
        seals.append(seal_edition("2026", project, created=date.fromisoformat(said["created"][:10])).read_bytes())
    assert seals[0] == seals[1]
    tables = [[(item["name"], item["hash"]) for item in seal["resources"]] for seal in (said, json.loads(seals[0]))]
    assert tables[0] == tables[1], "the tables are those of the seal that was there"
