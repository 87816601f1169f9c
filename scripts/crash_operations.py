"""What the crash test stops: each operation with its state before and after, and what it may leave behind."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat

from na_report.cli import main
from na_report.errors import NaReportError
from na_report.evidence.edition import copy_edition, seal_edition
from na_report.evidence.workbook_export import export_edition
from na_report.evidence.workbook_import import import_edition
from na_report.paths import DESCRIPTOR, Project, find_project
from na_report.publishing.book import Book
from na_report.publishing.comparing import contents
from na_report.publishing.fingerprint import hash_inputs
from na_report.publishing.published import held, is_current, is_whole, publish
from na_report.publishing.site import PLACE, Shelf, write_site

OLD, NEW = "2021", "2099"
PAGES = 40
# A server that imports what the chapters need hears of the end of its build when it has done so.
SECONDS_TO_END = 20


class DamageError(Exception):
    """Something is neither as it was nor whole and new."""


def in_sight(folder: Path) -> dict[str, bytes]:
    """Returns the files of a folder but those that wait to become whole."""
    return {name: content for name, content in contents(folder).items() if not name.startswith(".")}


def processes(root: Path) -> Iterator[int]:
    """Yields the processes whose working directory is in a folder."""
    for path in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if path.readlink().is_relative_to(root):
                yield int(path.parent.name)


class Operation:
    """Something that changes files, in a project of its own.

    Args:
        source: The project whose first edition it works on.
        root: A new folder for it.
    """

    def __init__(self, source: Project, root: Path) -> None:
        self.name = root.name
        self.root = root
        self.project = Project(root)
        shutil.copytree(source.data / OLD, self.project.data / OLD)
        self.old = contents(self.project.data / OLD)
        self.prepare()
        self.undo()
        self.act()
        self.new = self.result()
        self.ours = {*processes(root)}  # this one, and what looks after its pool of workers
        # Faults are chosen below the largest file that it writes, and some more than all that it needs.
        sizes = [len(content) for content in self.new.values()]
        self.largest_bytes, self.room_bytes = max(sizes), int(sum(sizes) * 1.5) + 100_000

    def prepare(self) -> None:
        """Makes what it needs, once."""

    def act(self) -> None:
        """Does it."""
        raise NotImplementedError

    def undo(self) -> None:
        """Brings back the state before."""
        shutil.rmtree(self.project.data / NEW, ignore_errors=True)

    def result(self) -> dict[str, bytes]:
        """Returns the files that it makes or changes; empty when there are none."""
        return in_sight(self.project.data / NEW)

    def before(self) -> dict[str, bytes]:
        """Returns what these files were before."""
        return {}

    def state(self) -> str:
        """Returns `before` or `after`.

        Raises:
            DamageError: It is neither, or an edition changed.
        """
        if contents(self.project.data / OLD) != self.old:
            raise DamageError(f"edition {OLD} changed")
        now = self.result()
        if now == self.new:
            return "after"
        if now == self.before():
            return "before"
        raise DamageError(f"{len(now)} files, neither as before nor whole and new")

    def running(self) -> list[int]:
        """Returns the processes that work in its folders; those that are stopped get a moment to end."""
        found: list[int] = []
        for _ in range(SECONDS_TO_END * 10):
            found = [pid for pid in processes(self.root) if pid not in self.ours]
            if not found:
                break
            time.sleep(0.1)
        return found

    def leftovers(self) -> list[str]:
        """Returns files and folders out of sight that are still there."""
        return [path.relative_to(self.root).as_posix() for path in self.root.rglob(".*") if path.name != ".nojekyll"]


class Import(Operation):
    """A workbook becomes a sealed edition."""

    def prepare(self) -> None:
        """Makes the workbook."""
        self.workbook = export_edition(OLD, self.root / "evidence.xlsx", self.project)

    def act(self) -> None:
        """Imports it."""
        import_edition(self.workbook, NEW, self.project)


class Copy(Operation):
    """An edition is copied to a new, open one."""

    def act(self) -> None:
        """Copies it."""
        copy_edition(OLD, NEW, self.project)


class Seal(Operation):
    """An open edition is sealed."""

    def prepare(self) -> None:
        """Makes an open edition."""
        copy_edition(OLD, NEW, self.project)
        self.open = contents(self.project.data / NEW)

    def act(self) -> None:
        """Seals it."""
        seal_edition(NEW, self.project)

    def undo(self) -> None:
        """Takes the seal away."""
        (self.project.data / NEW / DESCRIPTOR).unlink(missing_ok=True)

    def before(self) -> dict[str, bytes]:
        """Returns the open edition."""
        return self.open


class Export(Operation):
    """An edition is written over an older workbook."""

    def act(self) -> None:
        """Exports it."""
        export_edition(OLD, self.root / "out" / "evidence.xlsx", self.project, force=True)

    def undo(self) -> None:
        """Puts the older workbook back."""
        (self.root / "out").mkdir(exist_ok=True)
        (self.root / "out" / "evidence.xlsx").write_bytes(b"an older workbook")

    def result(self) -> dict[str, bytes]:
        """Returns the workbook and what else lies there in sight."""
        return in_sight(self.root / "out")

    def before(self) -> dict[str, bytes]:
        """Returns the older workbook."""
        return {"evidence.xlsx": b"an older workbook"}


class Publish(Operation):
    """The pages and PDFs of a book take the place of older ones."""

    def prepare(self) -> None:
        """Makes the older book."""
        self.book = Book(self.project, OLD, "nl")
        self.make("old")
        self.older = self.result()

    def make(self, word: str) -> None:
        """Makes and publishes a small book of one word."""
        with held(self.book):
            html = self.book.made / "html"
            html.mkdir(parents=True)
            for number in range(PAGES):
                page = f'<html><body><nav id="{PLACE.split("#")[1]}"></nav>{word} {number}</body></html>'
                (html / ("index.html" if not number else f"page-{number}.html")).write_text(page, encoding="utf-8")
            made = {"html": html}
            for name in ("report.pdf", "summary.pdf"):
                made[name] = self.book.made / name
                made[name].write_text(f"%PDF {word}", encoding="utf-8")
            publish(self.book, word, made, ["html", "pdf"])

    def act(self) -> None:
        """Publishes the new book."""
        self.make("new")

    def undo(self) -> None:
        """Publishes the older book."""
        self.make("old")

    def result(self) -> dict[str, bytes]:
        """Returns pages and PDFs."""
        book = self.book
        pages = {f"html/{name}": content for name, content in contents(book.html).items()}
        return pages | contents(book.pdf) | contents(book.summary)

    def before(self) -> dict[str, bytes]:
        """Returns the older book."""
        return self.older

    def state(self) -> str:
        """Returns `before`, `after`, or `unmarked` for a book that does not count as whole.

        Raises:
            DamageError: A mixture counts as whole, or the pages are a mixture.
        """
        now = self.result()
        pages = [
            {name: content for name, content in files.items() if name.startswith("html/")}
            for files in (now, self.older, self.new)
        ]
        if pages[0] not in pages[1:]:
            raise DamageError("the pages are neither the older nor the new ones")
        if not is_whole(self.book):
            return "unmarked"
        if is_current(self.book, "new", ["html", "pdf"]) != (now == self.new):
            raise DamageError("an older or mixed book counts as current")
        return super().state()


class Site(Publish):
    """The books are laid side by side in place of an older site."""

    def prepare(self) -> None:
        """Makes an older site."""
        super().prepare()
        write_site(Shelf(self.project, [self.book]))
        self.older = self.result()
        self.make("new")

    def act(self) -> None:
        """Makes the new site."""
        write_site(Shelf(self.project, [self.book]))

    def undo(self) -> None:
        """Puts the older site back."""
        shutil.rmtree(self.root / "_build" / "site", ignore_errors=True)
        for name, content in self.older.items():
            path = self.root / "_build" / "site" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def result(self) -> dict[str, bytes]:
        """Returns the site; empty when there is none."""
        return contents(self.root / "_build" / "site")

    def state(self) -> str:
        """Returns `before` or `after`."""
        return Operation.state(self)


def make_small(source: Project, root: Path) -> None:
    """Copies chapters and configuration to a project, and makes its book one of one page."""
    for name in ("_config.yml", "chapters"):
        path = source.root / name
        (shutil.copytree if path.is_dir() else shutil.copyfile)(path, root / name)
    (root / "_toc.yml").write_text("format: jb-book\nroot: index\n", encoding="utf-8")
    words = root / "chapters" / "words.yml"
    text = words.read_text(encoding="utf-8").replace("summary: index", 'summary: ""')
    words.write_text(re.sub(r"parts: .*", "parts: []", text), encoding="utf-8")


def write_chapter(root: Path, word: str) -> None:
    """Writes the chapter of a small book, with a word in it."""
    notebook = nbformat.read(root / "chapters" / "nl" / "kanttekeningen.ipynb", as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code" and "registers." not in cell.source]
    notebook.cells.append(nbformat.v4.new_markdown_cell(f"# Titel\n\nHet {word}e boek.", id="text"))
    nbformat.write(notebook, root / "chapters" / "nl" / "index.ipynb")


class Build(Publish):
    """A book of one page, from its chapter to pages and PDF."""

    def prepare(self) -> None:
        """Makes the older book, and changes the chapter."""
        make_small(find_project(), self.root)
        self.book = Book(self.project, OLD, "nl")
        write_chapter(self.root, "oud")
        self.act()
        self.older = self.result()
        shutil.copytree(self.root / "_build", self.root / "older")
        write_chapter(self.root, "nieuw")

    def act(self) -> None:
        """Builds it."""
        with Path(os.devnull).open("w") as nothing, contextlib.redirect_stdout(nothing), contextlib.chdir(self.root):
            if main(["build", "--edition", OLD]):
                raise NaReportError("The build was refused.")

    def undo(self) -> None:
        """Puts the older book back."""
        if (self.root / "older").exists():
            shutil.rmtree(self.root / "_build", ignore_errors=True)
            shutil.copytree(self.root / "older", self.root / "_build")

    def state(self) -> str:
        """Returns `before`, `after`, or `unmarked`; see `Publish`."""
        now = self.result()
        if is_whole(self.book) and now not in (self.older, self.new):
            raise DamageError("a mixture counts as whole")
        if is_current(self.book, hash_inputs(self.project), ["html", "pdf"]) and now != self.new:
            raise DamageError("an older or mixed book counts as current")
        pages = [{name: now[name] for name in now if name.startswith("html/")}]
        pages += [{name: files[name] for name in files if name.startswith("html/")} for files in (self.older, self.new)]
        if pages[0] not in pages[1:]:
            raise DamageError("the pages are neither the older nor the new ones")
        return "unmarked" if not is_whole(self.book) else "after" if now == self.new else "before"

    def leftovers(self) -> list[str]:
        """Returns what a killed build left in the folder of the book."""
        folder = self.book.folder
        left = [
            *folder.glob(".*"),
            *folder.glob("*.lock"),
            *folder.glob("made"),
            *self.book.notebooks.glob("*.running*"),
        ]
        return [path.name for path in left]


OPERATIONS: dict[str, Callable[[Project, Path], Operation]] = {
    "import": Import,
    "copy": Copy,
    "seal": Seal,
    "export": Export,
    "publish": Publish,
    "site": Site,
    "build": Build,
}
