"""Lays out what Sphinx reads; a file that stays the same is not written again, as Sphinx goes by the time of writing."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from na_report.base.errors import NaReportError
from na_report.base.paths import CONFIG, TOC
from na_report.base.stories import PLACE
from na_report.book.pictures import beside, unpacked
from na_report.running.pages import Page

# The last of the looks that is laid out.
_FONTS = "_static/fonts"


def lay_out(stage: Path, notebooks: Path, pages: Sequence[Page], settings: Mapping[str, Any]) -> None:
    """Lays out the source of a book: notebooks, the files that they carry, configuration and style.

    Args:
        stage: The folder; what an earlier book left there is overwritten or removed, except the style.
        notebooks: The executed notebooks.
        pages: The pages of the book.
        settings: `config` and `toc` of Jupyter Book.

    Raises:
        NaReportError: A page has no title.
    """
    if not (stage / _FONTS).is_dir():
        _lay_out_assets(stage)
    own: set[str] = set()
    for page in pages:
        notebook = json.loads((notebooks / f"{page.name}.ipynb").read_text(encoding="utf-8"))
        own.update(_lay_out_page(notebook, page, stage))
    for name, content in ((CONFIG, settings["config"]), (TOC, settings["toc"])):
        _write(stage / name, yaml.safe_dump(content, allow_unicode=True).encode())
    _remove_others(stage, own | _lay_out_beside(stage, pages, own))


def _is_inside(path: Path, stage: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(stage))


def _write(target: Path, content: bytes) -> None:
    if not target.is_file() or target.read_bytes() != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _lay_out_page(notebook: dict[str, Any], page: Page, stage: Path) -> list[str]:
    """Writes the files that outputs carry, and the notebook with only what Sphinx reads; returns their names."""
    notebook["cells"] = [shown for cell in notebook["cells"] for shown in _as_shown(cell)]
    if not any(
        cell["cell_type"] == "markdown" and "".join(cell["source"]).startswith("# ") for cell in notebook["cells"]
    ):
        raise NaReportError(
            f"The page {page.name} has no title.",
            hint=f"Start a text cell of {page.chapter.name} with `# ` and the title.",
        )
    unfilled = [
        place[0]
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
        for place in PLACE.finditer("".join(cell["source"]))
    ]
    if unfilled:
        raise NaReportError(
            f"The page {page.name} would show {', '.join(dict.fromkeys(unfilled))} instead of a number.",
            hint=f"In {page.chapter.name} make the text cell a code cell that starts with %%text: those are filled in.",
        )
    names = [f"{page.name}.ipynb"]
    for name, picture in unpacked(notebook, page.name).items():
        _write(stage / name, picture)
        names.append(name)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            for mime, name in _carried(output, page, stage).items():
                content = "".join(output["data"].pop(mime))
                # A notebook holds pictures of pixels as base64, everything else as text.
                _write(stage / name, base64.b64decode(content) if mime == "image/png" else content.encode())
                names.append(name)
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    _write(stage / f"{page.name}.ipynb", f"{text}\n".encode())
    return names


def _as_shown(cell: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields a cell as cells that each show one thing; prose that code gave becomes text, whose headings Sphinx then knows."""
    outputs, tags = cell.get("outputs", []), cell["metadata"].get("tags", [])
    if "remove-cell" in tags or not any(_is_prose(output) for output in outputs):
        if outputs or "remove-input" not in tags:
            yield cell
        return
    for number, output in enumerate(outputs):
        own = {"id": f"{cell['id']}-{number}" if number else cell["id"]}
        if _is_prose(output):
            yield own | {"cell_type": "markdown", "metadata": {}, "source": output["data"]["text/markdown"]}
        else:
            yield cell | own | {"outputs": [output]}


def _is_prose(output: Mapping[str, Any]) -> bool:
    said = output.get("metadata", {}).get("na_report")
    return isinstance(said, dict) and said.get("prose") is True and "text/markdown" in output.get("data", {})


def _lay_out_beside(stage: Path, pages: Sequence[Page], own: set[str]) -> set[str]:
    """Lays out the files beside the chapters, for pages that name them; returns their names.

    Raises:
        NaReportError: Two files would have one name.
    """
    found: dict[str, Path] = {}
    for folder in sorted({page.chapter.parent for page in pages}):
        for name, path in beside(folder).items():
            if name in own or name in found:
                raise NaReportError(
                    f"{path.name} in {folder.name} has the name of another file of the book: {name}.",
                    hint="Give it another name, also in the text of the page.",
                )
            found[name] = path
    for name, path in found.items():
        _write(stage / name, path.read_bytes())
    return {*found}


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
    from na_report.book.fonts import write_fonts  # half a second of imports

    with resources.as_file(resources.files("na_report.book") / "assets") as assets:
        elsewhere = shutil.ignore_patterns("locale", "templates", "paper")
        shutil.copytree(assets, stage / "_static", ignore=elsewhere)
        shutil.copytree(assets / "locale", stage / "_locale")
        shutil.copytree(assets / "templates", stage / "_templates")
    write_fonts(stage / _FONTS)


def _remove_others(stage: Path, kept: set[str]) -> None:
    for path in stage.rglob("*"):
        name = path.relative_to(stage).as_posix()
        if path.is_file() and not name.startswith("_") and name not in kept:
            path.unlink()
