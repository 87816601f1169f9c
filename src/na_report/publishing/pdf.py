"""Makes the PDF: the article of the one long page, with cover, contents and a stylesheet for paper."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

import font_source_sans_pro
from bs4 import BeautifulSoup, Tag

from na_report.errors import BookError
from na_report.files import partial_of
from na_report.publishing.garbage import seldom_collecting
from na_report.publishing.languages import mark_languages

_WEIGHTS = (
    ("SourceSansPro", 400, "normal"),
    ("SourceSansProIt", 400, "italic"),
    ("SourceSansProSemibold", 600, "normal"),
    ("SourceSansProBold", 700, "normal"),
)


def write_pdf(
    page: Path,
    target: Path,
    words: Mapping[str, Any],
    *,
    language: str,
    identifier: str,
    only: str = "",
    without: Collection[str] = (),
) -> None:
    """Writes a PDF/UA-1 file.

    Args:
        page: `index.html` of Sphinx's builder `singlehtml`.
        target: The PDF; replaced when the new one is whole.
        words: Title, subtitle, author and the like in the language of the book.
        language: The language of the document.
        identifier: Makes the file's own id; the same for the same book.
        only: The name of the one page to print, without cover and contents; the whole book when empty.
        without: The names of pages that stay off paper.

    Raises:
        BookError: The page has no article, or lacks a page that is named.
    """
    import weasyprint  # takes half a second, and only this function needs it

    document = paper(page.read_text(encoding="utf-8"), words, language=language, only=only, without=without)
    style = (resources.files("na_report.publishing") / "assets" / "print.css").read_text(encoding="utf-8")
    faces = "".join(
        f"@font-face {{ font-family: 'Source Sans Pro'; font-weight: {weight}; font-style: {slant}; "
        f"src: url('file://{quote(str(font_source_sans_pro.font_files_ttf[name]))}'); }}\n"
        for name, weight, slant in _WEIGHTS
    )
    fonts = weasyprint.text.fonts.FontConfiguration()
    sheet = weasyprint.CSS(string=faces + style, font_config=fonts)
    partial = partial_of(target)
    with seldom_collecting():
        weasyprint.HTML(string=document, base_url=str(page.parent) + os.sep).write_pdf(
            partial,
            stylesheets=[sheet],
            font_config=fonts,
            pdf_variant="pdf/ua-1",
            pdf_identifier=identifier.encode(),
        )
    partial.replace(target)


def paper(html: str, words: Mapping[str, Any], *, language: str, only: str = "", without: Collection[str] = ()) -> str:
    """Returns the document for paper: cover, contents and article, without what only a screen needs.

    Raises:
        BookError: The page has no article, or lacks a page that is named.
    """
    article = BeautifulSoup(html, "html.parser").find("article")
    if not isinstance(article, Tag):
        raise BookError("The long page for the PDF has no article.", hint="Look in singlehtml.log beside the book.")
    if only:
        article = _one_page(article, only)
    _drop_screen_only(article, without)
    for useless in article.select(
        ".meenemen, .als-tabel, figure .legend, a.headerlink, script, style, svg, button, .toctree-wrapper > p.caption"
    ):
        useless.decompose()
    mark_languages(article)
    for link in article.select("a[href]"):
        address = str(link["href"])
        if "#" in address and not re.match(r"[a-z]+:", address):
            link["href"] = "#" + address.rsplit("#", 1)[1]
    _drop_dangling(article)
    _raise_chapters(article)
    for box in article.select(".cell, .cell_output, .toctree-wrapper, .pst-scrollable-table-container"):
        box.unwrap()
    # WeasyPrint tags a block in a list item, or a span in a link, outside the item or link: PDF/UA wants it inside.
    for inner in article.select("a > span, li > p:first-child"):
        inner.unwrap()
    for later in article.select("li > p"):
        later.insert_before(BeautifulSoup("", "html.parser").new_tag("br"))
        later.unwrap()
    for head in article.select("thead th"):
        head["scope"] = "col"
    _name_sections(article)
    title, subtitle, author, cover, contents = (
        escape(str(words[name])) for name in ("title", "subtitle", "author", "cover", "contents")
    )
    front = (
        f'<p class="running">{title} · {subtitle}</p>'
        if only
        else f'<section class="cover"><h1 class="cover-title">{title}</h1><p class="cover-subtitle">{subtitle}</p>'
        f'<p class="cover-note">{cover}</p></section>'
        f'<nav class="contents"><h2 class="contents-title">{contents}</h2>{_contents(article)}</nav>'
    )
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="author" content="{author}"><meta name="description" content="{subtitle}"></head><body>'
        f"{front}{article.decode()}</body></html>"
    )


def _drop_screen_only(article: Tag, pages: Collection[str]) -> None:
    """Removes pages, and sentences and blocks for the screen with the paragraph that held nothing else."""
    for name in pages:
        _page(article, name).decompose()
        for mark in article.select(f"[id='document-{name}']"):
            mark.decompose()  # so that a link to it is one without a target
    for useless in article.select(".alleen-scherm"):
        around = useless.parent
        useless.decompose()
        if around is not None and around.name == "p" and not around.get_text(strip=True):
            around.decompose()


def _page(article: Tag, name: str) -> Tag:
    """Returns the section of one page of the book.

    Raises:
        BookError: The book has no such page.
    """
    mark = article.select_one(f"[id='document-{name}']")
    section = mark.find_next("section") if mark else None
    if not isinstance(section, Tag):
        raise BookError(
            f"The long page has no page {name}.",
            hint="Look at `summary` in chapters/words.yml and `on_paper` in chapters/pages.yml.",
        )
    return section


def _one_page(article: Tag, name: str) -> Tag:
    """Returns an article with the section of one page of the book only.

    Raises:
        BookError: The book has no such page.
    """
    section = _page(article, name)
    alone = BeautifulSoup(
        '<article class="one-page"><div class="toctree-wrapper"></div></article>', "html.parser"
    ).article
    if alone is None or alone.div is None:
        raise BookError("An empty article could not be made.")
    alone.div.append(section.extract())
    return alone


def _name_sections(article: Tag) -> None:
    """Gives each section an id of its own: chapters with the same headings have the same ids on the one long page."""
    for number, section in enumerate(article.select("section[id]"), start=1):
        section["id"] = f"paragraaf-{number}-{section['id']}"


def _raise_chapters(article: Tag) -> None:
    """Makes chapters siblings of the first page: Sphinx puts them one level below it."""
    chapters = article.select(".toctree-wrapper > section")
    for chapter in chapters:
        for heading in chapter.find_all(re.compile("^h[2-6]$")):
            heading.name = f"h{int(heading.name[1]) - 1}"
    for chapter in chapters:
        article.append(chapter.extract())


def _drop_dangling(article: Tag) -> None:
    """Turns links without a target in the document into plain text: on paper they lead nowhere."""
    known = {str(tag["id"]) for tag in article.select("[id]")}
    for link in article.select('a[href^="#"]'):
        if str(link["href"])[1:] not in known:
            link.unwrap()


def _contents(article: Tag) -> str:
    """Returns the list of chapters and sections as links; the stylesheet adds the page numbers."""
    items = []
    for section in article.select("section[id]"):
        heading = section.find(["h1", "h2", "h3"], recursive=False)
        if isinstance(heading, Tag) and heading.name in ("h1", "h2"):
            items.append(
                f'<li class="{heading.name}"><a href="#{section["id"]}">{escape(heading.get_text(strip=True))}</a></li>'
            )
    return f"<ul>{''.join(items)}</ul>"
