"""What a spreadsheet shows is what an import takes in, to the digit; else the cell is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from types import SimpleNamespace
from typing import Any

import pytest
from workbooks import change, rewrite, rows_of, small, table_bytes, take_back, template, write_cell

from na_report.base.paths import Project
from na_report.editions.tables import BY_NAME
from na_report.workbook.package import MarkedText
from na_report.workbook.values import ValueFaultError, to_text

__all__ = ["small", "template"]  # fixtures

OBS = ("observations", "IND007-NL-2019")
COLUMNS = {column.name: column for column in BY_NAME["observations"].columns}


def taken(value: Any, column: str, form: str = "General", *, before: str = "", unit: str = "percent") -> str:
    kinds = {str: "s", MarkedText: "s", bool: "b"}
    kind = "d" if isinstance(value, (date, time)) else kinds.get(type(value), "n")
    cell = SimpleNamespace(value=value, data_type=kind, number_format=form)
    return to_text(cell, COLUMNS[column], before=before, unit=unit if column == "value" else "")


# The value of a cell, its column and number format, and what is taken in.
SHOWN: list[tuple[Any, str, str, str]] = [
    (date(2019, 1, 1), "period", "yyyy", "2019"),
    (date(2019, 7, 1), "period", "yyyy", "2019"),
    (date(2019, 7, 14), "period", "[$-413]yyyy;@", "2019"),
    (date(2019, 7, 1), "period", "mmm-yy", "2019-07"),
    (date(2019, 7, 14), "period", "mmmm yyyy", "2019-07"),
    (date(2019, 7, 1), "period", "yyyy\\-mm", "2019-07"),
    (date(2026, 11, 24), "extracted", "[$-F800]dddd, mmmm dd, yyyy", "2026-11-24"),
    (date(2026, 11, 24), "extracted", "d/m/yyyy;@", "2026-11-24"),
    (28.999999999999996, "value", "General", "29"),
    (0.1 + 0.2, "value", "General", "0.3"),
    (0.3333333333333333, "value", "General", "0.333333333333333"),
    (0.03333333333333333, "value", "General", "0.0333333333333333"),
    (0.285 * 100, "value", "General", "28.5"),
    (1e-7, "value", "General", "0.0000001"),
    (0.28999999999999998, "value", "0.0%", "29"),
    (19.5, "value", '0.0"%"', "19.5"),
    (19.5, "value", "0.00", "19.5"),
    (19.5, "value", "[Red]0.0;[Blue]-0.0", "19.5"),
    (19.5, "value", "# ?/?", "19.5"),
    (19.5, "value", "0.00E+00", "19.5"),
    (19.5, "value", "_ * #,##0.0_ ;_ * -#,##0.0_ ;_ * - ??_ ;_ @_ ", "19.5"),
    (2019.0000000000002, "footnote", "0", "2019"),
    (7, "page", "000", "007"),
    (12, "page", "General", "12"),
    ("12", "page", "0.00", "12"),
    ("19,5", "value", "0.00", "19.5"),
    ("19,5", "value", "@", "19.5"),
    ("\u221219,5", "value", "@", "-19.5"),
    ("a_x000D_", "page", "@", "a"),
    ("_x005F_x0041_", "page", "@", "_x0041_"),
    ("'s-Hertogenbosch", "page", "@", "'s-Hertogenbosch"),
    (MarkedText("m2", "m²", ""), "page", "@", "m²"),
]  # fmt: skip
EUROS = [(1_300_000, "[$€-413] #,##0"), (1_300_000, '#,##0 "euro"'), (-5, '"€" #,##0;"€" -#,##0')]

# A value, its column and format, and words of the message.
HIDDEN: list[tuple[Any, str, str, Sequence[str]]] = [
    (date(2019, 7, 1), "period", "yy", ["2019-07-01 (a date)", "text"]),
    (date(2019, 7, 1), "period", "mmmm", ["2019-07-01 (a date)"]),
    (date(2019, 7, 1), "period", '"Q3 "yyyy', ["2019-07-01 (a date)"]),
    (date(2019, 7, 14), "period", "d mmm yyyy", ["2019-07-14 (a date)"]),
    (datetime(2019, 7, 1, 12), "period", "yyyy", ["2019-07-01 12:00:00 (a date)"]),
    (date(2026, 11, 24), "extracted", "mmm-yy", ["a part", "shown whole"]),
    (date(2026, 11, 24), "extracted", "yyyy", ["a part"]),
    (date(2026, 11, 24), "extracted", "dddd", ["a part"]),
    (28.4737, "value", "0.0", ["28.4737, shown as '28.5'", "the unit percent"]),
    (0.284737, "value", "0%", ["28.4737, shown as '28%'"]),
    (19500, "value", "0.0,", ["19500, shown as '19.5'"]),
    (1.3e6, "value", '0.0,," mln"', ["shown as '1.3 mln'"]),
    (19.5, "value", '0.0" b"', ["shown as '19.5 b'"]),
    (19.5, "value", '"ca. "0.0', ["shown as 'ca. 19.5'"]),
    (-5, "value", "0;0", ["-5, shown as '5'"]),
    (5, "value", "-0", ["shown as '-5'"]),
    (19.5, "value", ";;;", ["19.5, shown as ''"]),
    (19.5, "value", "[<20]0.0;0", ["that its format chooses"]),
    (0.33, "value", "# ?/?", ["0.33, shown as '1/3'"]),
    (12345, "value", "0.0E+00", ["12345, shown as '1.2E+4'"]),
    (19.5, "value", '0.0"%"', ["shown as '19.5%'", "the unit count"]),
    (19.5, "value", '0.0" /100"', ["shown as '19.5 /100'"]),
    (19.5, "value", '"€" 0.0', ["shown as '€ 19.5'"]),
    (12, "page", '"p. "0', ["12, shown as 'p. 12'"]),
    (1234, "page", "0.0", ["1234, shown as '1234.0'"]),
    (201907, "period", '0000"-"00', ["201907, shown as"]),
    ("12", "page", '"p. "@', ["12, shown as 'p. 12'"]),
    ("12", "page", ";;;", ["12, shown as ''"]),
    (MarkedText("19,51", "19,5¹", ""), "value", "@", []),
    (MarkedText("18 19,5", "18 19,5", "18"), "value", "@", ["'18'", "crossed out"]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "column", "form", "expected"), SHOWN)
def test_what_is_shown_is_taken_in(value: Any, column: str, form: str, expected: str) -> None:
    assert taken(value, column, form) == expected


@pytest.mark.parametrize(("value", "form"), EUROS)
def test_a_sign_for_euros_may_stand_beside_euros(value: int, form: str) -> None:
    assert taken(value, "value", form, unit="eur") == str(value)


@pytest.mark.parametrize(("value", "column", "form", "words"), HIDDEN)
def test_what_shows_something_else_than_it_holds_is_refused(
    value: Any, column: str, form: str, words: Sequence[str]
) -> None:
    unit = "count" if words and words[-1] == "the unit count" else "percent"
    if not words:  # read as it is shown, it is no number, and the check of its type tells what it is
        assert taken(value, column, form) == value.shown
        return
    with pytest.raises(ValueFaultError) as caught:
        taken(value, column, form, unit=unit)
    said = "{!r}: {} {}".format(*caught.value.fault).replace('"', "'")
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("value", "column", "form", "before"),
    [
        (19.500000000000004, "value", "General", "19.5"),
        (19.5, "value", "0", "19.5"),
        (19.5, "value", ";;;", "19.5"),
        (1_300_000, "value", '0.0,," mln"', "1300000"),
        (19.5, "value", "General", "19.50"),
        (3.1, "section", "0.00", "3.10"),
        (7, "page", '"p. "0', "7"),
        ("12", "page", '"p. "@', "12"),
        (MarkedText("m2", "m²", ""), "page", "@", "m2"),
        (date(2026, 11, 24), "extracted", "mmm-yy", "2026-11-24"),
    ],
)
def test_a_value_that_is_only_shown_in_another_way_is_no_change(
    value: Any, column: str, form: str, before: str
) -> None:
    assert taken(value, column, form, before=before) == before


# How other programs write a cell in the file, the column, and what must come of it.
FILED: list[tuple[str, str, str, str]] = [
    ("a number that came of binary arithmetic", "value", '<c r="REF" s="STYLE"><v>28.999999999999996</v></c>', "29"),
    ("a number in the way of science", "value", '<c r="REF" s="STYLE"><v>2.05E+1</v></c>', "20.5"),
    ("a text that looks escaped", "page", '<c r="REF" t="str"><v>_x005F_x0041_</v></c>', "_x0041_"),
    ("a text with an escaped line end", "page", '<c r="REF" t="inlineStr"><is><t>12_x000D_</t></is></c>', "12"),
    ("XML escapes", "page", '<c r="REF" t="inlineStr"><is><t>A &amp;amp; &#66; &lt;b&gt;</t></is></c>', "A &amp; B <b>"),
    ("a text in pieces", "page", '<c r="REF" t="inlineStr"><is><r><t>1</t></r><r><rPr><b/></rPr><t>2</t></r></is></c>', "12"),
    ("reading aids", "page", '<c r="REF" t="inlineStr"><is><t>漢字</t><rPh sb="0" eb="2"><t>かんじ</t></rPh></is></c>', "漢字"),
    ("a raised digit", "page",
     '<c r="REF" t="inlineStr"><is><r><t>m</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>2</t></r></is></c>', "m²"),
    ("a pair of halves of a character", "page", '<c r="REF" t="str"><v>_xD83D__xDE00_</v></c>', "😀"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "xml", "expected"), [case[1:] for case in FILED], ids=[case[0] for case in FILED])
def test_a_cell_of_another_program_is_taken_in_as_it_is_shown(
    small: Project, column: str, xml: str, expected: str
) -> None:
    write_cell(small, *OBS, column, xml)
    assert take_back() == 0
    assert rows_of(small, "observations")[OBS[1]][column] == expected


RAISED = (
    '<c r="REF" t="inlineStr"><is><r><t>19,5</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r></is></c>'
)
ODD: list[tuple[str, str, str, Sequence[str]]] = [
    ("a raised mark of a footnote", "value", RAISED, ["'19,5¹'", "mark of a footnote"]),
    ("a day before the days", "period", '<c r="REF" t="e"><v>#VALUE!</v></c>', ["'#VALUE!'", "no error"]),
    ("too many digits", "page", '<c r="REF"><v>12345678901234567</v></c>', ["at most 15 digits"]),
    ("an endless number", "value", '<c r="REF"><v>1E400</v></c>', ["'inf'", "a number"]),
    ("a formula with its outcome", "value", '<c r="REF"><f>39/2</f><v>19.5</v></c>', ["'=39/2'", "no formula"]),
    ("a formula that others share", "value", '<c r="REF"><f t="shared" si="0"/><v>19.5</v></c>', ["no formula"]),
]


@pytest.mark.parametrize(("column", "xml", "words"), [case[1:] for case in ODD], ids=[case[0] for case in ODD])
def test_a_cell_of_another_program_that_can_not_be_taken_in_is_named(
    small: Project, capsys: pytest.CaptureFixture[str], column: str, xml: str, words: Sequence[str]
) -> None:
    write_cell(small, *OBS, column, xml)
    assert take_back() == 1
    error = capsys.readouterr().err
    assert f"({column})" in error
    assert all(word in error for word in words), error


@pytest.mark.parametrize(("setting", "day"), [(b"", "2022-11-23"), (b'date1904="1" ', "2026-11-24")])
def test_days_are_counted_from_the_year_that_the_workbook_says(small: Project, setting: bytes, day: str) -> None:
    path = write_cell(small, *OBS, "extracted", '<c r="REF" s="STYLE"><v>44888</v></c>')
    rewrite(path, lambda name, content: content.replace(b"<workbookPr ", b"<workbookPr " + setting))
    assert take_back() == 0
    assert rows_of(small, "observations")[OBS[1]]["extracted"] == day


def test_shared_texts_keep_what_looks_escaped(small: Project) -> None:
    change(small, lambda book: book.put("interviewees", "P1", "name", "_x005F_x0041_ en _x005F_"))
    assert take_back() == 0
    assert rows_of(small, "interviewees")["P1"]["name"] == "_x0041_ en _"


# Parts of a workbook as other programs write them, none of which holds a value.
STYLE = "xl/styles.xml"
DRESS: list[tuple[str, str, bytes, bytes]] = [
    ("a family of fonts that is none", STYLE, b"<family val=", b'<family val="34"/><family val='),
    ("an empty fill", STYLE, b"<fill>", b"<fill/><fill>"),
    ("a colour with a hash", STYLE, b"00E7E6E6", b"#E7E6E6"),
    ("an unknown border", STYLE, b"<border>", b'<border><left style="wavy"/></border><border>'),
    ("a theme that is none", "xl/theme/theme1.xml", b"<a:theme", b"<nonsense"),
    ("a name of nothing", "xl/workbook.xml", b"</sheets>",
     b'</sheets><definedNames><definedName name="_xlnm.Print_Area" localSheetId="99">#REF!</definedName></definedNames>'),
    ("a window of another size", "xl/workbook.xml", b"<bookViews>", b'<bookViews><workbookView activeTab="x"/>'),
    ("a page of another size", "xl/worksheets/sheet2.xml", b"</sheetData>", b'</sheetData><pageSetup paperSize="x"/>'),
    ("an unknown condition", "xl/worksheets/sheet2.xml", b"</sheetData>",
     b'</sheetData><conditionalFormatting sqref="?"><cfRule type="odd" priority="x"/></conditionalFormatting>'),
    ("a link to nowhere", "xl/worksheets/sheet2.xml", b"</sheetData>",
     b'</sheetData><hyperlinks><hyperlink ref="?"/></hyperlinks>'),
    ("a day that is none", "docProps/core.xml", b"</dcterms:created>", b"x</dcterms:created>"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "old", "new"), [case[1:] for case in DRESS], ids=[case[0] for case in DRESS])
def test_what_no_value_depends_on_does_not_decide(small: Project, part: str, old: bytes, new: bytes) -> None:
    path = small.root / "evidence.xlsx"
    before = path.read_bytes()
    rewrite(path, lambda name, content: content.replace(old, new, 1) if name == part else content)
    assert path.read_bytes() != before
    assert take_back() == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")


@pytest.mark.parametrize(
    "extra",
    [
        {"customXml/item1.xml": "<x/>".encode("utf-16")},
        {"xl/drawings/drawing1.xml": b"no drawing at all"},
        {"xl/charts/chart1.xml": b"<chart>"},
        {"xl/printerSettings/printerSettings1.bin": b"\0\1"},
        {"xl/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"},
    ],
    ids=lambda extra: next(iter(extra)),
)
def test_parts_without_values_may_be_anything(small: Project, extra: dict[str, bytes]) -> None:
    rewrite(small.root / "evidence.xlsx", lambda name, content: content, **extra)
    assert take_back() == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")


def test_parts_in_other_places_are_found(small: Project) -> None:
    """Some programs write names of parts from the root, with the slash of Windows, or in capitals."""
    path = small.root / "evidence.xlsx"
    rewrite(path, lambda name, content: content.replace(b'"xl/worksheets/', b'"/XL/Worksheets/'))
    assert take_back() == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")
