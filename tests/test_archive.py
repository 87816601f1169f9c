"""The archive: whole, described, the same bytes each time, and enough to make the book again."""

import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path

import bagit
import pytest
from conftest import ROOT, copy_of_project
from rocrate.rocrate import ROCrate

from na_report.base.paths import Project
from na_report.book.book import Book, held, remember
from na_report.cli import main
from na_report.editions.edition import open_edition
from na_report.running.execution import run_pages
from na_report.running.fingerprint import hash_inputs
from na_report.running.pages import all_pages, choose

PAGE = "gesprekspartners"
SEALED = str(open_edition("2026").descriptor["created"])[:10]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with one page that ran and a book that counts as built."""
    project = copy_of_project(tmp_path_factory.mktemp("archive"))
    book = Book(project, "2026", "nl")
    run_pages(project, choose(all_pages(project), [PAGE]), {"edition": "2026"}, book.notebooks)
    (book.notebooks / "kort.failed.ipynb").write_text("{}", encoding="utf-8")
    for path in (book.html / "index.html", book.html / "bijlage €.html", book.folder / "report.pdf"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<p>{path.name}</p>", encoding="utf-8")
    return count_as_built(project)


def count_as_built(project: Project) -> Project:
    """Lets the book count as made of what the project has now."""
    remember(Book(project, "2026", "nl"), hash_inputs(project), ["html", "pdf"])
    return project


@pytest.fixture
def own(shelf: Project, tmp_path: Path) -> Project:
    """A copy of that project, to spoil."""
    return Project(shutil.copytree(shelf.root, tmp_path / "project"))


def archive(project: Project, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.chdir(project.root)
    return main(["archive", "2026", *arguments])


@pytest.fixture(scope="module")
def bag(shelf: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that comes out of the archive."""
    folder = tmp_path_factory.mktemp("unpacked")
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert archive(shelf, monkeypatch, str(folder / "kept.zip")) == 0
    with zipfile.ZipFile(folder / "kept.zip") as file:
        file.extractall(folder)
        for info in file.infolist():
            (folder / info.filename).chmod(stat.S_IMODE(info.external_attr >> 16))
    return folder / "na-report-2026"


def test_the_bag_is_one_by_the_rules_of_others(bag: Path) -> None:
    found = bagit.Bag(str(bag))
    found.validate()
    assert found.version_info == (1, 0)
    check = ["sha256sum", "--check", "--strict", "--quiet", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    assert subprocess.run(check, cwd=bag, check=False).returncode == 0, "as its README says"


def test_the_bag_rebuilds_a_page_to_the_same_bytes(bag: Path, tmp_path: Path) -> None:
    report = shutil.copytree(bag / "data" / "report", tmp_path / "report")
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.lock", "Makefile", "scripts/setup"):
        assert (report / name).read_bytes() == (ROOT / name).read_bytes(), "what installs the program"
    assert (report / "scripts" / "setup").stat().st_mode & 0o777 == 0o755
    environment = os.environ | {"PYTHONPATH": str(report / "src")}
    for command in (["edition", "verify"], ["run", PAGE, "--edition", "2026", "--jobs", "1"]):
        called = [sys.executable, "-m", "na_report.cli", *command]
        done = subprocess.run(called, cwd=report, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    kept = bag / "data" / "book" / "nl" / "notebooks"
    assert [path.name for path in kept.iterdir()] == [f"{PAGE}.ipynb"], "a page that failed stays out"
    made = report / "_build" / "2026" / "nl" / "notebooks" / f"{PAGE}.ipynb"
    assert made.read_bytes() == (kept / made.name).read_bytes()


def test_crate_and_readme_describe_what_is_there(bag: Path) -> None:
    crate = ROCrate(bag / "data")
    root = crate.root_dataset
    assert root["datePublished"] == SEALED
    assert [found["name"] for found in root["license"]] == ["Creative Commons Attribution 4.0"]
    assert [found["name"] for found in root["author"]] == ["na-report contributors"]
    parts = {part.id for part in root["hasPart"]}
    assert {"report/data/2026/", "report/data/2021/", "book/nl/report.pdf"} <= parts
    for part in crate.data_entities:
        path = bag / "data" / part.id
        assert path.is_dir() if part.id.endswith("/") else path.is_file(), part.id
    made = crate.get("#build")
    assert {part.id for key in ("object", "result") for part in made[key]} | {made["instrument"].id} <= parts
    for entity in crate.get_entities():
        for values in entity.values():
            found = [value for value in (values if isinstance(values, list) else [values]) if isinstance(value, dict)]
            assert found == [], f"{entity.id} leads nowhere"
    readme = (bag / "README.md").read_text(encoding="utf-8")
    assert "{" not in readme
    for place in ("data/book/nl/html/index.html", "data/book/nl/report.pdf", "data/report/data/2026/"):
        assert f"`{place}`" in readme
        assert (bag / place).exists()


def test_the_same_book_gives_the_same_bytes(own: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert archive(own, monkeypatch) == 0
    target = own.root / "_build" / "2026" / "na-report-2026.zip"
    first = target.read_bytes()
    for path in own.root.rglob("*.csv"):
        os.utime(path, (0, 0))
    before = os.umask(0o077)
    try:
        assert archive(own, monkeypatch) == 0
    finally:
        os.umask(before)
    assert target.read_bytes() == first
    with zipfile.ZipFile(target) as file:
        assert {info.date_time for info in file.infolist()} == {(*date.fromisoformat(SEALED).timetuple()[:3], 0, 0, 0)}


def there(project: Project, _: pytest.MonkeyPatch) -> None:
    (project.root / "a.zip").write_text("mine", encoding="utf-8")


def older(project: Project, _: pytest.MonkeyPatch) -> None:
    with (project.root / "_toc.yml").open("a") as file:
        file.write("\n")


def linked(project: Project, _: pytest.MonkeyPatch) -> None:
    (project.chapters / "secret.txt").symlink_to("/etc/passwd")
    count_as_built(project)


def odd(project: Project, _: pytest.MonkeyPatch) -> None:
    (project.chapters / "50%.png").touch()
    count_as_built(project)


def busy(project: Project, _: pytest.MonkeyPatch) -> AbstractContextManager[None]:
    return held(Book(project, "2026", "nl"))


Spoil = Callable[[Project, pytest.MonkeyPatch], AbstractContextManager[None] | None]
REFUSED: dict[Spoil, str] = {
    there: "exists already",
    older: "na-report build --edition 2026",
    linked: "secret.txt is a link to elsewhere",
    odd: "50%.png has % or the end of a line in its name",
    busy: "is being made by process",
}


@pytest.mark.parametrize("spoil", REFUSED)
def test_what_can_not_be_archived_is_told_and_leaves_all_as_it_was(
    own: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], spoil: Spoil
) -> None:
    with spoil(own, monkeypatch) or nullcontext():
        before = {path.name: path.read_bytes() for path in own.root.iterdir() if path.is_file()}
        assert archive(own, monkeypatch, str(own.root / "a.zip")) == 2
    assert REFUSED[spoil] in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in own.root.iterdir() if path.is_file()} == before
