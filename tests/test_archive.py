"""The archive: whole, described, the same bytes each time, and enough to make the book again."""

import os
import re
import shutil
import stat
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import bagit
import pytest
from conftest import ROOT, copy_of_project, na_report, program
from rocrate.rocrate import ROCrate
from small_book import built

from na_report.base.paths import Project
from na_report.book.book import Book, held, remember
from na_report.book.comparing import contents
from na_report.editions.edition import open_edition
from na_report.running.fingerprint import hash_inputs

PAGE = "gesprekspartners"
SEALED = str(open_edition("2026").descriptor["created"])[:10]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with one page that ran and a book that counts as built."""
    project = copy_of_project(tmp_path_factory.mktemp("archive"))
    assert na_report(project, "run", PAGE, "--edition", "2026").returncode == 0
    (Book(project, "2026", "nl").notebooks / "kort.failed.ipynb").write_text("{}", encoding="utf-8")
    built(project, "2026", "index", "bijlage €", inputs=hash_inputs(project))
    return project


@pytest.fixture
def own(shelf: Project, tmp_path: Path) -> Project:
    """A copy of that project, to spoil."""
    return Project(shutil.copytree(shelf.root, tmp_path / "project"))


@pytest.fixture(scope="module")
def bag(shelf: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that comes out of the archive."""
    folder = tmp_path_factory.mktemp("unpacked")
    assert na_report(shelf, "archive", "2026", str(folder / "kept.zip")).returncode == 0
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
    for command in (["edition", "verify"], ["run", PAGE, "--edition", "2026", "--jobs", "1"]):
        done = program(Project(report), *command, PYTHONPATH=str(report / "src"))
        assert done.returncode == 0, done.stderr
    kept = bag / "data" / "book" / "nl" / "notebooks"
    assert [path.name for path in kept.iterdir()] == [f"{PAGE}.ipynb"], "a page that failed stays out"
    made = report / "_build" / "2026" / "nl" / "notebooks" / f"{PAGE}.ipynb"
    assert made.read_bytes() == (kept / made.name).read_bytes()


def test_the_same_book_gives_the_same_bytes(own: Project) -> None:
    assert na_report(own, "archive", "2026").returncode == 0
    first = (target := own.root / "_build" / "2026" / "na-report-2026.zip").read_bytes()
    for path in own.root.rglob("*.csv"):
        os.utime(path, (0, 0))
    before = os.umask(0o077)
    try:
        assert na_report(own, "archive", "2026").returncode == 0
    finally:
        os.umask(before)
    assert target.read_bytes() == first
    with zipfile.ZipFile(target) as file:
        assert {info.date_time for info in file.infolist()} == {(*date.fromisoformat(SEALED).timetuple()[:3], 0, 0, 0)}


def test_what_can_not_be_archived_is_told_and_leaves_all_as_it_was(own: Project) -> None:
    book, taken, odd = Book(own, "2026", "nl"), own.root / "a.zip", own.root / "chapters" / "50%.png"

    def refused(told: str, *, made: bool = True) -> None:
        if made:
            remember(book, hash_inputs(own), ["html", "pdf"])
        before = contents(own.root)
        done = na_report(own, "archive", "2026", "a.zip")
        assert (done.returncode, told in done.stderr) == (2, True), done.stderr
        assert contents(own.root) == before

    with held(book):
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
