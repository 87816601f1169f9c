"""Lays out what Sphinx reads; a file that stays the same is not written again, as Sphinx goes by the time of writing."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from na_report.errors import NaReportError
from na_report.paths import CONFIG, TOC
from na_report.publishing.fingerprint import hash_files, library_hash
from na_report.publishing.pages import Page

# The looks of the book.
_ASSETS = ("_static", "_locale", "_templates")


def lay_out(
    stage: Path, notebooks: Path, pages: Sequence[Page], settings: Mapping[str, Any], language: str, lock: str
) -> None:
    """Lays out the source of a book: notebooks, the files that they carry, configuration and style.

    Args:
        stage: The folder; what an earlier book left there is used or removed.
        notebooks: The executed notebooks.
        pages: The pages of the book.
        settings: `config` and `toc` of Jupyter Book.
        language: The language of the book, for the error.
        lock: Tells the versions of the packages that make assets.

    Raises:
        NaReportError: A page has no text in the language of the book.
    """
    before = _read(stage / "stage.json")
    stage.mkdir(parents=True, exist_ok=True)
    (stage / "stage.json").unlink(missing_ok=True)
    made: dict[str, Any] = {"pages": {}, "assets": f"{library_hash()} {lock}"}
    for page in pages:
        source = notebooks / f"{page.name}.ipynb"
        seen = hash_files([source], notebooks)
        known = _known(before, page.name)
        if known.get("notebook") != seen or known.get("hash") != _hash(stage, known.get("files", [])):
            files = _lay_out_page(json.loads(source.read_text(encoding="utf-8")), page, stage, language)
            known = {"notebook": seen, "files": files, "hash": _hash(stage, files)}
        made["pages"][page.name] = known
    _drop_compiled(stage)
    if before.get("assets") != made["assets"] or before.get("laid") != _hash_assets(stage):
        _lay_out_assets(stage)
    made["laid"] = _hash_assets(stage)
    for name, content in ((CONFIG, settings["config"]), (TOC, settings["toc"])):
        _write(stage / name, yaml.safe_dump(content, allow_unicode=True).encode())
    _remove_others(stage, {name for page in made["pages"].values() for name in page["files"]})
    (stage / "stage.json").write_text(json.dumps(made), encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return {}


def _known(before: Mapping[str, Any], page: str) -> dict[str, Any]:
    """Returns what was laid out for a page; nothing where that is not known, or damaged."""
    pages = before.get("pages")
    known = pages.get(page) if isinstance(pages, dict) else None
    files = known.get("files") if isinstance(known, dict) else None
    good = isinstance(files, list) and all(isinstance(name, str) for name in files)
    return dict(known) if known and good else {}


def _hash(stage: Path, names: Iterable[str]) -> str:
    """Returns a hash of files of the stage; one that is missing or is elsewhere makes it another."""
    inside = [path for name in names if (path := stage / name).is_file() and _is_inside(path, stage)]
    return hash_files(inside, stage)


def _is_inside(path: Path, stage: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(stage))


def _drop_compiled(stage: Path) -> None:
    """Removes the catalogues that Sphinx compiled: it trusts one that is there, also a damaged one, and makes one that isn't."""
    for path in (stage / "_locale").rglob("*.mo"):
        path.unlink()


def _hash_assets(stage: Path) -> str:
    """Returns a hash of the looks as they were laid out."""
    return hash_files([path for name in _ASSETS for path in (stage / name).rglob("*") if path.is_file()], stage)


def _write(target: Path, content: bytes) -> None:
    if not target.is_file() or target.read_bytes() != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _lay_out_page(notebook: dict[str, Any], page: Page, stage: Path, language: str) -> list[str]:
    """Writes the files that outputs carry, and the notebook with only what Sphinx reads; returns their names."""
    if not any(
        cell["cell_type"] == "markdown" and "".join(cell["source"]).startswith("# ") for cell in notebook["cells"]
    ):
        raise NaReportError(
            f"The page {page.name} has no title in the language {language!r}.",
            hint=f"Add a text cell with the tag only:language={language} to {page.chapter.name}.",
        )
    names = [f"{page.name}.ipynb"]
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = [tag for tag in cell["metadata"].get("tags", []) if not tag.startswith("only:")]
        for output in cell.get("outputs", []):
            for mime, name in _carried(output, page, stage).items():
                content = "".join(output["data"].pop(mime))
                # A notebook holds pictures of pixels as base64, everything else as text.
                _write(stage / name, base64.b64decode(content) if mime == "image/png" else content.encode())
                names.append(name)
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    _write(stage / f"{page.name}.ipynb", f"{text}\n".encode())
    return names


def _carried(output: Mapping[str, Any], page: Page, stage: Path) -> dict[str, str]:
    """Returns per kind of data of an output the name of the file that it becomes.

    Raises:
        NaReportError: There is no such data, or the file would be outside the stage or among the looks.
    """
    said = output.get("metadata", {}).get("na_report", {})
    files = said.get("files", {}) if isinstance(said, dict) else None
    data = output.get("data", {})
    if isinstance(files, dict) and all(
        mime in data and isinstance(name, str) and not name.startswith("_") and _is_inside(stage / name, stage)
        for mime, name in files.items()
    ):
        return files
    raise NaReportError(
        f"The page {page.name} carries a file that can't be laid out: found {said!r:.200}, "
        "expected per kind of data the name of a file in the book.",
        hint=f"Show it in {page.chapter.name} as the other figures and tables are shown.",
    )


def _lay_out_assets(stage: Path) -> None:
    from na_report.publishing.fonts import write_fonts  # half a second of imports, for what seldom changes

    for name in _ASSETS:
        shutil.rmtree(stage / name, ignore_errors=True)
    with resources.as_file(resources.files("na_report.publishing") / "assets") as assets:
        elsewhere = shutil.ignore_patterns("locale", "templates", "paper")
        shutil.copytree(assets, stage / "_static", ignore=elsewhere)
        shutil.copytree(assets / "locale", stage / "_locale")
        shutil.copytree(assets / "templates", stage / "_templates")
    write_fonts(stage / "_static" / "fonts")


def _remove_others(stage: Path, kept: set[str]) -> None:
    for path in stage.rglob("*"):
        name = path.relative_to(stage).as_posix()
        if path.is_file() and not name.startswith("_") and name not in kept:
            path.unlink()
