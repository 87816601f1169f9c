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

from na_report.base.wording import Words, languages

TABLES = "table.filterbaar"
SCRIPT = "_static/filter.js"
_CHOICE = re.compile(r"keuze-([^-]+)-(.+)")
_RANK = re.compile(r"rang-(m?\d+(?:_\d+)?)")

_FOR_SCRIPT = (
    "copied",
    "all",
    "some",
    "parts",
    "nothing",
    "sort",
    "own",
    "up",
    "down",
    "sorted",
    "order",
    "shown",
    "more",
)


def slug(text: str) -> str:
    """Returns a value as an address has it.

    Example:
        >>> slug("Po/vo"), slug("Stand van zaken"), slug("België")
        ('po-vo', 'stand-van-zaken', 'belgie')
    """
    bare = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")


def add_filters(page: BeautifulSoup, article: Tag) -> None:
    """Marks rows and cells for the script and puts its form before the first table; links to choices become addresses.

    Args:
        page: The whole page.
        article: The part that the chapter made, with its tables mended.
    """
    for span in article.find_all("span", class_=_CHOICE):
        _open_with_choices(span)
    tables = article.select(TABLES)
    for table in tables:
        _mark_table(table)
    if tables and page.head is not None:
        page.head.append(page.new_tag("script", attrs={"defer": "", "src": SCRIPT}))
        first = tables[0].find_parent("section") or tables[0]
        first.insert_before(_form(page, tables))


def _open_with_choices(span: Tag) -> None:
    """Gives the link in a span the choices of its classes as a query."""
    link = span.find("a")
    names = list(span["class"])
    choices = [(match[1], match[2]) for name in names if (match := _CHOICE.fullmatch(name))]
    if choices and isinstance(link, Tag):
        address, _, anchor = str(link["href"]).partition("#")
        link["href"] = f"{address}?{urlencode(choices)}" + (f"#{anchor}" if anchor else "")
        span["class"] = " ".join(name for name in names if not _CHOICE.fullmatch(name))


def _mark_table(table: Tag) -> None:
    for head in table.select("thead th:has(span.keuze)"):
        head["data-filter"] = slug(head.get_text())
        for span in head.select("span.keuze"):
            span.unwrap()
    section = table.find_parent("section")
    heading = section.find(["h2", "h3"], recursive=False) if section else None
    if isinstance(heading, Tag):
        title = heading.get_text().removesuffix("#").strip()
        table["data-onderdeel"] = slug(title)
        table["data-naam"] = title
    for body in table.find_all("tbody"):
        for span in body.find_all("span", class_=True):
            _mark_value(span)


def _mark_value(span: Tag) -> None:
    """Turns the classes that tell value and rank into attributes."""
    names = list(span["class"])
    rank = next((match[1] for name in names if (match := _RANK.fullmatch(name))), None)
    if rank is None and "keuze" not in names:
        return
    del span["class"]
    if rank is not None:
        span["data-rang"] = rank.replace("m", "-").replace("_", ".")
    if "keuze" in names:
        span["data-waarde"] = slug(span.get_text())


def _form(page: BeautifulSoup, tables: list[Tag]) -> Tag:
    """Returns the form without script in it: hidden, and empty but for its words and one list per column."""
    words = Words(str(page.html["lang"]) if page.html else languages()[0]).section("filter")
    clear = f'<button type="button" data-doe="wis">{words["clear"]}</button>'
    markup = (
        f'<div class="filterblok"><form class="filter" role="search" aria-label="{words["label"]}" autocomplete="off" hidden>'
        f'<div class="velden">{_fields(words, tables)}</div>'
        f'<div class="filterregel"><p class="filterstand" role="status"></p><p class="filterknoppen">{clear}'
        f'<button type="button" data-doe="kopieer">{words["copy"]}</button></p></div>'
        f'<p class="veld filterlink" hidden><label for="filter-link">{words["copy-yourself"]}</label>'
        f'<input id="filter-link" type="text" readonly></p></form>'
        f'<div class="kader filterleeg" hidden><p>{words["empty"]}</p><p class="filterknoppen">{clear}</p></div></div>'
    )
    made = BeautifulSoup(markup, "html.parser").select_one("div.filterblok")
    if made is None:
        raise ValueError("The form has no markup.")
    for key in _FOR_SCRIPT:
        made[f"data-{key}"] = words[key]
    made["data-part"] = slug(words["part"]) if len(tables) > 1 else ""
    made["data-words"] = slug(words["words"])
    return made


def _fields(words: Mapping[str, str], tables: Sequence[Tag]) -> str:
    """Returns a list per column to filter by, one for the tables themselves where there are more, and a field for words."""
    lists = {slug(words["part"]): words["part"]} if len(tables) > 1 else {}
    for head in (head for table in tables for head in table.select("th[data-filter]")):
        lists.setdefault(str(head["data-filter"]), " ".join(head.get_text().split()))
    fields = [
        f'<p class="veld"><label for="filter-{name}">{title}</label>'
        f'<select id="filter-{name}" name="{name}"><option value="">{words["none"]}</option></select></p>'
        for name, title in lists.items()
    ]
    name = slug(words["words"])
    fields.append(
        f'<p class="veld woorden"><label for="filter-{name}">{words["words"]}</label>'
        f'<input id="filter-{name}" name="{name}" type="search" autocomplete="off" spellcheck="false"></p>'
    )
    return "".join(fields)
