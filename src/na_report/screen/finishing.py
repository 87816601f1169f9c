"""Makes of the pages that Sphinx wrote those that readers get, with what they take along, and removes what nobody uses."""

import json
import re
import shutil
from collections.abc import Iterable, Sequence
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

from bs4 import BeautifulSoup

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
# What a page and a stylesheet ask for.
_ASKED = re.compile(r'"(?:\./)?_static/([^"?#]+)')
_ASKED_BY_SHEET = re.compile(r'url\("?([^)"?#]+)')


class Polished(NamedTuple):
    """A page as it goes to readers, its sections for the search page, where it leads, and what its marks tell."""

    page: str
    places: Sequence[dict[str, str]]
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
    stale = [path for path in texts if made.get(path.name, ("",))[0] != keys[path]]
    # The longest first, so that no core is left with one at the end.
    stale.sort(key=lambda path: (-len(texts[path]), path))
    work = _polish_page, [texts[path] for path in stale], stale, repeat(book)
    if len(stale) < _WORTH_A_PROCESS or jobs == 1:
        polished = list(map(*work))
    else:
        with pinned(), Workers(jobs or cores()) as pool:
            polished = list(pool.map(*work))
    made.update((path.name, (keys[path], page)) for path, page in zip(stale, polished, strict=True))
    found = {path.name: made[path.name][1] for path in texts}
    for name, page in found.items():
        (folder / name).write_text(page.page, encoding="utf-8")
    _remove_unused(folder, (page.page for page in found.values()))
    _write_data(folder, "search", [place for page in found.values() for place in page.places])
    _write_data(folder, "notes", gathered(page.notes for page in found.values()))
    for path in book.files if book else ():
        (folder / FILES).mkdir(exist_ok=True)
        shutil.copy(path, folder / FILES / path.name)
    return list(
        dead_ends(folder, {name: page.ways for name, page in found.items()}, [BESIDE + name for name in PAPERS])
    )


def _polish_page(text: str, path: Path, book: Publication | None) -> Polished:
    page = BeautifulSoup(text, "html.parser")
    article = page.article
    if article is None:  # it only leads on to the first page, where that has another name than index
        return Polished(f"{page}\n", [], ways_of(page), Notes(set(), set(), {}, {}))
    mend(page, article, path.parent)
    add_filters(page, article)
    notes = notes_of(path.name, article)
    # The caption above the page in the menu; the first page stands above all.
    here = page.select_one("nav.hoofdstukken [aria-current]")
    caption = here and here.find_previous("h2")
    found = places(path.name, article, caption.get_text() if caption else "") if path.name != "search.html" else []
    add_take_along(page, article, path.name, book)
    if book:
        describe(page, article, path.name, book)
    return Polished(f"{page}\n", found, ways_of(page), notes)


def _write_data(folder: Path, name: str, data: object) -> None:
    """Writes data as a script, so that a page can read it from a folder too."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    (folder / "_static" / f"{name}-data.js").write_text(f"const {name.upper()} = {text};\n", encoding="utf-8")


def _remove_unused(folder: Path, pages: Iterable[str]) -> None:
    """Removes what no page and no stylesheet of a page asks for: the theme's files, and the index of Sphinx's own search."""
    static = folder / "_static"
    used = {static / name for page in pages for name in _ASKED.findall(page)}
    sheets = [path.read_text(encoding="utf-8") for path in used if path.suffix == ".css"]
    used |= {static / name for sheet in sheets for name in _ASKED_BY_SHEET.findall(sheet)}
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_file() and path not in used:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for name in ("searchindex.js", "objects.inv", ".buildinfo"):
        (folder / name).unlink(missing_ok=True)
