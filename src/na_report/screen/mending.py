"""Mends in a finished page what Sphinx gives no other way to: marks, tables, figures and menus."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from na_report.screen.dark_figures import is_dark_too

# Where the drawing for a narrow screen takes over; book.css turns rows of tables into blocks at the same width.
NARROW = "(max-width: 47.99rem)"
_SIZE = re.compile(r"\b(width|height): *(\d+)(?:\.\d+)?(px|%)")


def mend(page: BeautifulSoup, article: Tag, folder: Path) -> None:
    """Changes a page, with the part of it that the chapter made, of the book in a folder."""
    # Selectors in CSS take three times as long as a search by name and class.
    for box in article.find_all(class_=["cell", "cell_output", "toctree-wrapper", "std-ref", "std-numref", "std-doc"]):
        box.unwrap()
    for script in article.find_all("script"):
        script.decompose()  # settings for a code server that the book doesn't use
    for link in article.find_all("a", class_="headerlink"):
        if link.find_parent("caption"):
            link.decompose()  # a caption with a link in it is no caption to a table with roles
            continue
        # "#" says nothing to who hears it; the caption or heading itself names the place.
        named = link.parent.get_text().replace(link.get_text(), "") if link.parent else ""
        link["aria-label"] = f"{link.attrs.pop('title')}: {' '.join(named.split())}"
    for name in ("opmerking", "herkomst"):
        for link in (link for mark in article.find_all(class_=name) for link in mark.find_all("a")):
            # The template keeps the word with the page, in its own language.
            link["aria-label"] = str(page.body.get(f"data-{name}", "")) if page.body else ""
    for table in article.find_all("table"):
        mend_table(page, table)
    for image in article.find_all("img", style=True):
        # A page has no style inside: the size that an author gave is written as the browser takes it.
        for name, number, unit in _SIZE.findall(str(image.attrs.pop("style"))):
            image[name] = f"{number}{unit.replace('px', '')}"
    for figure in article.find_all("figure"):
        _mend_figure(page, figure, folder)
    for heading in page.select("nav p.caption"):
        heading.name = "h2"
        heading.attrs = {}
    for link in page.select("nav.hoofdstukken li.current > a"):
        link["href"] = str(link["href"]) if link["href"] != "#" else "#inhoud"
        link["aria-current"] = "page"


def mend_table(page: BeautifulSoup, table: Tag) -> None:
    """Gives headers their scope, cells the name of their column, and a wide table a frame that scrolls.

    A narrow screen shows rows as blocks; the roles keep it a table for a screen reader.
    """
    table["role"] = "table"
    heads = [" ".join(head.get_text().split()) for head in table.select("thead th")]
    for part in table.find_all(["thead", "tbody"]):
        part["role"] = "rowgroup"
        for row in part.find_all("tr"):
            row["role"] = "row"
            row.attrs.pop("class", None)
            for column, cell in enumerate(row.find_all(["th", "td"], recursive=False)):
                is_head = part.name == "thead"
                if not is_head:
                    cell["data-kolom"] = heads[column] if column < len(heads) else ""
                _mend_cell(cell, "columnheader" if is_head else "cell" if column else "rowheader")
    caption, fold = table.find("caption"), table.find_parent("details")
    title = fold.find("summary") if fold else None
    if not isinstance(caption, Tag) and isinstance(title, Tag):
        table["aria-label"] = " ".join(title.get_text().split())
    frame = table.parent
    if not isinstance(caption, Tag) or frame is None:
        return
    if "pst-scrollable-table-container" not in (frame.get("class") or []):
        frame = table.wrap(page.new_tag("div"))
    caption["id"] = f"{table['id']}-titel"
    frame.attrs = {"class": "tabel", "data-titel": caption["id"]}


def _mend_cell(cell: Tag, role: str) -> None:
    if role != "cell":
        cell.name = "th"
        cell["scope"] = role.removesuffix("header").replace("column", "col")
    cell["role"] = role
    kept = [name for name in cell.attrs.pop("class", None) or [] if name in ("text-right", "text-center")]
    if kept:
        cell["class"] = " ".join(kept)
    paragraphs = cell.find_all("p", recursive=False)
    if len(paragraphs) == 1:
        paragraphs[0].unwrap()


def _mend_figure(page: BeautifulSoup, figure: Tag, folder: Path) -> None:
    """Joins the drawings for a wide and a narrow screen, in a frame that scrolls where a screen is too narrow for both.

    The frame is light where the figure can't be dark. Sphinx puts the narrow drawing below the caption.
    """
    image, legend = figure.find("img", recursive=False), figure.find(class_="legend")
    if not isinstance(image, Tag):
        return
    drawing = _give_size(image, folder)
    shown = image
    if isinstance(legend, Tag) and isinstance(narrow := legend.find("img"), Tag):
        _give_size(narrow, folder)
        shown = image.wrap(page.new_tag("picture"))
        sizes = {name: narrow[name] for name in ("width", "height") if name in narrow.attrs}
        image.insert_before(page.new_tag("source", attrs={"media": NARROW, "srcset": narrow["src"], **sizes}))
        legend.decompose()
    frame = shown.wrap(page.new_tag("div", attrs={"class": "figuur"}))
    if is_dark_too(drawing):
        frame["class"] = "figuur licht-en-donker"
    caption = frame.find_next_sibling("figcaption")
    if isinstance(caption, Tag):
        caption["id"] = frame["data-titel"] = f"{figure['id']}-titel"


def _give_size(image: Tag, folder: Path) -> str:
    """Tells the browser the shape of a drawing, so that the text does not jump when it arrives, and returns the drawing."""
    source = folder / str(image["src"])
    drawing = source.read_text(encoding="utf-8") if source.suffix == ".svg" else ""
    if size := re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing[:1000]):
        image["width"], image["height"] = (str(round(float(part) * 4 / 3)) for part in size.groups())
    return drawing
