"""Has Sphinx write each page for paper as well, from the very tree that it makes the HTML of.

So what one of the two shows the other can't miss by accident, and a page that is not read again is not written again.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.util import logging

from na_report.paper import FOLDER
from na_report.paper.writer import Writer

_LATE = 990
_log = logging.getLogger(__name__)


def setup(app: Any) -> None:
    """Has Sphinx write the pages for paper."""
    app.connect("doctree-resolved", _write, priority=_LATE)


def _write(app: Any, tree: Any, page: str) -> None:
    if "orphan" in app.env.metadata[page]:  # a page that is in no table of contents
        return
    kinds = app.env.toc_fignumbers.get(page, {}).items()
    numbers = {name: (kind, ".".join(map(str, number))) for kind, of_kind in kinds for name, number in of_kind.items()}
    writer = Writer(page, {name: app.config.numfig_format[kind] % number for name, (kind, number) in numbers.items()})
    about = {"parts": writer.write(tree), **writer.about}
    for node in writer.unknown:
        found = " ".join(node.astext().split())[:60]
        _log.warning("paper can't show this: %s %r", type(node).__name__, found, location=node)
    lay_out(Path(app.outdir).parent / FOLDER / "pages", page, about)


def lay_out(folder: Path, page: str, about: Mapping[str, Any]) -> None:
    """Writes a page in a folder for Typst."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{page}.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
