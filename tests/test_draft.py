"""An edition that is not sealed yet: used when it is named, marked on each page, and taken for the newest by nothing."""

from pathlib import Path

import pytest
from conftest import na_report, set_cell, soup
from printed import opened
from small_book import built, only_pages, write_chapter

from na_report.base.paths import Project
from na_report.editions.edition import copy_edition, seal_edition
from na_report.editions.folders import list_editions, newest_edition, sealed_editions


@pytest.fixture
def drafted(project: Project) -> Project:
    """A small book with a draft 2027."""
    only_pages(project, "index")
    write_chapter(project, "index", "# Titel")
    copy_edition("2026", "2027", project)
    return project


def test_a_draft_is_used_when_it_is_named_and_sound_and_taken_for_the_newest_by_nothing(drafted: Project) -> None:
    assert list_editions(drafted) == ["2021", "2026", "2027"]
    assert sealed_editions(drafted) == ["2021", "2026"]
    assert newest_edition(drafted) == "2026"
    assert na_report(drafted, "edition", "diff", "2026", "2027").stdout == "2026 and 2027 hold the same\n"
    done = na_report(drafted, "archive", "2027")
    assert done.returncode == 2
    assert "na-report edition seal 2027" in done.stderr
    set_cell(drafted.data / "2027" / "observations.csv", "IND007-NL-2019", "value", "veel")
    done = na_report(drafted, "build", "--edition", "2027")
    assert done.returncode == 1
    assert "observations.csv, row" in done.stderr
    assert not drafted.build("2027", "nl").joinpath("html").exists()


def concept(book: Path) -> list[bool]:
    """Tells of each page, and then of the paper, whether it says that it is a draft."""
    titles = [soup(path).select("header .titel")[0].get_text() for path in (book / "html").glob("*.html")]
    with opened(book / "report.pdf") as paper:
        return [*("Concept: " in title for title in titles), "Concept" in paper.text()]


def test_a_draft_says_so_on_each_page_and_on_paper_until_it_is_sealed_and_is_in_no_site(drafted: Project) -> None:
    for edition in ("2021", "2026"):
        built(drafted, edition, "index")
    assert na_report(drafted, "build", "--edition", "2027").returncode == 0
    done = na_report(drafted, "site", "--language", "nl")
    assert done.returncode == 0, done.stderr
    assert "2027" not in {path.name for path in (drafted.root / "_build" / "site").iterdir()}
    assert all(concept(drafted.build("2027", "nl")))
    seal_edition("2027", drafted)
    assert na_report(drafted, "build", "--edition", "2027").returncode == 0
    assert not any(concept(drafted.build("2027", "nl")))
