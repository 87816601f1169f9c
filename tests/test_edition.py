"""An edition is sealed, complete and sound; whatever is broken is named with its place and remedy.

It is read by the schema that it was sealed with: by a later version of the program, and by an earlier one.
"""

import json
import re
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import ROOT, alter, cases, edit, na_report, program, seal_again, soup
from openpyxl import load_workbook
from printed import opened
from small_book import built, only_pages, write_chapter

from na_report.base.errors import InvalidInputError, NaReportError, Problem
from na_report.base.files import contents
from na_report.base.paths import ADDRESS, DESCRIPTOR, Project
from na_report.editions.descriptor import sha256, version_of
from na_report.editions.edition import copy_edition, open_edition, rows_of, seal_edition, seal_of
from na_report.editions.folders import list_editions, newest_edition, previous_edition, sealed_editions
from na_report.editions.integrity import check_tables, find_problems, verify_edition
from na_report.editions.schema import BY_NAME, TABLES, read_schema, table_schema
from na_report.writing.markdown import escape

# What the report of 2021 holds; counted in the fact base, not in the edition. One indicator is our own.
ROWS_2021 = (
    "agendas 12, agenda_items 74, conclusions 16, recommendations 8, starting_points 7, interviewees 8, findings 186, "
    "initiatives 65, organisations 50, contradictions 18, indicators 88, sources 59"
)


def test_edition_2021_is_sound_and_complete_in_both_languages() -> None:
    verify_edition("2021")
    edition = open_edition("2021")
    assert [f"{name} {len(edition[name])}" for name in re.findall(r"[a-z_]+", ROWS_2021)] == ROWS_2021.split(", ")
    for table in TABLES:
        for name in (column.name for column in table.columns if column.name.endswith("_nl")):
            pairs = edition[table.name][[name, name[:-2] + "en"]]
            assert ((pairs == "").sum(axis=1) != 1).all(), f"{table.name}.{name}"


def test_the_descriptor_meets_the_profile_of_data_package_2_and_the_schema_survives_in_it() -> None:
    profile = json.loads((files("dplib") / "profiles" / "2.0" / "datapackage.json").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(profile)(profile)
    for name in list_editions():
        descriptor = dict(open_edition(name).descriptor)
        assert [error.message for error in validator.iter_errors(descriptor)] == []
        assert list(validator.iter_errors(descriptor | {"resources": []})), "the profile bites"
    said = [{"name": table.name, "title": table.title_nl, "schema": table_schema(table)} for table in TABLES]
    assert read_schema(json.loads(json.dumps(said)), BY_NAME) == TABLES
    columns = {f"{table.name}.{column.name}": column for table in TABLES for column in table.columns}
    places = {place for column in columns.values() for place in column.refers_to}
    assert len(places) > 10
    assert all(columns[place].unique and columns[place].pattern for place in places), "what others refer to"
    assert all(table.columns[0].unique for table in TABLES)


@pytest.mark.parametrize("case", cases("table_cells"), ids=lambda case: case["at"])
def test_a_broken_cell_is_named_and_text_of_any_script_is_fine(case: dict[str, Any]) -> None:
    def problems_with(value: str) -> list[Problem]:
        changed = [(number, row | {column: value} if row["id"] == key else row) for number, row in rows[table]]
        return check_tables(rows | {table: changed})

    table, key, column = case["at"].split()
    tables = rows_of(ROOT / "data" / case.get("edition", "2021"))
    rows = {name: [*enumerate(found, start=2)] for name, found in tables.items()}
    for value in case["put"] if isinstance(case["put"], list) else [case["put"]]:
        hits = [problem for problem in problems_with(value) if problem.file == f"{table}.csv"]
        found, expected = case.get("found", value), case["expect"]
        assert any(each.found == found and expected in each.expected and each.remedy for each in hits), hits
        assert all(each.row > 1 for each in hits)
    if column == "gist_nl":
        for text in ("naïeve café", "a\u200db", "😀", "שלום", "x" * 100_000):
            assert problems_with(text) == []


def test_all_problems_come_at_once_and_conclusions_may_not_rest_on_each_other(project: Project) -> None:
    rests = dict(open_edition("2021", project)["conclusions"][["id", "rests_on"]].to_numpy())
    alter(project, "2021", "observations IND007-NL-2019 value veel")
    for key, target in (("C01", "C02"), ("C02", "C03"), ("C03", "C01"), ("C04", "C01"), ("C14", "FX99")):
        alter(project, "2021", f"conclusions {key} rests_on {rests[key]};{target}")
    (project.data / "2021" / "extra.csv").write_text("a\n", encoding="utf-8")
    with pytest.raises(InvalidInputError) as caught:
        verify_edition("2021", project)
    found = [(problem.file, problem.row, problem.found) for problem in caught.value.problems if problem.row]
    circle = [("conclusions.csv", 2, "C02"), ("conclusions.csv", 3, "C03"), ("conclusions.csv", 4, "C01")]
    assert {*found} == {*circle, ("conclusions.csv", 15, "FX99"), ("observations.csv", 8, "veel")}
    assert "'extra.csv'" in str(caught.value)
    remedies = [problem.remedy for problem in caught.value.problems if problem.found == "C02"]
    assert len(remedies) == 1 and all(part in remedies[0] for part in ("C01", "C02"))
    (project.data / "2021" / DESCRIPTOR).unlink()
    with pytest.raises(InvalidInputError, match="it has 6 problems:"):
        seal_edition("2021", project)
    assert not (project.data / "2021" / DESCRIPTOR).exists()


def test_a_changed_byte_breaks_the_seal(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """So does a file that is gone or that the system refuses to read, and what refers to it is no problem."""

    def refusing(path: Path) -> bytes:
        if path.name == refused:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    folder, read = project.data / "2021", Path.read_bytes
    edit(folder / "findings.csv", "Snappet", "snappet")
    [problem] = find_problems(folder)
    assert problem.file == "findings.csv"
    assert "edition copy" in problem.remedy
    with pytest.raises(InvalidInputError, match=r"\(1 problem\):"):
        open_edition("2021", project)
    edit(folder / "findings.csv", "snappet", "Snappet")
    monkeypatch.setattr(Path, "read_bytes", refusing)
    for refused in ("findings.csv", DESCRIPTOR):
        [problem] = find_problems(folder)
        assert (problem.file, problem.found) == (refused, "Permission denied")
    for name in ("findings.csv", DESCRIPTOR):
        (folder / name).unlink()
    assert [(problem.file, problem.found) for problem in find_problems(folder)] == [("findings.csv", "no file")]


def test_a_table_that_is_none_is_named_with_what_to_do_also_where_it_was_sealed(project: Project) -> None:
    path = project.data / "2021" / "notes.csv"
    seal = path.with_name(DESCRIPTOR)
    table, sealed = path.read_bytes(), seal.read_bytes()
    for case in cases("tables"):
        text = case.get("whole", table.decode().replace(case.get("instead of", ","), case.get("put", "")))
        path.write_bytes(text.encode(case.get("encoding", "utf-8")))
        seal.write_bytes(sealed.replace(sha256(table).encode(), sha256(path.read_bytes()).encode()))
        for use in (open_edition, verify_edition):
            with pytest.raises(InvalidInputError) as caught:
                use("2021", project)
            problems = [problem for problem in caught.value.problems if problem.file == "notes.csv"]
            assert len(problems) == len(case["expect"]), case
            for part, problem in zip(case["expect"], problems, strict=True):
                assert part in problem.found and problem.remedy and len(str(problem)) < 500


def test_editions_and_their_versions_have_one_order(project: Project) -> None:
    """By the rules of Semantic Versioning what stands behind a hyphen comes before the version without it."""
    names = ["2021", "2026", "2026-9", "2026-10", "2026b", "2026b2", "2026b10", "2026c", "2027"]
    for name in names:
        (project.data / name).mkdir(exist_ok=True)
    assert list_editions(project) == names
    assert sealed_editions(project) == ["2021", "2026"], "the others are drafts"
    assert newest_edition(project) == "2026"
    assert [previous_edition(name, names) for name in ("2026b", "2021")] == ["2026-10", ""]
    versions = "2021.1.0 2026.1.0 2026.1.1-9 2026.1.1-10 2026.1.1-b 2026.1.1-b.2 2026.1.1-b.10 2026.1.1-c 2027.1.0"
    assert [version_of(name) for name in names] == versions.split()


def test_copy_leaves_the_old_edition_alone_and_a_seal_made_again_has_the_same_bytes(project: Project) -> None:
    before = contents(project.data / "2021")
    copy_edition("2021", "2021b", project)
    assert seal_of(open_edition("2021b", project)).created == ""
    seal = seal_edition("2021b", project)
    verify_edition("2021b", project)
    assert before == contents(project.data / "2021")
    with pytest.raises(NaReportError, match="sealed already"):
        seal_edition("2021b", project)
    sealed = seal.read_bytes()
    seal_again(project, "2021b")
    assert seal.read_bytes() == sealed
    copy_edition("2026", "2027", project)
    (project.data / "2026" / "notes.csv").write_text("gone", encoding="utf-8")
    assert "edition 2027: sealed" in na_report(project, "edition", "seal", "2027", "--by", "N. Jansen").stdout


def test_a_new_edition_says_of_the_study_what_the_researcher_wrote_and_is_not_sealed_without(project: Project) -> None:
    about, path = project.data / "about.yml", project.data / "2021" / DESCRIPTOR
    text, before = about.read_text(encoding="utf-8"), json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    for case in cases("about"):
        about.write_text(text.replace(case["instead of"], case["put"]), encoding="utf-8")
        with pytest.raises(NaReportError) as caught:
            seal_edition("2021", project)
        assert all(part in str(caught.value) for part in case["expect"])
        assert not path.exists()
    about.write_text(text.replace("na-report contributors", "Bureau X"), encoding="utf-8")
    after = json.loads(seal_edition("2021", project).read_text(encoding="utf-8"))
    assert after["contributors"] == [{"title": "Bureau X", "roles": ["creator"]}]
    changed = {"contributors", "created", "resources"}  # the day, and what a descriptor says of its columns
    assert {key: after[key] for key in after.keys() - changed} == {key: before[key] for key in before.keys() - changed}


FIGURE = (
    "# Titel\n\n:::{{figure}} a.svg\n:name: fig-x\n:alt: Punt.\n{}\n:::\n\n[{{download}}`CSV <a.svg>`]{{.meenemen}}"
)


def concept(book: Path) -> list[bool]:
    """Tells of each page, and then of the paper, whether it says that it is a draft."""
    titles = [soup(path).select("header .titel")[0].get_text() for path in (book / "html").glob("*.html")]
    with opened(book / "report.pdf") as paper:
        return [*("Concept: " in title for title in titles), "Concept" in paper.text()]


def test_a_draft_says_so_everywhere_until_it_is_sealed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does what a maker, title or caption says break out of a description or a reference."""
    only_pages(project, "index")
    nasty = '<i>Een</i> "titel" & $own </script><script>a</script><!--'
    write_chapter(project, "index", FIGURE.format(escape(nasty)))
    (project.chapters / "nl" / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    for path, key in ((project.chapters / "words.yml", "nl"), (project.data / "about.yml", "contributors")):
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        (declared[key] if key == "nl" else declared[key][0])["title"] = nasty
        path.write_text(yaml.safe_dump(declared), encoding="utf-8")
    monkeypatch.setenv(ADDRESS, "https://example.org/")
    table = copy_edition("2026", "2027", project) / "observations.csv"
    assert newest_edition(project) == "2026"
    assert na_report(project, "edition", "diff", "2026", "2027").stdout == "2026 and 2027 hold the same\n"
    refused, build = na_report(project, "archive", "2027"), ("build", "--edition", "2027")
    assert refused.returncode == 2 and "na-report edition seal 2027" in refused.stderr
    sound = table.read_text(encoding="utf-8")
    table.write_text(sound.replace(",19.5,", ",veel,", 1), encoding="utf-8")
    refused = na_report(project, *build)
    assert refused.returncode == 1 and "observations.csv, row" in refused.stderr
    assert not project.build("2027", "nl").joinpath("html").exists()
    table.write_text(sound, encoding="utf-8")
    for edition in ("2021", "2026"):
        built(project, edition, "index")
    assert na_report(project, *build).returncode == 0
    done = na_report(project, "site", "--language", "nl")
    assert done.returncode == 0, done.stderr
    assert "2027" not in {path.name for path in (project.root / "_build" / "site").iterdir()}
    assert all(concept(project.build("2027", "nl")))
    seal_edition("2027", project)
    assert na_report(project, *build).returncode == 0
    assert not any(concept(project.build("2027", "nl")))
    page = soup(project.build("2027", "nl") / "html" / "index.html")
    assert page.select("i, b") == []
    for place in ("dd:has(cite)", "pre"):
        [told] = page.select(place)
        assert told.get_text().count("<i>Een</i>") == 3, "the maker, the figure's title and that of the book"
    [script] = page.select("script[type='application/ld+json']")
    assert json.loads(script.get_text())["name"].startswith(nasty)
    addresses = [page.select("link[rel=canonical]")[0]["href"], page.select("[property='og:url']")[0]["content"]]
    assert addresses == ["https://example.org/2027/nl/index.html"] * 2


def test_a_later_program_reads_and_runs_an_edition_sealed_before(project: Project, tmp_path: Path) -> None:
    """And this program reads an edition of that one, with its limits, and loses nothing of it."""

    def later(*arguments: object) -> str:
        """Runs the program as it may be one day: with one more table, and one more column in a table that is there."""
        done = program(project, *arguments, PYTHONPATH=str(tmp_path))
        assert done.returncode == 0, done.stderr
        return done.stdout

    shutil.copytree(ROOT / "src" / "na_report", tmp_path / "na_report", ignore=shutil.ignore_patterns("__pycache__"))
    for said in cases("later"):
        before = said["before"]
        edit(tmp_path / "na_report" / "editions" / "tables.json", f"\n{before}", f"\n{said['more']}{before}")
    for name in ("2021", "2026"):
        later("edition", "verify", name)
    later("run", "bronnen", "--edition", "2021")
    # It makes an edition of the workbook of 2021, with a row in each new place.
    workbook = project.root / "evidence.xlsx"
    later("edition", "export", "2021", workbook)
    book = load_workbook(workbook)
    assert [cell.value for cell in book["programmes"][1]] == ["id", "name_nl", "name_en", "agenda_id", "budget"]
    book["programmes"].append(["PR1", "Proef", "Trial", "A01", 7])
    [column] = [cell.column for cell in book["initiatives"][1] if cell.value == "status_now"]
    book["initiatives"].cell(2, column, "loopt")
    book.save(workbook)
    later("edition", "import", workbook, "--as", "2027")
    said = json.loads(later("edition", "diff", "2021", "2027", "--format", "json"))
    assert list(said["tables"]) == ["initiatives", "programmes"], "what came later differs only where it is filled in"
    assert said["tables"]["programmes"]["added"] == ["PR1"]
    [cell] = said["tables"]["initiatives"]["changed"]
    assert (cell["column"], cell["old"], cell["new"]) == ("status_now", "", "loopt")
    later("edition", "copy", "2026", "2028")  # a draft has what came later
    assert ",status_now" in (project.data / "2028" / "initiatives.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert (project.data / "2028" / "programmes.csv").is_file()
    later("edition", "seal", "2028")

    verify_edition("2027", project)
    edition = open_edition("2027", project)
    assert "programmes" not in open_edition("2021", project).tables
    assert list(edition["programmes"]["id"]) == ["PR1"]
    assert "added" in na_report(project, "edition", "diff", "2021", "2027").stdout
    for action, target in (("export", project.root / "later.xlsx"), ("copy", "2029")):
        refused = na_report(project, "edition", action, "2027", str(target))
        assert refused.returncode == 2 and "initiatives.status_now, programmes.id" in refused.stderr
        assert not (project.data / target).exists()
    edit(project.data / "2027" / "programmes.csv", "A01,7", "A99,4")
    done = na_report(project, "edition", "verify", "2027")
    assert done.returncode == 1
    assert "programmes.csv, row 2, column budget: found '4', expected 5 or more" in done.stderr
    assert "programmes.csv, row 2, column agenda_id: found 'A99', expected an id in agendas" in done.stderr
