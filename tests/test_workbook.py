"""An edition goes out as a workbook that people can work in, and comes back unchanged when nobody changed it."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT
from openpyxl import load_workbook
from openpyxl.comments import Comment
from workbooks import Book, change, rewrite, small, snapshot, table_bytes, take_back, template

from na_report.base.errors import NaReportError
from na_report.base.paths import DESCRIPTOR, Project
from na_report.cli import main
from na_report.editions.edition import copy_edition, seal_edition
from na_report.editions.folders import verify_edition
from na_report.editions.tables import TABLES
from na_report.workbook.comments import AUTHOR
from na_report.workbook.exporting import export_edition
from na_report.workbook.layout import META, START
from na_report.workbook.words import explain

__all__ = ["small", "template"]  # fixtures


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


def test_the_workbook_explains_every_column_in_words() -> None:
    assert [column.name for table in TABLES for column in table.columns if explain(column) == column.name] == []


def test_sheets_follow_the_tables(whole: Path) -> None:
    book = load_workbook(whole)
    assert book.sheetnames == [START, *(table.name for table in TABLES), META]
    assert book[META].sheet_state == "veryHidden"
    for table in TABLES:
        assert [cell.value for cell in book[table.name][1]] == [column.name for column in table.columns]


def test_start_explains_each_column_in_dutch(whole: Path) -> None:
    rows = list(load_workbook(whole)[START].iter_rows(values_only=True))
    told = {row[:2]: row[2] for row in rows}
    for table in TABLES:
        for column in table.columns:
            assert told[table.name, column.name] == explain(column)
    assert "editie 2021" in str(rows[0][0])


def test_keys_and_headers_are_locked_and_the_rest_is_free(whole: Path) -> None:
    sheet = load_workbook(whole)["observations"]
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert not any((sheet.protection.insertRows, sheet.protection.deleteRows, sheet.protection.sort))
    assert not sheet.protection.autoFilter
    assert sheet["A1"].protection.locked
    assert sheet["A2"].protection.locked
    assert not sheet["B2"].protection.locked
    assert not sheet.column_dimensions["A"].protection.locked  # for the ids of new rows


def test_sheets_have_frozen_headers_filters_and_wrapped_text(whole: Path) -> None:
    book = load_workbook(whole)
    for table in TABLES:
        sheet = book[table.name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet["C2"].alignment.wrap_text or not sheet["A2"].value
    assert book["findings"].row_dimensions[2].height >= 4 * 15  # LibreOffice shows one line without it
    long = next(cell.row for cell in book[START]["D"] if len(str(cell.value)) > 60)
    assert book[START].row_dimensions[long].height >= 2 * 15
    assert book[START]["A1"].font.bold
    assert book["findings"]["A1"].font.bold


def test_codes_and_references_have_drop_downs_and_lists_a_message(whole: Path) -> None:
    book = load_workbook(whole)
    lists = {
        (sheet.title, str(rule.sqref)): rule
        for sheet in book.worksheets
        for rule in sheet.data_validations.dataValidation
    }
    geo = lists["observations", "C2:C1048576"]
    cells = book[META][geo.formula1.split("!")[1].replace("$", "")]
    assert {cell.value for (cell,) in cells} == {"NL", "EU", "EE"}
    rows = book["indicators"].max_row
    assert lists["observations", "B2:B1048576"].formula1 == f"'indicators'!$A$2:$A${rows + 200}", (
        "with room for new rows"
    )
    many = lists["findings", "J2:J1048576"]
    assert many.type is None
    assert "puntkomma" in many.prompt


def test_numbers_are_numbers_and_text_is_text(whole: Path) -> None:
    sheet = load_workbook(whole)["observations"]
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    row = next(cell.row for cell in sheet["A"] if cell.value == "IND007-NL-2019")
    assert sheet[f"{heads['value']}{row}"].value == 19.5
    assert sheet[f"{heads['period']}{row}"].value == "2019"
    assert sheet[f"{heads['period']}{row}"].number_format == "@"


@pytest.mark.parametrize(
    "text", ["=1+1", "+31 6", "-3 keer", "@naam", "'aan", "#N/A is een fout", "_x0041_", '=HYPERLINK("http://a")']
)
def test_no_text_becomes_a_formula(small: Project, text: str) -> None:
    path = small.data / "2021" / "interviewees.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    rows[1][1] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    (small.data / "2021" / DESCRIPTOR).unlink()
    seal_edition("2021", small)
    assert main(["edition", "export", "2021", "text.xlsx"]) == 0
    cell = load_workbook("text.xlsx")["interviewees"]["B2"]
    assert cell.data_type == "s"
    assert take_back("text.xlsx") == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")


def test_a_text_that_no_cell_holds_is_not_cut_off(small: Project) -> None:
    path = small.data / "2021" / "interviewees.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Annette Peet", "a" * 32_768), encoding="utf-8")
    (small.data / "2021" / DESCRIPTOR).unlink()
    seal_edition("2021", small)
    with pytest.raises(NaReportError, match="name of P1 has 32768 characters"):
        export_edition("2021", small.root / "long.xlsx", small)
    assert not (small.root / "long.xlsx").exists()


def test_the_same_edition_gives_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    target = tmp_path / "again.xlsx"
    command = [sys.executable, "-m", "na_report.cli", "edition", "export", "2021", str(target)]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"})
    assert target.read_bytes() == whole.read_bytes()
    with zipfile.ZipFile(target) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_existing_file_is_replaced_only_with_force(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (small.root / "mine.xlsx").write_bytes(b"mine")
    assert main(["edition", "export", "2021", "mine.xlsx"]) == 2
    assert "--force" in capsys.readouterr().err
    assert (small.root / "mine.xlsx").read_bytes() == b"mine"
    assert main(["edition", "export", "2021", "mine.xlsx", "--force"]) == 0
    assert (small.root / "mine.xlsx").read_bytes() == (small.root / "evidence.xlsx").read_bytes()


@pytest.mark.parametrize("file", ["evidence.csv", "nowhere/evidence.xlsx"])
def test_a_place_that_can_not_hold_a_workbook_is_refused(small: Project, file: str) -> None:
    assert main(["edition", "export", "2021", file]) == 2
    assert not (small.root / file).exists()


def test_the_whole_edition_comes_back_the_same(project: Project, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    assert take_back(str(whole), "2021b") == 0
    copy_edition("2021", "2021c", project)  # with what came later, empty
    assert table_bytes(project, "2021b") == table_bytes(project, "2021c")
    verify_edition("2021b", project)


def test_libreoffice_saves_the_workbook_without_a_change(
    project: Project, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office("--convert-to", "xlsx", str(whole), folder=tmp_path)
    monkeypatch.chdir(project.root)
    assert take_back(str(tmp_path / "evidence.xlsx"), "2021b") == 0
    copy_edition("2021", "2021c", project)  # with what came later, empty
    assert table_bytes(project, "2021b") == table_bytes(project, "2021c")


def test_libreoffice_keeps_protection_and_drop_downs(whole: Path, tmp_path: Path) -> None:
    office("--convert-to", "xlsx", str(whole), folder=tmp_path)
    sheet = load_workbook(tmp_path / "evidence.xlsx")["observations"]
    assert sheet.protection.sheet
    assert sheet["A2"].protection.locked
    assert not sheet["B2"].protection.locked
    assert any(rule.type == "list" for rule in sheet.data_validations.dataValidation)


@pytest.mark.parametrize("name", ["2021", "../2026", "nieuw", "2026/x", "2026B"])
def test_a_name_that_is_taken_or_no_name_is_refused(small: Project, name: str) -> None:
    before = snapshot(small.data)
    assert take_back(new=name) == 2
    assert snapshot(small.data) == before


def test_a_file_that_is_not_there_is_refused(small: Project) -> None:
    assert take_back("nowhere.xlsx") == 2


def test_all_problems_come_at_once_in_the_order_of_the_sheets(
    small: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    def make(book: Book) -> None:
        book.put("observations", "IND007-NL-2019", "value", "veel")
        book.put("findings", "FM12", "kind", "wish")
        book.put("sources", "ceps2019irdll", "year", "MMXIX")

    change(small, make)
    assert take_back() == 1
    found = re.findall(r"found '(veel|wish|MMXIX)'", capsys.readouterr().err)
    assert found == ["MMXIX", "veel", "wish"]


def test_a_copy_that_someone_worked_in_is_not_replaced(small: Project) -> None:
    change(small, lambda book: book.put("findings", "FM12", "kind", "wish"), "broken.xlsx")
    assert take_back("broken.xlsx") == 1
    assert take_back("broken.xlsx") == 1  # as nobody has saved the copy, it is replaced
    copy = small.root / "broken.problems.xlsx"
    assert not (small.root / "broken.problems-2.xlsx").exists()
    book = load_workbook(copy)
    book.save(copy)
    worked_in = copy.read_bytes()
    assert take_back("broken.xlsx") == 1
    assert copy.read_bytes() == worked_in
    assert (small.root / "broken.problems-2.xlsx").exists()


def test_an_export_replaces_nothing_unasked(small: Project) -> None:
    letter = small.root / "letter.xlsx"
    letter.write_text("dear", encoding="utf-8")
    with pytest.raises(NaReportError, match=r"letter\.xlsx"):
        export_edition("2021", letter, small)
    assert letter.read_text(encoding="utf-8") == "dear"


def test_a_file_of_that_name_that_is_no_workbook_is_left_alone(small: Project) -> None:
    change(small, lambda book: book.put("findings", "FM12", "kind", "wish"), "broken.xlsx")
    letter = small.root / "broken.problems.xlsx"
    letter.write_text("dear", encoding="utf-8")
    assert take_back("broken.xlsx") == 1
    assert letter.read_text(encoding="utf-8") == "dear"
    assert load_workbook(small.root / "broken.problems-2.xlsx")["findings"]


def test_comments_of_people_stay_and_those_of_a_former_import_go(small: Project) -> None:
    people = {"A1": "Anna", "A2": "zoë"}
    change(small, lambda book: book.put("findings", "FM12", "kind", "wish"), "broken.xlsx")
    book = load_workbook("broken.xlsx")
    for place, author in people.items():
        book["sectors"][place].comment = Comment("?", author)
    book["sectors"]["A3"].comment = Comment("Found nothing", AUTHOR)
    book.save("broken.xlsx")
    assert take_back("broken.xlsx") == 1
    sheet = load_workbook("broken.problems.xlsx")["sectors"]
    left = {cell.coordinate: cell.comment.author for row in sheet.iter_rows() for cell in row if cell.comment}
    assert left == people


def comments_of(path: Path | str) -> dict[tuple[str, str], str]:
    """Returns what the comments of a workbook say, per sheet and cell."""
    cells = (
        cell for sheet in load_workbook(path).worksheets for row in sheet.iter_rows() for cell in row if cell.comment
    )
    return {(cell.parent.title, cell.coordinate): cell.comment.text for cell in cells}


def test_words_of_a_colleague_stay_beside_the_remark(small: Project) -> None:
    def make(book: Book) -> None:
        book.put("findings", "FM12", "kind", "wish")
        book.cell("findings", "FM12", "kind").comment = Comment("Nagebeld: 1 < 2 & 'ja'", "Collega")

    change(small, make, "broken.xlsx")
    assert take_back("broken.xlsx") == 1
    [text] = comments_of("broken.problems.xlsx").values()
    assert text.startswith("Nagebeld: 1 < 2 & 'ja'\n")
    assert "Found 'wish'" in text
    cell = next(cell for row in load_workbook("broken.problems.xlsx")["findings"] for cell in row if cell.comment)
    assert cell.comment.author == "Collega"


def test_a_remark_of_a_former_import_is_replaced_whoever_saved_the_copy(small: Project, tmp_path: Path) -> None:
    """LibreOffice drops the authors of comments and moves their lines."""

    def make(book: Book) -> None:
        book.put("findings", "FM12", "kind", "wish")
        book.put("interviewees", "P1", "name", "#N/B")
        book.cell("findings", "FM12", "kind").comment = Comment("Nagebeld", "Collega")

    change(small, make, "broken.xlsx")
    assert take_back("broken.xlsx") == 1
    office("--convert-to", "xlsx", str(small.root / "broken.problems.xlsx"), folder=tmp_path)
    book = load_workbook(tmp_path / "broken.problems.xlsx")
    Book(book).put("interviewees", "P1", "name", "Jan")
    book.save("again.xlsx")
    assert take_back("again.xlsx") == 1
    [text] = comments_of("again.problems.xlsx").values()  # the remark of the cell that was mended is gone, box and all
    assert text.startswith("Nagebeld")
    assert text.count("Found") == 1


def test_all_else_in_the_copy_is_as_it_was(small: Project) -> None:
    """Also what no library of spreadsheets knows; and the boxes of comments keep their size and place."""
    change(small, lambda book: book.put("findings", "FM12", "kind", "wish"), "broken.xlsx")
    book = load_workbook("broken.xlsx")
    book["sectors"]["A1"].comment = Comment("?", "Anna", height=222, width=444)
    book.save("broken.xlsx")
    sheet = next(number for number, title in enumerate(book.sheetnames, start=1) if title == "findings")
    part = f"xl/worksheets/sheet{sheet}.xml"
    more = b'<drawing xmlns:r="r" r:id="d"/><tableParts count="0"/><extLst><ext uri="x"/></extLst></worksheet>'
    extra = {
        "xl/drawings/drawing1.xml": b"<picture/>",
        "xl/media/a.png": b"\x89PNG",
        "xl/threadedComments/odd.xml": b"<x/>",
    }
    rewrite(
        Path("broken.xlsx"),
        lambda name, content: content.replace(b"</worksheet>", more) if name == part else content,
        **extra,
    )
    assert take_back("broken.xlsx") == 1
    with zipfile.ZipFile("broken.xlsx") as old, zipfile.ZipFile("broken.problems.xlsx") as new:
        before, after = ({name: archive.read(name) for name in archive.namelist()} for archive in (old, new))
    touched = {"[Content_Types].xml", part, f"xl/worksheets/_rels/sheet{sheet}.xml.rels"}
    assert {name for name in before if before[name] != after[name]} == touched & before.keys()
    drawings = [name for name in after if name.endswith(".vml")]
    assert any(b"height:222px" in after[name] or b"height:222" in after[name] for name in drawings)
    order = re.findall(rb"<(drawing|legacyDrawing|tableParts|extLst)\b", after[part])
    assert order == [b"drawing", b"legacyDrawing", b"tableParts", b"extLst"]
    assert re.sub(rb"<(?:legacyDrawing|sheetPr)\b.*?>|<tabColor.*?>", b"", after[part]) == re.sub(
        rb"<sheetPr\b.*?>|<tabColor.*?>", b"", before[part]
    )


THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"


def with_conversation(path: Path, sheet: int, place: str) -> None:
    """Makes the comment of a cell a conversation, as Excel writes one."""
    thread = (
        f'<ThreadedComments xmlns="{THREADS}"><threadedComment ref="{place}" dT="2026-11-24T09:00:00.00" personId="{{A}}" '
        'id="{B}"><text>Klopt dit?</text></threadedComment></ThreadedComments>'
    )
    person = f'<personList xmlns="{THREADS}"><person displayName="Anna" id="{{A}}" userId="a" providerId="None"/></personList>'
    kind = "http://schemas.microsoft.com/office/2017/10/relationships"

    def link(name: str, target: str) -> bytes:
        return f'<Relationship Id="t" Type="{kind}/{name}" Target="{target}"/></Relationships>'.encode()

    links = {
        f"xl/worksheets/_rels/sheet{sheet}.xml.rels": link(
            "threadedComment", "/xl/threadedComments/threadedComment1.xml"
        ),
        "xl/_rels/workbook.xml.rels": link("person", "/xl/persons/person.xml"),
    }
    rewrite(
        path,
        lambda name, content: content.replace(b"</Relationships>", links[name]) if name in links else content,
        **{"xl/threadedComments/threadedComment1.xml": thread.encode(), "xl/persons/person.xml": person.encode()},
    )


def test_a_conversation_gets_an_answer(small: Project) -> None:
    def make(book: Book) -> None:
        book.put("findings", "FM12", "kind", "wish")
        book.cell("findings", "FM12", "kind").comment = Comment("[Threaded comment] Klopt dit?", "tc={B}")

    path = change(small, make, "broken.xlsx")
    book = load_workbook(path)
    with_conversation(path, book.sheetnames.index("findings") + 1, Book(book).place("findings", "FM12", "kind"))
    for file, answer in (
        ("broken.xlsx", "broken.problems.xlsx"),
        ("broken.problems.xlsx", "broken.problems.problems.xlsx"),
    ):
        assert take_back(file) == 1
        with zipfile.ZipFile(answer) as archive:
            thread = archive.read("xl/threadedComments/threadedComment1.xml").decode()
            people = archive.read("xl/persons/person.xml").decode()
        assert re.findall(r"<text>(\w+)", thread) == ["Klopt", "Found"]
        assert re.findall(r'parentId="([^"]*)"', thread) == ["{B}"]
        assert re.findall(r'displayName="([^"]*)"', people) == ["Anna", AUTHOR]


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.195, "1/100 of"), (1.95, "1/10 of"), (0.0195, "1/1,000 of"), (20.5, ""), (97.5, "")],
)
def test_a_value_that_is_a_round_number_of_times_the_one_before_is_told(
    small: Project, capsys: pytest.CaptureFixture[str], value: float, said: str
) -> None:
    change(small, lambda book: book.put("observations", "IND007-NL-2019", "value", value))
    assert take_back() == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "the one before" in line]
    assert [said in line and "19.5" in line and "IND007-NL-2019" in line for line in told] == [True] * bool(said)
    assert main(["edition", "diff", "2021", "2026"]) == 0
    assert capsys.readouterr().out.count(f"exactly {said}") == 2 * bool(said)


def test_a_new_year_is_told_too_and_another_unit_is_not(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    def make(book: Book) -> None:
        book.add("observations", "IND007-NL-2019", id="IND007-NL-2020", period="2020", value=0.195)
        book.put("observations", "IND012-NL-2020", "value", 22)
        book.put("indicators", "IND012", "unit", "percent")

    change(small, make)
    assert take_back() == 0
    [note] = [line for line in capsys.readouterr().out.splitlines() if "the one before" in line]
    assert "IND007-NL-2020: the value 0.195 is exactly 1/100 of the one before, 19.5 (IND007-NL-2019)" in note


def test_a_slip_in_a_table_is_told_when_it_is_sealed(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["edition", "copy", "2021", "2022"]) == 0
    path = small.data / "2022" / "observations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",19.5,", ",1.95,"), encoding="utf-8")
    assert main(["edition", "seal", "2022"]) == 0
    assert "IND007-NL-2019: the value 1.95 is exactly 1/10 of" in capsys.readouterr().out


def test_a_workbook_whose_base_has_a_successor_is_told(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    change(small, lambda book: book.put("observations", "IND007-NL-2019", "value", 20.5), "a.xlsx")
    change(small, lambda book: book.put("interviewees", "P1", "name", "Nieuw"), "b.xlsx")
    assert main(["edition", "copy", "2021", "2029"]) == 0  # is no edition before it is sealed
    assert take_back("a.xlsx", "2022") == 0
    assert "came after" not in capsys.readouterr().out
    assert take_back("b.xlsx", "2021b") == 0
    assert "edition 2022 came after 2021" in capsys.readouterr().out
    assert take_back("b.xlsx", "2023") == 0
    out = capsys.readouterr().out
    assert "edition 2022 came after 2021" in out
    assert "na-report edition diff 2022 2023" in out
    assert "2029" not in out


def test_the_copy_with_comments_can_be_mended_and_imported(small: Project) -> None:
    [old] = re.findall(r"^FM12,.*$", (small.data / "2021/findings.csv").read_text(encoding="utf-8"), re.MULTILINE)
    kind = next(csv.reader([old]))[3]
    change(small, lambda book: book.put("findings", "FM12", "kind", "wish"), "broken.xlsx")
    assert take_back("broken.xlsx") == 1
    book = load_workbook("broken.problems.xlsx")
    sheet = book["findings"]
    [cell] = [cell for row in sheet.iter_rows() for cell in row if cell.comment]
    cell.value = kind
    book.save("broken.problems.xlsx")
    assert take_back("broken.problems.xlsx") == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")


def test_the_command_tells_what_changed(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    def make(book: Book) -> None:
        book.put("observations", "IND007-NL-2019", "value", 20.5)
        book.add("interviewees", "P1", id="P90")
        book.delete("interviewees", "P2")

    change(small, make)
    assert take_back() == 0
    assert "1 rows added, 1 deleted, 1 changed" in capsys.readouterr().out


def test_an_edition_without_codes_has_no_lists_to_choose_from(small: Project) -> None:
    folder = small.data / "2021"
    for path in folder.glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    (folder / DESCRIPTOR).unlink()
    seal_edition("2021", small)
    path = export_edition("2021", small.root / "leeg.xlsx", small)
    assert load_workbook(path)["observations"].max_row == 1
