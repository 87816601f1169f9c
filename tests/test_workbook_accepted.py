"""What people and programs do to a workbook without harm: it comes back with the same data, or with what they meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from workbooks import OBS, Book, change, rewrite, rows_of, small, table_bytes, take_back, template

from na_report.base.paths import Project
from na_report.editions.integrity import verify_edition
from na_report.workbook.layout import META

__all__ = ["small", "template"]  # fixtures


def typed(book: Book) -> None:
    """Numbers as text and text as numbers, spaces of all kinds, sheets and columns in another order."""
    cell = book.cell("conclusions", "C14", "rests_on")
    cell.value = cell.value.replace(";", " ; ") + ";"
    for sheet in book.book.worksheets[1:-1]:
        for cell in (cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None):
            if isinstance(cell.value, (int, float)):
                cell.value = str(cell.value).replace(".", ",")
            elif isinstance(cell.value, str) and re.fullmatch(r"\d{1,9}(\.\d+)?", cell.value):
                cell.value, cell.number_format = float(cell.value), "General"
            if isinstance(cell.value, str):
                cell.value = f"\xa0 {cell.value}\u202f \u200b"
        for cell in sheet[1]:
            cell.value = f" {cell.value.capitalize()}\xa0"
        for number, row in enumerate([list(reversed(row)) for row in sheet.iter_rows(values_only=True)], start=1):
            for place, content in enumerate(row, start=1):
                sheet.cell(number, place).value = content
    book.book.move_sheet("observations", -3)


def arranged(book: Book) -> None:
    """Sheets and words of one's own, empty rows, hidden and filtered rows, merged cells beside the table, colours and links."""
    book.book.create_sheet("Blad1").append(["rekenwerk", "=1+1"])
    book.book.create_sheet("observations (2)")
    book.book.remove(book.sheet("Start"))
    observations, notes, findings = map(book.sheet, ("observations", "notes", "findings"))
    notes["J2"] = "nog nakijken"
    notes["J30"] = "=SUM(A1:A3)"
    notes.insert_rows(1)
    notes.merge_cells("J2:K3")
    findings.merge_cells("A3000:B3001")
    observations.insert_rows(4, 3)
    observations["D5"] = "  "
    observations.cell(observations.max_row + 40, 2).value = "\xa0"
    observations.column_dimensions["H"].hidden = observations.row_dimensions[3].hidden = True
    observations.auto_filter.add_filter_column(1, ["IND012"])
    findings["B2"].fill = PatternFill("solid", fgColor="FFFF00")
    findings["B2"].comment = Comment("Klopt dit?", "Collega")
    findings["A3"].hyperlink = "https://example.org/"


def shown(book: Book) -> None:
    """The same values shown in another way, and what Google Sheets leaves: nothing hidden, locked or offered."""
    book.put(*OBS, "value", 0.195, "0.0%")
    book.put(*OBS, "section", 3.1, "0.00")
    book.put(*OBS, "period", 2019)
    for sheet in book.book.worksheets:
        sheet.sheet_state, sheet.protection.sheet = "visible", False
        sheet.data_validations.dataValidation = []


@pytest.mark.parametrize("habits", [typed, arranged, shown])
def test_harmless_habits_change_nothing(
    small: Project, capsys: pytest.CaptureFixture[str], habits: Callable[[Book], None]
) -> None:
    """The file may have another name too."""
    change(small, habits, "evidence (1) – def.bak")
    assert take_back("evidence (1) – def.bak") == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")
    verify_edition("2026", small)
    out = capsys.readouterr().out
    assert all((word in out) == (habits is arranged) for word in ("'Blad1'", "'observations (2)'", "row 31"))
    assert META not in out


def test_changes_come_through_as_meant_and_nothing_else_changes(
    small: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    observations, people = rows_of(small, "observations", "2021"), rows_of(small, "interviewees", "2021")
    given = {
        "value": ("20,25", "20.25"),
        "period": (date(2020, 11, 1), "2020-11"),
        "page": (14, "14"),
        "source_line": (None, ""),
    }
    given |= {"extracted": (date(2026, 11, 24), "2026-11-24")}

    def make(book: Book) -> None:
        for column, (typed, _) in given.items():
            book.put(*OBS, column, typed, "mmm-yy" if column == "period" else "")
        book.put("observations", "IND032-EU-nd", "value", 0)
        book.put("interviewees", "P2", "name", '=Jan "J", MSc', "@", "s")
        book.add("interviewees", "P2", id="P90", name="Nieuw")
        book.add("interviewees", "P2", id="P3", name="Later")
        book.delete("interviewees", "P1")

    change(small, make)
    assert take_back() == 0
    assert "2 rows added, 1 deleted, 3 changed" in capsys.readouterr().out
    observations[OBS[1]] |= {column: expected for column, (_, expected) in given.items()}
    observations["IND032-EU-nd"]["value"] = "0"
    assert rows_of(small, "observations") == observations
    renamed = {
        key: {**people["P2"], "id": key, "name": name}
        for key, name in (("P2", '=Jan "J", MSc'), ("P90", "Nieuw"), ("P3", "Later"))
    }
    assert [*rows_of(small, "interviewees").items()] == [*renamed.items()]
    old, new = table_bytes(small, "2021"), table_bytes(small, "2026")
    assert {name for name in old if old[name] != new[name]} == {"observations.csv", "interviewees.csv"}


# Ways of other programs to write the same cells, one after the other.
CELLS: list[tuple[bytes, bytes]] = [
    (rb"<dimension[^>]*>", b'<dimension ref="A1"/>'),
    (rb"<v>(\d+)</v>", rb"<v>\1.0</v>"),
    (rb"<is><t>([A-Za-z]{3})([^<]*)</t></is>", rb"<is><r><t>\1</t></r><r><t>\2</t></r></is>"),
    (rb't="inlineStr"><is><t>([^<]*)</t></is>', rb't="str"><v>\1</v>'),
    (rb"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (rb"(</?)(?=[a-zA-Z])", rb"\1x:"),
    (rb"xmlns=", rb"xmlns:x="),
]
STYLE, SHEET, END = "xl/styles.xml", "xl/worksheets/sheet2.xml", b"</sheetData>"
# And parts as other programs write them, none of which holds a value: fonts, fills, colours, a theme, a window, a condition.
DRESS: list[tuple[str, bytes, bytes]] = [
    (STYLE, b"<family val=", b'<family val="34"/><family val='),
    (STYLE, b"<fill>", b"<fill/><fill>"),
    (STYLE, b"00E7E6E6", b"#E7E6E6"),
    ("xl/theme/theme1.xml", b"<a:theme", b"<nonsense"),
    ("xl/workbook.xml", b"<bookViews>", b'<bookViews><workbookView activeTab="x"/>'),
    (SHEET, END, END + b'<conditionalFormatting sqref="?"><cfRule type="odd"/></conditionalFormatting>'),
    ("xl/_rels/workbook.xml.rels", b"/xl/worksheets/sheet2", b"\\XL/Worksheets/sheet2"),
]


def test_other_ways_to_write_the_same_workbook_are_read(small: Project) -> None:
    path = small.root / "evidence.xlsx"
    hits = set()

    def written(name: str, xml: bytes) -> bytes:
        for part, old, new in DRESS:
            hits.update({old} if part == name and old in xml else ())
            xml = xml.replace(old, new, 1) if name == part else xml
        for form, new in CELLS if name.startswith("xl/worksheets/sheet") else ():
            hits.update({form} if re.search(form, xml) else ())
            xml = re.sub(form, new, xml)
        return xml

    odd = {"customXml/item1.xml": "<x/>".encode("utf-16"), "xl/charts/chart1.xml": b"<chart>"}
    rewrite(path, written, **odd)
    assert hits == {*(case[1] for case in DRESS), *(case[0] for case in CELLS)}
    assert take_back() == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")
