"""What is published, kept and taken along: a site of all editions, an archive that can make the book again, files, references."""

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import bagit
import pytest
import yaml
from bs4 import Tag
from conftest import ROOT, block, copy_of_project, edit, na_report, program, soup
from openpyxl import Workbook, load_workbook
from rocrate.rocrate import ROCrate
from small_book import PAGE, built

from na_report.base.errors import BookError, NaReportError
from na_report.base.files import contents
from na_report.base.paths import ADDRESS, LOCK, PROGRAM, WORDS, Project
from na_report.book.book import Book, held, remember
from na_report.book.site import differences, with_switch, write_site
from na_report.editions.descriptor import read_about
from na_report.editions.edition import open_edition, seal_of
from na_report.editions.folders import newest_edition
from na_report.running.fingerprint import hash_inputs, ingredients
from na_report.running.pages import all_pages, choose
from na_report.screen.describing import site_address
from na_report.workbook.exporting import META, write_ods, write_take_along

RAN = "gesprekspartners"
SEALED = str(open_edition("2026").descriptor["created"])[:10]


# The site


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Book]]:
    """Books of two editions, the newest in two languages, with an address: one page ran, one no other has, and no summary."""
    project = copy_of_project(tmp_path_factory.mktemp("site"))
    with pytest.MonkeyPatch.context() as around:
        around.setenv(ADDRESS, "https://example.org/report")
        assert na_report(project, "run", RAN, "--edition", "2026").returncode == 0
        (Book(project, "2026", "nl").notebooks / "kort.failed.ipynb").write_text("{}", encoding="utf-8")
        pages, inputs = ("index", "koploper"), hash_inputs(project)
        yield [
            built(project, "2026", *pages, "bijlage €", papers=["report.pdf"], inputs=inputs),
            built(project, "2026", *pages, language="en", inputs=inputs),
            built(project, "2021", *pages),
        ]


@pytest.fixture(scope="module")
def site(books: list[Book]) -> Path:
    return write_site(books).parent


def ways(page: Path, to: str) -> dict[str, str]:
    return {link.get_text() or str(link["hreflang"]): str(link["href"]) for link in soup(page).select(to)}


def test_a_page_leads_to_itself_in_another_edition_and_language_and_to_the_pdfs_that_were_made(site: Path) -> None:
    front = soup(site / "index.html")
    assert "2026/nl/index.html" in str(front)
    assert front.select_one("[http-equiv=Content-Security-Policy]")["content"] == "default-src 'none'"
    page, new = site / "2026" / "nl" / "koploper.html", site / "2026" / "nl" / "bijlage €.html"
    assert ways(page, "ul.edities a") == {"Uitgave 2026": page.name, "Uitgave 2021": "../../2021/nl/koploper.html"}
    assert ways(new, "ul.edities a")["Uitgave 2021"] == "../../2021/nl/index.html"
    assert [*ways(page, "ul.edities a[aria-current=true]")] == ["Uitgave 2026"]
    assert ways(page, "ul.talen a") == {"Nederlands": "koploper.html", "English": "../en/koploper.html"}
    assert ways(new, "ul.talen a")["English"] == "../en/index.html"
    told = {name: f"https://example.org/report/2026/{name}/koploper.html" for name in ("nl", "en")}
    assert ways(page, "head link[rel=alternate]") == told
    assert [*ways(new, "head link[rel=alternate]")] == ["nl"], "a page that is not there is no translation"
    said = [(link["lang"], link["hreflang"], link.get("aria-current")) for link in soup(page).select("ul.talen a")]
    assert said == [("nl", "nl", "true"), ("en", "en", None)]
    assert ways(page, "footer li a") == {"Boek (0 kB)": "report.pdf"}
    assert "Kort" not in soup(page).get_text(), "a PDF that was not made"


def test_a_published_book_is_known_and_whatever_changes_in_it_is_found(books: list[Book], site: Path) -> None:
    folder, [new, _, old] = site / "2026", books
    for path, book in ((folder, new), (folder / "nl", new), (site / "2021", old), (site / "2021/nl/summary.pdf", old)):
        assert differences(book, path)[1] == []
    for part, was, becomes in (
        ("nl/index.html", "../../2021/nl/index.html", "https://elders.example/2021"),
        ("nl/index.html", "2021</a>", "2021<script>alert(1)</script></a>"),
        ("nl/koploper.html", ">koploper<", ">koplopers<"),
        ("data/observations.csv", "IND019-NL-2019", "IND019-NL-2020"),
        ("nl/report.pdf", "/A 1", "/A 2"),
    ):
        content = (folder / part).read_bytes()
        assert was.encode() in content
        (folder / part).write_bytes(content.replace(was.encode(), becomes.encode()))
        assert [line.split(":")[0] for line in differences(new, folder)[1]] == [f"changed  {part}"]
        (folder / part).write_bytes(content)


def test_a_book_that_is_not_as_a_build_left_it_leaves_the_site_as_it_was(books: list[Book], site: Path) -> None:
    before, page = sorted(site.rglob("*")), books[2].html / "index.html"
    with pytest.raises(NaReportError, match="2021"):
        write_site([*books, Book(books[0].project, "2021", "en")])
    page.unlink()
    with pytest.raises(NaReportError, match="not to the end"):
        write_site(books)
    assert sorted(site.rglob("*")) == before
    with pytest.raises(BookError, match=r"index\.html of edition 2021 has no nav"):
        with_switch(PAGE.replace("hoofdstukken", "x"), "index.html", books[2], {})


# The archive


@pytest.fixture(scope="module")
def bag(books: list[Book], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    assert na_report(books[0].project, "archive", "2026", str(folder / "kept.zip")).returncode == 0
    with zipfile.ZipFile(folder / "kept.zip") as file:
        file.extractall(folder)
        for info in file.infolist():
            (folder / info.filename).chmod(stat.S_IMODE(info.external_attr >> 16))
    return folder / "na-report-2026"


def test_bag_and_crate_are_so_by_the_rules_of_others_and_describe_what_is_there(bag: Path) -> None:
    found = bagit.Bag(str(bag))
    found.validate()
    assert found.version_info == (1, 0)
    check = ["sha256sum", "--check", "--strict", "--quiet", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    assert subprocess.run(check, cwd=bag, check=False).returncode == 0, "as its README says"
    crate = ROCrate(bag / "data")
    root = crate.root_dataset
    assert root["datePublished"] == SEALED
    named = [each["name"] for each in (*root["license"], *root["author"])]
    assert named == ["Creative Commons Attribution 4.0", "na-report contributors"]
    parts = {part.id for part in root["hasPart"]}
    assert {"report/data/2026/", "report/data/2021/", "book/nl/report.pdf"} <= parts
    for part in crate.data_entities:
        path = bag / "data" / part.id
        assert path.is_dir() if part.id.endswith("/") else path.is_file(), part.id
    made = crate.get("#build")
    assert {part.id for key in ("object", "result") for part in made[key]} | {made["instrument"].id} <= parts
    said = [(entity.id, value) for entity in crate.get_entities() for value in entity.values()]
    each = [(name, one) for name, value in said for one in (value if isinstance(value, list) else [value])]
    assert [(name, one) for name, one in each if isinstance(one, dict)] == [], "these lead nowhere"
    readme = (bag / "README.md").read_text(encoding="utf-8")
    places = re.findall(r"`(data/[^`]+)`", readme)
    assert len(places) > 2 and "{" not in readme
    assert [place for place in places if not (bag / place).exists()] == []


def test_the_bag_rebuilds_a_page_to_the_same_bytes(bag: Path, tmp_path: Path) -> None:
    report = shutil.copytree(bag / "data" / "report", tmp_path / "report")
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.lock", "Makefile", "scripts/setup"):
        assert (report / name).read_bytes() == (ROOT / name).read_bytes(), "what installs the program"
    assert (report / "scripts" / "setup").stat().st_mode & 0o777 == 0o755
    for command in (["edition", "verify"], ["run", RAN, "--edition", "2026", "--jobs", "1"]):
        done = program(Project(report), *command, PYTHONPATH=str(report / "src"))
        assert done.returncode == 0, done.stderr
    kept = bag / "data" / "book" / "nl" / "notebooks"
    assert [path.name for path in kept.iterdir()] == [f"{RAN}.ipynb"], "a page that failed stays out"
    made = report / "_build" / "2026" / "nl" / "notebooks" / f"{RAN}.ipynb"
    assert made.read_bytes() == (kept / made.name).read_bytes()


def test_the_same_book_gives_the_same_bytes(books: list[Book], bag: Path) -> None:
    project = books[0].project
    for path in project.root.rglob("*.csv"):
        os.utime(path, (0, 0))
    before = os.umask(0o077)
    try:
        assert na_report(project, "archive", "2026").returncode == 0
    finally:
        os.umask(before)
    made = project.root / "_build" / "2026" / "na-report-2026.zip"
    assert made.read_bytes() == (bag.parent / "kept.zip").read_bytes()
    with zipfile.ZipFile(made) as file:
        assert {info.date_time for info in file.infolist()} == {(*date.fromisoformat(SEALED).timetuple()[:3], 0, 0, 0)}


def test_what_can_not_be_archived_is_told_and_leaves_all_as_it_was(books: list[Book], tmp_path: Path) -> None:
    own = Project(shutil.copytree(books[0].project.root, tmp_path / "project"))
    taken, odd = own.root / "a.zip", own.root / "chapters" / "50%.png"

    def refused(told: str, *, made: bool = True) -> None:
        for language in ("nl", "en") if made else ():
            remember(Book(own, "2026", language), hash_inputs(own), ["html", "pdf"])
        before = contents(own.root)
        done = na_report(own, "archive", "2026", "a.zip")
        assert (done.returncode, told in done.stderr) == (2, True), done.stderr
        assert contents(own.root) == before

    with held(Book(own, "2026", "nl")):
        refused("is being made by process")
    taken.write_text("mine")
    refused("exists already")
    taken.unlink()
    odd.touch()
    refused("na-report build --edition 2026", made=False)
    refused("50%.png has % or the end of a line in its name")
    odd.unlink()
    odd.with_name("secret.txt").symlink_to("/etc/passwd")
    refused("secret.txt is a link to elsewhere")


# What a reader takes along


HTML = ROOT / "_build" / "2021" / "nl" / "html"
PAGES = sorted(HTML.glob("*.html"))


@pytest.mark.book
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


@pytest.mark.book
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
        if shown.name == "figure":
            said, table = str(shown.img["alt"]), shown.find_next("table")
            assert len(said) > 20 and not said.endswith((".svg", ".png"))
            assert shown.select_one("source"), "a drawing for a narrow screen"
            assert table["aria-label"] == "De figuur als tabel" and len(table.select("tbody tr")) > 1
        assert all(file.is_file() for file in kinds.values())
        assert str(shown["id"]) in kinds["CSV"].name
        link, text, entry = box.select("dd > *")
        assert link["href"] == f"#{shown['id']}"
        number = shown.select_one(".caption-number").get_text().strip()  # type: ignore[union-attr]
        assert f" [{number}]. " in text.get_text()
        assert entry.get_text().startswith(f"@misc{{na-report-2021-{shown['id']},")
        assert number in box.select("summary")[0].get_text()


@pytest.mark.book
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
    monkeypatch.delenv(ADDRESS, raising=False)  # which the books of the site have
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


@pytest.mark.book
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
