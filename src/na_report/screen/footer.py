"""What every page says at its head and foot: the PDFs, who made the book, when, for whom, and whom to ask."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from bs4 import BeautifulSoup

from na_report.base.paths import Project
from na_report.base.wording import Words
from na_report.editions.descriptor import descriptor_of

# What each PDF of a book is called.
PAPERS = {"report.pdf": "site.report", "summary.pdf": "site.summary"}
# What the pages of a preview ask whether the book was made again.
PREVIEW = "preview.js"
# A build puts the PDFs beside the folder of its pages; in a site they stand among the pages.
BESIDE = "../"


def footing(project: Project, edition: str, language: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what the page template fills in; `said` is what the book says of itself, see `book.words`."""
    words = Words(language, project)
    made = [name for name in PAPERS if said["summary"] or name != "summary.pdf"]
    day, contact = str(descriptor_of(project.data / edition)["created"] or "")[:10], str(said.get("contact") or "")
    return {
        "papers": [(f"{BESIDE}{name}", words(PAPERS[name])) for name in made],
        "made_for": said["subtitle"],
        "made_by": said["author"],
        "sealed": format_date(date.fromisoformat(day), "d MMMM y", locale=language) if day else said["mark"],
        "contact": words("colophon.contact", contact=contact) if contact else words("colophon.no_contact"),
        "colofon": said["cover"],
        "filter": words.section("filter"),
    }


def move_papers(page: BeautifulSoup, papers: Mapping[str, Path], language: str) -> None:
    """Makes the links to the PDFs those of a site, where they stand among the pages; a link to one that was not made goes."""
    for link in page.select(f"a[href^='{BESIDE}']"):
        if path := papers.get(link["href"].removeprefix(BESIDE)):
            link["href"] = path.name
            if link.find_parent("footer"):
                link.append(f" ({size(path.stat().st_size, language)})")
        else:
            (link.find_parent("li") or link).decompose()


def size(count_bytes: int, language: str) -> str:
    """Returns the size of a file as a reader writes it.

    Example:
        >>> size(2_430_981, "nl"), size(56_180, "en")
        ('2,4 MB', '56 kB')
    """
    if count_bytes < 1_000_000:
        return f"{count_bytes / 1000:.0f} kB"
    return f"{format_decimal(round(count_bytes / 1_000_000, 1), locale=language)} MB"
