"""An edition is read by the schema that it was sealed with: by a later version of the program, and by an earlier one."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, cases, copy_of_project, edit, na_report, program
from openpyxl import load_workbook

from na_report.base.paths import Project
from na_report.editions.edition import open_edition
from na_report.editions.integrity import verify_edition
from na_report.editions.schema import BY_NAME, TABLES, read_schema, table_schema


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as it may be one day: with one more table, and one more column in a table that is there."""
    folder = tmp_path_factory.mktemp("later")
    shutil.copytree(ROOT / "src" / "na_report", folder / "na_report", ignore=shutil.ignore_patterns("__pycache__"))
    for said in cases("later"):
        before = said["before"]
        edit(folder / "na_report" / "editions" / "tables.json", f"\n{before}", f"\n{said['more']}{before}")
    return folder


def good(project: Project, *arguments: object, by: Path) -> str:
    """Runs a command with the program of a folder, and returns what it says."""
    done = program(project, *arguments, PYTHONPATH=str(by))
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory, later: Path) -> Project:
    """A project with an edition 2027 that the later program made of the workbook of 2021, with a row in each new place."""
    project = copy_of_project(tmp_path_factory.mktemp("project"))
    workbook = project.root / "evidence.xlsx"
    good(project, "edition", "export", "2021", workbook, by=later)
    book = load_workbook(workbook)
    assert [cell.value for cell in book["programmes"][1]] == ["id", "name_nl", "name_en", "agenda_id", "budget"]
    book["programmes"].append(["PR1", "Proef", "Trial", "A01", 7])
    [column] = [cell.column for cell in book["initiatives"][1] if cell.value == "status_now"]
    book["initiatives"].cell(2, column, "loopt")
    book.save(workbook)
    good(project, "edition", "import", workbook, "--as", "2027", by=later)
    return project


def test_a_schema_survives_its_descriptor() -> None:
    said = [{"name": table.name, "title": table.title_nl, "schema": table_schema(table)} for table in TABLES]
    assert read_schema(json.loads(json.dumps(said)), BY_NAME) == TABLES


def test_a_later_program_reads_and_runs_an_edition_sealed_before(grown: Project, later: Path) -> None:
    for name in ("2021", "2026"):
        good(grown, "edition", "verify", name, by=later)
    good(grown, "run", "bronnen", "--edition", "2021", by=later)
    said = json.loads(good(grown, "edition", "diff", "2021", "2027", "--format", "json", by=later))
    assert list(said["tables"]) == ["initiatives", "programmes"], "what came later differs only where it is filled in"
    assert said["tables"]["programmes"]["added"] == ["PR1"]
    [cell] = said["tables"]["initiatives"]["changed"]
    assert (cell["column"], cell["old"], cell["new"]) == ("status_now", "", "loopt")
    good(grown, "edition", "copy", "2026", "2028", by=later)  # a draft has what came later
    assert ",status_now" in (grown.data / "2028" / "initiatives.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert (grown.data / "2028" / "programmes.csv").is_file()
    good(grown, "edition", "seal", "2028", by=later)


def test_this_program_reads_an_edition_of_a_later_one_and_loses_nothing_of_it(grown: Project) -> None:
    verify_edition("2027", grown)
    edition = open_edition("2027", grown)
    assert edition.has("programmes") and not open_edition("2021", grown).has("programmes")
    assert list(edition["programmes"]["id"]) == ["PR1"]
    assert "added" in na_report(grown, "edition", "diff", "2021", "2027").stdout
    for action, target in (("export", grown.root / "later.xlsx"), ("copy", "2029")):
        refused = na_report(grown, "edition", action, "2027", str(target))
        assert refused.returncode == 2
        assert "initiatives.status_now, programmes.id" in refused.stderr
        assert not (grown.data / target).exists()


def test_limits_of_a_later_schema_hold_in_this_program(grown: Project) -> None:
    path = grown.data / "2027" / "programmes.csv"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(",7", ",4").replace("A01", "A99"), encoding="utf-8")
    done = na_report(grown, "edition", "verify", "2027")
    path.write_text(before, encoding="utf-8")
    assert done.returncode == 1
    assert "programmes.csv, row 2, column budget: found '4', expected 5 or more" in done.stderr
    assert "programmes.csv, row 2, column agenda_id: found 'A99', expected an id in agendas" in done.stderr
