"""Makes of the pages that Sphinx wrote those that readers get, with what they take along, and removes what nobody uses."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from na_report.processes.surroundings import pinned
from na_report.processes.workers import Workers, cores
from na_report.running.fingerprint import hash_files
from na_report.screen.addresses import Ways, dead_ends, ways_of
from na_report.screen.citing import add_take_along
from na_report.screen.dark_figures import darkened
from na_report.screen.describing import FILES, Publication, describe
from na_report.screen.filtering import add_filters
from na_report.screen.footer import BESIDE, PAPERS
from na_report.screen.mending import mend
from na_report.screen.notes import Notes, gathered, notes_of
from na_report.screen.searching import places

# Starting processes takes as long as this many pages.
_WORTH_A_PROCESS = 5
# What a page or a stylesheet asks for.
_ASKED = re.compile(r'"(?:\./)?_static/([^"?#]+)|url\("?([^)"?#]+)')


@dataclass(frozen=True)
class Polished:
    """A page as it goes to readers, its sections for the search page, where it leads, and what its marks tell."""

    page: str
    places: Sequence[Mapping[str, str]]
    ways: Ways
    notes: Notes


def polish(
    folder: Path,
    book: Publication | None = None,
    *,
    jobs: int = 0,
    known: dict[str, tuple[str, Polished]] | None = None,
) -> list[tuple[str, str]]:
    """Changes all pages in a folder of Sphinx, and returns each page with an address on it that leads nowhere.

    Without what the book says of itself pages hold no references and nothing of the whole edition. What came of pages of the
    same book before, in `known`, is used and added to.
    """
    for path in folder.glob("_images/*.svg"):
        path.write_text(darkened(path.read_text(encoding="utf-8")), encoding="utf-8")
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}
    made = {} if known is None else known
    around = hash_files([path for path in folder.rglob("*") if path.is_file() and path not in texts], folder)
    keys = {path: f"{around} {path.name} {text}" for path, text in texts.items()}
    stale = {path: text for path, text in texts.items() if made.get(path.name, ("",))[0] != keys[path]}
    for path, polished in _polish_pages(stale, book, jobs or cores()):
        made[path.name] = keys[path], polished
    found = {path.name: made[path.name][1] for path in texts}
    for name, polished in found.items():
        (folder / name).write_text(polished.page, encoding="utf-8")
    _remove_unused(folder)
    _write_data(folder, "search", [place for page in found.values() for place in page.places])
    _write_data(folder, "notes", gathered(page.notes for page in found.values()))
    if book is not None:
        (folder / FILES).mkdir(exist_ok=True)
        for path in book.files:
            shutil.copy(path, folder / FILES / path.name)
    beside = [f"{BESIDE}{name}" for name in PAPERS]
    return list(dead_ends(folder, {name: page.ways for name, page in found.items()}, beside))


def _polish_pages(texts: Mapping[Path, str], book: Publication | None, jobs: int) -> Iterator[tuple[Path, Polished]]:
    """Yields pages as they go to readers, made in several processes when there is enough to do."""
    if len(texts) < _WORTH_A_PROCESS or jobs == 1:
        yield from ((path, _polish_page(text, path, book)) for path, text in texts.items())
        return
    # The longest first, so that no core is left with one at the end.
    order = sorted(texts, key=lambda path: (-len(texts[path]), path))
    with pinned(), Workers(jobs) as pool:
        yield from zip(order, pool.map(_polish_page, map(texts.get, order), order, repeat(book)), strict=True)


def _polish_page(text: str, path: Path, book: Publication | None) -> Polished:
    page = BeautifulSoup(text, "html.parser")
    article, found, notes = page.find("article"), [], Notes()
    if isinstance(article, Tag):
        mend(page, article, path.parent)
        add_filters(page, article)
        notes = notes_of(path.name, article)
        if path.name != "search.html":
            found = places(path.name, article, _part(page))
        add_take_along(page, article, path.name, book)
        if book is not None:
            describe(page, article, path.name, book)
    return Polished(f"{page}\n", found, ways_of(page), notes)


def _part(page: BeautifulSoup) -> str:
    """Returns the caption above the page in the menu of chapters; nothing for the first page, which stands above all."""
    here = page.select_one("nav.hoofdstukken [aria-current]")
    caption = here.find_previous("h2") if here else None
    return caption.get_text() if isinstance(caption, Tag) else ""


def _write_data(folder: Path, name: str, data: object) -> None:
    """Writes data as a script, so that a page can read it from a folder too."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    (folder / "_static" / f"{name}-data.js").write_text(f"const {name.upper()} = {text};\n", encoding="utf-8")


def _remove_unused(folder: Path) -> None:
    """Removes what no page and no stylesheet of a page asks for: the theme's files, and the index of Sphinx's own search."""
    static = folder / "_static"
    used = {static / found[0] for page in folder.glob("*.html") for found in _ASKED.findall(page.read_text("utf-8"))}
    sheets = [path.read_text(encoding="utf-8") for path in used if path.suffix == ".css"]
    used |= {static / found[1] for sheet in sheets for found in _ASKED.findall(sheet)}
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_file() and path not in used:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for name in ("searchindex.js", "objects.inv", ".buildinfo"):
        (folder / name).unlink(missing_ok=True)
