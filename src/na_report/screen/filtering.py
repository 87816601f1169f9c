"""Makes the tables that a chapter marks into tables that a reader can filter and sort; `filter.js` does it on the screen.

A table has the class `filterbaar`. A header in a span `keuze` makes a column to filter by; each span `keuze` in its cells is
a value. A class `rang-3`, `rang-m3` or `rang-3_5` is the number that a cell or value sorts by, where that is not the alphabet.
A span with the class `keuze-sector-mbo` around a link opens the page with that choice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag

from na_report.base.wording import Words

_CHOICE = re.compile(r"keuze-([^-]+)-(.+)")
_RANK = re.compile(r"rang-(m?\d+(?:_\d+)?)")
# Of the words those that stand in the form itself.
_IN_FORM = {"label", "none", "clear", "copy", "copy-yourself", "empty"}


def slug(text: str) -> str:
    """Returns a value as an address has it.

    Example:
        >>> slug("Po/vo"), slug("Stand van zaken"), slug("België")
        ('po-vo', 'stand-van-zaken', 'belgie')
    """
    bare = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")


def add_filters(page: BeautifulSoup, article: Tag) -> None:
    """Marks rows and cells of mended tables for the script, puts its form before the first, and makes links to choices."""
    for span in article.find_all("span", class_=_CHOICE):
        # The link in it gets the choices of its classes as a query.
        names, link = list(span["class"]), span.find("a")
        if isinstance(link, Tag):
            choices = [(match[1], match[2]) for name in names if (match := _CHOICE.fullmatch(name))]
            address, hash_sign, anchor = str(link["href"]).partition("#")
            link["href"] = f"{address}?{urlencode(choices)}{hash_sign}{anchor}"
            span["class"] = " ".join(name for name in names if not _CHOICE.fullmatch(name))
    tables = article.select("table.filterbaar")
    for table in tables:
        _mark_table(table)
    if tables and page.html is not None and page.head is not None:
        page.head.append(page.new_tag("script", attrs={"defer": "", "src": "_static/filter.js"}))
        words = Words(str(page.html["lang"])).section("filter")
        (tables[0].find_parent("section") or tables[0]).insert_before(_form(words, tables))


def _mark_table(table: Tag) -> None:
    for head in table.select("thead th:has(span.keuze)"):
        head["data-filter"] = slug(head.get_text())
        for span in head.select("span.keuze"):
            span.unwrap()
    section = table.find_parent("section")
    heading = section.find(["h2", "h3"], recursive=False) if section else None
    if isinstance(heading, Tag):
        table["data-naam"] = heading.get_text().removesuffix("#").strip()
        table["data-onderdeel"] = slug(str(table["data-naam"]))
    for span in table.select("tbody span[class]"):
        names = list(span["class"])
        rank = next((match[1] for name in names if (match := _RANK.fullmatch(name))), None)
        if rank is not None:
            span["data-rang"] = rank.replace("m", "-").replace("_", ".")
        if "keuze" in names:
            span["data-waarde"] = slug(span.get_text())
        if rank is not None or "keuze" in names:
            del span["class"]


def _form(words: Mapping[str, str], tables: Sequence[Tag]) -> BeautifulSoup:
    """Returns the form without script in it: hidden, and empty but for its words and one list per column."""
    lists = {slug(words["part"]): words["part"]} if len(tables) > 1 else {}
    for head in (head for table in tables for head in table.select("th[data-filter]")):
        lists.setdefault(str(head["data-filter"]), " ".join(head.get_text().split()))
    fields = [
        f'<p class="veld"><label for="filter-{name}">{title}</label>'
        f'<select id="filter-{name}" name="{name}"><option value="">{words["none"]}</option></select></p>'
        for name, title in lists.items()
    ]
    name = slug(words["words"])
    clear = f'<button type="button" data-doe="wis">{words["clear"]}</button>'
    made = BeautifulSoup(
        f'<div class="filterblok"><form class="filter" role="search" aria-label="{words["label"]}" autocomplete="off" hidden>'
        f'<div class="velden">{"".join(fields)}'
        f'<p class="veld woorden"><label for="filter-{name}">{words["words"]}</label>'
        f'<input id="filter-{name}" name="{name}" type="search" autocomplete="off" spellcheck="false"></p></div>'
        f'<div class="filterregel"><p class="filterstand" role="status"></p><p class="filterknoppen">{clear}'
        f'<button type="button" data-doe="kopieer">{words["copy"]}</button></p></div>'
        f'<p class="veld filterlink" hidden><label for="filter-link">{words["copy-yourself"]}</label>'
        f'<input id="filter-link" type="text" readonly></p></form>'
        f'<div class="kader filterleeg" hidden><p>{words["empty"]}</p><p class="filterknoppen">{clear}</p></div></div>',
        "html.parser",
    )
    for block in made.select("div.filterblok"):
        told = {key: word for key, word in words.items() if key not in _IN_FORM}
        told |= {"part": slug(words["part"]) if len(tables) > 1 else "", "words": name}
        block.attrs |= {f"data-{key}": word for key, word in told.items()}
    return made
