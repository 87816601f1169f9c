"""Frames as tables of the book: numbered, captioned, with cells that may hold links."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import pandas as pd

from na_report.base.spreadsheets import for_sheet
from na_report.base.wording import Words
from na_report.writing.markdown import Block, anchor, escape, plain


def table(
    frame: pd.DataFrame,
    caption: str,
    name: str,
    filters: Iterable[str] = (),
    right: Iterable[str] = (),
    language: str = "nl",
) -> Block:
    """Returns a table with one row per row of a frame; of no rows a sentence that says so.

    Args:
        frame: Cells hold MyST (escape data first); the column names are the headers.
        caption: MyST in one line.
        name: The name that `{numref}` uses, unique in the book.
        filters: The columns that a reader can filter by, whose cells hold `choice`s; makes the table one to sort and filter.
        right: The columns that stand at the right.
        language: `nl` or `en`.

    Example:
        >>> print(table(pd.DataFrame({"Nr": ["[C1](#c1)"], "n": ["2"]}), "Twee.", "tab-x", right=["n"]).markdown)
        :::{table} Twee.
        :name: tab-x
        <BLANKLINE>
        | Nr | n |
        | :-- | --: |
        | [C1](#c1) | 2 |
        :::
        <BLANKLINE>
        [Download de tabel: {download}`CSV <tabellen/tab-x.csv>`.]{.meenemen}
    """
    words, path, chosen = Words(language), f"tabellen/{anchor(name)}.csv", list(filters)
    if frame.empty:
        return Block(words("tables.empty"))
    settings = [f":name: {name}", *([":class: filterbaar"] if chosen else [])]
    along = f"[{words('tables.take_along')}: {{download}}`CSV <{path}>`.]{{.meenemen}}"
    lines = [f":::{{table}} {caption}", *settings, "", *rows(frame, chosen, right), ":::", "", along]
    bare = frame.map(lambda cell: for_sheet(plain(str(cell))))
    csv = {"text/csv": bare.to_csv(index=False, lineterminator="\n")}
    return Block("\n".join(lines), csv, {"na_report": {"files": {"text/csv": path}}})


def rows(frame: pd.DataFrame, filters: Iterable[str] = (), right: Iterable[str] = ()) -> list[str]:
    """Returns the lines of a table without caption or number; the arguments are those of `table`."""
    names, chosen, numbers = [str(column) for column in frame.columns], set(filters), set(right)
    heads = [f"[{escape(name)}]{{.keuze}}" if name in chosen else escape(name) for name in names]
    marks = ["--:" if name in numbers else ":--" for name in names]
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
    return cell if pd.isna(number) else f"[{cell}]{{.rang-{text}}}"


def filtered(text: str, page: str, **choices: str) -> str:
    """Returns a link, for a screen alone, to a page on which only the chosen rows show: per head, in lower case, the value.

    Example:
        >>> filtered("Vlaanderen en Wallonië", "bewijs", plaats="België")
        '[[Vlaanderen en Wallonië](bewijs.ipynb)]{.alleen-scherm .keuze-plaats-belgie}'
    """
    classes = [".alleen-scherm"]
    for column, value in choices.items():
        bare = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
        classes.append(f".keuze-{anchor(column)}-{anchor(bare)}")
    return f"[[{text}]({page}.ipynb)]{{{' '.join(classes)}}}"
