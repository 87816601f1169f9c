"""An edition goes out as a workbook that people can work in, and comes back the same or with what they meant."""

import csv
import errno
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import ROOT
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from workbooks import OBS, Book, change, put, rewrite, rows_of, small, table_bytes, take_back, template, value

from na_report.base.errors import NaReportError
from na_report.base.files import contents
from na_report.base.paths import DESCRIPTOR, Project
from na_report.cli import main
from na_report.editions.edition import copy_edition, seal_edition
from na_report.editions.integrity import verify_edition
from na_report.editions.schema import TABLES
from na_report.workbook import comments
from na_report.workbook.exporting import explain, export_edition
from na_report.workbook.layout import META, START

__all__ = ["small", "template"]  # fixtures

WISH = put("findings", "FM12", "kind", "wish")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of the real edition 2021."""
    return export_edition("2021", tmp_path_factory.mktemp("whole") / "evidence.xlsx", Project(ROOT))


def office(*arguments: str, folder: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("soffice (LibreOffice) is not installed; CI installs libreoffice-calc")
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [program, profile, "--headless", *arguments, "--outdir", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)


def test_the_workbook_has_a_sheet_per_table_with_comforts(whole: Path) -> None:
    book = load_workbook(whole)
    assert book.sheetnames == [START, *(table.name for table in TABLES), META]
    assert book[META].sheet_state == "veryHidden"
    assert "editie 2021" in book[START]["A1"].value
    lines = [*book[START].iter_rows(values_only=True)]
    told = {line[:2]: line[2] for line in lines}
    kinds = {line[:2]: line[3:] for line in lines}
    assert kinds["findings", "source_ids"] == ("ids uit sources, met ; ertussen", "nee")
    assert kinds["findings", "kind"] == ("code uit de lijst finding_kind", "ja")
    for table in TABLES:
        sheet = book[table.name]
        assert [cell.value for cell in sheet[1]] == [column.name for column in table.columns]
        assert all(told[table.name, column.name] == explain(column) != column.name for column in table.columns)
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", sheet.dimensions)
        assert sheet["C2"].alignment.wrap_text or not sheet["A2"].value
    assert book["findings"].row_dimensions[2].height >= 4 * 15  # LibreOffice shows one line without it
    link = next(cell for cell in book[START]["A"] if cell.value == "findings")
    assert link.hyperlink.location == "'findings'!A1"
    value, period = (Book(book).cell(*OBS, column) for column in ("value", "period"))
    assert (value.value, value.number_format) == (19.5, "General")
    assert (period.value, period.number_format) == ("2019", "@")


def test_keys_and_headers_are_locked_and_codes_and_references_have_drop_downs(whole: Path) -> None:
    book = load_workbook(whole)
    sheet = book["observations"]
    assert (sheet.protection.sheet, sheet.protection.password) == (True, None)
    assert not any(getattr(sheet.protection, name) for name in ("insertRows", "deleteRows", "sort", "autoFilter"))
    assert [sheet[place].protection.locked for place in ("A1", "A2", "B2")] == [True, True, False]
    assert not sheet.column_dimensions["A"].protection.locked  # for the ids of new rows
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    cells = book[META][rules["C2:C1048576"].split("!")[1].replace("$", "")]
    assert {cell.value for (cell,) in cells} == {"NL", "EU", "EE"}
    last = book["indicators"].max_row + 200  # with room for new rows
    assert rules["B2:B1048576"] == f"'indicators'!$A$2:$A${last}"


def with_people(project: Project, lines: str) -> None:
    """Gives the table of people other rows and seals the edition again."""
    folder = project.data / "2021"
    header = (folder / "interviewees.csv").read_text(encoding="utf-8").partition("\n")[0]
    (folder / "interviewees.csv").write_text(f"{header}\n{lines}\n", encoding="utf-8")
    (folder / DESCRIPTOR).unlink()
    seal_edition("2021", project)


def test_no_text_becomes_a_formula_or_is_cut_off(small: Project) -> None:
    with_people(small, "P1,=1+1,ACT16,ho,inferred,+31 6,@naam\nP2,'aan,ACT16,ho,inferred,_x0041_,<r>a</r>")
    assert main(["edition", "export", "2021", "text.xlsx"]) == 0
    assert {cell.data_type for row in load_workbook("text.xlsx")["interviewees"].iter_rows() for cell in row} == {"s"}
    assert take_back("text.xlsx") == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")
    with_people(small, f"P1,{'a' * 32_768},ACT16,ho,inferred,,")
    with pytest.raises(NaReportError, match="interviewees!B2 would have 32768 characters"):
        export_edition("2021", small.root / "long.xlsx", small)
    assert not (small.root / "long.xlsx").exists()


def test_an_existing_file_is_replaced_only_with_force(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (small.root / "mine.xlsx").write_bytes(b"mine")
    for file in ("mine.xlsx", "evidence.csv", "nowhere/evidence.xlsx"):
        assert main(["edition", "export", "2021", file]) == 2
    assert "--force" in capsys.readouterr().err
    assert (small.root / "mine.xlsx").read_bytes() == b"mine"
    assert not (small.root / "evidence.csv").exists()
    assert main(["edition", "export", "2021", "mine.xlsx", "--force"]) == 0
    assert (small.root / "mine.xlsx").read_bytes() == (small.root / "evidence.xlsx").read_bytes()


@pytest.mark.parametrize("saved_by", ["nobody", "LibreOffice"])
def test_libreoffice_saves_the_workbook_without_a_change(
    project: Project, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saved_by: str
) -> None:
    path = whole
    if saved_by == "LibreOffice":
        office("--convert-to", "xlsx", str(whole), folder=tmp_path)
        path = tmp_path / "evidence.xlsx"
        sheet = load_workbook(path)["observations"]
        assert sheet.protection.sheet
        assert [sheet[place].protection.locked for place in ("A2", "B2")] == [True, False]
        assert any(rule.type == "list" for rule in sheet.data_validations.dataValidation)
    monkeypatch.chdir(project.root)
    assert take_back(str(path), "2021b") == 0
    copy_edition("2021", "2021c", project)  # with what came later, empty
    assert table_bytes(project, "2021b") == table_bytes(project, "2021c")
    verify_edition("2021b", project)


def test_a_name_that_is_taken_or_no_name_is_refused(small: Project) -> None:
    before = contents(small.data)
    for name in ("2021", "../2026", "nieuw", "2026B"):
        assert take_back(new=name) == take_back("nowhere.xlsx") == 2
    assert contents(small.data) == before


def test_a_copy_that_someone_worked_in_or_another_file_is_not_replaced(small: Project) -> None:
    change(small, WISH, "broken.xlsx")
    assert take_back("broken.xlsx") == take_back("broken.xlsx") == 1  # as nobody has saved the copy, it is replaced
    copy, second, third, fourth = (small.root / f"broken.problems{number}.xlsx" for number in ("", "-2", "-3", "-4"))
    assert not second.exists()
    load_workbook(copy).save(copy)
    second.write_text("dear", encoding="utf-8")
    third.mkdir()
    worked_in = copy.read_bytes()
    assert take_back("broken.xlsx") == 1
    assert copy.read_bytes() == worked_in
    assert second.read_text(encoding="utf-8") == "dear"
    assert load_workbook(fourth)["findings"]


def test_the_list_of_problems_is_told_where_no_whole_copy_can_be_written_and_nothing_else(
    small: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    change(small, WISH, "plain.xlsx")
    change(small, lambda book: (WISH(book), book.put("interviewees", "P1", "name", "_x005F_x0041_")), "changed.xlsx")
    # Excel writes what openpyxl warns that it leaves out.
    more = b'<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"/></extLst></worksheet>'
    rewrite(Path("plain.xlsx"), lambda name, xml: xml.replace(b"</worksheet>", more))
    limits = (("write_whole", full), ("_BYTES_LIMIT", 10), ("_CELLS_LIMIT", 10))
    tries = [*(("plain.xlsx", *limit) for limit in limits), ("changed.xlsx", "AUTHOR", comments.AUTHOR)]
    for file, name, limit in tries:
        with monkeypatch.context() as patch, warnings.catch_warnings(record=True, action="always") as warned:
            patch.setattr(comments, name, limit)
            assert take_back(file) == 1
        assert warned == []
        assert "found 'wish'" in capsys.readouterr().err
        assert list(small.root.glob("*.problems*")) == []


def said_in(path: Path) -> dict[str, tuple[str, str]]:
    """Returns what the comments of a workbook say, per cell, with their authors."""
    cells = [cell for sheet in load_workbook(path).worksheets for row in sheet.iter_rows() for cell in row]
    return {cell.coordinate: (cell.comment.author, cell.comment.text) for cell in cells if cell.comment}


@pytest.mark.parametrize("saved_by", ["nobody", "LibreOffice"])
def test_words_of_colleagues_stay_and_remarks_of_a_former_import_go_until_the_copy_is_mended(
    small: Project, tmp_path: Path, saved_by: str
) -> None:
    """LibreOffice drops the authors of comments and moves their lines."""
    [old] = re.findall(r"^FM12,.*$", (small.data / "2021/findings.csv").read_text(encoding="utf-8"), re.MULTILINE)

    def make(book: Book) -> None:
        WISH(book)
        book.put("interviewees", "P1", "name", "#N/B")
        book.cell("findings", "FM12", "kind").comment = Comment("Nagebeld: 1 < 2 & 'ja'", "Collega")
        book.sheet("sectors")["A1"].comment = Comment("?", "Zoë")

    change(small, make, "broken.xlsx")
    assert take_back("broken.xlsx") == 1
    again = Path("broken.problems.xlsx")
    said = said_in(again)
    assert load_workbook(again)["findings"].sheet_properties.tabColor.rgb == "00C00000"
    assert said["B2"][1].startswith("— na-report: Found '#N/B'")
    assert said["A1"] == ("Zoë", "?")
    [place] = said.keys() - {"A1", "B2"}
    if saved_by == "LibreOffice":
        office("--convert-to", "xlsx", str(small.root / again), folder=tmp_path)
        again = tmp_path / again
    book = load_workbook(again)
    Book(book).put("interviewees", "P1", "name", "Annette Peet")
    book.save("again.xlsx")
    assert take_back("again.xlsx") == 1
    said = said_in(Path("again.problems.xlsx"))
    assert said.keys() == {place, "A1"}  # the remark of the cell that was mended is gone
    assert said[place][1].startswith("Nagebeld: 1 < 2 & 'ja'\n")
    assert said[place][1].count("Found 'wish'") == 1
    book = load_workbook("again.problems.xlsx")
    Book(book).put("findings", "FM12", "kind", next(csv.reader([old]))[3])
    book.save("again.problems.xlsx")
    assert take_back("again.problems.xlsx") == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")


def test_a_value_that_is_a_round_number_of_times_the_one_before_is_told_also_by_diff(
    small: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    def make(book: Book) -> None:
        value(0.195)(book)
        book.add(*OBS, id="IND007-NL-2021", period="2021", value=1.95)

    change(small, make)
    assert take_back() == 0
    told = capsys.readouterr().out
    assert "IND007-NL-2019: the value 0.195 is exactly 1/100 of the one before, 19.5" in told
    assert "IND007-NL-2021: the value 1.95 is exactly 1/10 of the one before, 19.5 (IND007-NL-2019)" in told
    assert main(["edition", "diff", "2021", "2026"]) == 0
    assert "'19.5' -> '0.195' (exactly 1/100 of the one before)" in capsys.readouterr().out


def test_a_workbook_whose_base_has_a_successor_is_told(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    change(small, value(20.5), "a.xlsx")
    change(small, put("interviewees", "P1", "name", "Nieuw"), "b.xlsx")
    assert main(["edition", "copy", "2021", "2029"]) == 0  # is no edition before it is sealed
    assert take_back("a.xlsx", "2022") == 0
    assert "came after" not in capsys.readouterr().out
    assert take_back("b.xlsx", "2023") == 0
    out = capsys.readouterr().out
    assert "edition 2022 came after 2021" in out
    assert "na-report edition diff 2022 2023" in out
    assert "2029" not in out


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
    given = {"value": ("20,25", "20.25"), "period": (date(2020, 11, 1), "2020-11"), "page": (14, "14")}
    given |= {"source_line": (None, ""), "extracted": (date(2026, 11, 24), "2026-11-24")}

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
    names = {"P2": '=Jan "J", MSc', "P90": "Nieuw", "P3": "Later"}
    renamed = {key: {**people["P2"], "id": key, "name": name} for key, name in names.items()}
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
