"""Workbooks with a mistake that people really make: each is refused whole, with the cell and what to do about it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula
from workbooks import OBS, Book, change, put, refused, rewrite, small, take_back, template, value

from na_report.base.paths import Project
from na_report.editions.cells import check_cell
from na_report.editions.declared_tables import BY_NAME
from na_report.workbook import opening
from na_report.workbook.layout import META

__all__ = ["small", "template"]  # fixtures

Place = tuple[str, str, str] | str
VALUE: Place = (*OBS, "value")
FM12, C14, CEPS = ("findings", "FM12"), ("conclusions", "C14"), ("sources", "ceps2019irdll")


def cell(*where_and_value: object) -> tuple[Callable[[Book], None], Place]:
    """Someone puts a value in the cell of a table, key and column, which must be named."""
    table, key, column, *given = where_and_value
    return put(table, key, column, *given), (str(table), str(key), str(column))


def add(table: str, like: str, **changes: object) -> Callable[[Book], None]:
    return lambda book: book.add(table, like, **changes)


def delete(table: str, *keys: str) -> Callable[[Book], None]:
    return lambda book: book.delete(table, *keys)


def on(sheet: str, make: Callable[[object], object]) -> Callable[[Book], object]:
    return lambda book: make(book.sheet(sheet))


def set_meta(key: str, text: str) -> Callable[[Book], None]:
    def make(book: Book) -> None:
        next(row for row in book.sheet(META).iter_rows(max_col=2) if row[0].value == key)[1].value = text

    return make


# What it is called, what someone did, the cell that must be named, and words that must stand in its line.
CASES: list[tuple[str, Callable[[Book], object], Place, Sequence[str]]] = [
    ("words for a number", *cell(*VALUE, "veel"), ["'veel'", "a number. ", "Correct the value"]),
    ("a number read in two ways, dot", *cell(*VALUE, "1.300"), ["'1.300'", "one way", "1300"]),
    ("a number read in two ways, comma", *cell(*VALUE, "1,300"), ["'1,300'", "one way", "1300"]),
    ("19,5 in a cell shown as per cent", *cell(*VALUE, 19.5, "0.0%"), ["'1950'", "0 to 100"]),
    ("a score shown as per cent", *cell("observations", "IND012-NL-2020", "value", 0.022, "0.0%"), ["'2.2%'", "score_1_5"]),
    ("a count with a per cent sign", *cell("observations", "IND032-EU-nd", "value", "2%"), ["'2%'", "count", "check the unit"]),
    ("per cent where a line belongs", *cell(*OBS, "source_line", "8%"), ["'8%'", "check the unit"]),
    ("a number turned into a date", *cell(*VALUE, date(2026, 5, 19)), ["2026-05-19 (a date)", "a number"]),
    ("a truth value", *cell(*VALUE, True), ["'TRUE'", "no truth value", "type the value again"]),
    ("an error", *cell(*VALUE, "#N/A", "", "e"), ["'#N/A'", "no error", "Type the value"]),
    ("a formula", *cell(*VALUE, "=39/2"), ["'=39/2'", "no formula", "Paste special"]),
    ("an array formula", *cell(*VALUE, ArrayFormula("H2", "=SUM(H3:H4)")), ["SUM(H3:H4)", "no formula"]),
    ("an emptied value", *cell(*VALUE, None), ["''", "a value, or words", "Fill"]),
    ("a statistical flag", *cell(*VALUE, "19.5 b", "@"), ["'19.5 b'", "a break in the series", "Write 19.5 alone"]),
    ("the text of an error", *cell(*OBS, "page", "#N/B", "@"), ["'#N/B'", "no error"]),
    ("a year as a date", *cell(*CEPS, "year", datetime(1905, 7, 11)), ["1905-07-11 (a date)", "a number"]),
    ("half a year", *cell(*CEPS, "year", 2019.5), ["'2019.5'", "a whole number"]),
    ("pages turned into a date", *cell(*OBS, "page", date(2026, 2, 1)), ["2026-02-01 (a date)", "text"]),
    ("a section that may have lost a nought", *cell(*OBS, "section", 4.1), ["'4.1'", "text", "3.10"]),
    ("a Dutch date as text", *cell(*OBS, "extracted", "24-11-2026"), ["'24-11-2026'", "a date as"]),
    ("a date as a bare number", *cell(*OBS, "extracted", 46350, "0"), ["'46350'", "a date as"]),
    ("a date with a time", *cell(*OBS, "extracted", datetime(2026, 11, 24, 9, 5)), ["09:05", "a date without a time"]),
    ("a period that is a day", *cell(*OBS, "period", date(2019, 3, 14)), ["2019-03-14 (a date)", "text"]),
    ("an unknown code", *cell(*FM12, "kind", "wish"), ["'wish'", "finding_kind", "Choose one of"]),
    ("an unknown source", *cell(*FM12, "source_ids", "nobody2020"), ["'nobody2020'", "an id in sources", "Correct the id"]),
    ("an emptied text", *cell(*FM12, "text_en", "  "), ["''", "Fill the cell"]),
    ("a line break in a text", *cell(*FM12, "text_nl", "een\ntwee"), ["no line breaks", "Take them out"]),
    ("a script for an address", *cell(*CEPS, "url", "javascript:a()"), ["http"]),
    ("a place that its id denies", put(*OBS, "geo", "EU"), (*OBS, "id"), ["IND007-EU-"]),
    ("a conclusion that rests on itself", *cell(*C14, "rests_on", "FM12;C14"), ["'C14'", "lead back to C14"]),
    ("a deleted finding", delete(*FM12), (*C14, "rests_on"), ["'FM12'", "an id in", "add the row"]),
    ("a deleted code", delete("codes", "geo:EU"), ("observations", "IND032-EU-nd", "geo"), ["'EU'", "list geo"]),
    ("a deleted observation", delete(*OBS), ("indicators", "IND007", "id"), ["'IND007'", "at least one observation"]),
    ("a row copied with its id", add("interviewees", "P1", name="Ander"), "interviewees!A4", ["'P1'", "interviewees!2"]),
    ("a row without an id", add("interviewees", "P1", id=None), "interviewees!A4", ["''", "Fill the cell"]),
    ("a note under the last row", on("interviewees", lambda s: s.append(["let op!"])), "interviewees!A4", ["the form"]),
    ("all rows gone", delete("notes", "N01"), "notes!A2", ["no rows", "Put them back"]),
    ("a removed sheet", lambda book: book.book.remove(book.sheet("sources")), "sources", ["a sheet sources", "back its name"]),
    ("a renamed sheet", on("notes", lambda s: setattr(s, "title", "voetnoten")), "notes", ["voetnoten", "a sheet notes"]),
    ("a removed column", on("observations", lambda s: s.delete_cols(8)), "observations!A1 (value)", ["Put the column back"]),
    ("a renamed column", on("observations", lambda s: setattr(s["H1"], "value", "waarde")), "observations!H1", ["'waarde'"]),
    ("an extra column", on("notes", lambda s: setattr(s["H1"], "value", "extra")), "notes!H1", ["'extra'", "remove the column"]),
    ("a column twice", on("notes", lambda s: setattr(s["H1"], "value", "kind")), "notes!H1", ["'kind'", "Column D"]),
    ("a title above the header", on("notes", lambda s: (s.insert_rows(1), s.cell(1, 1, "Noten"))), "notes!A1", ["'Noten'"]),
    ("an emptied sheet", on("notes", lambda s: s.delete_rows(1, 9)), "notes!A1", ["names of the columns"]),
    ("cells merged down", on("interviewees", lambda s: s.merge_cells("C2:C3")), "interviewees!C2", ["C2:C3", "Unmerge"]),
    ("no hidden sheet", lambda book: book.book.remove(book.sheet(META)), META, ["no such sheet", "edition export"]),
    ("an emptied hidden sheet", set_meta("edition", ""), META, ["edition export"]),
    ("a path for an edition", set_meta("edition", "../2021"), f"{META}!B2", ["'../2021'", "an edition of this project"]),
    ("a workbook of other data", set_meta("table:findings", "x"), META, ["(table:findings)", "made from other data"]),
    ("a workbook of an older program", set_meta("schema", "abc"), f"{META}!B3", ["(schema)", "'abc…'"]),
]  # fmt: skip


@pytest.mark.parametrize(("make", "place", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_mistake_is_refused_with_its_cell(
    small: Project, capsys: pytest.CaptureFixture[str], make: Callable[[Book], None], place: Place, words: Sequence[str]
) -> None:
    cells = []

    def make_and_look(book: Book) -> None:
        make(book)
        if isinstance(place, tuple):
            cells.append(f"{place[0]}!{book.place(*place)} ({place[2]})")

    change(small, make_and_look)
    [place] = cells or [place]
    lines = refused(small, capsys)
    hits = [line for line in lines if line.startswith(place)]
    assert any(all(word in line for word in words) for line in hits), lines
    if (match := re.match(r"(\w+)!([A-Z]+\d+)", place)) and match[1] != META:
        comment = load_workbook(small.root / "evidence.problems.xlsx")[match[1]][match[2]].comment
        assert comment and words[0] in comment.text


@pytest.mark.parametrize("make", [value("=39/2"), lambda book: book.book.remove(book.sheet("sources"))])
def test_one_mistake_is_told_once(
    small: Project, capsys: pytest.CaptureFixture[str], make: Callable[[Book], None]
) -> None:
    change(small, make)
    assert len(refused(small, capsys)) == 1


# What statistics offices and spreadsheets put in a cell, the column, and what to do with it.
MARKS: list[tuple[str, str, Sequence[str]]] = [
    ("19.5 b", "value", ["Write 19.5 alone", "a break in the series", "a series that older"]),
    ("19,5 p", "value", ["Write 19,5 alone", "provisional", "context_nl"]),
    ("19.5 bu", "value", ["a break in the series, not reliable", "series", "context_nl"]),
    ("19.5 (e)", "value", ["estimated", "qualifier about"]),
    ("19,5**", "value", ["revised and provisional"]),
    ("19,5¹", "value", ["mark of a footnote"]),
    *((mark, "value", ["no value"]) for mark in (":", ": c", ".", "..", "x", "n.b.", "n/a", "NaN")),
    ("-", "value", ["Write 0 if"]),
    ("'19,5", "value", ["apostrophe"]),
    ("1,95E+01", "value", ["all its digits"]),
    ("28.999999999999996", "value", ["at most 15 digits"]),
    ("..", "source_line", ["no value", "empty the cell"]),
    *((text, "period", ["no quarters", "(2019)"]) for text in ("2019-Q1", "2019KW01", "1e kwartaal 2019", "2019-S1", "2019-W05")),
    ("2019-03-14", "period", ["no days"]),
    ("2019JJ00", "period", ["Write 2019."]),
    *((text, "period", ["Write 2019-03."]) for text in ("2019MM03", "2019M03", "03-2019")),
    *((text, "period", ["made a date of it", "2020-11"]) for text in ("nov-20", "mrt 2019")),
    *((text, "period", ["both years in full"]) for text in ("2018SJ00", "2018/19", "2018/\u201919")),
    ("2019*", "period", ["Write 2019;", "context_nl"]),
    ("24-11-2026", "extracted", ["the year first"]),
    *((error, "page", ["a value, no error"]) for error in ("#N/B", "#VERW!", "#REF!", "#DEEL/0!", "#WERT!", "#VALEUR!")),
    *((error, "page", ["a value, no error"]) for error in ("#¡REF!", "#I/T", "#ЗНАЧ!", "#SPILL!", "Fout:502", "Err:522", "####")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "words"), MARKS, ids=[f"{mark[1]}: {mark[0]}" for mark in MARKS])
def test_a_mark_of_an_office_or_a_program_is_named_with_what_to_do(
    text: str, column: str, words: Sequence[str]
) -> None:
    """Both a workbook and a table of an edition come to these checks."""
    [fault] = check_cell(BY_NAME["observations"].column(column), text, {})
    assert fault[0] == text
    assert all(word in " ".join(fault[1:]) for word in words), fault


@pytest.mark.parametrize("text", ["#onderwijs", "#1", "Nr. #2!", "x-as", "N/A is een code", "-", "2019-Q1"])
def test_a_text_may_hold_what_is_a_mark_elsewhere(text: str) -> None:
    assert list(check_cell(BY_NAME["observations"].column("page"), text, {})) == []


def test_all_problems_come_at_once_in_the_order_of_the_sheets(
    small: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    change(
        small, lambda book: [make(book) for make in (value("veel"), put(*FM12, "kind", "x"), put(*CEPS, "year", "M"))]
    )
    assert [line.split("!")[0] for line in refused(small, capsys)] == ["sources", "observations", "findings"]


def test_an_edition_that_changed_makes_its_workbooks_stale(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    path = small.data / "2021" / "interviewees.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Annette", "Anette"), encoding="utf-8")
    [line] = refused(small, capsys)
    assert "(table:interviewees)" in line
    assert "edition export 2021" in line
    path.write_bytes(path.read_bytes() + b"\xff")
    assert take_back() == 1
    assert "interviewees.csv, row 4: found 'ff', expected UTF-8" in capsys.readouterr().err


def with_part(name: str, content: bytes = b"<x/>") -> Callable[[Path], None]:
    return lambda path: rewrite(path, lambda _, content: content, **{name: content})


def replace_in(part: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    return lambda path: rewrite(path, lambda name, xml: xml.replace(old, new, 1) if name == part else xml)


def as_bytes(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def flip_bytes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet2.xml").header_offset
    content[start + 80 : start + 120] = bytes(40)
    path.write_bytes(bytes(content))


def other_zip(**parts: bytes) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name.replace("_types", "[Content_Types].xml"), content)

    return apply


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/a.bin", "w") as part:
        for _ in range(opening.BYTES_LIMIT // 2**20):
            part.write(bytes(2**20))


def twice(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET3, archive.read(SHEET3))


def lock(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for start in [found.start() for found in re.finditer(rb"PK\x01\x02", content)]:
        content[start + 8] |= 1
    path.write_bytes(bytes(content))


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
XML = b'<?xml version="1.0"?>'
TYPES, SHEET3 = "[Content_Types].xml", "xl/worksheets/sheet3.xml"
DTD = b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet '
FILES: list[tuple[str, Callable[[Path], None], Sequence[str]]] = [
    ("an empty file", as_bytes(b""), ["an empty file", "sent again"]),
    ("CSV with another name", as_bytes(b"id,name\nP1,Jan\n"), ["with a comma between the columns", "carry the figures"]),
    ("a web page with another name", as_bytes(b"<html><table></table></html>"), ["a web page (HTML)", "Save it as .xlsx"]),
    ("an old .xls", as_bytes(OLE + "Workbook".encode("utf-16-le")), ["old Excel file (.xls)", "Save it as .xlsx"]),
    ("a workbook with a password", as_bytes(OLE + "EncryptedPackage".encode("utf-16-le")), ["take the password off"]),
    ("a PDF", as_bytes(b"%PDF-1.7"), ["a PDF", "edition export"]),
    ("XML of 2003", as_bytes(XML + b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'), ["2003"]),
    ("statistics of Eurostat", as_bytes(b"freq,unit,geo\\TIME_PERIOD\t2019\t2020 \nA,PC,NL\t19.5 b\t: \n"), ["Eurostat"]),
    ("statistics as SDMX-CSV", as_bytes(b"DATAFLOW,LAST UPDATE,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"), ["SDMX-CSV"]),
    ("a table of StatLine", as_bytes('\ufeff"Onderwerp";"Perioden";"%"\n'.encode()), ["a semicolon between the columns"]),
    ("text of Excel in UTF-16", as_bytes("a\tb\n".encode("utf-16")), ["a tab between the columns"]),
    ("a table of an edition", as_bytes(b"id;footnote;section;kind;source_id;text_nl;text_en\n"), ["the table notes", "seal"]),
    ("JSON", as_bytes(b'{"version": "2.0", "class": "dataset"}'), ["a JSON file"]),
    ("a binary workbook", other_zip(_types=b"<Types>vnd.ms-excel.sheet.binary.macroEnabled.main</Types>"), ["(.xlsb)"]),
    ("a template", other_zip(_types=b"<Types>spreadsheetml.template.main+xml</Types>"), ["a template (.xltx)"]),
    ("Apple Numbers", other_zip(**{"Index/Document.iwa": b""}), ["Apple Numbers"]),
    ("the tables of an edition", other_zip(**{"na-report-2026/datapackage.json": b"{}"}), ["tables of an edition"]),
    ("OpenDocument", other_zip(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), ["(.ods)", "Save it as"]),
    ("some zip", other_zip(readme=b"hello"), ["a zip file"]),
    ("a text document", other_zip(_types=b"<Types>wordprocessingml.document</Types>"), ["(.docx)"]),
    ("macros", with_part("xl/vbaProject.bin", b"\xd0\xcf"), ["macros", "Save it as .xlsx"]),
    ("a zip with a password", lock, ["password"]),
    ("a file cut off under way", lambda path: as_bytes(path.read_bytes()[:-4000])(path), ["a damaged file", "sent again"]),
    ("bytes that flipped", flip_bytes, ["a damaged file"]),
    ("a sheet that is there twice", twice, ["a part occurs twice"]),
    ("entities after a long comment", replace_in(SHEET3, b"<worksheet ", b"<!--" + b"x" * 9000 + b"-->" + DTD),
     [f"entities in {SHEET3}", "Don't trust"]),
    ("a sheet in UTF-16", lambda path: rewrite(path, lambda name, xml: xml.decode().encode("utf-16") if name == SHEET3 else xml),
     ["another encoding"]),
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


def test_any_other_workbook_is_refused(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    Workbook().save(small.root / "budget.xlsx")
    assert any("no such sheet" in line for line in refused(small, capsys, "budget.xlsx"))
