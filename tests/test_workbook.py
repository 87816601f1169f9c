"""An edition goes out as a workbook that people can work in, and comes back the same or with what they meant.

What is in it is taken in as it is shown, to the digit, or the workbook is refused whole, with what to do about it.
"""

import errno
import io
import re
import shutil
import subprocess
import time
import warnings
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from conftest import ROOT, alter, cases, seal_again
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from test_hostile import poisoned
from workbooks import FILE, OBS, cell_at, change, instead, make, rewrite, rows_of, said, small, table_bytes, taken_back
from workbooks import template as template

from na_report.base.files import contents
from na_report.base.paths import Project
from na_report.editions import integrity
from na_report.editions.cells import check_cell
from na_report.editions.edition import copy_edition
from na_report.editions.integrity import verify_edition
from na_report.editions.schema import BY_NAME, TABLES
from na_report.workbook import importing, package
from na_report.workbook.cell_values import to_text
from na_report.workbook.exporting import META, START, explain, export_edition, write_ods
from na_report.workbook.package import Cell, FaultError, Package

__all__ = ["small", "template"]  # fixtures

WISH = {"put": "wish", "at": "findings FM12 kind"}


def office(path: str | Path, folder: Path) -> Path:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("soffice (LibreOffice) is not installed; CI installs libreoffice-calc")
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [program, profile, "--headless", "--convert-to", "xlsx", str(path), "--outdir", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return (folder / Path(path).name).with_suffix(".xlsx")


def test_the_workbook_has_a_sheet_per_table_with_comforts_locks_and_drop_downs(tmp_path: Path) -> None:
    book = load_workbook(export_edition("2021", tmp_path / FILE, Project(ROOT)))
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
    value, period = (cell_at(book, f"{OBS} {column}") for column in ("value", "period"))
    assert [(cell.value, cell.number_format) for cell in (value, period)] == [(19.5, "General"), ("2019", "@")]
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


def refused(project: Project) -> list[str]:
    """Imports, and returns the lines of the problems; whatever is refused must leave no trace in data/."""
    before = contents(project.data)
    error = taken_back(code=1)
    assert contents(project.data) == before
    assert error.count("error:") == error.count("hint:") == 1
    assert "Traceback" not in error
    return [line.strip() for line in error.splitlines() if line.startswith("  ")]


def test_what_can_not_be_written_or_taken_back_is_refused_and_changes_nothing(small: Project) -> None:
    mine = small.root / "mine.xlsx"
    mine.write_bytes(b"mine")
    before = contents(small.root)
    for file in ("mine.xlsx", "evidence.csv", "nowhere/evidence.xlsx"):
        assert ("--force" in said(f"edition export 2021 {file}", code=2)) == (file == "mine.xlsx")
    for file, new in (*((FILE, name) for name in ("2021", "../2026", "nieuw", "2026B")), ("nowhere.xlsx", "2026")):
        taken_back(file, new, code=2)
    assert contents(small.root) == before
    said("edition export 2021 mine.xlsx --force")
    assert mine.read_bytes() == (small.root / FILE).read_bytes()
    path = small.data / "2021" / "interviewees.csv"
    alter(small, "2021", f"interviewees P1 name {'a' * 32_768}")
    seal_again(small, "2021")
    assert "interviewees!B2 would have 32768 characters" in said("edition export 2021 long.xlsx", code=2)
    assert not (small.root / "long.xlsx").exists()
    # An edition that changed makes its workbooks stale.
    [line] = refused(small)
    assert "(table:interviewees)" in line and "edition export 2021" in line
    path.write_bytes(path.read_bytes() + b"\xff")
    assert "interviewees.csv, row 4: found 'ff', expected UTF-8" in taken_back(code=1)


@pytest.mark.parametrize("saved_by", ["nobody", "LibreOffice", "LibreOffice, of the .ods"])
def test_libreoffice_saves_the_workbook_without_a_change(project: Project, tmp_path: Path, saved_by: str) -> None:
    """Nor are the hostile texts of cases/hostile.yml changed, and none is a formula."""
    poisoned(project.data / "2021")
    path = export_edition("2021", tmp_path / FILE, project)
    book = load_workbook(path)
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "d", "inlineStr"}
    if saved_by != "nobody":
        path = office(write_ods(book, tmp_path / "evidence.ods") if "ods" in saved_by else path, tmp_path / "saved")
    if saved_by == "LibreOffice":
        sheet = load_workbook(path)["observations"]
        assert sheet.protection.sheet
        assert [sheet[place].protection.locked for place in ("A2", "B2")] == [True, False]
        assert any(rule.type == "list" for rule in sheet.data_validations.dataValidation)
    taken_back(str(path), "2021b")
    copy_edition("2021", "2021c", project)  # with what came later, empty
    assert table_bytes(project, "2021b") == table_bytes(project, "2021c")
    verify_edition("2021b", project)


def test_a_copy_that_someone_worked_in_or_another_file_is_not_replaced(small: Project) -> None:
    change(small, WISH, file="broken.xlsx")
    for _ in range(2):  # as nobody has saved the copy, it is replaced
        taken_back("broken.xlsx", code=1)
    copy, second, third, fourth = (small.root / f"broken.problems{number}.xlsx" for number in ("", "-2", "-3", "-4"))
    assert not second.exists()
    load_workbook(copy).save(copy)
    second.write_text("dear", encoding="utf-8")
    third.mkdir()
    before = contents(small.root)
    taken_back("broken.xlsx", code=1)
    assert {name for name, content in contents(small.root).items() if content != before.get(name)} == {fourth.name}


def test_where_no_whole_copy_can_be_written_all_is_told(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    full = Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
    change(small, WISH, file="plain.xlsx")
    change(small, WISH, {"put": "_x005F_x0041_", "at": "interviewees P1 name"}, file="changed.xlsx")
    # Excel writes what openpyxl warns that it leaves out.
    more = b'<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"/></extLst></worksheet>'
    instead("xl/worksheets/", b"</worksheet>", more)(Path("plain.xlsx"))
    limits = {"write_whole": full, "_BYTES_LIMIT": 10, "_CELLS_LIMIT": 10}.items()
    tries = [*(("plain.xlsx", *limit) for limit in limits), ("changed.xlsx", "AUTHOR", importing.AUTHOR)]
    for kind in (b"mergeCell", b"hyperlink"):
        tries.append((f"{kind.decode()}.xlsx", "load_workbook", None))  # it would hold a hundred million cells
        shutil.copy("plain.xlsx", tries[-1][0])
        large = b'<%bs><%b ref="A900:XFD1048576"/></%bs><pageMargins' % (kind, kind, kind)
        instead("xl/worksheets/", b"<pageMargins", large)(Path(tries[-1][0]))
    for file, name, limit in tries:
        with monkeypatch.context() as patch, warnings.catch_warnings(record=True, action="always") as warned:
            patch.setattr(importing, name, limit)
            assert "found 'wish'" in taken_back(file, code=1)
        assert warned == []
        assert list(small.root.glob("*.problems*")) == []


def said_in(path: Path) -> dict[str, tuple[str, str]]:
    """Returns what the comments of a workbook say, per cell, with their authors."""
    cells = [cell for sheet in load_workbook(path).worksheets for row in sheet.iter_rows() for cell in row]
    return {cell.coordinate: (cell.comment.author, cell.comment.text) for cell in cells if cell.comment}


@pytest.mark.parametrize("saved_by", ["nobody", "LibreOffice"])
def test_words_of_colleagues_stay_and_remarks_of_an_import_go(small: Project, tmp_path: Path, saved_by: str) -> None:
    """LibreOffice drops the authors of comments and moves their lines."""

    def remark(book: Workbook) -> None:
        cell_at(book, WISH["at"]).comment = Comment("Nagebeld: 1 < 2 & 'ja'", "Collega")
        book["sectors"]["A1"].comment = Comment("?", "Zoë")

    name = {"at": "interviewees P1 name"}
    change(small, WISH, name | {"put": "#N/B"}, remark, file="broken.xlsx")
    taken_back("broken.xlsx", code=1)
    again = Path("broken.problems.xlsx")
    said = said_in(again)
    assert load_workbook(again)["findings"].sheet_properties.tabColor.rgb == "00C00000"
    assert said["B2"][1].startswith("— na-report: Found '#N/B'")
    assert said["A1"] == ("Zoë", "?")
    [place] = said.keys() - {"A1", "B2"}
    if saved_by == "LibreOffice":
        again = office(small.root / again, tmp_path)
    change(small, name | {"put": "Annette Peet"}, file="again.xlsx", of=again)
    taken_back("again.xlsx", code=1)
    said = said_in(Path("again.problems.xlsx"))
    assert said.keys() == {place, "A1"}  # the remark of the cell that was mended is gone
    assert said[place][1].startswith("Nagebeld: 1 < 2 & 'ja'\n")
    assert said[place][1].count("Found 'wish'") == 1
    mended = WISH | {"put": rows_of(small, "findings", "2021")["FM12"]["kind"]}
    change(small, mended, file="again.problems.xlsx", of="again.problems.xlsx")
    taken_back("again.problems.xlsx")
    assert table_bytes(small, "2026") == table_bytes(small, "2021")


def test_a_value_a_round_number_of_times_the_one_before_and_a_successor_of_the_base_are_told(small: Project) -> None:
    added = {"add": {"id": "IND007-NL-2021", "period": "2021", "value": 1.95}, "like": OBS}
    change(small, {"put": 0.195, "at": f"{OBS} value"}, added)
    said("edition copy 2021 2029")  # is no edition before it is sealed
    told = taken_back(new="2022")
    assert "IND007-NL-2021: the value 1.95 is exactly 1/10 of the one before, 19.5 (IND007-NL-2019)" in told
    assert "IND007-NL-2019: the value 0.195 is exactly 1/100 of the one before, 19.5" in told
    assert "exactly 1/100 of" in said("edition diff 2021 2022")
    assert "came after" not in told
    told = taken_back(new="2023")
    assert "edition 2022 came after 2021" in told and "2029" not in told
    assert "na-report edition diff 2022 2023" in told


def typed(book: Workbook) -> None:
    """Numbers as text and text as numbers, spaces of all kinds, sheets and columns in another order."""
    cell = cell_at(book, "conclusions C14 rests_on")
    cell.value = cell.value.replace(";", " ; ") + ";"
    for sheet in book.worksheets[1:-1]:
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
    book.move_sheet("observations", -3)


def arranged(book: Workbook) -> None:
    """Sheets, filters, colours, remarks and links of one's own, and what Google Sheets leaves: nothing hidden or locked."""
    for doing in cases("habits"):
        make(book, doing)
    book.create_sheet("Blad1").append(["rekenwerk", "=1+1"])
    book.create_sheet("observations (2)")
    observations, findings = book["observations"], book["findings"]
    observations.column_dimensions["H"].hidden = observations.row_dimensions[3].hidden = True
    observations.auto_filter.add_filter_column(1, ["IND012"])
    findings["B2"].fill = PatternFill("solid", fgColor="FFFF00")
    findings["B2"].comment = Comment("Klopt dit?", "Collega")
    findings["A3"].hyperlink = "https://example.org/"
    for sheet in book.worksheets:
        sheet.sheet_state, sheet.protection.sheet = "visible", False
        sheet.data_validations.dataValidation = []


@pytest.mark.parametrize("habits", [typed, arranged])
def test_harmless_habits_change_nothing(small: Project, habits: Callable[[Workbook], None]) -> None:
    """The file may have another name too."""
    change(small, habits, file="evidence (1) – def.bak")
    told = taken_back("evidence (1) – def.bak")
    assert table_bytes(small, "2026") == table_bytes(small, "2021")
    verify_edition("2026", small)
    assert all((word in told) == (habits is arranged) for word in ("'Blad1'", "'observations (2)'", "row 31"))
    assert META not in told


def test_changes_come_through_as_meant_and_nothing_else_changes(small: Project) -> None:
    doings = cases("changes")
    expected = {table: rows_of(small, table, "2021") for table in ("observations", "interviewees")}
    change(small, *doings)
    assert "2 rows added, 1 deleted, 3 changed" in taken_back()
    for doing in doings:
        table, key, *column = (doing.get("at") or doing.get("like") or doing["delete"]).split()
        match doing:
            case {"expect": text}:
                expected[table][key][column[0]] = text
            case {"add": cells}:
                expected[table][cells["id"]] = expected[table][key] | cells
            case _:
                del expected[table][key]
    for table, rows in expected.items():
        assert [*rows_of(small, table).values()] == [*rows.values()]
    old, new = table_bytes(small, "2021"), table_bytes(small, "2026")
    assert {name for name in old if old[name] != new[name]} == {"observations.csv", "interviewees.csv"}


def test_other_ways_to_write_the_same_workbook_are_read(small: Project) -> None:
    path, hits, forms = small.root / "evidence.xlsx", set(), cases("other_programs")

    def written(name: str, xml: bytes) -> bytes:
        for number, form in enumerate(forms):
            if name.startswith(form["part"]):
                changed = re.sub(form["instead of"].encode(), form["put"].encode(), xml, count=form.get("times", 0))
                hits.update({number} if changed != xml else ())
                xml = changed
        return xml

    odd = {"customXml/item1.xml": "<x/>".encode("utf-16"), "xl/charts/chart1.xml": b"<chart>"}
    rewrite(path, written, **odd)
    assert hits == {*range(len(forms))}
    taken_back()
    assert table_bytes(small, "2026") == table_bytes(small, "2021")


# What is refused

CELLS = cases("cells")
COLUMNS = {column.name: column for name in ("sources", "observations") for column in BY_NAME[name].columns}


def zipped(parts: dict[str, str]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


def filed(cell: str, form: str, settings: str) -> Cell:
    """Reads a cell as another program wrote it in the file of a workbook; style 1 has the number format."""
    link = '<link Id="{0}" Type="/{0}" Target="{0}.xml"/>'
    parts = {
        "workbook.xml": f'<a xmlns:r="r"><workbookPr {settings}/><sheets><sheet name="A" r:id="worksheet"/></sheets></a>',
        "_rels/workbook.xml.rels": f"<a>{link.format('worksheet')}{link.format('styles')}</a>",
        "worksheet.xml": f"<a><sheetData><row>{cell}</row></sheetData></a>",
        "styles.xml": f'<a><numFmts><a numFmtId="9" formatCode="{form}"/></numFmts><cellXfs><a/><a numFmtId="9"/></cellXfs></a>',
    }
    with zipfile.ZipFile(zipped({f"xl/{name}": content for name, content in parts.items()})) as archive:
        [(_, cells)], _ = Package(archive).sheet("A")
    return cells[1]


@pytest.mark.parametrize("case", CELLS["shown"])
def test_what_a_cell_shows_is_taken_in_or_refused(case: dict[str, Any]) -> None:
    given, form, column = case.get("given"), case.get("format", "General"), COLUMNS[case["column"]]
    kind = "s" if isinstance(given, str) else "d" if isinstance(given, date) else "n"
    if "cell" in case:
        cell = filed(case["cell"], form, case.get("settings", ""))
    else:
        cell = Cell(float(given) if kind == "n" else given, kind, form)  # type: ignore[arg-type]
    used = {"before": case.get("before", ""), "unit": case.get("unit", "percent") if column.name == "value" else ""}
    if isinstance(case["expect"], str):
        assert to_text(cell, column, **used) == case["expect"]
        return
    with pytest.raises(FaultError) as caught:
        to_text(cell, column, **used)
    assert all(word in " ".join(caught.value.args) for word in case["expect"]), caught.value


@pytest.mark.parametrize("case", CELLS["marks"])
def test_a_mark_of_an_office_or_a_program_is_named_with_what_to_do(case: dict[str, Any]) -> None:
    """Both a workbook and a table of an edition come to these checks."""
    for text in case["given"]:
        [column] = (column for column in BY_NAME["observations"].columns if column.name == case["column"])
        faults = [*check_cell(column, text, {})]
        assert [fault[0] for fault in faults] == [text] * bool(case["expect"])
        assert all(word in " ".join(fault[1:]) for word in case["expect"] for fault in faults), faults


@pytest.mark.parametrize(("name", "mistakes"), cases("workbooks").items())
def test_all_mistakes_are_told_each_with_its_cell(small: Project, name: str, mistakes: list[dict[str, Any]]) -> None:
    def looked_up(book: Workbook) -> None:
        for case in mistakes:
            place = case["at"].split(" ")
            named = f"{place[0]}!{cell_at(book, case['at']).coordinate} ({place[2]})" if len(place) == 3 else case["at"]
            expected.append((named, case["expect"]))

    expected: list[tuple[str, list[str]]] = []
    change(small, *mistakes, looked_up)
    lines = refused(small)
    for place, words in expected:
        assert any(line.startswith(place) and all(word in line for word in words) for line in lines), (place, lines)
    if name == "values":
        assert len(lines) == len(expected), "each is told once"
        order = [line.split("!")[0] for line in lines]
        assert order == sorted(order, key=[*BY_NAME].index)
        copy = load_workbook("evidence.problems.xlsx")
        for place, words in expected:
            sheet, where = place.split(" ")[0].split("!")
            assert all(word in copy[sheet][where].comment.text for word in words), place


@pytest.mark.parametrize("case", cases("files"), ids=lambda case: case["expect"][0])
def test_a_file_of_another_kind_is_told_what_it_is(case: dict[str, Any]) -> None:
    text = bytes.fromhex(case.get("start", "")) + case.get("text", "").encode(case.get("encoding", "utf-8"))
    with pytest.raises(FaultError) as caught:
        package.refuse_other_kinds(zipped(case["zip"]).getvalue() if "zip" in case else text)
    assert all(word in " ".join(caught.value.args) for word in case["expect"]), caught.value


def twice(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, archive.read(SHEET))


SHEET, STYLES = "xl/worksheets/sheet3.xml", "xl/styles.xml"
ROWS, ROW, ALL = b"</sheetData>", b"</row>", b"</worksheet>"
DTD = b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet '
LONG = b"<!--" + b"x" * 9000 + b"-->"
MOST = package.TAGS_LIMIT + 1
BOMB = "xl/media/a.bin"
utf_16 = partial(rewrite, change_part=lambda name, xml: xml.decode().encode("utf-16-le") if name == SHEET else xml)
FILES: list[tuple[str, Callable[[Path], object], Sequence[str]]] = [
    ("another kind of file", lambda path: path.write_bytes(b"%PDF-1.7"), ["a PDF"]),
    ("a file cut off under way", lambda path: path.write_bytes(path.read_bytes()[:-4000]), ["a damaged file", "sent again"]),
    ("a sheet that is there twice", twice, ["a part occurs twice"]),
    ("entities after a long comment", instead(SHEET, b"<worksheet ", LONG + DTD), [f"entities in {SHEET}", "Don't trust"]),
    ("a sheet in UTF-16 that does not say so", utf_16, [f"{SHEET} in another encoding", "UTF-8", "save it again"]),
    ("a sheet with bytes of UTF-16", instead(SHEET, b"", b"\xff\xfe"), ["utf-8", "save it again"]),
    ("a zip bomb", lambda path: rewrite(path, lambda _, xml: xml, **{BOMB: bytes(package.BYTES_LIMIT)}), ["MB when unpacked"]),
    ("a row of millions of cells", instead(SHEET, ROW, b"<c/>" * MOST + ROW), [f"tags, up to {SHEET}"]),
    ("millions of merged cells", instead(SHEET, ALL, b"<m/>" * MOST + ALL), [f"tags, up to {SHEET}"]),
    ("millions of styles", instead(STYLES, b"</styleSheet>", b"<a/>" * MOST), [f"tags, up to {STYLES}"]),
    ("XML that does not close", instead(SHEET, ROWS, b""), ["mismatched tag", "save it again"]),
    ("no list of sheets", instead("xl/workbook.xml", b"<sheets>", b"<sheet>"), ["a whole .xlsx workbook"]),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "words"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_an_unsafe_file_is_refused(small: Project, spoil: Callable[[Path], None], words: Sequence[str]) -> None:
    spoil(small.root / "evidence.xlsx")
    [line] = refused(small)
    assert line.startswith("evidence.xlsx: ")
    assert all(word in line for word in words), line
    assert not (small.root / "evidence.problems.xlsx").exists()


def test_what_is_larger_than_anyone_can_hold_takes_no_time(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """openpyxl's own way would make up two billion rows first, and a file of 100 kB gave a million and a half problems."""
    start, path = time.process_time(), small.root / FILE
    says = zipped({"[Content_Types].xml": "ms-excel" * 2**16 + "spreadsheetml.sheet.main+xml"})
    package.refuse_other_kinds(says.getvalue())
    assert time.process_time() - start < 10
    sound = path.read_bytes()
    monkeypatch.setattr(integrity, "PROBLEMS_LIMIT", 1_200)
    instead(SHEET, ROWS, b"<row><c><v>1</v></c></row>" * 1_000 + ROWS)(path)
    *lines, last = refused(small)
    assert len(lines) == 1_000
    assert re.fullmatch(r"… and \d+ more\.", last)
    path.write_bytes(sound)
    far = b'<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>'
    instead(f"xl/worksheets/sheet{len(TABLES) + 2}.xml", ROWS, far + ROWS)(path)
    taken_back()
    monkeypatch.setattr(package, "BYTES_LIMIT", 1_000)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("read"))
    assert "found '0 MB when unpacked', expected at most 0 MB" in taken_back(new="2027", code=1)
