"""Sets pages as PDF with Typst: PDF/UA-1 for who reads with ears or fingers, and PDF/A-3a for who reads it in fifty years."""

import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import font_source_sans_pro
import typst

from na_report.base.errors import BookError
from na_report.base.files import write_whole

_TEMPLATES = Path(__file__).parent / "assets"
_FONTS = Path(font_source_sans_pro.font_files_ttf["SourceSansPro"]).parent
_KINDS = {".csv": "text/csv", ".json": "application/json"}
_LETTERS = re.compile(r'the text `"(.+?)"` could not be displayed')
_SHOWN = 5
# Matplotlib writes a text as outlines, with the text itself before them and a unit of a hundredth of the size of the letters.
_TEXT = re.compile(
    r'<!-- (?P<text>[^\n]*?) -->\s*<g style="(?P<style>[^"]*)" transform="(?P<place>translate\([^)]*\)(?: rotate\([^)]*\))?)'
    r' scale\((?P<scale>[\d.]+) -(?P=scale)\)">(?P<outlines>.*?)</g>',
    re.DOTALL,
)
_GLYPH = re.compile(r'<use xlink:href="#SourceSansPro-(\w+)-[0-9a-f]+"')
_WEIGHTS = {"Regular": 400, "Semibold": 600, "Bold": 700}


@dataclass(frozen=True)
class Document:
    """A document of some pages of the book."""

    name: str  # of the file, without `.pdf`
    pages: Sequence[str]  # in order
    words: Mapping[str, Any]  # title, subtitle, author and the like in its language
    language: str
    day: str  # as ISO date
    imprint: Sequence[str] = ()  # lines at the foot of the cover
    front: bool = True  # whether it has a cover and contents
    attached: Mapping[Path, str] = field(default_factory=dict)  # what goes with it, with what each file is
    registers: Sequence[str] = ()  # pages of the book that it goes without, and tells where they are
    site: str = ""  # where the book is on the web, with a slash at the end; empty when that is not known


def typeset(document: Document, pages: Path, pictures: Path, root: Path, target: Path) -> None:
    """Writes a PDF, replaced when the new one is whole. In a process that did so before, it sets only what changed.

    The folders are those of the pages that Sphinx wrote for paper, of what the addresses of pictures start from, and one
    that holds both: Typst reads nothing outside it.

    Raises:
        BookError: A page or picture is missing, or Typst found something wrong.
    """
    _lay_out(document, pages, pictures, root)
    compiler = _compiler(pages.parent / "book.typ", root, document.name)
    midnight = datetime.fromisoformat(document.day).replace(tzinfo=UTC)
    try:
        made, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=["ua-1", "a-3a"], timestamp=midnight
        )
    except typst.TypstError as problem:
        raise _told([problem], document, pages) from None
    if warnings or not isinstance(made, bytes):
        raise _told(warnings, document, pages)
    write_whole(target, made)


def _lay_out(document: Document, pages: Path, pictures: Path, root: Path) -> None:
    """Writes what the template reads besides the pages: words, names and pictures."""
    folder, shown = pages.parent, [pages / f"{name}.json" for name in document.pages]
    if missing := [path.stem for path in shown if not path.is_file()]:
        raise BookError(
            f"There is no page {', '.join(missing)} for the PDF.",
            hint="Look at `summary` in chapters/words.yml and `on_paper` in chapters/pages.yml.",
        )
    _lay_out_pictures(
        chain(*(json.loads(path.read_bytes())["pictures"] for path in shown)), pictures, folder / "pictures"
    )
    given = {
        **{"mark": "", **document.words, "elsewhere": document.registers},
        **{name: getattr(document, name) for name in ("pages", "language", "day", "imprint", "front", "site")},
        "attached": [
            {"file": f"/{path.relative_to(root)}", "name": path.name, "kind": _KINDS[path.suffix], "what": what}
            for path, what in document.attached.items()
        ],
    }
    (folder / f"{document.name}.json").write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    for path in _TEMPLATES.glob("*.typ"):
        shutil.copy(path, folder / path.name)


def _lay_out_pictures(names: Iterable[str], source: Path, target: Path) -> None:
    """Writes pictures for paper, under the addresses that they have in the source; one that is not there is an error."""
    for name in sorted(set(names)):
        path = (source / name).resolve()
        if not path.is_relative_to(source.resolve()) or not path.is_file():
            raise BookError(
                f"The PDF can't show the picture {name}, which is not among the files of the book.",
                hint="Keep the picture in the folder of the chapters, and name it from there.",
            )
        content = path.read_bytes()
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(_with_letters(content) if path.suffix == ".svg" else content)


@cache
def _with_letters(drawing: bytes) -> bytes:
    """Returns an SVG of matplotlib with text in place of outlines; as it is where one of them is of another kind.

    That is one in several faces, or not whole: a comment can't hold two hyphens side by side.
    """
    svg = drawing.decode("utf-8")
    found = [(match, set(_GLYPH.findall(match["outlines"]))) for match in _TEXT.finditer(svg)]
    ours = [len(faces) == 1 and faces <= _WEIGHTS.keys() and "- -" not in match["text"] for match, faces in found]
    if len(found) != svg.count("<!-- ") or not all(ours):
        return drawing
    for match, [face] in found:
        font = f"font: {_WEIGHTS[face]} {float(match['scale']) * 100:.3f}px Source Sans Pro"
        text = f'<text style="{match["style"]}; {font}" transform="{match["place"]}">{match["text"]}</text>'
        svg = svg.replace(match[0], text)
    return svg.encode()


@cache
def _compiler(main: Path, root: Path, name: str) -> typst.Compiler:
    """Returns a compiler that remembers what it set: one for each document."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[_FONTS])
    return typst.Compiler(main, root=root, font_paths=fonts, sys_inputs={"book": f"{name}.json"})


def _told(problems: Sequence[Any], document: Document, pages: Path) -> BookError:
    """Returns the error that names what Typst found; letters that no font has, with the pages that hold them."""
    texts = {name: (pages / f"{name}.json").read_text(encoding="utf-8") for name in document.pages}
    said = []
    for problem in problems[:_SHOWN]:
        letters = _LETTERS.search(problem.message)
        places = ", ".join(name for name, text in texts.items() if letters and letters[1] in text)
        said.append(f"  {places or 'the template'}: {problem.message}")
    hints = [hint for problem in problems for hint in problem.hints]
    return BookError(
        "\n".join([f"{document.name}.pdf can't be made of the text of the book:", *said]),
        hint=hints[0] if hints else "Change the text, figure or table on that page.",
    )
