"""What is published and kept: a site of all editions, and an archive that can make the book again; the same bytes each time."""

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
from conftest import ROOT, copy_of_project, na_report, program, soup
from rocrate.rocrate import ROCrate
from small_book import PAGE, built

from na_report.base.errors import BookError, NaReportError
from na_report.base.paths import ADDRESS, Project
from na_report.book.book import Book, held, remember
from na_report.book.site import contents, differences, with_switch, write_site
from na_report.editions.edition import open_edition
from na_report.running.fingerprint import hash_inputs

RAN = "gesprekspartners"
SEALED = str(open_edition("2026").descriptor["created"])[:10]


# The site


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Book]]:
    """Books of two editions, the newest in two languages: with a page that ran, one that no other has, and no summary.

    It is known where their site will be.
    """
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
    """The folder that comes out of the archive."""
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
