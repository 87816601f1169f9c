"""Lays out what Sphinx reads; a file that stays the same is not written again, as Sphinx goes by the time of writing."""

import base64
import hashlib
import json
import mimetypes
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote

import yaml

from na_report.base.errors import NaReportError
from na_report.base.files import remove
from na_report.base.paths import CONFIG, TOC
from na_report.base.settings import read_configuration, read_settings
from na_report.base.stories import PLACE
from na_report.book.book import Book, words
from na_report.running.notebooks import noted
from na_report.running.pages import Page, without_others
from na_report.screen.describing import footing

ASSETS = Path(__file__).resolve().parent / "assets"
_FONTS = "_static/fonts"
# The letters of the book, so that every screen shows the same ones and no page asks another site for them.
_FACES = {"regular": "SourceSansPro", "italic": "SourceSansProIt", "semibold": "SourceSansProSemibold"}
# Latin with all its accents, punctuation, currency signs, arrows and a few signs of mathematics.
_RANGES = ((0x20, 0x24F), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2190, 0x2193), (0x2212, 0x2212), (0x2248, 0x2265))
_PASTED = re.compile(r"data:(image/[a-z+.-]+);base64,((?:[A-Za-z0-9+/=]|%2B|%2F|%3D)+)", re.IGNORECASE)
# What Sphinx would read as a page, and what is there for the program.
_NO_FILES = {".ipynb", ".md", ".rst", ".py", ".pyc", ".yml", ".yaml"}

_Cell = dict[str, Any]


def drop_renderings(book: Book) -> None:
    """Removes what the next rendering could go on from, so that it starts from nothing."""
    remove(book.stage)
    remove(book.rendered)


def stage(book: Book, pages: Sequence[Page], shown: Mapping[str, Any] = {}, more: Mapping[str, bytes] = {}) -> None:
    """Lays out the source of a book: notebooks, the files that they carry, configuration and style.

    Its pages have run. Their template is given what is `shown`, such as what the `book` says of itself, without which they have
    no references; `more` has pages that are in no table of contents, by the names of their files. Where an earlier stage had
    other settings, the rendering starts from nothing; else what is as it was stays. A `NaReportError` when a page has no title or
    an unfilled number, or a file has no place or the name of another.
    """
    files = {**_settings(book, [page.name for page in pages], shown), **more}
    if any(
        path.is_file() and path.read_bytes() != files[path.name] for path in (book.stage / CONFIG, book.stage / TOC)
    ):
        drop_renderings(book)
    if not (book.stage / _FONTS).is_dir():  # the last of the looks
        shutil.copytree(ASSETS, book.stage / "_static", ignore=shutil.ignore_patterns("locale", "templates"))
        for name in ("locale", "templates"):
            shutil.copytree(ASSETS / name, book.stage / f"_{name}")
        _write_fonts(book.stage / _FONTS)
    for page in pages:
        files |= _files_of(json.loads((book.notebooks / f"{page.name}.ipynb").read_text(encoding="utf-8")), page)
    for folder in sorted({page.chapter.parent for page in pages}):
        for name, path in _beside(folder):
            if name in files:
                raise NaReportError(
                    f"{path.name} in {folder.name} has the name of another file of the book: {name}.",
                    hint="Give it another name, also in the text of the page.",
                )
            files[name] = path.read_bytes()
    for name, content in files.items():
        target = book.stage / name
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    for path in book.stage.rglob("*"):
        name = path.relative_to(book.stage).as_posix()
        if path.is_file() and not name.startswith("_") and name not in files:
            path.unlink()


def _write_fonts(folder: Path) -> None:
    """Writes the faces that the screen uses to a folder, as small files `<face>.woff2`."""
    import font_source_sans_pro
    from fontTools import subset  # half a second

    folder.mkdir(parents=True, exist_ok=True)
    options = subset.Options(flavor="woff2", layout_features=["kern", "liga", "mark", "tnum", "lnum"])
    characters = [code for first, last in _RANGES for code in range(first, last + 1)]
    for face, name in _FACES.items():
        with subset.load_font(font_source_sans_pro.font_files_ttf[name], options) as font:
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=characters)
            subsetter.subset(font)
            subset.save_font(font, folder / f"{face}.woff2", options)


def _settings(book: Book, pages: Sequence[str], shown: Mapping[str, Any]) -> dict[str, bytes]:
    """Returns configuration and table of contents with the words of the language and edition."""
    config, toc, said = read_configuration(book.project), read_settings(book.project.root / TOC), words(book)
    sphinx = config.setdefault("sphinx", {})
    settings = sphinx.setdefault("config", {})
    sphinx["extra_extensions"] = [*sphinx.get("extra_extensions", []), "na_report.book.extension"]
    config["title"] = settings["html_title"] = said["title"]
    config["only_build_toc_files"] = False  # all that is laid out is meant
    # Chapters run within their limits, in `execution.py`, and nowhere else: whatever the file says, Sphinx only renders them.
    config["execute"] = config.get("execute", {}) | {"execute_notebooks": "off"}
    settings["nb_execution_mode"] = "off"
    settings.pop("jupyter_execute_notebooks", None)  # its name before
    settings |= {
        "language": book.language,
        # The template of the page is our own: a theme would only add to each page what it doesn't show.
        **{"html_theme": "basic", "html_theme_options": {}, "html_permalinks_icon": "#"},
        "locale_dirs": ["_locale"],
        "templates_path": ["_templates"],
        "html_context": {**footing(book.project, book.edition, book.language, said), **shown},
        "numfig_format": {"figure": said["figure"], "table": said["table"]},
    }
    for part, caption in zip(toc.get("parts", []), said["parts"], strict=True):
        part["caption"] = caption
    if "pages" in said:
        # What its text links to may be on a page that the book has in other languages only.
        settings["suppress_warnings"] = [*settings.get("suppress_warnings", []), "myst.xref_missing"]
    written = {CONFIG: config, TOC: without_others(toc, pages)}
    return {name: yaml.safe_dump(content, allow_unicode=True).encode() for name, content in written.items()}


def _files_of(notebook: dict[str, Any], page: Page) -> dict[str, bytes]:
    """Returns a notebook with only what Sphinx reads, and the files that its text and outputs carry."""
    cells = notebook["cells"] = [shown for cell in notebook["cells"] for shown in _as_shown(cell)]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    if not any(text.startswith("# ") for text in texts):
        raise NaReportError(
            f"The page {page.name} has no title.",
            hint=f"Start a text cell of {page.chapter.name} with `# ` and the title.",
        )
    if unfilled := dict.fromkeys(place[0] for text in texts for place in PLACE.finditer(text)):
        raise NaReportError(
            f"The page {page.name} would show {', '.join(unfilled)} instead of a number.",
            hint=f"In {page.chapter.name} make the text cell a code cell that starts with %%text: those are filled in.",
        )
    files = unpacked(notebook, page.name)
    for output in [output for cell in cells for output in cell.get("outputs", [])]:
        for mime, name in _carried(output, page).items():
            content = "".join(output["data"].pop(mime))
            # A notebook holds pictures of pixels as base64, everything else as text.
            files[name] = base64.b64decode(content) if mime == "image/png" else content.encode()
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    return files | {f"{page.name}.ipynb": f"{text}\n".encode()}


def _as_shown(cell: _Cell) -> Iterator[_Cell]:
    """Yields a cell as cells that each show one thing; prose that code gave becomes text, whose headings Sphinx then knows."""
    outputs, tags = cell.get("outputs", []), cell["metadata"].get("tags", [])
    prose = [noted(output).get("prose") is True and "text/markdown" in output.get("data", {}) for output in outputs]
    if "remove-cell" in tags or not any(prose):
        if outputs or "remove-input" not in tags:
            yield cell
        return
    for number, (output, is_prose) in enumerate(zip(outputs, prose, strict=True)):
        own = {"id": f"{cell['id']}-{number}" if number else cell["id"]}
        if is_prose:
            yield own | {"cell_type": "markdown", "metadata": {}, "source": output["data"]["text/markdown"]}
        else:
            yield cell | own | {"outputs": [output]}


def _carried(output: Mapping[str, Any], page: Page) -> dict[str, str]:
    """Returns per kind of data of an output the name of the file that it becomes, in the stage and outside the looks."""
    files, data = noted(output).get("files", {}), output.get("data", {})
    if isinstance(files, dict) and all(
        mime in data
        and isinstance(name, str)
        and not name.startswith(("_", "/"))
        and ".." not in PurePosixPath(name).parts
        for mime, name in files.items()
    ):
        return files
    raise NaReportError(
        f"The page {page.name} carries a file that can't be laid out: found {files!r:.200}, "
        "expected per kind of data the name of a file in the book.",
        hint=f"Show it in {page.chapter.name} as the other figures and tables are shown.",
    )


def unpacked(notebook: dict[str, Any], page: str) -> dict[str, bytes]:
    """Takes pasted pictures out of a notebook, which then names them as files of its page; returns the content per name."""
    files: dict[str, bytes] = {}

    def added(mime: str, content: str) -> str:
        """Adds a picture and returns its name; nothing when it is damaged."""
        try:
            found = base64.b64decode(unquote(content))
        except ValueError:  # other letters than base64 has, or fewer
            return ""
        name = f"{page}-{hashlib.sha256(found).hexdigest()[:12]}{mimetypes.guess_extension(mime) or ''}"
        files[name] = found
        return name

    def without_pasted(text: Sequence[str]) -> str:
        return _PASTED.sub(lambda found: added(found[1].lower(), found[2]) or found[0], "".join(text))

    for cell in notebook["cells"]:
        for name, bundle in cell.pop("attachments", {}).items():
            written = rf"attachment:(?:{re.escape(name)}|{re.escape(quote(name))})(?=[\s\"'<>()]|$)"
            if file := next((added(mime, "".join(content)) for mime, content in bundle.items()), ""):
                cell["source"] = re.sub(written, file, "".join(cell["source"]))
        if cell["cell_type"] != "code":
            cell["source"] = without_pasted(cell["source"])
        for data in (output.get("data", {}) for output in cell.get("outputs", [])):
            data |= {mime: without_pasted(data[mime]) for mime in {"text/html", "text/markdown"} & data.keys()}
    return files


def _beside(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yields the files in the folder of a chapter that a page can show or give, with the address that it uses."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts) or parts[0].startswith("_")
        if not hidden and path.suffix.lower() not in _NO_FILES and path.is_file():
            yield "/".join(parts), path
