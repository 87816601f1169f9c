"""Workbooks with a mistake that people really make: each is refused whole, with the cell and what to do about it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from workbooks import OBS, Book, change, put, refused, rewrite, small, take_back, template

from na_report.base.paths import Project
from na_report.editions.cells import check_cell
from na_report.editions.schema import BY_NAME
from na_report.workbook import package
from na_report.workbook.layout import META, FaultError

__all__ = ["small", "template"]  # fixtures

Mistake = tuple[Callable[[Book], Any], tuple[str, str, str] | str, Sequence[str]]
FM12, C14, CEPS, P1 = ("findings", "FM12"), ("conclusions", "C14"), ("sources", "ceps2019irdll"), ("interviewees", "P1")
OTHER, COUNT = ("observations", "IND012-NL-2020"), ("observations", "IND032-EU-nd")


def cell(table: str, key: str, column: str, given: object, *words: str) -> Mistake:
    """Someone puts a value in a cell, which must be named."""
    return put(table, key, column, given), (table, key, column), words


def on(sheet: str, make: Callable[[Any], object], place: str, *words: str) -> Mistake:
    return lambda book: make(book.sheet(sheet)), place, words


def meta(key: str, text: str, *words: str) -> Mistake:
    def make(sheet: Any) -> None:
        next(row for row in sheet.iter_rows(max_col=2) if row[0].value == key)[1].value = text

    return on(META, make, META, *words)


# Each list is one workbook: what someone did, the cell that must be named, and words that must stand in its line.
WORKBOOKS: dict[str, list[Mistake]] = {
    "values": [
        cell(*OBS, "value", "veel", "'veel'", "a number. ", "Correct the value"),
        cell(*OBS, "page", "#N/B", "'#N/B'", "no error"),
        cell(*OBS, "extracted", "24-11-2026", "'24-11-2026'", "a date as"),
        cell(*OBS, "period", date(2019, 3, 14), "2019-03-14 (a date)", "text"),
        cell(*OTHER, "value", "=39/2", "'=39/2'", "no formula", "Paste special"),
        cell(*COUNT, "value", "2%", "'2%'", "count", "check the unit"),
        (put(*COUNT, "extracted", 46350, "0"), (*COUNT, "extracted"), ["46350", "a date as"]),
        cell(*CEPS, "url", "javascript:a()", "http"),
        cell(*FM12, "kind", "wish", "'wish'", "finding_kind", "Choose one of"),
        cell(*FM12, "source_ids", "nobody2020", "'nobody2020'", "an id in sources", "Correct the id"),
        cell(*FM12, "text_en", "  ", "''", "Fill the cell"),
        cell(*FM12, "text_nl", "een\ntwee", "no line breaks", "Take them out"),
        cell(*C14, "rests_on", "FM12;C14", "'C14'", "lead back to C14"),
        (lambda book: book.add(*P1, id="P9", name="=1+1"), ("interviewees", "P9", "name"), ["'=1+1'", "no formula"]),
        on("interviewees", lambda sheet: sheet.merge_cells("F2:F3"), "interviewees!F2", "F2:F3", "Unmerge"),
    ],
    "more values": [
        cell(*OBS, "value", None, "''", "a value, or words", "Fill"),
        (put(*OBS, "geo", "EU"), (*OBS, "id"), ["IND007-EU-"]),
        (lambda book: book.put(*OTHER, "value", 19.5, "0.0%"), (*OTHER, "value"), ["'1950%'", "score_1_5"]),
    ],
    "rows": [
        (lambda book: book.delete(*FM12), (*C14, "rests_on"), ["'FM12'", "an id in", "add the row"]),
        (lambda book: book.delete("codes", "geo:EU"), (*COUNT, "geo"), ["'EU'", "list geo"]),
        (lambda book: book.delete(*OBS), ("indicators", "IND007", "id"), ["'IND007'", "at least one observation"]),
        (lambda book: book.add(*P1, name="Ander"), "interviewees!A4", ["'P1'", "interviewees!2"]),
        (lambda book: book.add(*P1, id=None), "interviewees!A5", ["''", "Fill the cell"]),
        on("interviewees", lambda sheet: sheet.append(["let op!"]), "interviewees!A6", "the form"),
        (lambda book: book.delete("notes", "N01"), "notes!A2", ["no rows", "Put them back"]),
    ],
    "headers": [
        on("observations", lambda sheet: sheet.delete_cols(8), "observations!A1 (value)", "Put the column back"),
        on("interviewees", lambda sheet: setattr(sheet["B1"], "value", "wie"), "interviewees!B1", "'wie'"),
        on("notes", lambda sheet: setattr(sheet["H1"], "value", "extra"), "notes!H1", "'extra'", "remove the column"),
        on("caveats", lambda sheet: setattr(sheet["H1"], "value", "id"), "caveats!H1", "'id'", "once"),
        on("agendas", lambda s: (s.insert_rows(1), s.cell(1, 1, "Alle")), "agendas!A1", "'Alle'", "first row"),
        on("codes", lambda sheet: sheet.delete_rows(1, 999), "codes!A1", "a column id"),
    ],
    "sheets": [
        (lambda book: book.book.remove(book.sheet("sources")), "sources", ["a sheet sources", "back its name"]),
        on("notes", lambda sheet: setattr(sheet, "title", "voetnoten"), "notes", "voetnoten", "a sheet notes"),
    ],
    "no hidden sheet": [(lambda book: book.book.remove(book.sheet(META)), META, ["no such sheet", "edition export"])],
    "no edition": [meta("edition", "", "edition export")],
    "a path": [meta("edition", "../data/2021", "'../data/2021'", "an edition of this project")],
    "other data": [
        meta("table:findings", "x", "(table:findings)", "made from other data"),
        meta("schema", "abc", "(schema)", "'abc'"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", WORKBOOKS)
def test_all_mistakes_are_told_at_once_each_with_its_cell_in_the_order_of_the_sheets(
    small: Project, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    expected: list[tuple[str, Sequence[str]]] = []

    def make(book: Book) -> None:
        for mistake, _, _ in WORKBOOKS[name]:
            mistake(book)
        for _, place, words in WORKBOOKS[name]:
            named = place if isinstance(place, str) else f"{place[0]}!{book.place(*place)} ({place[2]})"
            expected.append((named, words))

    change(small, make)
    lines = refused(small, capsys)
    for place, words in expected:
        assert any(line.startswith(place) and all(word in line for word in words) for line in lines), (place, lines)
    if name == "values":
        assert len(lines) == len(expected), "each is told once"
        order = [line.split("!")[0] for line in lines]
        assert order == sorted(order, key=[*BY_NAME].index)
        copy = load_workbook("evidence.problems.xlsx")
        for place, words in expected:
            sheet, where = re.match(r"(\w+)!([A-Z]+\d+)", place).groups()  # type: ignore[union-attr]
            assert all(word in copy[sheet][where].comment.text for word in words), place


# What statistics offices and spreadsheets put in a cell, the column, and what to do with it.
MARKS: list[tuple[list[str], str, Sequence[str]]] = [
    (["19.5 b"], "value", ["Write 19.5 alone", "a break in the series", "a series that older"]),
    (["19,5 p"], "value", ["Write 19,5 alone", "provisional", "context_nl"]),
    (["19.5 bu"], "value", ["a break in the series, not reliable", "series", "context_nl"]),
    (["19.5 (e)"], "value", ["estimated", "qualifier about"]),
    (["19,5**"], "value", ["revised and provisional"]),
    (["19,5¹"], "value", ["mark of a footnote"]),
    ([":", ": c", ".", "..", "x", "n.b.", "n/a", "NaN"], "value", ["no value"]),
    (["-"], "value", ["Write 0 if"]),
    (["'19,5"], "value", ["apostrophe"]),
    (["1.300.000", "12 500", "1.300,5"], "value", ["without marks between thousands"]),
    (["1,95E+01"], "value", ["all its digits"]),
    (["28.999999999999996"], "value", ["at most 15 digits"]),
    ([".."], "source_line", ["no value", "empty the cell"]),
    (["2019-Q1", "2019KW01", "1e kwartaal 2019", "2019-S1", "2019-W05"], "period", ["no quarters", "(2019)"]),
    (["2019-03-14"], "period", ["no days"]),
    (["2019JJ00"], "period", ["Write 2019."]),
    (["2019MM03", "2019M03", "03-2019"], "period", ["Write 2019-03."]),
    (["nov-20", "mrt 2019"], "period", ["made a date of it", "2020-11"]),
    (["2018SJ00", "2018/19", "2018/\u201919"], "period", ["both years in full"]),
    (["2019*"], "period", ["Write 2019;", "context_nl"]),
    (["24-11-2026"], "extracted", ["the year first"]),
    (["#N/B", "#VERW!", "#REF!", "#DEEL/0!", "#¡REF!", "#I/T", "#ЗНАЧ!", "Fout:502", "####"], "page", ["a value, no error"]),
    (["#onderwijs", "#1", "Nr. #2!", "x-as", "N/A is een code", "-", "2019-Q1"], "page", []),
]  # fmt: skip


@pytest.mark.parametrize(("texts", "column", "words"), MARKS, ids=[f"{mark[1]}: {mark[0][0]}" for mark in MARKS])
def test_a_mark_of_an_office_or_a_program_is_named_with_what_to_do(
    texts: list[str], column: str, words: Sequence[str]
) -> None:
    """Both a workbook and a table of an edition come to these checks; the last texts may stand where they are."""
    for text in texts:
        faults = [*check_cell(BY_NAME["observations"].column(column), text, {})]
        assert [fault[0] for fault in faults] == [text] * bool(words)
        assert all(word in " ".join(fault[1:]) for word in words for fault in faults), faults


def test_an_edition_that_changed_makes_its_workbooks_stale(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    path = small.data / "2021" / "interviewees.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Annette", "Anette"), encoding="utf-8")
    [line] = refused(small, capsys)
    assert "(table:interviewees)" in line
    assert "edition export 2021" in line
    path.write_bytes(path.read_bytes() + b"\xff")
    assert take_back() == 1
    assert "interviewees.csv, row 4: found 'ff', expected UTF-8" in capsys.readouterr().err


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("_types", "[Content_Types].xml"), content)
    return file.getvalue()


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
XML = b'<?xml version="1.0"?>'
KINDS: list[tuple[bytes, Sequence[str]]] = [
    (b"", ["an empty file", "sent again"]),
    (b"id,name\nP1,Jan\n", ["with a comma between the columns", "carry the figures"]),
    (b"<html><table></table></html>", ["a web page (HTML)", "Save it as .xlsx"]),
    (OLE + "Workbook".encode("utf-16-le"), ["old Excel file (.xls)", "Save it as .xlsx"]),
    (OLE + "EncryptedPackage".encode("utf-16-le"), ["take the password off"]),
    (b"%PDF-1.7", ["a PDF", "edition export"]),
    (XML + b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', ["2003"]),
    (b"freq,unit,geo\\TIME_PERIOD\t2019\t2020 \nA,PC,NL\t19.5 b\t: \n", ["Eurostat"]),
    (b"DATAFLOW,LAST UPDATE,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n", ["SDMX-CSV"]),
    ('\ufeff"Onderwerp";"Perioden";"%"\n'.encode(), ["a semicolon between the columns"]),
    ("a\tb\n".encode("utf-16"), ["a tab between the columns"]),
    (b'{"version": "2.0", "class": "dataset"}', ["a JSON file"]),
    (zipped(_types=b"<Types>vnd.ms-excel.sheet.binary.macroEnabled.main</Types>"), ["(.xlsb)"]),
    (zipped(_types=b"<Types>spreadsheetml.template.main+xml</Types>"), ["a template (.xltx)"]),
    (zipped(**{"Index/Document.iwa": b""}), ["Apple Numbers"]),
    (zipped(**{"na-report-2026/datapackage.json": b"{}"}), ["tables of an edition"]),
    (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), ["(.ods)", "Save it as"]),
    (zipped(readme=b"hello"), ["a zip file"]),
    (zipped(_types=b"<Types>wordprocessingml.document</Types>"), ["(.docx)"]),
    (zipped(_types=b"spreadsheetml.sheet.main+xml", **{"xl/vbaProject.bin": b""}), ["macros", "Save it as .xlsx"]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "words"), KINDS, ids=[case[1][0] for case in KINDS])
def test_a_file_of_another_kind_is_told_what_it_is(content: bytes, words: Sequence[str]) -> None:
    with pytest.raises(FaultError) as caught:
        package.refuse_other_kinds(content)
    assert all(word in " ".join(caught.value.args) for word in words), caught.value


def replace_in(part: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    return lambda path: rewrite(path, lambda name, xml: xml.replace(old, new, 1) if name == part else xml)


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/a.bin", "w") as part:
        for _ in range(package.BYTES_LIMIT // 2**20):
            part.write(bytes(2**20))


def twice(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET3, archive.read(SHEET3))


def in_utf_16(path: Path) -> None:
    rewrite(path, lambda name, xml: xml.decode().encode("utf-16-le") if name == SHEET3 else xml)


SHEET3 = "xl/worksheets/sheet3.xml"
DTD = b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet '
LONG = b"<!--" + b"x" * 9000 + b"-->"
FILES: list[tuple[str, Callable[[Path], object], Sequence[str]]] = [
    ("another kind of file", lambda path: path.write_bytes(b"%PDF-1.7"), ["a PDF"]),
    ("a file cut off under way", lambda path: path.write_bytes(path.read_bytes()[:-4000]), ["a damaged file", "sent again"]),
    ("a sheet that is there twice", twice, ["a part occurs twice"]),
    ("entities after a long comment", replace_in(SHEET3, b"<worksheet ", LONG + DTD), [f"entities in {SHEET3}", "Don't trust"]),
    ("a sheet in UTF-16 that does not say so", in_utf_16, [f"{SHEET3} in another encoding", "UTF-8", "save it again"]),
    ("a sheet with bytes of UTF-16", replace_in(SHEET3, b"", b"\xff\xfe"), ["utf-8", "save it again"]),
    ("a zip bomb", bomb, ["MB when unpacked"]),
    ("XML that does not close", replace_in(SHEET3, b"</sheetData>", b""), ["mismatched tag", "save it again"]),
    ("no list of sheets", replace_in("xl/workbook.xml", b"<sheets>", b"<sheet>"), ["a whole .xlsx workbook"]),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "words"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_a_file_that_is_no_safe_workbook_is_refused(
    small: Project, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None], words: Sequence[str]
) -> None:
    spoil(small.root / "evidence.xlsx")
    [line] = refused(small, capsys)
    assert line.startswith("evidence.xlsx: ")
    assert all(word in line for word in words), line
    assert not (small.root / "evidence.problems.xlsx").exists()
