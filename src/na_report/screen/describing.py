"""What a book says of itself: at the head and foot of its pages to who reads, and to programs that share or collect it."""

import os
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from na_report.base.errors import NaReportError
from na_report.base.paths import ADDRESS, Project
from na_report.base.settings import read_configuration
from na_report.base.wording import Words
from na_report.editions.descriptor import descriptor_of

FILES = "_downloads"
# What each PDF of a book is called.
PAPERS = {"report.pdf": "site.report", "summary.pdf": "site.summary"}
# What the pages of a preview ask whether the book was made again.
PREVIEW = "preview.js"
# A build puts the PDFs beside the folder of its pages; in a site they stand among the pages.
BESIDE = "../"
# A host with or without a port, and folders written as RFC 3986 allows; no user, question, place or page.
_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?!.*\.x?html?/*$)(?:/(?:[a-z0-9._~:/@!$&'()*+,;=-]|%[0-9a-f]{2})*)?",
    re.IGNORECASE | re.ASCII,
)


def book_address(project: Project, edition: str, language: str) -> str:
    """Returns where a book is on the web, with a slash at the end; empty when the site's address is not known."""
    return f"{site}{edition}/{language}/" if (site := site_address(project)) else ""


def publication(
    project: Project, edition: str, language: str, words: Mapping[str, Any], period: Sequence[str]
) -> dict[str, Any]:
    """Returns what a book says of itself to others, with title and subtitle in its language as `words`, and years of its data."""
    about = descriptor_of(project.data / edition)
    return {
        "work": {
            "author": str(about["contributors"][0]["title"]),
            "title": str(words["title"]),
            "year": str(about["created"])[:4] or edition[:4],
            "edition": edition,
            "version": str(about["version"]),
            "language": language,
        },
        "subtitle": str(words["subtitle"]),
        "about": {name: about.get(name, "") for name in ("description", "languages", "licenses", "created", "sources")},
        "period": list(period),
        "address": book_address(project, edition, language),
        "locale": Words(language)("language.region"),
    }


def site_address(project: Project) -> str:
    """Returns where the site is on the web, or nothing when nobody said so.

    The variable overrules `html: baseurl` of _config.yml: where the site is, is known to who publishes it.

    Raises:
        NaReportError: What was said is no web address.
    """
    found = os.environ.get(ADDRESS) or read_configuration(project).get("html", {}).get("baseurl", "")
    if found and not _ADDRESS.fullmatch(found):
        told = "has a user or password, which each page would show" if "@" in found else f"is {found!r}"
        raise NaReportError(
            f"The address of the site {told}; expected one such as https://example.org/report/, "
            "with a host and folders and no question, place or page behind them.",
            hint=f"Change html: baseurl in _config.yml or the variable {ADDRESS}, or leave both empty.",
        )
    return found.rstrip("/") + "/" if found else ""


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


def size(count_bytes: int, language: str) -> str:
    """Returns the size of a file as a reader writes it.

    Example:
        >>> size(2_430_981, "nl"), size(56_180, "en")
        ('2,4 MB', '56 kB')
    """
    if count_bytes < 1_000_000:
        return f"{count_bytes / 1000:.0f} kB"
    return f"{format_decimal(round(count_bytes / 1_000_000, 1), locale=language)} MB"
