"""Mends in a finished page what Sphinx gives no other way to: marks, tables, figures and menus."""

import re
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from na_report.screen.dark_figures import is_dark_too

# Where the drawing for a narrow screen takes over; book.css turns rows of tables into blocks at the same width.
NARROW = "(max-width: 47.99rem)"
_SIZE = re.compile(r"\b(width|height): *(\d+)(?:\.\d+)?(px|%)")
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


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
        named = link.parent.get_text().replace(link.get_text(), "")
        link["aria-label"] = f"{link.attrs.pop('title')}: {' '.join(named.split())}"
    for name in ("opmerking", "herkomst"):
        for link in (link for mark in article.find_all(class_=name) for link in mark.find_all("a")):
            link["aria-label"] = page.body[f"data-{name}"]  # the template keeps the word, in the language of the page
    for table in article.find_all("table"):
        mend_table(page, table)
    for image in article.find_all("img", style=True):
        # A page has no style inside: the size that an author gave is written as the browser takes it.
        for name, number, unit in _SIZE.findall(image.attrs.pop("style")):
            image[name] = f"{number}{unit.replace('px', '')}"
    for figure in article.find_all("figure"):
        _mend_figure(page, figure, folder)
    for heading in page.select("nav p.caption"):
        heading.name, heading.attrs = "h2", {}
    for link in page.select("nav.hoofdstukken li.current > a"):
        link["href"] = link["href"] if link["href"] != "#" else "#inhoud"
        link["aria-current"] = "page"


def mend_table(page: BeautifulSoup, table: Tag) -> None:
    """Gives headers their scope, cells the name of their column, and a wide table a frame that scrolls.

    A narrow screen shows rows as blocks; the roles keep it a table for a screen reader.
    """
    heads = dict(enumerate(" ".join(head.get_text().split()) for head in table.select("thead th")))
    for row in table.find_all("tr"):
        row.parent["role"] = "rowgroup"
        row.attrs = {name: value for name, value in row.attrs.items() if name != "class"} | {"role": "row"}
        is_head = row.parent.name == "thead"
        for column, cell in enumerate(row.find_all(["th", "td"], recursive=False)):
            sides = [name for name in cell.attrs.pop("class", ()) if name in ("text-right", "text-center")]
            if not is_head:
                cell["data-kolom"] = heads.get(column, "")
            if is_head or not column:
                cell.name, cell["scope"] = "th", "col" if is_head else "row"
            cell["role"] = "columnheader" if is_head else "cell" if column else "rowheader"
            if sides:
                cell["class"] = sides
            paragraphs = cell.find_all("p", recursive=False)
            if len(paragraphs) == 1:
                paragraphs[0].unwrap()
    table["role"] = "table"
    caption, fold, frame = table.find("caption"), table.find_parent("details"), table.parent
    if caption is None:
        if title := fold and fold.find("summary"):
            table["aria-label"] = " ".join(title.get_text().split())
        return
    if "pst-scrollable-table-container" not in frame.get("class", ()):
        frame = table.wrap(page.new_tag("div"))
    caption["id"] = f"{table['id']}-titel"
    frame.attrs = {"class": "tabel", "data-titel": caption["id"]}


def _mend_figure(page: BeautifulSoup, figure: Tag, folder: Path) -> None:
    """Joins the drawings for a wide and a narrow screen, in a frame that scrolls where a screen is too narrow for both.

    The frame is light where the figure can't be dark. Sphinx puts the narrow drawing below the caption.
    """
    image, legend = figure.find("img", recursive=False), figure.find(class_="legend")
    if image is None:
        return
    shown, is_dark = image, _give_size(image, folder)
    if narrow := legend and legend.find("img"):
        _give_size(narrow, folder)
        shown = image.wrap(page.new_tag("picture"))
        sizes = {name: narrow[name] for name in ("width", "height") if name in narrow.attrs}
        image.insert_before(page.new_tag("source", attrs={"media": NARROW, "srcset": narrow["src"], **sizes}))
        legend.decompose()
    frame = shown.wrap(page.new_tag("div", attrs={"class": "figuur licht-en-donker" if is_dark else "figuur"}))
    if caption := frame.find_next_sibling("figcaption"):
        caption["id"] = frame["data-titel"] = f"{figure['id']}-titel"


def _give_size(image: Tag, folder: Path) -> bool:
    """Tells the browser the shape of a drawing, so that no text jumps when it arrives; returns whether it can be dark."""
    source = folder / str(image["src"])
    drawing = source.read_text(encoding="utf-8") if source.suffix == ".svg" else ""
    if size := _BOX.search(drawing[:1000]):
        image["width"], image["height"] = (str(round(float(part) * 4 / 3)) for part in size.groups())
    return is_dark_too(drawing)
