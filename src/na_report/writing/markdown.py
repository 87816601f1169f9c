"""Data as MyST Markdown: text that can't become markup, links to rows, tables, and the objects that a cell shows."""

import html
import math
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

# Jupyter's server tells a kernel with it which notebook it is for; papermill and nbval start theirs without.
SESSION = "JPY_SESSION_NAME"
# A list, a rule, an underline or a comment starts with these.
_START = re.compile(r"^(\d*)([.)])(?=\s|$)|^()([-%])")
_ENTITY = {character: f"&#{ord(character)};" for character in "\\`*_{}[]<>#!|~$&@^+=:"}


def escape(text: str) -> str:
    """Returns text that Markdown shows as it is, whatever it holds: no directive, role, link, bar of a table or tag can form.

    Example:
        >>> escape("a|b <i> {glue:}`x`")
        'a&#124;b &#60;i&#62; &#123;glue&#58;&#125;&#96;x&#96;'
    """
    escaped = "".join(_ENTITY.get(character, character) for character in " ".join(text.split()))
    return _START.sub(lambda match: f"{match[1] or ''}&#{ord(match[2] or match[4])};", escaped)


def plain(markdown: str) -> str:
    """Returns MyST without links, anchors, emphasis and character references, for who reads it as text.

    Example:
        >>> plain("**Doel** [C14](#c14) [19,5%]{#x .nr}&#58;")
        'Doel C14 19,5%:'
    """
    return html.unescape(re.sub(r"\]\((?:#|<)[^)]*\)|\]\{[#.][^}]*\}|\[|\*\*", "", markdown))


def anchor(key: str) -> str:
    """Returns the name of the place in the book of a row, such as a08-2a of A08.2a."""
    return re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")


def place(key: str, text: str = "") -> str:
    """Returns the id of a row, or another text for it, as what others can link to."""
    return f"[{escape(text or key)}]{{#{anchor(key)} .nr}}"


def link(key: str, shown: str = "") -> str:
    """Returns a link to a row, with its id as text when no MyST is given."""
    return f"[{shown or escape(key)}](#{anchor(key)})"


def table_rows(frame: pd.DataFrame, filters: Collection[str] = (), right: Collection[str] = ()) -> list[str]:
    """Returns the lines of a frame whose cells hold MyST; some columns are to filter by, some stand at the right."""
    names = [str(column) for column in frame.columns]
    heads = [f"[{escape(name)}]{{.keuze}}" if name in filters else escape(name) for name in names]
    marks = ["--:" if name in right else ":--" for name in names]
    return [
        f"| {' | '.join(' '.join(str(cell).split()) for cell in row)} |" for row in (heads, marks, *frame.to_numpy())
    ]


def choice(text: str, rank: int | None = None) -> str:
    """Returns one value of a column to filter by, with its rank where the order of the values says more than the alphabet."""
    return f"[{escape(text)}]{{.keuze{'' if rank is None else f' .rang-{rank}'}}}"


def sortable(cell: str, number: float) -> str:
    """Returns a cell with the number that it sorts by; NaN gives none.

    Example:
        >>> sortable("ruim 9%", 9.0), sortable("-1,5", -1.5), sortable("onbekend", float("nan"))
        ('[ruim 9%]{.rang-9}', '[-1,5]{.rang-m1_5}', 'onbekend')
    """
    text = f"{number:.6f}".rstrip("0").rstrip(".").replace("-", "m").replace(".", "_")
    return cell if math.isnan(number) else f"[{cell}]{{.rang-{text}}}"


@dataclass(frozen=True)
class Block:
    """MyST that a cell shows; with other forms of it, each with its MIME type under the path at which the book keeps it.

    Prose is text of the page and not what a cell made of data. No tuple, as IPython shows what is in one.
    """

    markdown: str
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    prose: bool = False

    def _repr_mimebundle_(self, **wanted: object) -> tuple[dict[str, str], dict[str, Any]]:
        shown = {"text/plain": plain(self.markdown), "text/markdown": self.markdown, **dict(self.files.values())}
        paths = {kind: path for path, (kind, _) in self.files.items()}
        about = {"files": paths} if paths else {"prose": True} if self.prose else {}
        if SESSION in os.environ:
            from na_report.writing.jupyterlab import as_html

            shown["text/html"] = as_html(self.markdown, self.files)
        return shown, {"na_report": about} if about else {}


def folded(title: str, block: Block) -> Block:
    """Returns a table folded under a title on a screen; paper shows it open, under its caption alone."""
    lines = [f"::::{{dropdown}} {title}", ":class-title: alleen-scherm", "", block.markdown, "::::"]
    return replace(block, markdown="\n".join(lines))
