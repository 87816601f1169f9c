"""The same bytes everywhere: what differs is named with its place, and a published book can be held against the project.

`scripts/elsewhere`, which `make test-all` runs, makes a whole book again under other conditions.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_book import make_small, write_chapter

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.book import comparing
from na_report.book.book import Book
from na_report.book.comparing import differences, formats_of
from na_report.book.published import publish
from na_report.book.site import write_site
from na_report.cli import main
from na_report.commands import build as book_commands

PAGE = '<html lang="nl"><head></head><body><nav id="hoofdstukken"></nav><article>{}</article></body></html>'


def built(project: Project, edition: str, language: str = "nl") -> Book:
    book = Book(project, edition, language)
    html = book.made / "html"
    html.mkdir(parents=True)
    for name in ("index", "koploper"):
        (html / f"{name}.html").write_text(PAGE.format(name), encoding="utf-8")
    made = {"html": html, "report.pdf": book.made / "report.pdf", "summary.pdf": book.made / "summary.pdf"}
    made["report.pdf"].write_bytes(b"%PDF-1.7\n\xff\n<</A 1>>\n")
    made["summary.pdf"].write_bytes(b"%PDF-1.7\n\xff\n")
    publish(book, "", made, ["html", "pdf"])
    return book


def told(book: Book, path: Path) -> list[str]:
    return differences(book, path)[1]


def test_changed_missing_and_extra_files_are_named_with_the_place(project: Project, tmp_path: Path) -> None:
    book = built(project, "2021")
    copy = tmp_path / "copy"
    shutil.copytree(book.html, copy)
    assert told(book, copy) == []
    (copy / "koploper.html").unlink()
    (copy / "extra.js").touch()
    (copy / "index.html").write_text(PAGE.format("indeks"), encoding="utf-8")
    assert told(book, copy) == [
        "extra    extra.js",
        "changed  index.html: line 1: expected '></nav><article>index</article></body></html>', "
        "found '></nav><article>indeks</article></body></html>'",
        "missing  koploper.html",
    ]


def test_a_pdf_is_held_against_the_one_of_its_name(project: Project, tmp_path: Path) -> None:
    book = built(project, "2021")
    for name in ("report.pdf", "summary.pdf"):
        shutil.copy(book.folder / name, tmp_path / name)
        assert told(book, tmp_path / name) == []
    (tmp_path / "elsewhere.pdf").write_bytes((book.folder / "report.pdf").read_bytes().replace(b"/A 1", b"/A 2"))
    [line] = told(book, tmp_path / "elsewhere.pdf")
    assert line.startswith("changed  elsewhere.pdf: line 3: expected ")


@pytest.mark.parametrize("inside", ["", "nl"], ids=["edition", "pages"])
def test_an_edition_in_a_site_is_known_with_its_ways_to_others(project: Project, inside: str) -> None:
    new, english, old = built(project, "2026"), built(project, "2026", "en"), built(project, "2021")
    site = write_site([new, english, old]).parent
    for book in (new, old):
        assert told(book, site / book.edition / inside) == []


@pytest.mark.parametrize(
    ("part", "was", "becomes"),
    [
        ("nl/index.html", "../../2021/nl/index.html", "https://elders.example/2021"),
        ("nl/index.html", "2021</a>", "2021<script>alert(1)</script></a>"),
        ("nl/koploper.html", ">koploper<", ">koplopers<"),
        ("data/observations.csv", "IND019-NL-2019", "IND019-NL-2020"),
        ("nl/report.pdf", "/A 1", "/A 2"),
    ],
)
def test_whatever_changes_in_a_site_is_found(project: Project, part: str, was: str, becomes: str) -> None:
    new, old = built(project, "2026"), built(project, "2021")
    folder = write_site([new, old]).parent / "2026"
    text = (folder / part).read_bytes()
    assert was.encode() in text
    (folder / part).write_bytes(text.replace(was.encode(), becomes.encode()))
    assert [line.split(":")[0] for line in told(new, folder)] == [f"changed  {part}"]


def test_what_is_no_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NaReportError, match=r"no index\.html"):
        formats_of(tmp_path, "nl")


@pytest.mark.parametrize("language", ["nl", "en", "fy"])
def test_the_path_of_a_published_book_tells_its_edition_and_language(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    with (project.chapters / "words.yml").open("a", encoding="utf-8") as file:
        file.write("fy: {name: Frysk}\n")
    made: list[Book] = []
    monkeypatch.setattr(book_commands, "_make", lambda book, *_, **options: made.append(book))
    monkeypatch.setattr(comparing, "differences", lambda book, path: (0, []))
    monkeypatch.chdir(project.root)
    folder = tmp_path / "2021" / language
    folder.mkdir(parents=True)
    (folder / "index.html").touch()
    assert main(["build", "--check", str(folder)]) == 0
    assert [(book.edition, book.language) for book in made] == [("2021", language)]


@pytest.mark.slow("it tries the check that `make test-all` makes")
def test_the_check_builds_elsewhere_and_names_the_one_file_that_differs(project: Project, tmp_path: Path) -> None:
    shutil.rmtree(project.chapters)
    make_small(Project(Path(comparing.__file__).parents[3]), project.root)
    write_chapter(project.root, "goed")

    def na_report(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "na_report.cli", "build", "-e", "2021", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=project.root, check=False)

    assert na_report("--format", "html").returncode == 0
    published = tmp_path / "published"
    shutil.copytree(Book(project, "2021", "nl").html, published)
    page = published / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("goede boek", "kwade boek"), encoding="utf-8")
    done = na_report("--check", str(published))
    assert done.returncode == 1, done.stderr
    named = [
        line.split(":")[0] for line in done.stdout.splitlines() if line.startswith(("changed", "missing", "extra"))
    ]
    assert named == ["changed  index.html"]
    assert "1 of" in done.stdout.splitlines()[-1]
