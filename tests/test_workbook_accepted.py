"""What people and programs do to a workbook without harm: it comes back with the same data, or with what they meant."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from workbooks import Book, change, small, table_bytes, take_back, template

from na_report.base.paths import Project
from na_report.editions.folders import verify_edition
from na_report.workbook.layout import META

__all__ = ["small", "template"]  # fixtures

OBS = ("observations", "IND007-NL-2019")


def put(table: str, key: str, column: str, *value: Any) -> Callable[[Book], None]:
    return lambda book: book.put(table, key, column, *value)


def every_number_as_text(book: Book) -> None:
    for sheet in book.book.worksheets[1:-1]:
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, (int, float)):
                    cell.value = str(cell.value).replace(".", ",")


def every_whole_text_as_number(book: Book) -> None:
    for sheet in book.book.worksheets[1:-1]:
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, str) and re.fullmatch(r"\d{1,9}(\.\d+)?", cell.value):
                    cell.value = float(cell.value)
                    cell.number_format = "General"


def spaces_everywhere(book: Book) -> None:
    for sheet in book.book.worksheets[1:-1]:
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = f"\xa0 {cell.value}\u202f \u200b"


def spaces_in_lists(book: Book) -> None:
    cell = book.cell("conclusions", "C14", "rests_on")
    cell.value = cell.value.replace(";", " ; ") + ";"


def columns_moved(book: Book) -> None:
    for sheet in book.book.worksheets[1:-1]:
        rows = [list(reversed(row)) for row in sheet.iter_rows(values_only=True)]
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row, start=1):
                sheet.cell(number, place).value = value


def sheets_moved(book: Book) -> None:
    book.book._sheets.reverse()


def columns_and_rows_hidden(book: Book) -> None:
    sheet = book.sheet("observations")
    sheet.column_dimensions["H"].hidden = True
    for number in range(2, 8):
        sheet.row_dimensions[number].hidden = True  # as a filter does
    sheet.auto_filter.add_filter_column(1, ["IND012"])


def empty_rows(book: Book) -> None:
    sheet = book.sheet("observations")
    sheet.insert_rows(4, 3)
    sheet["D5"] = "  "
    sheet.cell(sheet.max_row + 40, 2).value = "\xa0"
    sheet.cell(sheet.max_row + 5, 3).fill = PatternFill("solid", fgColor="FFFF00")


def empty_row_above(book: Book) -> None:
    book.sheet("notes").insert_rows(1)


def extra_sheets(book: Book) -> None:
    book.book.create_sheet("Blad1").append(["rekenwerk", "=1+1"])
    book.book.create_sheet("observations (2)")


def notes_beside(book: Book) -> None:
    sheet = book.sheet("notes")
    sheet["J2"] = "nog nakijken"
    sheet["J30"] = "=SUM(A1:A3)"


def dressed_up(book: Book) -> None:
    sheet = book.sheet("findings")
    sheet["B2"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["B2"].comment = Comment("Klopt dit?", "Collega")
    sheet["A3"].hyperlink = "https://example.org/"
    sheet.freeze_panes = None
    sheet.protection.sheet = False


def no_comforts(book: Book) -> None:
    """What Google Sheets leaves: no very hidden sheet, no protection, no drop-downs, other widths."""
    for sheet in book.book.worksheets:
        sheet.sheet_state = "visible"
        sheet.protection.sheet = False
        sheet.data_validations.dataValidation = []


def headers_with_spaces(book: Book) -> None:
    for cell in book.sheet("observations")[1]:
        cell.value = f" {cell.value.capitalize()}\xa0"


def start_rewritten(book: Book) -> None:
    book.sheet("Start")["A1"] = "=1+1"
    book.sheet("Start").merge_cells("A3:C3")


SAME: list[tuple[str, Callable[[Book], object]]] = [
    ("saved by openpyxl", lambda book: None),
    ("numbers as text with a decimal comma", every_number_as_text),
    ("text as numbers", every_whole_text_as_number),
    ("spaces of all kinds around", spaces_everywhere),
    ("spaces in lists", spaces_in_lists),
    ("columns in another order", columns_moved),
    ("sheets in another order", sheets_moved),
    ("hidden columns and filtered rows", columns_and_rows_hidden),
    ("empty rows between and after", empty_rows),
    ("an empty row above the header", empty_row_above),
    ("extra sheets", extra_sheets),
    ("notes in a column without header", notes_beside),
    ("colours, comments and links", dressed_up),
    ("without hidden state, protection and drop-downs", no_comforts),
    ("headers with capitals and spaces", headers_with_spaces),
    ("a changed start sheet", start_rewritten),
    ("no start sheet", lambda book: book.book.remove(book.sheet("Start"))),
    ("a percentage shown as one", put(*OBS, "value", 0.195, "0.0%")),
    ("a percentage without decimals shown", put(*OBS, "value", 0.195, "0%")),
    ("a percentage as text", put(*OBS, "value", "19,5 %")),
    ("a number with noughts behind", put(*OBS, "value", "19,50")),
    ("a section as a number", put(*OBS, "section", 3.1, "0.00")),
    ("a period as a number", put(*OBS, "period", 2019)),
    ("ids with a no-break space", put("findings", "FM12", "id", "FM12\xa0")),
]  # fmt: skip


@pytest.mark.parametrize("make", [case[1] for case in SAME], ids=[case[0] for case in SAME])
def test_harmless_habits_change_nothing(small: Project, make: Callable[[Book], object]) -> None:
    change(small, make)
    assert take_back() == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")
    verify_edition("2026", small)


def dates_on(day: Any, *number_format: str) -> Callable[[Book], None]:
    return put(*OBS, "extracted", day, *number_format)


# What someone did, and the cell of the new edition that must come of it.
MEANT: list[tuple[str, Callable[[Book], object], tuple[str, str, str], str]] = [
    ("a new value", put(*OBS, "value", 20.25), (*OBS, "value"), "20.25"),
    ("a new value with a comma", put(*OBS, "value", "20,25"), (*OBS, "value"), "20.25"),
    ("29 per cent exactly", put(*OBS, "value", 0.29, "0%"), (*OBS, "value"), "29"),
    ("0,7 per cent exactly", put(*OBS, "value", 0.007, "0.0%"), (*OBS, "value"), "0.7"),
    ("a text per cent", put(*OBS, "value", "8%"), (*OBS, "value"), "8"),
    ("a small text number", put(*OBS, "value", "0,125"), (*OBS, "value"), "0.125"),
    ("millions with dots", put("observations", "IND032-EU-nd", "value", "1.300.000"),
     ("observations", "IND032-EU-nd", "value"), "1300000"),
    ("thousands with a space", put("observations", "IND032-EU-nd", "value", "12 500"),
     ("observations", "IND032-EU-nd", "value"), "12500"),
    ("thousands and decimals", put("observations", "IND032-EU-nd", "value", "1.234,5"),
     ("observations", "IND032-EU-nd", "value"), "1234.5"),
    ("a large number", put("observations", "IND032-EU-nd", "value", 1.3e6, "#,##0"),
     ("observations", "IND032-EU-nd", "value"), "1300000"),
    ("a real date", dates_on(date(2026, 11, 24)), (*OBS, "extracted"), "2026-11-24"),
    ("a real date at midnight", dates_on(datetime(2026, 11, 24), "dd-mm-yyyy"), (*OBS, "extracted"), "2026-11-24"),
    ("a date as text", dates_on("2026-11-24"), (*OBS, "extracted"), "2026-11-24"),
    ("a month as a date", put(*OBS, "period", date(2020, 11, 1), "mmm-yy"), (*OBS, "period"), "2020-11"),
    ("a page as a number", put(*OBS, "page", 14), (*OBS, "page"), "14"),
    ("text that looks like a formula", put("interviewees", "P1", "name", "=Jan", "@", "s"),
     ("interviewees", "P1", "name"), "=Jan"),
    ("an emptied optional cell", put(*OBS, "page", None), (*OBS, "page"), ""),
    ("a quote and a comma", put("interviewees", "P1", "name", 'Jan "J", MSc'), ("interviewees", "P1", "name"), 'Jan "J", MSc'),
    ("a new row under an empty one", lambda book: (book.sheet("interviewees").append([None]),
     book.add("interviewees", "P1", id="P90", name="Nieuw")), ("interviewees", "P90", "name"), "Nieuw"),
]  # fmt: skip


def read(project: Project, table: str) -> list[dict[str, str]]:
    text = (project.data / "2026" / f"{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(("make", "place", "expected"), [case[1:] for case in MEANT], ids=[case[0] for case in MEANT])
def test_a_change_comes_through_as_meant(
    small: Project, make: Callable[[Book], object], place: tuple[str, str, str], expected: str
) -> None:
    change(small, make)
    assert take_back() == 0
    table, key, column = place
    [row] = [row for row in read(small, table) if row["id"] == key]
    assert row[column] == expected
    changed = {
        name for name, content in table_bytes(small, "2021").items() if table_bytes(small, "2026")[name] != content
    }
    assert changed == {f"{table}.csv"}
    verify_edition("2026", small)


def test_rows_keep_the_order_of_the_sheet(small: Project) -> None:
    def sort(book: Book) -> None:
        sheet = book.sheet("findings")
        rows = sorted(sheet.iter_rows(min_row=2, values_only=True), reverse=True)
        for number, row in enumerate(rows, start=2):
            for place, value in enumerate(row, start=1):
                sheet.cell(number, place).value = value

    change(small, sort)
    assert take_back() == 0
    ids = [row["id"] for row in read(small, "findings")]
    assert ids == sorted(ids, reverse=True)


def test_a_row_that_nothing_rests_on_may_go(small: Project) -> None:
    change(small, lambda book: book.delete("interviewees", "P2"))
    assert take_back() == 0
    assert [row["id"] for row in read(small, "interviewees")] == ["P1"]


def test_what_was_not_read_is_mentioned(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    change(small, lambda book: (extra_sheets(book), notes_beside(book)))
    assert take_back() == 0
    out = capsys.readouterr().out
    assert "'Blad1'" in out
    assert "'observations (2)'" in out
    assert "row 30" in out
    assert META not in out


@pytest.mark.parametrize("name", ["evidence (1) – def.xlsx", "EVIDENCE.XLSX", "bewijs", "evidence.xlsx.bak"])
def test_a_renamed_file_is_fine(small: Project, name: str) -> None:
    (small.root / "evidence.xlsx").rename(small.root / name)
    assert take_back(name) == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")


def reshape(path: Path, change_sheet: Callable[[bytes], bytes]) -> None:
    """Changes the XML of all sheets."""
    target = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change_sheet(content) if name.startswith("xl/worksheets/sheet") else content)
    path.write_bytes(target.getvalue())


FORMS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("a wrong size of the sheet", lambda xml: re.sub(rb"<dimension[^>]*>", b'<dimension ref="A1"/>', xml)),
    ("no size of the sheet", lambda xml: re.sub(rb"<dimension[^>]*>", b"", xml)),
    ("numbers as 19.50 and 2019.0", lambda xml: re.sub(rb"<v>(\d+)</v>", rb"<v>\1.0</v>", xml)),
    ("numbers in the way of science", lambda xml: re.sub(rb"<v>(\d+)</v>", rb"<v>\1E0</v>", xml)),
    ("text in pieces", lambda xml: re.sub(rb"<is><t>([A-Za-z]{3})([^<]*)</t></is>",
     rb"<is><r><t>\1</t></r><r><t>\2</t></r></is>", xml)),
    ("text as the outcome of nothing", lambda xml: re.sub(rb't="inlineStr"><is><t>([^<]*)</t></is>', rb't="str"><v>\1</v>', xml)),
]  # fmt: skip


@pytest.mark.parametrize("form", [case[1] for case in FORMS], ids=[case[0] for case in FORMS])
def test_other_ways_to_write_the_same_cells_are_read(small: Project, form: Callable[[bytes], bytes]) -> None:
    path = small.root / "evidence.xlsx"
    before = path.read_bytes()
    reshape(path, form)
    assert path.read_bytes() != before
    assert take_back() == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")
