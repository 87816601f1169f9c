"""What people and programs do to a workbook without harm: it comes back with the same data, or with what they meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from workbooks import OBS, Book, change, put, rewrite, rows_of, small, table_bytes, take_back, template, value

from na_report.base.paths import Project
from na_report.cli import main
from na_report.editions.integrity import verify_edition
from na_report.workbook.layout import META

__all__ = ["small", "template"]  # fixtures


def cells(book: Book) -> Iterator[Any]:
    for sheet in book.book.worksheets[1:-1]:
        for row in sheet.iter_rows(min_row=2):
            yield from (cell for cell in row if cell.value is not None)


def numbers_as_text_and_text_as_numbers(book: Book) -> None:
    for cell in cells(book):
        if isinstance(cell.value, (int, float)):
            cell.value = str(cell.value).replace(".", ",")
        elif isinstance(cell.value, str) and re.fullmatch(r"\d{1,9}(\.\d+)?", cell.value):
            cell.value, cell.number_format = float(cell.value), "General"


def spaces_everywhere(book: Book) -> None:
    cell = book.cell("conclusions", "C14", "rests_on")
    cell.value = cell.value.replace(";", " ; ") + ";"
    for cell in cells(book):
        if isinstance(cell.value, str):
            cell.value = f"\xa0 {cell.value}\u202f \u200b"
    for cell in book.sheet("observations")[1]:
        cell.value = f" {cell.value.capitalize()}\xa0"


def moved(book: Book) -> None:
    for sheet in book.book.worksheets[1:-1]:
        rows = [list(reversed(row)) for row in sheet.iter_rows(values_only=True)]
        for number, row in enumerate(rows, start=1):
            for place, content in enumerate(row, start=1):
                sheet.cell(number, place).value = content
    book.book.move_sheet("observations", -3)


def hidden_and_filtered(book: Book) -> None:
    sheet = book.sheet("observations")
    sheet.column_dimensions["H"].hidden = True
    sheet.row_dimensions[3].hidden = True  # as a filter does
    sheet.auto_filter.add_filter_column(1, ["IND012"])


def empty_rows(book: Book) -> None:
    sheet = book.sheet("observations")
    sheet.insert_rows(4, 3)
    sheet["D5"] = "  "
    sheet.cell(sheet.max_row + 40, 2).value = "\xa0"
    sheet.cell(sheet.max_row + 5, 3).fill = PatternFill("solid", fgColor="FFFF00")
    book.sheet("notes").insert_rows(1)


def extra(book: Book) -> None:
    book.book.create_sheet("Blad1").append(["rekenwerk", "=1+1"])
    book.book.create_sheet("observations (2)")
    book.sheet("notes")["J2"] = "nog nakijken"
    book.sheet("notes")["J30"] = "=SUM(A1:A3)"


def dressed_up(book: Book) -> None:
    sheet = book.sheet("findings")
    sheet["B2"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["B2"].comment = Comment("Klopt dit?", "Collega")
    sheet["A3"].hyperlink = "https://example.org/"
    sheet.freeze_panes = None
    book.book.remove(book.sheet("Start"))


def no_comforts(book: Book) -> None:
    """What Google Sheets leaves: no very hidden sheet, no protection, no drop-downs, other widths."""
    for sheet in book.book.worksheets:
        sheet.sheet_state = "visible"
        sheet.protection.sheet = False
        sheet.data_validations.dataValidation = []


SAME: list[tuple[str, Callable[[Book], object]]] = [
    ("numbers as text and text as numbers", numbers_as_text_and_text_as_numbers),
    ("spaces of all kinds, in lists and headers too", spaces_everywhere),
    ("sheets and columns in another order", moved),
    ("hidden columns and filtered rows", hidden_and_filtered),
    ("empty rows above, between and after", empty_rows),
    ("sheets and columns of one's own", extra),
    ("colours, comments and links, no start sheet", dressed_up),
    ("without hidden state, protection and drop-downs", no_comforts),
    ("a percentage shown as one", value(0.195, "0.0%")),
    ("a percentage without decimals shown", value(0.195, "0%")),
    ("a percentage as text", value("19,5 %")),
    ("a number with noughts behind", value("19,50")),
    ("a section as a number", put(*OBS, "section", 3.1, "0.00")),
    ("a period as a number", put(*OBS, "period", 2019)),
]


@pytest.mark.parametrize("make", [case[1] for case in SAME], ids=[case[0] for case in SAME])
def test_harmless_habits_change_nothing(small: Project, make: Callable[[Book], object]) -> None:
    change(small, make)
    assert take_back() == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")
    verify_edition("2026", small)


VALUE, COUNT = (*OBS, "value"), ("observations", "IND032-EU-nd", "value")
# What someone puts in a cell, and what must come of it.
MEANT: list[tuple[tuple[str, str, str], tuple[Any, ...], str]] = [
    (VALUE, (20.25,), "20.25"),
    (VALUE, ("20,25",), "20.25"),
    (VALUE, (0.29, "0%"), "29"),
    (VALUE, ("8%",), "8"),
    (VALUE, ("0,125",), "0.125"),
    (COUNT, ("1.300.000",), "1300000"),
    (COUNT, ("12 500",), "12500"),
    (COUNT, ("1.234,5",), "1234.5"),
    (COUNT, (1.3e6, "#,##0"), "1300000"),
    ((*OBS, "extracted"), (date(2026, 11, 24),), "2026-11-24"),
    ((*OBS, "extracted"), (datetime(2026, 11, 24), "dd-mm-yyyy"), "2026-11-24"),
    ((*OBS, "extracted"), ("2026-11-24",), "2026-11-24"),
    ((*OBS, "period"), (date(2020, 11, 1), "mmm-yy"), "2020-11"),
    ((*OBS, "page"), (14,), "14"),
    ((*OBS, "page"), (None,), ""),
    (("interviewees", "P1", "name"), ("=Jan", "@", "s"), "=Jan"),
    (("interviewees", "P1", "name"), ('Jan "J", MSc',), 'Jan "J", MSc'),
]


@pytest.mark.parametrize(("place", "given", "expected"), MEANT)
def test_a_change_comes_through_as_meant(
    small: Project, place: tuple[str, str, str], given: tuple[Any, ...], expected: str
) -> None:
    change(small, put(*place, *given))
    assert take_back() == 0
    table, key, column = place
    before = rows_of(small, table, "2021")
    before[key][column] = expected
    assert rows_of(small, table) == before
    old, new = table_bytes(small, "2021"), table_bytes(small, "2026")
    assert {name for name in old if old[name] != new[name]} == {f"{table}.csv"}


def test_a_nought_comes_back(small: Project) -> None:
    change(small, value(0))
    assert take_back() == 0
    assert rows_of(small, "observations")[OBS[1]]["value"] == "0"
    assert main(["edition", "export", "2026", "again.xlsx"]) == 0
    assert take_back("again.xlsx", "2027") == 0
    assert table_bytes(small, "2027") == table_bytes(small, "2026")


def test_rows_come_go_and_keep_the_order_of_the_sheet(small: Project) -> None:
    def make(book: Book) -> None:
        book.delete("interviewees", "P1")
        book.sheet("interviewees").append([None])
        book.add("interviewees", "P2", id="P90", name="Nieuw")
        book.add("interviewees", "P2", id="P3", name="Later")

    change(small, make)
    assert take_back() == 0
    assert [*rows_of(small, "interviewees")] == ["P2", "P90", "P3"]


def test_what_was_not_read_is_mentioned(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    change(small, extra)
    assert take_back() == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("'Blad1'", "'observations (2)'", "row 30"))
    assert META not in out


@pytest.mark.parametrize("name", ["evidence (1) – def.xlsx", "bewijs", "evidence.xlsx.bak"])
def test_a_renamed_file_is_fine(small: Project, name: str) -> None:
    (small.root / "evidence.xlsx").rename(small.root / name)
    assert take_back(name) == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")


FORMS: list[tuple[str, bytes, bytes]] = [
    ("a wrong size of the sheet", rb"<dimension[^>]*>", b'<dimension ref="A1"/>'),
    ("numbers as 2019.0", rb"<v>(\d+)</v>", rb"<v>\1.0</v>"),
    ("text in pieces", rb"<is><t>([A-Za-z]{3})([^<]*)</t></is>", rb"<is><r><t>\1</t></r><r><t>\2</t></r></is>"),
    ("text as the outcome of nothing", rb't="inlineStr"><is><t>([^<]*)</t></is>', rb't="str"><v>\1</v>'),
    ("another name for the words of Excel", rb"(</?)(?=[a-zA-Z])", rb"\1x:"),
    ("Strict Open XML", rb"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), [case[1:] for case in FORMS], ids=[case[0] for case in FORMS])
def test_other_ways_to_write_the_same_cells_are_read(small: Project, old: bytes, new: bytes) -> None:
    path = small.root / "evidence.xlsx"
    before = path.read_bytes()

    def written(name: str, xml: bytes) -> bytes:
        changed = re.sub(old, new, xml) if name.startswith("xl/worksheets/sheet") else xml
        return changed.replace(b"xmlns=", b"xmlns:x=") if new == rb"\1x:" and changed != xml else changed

    rewrite(path, written)
    assert path.read_bytes() != before
    assert take_back() == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")
