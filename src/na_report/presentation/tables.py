"""Frames as tables of the book: numbered, captioned, with cells that may hold links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from na_report.presentation.markdown import Block, anchor, escape, for_sheet, plain

TAKE_ALONG = {"nl": "Neem de tabel mee", "en": "Take the table along"}
_ALIGN = {"left": ":--", "right": "--:", "center": ":-:"}


def table(
    frame: pd.DataFrame,
    caption: str,
    name: str,
    *,
    align: Mapping[str, str] | None = None,
    classes: str = "",
    language: str = "nl",
) -> Block:
    """Returns a table with one row per row of a frame.

    Args:
        frame: Cells hold MyST (escape data first); the column names are the headers.
        caption: What the table shows, as MyST in one line.
        name: The name that `{numref}` uses, unique in the book.
        align: Per column `left` (default), `right` or `center`.
        classes: CSS classes.
        language: `nl` or `en`.

    Example:
        >>> print(table(pd.DataFrame({"Nr": ["[C1](#c1)"], "n": ["2"]}), "Twee.", "tab-x", align={"n": "right"}).markdown)
        :::{table} Twee.
        :name: tab-x
        <BLANKLINE>
        | Nr | n |
        | :-- | --: |
        | [C1](#c1) | 2 |
        :::
        <BLANKLINE>
        [Neem de tabel mee: {download}`CSV <tabellen/tab-x.csv>`.]{.meenemen}
    """
    align = align or {}
    lines = [f":::{{table}} {caption}", f":name: {name}"]
    if classes:
        lines.append(f":class: {classes}")
    lines += ["", _row(escape(str(column)) for column in frame.columns)]
    lines.append(_row(_ALIGN[align.get(str(column), "left")] for column in frame.columns))
    lines += [_row(" ".join(str(cell).split()) for cell in row) for row in frame.itertuples(index=False)]
    path = f"tabellen/{anchor(name)}.csv"
    word = TAKE_ALONG[language]
    along = f"[{word}: {{download}}`CSV <{path}>`.]{{.meenemen}}"
    return Block(
        "\n".join([*lines, ":::", "", along]),
        attachments={
            "text/csv": frame.map(lambda cell: for_sheet(plain(str(cell)))).to_csv(index=False, lineterminator="\n")
        },
        metadata={"na_report": {"files": {"text/csv": path}}},
    )


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
