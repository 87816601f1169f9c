"""Mends in the finished pages what Sphinx gives no other way to, adds what a reader takes along, removes what nobody uses."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from na_report.processes.processes import Workers, cores
from na_report.processes.surroundings import pinned
from na_report.running.fingerprint import hash_files
from na_report.screen.addresses import Ways, dead_ends, ways_of
from na_report.screen.card import write_card
from na_report.screen.citing import add_take_along
from na_report.screen.darkening import darken_all, is_dark_too
from na_report.screen.describing import CARD, FILES, Publication, describe
from na_report.screen.filtering import add_filters
from na_report.screen.footing import BESIDE, PAPERS
from na_report.screen.images import frame, give_size, move_size, with_narrow
from na_report.screen.languages import mark_languages
from na_report.screen.noting import Notes, notes_of, write_notes
from na_report.screen.searching import Place, places, write_places

# Starting processes takes as long as this many pages.
_WORTH_A_PROCESS = 5
# Files that no page of ours asks for: the theme's scripts, fonts and styles, and the index of Sphinx's own search.
_UNUSED = ("searchindex.js", "objects.inv", ".buildinfo")
_REFERENCE = re.compile(r"""(?:src|href)="(?:\./)?(_static/[^"?#]+)|url\(["']?([^)"'?#]+)""")


@dataclass(frozen=True)
class Polished:
    """A page as it goes to readers, its sections for the search page, where it leads, and what its marks tell."""

    page: str
    places: Sequence[Place]
    ways: Ways
    notes: Notes


def polish(
    folder: Path,
    book: Publication | None = None,
    *,
    jobs: int = 0,
    known: dict[str, tuple[str, Polished]] | None = None,
) -> list[tuple[str, str]]:
    """Changes all pages in a folder, writes the data for searching and removes files that no page uses.

    Args:
        folder: The pages as Sphinx made them.
        book: What the book says of itself; without it the pages hold no references and nothing of the whole edition.
        jobs: How many pages at once; 0 for one per core.
        known: What came of pages of the same book before, which is used and added to.

    Returns:
        Each page with an address on it that leads nowhere.
    """
    darken_all(folder / "_images")
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}
    made = {} if known is None else known
    around = hash_files([path for path in folder.rglob("*") if path.is_file() and path not in texts], folder)
    keys = {path: f"{around} {path.name} {text}" for path, text in texts.items()}
    stale = {path: text for path, text in texts.items() if made.get(path.name, ("",))[0] != keys[path]}
    for path, polished in _polish_pages(stale, book, jobs or cores()):
        made[path.name] = keys[path], polished
    found = {path: made[path.name][1] for path in texts}
    for path, polished in found.items():
        path.write_text(polished.page, encoding="utf-8")
    write_places(folder / "_static" / "search-data.js", [place for page in found.values() for place in page.places])
    _remove_unused(folder)
    write_notes(folder / "_static" / "notes-data.js", [page.notes for page in found.values()])
    if book is not None:
        write_card(folder / CARD, book.work.title, book.subtitle)
        (folder / FILES).mkdir(exist_ok=True)
        for path in book.files:
            shutil.copy(path, folder / FILES / path.name)
    beside = [f"{BESIDE}{name}" for name in PAPERS]
    return list(dead_ends(folder, {path.name: page.ways for path, page in found.items()}, beside))


def _polish_pages(texts: Mapping[Path, str], book: Publication | None, jobs: int) -> Iterator[tuple[Path, Polished]]:
    """Yields pages as they go to readers, in several processes when there is enough to do."""
    if len(texts) < _WORTH_A_PROCESS or jobs == 1:
        for path, text in texts.items():
            yield path, _polish_page(text, path, book)
        return
    # The longest first, so that no core is left with one at the end.
    order = sorted(texts, key=lambda path: (-len(texts[path]), path))
    with pinned(), Workers(jobs) as pool:
        yield from zip(order, pool.map(_polish_page, map(texts.get, order), order, repeat(book)), strict=True)


def _polish_page(text: str, path: Path, book: Publication | None) -> Polished:
    page = BeautifulSoup(text, "html.parser")
    found: list[Place] = []
    notes = Notes()
    article = page.find("article")
    if isinstance(article, Tag):
        mend(page, article, path.parent)
        notes = notes_of(path.name, article)
        if path.name != "search.html":
            found = places(path.name, article, _part(page))
        add_take_along(page, article, path.name, book)
        if book is not None:
            describe(page, article, path.name, book)
    return Polished(f"{page}\n", found, ways_of(page), notes)


def mend(page: BeautifulSoup, article: Tag, folder: Path) -> None:
    """Changes one page.

    Args:
        page: The whole page.
        article: The part that the chapter made.
        folder: Where the book is, for the sizes of its figures.
    """
    # Selectors in CSS take three times as long as a search by name and class.
    for box in article.find_all(class_=["cell", "cell_output", "toctree-wrapper"]):
        box.unwrap()
    for script in article.find_all("script"):
        script.decompose()  # settings for a code server that the book doesn't use
    for rule in article.find_all("span", class_=["std-ref", "std-numref", "std-doc"]):
        rule.unwrap()
    for link in article.find_all("a", class_="headerlink"):
        if link.find_parent("caption"):
            link.decompose()  # a caption with a link in it is no caption to a table with roles
            continue
        # "#" says nothing to who hears it; the caption or heading itself names the place.
        link["aria-label"] = f"{link['title']}: {_name(link)}"
        del link["title"]
    for mark in article.find_all(class_="opmerking"):
        for link in mark.find_all("a"):
            link["aria-label"] = f"{_word(page, 'opmerking')} {link.get_text().strip('*')}".strip()
    for mark in article.find_all(class_="herkomst"):
        for link in mark.find_all("a"):
            link["aria-label"] = _word(page, "herkomst")
    mark_languages(article)
    for table in article.find_all("table"):
        mend_table(page, table)
    add_filters(page, article)
    for sized in article.find_all("img", style=True):
        move_size(sized)
    for image in [figure.find("img", recursive=False) for figure in article.find_all("figure")]:
        if isinstance(image, Tag):
            give_size(image, folder)
            source = folder / str(image["src"])
            is_dark = source.suffix == ".svg" and is_dark_too(source.read_text(encoding="utf-8"))
            frame(page, with_narrow(page, image, folder), is_dark=is_dark)
    for heading in page.select("nav p.caption"):
        heading.name = "h2"
        heading.attrs = {}
    for link in page.select("nav.hoofdstukken li.current > a"):
        link["href"] = str(link["href"]) if link["href"] != "#" else "#inhoud"
        link["aria-current"] = "page"
    _list_sections(page, article)


def _part(page: BeautifulSoup) -> str:
    """Returns the caption above the page in the menu of chapters; nothing for the first page, which stands above all."""
    here = page.select_one("nav.hoofdstukken [aria-current]")
    caption = here.find_previous("h2") if here else None
    return caption.get_text() if isinstance(caption, Tag) else ""


def _word(page: BeautifulSoup, name: str) -> str:
    """Returns a word of the interface, which the template keeps with the page in its own language."""
    body = page.body
    return str(body.get(f"data-{name}", "")) if body else ""


def _name(link: Tag) -> str:
    around = link.parent
    return "" if around is None else " ".join(around.get_text().replace(link.get_text(), "").split())


def mend_table(page: BeautifulSoup, table: Tag) -> None:
    """Gives headers their scope, cells the name of their column, and a wide table a frame that scrolls.

    A narrow screen shows rows as blocks; the roles keep it a table for a screen reader.
    """
    table["role"] = "table"
    heads = [" ".join(head.get_text().split()) for part in table.find_all("thead") for head in part.find_all("th")]
    for part in table.find_all(["thead", "tbody"]):
        part["role"] = "rowgroup"
        for row in part.find_all("tr"):
            row["role"] = "row"
            row.attrs.pop("class", None)
            for column, cell in enumerate(row.find_all(["th", "td"], recursive=False)):
                name = heads[column] if column < len(heads) else ""
                _mend_cell(cell, name, head=part.name == "thead", first=column == 0)
    caption = table.find("caption")
    fold = table.find_parent("details")
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


def _mend_cell(cell: Tag, column: str, *, head: bool, first: bool) -> None:
    if head or first:
        cell.name = "th"
        cell["scope"] = "col" if head else "row"
    cell["role"] = "columnheader" if head else "rowheader" if first else "cell"
    if not head:
        cell["data-kolom"] = column
    kept = " ".join(name for name in cell.get("class") or [] if name in ("text-right", "text-center"))
    cell.attrs.pop("class", None)
    if kept:
        cell["class"] = kept
    paragraphs = cell.find_all("p", recursive=False)
    if len(paragraphs) == 1:
        paragraphs[0].unwrap()


def _list_sections(page: BeautifulSoup, article: Tag) -> None:
    """Fills the contents of the page with its sections; takes them away when there is nothing to choose."""
    nav = page.select_one("nav.opdezepagina")
    if nav is None:
        return
    sections = list(_sections(article))
    contents = nav.select_one("ul")
    if len(sections) < 2 or contents is None:
        nav.decompose()
        return
    del nav["hidden"]
    for level, address, title in sections:
        item = page.new_tag("li", attrs={"class": level})
        link = page.new_tag("a", href=f"#{address}")
        link.string = title
        item.append(link)
        contents.append(item)


def _sections(article: Tag) -> Iterator[tuple[str, str, str]]:
    for section in article.find_all("section", id=True):
        heading = section.find(["h2", "h3"], recursive=False)
        if isinstance(heading, Tag):
            yield heading.name, str(section["id"]), heading.get_text().removesuffix("#").strip()


def _remove_unused(folder: Path) -> None:
    """Removes every file in `_static` that no page and no stylesheet of a page asks for."""
    static = folder / "_static"
    used: set[Path] = set()
    for page in folder.glob("*.html"):
        used |= {folder / match[1] for match in _REFERENCE.finditer(page.read_text(encoding="utf-8")) if match[1]}
    for sheet in [path for path in used if path.suffix == ".css"]:
        text = sheet.read_text(encoding="utf-8")
        used |= {sheet.parent / match[2] for match in _REFERENCE.finditer(text) if match[2]}
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_file() and path not in used:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for name in _UNUSED:
        (folder / name).unlink(missing_ok=True)
