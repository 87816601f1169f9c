"""Makes the tables that a chapter marks into tables that a reader can filter and sort; `filter.js` does it on the screen.

A table has the class `filterbaar`. A header in a span `keuze` makes a column to filter by; each span `keuze` in its cells is
a value. A class `rang-3`, `rang-m3` or `rang-3_5` is the number that a cell or value sorts by, where that is not the alphabet.
A span with the class `keuze-sector-mbo` around a link opens the page with that choice.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag

_CHOICE = re.compile(r"keuze-([^-]+)-(.+)")
_RANK = re.compile(r"rang-(m?\d+(?:_\d+)?)")


def slug(text: str) -> str:
    """Returns a value as an address has it.

    Example:
        >>> slug("Po/vo"), slug("Stand van zaken"), slug("België")
        ('po-vo', 'stand-van-zaken', 'belgie')
    """
    bare = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")


def add_filters(page: BeautifulSoup, article: Tag) -> None:
    """Marks rows and cells of mended tables for the script, puts its form before the first, and makes links to choices.

    The form is a template in the page, so that it is in its language; it is taken away.
    """
    for span in article.find_all("span", class_=_CHOICE):
        # The link in it gets the choices of its classes as a query.
        names, link = list(span["class"]), span.find("a")
        if isinstance(link, Tag):
            choices = [(match[1], match[2]) for name in names if (match := _CHOICE.fullmatch(name))]
            address, hash_sign, anchor = str(link["href"]).partition("#")
            link["href"] = f"{address}?{urlencode(choices)}{hash_sign}{anchor}"
            span["class"] = " ".join(name for name in names if not _CHOICE.fullmatch(name))
    tables, template = article.select("table.filterbaar"), page.select_one("template#filteren")
    for table in tables:
        _mark_table(table)
    if template is not None:
        template.extract()
        for form in template.find_all("div", class_="filterblok") if tables else ():
            (tables[0].find_parent("section") or tables[0]).insert_before(form)
    if tables and page.head is not None:
        page.head.append(page.new_tag("script", attrs={"defer": "", "src": "_static/filter.js"}))


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
