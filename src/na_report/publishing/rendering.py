"""Lets Jupyter Book render a stage: what was read before and is still the same is not read again, with the same bytes as result.

A rendering that finds a problem leaves nothing to go on from, so that the next one starts from nothing and names all problems.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from na_report.errors import BookError
from na_report.paths import CONFIG, TOC
from na_report.publishing.executed import first_line
from na_report.publishing.fingerprint import code_hash, hash_files, hash_lines
from na_report.publishing.renderer import Renderer, renderer
from na_report.settings import shown

# Beside the pages, for the extension: what they saw of each other when they were written.
SHARED = ".shared"
_PROBLEM = re.compile(r"(?:^|\s)(WARNING|ERROR|CRITICAL|SEVERE)\b")
# The frames of a traceback, rules, and what Jupyter Book and Sphinx say whatever happened.
_SAYS_NOTHING = re.compile(
    r"\s|Traceback \(|=+$|RuntimeError: *$|The above exception|During handling|There was an error in building"
    r"|Exception occurred:|The full traceback|Please also report|A bug report"
)
_SHOWN_LINES = 5
_PLACE = re.compile(r"([\w-]+\.ipynb):(\d+): ")
_LINES_PER_CELL = 10_000
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# What pages are read with, and what they are only written with.
_READ_WITH = (CONFIG, TOC, "_locale/**/*.po")
_WRITTEN_WITH = ("_templates/**/*", "_static/**/*")


def render_stage(
    stage: Path,
    folder: Path,
    lock: Path,
    process: Renderer | None = None,
    written: Callable[[], None] | None = None,
) -> Path:
    """Renders a stage, with every warning an error.

    Args:
        stage: The source folder.
        folder: Where logs go, and `sphinx/` with what is kept for next time.
        lock: The file that tells the versions of what renders.
        process: Renders; one is started and ended when left out.
        written: Called when the pages for paper are there, while those for the screen are still being written.

    Returns:
        The folder of the result. It is kept for the next rendering: copy it, don't change it.

    Raises:
        BookError: Something in the text is wrong, such as a link without a target.
    """
    output, state = folder / "sphinx", folder / "sphinx" / "state.json"
    key, sources = _key(stage, lock), _sources(stage)
    known = _read(state)
    if known.get("key") != key:
        shutil.rmtree(output, ignore_errors=True)
        known = {}
    result = output / "_build" / "html"
    # A new stylesheet or template is on every page.
    if known.get("sources", "").partition(" ")[2] != sources.partition(" ")[2]:
        shutil.rmtree(result, ignore_errors=True)
    output.mkdir(parents=True, exist_ok=True)
    state.unlink(missing_ok=True)
    command = ["build", str(stage), "--path-output", str(output), "-W", "-n", "--keep-going", "--builder", "html"]
    log = folder / "html.log"
    # A renderer that was killed writes no log, and that of an earlier rendering tells nothing of this one.
    log.unlink(missing_ok=True)
    code = _run(command, log, process, written)
    if not log.is_file():
        raise BookError(
            "The process that renders the book was killed.", hint="Look whether memory ran out, and build again."
        )
    text = _ANSI.sub("", log.read_text(encoding="utf-8", errors="replace"))
    log.write_text(text, encoding="utf-8")
    problems = [line.strip() for line in text.splitlines() if _PROBLEM.search(line) and "Traceback" not in line]
    if code or problems or not (result / "index.html").is_file():
        shutil.rmtree(output, ignore_errors=True)
        told = "\n".join(f"  {_placed(line.replace(f'{stage}/', ''), stage)}" for line in problems or _end(text))
        mend = "Mend the cell that holds the link, key or directive; page and cell are named above."
        again = f"Build again; na-report build --force makes all of it anew. The whole story is in {log}."
        raise BookError(f"{_count(problems)}:\n{told}", hint=mend if problems else again)
    state.write_text(json.dumps({"key": key, "sources": sources}), encoding="utf-8")
    return result


def _placed(line: str, stage: Path) -> str:
    """Returns what Sphinx says with the cell that it says it of; Sphinx counts ten thousand lines for a cell."""
    place = _PLACE.match(line)
    if place is None:
        return line
    number, within = divmod(int(place[2]), _LINES_PER_CELL)
    try:
        cell = json.loads((stage / place[1]).read_text(encoding="utf-8"))["cells"][number - 1]
        first = shown(first_line("".join(cell["source"])))
    except (OSError, ValueError, LookupError):
        return line
    return f"{place[1]}, cell {cell['id']} ({first}), line {within}: {line[place.end() :]}"


def _end(text: str) -> list[str]:
    """Returns the last lines of a log that say something, without the frames of a traceback."""
    said = [line.rstrip() for line in text.splitlines() if line.strip() and not _SAYS_NOTHING.match(line)]
    return list(dict.fromkeys(said))[-_SHOWN_LINES:]


def _count(problems: Sequence[str]) -> str:
    if not problems:
        return "Jupyter Book stopped without naming a problem; the end of what it said"
    return f"The text of the book has {len(problems)} problem{'s' if len(problems) > 1 else ''}"


def asset_folder() -> Path:
    """Returns the folder of stylesheets, scripts, templates and catalogues."""
    return Path(__file__).resolve().parent / "assets"


def _run(command: list[str], log: Path, process: Renderer | None, written: Callable[[], None] | None) -> int:
    if process is not None:
        return process.run(command, log, written)
    with renderer() as own:
        return own.run(command, log, written)


def _key(stage: Path, lock: Path) -> str:
    """Returns a hash of what all pages are read with: configuration, catalogues, and the programs that read."""
    return " ".join([_hash(stage, _READ_WITH), code_hash(), platform.python_version(), hash_lines(lock)])


def _hash(stage: Path, patterns: Sequence[str]) -> str:
    return hash_files([path for pattern in patterns for path in stage.glob(pattern) if path.is_file()], stage)


def _sources(stage: Path) -> str:
    files = [
        path for path in stage.rglob("*") if path.is_file() and not path.relative_to(stage).parts[0].startswith("_")
    ]
    return f"{hash_files(files, stage)} {_hash(stage, _WRITTEN_WITH)}"


def _read(state: Path) -> Mapping[str, str]:
    try:
        found = json.loads(state.read_text(encoding="utf-8"))
        return {name: text for name, text in dict(found).items() if isinstance(text, str)}
    except (OSError, ValueError, TypeError, RecursionError):
        return {}
