"""Has Sphinx write each page for paper as well, from the very tree that it makes the HTML of, before it writes any HTML.

So paper can be set while Sphinx goes on, what one of the two shows the other can't miss by accident, and a page that is not read
again is not written again.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.util import logging

from na_report.base.files import partial_of
from na_report.paper import FOLDER
from na_report.paper.writer import Writer
from na_report.processes.renderer import TELL

_LATE = 990
_log = logging.getLogger(__name__)


def setup(app: Any) -> None:
    """Has Sphinx write the pages for paper."""
    app.connect("builder-inited", _paper_first)
    app.connect("doctree-resolved", _write, priority=_LATE)
    app.connect("build-finished", _drop_others)


def _paper_first(app: Any) -> None:
    """Resolves the trees of all pages before the first is written as HTML."""
    prepare, resolve = app.builder.prepare_writing, app.env.get_and_resolve_doctree

    def prepare_writing(names: set[str]) -> None:
        _log.info("for paper")  # ends the line that Sphinx began, so that a warning has one of its own
        trees = {name: resolve(name, app.builder) for name in sorted(names)}

        def resolved(name: str, *args: Any, **options: Any) -> Any:
            return trees.pop(name) if name in trees else resolve(name, *args, **options)

        app.env.get_and_resolve_doctree = resolved
        if os.environ.get(TELL):
            Path(os.environ[TELL]).touch()
        prepare(names)

    app.builder.prepare_writing = prepare_writing


def _write(app: Any, tree: Any, page: str) -> None:
    kinds = app.env.toc_fignumbers.get(page, {}).items()
    numbers = {name: (kind, ".".join(map(str, number))) for kind, of_kind in kinds for name, number in of_kind.items()}
    writer = Writer(page, {name: app.config.numfig_format[kind] % number for name, (kind, number) in numbers.items()})
    about = {"parts": writer.write(tree), **writer.about}
    for node in writer.unknown:
        found = " ".join(node.astext().split())[:60]
        _log.warning("paper can't show this: %s %r", type(node).__name__, found, location=node)
    lay_out(_folder(app), page, about)


def lay_out(folder: Path, page: str, about: Mapping[str, Any]) -> None:
    """Writes a page in a folder for Typst, in one step: the file before may be read at this moment."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{page}.json"
    partial_of(path).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    partial_of(path).replace(path)


def _drop_others(app: Any, problem: Exception | None) -> None:
    """Removes what is left of pages that the book no longer has."""
    for path in _folder(app).glob("*"):
        if path.stem not in app.env.found_docs:
            path.unlink()


def _folder(app: Any) -> Path:
    return Path(app.outdir).parent / FOLDER / "pages"
