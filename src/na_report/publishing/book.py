"""Makes the book of executed notebooks: stage, HTML, one long page for the PDF."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import nbformat
import yaml

from na_report.errors import BookError, NaReportError
from na_report.paths import Project
from na_report.publishing.describing import Publication
from na_report.publishing.fonts import write_fonts
from na_report.publishing.pages import TOC, Page
from na_report.publishing.polish import polish
from na_report.publishing.surroundings import FIXED

CONFIG = "_config.yml"
_PROBLEM = re.compile(r"(?:^|\s)(WARNING|ERROR|CRITICAL|SEVERE)\b")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Book:
    """What is being made of one edition in one language.

    Args:
        project: The project.
        edition: The name of the edition.
        language: `nl` or `en`.
    """

    project: Project
    edition: str
    language: str

    @property
    def folder(self) -> Path:
        """Where everything of this book is."""
        return self.project.build(self.edition, self.language)

    @property
    def notebooks(self) -> Path:
        """The executed notebooks."""
        return self.folder / "notebooks"

    @property
    def html(self) -> Path:
        """The finished HTML book."""
        return self.folder / "html"

    @property
    def pdf(self) -> Path:
        """The finished PDF."""
        return self.folder / "report.pdf"

    @property
    def summary(self) -> Path:
        """The short PDF of one page of the book."""
        return self.folder / "summary.pdf"

    @property
    def made(self) -> Path:
        """Where the parts of a new book wait until all are whole."""
        return self.folder / "made"

    @property
    def stage(self) -> Path:
        """The source folder that Sphinx reads."""
        return self.folder / "stage"


def stage(book: Book, pages: Sequence[Page]) -> None:
    """Lays out the source of the book: notebooks, the files that they carry, configuration and style.

    Raises:
        NaReportError: A page has no text in the language of the book.
    """
    shutil.rmtree(book.stage, ignore_errors=True)
    book.stage.mkdir(parents=True)
    for page in pages:
        notebook = nbformat.read(book.notebooks / f"{page.name}.ipynb", as_version=4)
        if not any(cell.cell_type == "markdown" and cell.source.startswith("# ") for cell in notebook.cells):
            raise NaReportError(
                f"The page {page.name} has no title in the language {book.language!r}.",
                hint=f"Add a text cell with the tag only:language={book.language} to {page.chapter.name}.",
            )
        _unpack(notebook, book.stage)
        nbformat.write(notebook, book.stage / f"{page.name}.ipynb")
    settings = _settings(book)
    (book.stage / CONFIG).write_text(yaml.safe_dump(settings["config"], allow_unicode=True), encoding="utf-8")
    (book.stage / TOC).write_text(yaml.safe_dump(settings["toc"], allow_unicode=True), encoding="utf-8")
    with resources.as_file(resources.files("na_report.publishing") / "assets") as assets:
        elsewhere = shutil.ignore_patterns("locale", "templates", "print.css")
        shutil.copytree(assets, book.stage / "_static", ignore=elsewhere)
        shutil.copytree(assets / "locale", book.stage / "_locale")
        shutil.copytree(assets / "templates", book.stage / "_templates")
    write_fonts(book.stage / "_static" / "fonts")


def _unpack(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Writes the files that outputs carry and leaves in the notebook only what Sphinx reads."""
    for cell in notebook.cells:
        cell.metadata["tags"] = [tag for tag in cell.metadata.get("tags", []) if not tag.startswith("only:")]
        for output in cell.get("outputs", []):
            files = output.get("metadata", {}).get("na_report", {}).get("files", {})
            for mime, name in files.items():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                content = output["data"].pop(mime)
                # A notebook holds pictures of pixels as base64, everything else as text.
                target.write_bytes(base64.b64decode(content) if mime == "image/png" else content.encode())


def _settings(book: Book) -> dict[str, Any]:
    """Returns configuration and table of contents with the words of the language and edition."""
    root = book.project.root
    config = yaml.safe_load((root / CONFIG).read_text(encoding="utf-8"))
    toc = yaml.safe_load((root / TOC).read_text(encoding="utf-8"))
    words = _words(book)
    config["title"] = words["title"]
    config.setdefault("sphinx", {}).setdefault("config", {})
    settings = config["sphinx"]["config"]
    settings["language"] = book.language
    settings["locale_dirs"] = ["_locale"]
    settings["templates_path"] = ["_templates"]
    settings["html_context"] = {"colofon": words["cover"]}
    settings["html_title"] = words["title"]
    settings["numfig_format"] = {"figure": words["figure"], "table": words["table"]}
    for part, caption in zip(toc.get("parts", []), words["parts"], strict=True):
        part["caption"] = caption
    return {"config": config, "toc": toc}


def _words(book: Book) -> dict[str, Any]:
    declared = yaml.safe_load((book.project.chapters / "words.yml").read_text(encoding="utf-8"))
    if book.language not in declared:
        raise NaReportError(
            f"The book does not exist in the language {book.language!r}.", hint=f"Choose from: {', '.join(declared)}."
        )
    return {
        key: value.replace("{edition}", book.edition) if isinstance(value, str) else value
        for key, value in declared[book.language].items()
    }


def words(book: Book) -> Mapping[str, Any]:
    """Returns title, subtitle and other words of the book in its language, from `chapters/words.yml`."""
    return _words(book)


def render(book: Book, builder: str) -> Path:
    """Lets Jupyter Book render the stage, with every warning an error.

    Args:
        book: The book, staged.
        builder: `html`, or `singlehtml` for the page that the PDF is made of.

    Returns:
        The folder of the result, for the caller to move.

    Raises:
        BookError: Something in the text is wrong, such as a link or glue key without a target.
    """
    output = book.folder / "sphinx"
    shutil.rmtree(output / "_build" / builder, ignore_errors=True)
    shutil.rmtree(output / "_build" / ".doctrees", ignore_errors=True)
    program = (
        f"from na_report.publishing.limits import end_with; end_with({os.getpid()}); "
        "from jupyter_book.cli.main import main; main()"
    )
    command = [sys.executable, "-c", program, "build", str(book.stage), "--path-output", str(output)]
    command += ["-W", "-n", "--keep-going", "--all"]
    command += ["--builder", "html"] if builder == "html" else ["--builder", "custom", "--custom-builder", builder]
    environment = os.environ | FIXED
    done = subprocess.run(command, capture_output=True, env=environment, check=False)  # noqa: S603
    log = _ANSI.sub("", (done.stdout + done.stderr).decode(errors="replace"))
    (book.folder / f"{builder}.log").write_text(log, encoding="utf-8")
    problems = [line.strip() for line in log.splitlines() if _PROBLEM.search(line) and "Traceback" not in line]
    result = output / "_build" / builder
    if done.returncode or problems or not (result / "index.html").is_file():
        shown = "\n".join(f"  {_shorter(line, book.stage)}" for line in problems) or f"  {log[-1500:]}"
        raise BookError(
            f"The text of the book has {len(problems)} problems:\n{shown}",
            hint="Mend the cell that holds the link, key or directive; the page and line are named above.",
        )
    return result


def _shorter(line: str, folder: Path) -> str:
    return line.replace(f"{folder}/", "")


def build_html(book: Book, pages: Sequence[Page], publication: Publication | None = None) -> Path:
    """Makes the HTML book, for `publish` to put in its place.

    Args:
        book: The book, staged.
        pages: Its pages.
        publication: What the book says of itself, with the files of the whole edition.

    Returns:
        Its folder.

    Raises:
        BookError: Sphinx found a problem, or a page is missing or shows nothing of its outputs.
    """
    result = render(book, "html")
    _check_pages(result, book, pages)
    polish(result, publication)
    return result


def _check_pages(folder: Path, book: Book, pages: Sequence[Page]) -> None:
    """Asserts that every page is there and that every figure of its notebook is on it."""
    for page in pages:
        target = folder / f"{page.name}.html"
        if not target.is_file():
            raise BookError(f"The book has no page {page.name}.", hint=f"Look in {book.folder / 'html.log'}.")
        html = target.read_text(encoding="utf-8")
        notebook = nbformat.read(book.stage / f"{page.name}.ipynb", as_version=4)
        shown = [
            name
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            for name in re.findall(r"^:name: (\S+)$", output.get("data", {}).get("text/markdown", ""), re.MULTILINE)
        ]
        missing = [name for name in shown if f'id="{name}"' not in html]
        if missing:
            raise BookError(
                f"The page {page.name} does not show {', '.join(missing)}.",
                hint="Look whether the cell has the tag remove-output or remove-cell.",
            )
