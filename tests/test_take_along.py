"""What a reader takes along: the edition in other forms, references to a figure or table, and what the book says of itself."""

import hashlib
import json
import re
import zipfile
from pathlib import Path

import pytest
import yaml
from bs4 import Tag
from conftest import ROOT, block, edit, soup
from openpyxl import Workbook, load_workbook

from na_report.base.paths import ADDRESS, LOCK, PROGRAM, WORDS, Project
from na_report.editions.descriptor import read_about
from na_report.editions.edition import open_edition, seal_of
from na_report.editions.folders import newest_edition
from na_report.running.fingerprint import hash_inputs, ingredients
from na_report.running.pages import all_pages, choose
from na_report.screen.describing import site_address
from na_report.workbook.exporting import META, write_ods, write_take_along

pytestmark = pytest.mark.book

HTML = ROOT / "_build" / "2021" / "nl" / "html"
PAGES = sorted(HTML.glob("*.html"))


def test_the_same_edition_gives_the_same_files(tmp_path: Path) -> None:
    """What the cells of the .ods say is what LibreOffice makes of them: see test_workbook."""
    edition, again = (write_take_along("2021", tmp_path / name, Project(ROOT)) for name in ("edition", "again"))
    assert [path.read_bytes() for path in edition] == [path.read_bytes() for path in again]
    files = {path.suffix: path for path in edition}
    with zipfile.ZipFile(files[".ods"]) as archive:
        first, content = archive.infolist()[0], archive.read("content.xml").decode()
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert re.findall(r'<table:table table:name="(\w+)"', content) == load_workbook(files[".xlsx"]).sheetnames
    assert re.findall(r'<table:table table:name="(\w+)" table:style-name="dicht">', content) == [META]
    assert "formula" not in re.sub(r">[^<]*<", "><", content)
    assert content.count('office:value-type="float"') > 50, "numbers are numbers"
    with zipfile.ZipFile(files[".zip"]) as archive:
        tables = {name: archive.read(name) for name in archive.namelist()}
    sealed = (path for path in (ROOT / "data/2021").iterdir() if path.suffix in (".csv", ".json"))
    assert tables == {f"na-report-2021/{path.name}": path.read_bytes() for path in sealed}
    # Spaces, tabs and lines of a text do not run together.
    workbook = Workbook()
    workbook.active["A1"] = "a  b\tc\n d"
    with zipfile.ZipFile(write_ods(workbook, tmp_path / "text.ods")) as archive:
        content = archive.read("content.xml").decode()
    assert 'a<text:s text:c="2"/>b<text:tab/>c</text:p><text:p><text:s text:c="1"/>d' in content


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_says_what_it_is_for_and_its_figures_and_tables_can_be_taken_along_and_cited(path: Path) -> None:
    page = soup(path)
    tags = page.select("head meta[content]")
    said = {str(tag.get("property") or tag.get("name")): str(tag["content"]) for tag in tags}
    assert 20 < len(said["description"]) < 180
    assert said["og:description"] == said["description"]
    assert said["og:title"] in page.select("head title" if path.name == "index.html" else "h1")[0].get_text()
    assert "og:url" not in said, "no address was given"
    assert page.select("link[rel=canonical], template") == []
    for shown in page.select("article figure[id], article table[id]"):
        box = shown.find_next(class_="meenemen")
        assert isinstance(box, Tag), shown["id"]
        kinds = {link.get_text(): path.parent / str(link["href"]) for link in box.select("p a[download]")}
        assert set(kinds) == {"CSV", "XLSX", "ODS"} | ({"SVG", "PNG"} if shown.name == "figure" else set())
        assert all(file.is_file() for file in kinds.values())
        assert str(shown["id"]) in kinds["CSV"].name
        link, text, entry = box.select("dd > *")
        assert link["href"] == f"#{shown['id']}"
        number = shown.select_one(".caption-number").get_text().strip()  # type: ignore[union-attr]
        assert f" [{number}]. " in text.get_text()
        assert entry.get_text().startswith(f"@misc{{na-report-2021-{shown['id']},")
        assert number in box.select("summary")[0].get_text()


def test_the_first_page_describes_the_data_for_programs_and_searching_finds_none_of_it() -> None:
    assert "Neem mee" not in (HTML / "_static" / "search-data.js").read_text(encoding="utf-8")
    [script] = soup(HTML / "index.html").select('script[type="application/ld+json"]')
    data = json.loads(script.get_text())
    assert (data["@context"], data["@type"]) == ("https://schema.org", "Dataset")
    assert data["version"] == seal_of(open_edition("2021")).version
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert (data["temporalCoverage"], data["creator"]["@type"]) == ("2015/2024", "Organization")
    assert "AEF" in data["isBasedOn"][0]["name"]
    assert 50 < len(data["description"]) < 5000
    assert {Path(item["contentUrl"]).suffix for item in data["distribution"]} == {".xlsx", ".ods", ".zip"}
    for item in data["distribution"]:
        assert hashlib.sha256((HTML / item["contentUrl"]).read_bytes()).hexdigest() == item["sha256"]


def test_another_address_or_colophon_is_made_anew(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    addresses, inputs = [site_address(project)], {hash_inputs(project)}
    edit(project.root / "_config.yml", "html:\n", "html:\n  baseurl: https://a.org/x\n")
    addresses.append(site_address(project))
    monkeypatch.setenv(ADDRESS, "https://b.org/")
    assert [*addresses, site_address(project)] == ["", "https://a.org/x/", "https://b.org/"]
    assert hash_inputs(project) not in inputs
    words = project.chapters / WORDS
    declared = yaml.safe_load(words.read_text(encoding="utf-8"))
    declared["nl"]["contact"] = "meld@example.org"
    words.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    assert "meld&#64;example.org" in block(open_edition("2021"), "contact"), "a place for problems"
    [page] = choose(all_pages(project), ["colofon"])
    for name in (f"chapters/{WORDS}", PROGRAM, LOCK):
        before = ingredients(project, page)
        with (project.root / name).open("a", encoding="utf-8") as file:
            file.write("# anders\n")
        assert ingredients(project, page) != before, name


def test_the_colophon_has_the_hash_that_a_reader_can_take_and_the_citation_file_is_that_of_the_newest_edition() -> None:
    text, project = soup(HTML / "colofon.html").get_text(), Project(ROOT)
    assert hashlib.sha256((ROOT / "data" / "2021" / "datapackage.json").read_bytes()).hexdigest() in text
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name in ("pandas", "matplotlib", "typst"):
        [version] = re.findall(rf"(?m)^{name}==(\S+)", lock)
        assert f"{name} {version}" in text
    cited, about = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8")), read_about(project, "")
    seal = seal_of(open_edition(newest_edition(project), project))
    assert (cited["version"], str(cited["date-released"])) == (seal.version, seal.created)
    assert cited["authors"] == [{"name": seal.author}]
    assert [maker["title"] for maker in about["contributors"]] == [maker["name"] for maker in cited["authors"]]
    assert {licence["name"] for licence in about["licenses"]} < set(cited["license"])
    assert cited["title"].removeprefix("na-report: ") in about["title"]
