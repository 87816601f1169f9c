"""What is in a workbook is taken in as it is shown, to the digit, or the workbook is refused whole, with what to do about it."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import cases, set_cell
from openpyxl import Workbook, load_workbook
from workbooks import cell_at, change, instead, refused, rewrite, small, taken_back, template

from na_report.base.paths import Project
from na_report.editions import integrity
from na_report.editions.cells import check_cell
from na_report.editions.schema import BY_NAME, TABLES
from na_report.workbook import package
from na_report.workbook.cell_values import to_text
from na_report.workbook.layout import FaultError
from na_report.workbook.package import Cell, Package

__all__ = ["small", "template"]  # fixtures

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
        faults = [*check_cell(BY_NAME["observations"].column(case["column"]), text, {})]
        assert [fault[0] for fault in faults] == [text] * bool(case["expect"])
        assert all(word in " ".join(fault[1:]) for word in case["expect"] for fault in faults), faults


@pytest.mark.parametrize(("name", "mistakes"), cases("workbooks").items())
def test_all_mistakes_are_told_at_once_each_with_its_cell_in_the_order_of_the_sheets(
    small: Project, name: str, mistakes: list[dict[str, Any]]
) -> None:
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


def test_an_edition_that_changed_makes_its_workbooks_stale(small: Project) -> None:
    path = small.data / "2021" / "interviewees.csv"
    set_cell(path, "P1", "name", "Anet")
    [line] = refused(small)
    assert "(table:interviewees)" in line and "edition export 2021" in line
    path.write_bytes(path.read_bytes() + b"\xff")
    assert "interviewees.csv, row 4: found 'ff', expected UTF-8" in taken_back(code=1)


@pytest.mark.parametrize("case", cases("files"), ids=lambda case: case["expect"][0])
def test_a_file_of_another_kind_is_told_what_it_is(case: dict[str, Any]) -> None:
    text = bytes.fromhex(case.get("start", "")) + case.get("text", "").encode(case.get("encoding", "utf-8"))
    with pytest.raises(FaultError) as caught:
        package.refuse_other_kinds(zipped(case["zip"]).getvalue() if "zip" in case else text)
    assert all(word in " ".join(caught.value.args) for word in case["expect"]), caught.value


def test_what_a_workbook_says_that_it_is_takes_no_time() -> None:
    start = time.process_time()
    said = zipped({"[Content_Types].xml": "ms-excel" * 2**16 + "spreadsheetml.sheet.main+xml"})
    package.refuse_other_kinds(said.getvalue())
    assert time.process_time() - start < 10


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/a.bin", "w") as part:
        for _ in range(package.BYTES_LIMIT // 2**20):
            part.write(bytes(2**20))


def twice(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, archive.read(SHEET))


def in_utf_16(path: Path) -> None:
    rewrite(path, lambda name, xml: xml.decode().encode("utf-16-le") if name == SHEET else xml)


SHEET, STYLES = "xl/worksheets/sheet3.xml", "xl/styles.xml"
ROWS, ROW, ALL = b"</sheetData>", b"</row>", b"</worksheet>"
DTD = b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet '
LONG = b"<!--" + b"x" * 9000 + b"-->"
MOST = package.TAGS_LIMIT + 1
FILES: list[tuple[str, Callable[[Path], object], Sequence[str]]] = [
    ("another kind of file", lambda path: path.write_bytes(b"%PDF-1.7"), ["a PDF"]),
    ("a file cut off under way", lambda path: path.write_bytes(path.read_bytes()[:-4000]), ["a damaged file", "sent again"]),
    ("a sheet that is there twice", twice, ["a part occurs twice"]),
    ("entities after a long comment", instead(SHEET, b"<worksheet ", LONG + DTD), [f"entities in {SHEET}", "Don't trust"]),
    ("a sheet in UTF-16 that does not say so", in_utf_16, [f"{SHEET} in another encoding", "UTF-8", "save it again"]),
    ("a sheet with bytes of UTF-16", instead(SHEET, b"", b"\xff\xfe"), ["utf-8", "save it again"]),
    ("a zip bomb", bomb, ["MB when unpacked"]),
    ("a row of millions of cells", instead(SHEET, ROW, b"<c/>" * MOST + ROW), [f"tags, up to {SHEET}"]),
    ("millions of merged cells", instead(SHEET, ALL, b"<m/>" * MOST + ALL), [f"tags, up to {SHEET}"]),
    ("millions of styles", instead(STYLES, b"</styleSheet>", b"<a/>" * MOST), [f"tags, up to {STYLES}"]),
    ("XML that does not close", instead(SHEET, ROWS, b""), ["mismatched tag", "save it again"]),
    ("no list of sheets", instead("xl/workbook.xml", b"<sheets>", b"<sheet>"), ["a whole .xlsx workbook"]),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "words"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_a_file_that_is_no_safe_workbook_is_refused(
    small: Project, spoil: Callable[[Path], None], words: Sequence[str]
) -> None:
    spoil(small.root / "evidence.xlsx")
    [line] = refused(small)
    assert line.startswith("evidence.xlsx: ")
    assert all(word in line for word in words), line
    assert not (small.root / "evidence.problems.xlsx").exists()


def test_what_is_larger_than_anyone_can_read_or_hold_takes_no_time(
    small: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """openpyxl's own way would make up two billion rows first, and a file of 100 kB gave a million and a half problems."""
    path = small.root / "evidence.xlsx"
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
