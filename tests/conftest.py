"""A project in a temporary folder to change, break or build, and the book in _build, which is made first, in a browser."""

import contextlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import psutil  # type: ignore[import-untyped]
import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, expect, sync_playwright

from na_report.base.paths import DESCRIPTOR, Project
from na_report.book.site import copied
from na_report.cli import main
from na_report.editions.asked import Reads
from na_report.editions.edition import Edition, seal_edition
from na_report.registers import blocks

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "2026" / "nl" / "html"
CLI = [sys.executable, "-m", "na_report.cli"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What can differ between light and dark; the other rules see the same page twice.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
WIDE, NARROW = 1280, 320
# How long a test waits for what has to come: only a test that fails takes as long, so a busy machine turns none red.
PATIENCE = 60
Show = Callable[..., Page]
expect.set_options(timeout=PATIENCE * 1000)
# A shell has what it starts in the background leave the keyboard alone, and so all that this starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of the project, with data, chapters and configuration, and the working directory in it."""
    monkeypatch.chdir((copy := copy_of_project(tmp_path)).root)
    return copy


def copy_of_project(folder: Path) -> Project:
    """Copies what a book is made of to a folder `project` in a folder."""
    (root := folder / "project").mkdir()
    return copied(Project(ROOT), root)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of a file; not for longer, because it keeps an event loop that notebooks would trip over."""
    # Without one of these, Playwright takes the browser that it brought itself.
    path = shutil.which("chromium") or shutil.which("google-chrome")
    quiet = "--disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", *quiet.split()]
        chromium = playwright.chromium.launch(executable_path=path, args=flags)
        yield chromium
        chromium.close()


def fresh_page(browser: Browser, width: int = WIDE, scheme: Any = "light", **options: Any) -> Page:
    """A fresh page that keeps each error, what its policy refuses, and each request that fails or leaves the book."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    # What the policy of the page refuses is told there.
    page.on("console", lambda message: problems.append(message.text))
    near = (HTML.as_uri(), "data:", "http://127.0.0.1:")
    page.on("request", lambda asked: asked.url.startswith(near) or problems.append(asked.url))
    # The browser itself gives up on what it asked for when it leaves for the next page.
    page.on("requestfailed", lambda asked: asked.failure == "net::ERR_ABORTED" or problems.append(asked.url))
    page.problems = problems
    return page


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """Shows pages of the book; none of them may have had a problem when the test is over."""
    pages: list[Page] = []

    def shown(name: str = "index.html", width: int = WIDE, scheme: str = "light", **options: Any) -> Page:
        pages.append(fresh_page(browser, width, scheme, **options))
        pages[-1].goto(address(name))
        return pages[-1]

    yield shown
    for page in pages:
        assert page.problems == []
        page.context.close()


def address(name: str) -> str:
    return f"{HTML.as_uri()}/{name}"


def violations(page: Page, rules: list[str] = RULES) -> list[str]:
    page.evaluate("document.fonts.ready")
    asked = {"runOnly": rules, "resultTypes": ["violations"], "preload": False, "selectors": False}
    found = Axe().run(page, options=asked)
    return [
        f"{item['id']}: {node['html'][:160]} ({node.get('failureSummary', '').splitlines()[-1].strip()})"
        for item in found.response["violations"]
        for node in item["nodes"][:3]
    ]


def na_report(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in this process, which has imported all that it needs."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(project.root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def program(project: Project, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in a process of its own."""
    command, env = [*CLI, *map(str, arguments)], os.environ | environment
    return subprocess.run(command, cwd=project.root, env=env, capture_output=True, text=True, check=False, timeout=600)


def wait(condition: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Waits for something to hold, and tells whether it came to that."""
    end = time.monotonic() + seconds
    while not (holds := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return bool(holds)


def at_work(project: Project) -> list[int]:
    """Returns the other processes that work in the folders of a project."""
    others = [process.info for process in psutil.process_iter(["pid", "cwd"]) if process.pid != os.getpid()]
    return [each["pid"] for each in others if each["cwd"] and Path(each["cwd"]).is_relative_to(project.root)]


def soup(path: Path) -> BeautifulSoup:
    """Returns a page as a browser reads it."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def block(edition: Edition, name: str, language: str = "nl", **asked: Any) -> str:
    """Returns the MyST of a block as a chapter shows it; nothing where it shows nothing."""
    shown = blocks.show(edition, name, language, **asked)
    return shown.markdown if shown else ""


def cases(name: str) -> Any:
    """Returns what a file of cases has: what is given, and what is expected; «9 x 5000» is so many of a sign."""
    text = (ROOT / "tests" / "cases" / f"{name}.yml").read_text(encoding="utf-8")
    return yaml.safe_load(re.sub(r"«(.+?) x (\d+)»", lambda found: found[1] * int(found[2]), text))


def alter(project: Project, edition: str, changes: str) -> None:
    """Changes the tables of an edition as `after` tells, and not its seal."""
    for each in changes.split("; "):
        path = project.data / edition / f"{each.split(' ')[0]}.csv"
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        after(each, rows).to_csv(path, index=False, lineterminator="\n")


def altered(edition: Edition, changes: str) -> Edition:
    """Returns an edition with other tables, as `after` tells."""
    tables = dict(edition.tables)
    for each in changes.split("; "):
        name = each.split(" ")[0]
        tables[name] = after(each, tables[name])
    return replace(edition, tables=tables, kept={}, reads=Reads())


def after(change: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Returns a table with other cells (its name, keys, column, value), with fewer rows (name, keys) or empty (name)."""
    _, keys, *cell = (change if " " in change else f"{change} .*").split(" ", 3)
    hit = rows["id"].str.fullmatch(keys)
    assert hit.any()
    if not cell:
        return rows[~hit]
    column, value = cell
    return rows.assign(**{column: rows[column].mask(hit, float(value) if rows[column].dtype == float else value)})


def seal_again(project: Project, edition: str) -> None:
    """Seals an edition of a copy anew, of the day that it was sealed, so that only what a test changed differs."""
    path = project.data / edition / DESCRIPTOR
    created = json.loads(path.read_text(encoding="utf-8"))["created"]
    path.unlink()
    seal_edition(edition, project, created=date.fromisoformat(created[:10]))
