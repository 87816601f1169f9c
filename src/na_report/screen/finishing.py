"""Finishes a book that Sphinx wrote: figures for dark mode, what its pages say to each other, and no file that nobody uses."""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from na_report.base.colours import darkened
from na_report.base.files import remove
from na_report.screen.addresses import dead_ends
from na_report.screen.describing import BESIDE, FILES, PAPERS, PREVIEW, size
from na_report.screen.said import FOLDER, gathered

# What a page and a stylesheet ask for.
_ASKED = re.compile(r'"(?:\./)?_static/([^"?#]+)')
_ASKED_BY_SHEET = re.compile(r'url\("?([^)"?#]+)')


def finish(rendered: Path, folder: Path, language: str, files: Sequence[Path] = ()) -> list[tuple[str, str]]:
    """Copies to a folder the pages that Sphinx rendered, finishes them, and returns the dead ends on them.

    The files are those of the whole edition. A dead end is a page with an address on it that leads nowhere.
    """
    remove(folder)
    shutil.copytree(rendered, folder)
    for path in folder.glob("_images/*.svg"):
        path.write_text(darkened(path.read_text(encoding="utf-8")), encoding="utf-8")
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}
    for path in files:
        (folder / FILES).mkdir(exist_ok=True)
        shutil.copy(path, folder / FILES / path.name)
        content = path.read_bytes()
        told = {
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": size(len(content), language),
        }
        for what, value in told.items():
            pages = {name: page.replace(f"[[{what} {path.name}]]", str(value)) for name, page in pages.items()}
    for name, page in pages.items():
        (folder / name).write_text(page, encoding="utf-8")
    _remove_unused(folder, pages)
    found = [rendered.parent / FOLDER / f"{Path(name).stem}.json" for name in pages]
    said = [json.loads(path.read_text(encoding="utf-8")) for path in found if path.is_file()]
    _write_data(folder, "search", [place for page in said for place in page["places"]])
    _write_data(folder, "notes", gathered(said))
    return list(dead_ends(folder, pages, [BESIDE + name for name in (*PAPERS, PREVIEW)]))


def _write_data(folder: Path, name: str, data: object) -> None:
    """Writes data as a script, so that a page can read it from a folder too."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    (folder / "_static" / f"{name}-data.js").write_text(f"const {name.upper()} = {text};\n", encoding="utf-8")


def _remove_unused(folder: Path, pages: Mapping[str, str]) -> None:
    """Removes what no page and no stylesheet of a page asks for: the theme's files, and the index of Sphinx's own search."""
    static = folder / "_static"
    used = {static / name for page in pages.values() for name in _ASKED.findall(page)}
    sheets = [path.read_text(encoding="utf-8") for path in used if path.suffix == ".css"]
    used |= {static / name for sheet in sheets for name in _ASKED_BY_SHEET.findall(sheet)}
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_file() and path not in used:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for name in ("searchindex.js", "objects.inv", ".buildinfo"):
        (folder / name).unlink(missing_ok=True)
