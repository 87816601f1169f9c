"""A small sound edition, its workbook, and a way to change that workbook as people do."""

import io
import shlex
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, cases, na_report
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from na_report.base.files import contents
from na_report.base.paths import DESCRIPTOR, Project
from na_report.editions.edition import seal_edition
from na_report.editions.schema import BY_NAME, TABLES
from na_report.editions.table_files import Row, read_table, write_table
from na_report.workbook.exporting import export_edition, tables_in

FILE = "evidence.xlsx"
OBS = ("observations", "IND007-NL-2019")


def small_data(folder: Path) -> None:
    """Cuts edition 2021 down to a few rows of each kind, so that a test takes less than a second."""
    tables, keep = tables_in(folder)[0], cases("small_edition")
    for table in TABLES:
        rows = tables[table.name]
        kept = [row for row in rows if row[table.key] in keep[table.name]] if table.name in keep else rows
        write_table(folder, table, kept)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the small edition and its workbook, to copy."""
    root = tmp_path_factory.mktemp("template") / "project"
    for name in ("_toc.yml", "data/about.yml", "chapters/claims.yml", "chapters/nl/words.yml", "chapters/en/words.yml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(ROOT / "data" / "2021", root / "data" / "2021", ignore=shutil.ignore_patterns(DESCRIPTOR))
    small_data(root / "data" / "2021")
    seal_edition("2021", Project(root))
    export_edition("2021", root / "evidence.xlsx", Project(root))
    return root


@pytest.fixture
def small(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of that project, with the working directory in it."""
    root = shutil.copytree(template, tmp_path / "project")
    monkeypatch.chdir(root)
    return Project(root)


def table_bytes(project: Project, name: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (project.data / name).glob("*.csv")}


class Book:
    """The workbook of a test, open in openpyxl."""

    def __init__(self, book: Any) -> None:
        self.book = book

    def sheet(self, name: str) -> Any:
        return self.book[name]

    def row(self, table: str, key: str) -> int:
        heads = [cell.value for cell in self.book[table][1]]
        column = self.book[table][get_column_letter(heads.index("id") + 1)]
        return next(cell.row for cell in column if cell.value == key)

    def cell(self, table: str, key: str, column: str) -> Any:
        heads = [cell.value for cell in self.book[table][1]]
        return self.book[table].cell(self.row(table, key), heads.index(column) + 1)

    def put(self, table: str, key: str, column: str, value: Any, number_format: str = "", data_type: str = "") -> None:
        cell = self.cell(table, key, column)
        cell.value = value
        cell.number_format = number_format or cell.number_format
        cell.data_type = data_type or cell.data_type

    def add(self, table: str, like: str, **changes: Any) -> None:
        """Puts a row under the last one: that of `like`, with other values here and there."""
        sheet = self.book[table]
        row = zip(sheet[1], sheet[self.row(table, like)], strict=True)
        sheet.append([changes.get(head.value, cell.value) for head, cell in row])

    def delete(self, table: str, key: str) -> None:
        self.book[table].delete_rows(self.row(table, key))


def change(project: Project, make: Callable[[Book], object], file: str = FILE, of: str | Path = FILE) -> None:
    """Opens a workbook, lets someone change it, and saves it under a name."""
    book = load_workbook(project.root / of)
    make(Book(book))
    book.save(project.root / file)


def said(command: str, code: int = 0) -> str:
    """Runs a command in the working directory, and returns what it says: of a failure the error."""
    done = na_report(Project(Path.cwd()), *shlex.split(command))
    assert done.returncode == code, done.stderr
    return done.stderr if code else done.stdout


def taken_back(file: str = FILE, new: str = "2026", code: int = 0) -> str:
    return said(f"edition import '{file}' --as {new}", code)


def rewrite(path: Path, change_part: Callable[[str, bytes], bytes], **extra: bytes) -> None:
    """Changes the parts of a workbook as bytes and adds others."""
    target = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change_part(name, old.read(name)))
        for name, content in extra.items():
            new.writestr(name, content)
    path.write_bytes(target.getvalue())


def rows_of(project: Project, table: str, edition: str = "2026") -> dict[str, Row]:
    """Returns the rows of a table of an edition per id."""
    return {row["id"]: row for row in read_table(project.data / edition, BY_NAME[table])}


def put(table: str, key: str, column: str, *value: Any) -> Callable[[Book], None]:
    return lambda book: book.put(table, key, column, *value)


def refused(project: Project) -> list[str]:
    """Imports, and returns the lines of the problems; whatever is refused must leave no trace in data/."""
    before = contents(project.data)
    error = taken_back(code=1)
    assert contents(project.data) == before
    assert error.count("error:") == error.count("hint:") == 1
    assert "Traceback" not in error
    return [line.strip() for line in error.splitlines() if line.startswith("  ")]
