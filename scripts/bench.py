"""Measures na-report against the stock tools and writes the tables in docs/bench.md.

    python scripts/bench.py [--quick] [--only CASE ...] [--out FILE]

The sides take turns and the table has medians. There is a row only when both sides gave the same outputs and pages. What was
not measured, and what people wrote below the tables, stays as it was.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pypdfium2 as pdfium
import yaml
from bs4 import BeautifulSoup

from na_report.base.paths import DESCRIPTOR, Project
from na_report.book.book import Book
from na_report.book.site import copied
from na_report.book.staging import stage
from na_report.editions.edition import seal_edition
from na_report.processes.surroundings import cores
from na_report.running.pages import Page, all_pages, with_parameters
from na_report.running.sweep import combinations, read_grid

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
EDITION, NEW = "2026", "2092"
PAGE = "sector-mbo"
# Where a story gets a sentence of a round: each begins with these words.
START = r"(\*\*In het kort\.\*\*)( Ronde \d+\.)?"
NOTES = "<!-- Written by hand from here on; the command keeps it. -->"
# What is on the long page and not on paper: ours leaves it out, so that both sides print the same.
SCREEN = ".meenemen, .als-tabel, .alleen-scherm, figure .legend, .headerlink, .toctree-wrapper > p.caption, svg, script"
PRINT = """
import sys; from pathlib import Path
from na_report.base.paths import Project
from na_report.book.book import Book
from na_report.book.building import print_papers
from na_report.running.pages import all_pages
project = Project(Path(sys.argv[1]))
print_papers(Book(project, sys.argv[2], 'nl'), all_pages(project))
"""
Work = Callable[[], object]


def run(command: Sequence[str | Path], folder: Path) -> float:
    """Runs a command and returns the largest memory of one of its processes, in MB; ends the case when it fails."""
    texts = [str(part) for part in command]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(texts, cwd=folder, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if status:
            said.seek(0)
            raise SystemExit(f"{' '.join(texts)} failed:\n{said.read().decode(errors='replace')[-3000:]}")
    return usage.ru_maxrss / 1024


@dataclass
class Case:
    """A row: what each side does after `prepare`, which is not timed; `gate` ends it when they gave something else."""

    title: str
    against: str
    goal: str
    bound: str
    ours: Work
    theirs: Work
    rounds: int
    prepare: Work = lambda: None
    gate: Work = lambda: None

    def row(self, rounds: int) -> str:
        """Lets the sides take turns and returns the row."""
        seconds: dict[Work, list[float]] = {self.ours: [], self.theirs: []}
        for _ in range(rounds):
            self.prepare()
            for side, found in seconds.items():
                start = time.perf_counter()
                side()
                found.append(time.perf_counter() - start)
            self.gate()
        ours, theirs = (statistics.median(found) for found in seconds.values())
        ratio = f"{(ours - theirs) * 1000:+.0f} ms" if self.goal.startswith("+") else f"{ours / theirs:.2f}"
        return f"| {self.title} | {self.against} | {ours:.2f} | {theirs:.2f} | {ratio} | {self.goal} | {self.bound} |"


@dataclass
class Bench:
    """A copy of the project for each side, and what both do there; the name of a case is that of a method."""

    folder: Path
    quick: bool
    stack: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        for name in ("ours", "theirs", "runs-ours", "runs-theirs", "answers"):
            (self.folder / name).mkdir()
        self.projects = [copied(Project(ROOT), self.folder / name) for name in ("ours", "theirs")]
        self.book, self.stock = (Book(project, EDITION, "nl") for project in self.projects)
        self.html = (self.book.html, self.stock.folder / "_build" / "html")
        self.long = self.folder / "long" / "_build" / "singlehtml" / "plain.html"
        self.texts = (self.book.project.chapters / "nl" / "sector" / "mbo.md", self.stock.stage / f"{PAGE}.ipynb")
        self.pdfs = (self.book.made / "report.pdf", self.folder / "theirs.pdf")

    def na_report(self, *arguments: str | Path) -> float:
        return run([sys.executable, "-m", "na_report.cli", *arguments], self.book.project.root)

    def build(self) -> None:
        self.na_report("build", "--edition", EDITION, "--format", "html")

    def jupyter_book(self, source: Path | None = None, target: Path | None = None, *more: str) -> None:
        command: list[str | Path] = [BIN / "jupyter-book", "build", source or self.stock.stage]
        run([*command, "--path-output", target or self.stock.folder, *more], self.folder)

    def chapters(self) -> list[Page]:
        return [with_parameters(page, {"edition": EDITION}) for page in all_pages(self.stock.project)]

    def papermill(self, page: Page, folder: Path) -> None:
        items = page.parameters.items()
        given = [part for key, value in items for part in ("-r" if isinstance(value, str) else "-p", key, str(value))]
        chapter = page.chapter
        command: list[str | Path] = [
            BIN / "papermill",
            chapter,
            folder / f"{page.name}.ipynb",
            *given,
            "--cwd",
            chapter.parent,
        ]
        run([*command, "--no-progress-bar", "--log-level", "ERROR"], folder)

    def build_stock(self) -> None:
        """Runs the pages one by one and makes the book; laying out what Jupyter Book reads takes hundredths of a second."""
        self.stock.notebooks.mkdir(parents=True, exist_ok=True)
        for page in self.chapters():
            self.papermill(page, self.stock.notebooks)
        shutil.rmtree(self.stock.stage, ignore_errors=True)
        stage(self.stock, all_pages(self.stock.project))
        with settings(self.stock.stage) as config:
            del config["sphinx"]["extra_extensions"]
            config["sphinx"]["config"].pop("myst_ref_domains", None)
        self.jupyter_book()

    def both_built(self) -> None:
        for html, build in zip(self.html, (self.build, self.build_stock), strict=True):
            if not html.is_dir():
                build()
        self.jupyter_book()  # another case may have made its pages otherwise

    def pages(self) -> list[Path]:
        return [folder / f"{PAGE}.html" for folder in self.html]

    def nothing_built(self) -> None:
        for project in self.projects:
            shutil.rmtree(project.root / "_build", ignore_errors=True)

    def same_pages(self) -> None:
        wanted = {f"{page.name}.html" for page in all_pages(self.book.project)}
        for folder in self.html:
            if missing := wanted - {path.name for path in folder.glob("*.html")}:
                raise SystemExit(f"gate: {folder} misses {sorted(missing)}")

    def same_outputs(self, ours: Path, theirs: Path, names: Iterable[str]) -> None:
        for name in names:
            if shown(ours / f"{name}.ipynb") != shown(theirs / f"{name}.ipynb"):
                raise SystemExit(f"gate: the outputs of {name} differ")

    def cold(self) -> Case:
        """Nothing has run yet."""

        def gate() -> None:
            self.same_outputs(self.book.notebooks, self.stock.notebooks, [page.name for page in self.chapters()])
            self.same_pages()

        return Case(
            *("cold book, HTML, nothing run yet", "papermill CLI page by page + `jupyter-book build`", "0.30"),
            "the pages on all cores (almost half), then Sphinx on one core (a third)",
            *(self.build, self.build_stock, 3),
            prepare=self.nothing_built,
            gate=gate,
        )

    def nothing(self) -> Case:
        """Everything is there already."""
        self.both_built()
        return Case(
            *("nothing changed", "`jupyter-book build` with nothing changed", "0.10", "starting Python"),
            *(self.build, self.jupyter_book, 9),
            gate=self.same_pages,
        )

    def observation(self) -> Case:
        """One number of the data changes."""
        self.both_built()
        values = iter(f"{30 + number / 10}" for number in range(1, 500))
        executing = self.stock.folder / "executing"
        shutil.copytree(self.stock.stage, executing, dirs_exist_ok=True)
        for page in self.chapters():
            notebook = nbformat.read(page.chapter, as_version=4)
            cell = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
            cell.source += "".join(f"\n{name} = {value!r}" for name, value in page.parameters.items())
            nbformat.write(notebook, executing / f"{page.name}.ipynb")
        with settings(executing) as config:
            config["execute"] = {"execute_notebooks": "force", "timeout": 300}
            config["sphinx"]["config"]["nb_execution_mode"] = "force"  # this goes before the other

        def change() -> None:
            value = next(values)
            for project in self.projects:
                rewrite(
                    project.data / EDITION / "observations.csv",
                    lambda rows: rows.assign(value=rows["value"].where(rows["id"] != "IND019-NL-2019", value)),
                )

        def gate() -> None:
            self.same_pages()
            cell = re.compile(r'href="(?:indicatoren\.html)?#ind019-nl-2019"[^>]*>(?:<[^>]+>)*([\d,]+)%')
            found = [cell.findall(page.read_text(encoding="utf-8"))[:1] for page in self.pages()]
            if not found[0] or found[0] != found[1]:
                raise SystemExit(f"gate: the changed number is not the same on both sides: {found}")

        return Case(
            *("one observation changed", "full `jupyter-book build --all`, executing", "0.30"),
            "the pages that ask for it, then Sphinx on one core",
            *(self.build, lambda: self.jupyter_book(executing, None, "--all"), 3),
            prepare=change,
            gate=gate,
        )

    def prose(self) -> Case:
        """One sentence of one page changes."""
        self.both_built()
        numbers = iter(range(1, 1000))
        said = ""

        def change() -> None:
            nonlocal said
            said = f"Ronde {next(numbers)}."
            for path in self.texts:
                word(path, said)

        def gate() -> None:
            if not all(said in page.read_text(encoding="utf-8") for page in self.pages()):
                raise SystemExit("gate: a side does not show the new sentence")

        return Case(
            *("one prose cell changed, `na-report build`", "`jupyter-book build` after the same change", "0.50"),
            "rendering all pages from nothing, as each build does",
            *(self.build, self.jupyter_book, 7),
            prepare=change,
            gate=gate,
        )

    def preview(self) -> Case:
        """The same, seen through the preview: from saving until the page has the new words."""
        case = self.prose()
        command = [sys.executable, "-m", "na_report.cli", "preview", "--edition", EDITION, "--port", "0"]
        process = subprocess.Popen(command, cwd=self.book.project.root, stdout=subprocess.PIPE, text=True)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)
        lines = iter(process.stdout or ())
        [address] = re.findall(r"http://\S+", next(lines))
        next(line for line in lines if "shown in" in line)
        numbers = iter(range(1000, 2000))

        def save_and_see() -> None:
            said = f"Ronde {next(numbers)}."
            word(self.texts[0], said)
            for _ in range(6000):
                if said in urllib.request.urlopen(f"{address}{PAGE}.html").read().decode():
                    return
                time.sleep(0.01)
            raise SystemExit("gate: the preview does not show the new sentence")

        case.title, case.bound = "one prose cell changed, `na-report preview`", "the page, and looking every 0.1 s"
        case.prepare = lambda: word(self.texts[1], f"Ronde {next(numbers)}.")
        case.ours, case.gate = save_and_see, lambda: None  # seeing the words is the gate
        return case

    def sweep(self) -> Case:
        """200 runs of the sector chapter, of one text: editions, sectors, languages and a number that makes more of them."""
        shutil.copytree(self.projects[0].chapters, self.projects[1].chapters, dirs_exist_ok=True)
        for project in self.projects:
            for path in project.chapters.glob("*/sector.ipynb"):
                notebook = nbformat.read(path, as_version=4)
                notebook.cells[0].source += "\ntrial: int = 0"
                nbformat.write(notebook, path)
        trials = ",".join(map(str, range(2 if self.quick else 13)))
        grid = ["edition=2021,2026", "sector=all", "language=nl,en", f"trial={trials}"]
        pages = combinations(self.stock.project, ["sector"], read_grid(grid), {"edition": ["2021", "2026"]})
        ours, theirs = self.folder / "runs-ours", self.folder / "runs-theirs"

        def stock() -> None:
            with ThreadPoolExecutor(cores()) as pool:
                list(pool.map(lambda page: self.papermill(page, theirs), pages))

        return Case(
            *(f"{len(pages)} page runs, all cores", "papermill CLI with as many workers", "0.28"),
            "drawing the figures of each page",
            *(lambda: self.na_report("run", "sector", "--grid", *grid, "--to", ours), stock, 1),
            gate=lambda: self.same_outputs(ours, theirs, [page.name for page in pages]),
        )

    def pdf(self) -> Case:
        """The PDF of the whole book, from what Sphinx wrote for it."""
        self.both_built()
        self.long_page()
        return Case(
            *("PDF", "WeasyPrint on the same content, no stylesheet, tagged", "0.15", "laying out pages, in Typst"),
            lambda: run([sys.executable, "-c", PRINT, self.book.project.root, EDITION], self.folder),
            *(self.weasyprint, 3),
            gate=lambda: same_letters(*self.pdfs),
        )

    def whole(self) -> Case:
        """The whole book as `make book` makes it, nothing run yet."""

        def stock() -> None:
            self.build_stock()
            self.long_page()
            self.weasyprint()

        return Case(
            *("cold book, HTML and PDF", "papermill CLI page by page + `jupyter-book build` + WeasyPrint", "0.28"),
            "the pages on all cores, then Sphinx on one core with Typst beside it",
            *(lambda: self.na_report("build", "--edition", EDITION), stock, 3),
            prepare=self.nothing_built,
            gate=lambda: same_letters(self.book.folder / "report.pdf", self.pdfs[1]),
        )

    def help(self) -> Case:
        """The command line says what it can do."""
        return Case(
            *("`na-report --help`", "`python -c pass`", "+150 ms", "importing argparse"),
            *(lambda: self.na_report("--help"), lambda: run([sys.executable, "-c", "pass"], self.folder), 21),
        )

    def long_page(self) -> None:
        """Makes the book as one long page with the stock command, and takes out what is not on paper."""
        source, target = self.folder / "long-stage", self.folder / "long"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.stock.stage, source, dirs_exist_ok=True)
        with settings(source) as config:
            config["sphinx"]["config"]["nb_mime_priority_overrides"] = [["singlehtml", "text/markdown", 1]]
            for name in ("templates_path", "html_theme", "html_theme_options"):  # our template is for one page of many
                config["sphinx"]["config"].pop(name, None)
        self.jupyter_book(source, target, "--builder", "custom", "--custom-builder", "singlehtml")
        text = self.long.with_name("index.html").read_text(encoding="utf-8")
        [article] = BeautifulSoup(text, "html.parser").select("article")
        for page in all_pages(self.book.project):
            if not page.on_paper:
                article.select_one(f"#document-{page.name}").find_next("section").decompose()
        for part in article.select(SCREEN):
            part.decompose()
        head = '<!DOCTYPE html><html lang="nl"><head><meta charset="utf-8"><title>Report</title></head><body>'
        self.long.write_text(f"{head}{article}</body></html>", encoding="utf-8")

    def weasyprint(self) -> None:
        """Prints the long page, as accessible as ours."""
        run([BIN / "weasyprint", "--pdf-variant", "pdf/ua-1", self.long, self.pdfs[1]], self.long.parent)

    def answers(self) -> str:
        """Returns a table of the seconds and the memory of a refresh: a hundred series, each with an answer of 50,000 rows."""
        count, size = (5, 1_000) if self.quick else (100, 50_000)
        data = self.book.project.data
        for number in range(count):
            write_answer(self.folder / "answers" / f"set_{number:03}.csv", f"set_{number:03}", size)

        new = {"id": [f"SER{n + 1:03}" for n in range(count)], "dataset": [f"set_{n:03}" for n in range(count)]}
        rewrite(
            data / EDITION / "series.csv",
            lambda rows: pd.concat([rows[rows["indicator_id"] == "IND108"]] * count).assign(**new),
        )
        start = time.perf_counter()
        memory = self.na_report("edition", "refresh", EDITION, "--as", NEW, "--answers", self.folder / "answers")
        seconds = time.perf_counter() - start
        self.na_report("edition", "verify", NEW)
        kept = sum(path.stat().st_size for path in (data / NEW / "answers").iterdir()) / 1e6
        return (
            "## Growth in answers\n\n`na-report edition refresh --answers`, with an SDMX-CSV answer for each series.\n\n"
            "| series | rows of each | seconds | memory (MB) | answers kept (MB) |\n| ---: | ---: | ---: | ---: | ---: |\n"
            f"| {count} | {size:,} | {seconds:.1f} | {memory:.0f} | {kept:.1f} |\n"
        )


CASES = ("cold", "nothing", "observation", "prose", "preview", "sweep", "pdf", "whole", "help")


@contextmanager
def settings(source: Path) -> Iterator[dict[str, Any]]:
    """Gives the configuration of what Jupyter Book reads, and writes it back."""
    path = source / "_config.yml"
    yield (config := yaml.safe_load(path.read_text(encoding="utf-8")))
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")


def rewrite(table: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Gives a table of a sealed edition other rows, and seals it again."""
    change(pd.read_csv(table, dtype=str, keep_default_na=False)).to_csv(table, index=False, lineterminator="\n")
    (table.parent / DESCRIPTOR).unlink()
    seal_edition(EDITION, Project(table.parents[2]))


def word(path: Path, said: str) -> None:
    """Changes a sentence of the chapter on the mbo."""
    text, count = re.subn(START, rf"\1 {said}", path.read_text(encoding="utf-8"))
    if not count:
        raise SystemExit(f"{path} has no place for the sentence")
    path.write_text(text, encoding="utf-8")


def shown(notebook: Path) -> list[object]:
    """Returns what the code cells of a notebook show."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [cell["outputs"] for cell in cells if cell["cell_type"] == "code"]
    return [[{**output, "execution_count": 0} for output in found] for found in outputs]


def same_letters(ours: Path, theirs: Path) -> None:
    """Ends the case when one side prints much that the other doesn't; ours has contents and running heads besides."""
    counts = []
    for path in (ours, theirs):
        with pdfium.PdfDocument(path) as document:
            text = "".join(page.get_textpage().get_text_range() for page in document)
        counts.append(sum(character.isalnum() for character in text))
    if not 0.95 < counts[0] / counts[1] < 1.1:
        raise SystemExit(f"gate: the PDFs differ in their letters: ours {counts[0]}, theirs {counts[1]}")


def write_answer(path: Path, dataset: str, size: int) -> None:
    """Writes an answer with so many rows, of which those of the Netherlands are wanted."""
    places = ["NL", *(f"X{number}" for number in range(size // 25 - 1))]
    lines = ["DATAFLOW,LAST UPDATE,freq,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"]
    for number, (place, year) in enumerate(product(places, range(2000, 2025))):
        lines.append(f"ESTAT:{dataset}(1.0),17/12/24 11:00:00,A,PC_EMP,{place},{year},{number % 1000 / 10},,")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write(target: Path, rows: Sequence[str], sections: Sequence[str], *, quick: bool) -> None:
    """Writes the tables; what was not measured this time stays as it was: a row of the first table, or a whole section."""
    before, _, notes = target.read_text(encoding="utf-8").partition(NOTES) if target.is_file() else ("", "", "\n")
    first, *others = before.split("\n## ")
    lines = [line for line in first.splitlines() if line.startswith("|")][2:]
    table = {row.split("|")[1]: row for row in [*lines, *rows]}
    parts = {part.partition("\n")[0]: f"## {part}".rstrip() for part in others}
    parts |= {part.partition("\n")[0].removeprefix("## "): part.rstrip() for part in sections}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{cores()} cores, {memory:.0f} GiB, Python {platform.python_version()}, {platform.system()}"
    mode = ", quick mode: one round" if quick else ""
    head = f"""# Bench

`make bench` measured this, last on {date.today():%Y-%m-%d}: {machine}{mode}; load at the end {os.getloadavg()[0]:.1f}.
Medians of rounds in which the sides take turns. Both sides gave the same outputs and pages, or there would be no row.

| case | against | ours (s) | theirs (s) | ratio | goal | what bounds it |
| --- | --- | ---: | ---: | ---: | ---: | --- |"""
    text = "\n\n".join(["\n".join([head, *table.values()]), *parts.values(), NOTES])
    target.write_text(text + notes, encoding="utf-8")


def main() -> int:
    """Runs the cases and writes the tables; returns 1 when one gave no row."""
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round each and small grids, to see that it works")
    parser.add_argument("--only", nargs="+", metavar="CASE", choices=[*CASES, "answers"], default=[*CASES, "answers"])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "bench.md")
    options = parser.parse_args()
    # Both sides write bytecode and use it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", "")
    os.environ["SOURCE_DATE_EPOCH"] = "1767225600"
    rows, sections, failed = [], [], []
    with tempfile.TemporaryDirectory(prefix="na-bench-") as folder:
        bench = Bench(Path(folder), quick=options.quick)
        for name in (name for name in CASES if name in options.only):
            try:
                with bench.stack:
                    case: Case = getattr(bench, name)()
                    rows.append(case.row(1 if options.quick else case.rounds))
                print(rows[-1], flush=True)
            except SystemExit as problem:
                # Half an hour of measuring is not lost for one case; the end of the run tells.
                print(f"{name}: no row: {problem}", flush=True)
                failed.append(name)
        if "answers" in options.only:
            sections.append(bench.answers())
            print(sections[-1], flush=True)
    write(options.out, rows, sections, quick=options.quick)
    print(f"wrote {options.out}" + (f", without {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
