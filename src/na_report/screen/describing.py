"""What a book says of itself to programs: for a shared link, for a search engine and for who collects data sets."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from na_report.base.citation import Work
from na_report.base.errors import NaReportError
from na_report.base.paths import ADDRESS, Project
from na_report.base.settings import read_configuration
from na_report.base.wording import Words
from na_report.editions.descriptor import descriptor_of

FILES = "_downloads"
# What RFC 3986 lets an address be written with.
_ADDRESS = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_MIMES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".zip": "application/zip",
}
_SUMMARY_CHARACTERS = 172
_SHORTEST_SUMMARY = 40


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
    """Returns what a book says of itself, with title and subtitle in its language as `words`.

    Raises:
        NaReportError: The address of the site is no web address.
    """
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
    if wrong := _wrong_address(found) if found else "":
        raise NaReportError(
            f"The address of the site has {wrong}; expected one such as https://example.org/report/.",
            hint=f"Change html: baseurl in _config.yml or the variable {ADDRESS}, or leave both empty.",
        )
    return found.rstrip("/") + "/" if found else ""


def _wrong_address(address: str) -> str:
    """Returns what of an address can't be that of a site: each page's own comes behind it, for all to read."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as problem:
        return f"a fault ({problem})"
    has_page = re.search(r"\.x?html?/*$", parts.path, re.IGNORECASE)
    faults = {
        f"no https:// in front: {address!r}": parts.scheme not in ("http", "https"),
        "a user or password, which each page would show": "@" in parts.netloc,
        f"characters that an address can't have: {address!r}": _ADDRESS.fullmatch(address) is None,
        f"no name of a host: {address!r}": not host,
        f"a question or a place in a page: {address!r}": "?" in address or "#" in address,
        f"the name of a page at its end: {address!r}": has_page is not None,
    }
    return next((fault for fault, is_there in faults.items() if is_there), "")


def describe(page: BeautifulSoup, article: Tag, name: str, book: Publication) -> None:
    """Adds to the head of a page what a shared link shows and where it is on the web, and to the first what the data is."""
    head = page.head
    if head is None:
        return
    is_first, title = name == "index.html", article.find("h1")
    summary = _summary(article) or book.subtitle
    facts = {
        "description": summary,
        "og:type": "website" if is_first else "article",
        "og:title": text_of(title) if isinstance(title, Tag) and not is_first else book.work.title,
        "og:description": summary,
        "og:site_name": book.work.name,
        "og:locale": Words(book.work.language)("language.region"),
    }
    if book.site:
        facts["og:url"] = book.address(name)
        head.append(page.new_tag("link", attrs={"rel": "canonical", "href": book.address(name)}))
    for key, value in facts.items():
        kind = "property" if key.startswith("og:") else "name"
        head.append(page.new_tag("meta", attrs={kind: key, "content": value}))
    if is_first:
        script = page.new_tag("script", attrs={"type": "application/ld+json"})
        # No sign in it can end the element or start another.
        data = json.dumps(_dataset(book, summary), ensure_ascii=False)
        script.string = re.sub("[<>&\u2028\u2029]", lambda match: f"\\u{ord(match[0]):04x}", data)
        head.append(script)


def text_of(tag: Tag) -> str:
    """Returns what a tag says, without the marks in it."""
    said = copy(tag)
    for mark in said.select(".opmerking, .herkomst, .headerlink"):
        mark.decompose()
    return " ".join(said.get_text().split())


def _summary(article: Tag) -> str:
    """Returns the first paragraph that says something, cut at a word."""
    texts = (text for text in map(text_of, article.select("section > p")) if len(text) >= _SHORTEST_SUMMARY)
    return shorten(next(texts, ""), _SUMMARY_CHARACTERS, placeholder=" …", break_on_hyphens=False)


def _dataset(book: Publication, summary: str) -> dict[str, Any]:
    """Returns the data of the book as a Dataset of schema.org."""
    said, site = book.descriptor, book.address("")
    optional = {
        "datePublished": str(said["created"] or "")[:10],
        "temporalCoverage": "/".join(filter(None, book.period)),
        "url": site and f"{site}index.html",
    }
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": book.work.name,
        "description": f"{said['description']} {summary}",
        "version": book.work.version,
        "inLanguage": list(said["languages"]),
        "license": str(said["licenses"][0]["path"]),
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": book.work.author},
        "isBasedOn": [{"@type": "Report", "name": str(source["title"])} for source in said.get("sources", [])],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": path.name,
                "encodingFormat": _MIMES[path.suffix],
                "contentUrl": f"{site}{FILES}/{path.name}",
                "contentSize": f"{path.stat().st_size} B",
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
            for path in book.files
        ],
        **{key: value for key, value in optional.items() if value},
    }
