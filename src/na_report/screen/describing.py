"""What a book says of itself to programs: for a shared link, for a search engine and for who collects data sets."""

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

from bs4 import BeautifulSoup, Tag
from jinja2 import Environment

from na_report.base.citation import Work
from na_report.base.errors import NaReportError
from na_report.base.paths import ADDRESS, Project
from na_report.base.settings import read_configuration
from na_report.base.wording import Words
from na_report.editions.descriptor import descriptor_of

FILES = "_downloads"
# A host with or without a port, and folders written as RFC 3986 allows; no user, question, place or page.
_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?!.*\.x?html?/*$)(?:/(?:[a-z0-9._~:/@!$&'()*+,;=-]|%[0-9a-f]{2})*)?",
    re.IGNORECASE | re.ASCII,
)
_MIMES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".zip": "application/zip",
}
_SHORTEST_SUMMARY, _SUMMARY_CHARACTERS = 40, 172
# It escapes each value, so that none can end an element or start another.
_HEAD = Environment(autoescape=True).from_string((Path(__file__).parent / "assets" / "head.html").read_text("utf-8"))


@dataclass(frozen=True)
class Publication:
    """A book as others see it from outside."""

    work: Work
    subtitle: str
    descriptor: Mapping[str, Any]  # the Data Package of its edition
    files: Sequence[Path] = ()  # the whole edition in several forms
    period: tuple[str, str] = ("", "")  # the first and last year of its data; empty when not known
    site: str = ""  # where the site is on the web, with a slash at the end; empty when not known

    def address(self, page: str) -> str:
        """Returns where a page or file of the book is on the web; empty when the site's address is not known."""
        book = book_address(self.site, self.work.edition, self.work.language)
        return f"{book}{page}" if book else ""


def book_address(site: str, edition: str, language: str) -> str:
    """Returns where a book is on the web, with a slash at the end; empty when the site's address is not known."""
    return f"{site}{edition}/{language}/" if site else ""


def publication(
    project: Project,
    edition: str,
    language: str,
    words: Mapping[str, Any],
    files: Sequence[Path] = (),
    period: tuple[str, str] = ("", ""),
) -> Publication:
    """Returns what a book says of itself, with title and subtitle in its language as `words`; see `site_address`."""
    descriptor = descriptor_of(project.data / edition)
    author = str(descriptor["contributors"][0]["title"])
    year, version = str(descriptor["created"])[:4] or edition[:4], str(descriptor["version"])
    work = Work(author, str(words["title"]), year, edition, version, language)
    return Publication(work, str(words["subtitle"]), descriptor, files, period, site_address(project))


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


def describe(page: BeautifulSoup, article: Tag, name: str, book: Publication) -> None:
    """Adds to the head of a page what a shared link shows and where it is on the web, and to the first what the data is."""
    is_first, title = name == "index.html", article.find("h1")
    texts = (text for text in map(text_of, article.select("section > p")) if len(text) >= _SHORTEST_SUMMARY)
    said = _HEAD.render(
        book=book,
        name=name,
        is_first=is_first,
        title=book.work.title if is_first or not title else text_of(title),
        # The first paragraph that says something, cut at a word.
        summary=shorten(next(texts, book.subtitle), _SUMMARY_CHARACTERS, placeholder=" …", break_on_hyphens=False),
        locale=Words(book.work.language)("language.region"),
        said=book.descriptor,
        mimes=_MIMES,
        files=FILES,
        sha256=hashlib.sha256,
    )
    page.head.append(BeautifulSoup(said, "html.parser"))


def text_of(tag: Tag) -> str:
    """Returns what a tag says, without the marks in it."""
    said = copy(tag)
    for mark in said.select(".opmerking, .herkomst, .headerlink"):
        mark.decompose()
    return " ".join(said.get_text().split())
