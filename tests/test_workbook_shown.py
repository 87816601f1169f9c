"""What a spreadsheet shows is what an import takes in, to the digit; else the cell is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from workbooks import OBS, rewrite, rows_of, small, table_bytes, take_back, template, write_cell

from na_report.base.paths import Project
from na_report.editions.declared_tables import BY_NAME
from na_report.workbook.cell_values import to_text
from na_report.workbook.layout import FaultError
from na_report.workbook.package import Cell

__all__ = ["small", "template"]  # fixtures

COLUMNS = {column.name: column for column in BY_NAME["observations"].columns}


def taken(value: Any, column: str, form: str = "General", *, before: str = "", unit: str = "percent") -> str:
    kind = "s" if isinstance(value, str) else "d" if isinstance(value, date) else "n"
    cell = Cell(float(value) if kind == "n" else value, kind, form)
    return to_text(cell, COLUMNS[column], before=before, unit=unit if column == "value" else "")


# The value of a cell, its column and number format, and what is taken in.
SHOWN: list[tuple[Any, str, str, str]] = [
    (date(2019, 7, 14), "period", "[$-413]yyyy;@", "2019"),
    (date(2019, 7, 1), "period", "mmm-yy", "2019-07"),
    (date(2019, 7, 1), "period", "yyyy\\-mm", "2019-07"),
    (date(2026, 11, 24), "extracted", "[$-F800]dddd, mmmm dd, yyyy", "2026-11-24"),
    (28.999999999999996, "value", "General", "29"),
    (0.1 + 0.2, "value", "General", "0.3"),
    (0.3333333333333333, "value", "General", "0.333333333333333"),
    (0.03333333333333333, "value", "General", "0.0333333333333333"),
    (1e-7, "value", "General", "0.0000001"),
    (0.28999999999999998, "value", "0.0%", "29"),
    (19.5, "value", '0.0"%"', "19.5"),
    (19.5, "value", "[Red]0.0;[Blue]-0.0", "19.5"),
    (-19.5, "value", "[Red]0.0;[Blue]-0.0", "-19.5"),
    (19.5, "value", "_ * #,##0.0_ ;_ * -#,##0.0_ ;_ * - ??_ ;_ @_ ", "19.5"),
    (2019.0000000000002, "footnote", "0", "2019"),
    (7, "page", "000", "007"),
    (12, "page", "General", "12"),
    ("12", "page", "0.00", "12"),
    ("19,5", "value", "@", "19.5"),
    ("\u221219,5", "value", "@", "-19.5"),
    ("a_x000D_", "page", "@", "a"),
    ("_x005F_x0041_", "page", "@", "_x0041_"),
    ("'s-Hertogenbosch", "page", "@", "'s-Hertogenbosch"),
]
EUROS = [(1_300_000, "[$€-413] #,##0"), (1_300_000, '#,##0 "euro"'), (-5, '"€" #,##0;"€" -#,##0')]

# A value, its column and format, and words of the message.
HIDDEN: list[tuple[Any, str, str, Sequence[str]]] = [
    (date(2019, 7, 1), "period", "yy", ["2019-07-01 (a date)", "text"]),
    (date(2019, 7, 1), "period", '"Q3 "yyyy', ["2019-07-01 (a date)"]),
    (date(2019, 7, 14), "period", "d mmm yyyy", ["2019-07-14 (a date)"]),
    (datetime(2019, 7, 1, 12), "period", "yyyy", ["2019-07-01 12:00:00 (a date)"]),
    (date(2026, 11, 24), "extracted", "mmm-yy", ["'mmm-yy'", "shown whole"]),
    (date(2026, 11, 24), "extracted", "dddd", ["'dddd'"]),
    (28.4737, "value", "0.0", ["28.4737, shown as '28.5'", "the unit percent"]),
    (0.284737, "value", "0%", ["28.4737, shown as '28%'"]),
    (19500, "value", "0.0,", ["19500, shown in the format '0.0,'"]),
    (19.5, "value", '0.0" b"', ["shown as '19.5 b'"]),
    (19.5, "value", '"ca. "0.0', ["shown as 'ca. 19.5'"]),
    (-5, "value", "0;0", ["-5, shown as '5'"]),
    (5, "value", "-0", ["shown as '- 5'"]),
    (19.5, "value", ";;;", ["in the format"]),
    (19.5, "value", "[<20]0.0;0", ["in the format"]),
    (0.33, "value", "# ?/?", ["in the format"]),
    (12345, "value", "0.0E+00", ["in the format"]),
    (19.5, "value", '"€" 0.0', ["shown as '€ 19.5'"]),
    (12, "page", '"p. "0', ["12, shown as 'p. 12'"]),
    (1234, "page", "0.0", ["1234, shown as '1234.0'"]),
    (201907, "period", '0000"-"00', ["201907, shown in the format"]),
    ("12", "page", '"p. "@', ["12, shown in the format"]),
    ("12", "page", ";;;", ["12, shown in the format"]),
]


@pytest.mark.parametrize(("value", "column", "form", "expected"), SHOWN)
def test_what_is_shown_is_taken_in(value: Any, column: str, form: str, expected: str) -> None:
    assert taken(value, column, form) == expected


@pytest.mark.parametrize(("value", "form"), EUROS)
def test_a_sign_for_euros_may_stand_beside_euros(value: int, form: str) -> None:
    assert taken(value, "value", form, unit="eur") == str(value)


@pytest.mark.parametrize(("value", "column", "form", "words"), [*HIDDEN, (19.5, "value", '0.0"%"', ["the unit count"])])
def test_what_shows_something_else_than_it_holds_is_refused(
    value: Any, column: str, form: str, words: Sequence[str]
) -> None:
    with pytest.raises(FaultError) as caught:
        taken(value, column, form, unit="count" if "the unit count" in words else "percent")
    said = " ".join(caught.value.args).replace('"', "'")
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("value", "column", "form", "before"),
    [
        (19.500000000000004, "value", "General", "19.5"),
        (19.5, "value", ";;;", "19.5"),
        (1_300_000, "value", '0.0,," mln"', "1300000"),
        (3.1, "section", "0.00", "3.10"),
        ("12", "page", '"p. "@', "12"),
        (date(2026, 11, 24), "extracted", "mmm-yy", "2026-11-24"),
    ],
)
def test_a_value_that_is_only_shown_in_another_way_is_no_change(
    value: Any, column: str, form: str, before: str
) -> None:
    assert taken(value, column, form, before=before) == before


def inline(text: str) -> str:
    return f'<c r="REF" t="inlineStr"><is>{text}</is></c>'


# How other programs write a cell in the file, the column, and what must come of it.
FILED: list[tuple[str, str, str, str]] = [
    ("binary arithmetic", "value", '<c r="REF" s="STYLE"><v>28.999999999999996</v></c>', "29"),
    ("the way of science", "value", '<c r="REF" s="STYLE"><v>2.05E+1</v></c>', "20.5"),
    ("a text that looks escaped", "page", '<c r="REF" t="str"><v>_x005F_x0041_</v></c>', "_x0041_"),
    ("XML escapes", "page", inline("<t>A &amp;amp; &#66; &lt;b&gt;</t>"), "A &amp; B <b>"),
    ("a text in pieces", "page", inline("<r><t>1</t></r><r><rPr><b/></rPr><t>2</t></r>"), "12"),
    ("reading aids", "page", inline('<t>漢字</t><rPh sb="0" eb="2"><t>かんじ</t></rPh>'), "漢字"),
    ("two halves of a character", "page", '<c r="REF" t="str"><v>_xD83D__xDE00_</v></c>', "😀"),
]
RAISED = '<r><t>19,5</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r>'
ODD: list[tuple[str, str, str, Sequence[str]]] = [
    ("a raised mark of a footnote", "value", inline(RAISED), ["'19,51'", "without raised"]),
    ("what is crossed out", "page", inline("<r><rPr><strike/></rPr><t>18 </t></r><r><t>19</t></r>"), ["crossed-out"]),
    ("an error", "period", '<c r="REF" t="e"><v>#VALUE!</v></c>', ["'#VALUE!'", "no error"]),
    ("too many digits", "page", '<c r="REF"><v>12345678901234567</v></c>', ["at most 15 digits"]),
    ("an endless number", "value", '<c r="REF"><v>1E400</v></c>', ["'inf'", "15 digits"]),
    ("a formula with its outcome", "value", '<c r="REF"><f>39/2</f><v>19.5</v></c>', ["'=39/2'", "no formula"]),
    ("a shared formula", "value", '<c r="REF"><f t="shared" si="0"/><v>19.5</v></c>', ["no formula"]),
]


@pytest.mark.parametrize(("column", "xml", "expected"), [case[1:] for case in FILED], ids=[case[0] for case in FILED])
def test_a_cell_of_another_program_is_taken_in_as_it_is_shown(
    small: Project, column: str, xml: str, expected: str
) -> None:
    write_cell(small, *OBS, column, xml)
    assert take_back() == 0
    assert rows_of(small, "observations")[OBS[1]][column] == expected


@pytest.mark.parametrize(("column", "xml", "words"), [case[1:] for case in ODD], ids=[case[0] for case in ODD])
def test_a_cell_of_another_program_that_can_not_be_taken_in_is_named(
    small: Project, capsys: pytest.CaptureFixture[str], column: str, xml: str, words: Sequence[str]
) -> None:
    write_cell(small, *OBS, column, xml)
    assert take_back() == 1
    error = capsys.readouterr().err
    assert all(word in error for word in (f"({column})", *words)), error


@pytest.mark.parametrize(("setting", "day"), [(b"", "2022-11-23"), (b'date1904="1" ', "2026-11-24")])
def test_days_are_counted_from_the_year_that_the_workbook_says(small: Project, setting: bytes, day: str) -> None:
    path = write_cell(small, *OBS, "extracted", '<c r="REF" s="STYLE"><v>44888</v></c>')
    rewrite(path, lambda name, content: content.replace(b"<workbookPr ", b"<workbookPr " + setting))
    assert take_back() == 0
    assert rows_of(small, "observations")[OBS[1]]["extracted"] == day


STYLE, SHEET, END = "xl/styles.xml", "xl/worksheets/sheet2.xml", b"</sheetData>"
# Parts of a workbook as other programs write them, none of which holds a value.
DRESS: list[tuple[str, str, bytes, bytes]] = [
    ("a family of fonts that is none", STYLE, b"<family val=", b'<family val="34"/><family val='),
    ("an empty fill", STYLE, b"<fill>", b"<fill/><fill>"),
    ("a colour with a hash", STYLE, b"00E7E6E6", b"#E7E6E6"),
    ("a theme that is none", "xl/theme/theme1.xml", b"<a:theme", b"<nonsense"),
    ("a window of another size", "xl/workbook.xml", b"<bookViews>", b'<bookViews><workbookView activeTab="x"/>'),
    ("an unknown condition", SHEET, END, END + b'<conditionalFormatting sqref="?"><cfRule type="odd"/></conditionalFormatting>'),
    ("names of parts from the root", "xl/_rels/workbook.xml.rels", b"/xl/worksheets/sheet2", b"\\XL/Worksheets/sheet2"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "old", "new"), [case[1:] for case in DRESS], ids=[case[0] for case in DRESS])
def test_what_no_value_depends_on_does_not_decide(small: Project, part: str, old: bytes, new: bytes) -> None:
    path = small.root / "evidence.xlsx"
    before = path.read_bytes()
    odd = {"customXml/item1.xml": "<x/>".encode("utf-16"), "xl/charts/chart1.xml": b"<chart>"}
    rewrite(path, lambda name, content: content.replace(old, new, 1) if name == part else content, **odd)
    assert path.read_bytes() != before
    assert take_back() == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")
