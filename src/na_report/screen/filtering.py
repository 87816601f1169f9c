"""Makes the tables that a chapter marks into tables that a reader can filter and sort; `filter.js` does it on the screen.

A table has the class `filterbaar`. A header in a span `keuze` makes a column to filter by; each span `keuze` in its cells is
a value. A class `rang-3`, `rang-m3` or `rang-3_5` is the number that a cell or value sorts by, where that is not the alphabet.
A span with the class `keuze-sector-mbo` around a link opens the page with that choice.
"""

import re
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag

_CHOICE = re.compile(r"keuze-([^-]+)-(.+)")


def add_filters(page: BeautifulSoup, article: Tag) -> None:
    """Puts script and form where there are tables to filter, and makes links to choices.

    The form is a template in the page, so that it is in its language; it is taken away.
    """
    for span in article.find_all("span", class_=_CHOICE):
        choices = [(match[1], match[2]) for name in span["class"] if (match := _CHOICE.fullmatch(name))]
        span["class"] = [name for name in span["class"] if not _CHOICE.fullmatch(name)]
        if link := span.find("a"):
            address, hash_sign, anchor = link["href"].partition("#")
            link["href"] = f"{address}?{urlencode(choices)}{hash_sign}{anchor}"
    tables, template = article.select("table.filterbaar"), page.select_one("template#filteren")
    for table in tables:
        if section := table.find_parent("section"):
            table["data-onderdeel"] = section["id"]
    form = template and template.extract().find("div")
    if tables and form:
        (tables[0].find_parent("section") or tables[0]).insert_before(form)
        page.head.append(page.new_tag("script", attrs={"defer": "", "src": "_static/filter.js"}))
