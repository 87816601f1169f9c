"""What a spreadsheet shows is what an import takes in, to the digit; else the cell is refused."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest

from na_report.editions.schema import BY_NAME
from na_report.workbook.cell_values import to_text
from na_report.workbook.layout import FaultError
from na_report.workbook.package import Cell, Package

COLUMNS = {column.name: column for column in (*BY_NAME["sources"].columns, *BY_NAME["observations"].columns)}


def taken(given: Any, column: str, form: str = "General", *, before: str = "", unit: str = "percent") -> str:
    kind = "s" if isinstance(given, str) else "d" if isinstance(given, date) else "n"
    cell = given if isinstance(given, Cell) else Cell(float(given) if kind == "n" else given, kind, form)
    return to_text(cell, COLUMNS[column], before=before, unit=unit if column == "value" else "")


def check(expected: str | list[str], given: Any, column: str, form: str = "General") -> None:
    """What is taken in, or the words that the message must have."""
    if isinstance(expected, str):
        assert taken(given, column, form) == expected
        return
    with pytest.raises(FaultError) as caught:
        taken(given, column, form)
    assert all(word in " ".join(caught.value.args) for word in expected), caught.value


ACCOUNT = "_ * #,##0.0_ ;_ * -#,##0.0_ ;_ * - ??_ ;_ @_ "
# The value of a cell, its column and number format, and what is taken in, or words of the message.
SHOWN: list[tuple[Any, str, str, str | list[str]]] = [
    (date(2019, 7, 14), "period", "[$-413]yyyy;@", "2019"),
    (date(2019, 7, 1), "period", "mmm-yy", "2019-07"),
    (2020, "period", "General", "2020"),
    (datetime(2026, 11, 24), "extracted", "dd-mm-yyyy", "2026-11-24"),
    (date(2026, 11, 24), "extracted", "[$-F800]dddd, mmmm dd, yyyy", "2026-11-24"),
    (28.999999999999996, "value", "General", "29"),
    (0.3333333333333333, "value", "General", "0.333333333333333"),
    (1e-7, "value", "General", "0.0000001"),
    (0.28999999999999998, "value", "0.0 %", "29"),
    (1_300_000, "value", "#,##0", "1300000"),
    (-19.5, "value", "0.0", "-19.5"),
    (19.5, "value", "@", "19.5"),
    (12, "page", "General", "12"),
    ("12", "page", ACCOUNT, "12"),
    ("19,50", "value", "@", "19.5"),
    ("0,125", "value", "@", "0.125"),
    ("\u221219,5", "value", "@", "-19.5"),
    ("19,5 %", "value", "@", "19.5"),
    ("a_x000D_", "page", "@", "a"),
    ("'s-Hertogenbosch", "page", "@", "'s-Hertogenbosch"),
    (date(2019, 7, 1), "period", "yy", ["2019-07-01 (a date)", "text"]),
    (date(2019, 7, 1), "period", '"Q3 "yyyy', ["2019-07-01 (a date)"]),
    (date(2019, 7, 14), "period", "d mmm yyyy", ["2019-07-14 (a date)"]),
    (datetime(2019, 7, 1, 12), "period", "yyyy", ["2019-07-01 12:00:00 (a date)"]),
    (date(2026, 5, 19), "value", "d-mmm", ["2026-05-19 (a date)", "a number"]),
    (date(2026, 2, 1), "page", "mmm-yy", ["2026-02-01 (a date)", "text"]),
    (date(2026, 11, 24), "extracted", "mmm-yy", ["'mmm-yy'", "shown whole"]),
    (date(2026, 11, 24), "extracted", "[$-D00041E]d-m-yyyy", ["shown whole"]),
    (datetime(2026, 11, 24, 9, 5), "extracted", "dd-mm-yyyy", ["09:05", "a date without a time"]),
    (28.4737, "value", "0.0", ["28.4737, shown in the format '0.0'", "the unit percent"]),
    (0.284737, "value", "0%", ["28.4737, shown in the format '0%'"]),
    (19500, "value", "0.0,", ["19500, shown in the format '0.0,'"]),
    *((19.5, "value", form, ["General"]) for form in ('0.0" b"', '"ca. "0.0', ";;;", "[<20]0.0;0", '"€" 0.0', "[$-D00041E]0.0")),
    *((given, "value", form, ["General"]) for given, form in ((-5, "[Red]0;-0"), (19.5, ACCOUNT))),
    *((given, "value", form, ["General"]) for given, form in ((-5, "0;0"), (5, "-0"), (0, ";;;"), (0, "#"))),
    *((given, "value", form, ["General"]) for given, form in ((0.33, "# ?/?"), (12345, "0.0E+00"))),
    (4.1, "section", "General", ["4.1", "text", "3.10"]),
    (7, "page", "000", ["7, shown in the format '000'", "as text"]),
    (1234, "page", "#,##0", ["1234, shown in the format"]),
    (201907, "period", '0000"-"00', ["201907, shown in the format"]),
    *(("12", "page", form, ["12, shown in the format"]) for form in ('"p. "@', ";;;")),
    *((text, "value", "@", ["one way", "1300"]) for text in ("1.300", "1,300", "+1.300", "+1,300")),
    ("8%", "source_line", "@", ["8%", "check the unit"]),
    (0.08, "page", "0%", ["8%", "not shown as per cent"]),
    (12345678901234567, "page", "General", ["at most 15 digits"]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "column", "form", "expected"), SHOWN)
def test_what_is_shown_is_taken_in_or_refused(given: Any, column: str, form: str, expected: str | list[str]) -> None:
    check(expected, given, column, form)


@pytest.mark.parametrize("given", [(0.022, "0.0%"), ("2%", "@")])
def test_a_percentage_in_another_unit_is_refused(given: tuple[Any, str]) -> None:
    with pytest.raises(FaultError, match="the unit count"):
        taken(given[0], "value", given[1], unit="count")


SAME: list[tuple[Any, str, str, str]] = [
    (19.500000000000004, "value", "General", "19.5"),
    (0.195, "value", "0%", "19.5"),
    (19.5, "value", ";;;", "19.5"),
    (1_300_000, "value", '0.0,," mln"', "1300000"),
    (3.1, "section", "0.00", "3.10"),
    ("12", "page", '"p. "@', "12"),
    (date(2026, 11, 24), "extracted", "mmm-yy", "2026-11-24"),
]


@pytest.mark.parametrize(("given", "column", "form", "before"), SAME)
def test_a_value_that_is_only_shown_in_another_way_is_no_change(
    given: Any, column: str, form: str, before: str
) -> None:
    assert taken(given, column, form, before=before) == before


def filed(cell: str, form: str = "General", settings: str = "") -> Cell:
    """Reads a cell as another program wrote it in the file of a workbook; style 1 has the number format."""
    link = '<link Id="{0}" Type="/{0}" Target="{0}.xml"/>'
    parts = {
        "workbook": f'<all xmlns:r="r"><workbookPr {settings}/><sheets><sheet name="A" r:id="worksheet"/></sheets></all>',
        "_rels/workbook.xml": f"<all>{link.format('worksheet')}{link.format('styles')}</all>",
        "worksheet": f"<all><sheetData><row>{cell}</row></sheetData></all>",
        "styles": f'<a><numFmts><a numFmtId="9" formatCode="{form}"/></numFmts><cellXfs><a/><a numFmtId="9"/></cellXfs></a>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(f"xl/{name}.{'rels' if name.startswith('_') else 'xml'}", content)
    with zipfile.ZipFile(file) as archive:
        [(_, cells)], _ = Package(archive).sheet("A")
    return cells[1]


# How other programs write a cell in the file, the column, and what must come of it, or words of the message.
FILED: list[tuple[str, str, str | list[str]]] = [
    ('<c s="1"><v>28.999999999999996</v></c>', "value", "29"),
    ('<c s="1"><v>2.05E+1</v></c>', "value", "20.5"),
    ('<c t="str"><v>_x005F_x0041_</v></c>', "page", "_x0041_"),
    ('<c t="str"><v>_xD83D__xDE00_</v></c>', "page", "😀"),
    ("<c t='inlineStr'><is><t>A &amp;amp; &#66; &lt;b&gt;</t></is></c>", "page", "A &amp; B <b>"),
    ("<c><is><r><t>1</t></r><r><rPr><b/></rPr><t>2</t></r></is></c>", "page", "12"),
    ('<c><is><t>漢字</t><rPh sb="0" eb="2"><t>かんじ</t></rPh></is></c>', "page", "漢字"),
    ('<c><is><r><t>19,5</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r></is></c>', "value", ["19,51", "raised"]),
    ("<c><is><r><rPr><strike/></rPr><t>18 </t></r><r><t>19</t></r></is></c>", "page", ["18 19", "crossed-out"]),
    ('<c t="b"><v>1</v></c>', "value", ["TRUE", "no truth value", "type the value again"]),
    ('<c t="e"><v>#VALUE!</v></c>', "period", ["#VALUE!", "no error"]),
    ("<c><v>12345678901234567</v></c>", "page", ["at most 15 digits"]),
    ("<c><v>1E400</v></c>", "value", ["inf", "15 digits"]),
    ("<c><f>39/2</f><v>19.5</v></c>", "value", ["=39/2", "no formula", "Paste special"]),
    ('<c><f t="shared" si="0"/><v>19.5</v></c>', "value", ["no formula"]),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "column", "expected"), FILED)
def test_a_cell_of_another_program_is_taken_in_as_it_is_shown_or_refused(
    cell: str, column: str, expected: str | list[str]
) -> None:
    check(expected, filed(cell), column)


@pytest.mark.parametrize(("settings", "day"), [("", "2022-11-23"), ('date1904="1"', "2026-11-24")])
def test_days_are_counted_from_the_year_that_the_workbook_says(settings: str, day: str) -> None:
    assert taken(filed('<c s="1"><v>44888</v></c>', "yyyy-mm-dd", settings), "extracted") == day
