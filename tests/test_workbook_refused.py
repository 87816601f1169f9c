"""Workbooks with a mistake that people really make: each is refused whole, with the cell and what to do about it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula
from workbooks import Book, change, rewrite, small, snapshot, take_back, template

from na_report.base.paths import Project
from na_report.editions.cells import check_cell
from na_report.editions.descriptor import sha256
from na_report.editions.folders import list_editions
from na_report.editions.tables import BY_NAME
from na_report.workbook import guard as workbook_guard
from na_report.workbook.layout import META

__all__ = ["small", "template"]  # fixtures

OBS = ("observations", "IND007-NL-2019")
Place = tuple[str, str, str] | str


def put(table: str, key: str, column: str, *value: Any) -> Callable[[Book], None]:
    return lambda book: book.put(table, key, column, *value)


def add(table: str, like: str, **changes: Any) -> Callable[[Book], None]:
    return lambda book: book.add(table, like, **changes)


def delete(table: str, *keys: str) -> Callable[[Book], None]:
    return lambda book: book.delete(table, *keys)


def value(*given: Any) -> Callable[[Book], None]:
    return put(*OBS, "value", *given)


# What it is called, what someone did, the cell that must be named, and words that must stand in its line.
VALUES: list[tuple[str, Callable[[Book], None], Place, Sequence[str]]] = [
    ("words for a number", value("veel"), (*OBS, "value"), ["'veel'", "a number. ", "Correct the value"]),
    ("a number with its unit", value("19,5 procent"), (*OBS, "value"), ["'19,5 procent'", "a number"]),
    ("a range for a number", value("19-20"), (*OBS, "value"), ["'19-20'", "a number"]),
    ("a dash for nothing", value("–"), (*OBS, "value"), ["'–'", "a number"]),
    ("a number read in two ways, dot", value("1.300"), (*OBS, "value"), ["'1.300'", "one way", "1300"]),
    ("a number read in two ways, comma", value("1,300"), (*OBS, "value"), ["'1,300'", "one way", "1300"]),
    ("per cent above a hundred", value(195), (*OBS, "value"), ["'195'", "0 to 100"]),
    ("19,5 in a cell shown as per cent", value(19.5, "0.0%"), (*OBS, "value"), ["'1950'", "0 to 100"]),
    (
        "a score shown as per cent",
        put("observations", "IND012-NL-2020", "value", 0.022, "0.0%"),
        ("observations", "IND012-NL-2020", "value"),
        ["'2.2%'", "score_1_5", "Format the cell"],
    ),
    (
        "a count with a per cent sign",
        put("observations", "IND032-EU-nd", "value", "2%"),
        ("observations", "IND032-EU-nd", "value"),
        ["'2%'", "count", "check the unit"],
    ),
    (
        "per cent where a line belongs",
        put(*OBS, "source_line", "8%"),
        (*OBS, "source_line"),
        ["'8%'", "check the unit"],
    ),
    ("a number turned into a date", value(date(2026, 5, 19)), (*OBS, "value"), ["2026-05-19 (a date)", "a number"]),
    ("a truth value", value(True), (*OBS, "value"), ["'TRUE'", "no truth value", "type the value again"]),
    ("an error", value("#N/A", "", "e"), (*OBS, "value"), ["'#N/A'", "no error", "Type the value"]),
    ("a formula", value("=39/2"), (*OBS, "value"), ["'=39/2'", "no formula", "Paste special"]),
    ("a formula for text", put("findings", "FM12", "text_nl", '="a"&"b"'), ("findings", "FM12", "text_nl"), ["no formula"]),
    ("an array formula", value(ArrayFormula("H2", "=SUM(H3:H4)")), (*OBS, "value"), ["SUM(H3:H4)", "no formula"]),
    ("an emptied value", value(None), (*OBS, "value"), ["''", "a value, or words", "Fill"]),
    ("a year as a date", put("sources", "ceps2019irdll", "year", datetime(1905, 7, 11)), ("sources", "ceps2019irdll", "year"),
     ["1905-07-11 (a date)", "a number"]),
    ("half a year", put("sources", "ceps2019irdll", "year", 2019.5), ("sources", "ceps2019irdll", "year"),
     ["'2019.5'", "a whole number"]),
    ("a year before print", put("sources", "ceps2019irdll", "year", 19), ("sources", "ceps2019irdll", "year"),
     ["'19'", "1900 or more"]),
    ("a year in letters", put("sources", "ceps2019irdll", "year", "MMXIX"), ("sources", "ceps2019irdll", "year"),
     ["'MMXIX'", "a whole number"]),
    ("pages turned into a date", put(*OBS, "page", date(2026, 2, 1)), (*OBS, "page"), ["2026-02-01 (a date)", "text"]),
    ("a section that may have lost a nought", put(*OBS, "section", 4.1), (*OBS, "section"), ["'4.1'", "text", "3.10"]),
    ("a page number of too many digits", put(*OBS, "page", 12345678901234567), (*OBS, "page"), ["at most 15 digits"]),
    ("a Dutch date as text", put(*OBS, "extracted", "24-11-2026"), (*OBS, "extracted"), ["'24-11-2026'", "a date as"]),
    ("a date as a bare number", put(*OBS, "extracted", 46350, "0"), (*OBS, "extracted"), ["'46350'", "a date as"]),
    ("a date with a time", put(*OBS, "extracted", datetime(2026, 11, 24, 9, 5)), (*OBS, "extracted"),
     ["09:05", "a date without a time"]),
    ("a period in words", put(*OBS, "period", "vorig jaar"), (*OBS, "period"), ["'vorig jaar'", "a year"]),
    ("a period with a dash", put(*OBS, "period", "2018-2022"), (*OBS, "period"), ["'2018-2022'", "a slash"]),
    ("a period that is a day", put(*OBS, "period", date(2019, 3, 14)), (*OBS, "period"), ["2019-03-14 (a date)", "text"]),
    ("an unknown code", put("findings", "FM12", "kind", "wish"), ("findings", "FM12", "kind"),
     ["'wish'", "finding_kind", "Choose one of"]),
    ("a code in capitals", put("findings", "FM12", "kind", "Priority"), ("findings", "FM12", "kind"),
     ["'Priority'", "finding_kind"]),
    ("the label for the code", put(*OBS, "geo", "Nederland"), (*OBS, "geo"), ["'Nederland'", "list geo", "NL"]),
    ("an unknown tag in a list", put("findings", "FM12", "tags", "professionalisation;nieuws"), ("findings", "FM12", "tags"),
     ["'nieuws'", "list tag"]),
    ("commas in a list", put("findings", "FM12", "tags", "professionalisation,vision"), ("findings", "FM12", "tags"),
     ["'professionalisation,vision'", "list tag"]),
    ("an unknown source", put("findings", "FM12", "source_ids", "nobody2020"), ("findings", "FM12", "source_ids"),
     ["'nobody2020'", "an id in sources", "Correct the id"]),
    ("an unknown finding under a conclusion", put("conclusions", "C14", "rests_on", "FM12;FX99"),
     ("conclusions", "C14", "rests_on"), ["'FX99'", "findings"]),
    ("a conclusion that rests on nothing", put("conclusions", "C14", "rests_on", None), ("conclusions", "C14", "rests_on"),
     ["''", "a value", "Fill the cell"]),
    ("an emptied text", put("findings", "FM12", "text_en", "  "), ("findings", "FM12", "text_en"), ["''", "Fill the cell"]),
    ("a text in one language", put("observations", "IND085-EU-nd", "text_en", None), ("observations", "IND085-EU-nd", "text_en"),
     ["both languages"]),
    ("a placeholder for nothing", put("findings", "FM12", "text_nl", "Zie {IND999}."), ("findings", "FM12", "text_nl"),
     ["'IND999'", "indicator id"]),
    ("a brace left open", put("findings", "FM12", "text_nl", "Zie {IND007."), ("findings", "FM12", "text_nl"), ["braces"]),
    ("a line break in a text", put("findings", "FM12", "text_nl", "een\ntwee"), ("findings", "FM12", "text_nl"),
     ["no line breaks", "Take them out"]),
    ("an address without https", put("sources", "ceps2019irdll", "url", "www.ceps.eu"), ("sources", "ceps2019irdll", "url"),
     ["'www.ceps.eu'", "http"]),
    ("a script for an address", put("sources", "ceps2019irdll", "url", "javascript:a()"), ("sources", "ceps2019irdll", "url"),
     ["http"]),
    ("a place that its id denies", put(*OBS, "geo", "EU"), (*OBS, "id"), ["IND007-EU-"]),
    ("an agenda that ends before it starts", put("agendas", "A09", "period_end", 2017), ("agendas", "A09", "period_end"),
     ["'2017'", "2018 or later"]),
    ("a conclusion that rests on itself", put("conclusions", "C14", "rests_on", "FM12;C14"), ("conclusions", "C14", "rests_on"),
     ["'C14'", "lead back to C14", "take one of the two out"]),
    ("an id twice in a cell", put("conclusions", "C14", "rests_on", "FM12;FM06;FM12"), ("conclusions", "C14", "rests_on"),
     ["'FM12'", "each value once"]),
    ("a month that is none", put(*OBS, "period", "2020-13"), (*OBS, "period"), ["'2020-13'", "01 to 12"]),
    ("years turned around", put(*OBS, "period", "2022/2018"), (*OBS, "period"), ["'2022/2018'", "in order"]),
    ("a recommendation with another number", put("recommendations", "R2", "number", 9), ("recommendations", "R2", "id"), ["R9"]),
]  # fmt: skip

# What statistics offices and spreadsheets put in a cell, the column, and what to do with it.
MARKS: list[tuple[str, str, Sequence[str]]] = [
    ("19.5 b", "value", ["Write 19.5 alone", "a break in the series", "a series that older"]),
    ("19,5 p", "value", ["Write 19,5 alone", "provisional", "context_nl"]),
    ("19.5 bu", "value", ["a break in the series, not reliable", "series", "context_nl"]),
    ("19.5 (e)", "value", ["estimated", "qualifier about"]),
    ("19,5*", "value", ["Write 19,5 alone", "provisional"]),
    ("19,5**", "value", ["revised and provisional"]),
    ("19,5¹", "value", ["mark of a footnote"]),
    (":", "value", ["no value", "leave out the row", "text_nl"]),
    (": c", "value", ["no value"]),
    (".", "value", ["no value"]),
    ("..", "value", ["no value"]),
    ("x", "value", ["no value"]),
    ("n.b.", "value", ["no value"]),
    ("n/a", "value", ["no value"]),
    ("NaN", "value", ["no value"]),
    ("-", "value", ["Write 0 if"]),
    ("'19,5", "value", ["apostrophe"]),
    ("1,95E+01", "value", ["all its digits"]),
    ("28.999999999999996", "value", ["at most 15 digits"]),
    ("..", "source_line", ["no value", "empty the cell"]),
    ("2019-Q1", "period", ["no quarters", "(2019)"]),
    ("2019KW01", "period", ["no quarters"]),
    ("1e kwartaal 2019", "period", ["no quarters"]),
    ("2019-S1", "period", ["no half-years"]),
    ("2019-W05", "period", ["no weeks"]),
    ("2019-03-14", "period", ["no days", "2019-03"]),
    ("2019JJ00", "period", ["Write 2019."]),
    ("2019MM03", "period", ["Write 2019-03."]),
    ("2019M03", "period", ["Write 2019-03."]),
    ("mrt 2019", "period", ["Write 2019-03."]),
    ("03-2019", "period", ["Write 2019-03."]),
    ("nov-20", "period", ["made a date of it", "2020-11"]),
    ("20-nov", "period", ["made a date of it"]),
    ("2018SJ00", "period", ["Write 2018/2019."]),
    ("2018/19", "period", ["Write 2018/2019."]),
    ("2018/\u201919", "period", ["Write 2018/2019."]),
    ("2018\u20132022", "period", ["Write 2018/2022."]),
    ("2019*", "period", ["Write 2019;", "provisional"]),
    ("24-11-2026", "extracted", ["Write 2026-11-24."]),
    *(
        (error, "page", ["a value, no error"])
        for error in ("#N/B", "#VERW!", "#REF!", "#N/A", "#DEEL/0!", "#NAAM?", "#WAARDE!")
    ),
    *(
        (error, "page", ["a value, no error"])
        for error in ("#WERT!", "#BEZUG!", "#NV", "#VALEUR!", "#¡REF!", "#I/T", "#ЗНАЧ!")
    ),
    *((error, "page", ["a value, no error"]) for error in ("#SPILL!", "#OVERLOOP!", "Fout:502", "Err:522", "####")),
]

ROWS: list[tuple[str, Callable[[Book], None], Place, Sequence[str]]] = [
    ("a deleted finding that a conclusion rests on", delete("findings", "FM12"), ("conclusions", "C14", "rests_on"),
     ["'FM12'", "was deleted or renamed", "put it back"]),
    ("a deleted source", delete("sources", "ec2020etmnetherlands"), (*OBS, "source_id"),
     ["'ec2020etmnetherlands'", "of sources was deleted"]),
    ("a deleted code", delete("codes", "geo:EU"), ("observations", "IND032-EU-nd", "geo"), ["'EU'", "of codes was deleted"]),
    ("a deleted indicator with its observation still there", delete("indicators", "IND007"), (*OBS, "indicator_id"),
     ["'IND007'", "of indicators was deleted"]),
    ("a deleted observation of an indicator", delete(*OBS), ("indicators", "IND007", "id"),
     ["'IND007'", "observations of IND007 were deleted"]),
    ("a deleted sector", delete("sectors", "ve"), ("findings", "FV09", "sector"), ["'ve'", "of sectors was deleted"]),
    ("an id that was changed", put("findings", "FM12", "id", "FM99"), ("conclusions", "C14", "rests_on"),
     ["'FM12'", "deleted or renamed"]),
    ("a row copied with its id", add("interviewees", "P1", name="Iemand Anders"), "interviewees!A4",
     ["'P1'", "an id of its own", "interviewees!2"]),
    ("a row without an id", add("interviewees", "P1", id=None), "interviewees!A4", ["''", "Fill the cell"]),
    ("an id of another form", add("interviewees", "P1", id="Jan"), "interviewees!A4", ["'Jan'", "P"]),
    ("a note typed under the last row", lambda book: book.sheet("interviewees").append(["let op!"]), "interviewees!A4",
     ["'let op!'", "the form"]),
    ("all rows gone", delete("notes", "N01"), "notes!A2", ["no rows", "Put the rows back"]),
    ("a new row that names nothing", add("interviewees", "P1", id="P9", organisation_id="ACT99"), "interviewees!C4",
     ["'ACT99'", "organisations"]),
]  # fmt: skip


def drop_column(book: Book) -> None:
    book.sheet("observations").delete_cols(8)


def rename_column(book: Book) -> None:
    book.sheet("observations")["H1"] = "waarde"


def merge(area: str) -> Callable[[Book], None]:
    return lambda book: book.sheet("interviewees").merge_cells(area)


def set_meta(key: str, text: str) -> Callable[[Book], None]:
    def make(book: Book) -> None:
        sheet = book.sheet(META)
        next(row for row in sheet.iter_rows(max_col=2) if row[0].value == key)[1].value = text

    return make


def tables_only(book: Book) -> None:
    """What is left when someone copies the visible sheets to a new workbook."""
    del book.book[META]


SHEETS: list[tuple[str, Callable[[Book], object], Place, Sequence[str]]] = [
    ("a removed sheet", lambda book: book.book.remove(book.sheet("notes")), "notes", ["a sheet notes", "back its name"]),
    ("a renamed sheet", lambda book: setattr(book.sheet("notes"), "title", "voetnoten"), "notes", ["voetnoten", "a sheet notes"]),
    ("a removed column", drop_column, "observations!A1 (value)", ["a column value", "Put the column back"]),
    ("a renamed column", rename_column, "observations!H1", ["'waarde'", "Correct the name"]),
    ("an extra column with a name", lambda book: setattr(book.sheet("notes")["H1"], "value", "opmerking"), "notes!H1",
     ["'opmerking'", "remove the column"]),
    ("a column twice", lambda book: setattr(book.sheet("notes")["H1"], "value", "kind"), "notes!H1", ["'kind'", "Column D"]),
    ("a title above the header", lambda book: (book.sheet("notes").insert_rows(1), book.sheet("notes").cell(1, 1, "Noten")),
     "notes!A1", ["'Noten'", "names of the columns", "Remove the rows above"]),
    ("an emptied sheet", lambda book: book.sheet("notes").delete_rows(1, 9), "notes!A1", ["names of the columns"]),
    ("cells merged down", merge("C2:C3"), "interviewees!C2", ["C2:C3", "not merged", "Unmerge"]),
    ("cells merged across", merge("B2:C2"), "interviewees!B2", ["B2:C2", "not merged"]),
    ("no hidden sheet", tables_only, META, ["no such sheet", "edition export"]),
    ("an emptied hidden sheet", set_meta("edition", ""), META, ["edition export"]),
    ("an edition of elsewhere", set_meta("edition", "1999"), f"{META}!B2", ["'1999'", "an edition of this project"]),
    ("a path for an edition", set_meta("edition", "../2021"), f"{META}!B2", ["'../2021'"]),
    ("a workbook of other data", set_meta("table:findings", "sha256:0000"), META, ["(table:findings)", "made from other data"]),
    ("a workbook of an older program", set_meta("schema", "abc"), f"{META}!B3", ["(schema)", "'abc…'"]),
]  # fmt: skip

CASES = [*VALUES, *ROWS, *SHEETS]


def refused(project: Project, capsys: pytest.CaptureFixture[str], file: str = "evidence.xlsx") -> list[str]:
    """Imports, and returns the lines of the problems; whatever is refused must leave no trace in data/."""
    before = snapshot(project.data)
    assert take_back(file) == 1
    error = capsys.readouterr().err
    assert snapshot(project.data) == before
    assert list_editions(project) == ["2021"]
    assert error.count("error:") == error.count("hint:") == 1
    assert "Traceback" not in error
    return [line.strip() for line in error.splitlines() if line.startswith("  ")]


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
    if match := re.match(r"(\w+)!([A-Z]+\d+)", place):
        copy = small.root / "evidence.problems.xlsx"
        if match[1] == META:
            assert not copy.exists()
        else:
            comment = load_workbook(copy)[match[1]][match[2]].comment
            assert comment and words[0] in comment.text


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


def test_a_mark_is_named_with_its_cell(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    change(small, lambda book: (value("19.5 b", "@", "s")(book), put(*OBS, "page", "#N/B", "@", "s")(book)))
    lines = refused(small, capsys)
    assert [line.split(":")[0] for line in lines] == ["observations!H2 (value)", "observations!M2 (page)"]


def test_one_mistake_is_told_once(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    change(small, value("=39/2"))
    assert len(refused(small, capsys)) == 1


def test_a_removed_sheet_brings_no_flood(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    change(small, lambda book: book.book.remove(book.sheet("sources")))
    assert len(refused(small, capsys)) == 1


def test_an_edition_that_changed_makes_its_workbooks_stale(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    path = small.data / "2021" / "interviewees.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Annette", "Anette"), encoding="utf-8")
    [line] = refused(small, capsys)
    assert "(table:interviewees)" in line
    assert "edition export 2021" in line


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda content: content + b"\xff", "UTF-8"),
        (lambda content: content + b'"', "quote"),
        (lambda content: content.replace(b"id,", b"key,", 1), "Missing: id"),
    ],
    ids=["other encoding", "an open quote", "another column"],
)
def test_an_edition_that_can_not_be_read_is_named_and_not_the_workbook(
    small: Project, capsys: pytest.CaptureFixture[str], spoil: Callable[[bytes], bytes], words: str
) -> None:
    path = small.data / "2021" / "interviewees.csv"
    path.write_bytes(spoil(path.read_bytes()))
    change(small, set_meta("table:interviewees", sha256(path.read_bytes())))
    before = snapshot(small.data)
    assert take_back() == 1
    error = capsys.readouterr().err
    assert all(part in error for part in ("Edition 2021", "interviewees.csv", words, "git restore data/2021"))
    assert "workbook can't" not in error
    assert snapshot(small.data) == before


def test_an_edition_that_the_system_refuses_to_read_is_named(
    small: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def refusing(path: Path) -> bytes:
        if path.name == "interviewees.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refusing)
    assert take_back() == 2
    error = capsys.readouterr().err
    assert "interviewees.csv can't be read: Permission denied" in error
    assert "hint: " in error


def keep(name: str, content: bytes) -> bytes:
    return content


def with_part(name: str, content: bytes = b"<x/>") -> Callable[[Path], None]:
    return lambda path: rewrite(path, keep, **{name: content})


def replace_in(part: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        rewrite(path, lambda name, content: content.replace(old, new, 1) if name == part else content)

    return apply


def as_bytes(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4000])


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


def many_rows(path: Path) -> None:
    rows = b"<row/>" * (workbook_guard.ROWS_LIMIT + 1)
    rewrite(
        path,
        lambda name, content: content.replace(b"<sheetData>", b"<sheetData>" + rows) if "sheet3" in name else content,
    )


def bomb(path: Path) -> None:
    nothing = bytes(2**20)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/a.bin", "w") as part:
        for _ in range(workbook_guard.BYTES_LIMIT // 2**20):
            part.write(nothing)


def twice(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/workbook.xml", b"<x/>")


def lock(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for start in [found.start() for found in re.finditer(rb"PK\x01\x02", content)]:
        content[start + 8] |= 1
    path.write_bytes(bytes(content))


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
TYPES = b"<Types>application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml</Types>"
DTD = b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet '
LATE_DTD = b"<!--" + b"x" * 9000 + b"-->" + DTD
OTHER_PART = {"xl/worksheets/s.dat": b"<x/>"}
FILES: list[tuple[str, Callable[[Path], None], Sequence[str]]] = [
    ("an empty file", as_bytes(b""), ["an empty file"]),
    ("CSV with another name", as_bytes(b"id,name\nP1,Jan\n"), ["with a comma between the columns", "carry the figures"]),
    ("a web page with another name", as_bytes(b"<html><table></table></html>"), ["a web page (HTML)", "Save it as .xlsx"]),
    ("an old .xls", as_bytes(OLE + "Workbook".encode("utf-16-le")), ["old Excel file (.xls)", "Save it as .xlsx"]),
    ("a workbook with a password", as_bytes(OLE + "EncryptedPackage".encode("utf-16-le")), ["password", "take the password off"]),
    ("an old letter", as_bytes(OLE + "WordDocument".encode("utf-16-le")), ["old text document"]),
    ("a PDF", as_bytes(b"%PDF-1.7"), ["a PDF", "edition export"]),
    ("XML of 2003", as_bytes(b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'), ["2003"]),
    ("an OpenDocument sheet in one piece", as_bytes(b'<?xml version="1.0"?><office:document xmlns:office="x">'), [".fods"]),
    ("statistics of Eurostat", as_bytes(b"freq,unit,geo\\TIME_PERIOD\t2019\t2020 \nA,PC,NL\t19.5 b\t: \n"),
     ["Eurostat", "edition export"]),
    ("statistics as SDMX-CSV", as_bytes(b"DATAFLOW,LAST UPDATE,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"), ["SDMX-CSV"]),
    ("a table of StatLine", as_bytes('\ufeff"Onderwerp";"Perioden";"%"\n'.encode()), ["a semicolon between the columns"]),
    ("text of Excel in UTF-16", as_bytes("a\tb\n".encode("utf-16")), ["a tab between the columns"]),
    ("a table of an edition", as_bytes(b"id;footnote;section;kind;source_id;text_nl;text_en\n"),
     ["the table notes", "edition seal"]),
    ("JSON", as_bytes(b'{"version": "2.0", "class": "dataset"}'), ["a JSON file"]),
    ("a binary workbook", other_zip(_types=b"<Types>application/vnd.ms-excel.sheet.binary.macroEnabled.main</Types>"),
     ["a binary workbook (.xlsb)"]),
    ("a template", other_zip(_types=b"<Types>spreadsheetml.template.main+xml</Types>"), ["a template (.xltx)"]),
    ("Apple Numbers", other_zip(**{"Index/Document.iwa": b""}), ["Apple Numbers", "Export"]),
    ("the tables of an edition", other_zip(**{"na-report-2026/datapackage.json": b"{}"}), ["tables of an edition"]),
    ("a zip with a password", lock, ["password"]),
    ("a file cut off under way", cut_off, ["a damaged file", "sent again"]),
    ("bytes that flipped", flip_bytes, ["a damaged file"]),
    ("a part that occurs twice", twice, ["occurs twice"]),
    ("an OpenDocument sheet", other_zip(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
     ["opendocument", "Save it as"]),
    ("some zip", other_zip(readme=b"hello"), ["a zip file"]),
    ("a text document", other_zip(_types=TYPES), ["another kind of office file"]),
    ("macros", with_part("xl/vbaProject.bin", b"\xd0\xcf"), ["macros", "without macros"]),
    ("the content type of macros", replace_in("[Content_Types].xml", b"spreadsheetml.sheet.main+xml",
     b"spreadsheetml.sheet.main+xml application/vnd.ms-excel.sheet.macroEnabled.main+xml"), ["macros"]),
    ("links to other workbooks", with_part("xl/externalLinks/externalLink1.xml"), ["other workbooks", "Break the links"]),
    ("a connection to a database", with_part("xl/connections.xml"), ["connections to outside data"]),
    ("entities in a sheet", replace_in("xl/worksheets/sheet3.xml", b"<worksheet ", DTD),
     ["entities in xl/worksheets/sheet3.xml"]),
    ("entities after a long comment", replace_in("xl/worksheets/sheet3.xml", b"<worksheet ", LATE_DTD), ["entities in"]),
    ("a part in UTF-16", with_part("xl/other.xml", "<x/>".encode("utf-16")), ["another encoding"]),
    ("a zip bomb", bomb, ["MB", "when unpacked"]),
    ("more rows than people make", many_rows, ["200,0", "rows", "Delete the empty rows"]),
    ("thousands of parts", lambda path: rewrite(path, keep, **{f"p{n}": b"" for n in range(2001)}), ["parts"]),
    ("Strict Open XML", replace_in("xl/workbook.xml", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
     b"http://purl.oclc.org/ooxml/spreadsheetml/main"), ["Strict"]),
    ("XML that does not close", replace_in("xl/worksheets/sheet3.xml", b"</sheetData>", b""), ["ParseError", "save it again"]),
    ("a sheet in a part of another kind",
     lambda path: rewrite(path, lambda name, content: content.replace(b"sheet3.xml", b"s.dat"), **OTHER_PART),
     ["a sheet in xl/worksheets/s.dat"]),
    ("no list of sheets", replace_in("xl/workbook.xml", b"<sheets>", b"<sheet>"), ["a whole .xlsx workbook"]),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "words"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_a_file_that_is_no_safe_workbook_is_refused(
    small: Project, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None], words: Sequence[str]
) -> None:
    path = small.root / "evidence.xlsx"
    spoil(path)
    lines = refused(small, capsys)
    assert any(line.startswith("evidence.xlsx: ") and all(word in line for word in words) for line in lines), lines
    assert not (small.root / "evidence.problems.xlsx").exists()


def test_any_other_workbook_is_refused(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    book = Workbook()
    book.active.title = "Blad1"
    book.save(small.root / "budget.xlsx")
    lines = refused(small, capsys, "budget.xlsx")
    assert any("no such sheet" in line for line in lines)


def test_the_corpus_is_large_enough_and_each_case_is_another() -> None:
    names = [case[0] for case in (*CASES, *FILES)]
    assert len(set(names)) == len(names) >= 60
