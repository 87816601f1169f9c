"""An edition goes out as a workbook that people can work in, and comes back unchanged when nobody changed it."""

from __future__ import annotations

import csv
import errno
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from conftest import ROOT
from openpyxl import load_workbook
from openpyxl.comments import Comment
from workbooks import OBS, Book, change, put, rewrite, small, snapshot, table_bytes, take_back, template, value

from na_report.base.errors import NaReportError
from na_report.base.paths import DESCRIPTOR, Project
from na_report.cli import main
from na_report.editions.declared_tables import TABLES
from na_report.editions.edition import copy_edition, seal_edition
from na_report.editions.integrity import verify_edition
from na_report.workbook import comments
from na_report.workbook.exporting import export_edition
from na_report.workbook.layout import META, START
from na_report.workbook.words import explain

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


def test_sheets_follow_the_tables_and_start_explains_each_column_in_dutch(whole: Path) -> None:
    book = load_workbook(whole)
    assert book.sheetnames == [START, *(table.name for table in TABLES), META]
    assert book[META].sheet_state == "veryHidden"
    assert "editie 2021" in book[START]["A1"].value
    told = {row[:2]: row[2] for row in book[START].iter_rows(values_only=True)}
    for table in TABLES:
        assert [cell.value for cell in book[table.name][1]] == [column.name for column in table.columns]
        for column in table.columns:
            assert told[table.name, column.name] == explain(column) != column.name


def test_keys_and_headers_are_locked_and_the_rest_is_free(whole: Path) -> None:
    sheet = load_workbook(whole)["observations"]
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    may = ("insertRows", "deleteRows", "sort", "autoFilter")
    assert not any(getattr(sheet.protection, name) for name in may)
    assert [sheet[place].protection.locked for place in ("A1", "A2", "B2")] == [True, True, False]
    assert not sheet.column_dimensions["A"].protection.locked  # for the ids of new rows


def test_sheets_have_frozen_headers_filters_and_wrapped_text(whole: Path) -> None:
    book = load_workbook(whole)
    for table in TABLES:
        sheet = book[table.name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet["A1"].font.bold
        assert sheet["C2"].alignment.wrap_text or not sheet["A2"].value
    assert book["findings"].row_dimensions[2].height >= 4 * 15  # LibreOffice shows one line without it
    link = next(cell for cell in book[START]["A"] if cell.value == "findings")
    assert link.hyperlink.location == "'findings'!A1"


def test_codes_and_references_have_drop_downs_and_lists_a_message(whole: Path) -> None:
    book = load_workbook(whole)
    rules = {str(rule.sqref): rule for rule in book["observations"].data_validations.dataValidation}
    cells = book[META][rules["C2:C1048576"].formula1.split("!")[1].replace("$", "")]
    assert {cell.value for (cell,) in cells} == {"NL", "EU", "EE"}
    last = book["indicators"].max_row + 200  # with room for new rows
    assert rules["B2:B1048576"].formula1 == f"'indicators'!$A$2:$A${last}"
    [many] = [rule for rule in book["findings"].data_validations.dataValidation if str(rule.sqref) == "J2:J1048576"]
    assert many.type is None
    assert "puntkomma" in many.prompt


def test_numbers_are_numbers_and_text_is_text(whole: Path) -> None:
    book = Book(load_workbook(whole))
    assert book.cell(*OBS, "value").value == 19.5
    assert (book.cell(*OBS, "period").value, book.cell(*OBS, "period").number_format) == ("2019", "@")


def resealed(project: Project, old: str, new: str) -> None:
    """Changes a text in the table of people and seals the edition again."""
    path = project.data / "2021" / "interviewees.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    (project.data / "2021" / DESCRIPTOR).unlink()
    seal_edition("2021", project)


@pytest.mark.parametrize("text", ["=1+1", "+31 6", "@naam", "'aan", "#N/A is een fout", "_x0041_", "<r>a</r>"])
def test_no_text_becomes_a_formula(small: Project, text: str) -> None:
    resealed(small, "Annette Peet", text)
    assert main(["edition", "export", "2021", "text.xlsx"]) == 0
    assert load_workbook("text.xlsx")["interviewees"]["B2"].data_type == "s"
    assert take_back("text.xlsx") == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")


def test_a_text_that_no_cell_holds_is_not_cut_off(small: Project) -> None:
    resealed(small, "Annette Peet", "a" * 32_768)
    with pytest.raises(NaReportError, match="interviewees!B2 would have 32768 characters"):
        export_edition("2021", small.root / "long.xlsx", small)
    assert not (small.root / "long.xlsx").exists()


def test_the_same_edition_gives_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    target = tmp_path / "again.xlsx"
    command = [sys.executable, "-m", "na_report.cli", "edition", "export", "2021", str(target)]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"})
    assert target.read_bytes() == whole.read_bytes()


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


@pytest.mark.parametrize("name", ["2021", "../2026", "nieuw", "2026B"])
def test_a_name_that_is_taken_or_no_name_is_refused(small: Project, name: str) -> None:
    before = snapshot(small.data)
    assert take_back(new=name) == take_back("nowhere.xlsx") == 2
    assert snapshot(small.data) == before


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


def test_the_list_of_problems_is_told_where_no_copy_can_be_written_and_nothing_else(
    small: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    change(small, WISH)
    # Excel writes what openpyxl warns that it leaves out.
    more = b'<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"/></extLst></worksheet>'
    rewrite(small.root / "evidence.xlsx", lambda name, xml: xml.replace(b"</worksheet>", more))
    monkeypatch.setattr(comments, "write_whole", full)
    with warnings.catch_warnings(record=True, action="always") as warned:
        assert take_back() == 1
    assert warned == []
    assert "found 'wish'" in capsys.readouterr().err


def comments_of(path: Path | str) -> dict[tuple[str, str], str]:
    """Returns what the comments of a workbook say, per author and cell."""
    sheets = load_workbook(path).worksheets
    found = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.comment]
    return {(cell.comment.author, cell.coordinate): cell.comment.text for cell in found}


@pytest.mark.parametrize("saved_by", ["nobody", "LibreOffice"])
def test_words_of_colleagues_stay_and_remarks_of_a_former_import_go(
    small: Project, tmp_path: Path, saved_by: str
) -> None:
    """LibreOffice drops the authors of comments and moves their lines."""

    def make(book: Book) -> None:
        WISH(book)
        book.put("interviewees", "P1", "name", "#N/B")
        book.cell("findings", "FM12", "kind").comment = Comment("Nagebeld: 1 < 2 & 'ja'", "Collega")
        book.sheet("sectors")["A1"].comment = Comment("?", "Zoë")

    change(small, make, "broken.xlsx")
    assert take_back("broken.xlsx") == 1
    [place] = [place for author, place in comments_of("broken.problems.xlsx") if author == "Collega"]
    said = comments_of("broken.problems.xlsx")
    assert said[comments.AUTHOR, "B2"].startswith("— na-report: Found '#N/B'")
    assert said["Zoë", "A1"] == "?"
    again = Path("broken.problems.xlsx")
    if saved_by == "LibreOffice":
        office("--convert-to", "xlsx", str(small.root / again), folder=tmp_path)
        again = tmp_path / again
    book = load_workbook(again)
    Book(book).put("interviewees", "P1", "name", "Jan")
    book.save("again.xlsx")
    assert take_back("again.xlsx") == 1
    said = {place: text for (_, place), text in comments_of("again.problems.xlsx").items()}
    assert said.keys() == {place, "A1"}  # the remark of the cell that was mended is gone
    assert said[place].startswith("Nagebeld: 1 < 2 & 'ja'\n")
    assert said[place].count("Found 'wish'") == 1


def test_the_copy_with_comments_can_be_mended_and_imported(small: Project) -> None:
    [old] = re.findall(r"^FM12,.*$", (small.data / "2021/findings.csv").read_text(encoding="utf-8"), re.MULTILINE)
    change(small, WISH, "broken.xlsx")
    assert take_back("broken.xlsx") == 1
    book = load_workbook("broken.problems.xlsx", rich_text=True)
    assert book["findings"].sheet_properties.tabColor.rgb == "00C00000"
    [cell] = [cell for row in book["findings"].iter_rows() for cell in row if cell.comment]
    cell.value = next(csv.reader([old]))[3]
    book.save("broken.problems.xlsx")
    assert take_back("broken.problems.xlsx") == 0
    assert table_bytes(small, "2026") == table_bytes(small, "2021")


@pytest.mark.parametrize("why", ["_BYTES_LIMIT", "_CELLS_LIMIT", "a text that openpyxl changes"])
def test_a_workbook_that_is_not_copied_whole_gets_no_copy_with_comments(
    small: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], why: str
) -> None:
    if why.startswith("_"):
        monkeypatch.setattr(comments, why, 10)
    name = "Jan" if why.startswith("_") else "_x005F_x0041_"
    change(small, lambda book: (WISH(book), book.put("interviewees", "P1", "name", name)))
    assert take_back() == 1
    assert "findings!" in capsys.readouterr().err
    assert not (small.root / "evidence.problems.xlsx").exists()


@pytest.mark.parametrize(
    ("number", "said"), [(0.195, "1/100 of"), (1.95, "1/10 of"), (0.0195, "1/1,000 of"), (20.5, ""), (97.5, "")]
)
def test_a_value_that_is_a_round_number_of_times_the_one_before_is_told(
    small: Project, capsys: pytest.CaptureFixture[str], number: float, said: str
) -> None:
    change(small, value(number))
    assert take_back() == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "the one before" in line]
    assert [said in line and "19.5" in line and OBS[1] in line for line in told] == [True] * bool(said)
    assert main(["edition", "diff", "2021", "2026"]) == 0
    assert capsys.readouterr().out.count(f"exactly {said}") == 2 * bool(said)


def test_a_new_year_is_told_too_and_another_unit_is_not(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    def make(book: Book) -> None:
        book.add(*OBS, id="IND007-NL-2020", period="2020", value=0.195)
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


def test_the_command_tells_what_changed(small: Project, capsys: pytest.CaptureFixture[str]) -> None:
    def make(book: Book) -> None:
        book.put(*OBS, "value", 20.5)
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
