"""Makes the tables that a chapter marks into tables that a reader can filter and sort; `filter.js` does it on the screen.

A table has the class `filterbaar`. A header in a span `keuze` makes a column to filter by; each span `keuze` in its cells is
a value. A class `rang-3`, `rang-m3` or `rang-3_5` is the number that a cell or value sorts by, where that is not the alphabet.
A span with the class `keuze-sector-mbo` around a link opens the page with that choice.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag

_CHOICE = re.compile(r"keuze-([^-]+)-(.+)")


def add_filters(page: BeautifulSoup, article: Tag) -> None:
    """Puts script and form where there are tables to filter, and makes links to choices.

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
    sections = [table.find_parent("section") for table in tables]
    for table, section in zip(tables, sections, strict=True):
        if section is not None:
            table["data-onderdeel"] = section["id"]
    if template is not None:
        template.extract()
        for form in template.find_all("div", class_="filterblok") if tables else ():
            (sections[0] or tables[0]).insert_before(form)
    if tables and page.head is not None:
        page.head.append(page.new_tag("script", attrs={"defer": "", "src": "_static/filter.js"}))
