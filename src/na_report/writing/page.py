"""How a chapter opens its evidence: through an edition that remembers what the page asked of it."""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython

from na_report.base.errors import NaReportError
from na_report.base.paths import READS, find_project
from na_report.base.wording import asked
from na_report.editions.edition import Edition, open_edition
from na_report.editions.folders import newest_edition
from na_report.writing import prose


def open_page(name: str = "") -> Edition:
    """Opens an edition for a chapter, the newest when none is named, and makes `%%text` known to the notebook.

    In a run of the book every question that the page asks of the edition is written down, and a table that the page opens
    behind the edition's back is an error: the page would not run again when that table changes.
    """
    edition = open_edition(name or newest_edition())
    prose.begin()
    target, shell = os.environ.get(READS), get_ipython()
    if target and shell is not None:
        shell.events.register("post_run_cell", lambda *_: _write(edition, Path(target)))
        _guard(find_project().data)
    return edition


def _write(edition: Edition, target: Path) -> None:
    for language, key in asked:
        edition.word(language, key)
    target.write_text(json.dumps(edition.reads.answers, ensure_ascii=False), encoding="utf-8")


def _guard(data: Path) -> None:
    inside = str(data.resolve()) + os.sep

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and os.path.abspath(arguments[0]).startswith(inside):  # noqa: PTH100
            frames = (frame for frame, _ in traceback.walk_stack(sys._getframe()))
            if not any(frame.f_globals.get("__name__") == "na_report.editions.edition" for frame in frames):
                what = f"The page opens {arguments[0]} itself, so a change of it would not be noticed."
                hint = "Take the rows from the edition: evidence['findings'], evidence.rows(…) or evidence.row(…)."
                raise NaReportError(what, hint=hint)

    sys.addaudithook(watch)
