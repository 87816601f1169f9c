"""The cases of the table: what each side does, and how it is checked that both did the same."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import nbformat
import paper
import yaml
from measuring import Case, Side, environment, na_report, nothing, run
from stock import (
    EDITION,
    Place,
    jupyter_book,
    ours_build,
    papermill,
    same_outputs,
    same_pages,
    stock_build,
)

from na_report.evidence.edition import seal_edition
from na_report.paths import DESCRIPTOR, Project
from na_report.publishing.execution import Task
from na_report.publishing.grid import read_grid, tasks_of
from na_report.publishing.pages import all_pages
from na_report.publishing.processes import cores

NAMES = ("cold", "nothing", "observation", "prose", "preview", "sweep", "pdf", "book", "help")


def make(name: str, place: Place) -> Case:
    """Returns the case of a name, with all that it rests on in place."""
    if name in ("nothing", "observation", "prose", "preview", "pdf") and not place.book.html.is_dir():
        ours_build(place)
        stock_build(place)
    return {
        "cold": cold,
        "nothing": nothing_changed,
        "observation": observation,
        "prose": prose,
        "preview": previewed,
        "sweep": sweep,
        "pdf": paper.pdf,
        "book": paper.book,
        "help": answer,
    }[name](place)


def cold(place: Place) -> Case:
    """Nothing has run yet."""

    def gate() -> None:
        same_outputs(place.book.notebooks, place.stock.notebooks, [page.name for page in all_pages(place.ours)])
        same_pages(place)

    return Case(
        *("cold book, HTML, nothing run yet", "papermill CLI page by page + `jupyter-book build`", "0.30"),
        "the pages on all cores (almost half), then Sphinx on one core (a third)",
        Side(lambda: ours_build(place), lambda: shutil.rmtree(place.ours.root / "_build", ignore_errors=True)),
        Side(lambda: stock_build(place), lambda: shutil.rmtree(place.theirs.root / "_build", ignore_errors=True)),
        gate,
        rounds=3,
    )


def nothing_changed(place: Place) -> Case:
    """Everything is there already."""
    return Case(
        *("nothing changed", "`jupyter-book build` with nothing changed", "0.30"),
        "starting Python",
        Side(lambda: ours_build(place)),
        Side(lambda: jupyter_book(place)),
        lambda: same_pages(place),
        rounds=9,
    )


def observation(place: Place) -> Case:
    """One number of the data changes, in turn to one value and another."""
    values = iter(f"{30 + number / 10}" for number in range(1, 500))

    def change() -> None:
        value = next(values)
        for project in (place.ours, place.theirs):
            table = project.data / EDITION / "observations.csv"
            with table.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            for row in rows:
                row["value"] = value if row["id"] == "IND019-NL-2019" else row["value"]
            with table.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
            (table.parent / DESCRIPTOR).unlink()
            seal_edition(EDITION, project)

    executing = place.stock.folder / "executing"

    def lay_out_executing() -> None:
        shutil.copytree(place.stock.stage, executing, dirs_exist_ok=True)
        for task in place.tasks(place.theirs):
            notebook = nbformat.read(task.page.chapter, as_version=4)
            cell = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
            cell.source += "\n" + "\n".join(f"{name} = {value!r}" for name, value in task.parameters.items())
            nbformat.write(notebook, executing / f"{task.page.name}.ipynb")
        config = yaml.safe_load((executing / "_config.yml").read_text(encoding="utf-8"))
        config["execute"] = {"execute_notebooks": "force", "timeout": 300}
        # The stage says twice that Sphinx runs nothing; this goes before the other.
        config["sphinx"]["config"]["nb_execution_mode"] = "force"
        (executing / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")

    def gate() -> None:
        same_pages(place)
        pages = (place.book.html, place.stock.folder / "_build" / "html")
        place_of = re.compile(r'href="(?:indicatoren\.html)?#ind019-nl-2019"[^>]*>(?:<[^>]+>)*([\d,]+)%')
        found = [place_of.search((folder / "sector-mbo.html").read_text(encoding="utf-8")) for folder in pages]
        if None in found or found[0][1] != found[1][1]:  # type: ignore[index]
            raise SystemExit("gate: the changed number is not the same on both sides")

    lay_out_executing()
    return Case(
        *("one observation changed", "full `jupyter-book build --all`, executing", "0.30"),
        "the pages that ask for it, then Sphinx on one core",
        Side(lambda: ours_build(place), change),
        Side(lambda: jupyter_book(place, "--all", folder=executing)),
        rounds=3,
        gate=gate,
    )


def _word(project: Project, number: int) -> str:
    """Changes a sentence of the chapter on the mbo and returns the new one."""
    path = project.chapters / "nl" / "sector" / "mbo.md"
    words = f"Het mbo wordt in ronde {number} snel digitaal volwassener"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"Het mbo wordt (in ronde \d+ )?snel digitaal volwassener", words, text), encoding="utf-8")
    return words


def prose(place: Place) -> Case:
    """One sentence of one page changes."""
    rounds = {"ours": 0, "theirs": 0}

    def ours() -> None:
        rounds["ours"] += 1
        _word(place.ours, rounds["ours"])

    def theirs() -> None:
        rounds["theirs"] += 1
        path = place.stock.stage / "sector-mbo.ipynb"
        words = f"Het mbo wordt in ronde {rounds['theirs']} snel digitaal volwassener"
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r"Het mbo wordt (in ronde \d+ )?snel digitaal volwassener", words, text), encoding="utf-8"
        )

    def gate() -> None:
        for folder in (place.book.html, place.stock.folder / "_build" / "html"):
            if f"in ronde {rounds['ours']} snel" not in (folder / "sector-mbo.html").read_text(encoding="utf-8"):
                raise SystemExit(f"gate: {folder} does not show the new sentence")

    return Case(
        *("one prose cell changed, `na-report build`", "`jupyter-book build` after the same change", "0.50"),
        "importing Sphinx and its extensions, which takes longer than the page",
        Side(lambda: ours_build(place), ours),
        Side(lambda: jupyter_book(place), theirs),
        gate,
        rounds=7,
    )


def previewed(place: Place) -> Case:
    """The same, seen through the preview: from saving until the page has the new words."""
    case = prose(place)
    process = subprocess.Popen(
        [sys.executable, "-m", "na_report.cli", "preview", "--edition", EDITION, "--port", "0"],
        cwd=place.ours.root,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = iter(process.stdout or ())
    address = re.search(r"http://\S+", next(lines))[0]  # type: ignore[index]
    next(line for line in lines if "shown in" in line)
    number = iter(range(1000, 2000))

    def save_and_see() -> None:
        words = _word(place.ours, next(number))
        while words not in urllib.request.urlopen(f"{address}sector-mbo.html").read().decode():
            time.sleep(0.01)

    def stop() -> None:
        process.terminate()
        process.wait()

    case.title, case.bound = (
        "one prose cell changed, `na-report preview`",
        "reading and writing the page, and looking every 0.1 s",
    )
    case.ours = Side(save_and_see)
    case.gate, case.stop = nothing, stop
    return case


def sweep(place: Place) -> Case:
    """200 runs of the sector chapter: editions, sectors, languages and a number that makes more of them."""
    count = 2 if place.quick else 13
    for path in [*place.ours.chapters.glob("*/sector.ipynb"), *place.theirs.chapters.glob("*/sector.ipynb")]:
        notebook = nbformat.read(path, as_version=4)
        if "trial" not in notebook.cells[0].source:
            notebook.cells[0].source += "\ntrial: int = 0"
            nbformat.write(notebook, path)
    grid = ["edition=2021,2026", "sector=all", "language=nl,en", "trial=" + ",".join(map(str, range(count)))]
    folders = {"ours": place.folder / "sweep-ours", "theirs": place.folder / "sweep-theirs"}
    known = {"edition": ["2021", "2026"]}
    tasks = tasks_of(place.theirs, ["sector"], read_grid(grid), known)

    def theirs() -> None:
        with ThreadPoolExecutor(cores()) as pool:
            list(pool.map(one, tasks))

    def one(task: Task) -> None:
        papermill(
            task,
            folders["theirs"] / f"{task.page.name}.ipynb",
        )

    def clear(name: str) -> None:
        shutil.rmtree(folders[name], ignore_errors=True)
        folders[name].mkdir()

    return Case(
        *(f"{len(tasks)} page runs, all cores", "papermill CLI with as many workers", "0.25"),
        "drawing the figures of each page",
        Side(
            lambda: na_report("run", "sector", "--grid", *grid, "--to", folders["ours"], folder=place.ours.root),
            lambda: clear("ours"),
        ),
        Side(theirs, lambda: clear("theirs")),
        lambda: same_outputs(folders["ours"], folders["theirs"], [task.page.name for task in tasks]),
        rounds=1,
    )


def answer(place: Place) -> Case:
    """The command line says what it can do."""
    return Case(
        *("`na-report --help`", "`python -c pass`", "+150 ms"),
        "importing argparse and the command modules",
        Side(lambda: na_report("--help", folder=place.folder)),
        Side(lambda: run([sys.executable, "-c", "pass"], place.folder)),
        rounds=21,
    )
