"""Lets Jupyter Book render a stage, with every warning an error that names its cell."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

from na_report.base.errors import BookError
from na_report.base.settings import shown
from na_report.processes.renderer import Renderer, renderer
from na_report.running.executed import first_line

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


def render_stage(
    stage: Path, folder: Path, process: Renderer | None = None, written: Callable[[], None] | None = None
) -> Path:
    """Renders a stage; Sphinx goes on from what an earlier rendering left.

    Args:
        stage: The source folder.
        folder: Where the log goes, and `sphinx/` with the result.
        process: Renders; one is started and ended when left out.
        written: Called when the pages for paper are there and nothing is wrong so far, while those for the screen are still
            being written.

    Returns:
        The folder of the result: copy it, don't change it.

    Raises:
        BookError: Something in the text is wrong, such as a link without a target. Nothing is left to go on from, so that
            the next rendering names all problems again.
    """
    output, log = folder / "sphinx", folder / "html.log"
    output.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    command = ["build", str(stage), "--path-output", str(output), "-W", "-n", "--keep-going", "--builder", "html"]

    def written_well() -> None:
        if written and not _problems(_said(log)):
            written()

    with nullcontext(process) if process else renderer() as used:
        code = used.run(command, log, written_well)
    text = _said(log)
    log.write_text(text, encoding="utf-8")
    problems = _problems(text)
    result = output / "_build" / "html"
    if code or problems or not (result / "index.html").is_file():
        shutil.rmtree(output, ignore_errors=True)
        if code < 0:
            raise BookError(
                "The process that renders the book was killed.", hint="Look whether memory ran out, and build again."
            )
        told = "\n".join(f"  {_placed(line.replace(f'{stage}/', ''), stage)}" for line in problems or _end(text))
        mend = "Mend the cell that holds the link, key or directive; page and cell are named above."
        again = f"Look in {log} for the whole story, and build again."
        raise BookError(f"{_count(problems)}:\n{told}", hint=mend if problems else again)
    return result


def _said(log: Path) -> str:
    return _ANSI.sub("", log.read_text(encoding="utf-8", errors="replace")) if log.is_file() else ""


def _problems(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if _PROBLEM.search(line) and "Traceback" not in line]


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
