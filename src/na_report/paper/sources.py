"""Has Sphinx write each page for paper as well, from the very tree that it makes the HTML of, before it writes any HTML.

So paper can be set while Sphinx goes on, what one of the two shows the other can't miss by accident, and a page that is not read
again is not written again.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from sphinx.util import logging

from na_report.base.files import partial_of
from na_report.paper import FOLDER
from na_report.paper.writer import Writer
from na_report.processes.renderer import TELL, WRITTEN

_LATE = 990
_log = logging.getLogger(__name__)


def setup(app: Any) -> None:
    """Has Sphinx write the pages for paper."""
    app.connect("builder-inited", _paper_first)
    app.connect("doctree-resolved", _write, priority=_LATE)
    app.connect("build-finished", _drop_others)


def _paper_first(app: Any) -> None:
    """Resolves the trees of all pages before the first is written as HTML."""
    if app.builder.format != "html":
        return
    prepare, env = app.builder.prepare_writing, app.env

    def prepare_writing(names: set[str]) -> None:
        _log.info("for paper")  # ends the line that Sphinx began, so that a warning has one of its own
        trees = {name: env.get_and_resolve_doctree(name, app.builder) for name in sorted(names)}
        resolve = env.get_and_resolve_doctree

        def resolved(name: str, *args: Any, **options: Any) -> Any:
            return trees.pop(name) if name in trees else resolve(name, *args, **options)

        env.get_and_resolve_doctree = resolved
        if os.environ.get(TELL):
            os.write(int(os.environ[TELL]), f"{WRITTEN}\n".encode())
        prepare(names)

    app.builder.prepare_writing = prepare_writing


def _write(app: Any, tree: Any, page: str) -> None:
    if app.builder.format != "html":
        return
    numbered, formats = app.env.toc_fignumbers.get(page, {}), app.config.numfig_format

    def numbers(kind: str, name: str) -> str:
        number = numbered.get(kind, {}).get(name, ())
        return formats[kind] % ".".join(map(str, number)) if number else ""

    writer = Writer(page, numbers)
    text = writer.write(tree)
    for node in writer.unknown:
        found = " ".join(node.astext().split())[:60]
        _log.warning("paper can't show this: %s %r", type(node).__name__, found, location=node)
    _put(_folder(app) / f"{page}.typ", f'#import "../looks.typ": *\n#{{\n{text}\n}}\n')
    _put(_folder(app) / f"{page}.json", json.dumps(writer.about, indent=1))


def _put(path: Path, text: str) -> None:
    """Writes a file in one step: the one before may be read at this moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial_of(path).write_text(text, encoding="utf-8")
    partial_of(path).replace(path)


def _drop_others(app: Any, problem: Exception | None) -> None:
    """Removes what is left of pages that the book no longer has."""
    for path in _folder(app).glob("*"):
        if path.stem not in app.env.found_docs:
            path.unlink()


def _folder(app: Any) -> Path:
    return Path(app.outdir).parent / FOLDER / "pages"
