"""The archive: whole, described, the same bytes each time, and enough to make the book again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import ROOT, copy_of_project

from na_report.cli import main
from na_report.errors import NaReportError
from na_report.paths import Project
from na_report.publishing import book as books
from na_report.publishing import published
from na_report.publishing.execution import run_pages
from na_report.publishing.fingerprint import hash_inputs
from na_report.publishing.pages import all_pages, choose

PAGE = "gesprekspartners"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with one page that ran and a book that counts as built."""
    project = copy_of_project(tmp_path_factory.mktemp("archive"))
    book = books.Book(project, "2026", "nl")
    given = {"edition": "2026"}
    run_pages(project, choose(all_pages(project), [PAGE]), given, book.notebooks, warm=False)
    (book.notebooks / "kort.failed.ipynb").write_text("{}", encoding="utf-8")
    for path in (book.html / "index.html", book.html / "bijlage €.html", book.pdf):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<p>{path.name}</p>", encoding="utf-8")
    published._remember(book, hash_inputs(project), ["html", "pdf"])
    return project


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


def bag_faults(bag: Path) -> list[str]:
    """Checks a bag by the rules of RFC 8493, sections 2 and 3."""
    faults = []
    declared = (bag / "bagit.txt").read_text(encoding="utf-8")
    if declared != "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        faults.append("bagit.txt")
    listed: dict[str, set[str]] = {}
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        names = listed[manifest] = set()
        for line in (bag / manifest).read_text(encoding="utf-8").splitlines():
            expected, name = line.split(maxsplit=1)
            path = bag / unquote(name)
            names.add(unquote(name))
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != expected:
                faults.append(name)
    files = {path.relative_to(bag).as_posix() for path in bag.rglob("*") if path.is_file()}
    payload = {name for name in files if name.startswith("data/")}
    faults += payload ^ listed["manifest-sha256.txt"]
    faults += (files - payload - {"tagmanifest-sha256.txt"}) ^ listed["tagmanifest-sha256.txt"]
    size = sum((bag / name).stat().st_size for name in payload)
    if f"Payload-Oxum: {size}.{len(payload)}\n" not in (bag / "bag-info.txt").read_text(encoding="utf-8"):
        faults.append("Payload-Oxum")
    return faults


def test_every_file_of_the_bag_has_its_checksum_and_is_as_listed(bag: Path) -> None:
    assert bag_faults(bag) == []


@pytest.mark.parametrize("name", ["data/report/data/2026/sources.csv", "README.md"])
def test_a_changed_byte_in_the_bag_is_seen(bag: Path, tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(bag, tmp_path / "bag")
    content = bytearray((copy / name).read_bytes())
    content[100] ^= 1
    (copy / name).write_bytes(content)
    assert bag_faults(copy) == [name]


def test_the_bag_rebuilds_a_page_to_the_same_bytes(bag: Path, tmp_path: Path) -> None:
    report = shutil.copytree(bag / "data" / "report", tmp_path / "report")
    environment = os.environ | {"PYTHONPATH": str(report / "src")}
    commands = (["edition", "verify"], ["run", PAGE, "--edition", "2026", "--jobs", "1"])
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "na_report.cli", *command],
            cwd=report,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    made = report / "_build" / "2026" / "nl" / "notebooks" / f"{PAGE}.ipynb"
    assert made.read_bytes() == (bag / "data" / "book" / "nl" / "notebooks" / f"{PAGE}.ipynb").read_bytes()


def test_the_bag_has_all_that_installs_the_program(bag: Path) -> None:
    report = bag / "data" / "report"
    for name in (
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "requirements.lock",
        "Makefile",
        "scripts/setup",
        "_toc.yml",
    ):
        assert (report / name).read_bytes() == (ROOT / name).read_bytes()
    assert (report / "scripts" / "setup").stat().st_mode & 0o777 == 0o755
    assert (report / "pyproject.toml").stat().st_mode & 0o777 == 0o644


def test_a_page_that_failed_stays_out(bag: Path) -> None:
    assert [path.name for path in (bag / "data" / "book" / "nl" / "notebooks").iterdir()] == [f"{PAGE}.ipynb"]


def test_the_crate_describes_what_is_there(bag: Path) -> None:
    crate = json.loads((bag / "data" / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert crate["@context"] == "https://w3id.org/ro/crate/1.1/context"
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    descriptor, root = entities["ro-crate-metadata.json"], entities["./"]
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert descriptor["about"] == {"@id": "./"}
    assert root["@type"] == "Dataset"
    assert root["datePublished"] == "2026-11-24"
    assert [entities[part["@id"]]["name"] for part in root["license"]] == ["Creative Commons Attribution 4.0"]
    assert [entities[part["@id"]]["name"] for part in root["author"]] == ["na-report contributors"]
    parts = {part["@id"] for part in root["hasPart"]}
    assert {"report/data/2026/observations.csv", "report/data/2021/", "book/nl/report.pdf", "sbom.cdx.json"} <= parts
    for part in parts:
        path = bag / "data" / part
        assert path.is_dir() if part.endswith("/") else path.is_file(), part
        assert entities[part]["@type"] != "File" or not part.endswith("/")
    made = entities["#build"]
    assert {part["@id"] for key in ("object", "result") for part in made[key]} <= parts
    assert made["instrument"]["@id"] in parts


def test_every_reference_in_the_crate_leads_somewhere(bag: Path) -> None:
    crate = json.loads((bag / "data" / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    known = {entity["@id"] for entity in crate["@graph"]}

    def references(node: object) -> set[str]:
        if isinstance(node, list):
            return set().union(*map(references, node))
        if isinstance(node, dict):
            own = {node["@id"]} if set(node) == {"@id"} else set()
            return own.union(*map(references, node.values()))
        return set()

    assert references(crate["@graph"]) - known == {"https://w3id.org/ro/crate/1.1"}


def test_the_readme_names_commands_and_places_that_exist(bag: Path) -> None:
    text = (bag / "README.md").read_text(encoding="utf-8")
    assert "Het boek opnieuw maken" in text
    assert "Make the book again" in text
    assert "{" not in text
    for place in (
        "data/book/nl/html/index.html",
        "data/book/nl/report.pdf",
        "data/report/data/2026/",
        "data/sbom.cdx.json",
    ):
        assert f"`{place}`" in text
        assert (bag / place).exists()


def test_the_same_book_gives_the_same_bytes(shelf: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert archive(shelf, monkeypatch) == 0
    target = shelf.root / "_build" / "2026" / "na-report-2026.zip"
    first = target.read_bytes()
    for path in shelf.root.rglob("*.csv"):
        os.utime(path, (0, 0))
    before = os.umask(0o077)
    try:
        assert archive(shelf, monkeypatch) == 0
    finally:
        os.umask(before)
    assert target.read_bytes() == first
    assert [path.name for path in target.parent.iterdir() if path.name.startswith(".")] == []


def test_an_older_book_is_refused(
    shelf: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    toc = shelf.root / "_toc.yml"
    before = toc.read_bytes()
    toc.write_bytes(before + b"\n")
    try:
        assert archive(shelf, monkeypatch, str(tmp_path / "a.zip")) == 2
    finally:
        toc.write_bytes(before)
    assert "na-report build --edition 2026" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["archive.tar", "missing/../there.zip"])
def test_a_file_that_can_not_be_the_archive_is_refused(
    shelf: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "there.zip").write_text("mine", encoding="utf-8")
    (tmp_path / "missing").mkdir()
    assert archive(shelf, monkeypatch, str(tmp_path / name)) == 2
    assert (tmp_path / "there.zip").read_text(encoding="utf-8") == "mine"


def test_a_link_to_elsewhere_does_not_come_along(
    shelf: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = shelf.root / "chapters" / "secret.txt"
    link.symlink_to("/etc/passwd")
    book = books.Book(shelf, "2026", "nl")
    state = (book.folder / "build.json").read_bytes()
    try:
        published._remember(book, hash_inputs(shelf), ["html", "pdf"])
        assert archive(shelf, monkeypatch, str(tmp_path / "a.zip")) == 2
    finally:
        link.unlink()
        (book.folder / "build.json").write_bytes(state)
    assert list(tmp_path.iterdir()) == []


def test_wheels_come_along_only_when_the_lock_names_them(
    shelf: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "strange-1.0-py3-none-any.whl").write_bytes(b"not in the lock")
    assert archive(shelf, monkeypatch, str(tmp_path / "a.zip"), "--wheels", str(wheels)) == 2
    assert "strange-1.0-py3-none-any.whl" in capsys.readouterr().err
    lock = shelf.root / "requirements.lock"
    before = lock.read_bytes()
    book = books.Book(shelf, "2026", "nl")
    state = (book.folder / "build.json").read_bytes()
    found = hashlib.sha256(b"not in the lock").hexdigest()
    try:
        lock.write_text(f"strange==1.0 \\\n    --hash=sha256:{found}\n", encoding="utf-8")
        published._remember(book, hash_inputs(shelf), ["html", "pdf"])
        assert archive(shelf, monkeypatch, str(tmp_path / "a.zip"), "--wheels", str(wheels)) == 0
    finally:
        lock.write_bytes(before)
        (book.folder / "build.json").write_bytes(state)
    with zipfile.ZipFile(tmp_path / "a.zip") as file:
        assert file.read("na-report-2026/data/wheels/strange-1.0-py3-none-any.whl") == b"not in the lock"
        readme = file.read("na-report-2026/README.md").decode()
    assert "--no-index --find-links ARCHIEF/data/wheels --require-hashes" in readme


def test_a_full_disk_leaves_no_archive_behind(shelf: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert archive(shelf, monkeypatch, str(tmp_path / "a.zip")) == 2
    assert list(tmp_path.iterdir()) == []


def test_an_archive_of_a_library_without_its_source_is_refused(
    shelf: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from na_report.publishing import archive as module

    monkeypatch.setattr(module, "library_files", lambda: ([], tmp_path / "site-packages" / "na_report"))
    contents = module.Contents(shelf, "2026", ["2026"], ["nl"], {"name": "x", "created": "2026-01-01"})
    with pytest.raises(NaReportError, match="needs the source"):
        module.write_archive(contents, tmp_path / "a.zip")


def test_no_archive_is_made_of_a_book_that_is_being_made(
    shelf: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with published.held(books.Book(shelf, "2026", "nl")):
        assert archive(shelf, monkeypatch, str(tmp_path / "kept.zip")) == 2
    assert "is being made by process" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
