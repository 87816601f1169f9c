"""A small sound edition, its workbook, and a way to change that workbook as people do."""

import io
import shlex
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, cases, na_report
from openpyxl import load_workbook

from na_report.base.paths import DESCRIPTOR, Project
from na_report.editions.edition import rows_of as tables_of
from na_report.editions.edition import seal_edition
from na_report.editions.schema import BY_NAME, TABLES, Row, read_table, write_table
from na_report.workbook.exporting import META, export_edition

FILE = "evidence.xlsx"
OBS = "observations IND007-NL-2019"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with its workbook, to copy: of edition 2021 a few rows of each kind, so that a test takes less than a second."""
    root = tmp_path_factory.mktemp("template") / "project"
    for name in ("_toc.yml", "data/about.yml", "chapters/claims.yml", "chapters/nl/words.yml", "chapters/en/words.yml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    folder, keep = root / "data" / "2021", cases("small_edition")
    shutil.copytree(ROOT / "data" / "2021", folder, ignore=shutil.ignore_patterns(DESCRIPTOR))
    tables = tables_of(folder)
    for table in TABLES:
        rows = tables[table.name]
        write_table(folder, table, [row for row in rows if row[table.key] in keep.get(table.name, [row[table.key]])])
    seal_edition("2021", Project(root))
    export_edition("2021", root / FILE, Project(root))
    return root


@pytest.fixture
def small(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of that project, with the working directory in it."""
    root = shutil.copytree(template, tmp_path / "project")
    monkeypatch.chdir(root)
    return Project(root)


def table_bytes(project: Project, name: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (project.data / name).glob("*.csv")}


def cell_at(book: Any, place: str) -> Any:
    """Returns the cell that a place names: `sheet!B2`, or table, id and column."""
    if "!" in place:
        sheet, coordinate = place.split("!")
        return book[sheet][coordinate]
    table, key, column = place.split(" ")
    heads = [head.value for head in book[table][1]]
    ids = [row[heads.index("id")] for row in book[table].iter_rows(values_only=True)]
    return book[table].cell(ids.index(key) + 1, heads.index(column) + 1)


def make(book: Any, doing: Mapping[str, Any]) -> None:
    """Does in a workbook what somebody does there; cases/workbooks.yml tells what that may be."""
    match doing:
        case {"put": text, "key": key}:
            next(row for row in book[META].iter_rows(max_col=2) if row[0].value == key)[1].value = text
        case {"put": value}:
            cell = cell_at(book, doing.get("in", doing["at"]))
            cell.value = value
            cell.number_format = doing.get("format", cell.number_format)
            cell.data_type = doing.get("type", cell.data_type)
        case {"delete": row}:
            book[row.split()[0]].delete_rows(cell_at(book, f"{row} id").row)
        case {"add": values, "like": row}:
            sheet = book[row.split()[0]]
            like = zip(sheet[1], sheet[cell_at(book, f"{row} id").row], strict=True)
            sheet.append([values.get(head.value, cell.value) for head, cell in like])
        case {"rename": [old, new]}:
            book[old]._WorkbookChild__title = new  # which openpyxl itself refuses, but another program may write
        case {"remove": name}:
            book.remove(book[name])
        case {"call": [name, method, *arguments]}:
            getattr(book[name], method)(*arguments)


def change(
    project: Project, *doings: Mapping[str, Any] | Callable[[Any], object], file: str = FILE, of: str | Path = FILE
) -> None:
    """Opens a workbook, lets someone change it, and saves it under a name."""
    book = load_workbook(project.root / of)
    for doing in doings:
        doing(book) if callable(doing) else make(book, doing)
    book.save(project.root / file)


def said(command: str, code: int = 0) -> str:
    """Runs a command in the working directory, and returns what it says: of a failure the error."""
    done = na_report(Project(Path.cwd()), *shlex.split(command))
    assert done.returncode == code, done.stderr
    return done.stderr if code else done.stdout


def taken_back(file: str = FILE, new: str = "2026", code: int = 0) -> str:
    return said(f"edition import '{file}' --as {new}", code)


def rewrite(path: Path, change_part: Callable[[str, bytes], bytes], **extra: bytes) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change_part(name, old.read(name)))
        for name, content in extra.items():
            new.writestr(name, content)
    path.write_bytes(target.getvalue())


def instead(part: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    """Puts other bytes in the place of the first such ones in each part of a workbook whose name begins so."""
    return lambda path: rewrite(path, lambda name, xml: xml.replace(old, new, 1) if name.startswith(part) else xml)


def rows_of(project: Project, table: str, edition: str = "2026") -> dict[str, Row]:
    return {row["id"]: row for row in read_table(project.data / edition, BY_NAME[table])}
