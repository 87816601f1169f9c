"""The same bytes everywhere: what differs is named with its place, and a published book can be held against the project.

`scripts/elsewhere`, which `make test-all` runs, makes a whole book again under other conditions.
"""

import shutil
from pathlib import Path

from conftest import edit, na_report
from small_book import PAGE, built, only_pages, write_chapter

from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.book.comparing import differences
from na_report.book.site import write_site

NAMES = ("index", "koploper")


def told(book: Book, path: Path) -> list[str]:
    return differences(book, path)[1]


def test_changed_missing_and_extra_files_are_named_with_the_place(project: Project, tmp_path: Path) -> None:
    book = built(project, "2021", *NAMES)
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
    for name in ("report.pdf", "summary.pdf"):
        shutil.copy(book.folder / name, tmp_path / name)
        assert told(book, tmp_path / name) == [], "a PDF is held against the one of its name"
    (tmp_path / "report.pdf").write_bytes((book.folder / "report.pdf").read_bytes().replace(b"/A 1", b"/A 2"))
    assert [line.partition(": e")[0] for line in told(book, tmp_path / "report.pdf")] == ["changed  report.pdf: line 2"]


def test_an_edition_in_a_site_is_known_with_its_ways_to_others_and_whatever_changes_in_it_is_found(
    project: Project,
) -> None:
    kinds = (("2026", "nl"), ("2026", "en"), ("2021", "nl"))
    books = [built(project, edition, *NAMES, language=language) for edition, language in kinds]
    folder = write_site(books).parent / "2026"
    for path, book in ((folder, books[0]), (folder / "nl", books[0]), (folder.with_name("2021"), books[2])):
        assert told(book, path) == []
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
        assert [line.split(":")[0] for line in told(books[0], folder)] == [f"changed  {part}"]
        (folder / part).write_bytes(content)


def test_the_check_builds_elsewhere_and_names_the_one_file_that_differs(project: Project, tmp_path: Path) -> None:
    only_pages(project, "index")
    write_chapter(project, "index", "# Titel\n\nHet goede boek.")
    (project.chapters / "nl" / "index.ipynb").replace(project.chapters / "en" / "index.ipynb")
    done = na_report(project, "build", "--edition", "2021", "--language", "en", "--format", "html")
    assert done.returncode == 0, done.stderr
    # The path tells edition and language, which are not the newest and the first.
    page = Path(shutil.copytree(Book(project, "2021", "en").html, tmp_path / "2021" / "en")) / "index.html"
    edit(page, "goede boek", "kwade boek")
    done = na_report(project, "build", "--check", str(page.parent))
    assert done.returncode == 1, done.stderr
    found = [line.partition(":")[0] for line in done.stdout.splitlines()]
    assert [line for line in found if line.startswith(("changed", "missing", "extra"))] == ["changed  index.html"]
    assert "1 of" in done.stdout.splitlines()[-1]
