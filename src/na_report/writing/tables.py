"""Frames as tables of the book: numbered, captioned, with cells that may hold links."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

import pandas as pd

from na_report.base.spreadsheets import for_sheet
from na_report.base.wording import Words
from na_report.writing.markdown import Block, anchor, escape, plain


def table(
    frame: pd.DataFrame,
    caption: str,
    name: str,
    *,
    filters: Collection[str] = (),
    right: Collection[str] = (),
    language: str = "nl",
) -> Block:
    """Returns a table with one row per row of a frame; of no rows a sentence that says so.

    Args:
        frame: Cells hold MyST (escape data first); the column names are the headers.
        caption: What the table shows, as MyST in one line.
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
    words, path = Words(language), f"tabellen/{anchor(name)}.csv"
    if frame.empty:
        return Block(words("tables.empty"))
    settings = [f":name: {name}", *([":class: filterbaar"] if filters else [])]
    along = f"[{words('tables.take_along')}: {{download}}`CSV <{path}>`.]{{.meenemen}}"
    lines = [f":::{{table}} {caption}", *settings, "", *rows(frame, filters, right), ":::", "", along]
    bare = frame.map(lambda cell: for_sheet(plain(str(cell))))
    return Block(
        "\n".join(lines),
        {"text/csv": bare.to_csv(index=False, lineterminator="\n")},
        {"na_report": {"files": {"text/csv": path}}},
    )


def rows(frame: pd.DataFrame, filters: Collection[str] = (), right: Collection[str] = ()) -> list[str]:
    """Returns the lines of a table without caption or number; the arguments are those of `table`."""
    heads = {str(column): escape(str(column)) for column in frame.columns}
    return [
        _row(f"[{text}]{{.keuze}}" if name in filters else text for name, text in heads.items()),
        _row("--:" if name in right else ":--" for name in heads),
        *(_row(" ".join(str(cell).split()) for cell in row) for row in frame.itertuples(index=False)),
    ]


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def choice(text: str, rank: int | None = None) -> str:
    """Returns one value of a column to filter by, with its rank where the order of the values says more than the alphabet.

    Example:
        >>> choice("Mbo", 2), choice("Knelpunt")
        ('[Mbo]{.keuze .rang-2}', '[Knelpunt]{.keuze}')
    """
    return f"[{escape(text)}]{{.keuze{'' if rank is None else f' .rang-{rank}'}}}"


def sortable(cell: str, number: float) -> str:
    """Returns a cell with the number that it sorts by; NaN gives none.

    Example:
        >>> sortable("ruim 9%", 9.0), sortable("-1,5", -1.5), sortable("onbekend", float("nan"))
        ('[ruim 9%]{.rang-9}', '[-1,5]{.rang-m1_5}', 'onbekend')
    """
    if pd.isna(number):
        return cell
    text = f"{number:.6f}".rstrip("0").rstrip(".").replace("-", "m").replace(".", "_")
    return f"[{cell}]{{.rang-{text}}}"


def filtered(text: str, page: str, **choices: str) -> str:
    """Returns a link, for a screen alone, to a page on which only the chosen rows show.

    Args:
        text: What the link says, as MyST.
        page: The name of the page.
        choices: Per column, as in its header in lower case, the value as its cells have it.

    Example:
        >>> filtered("Vlaanderen en Wallonië", "bewijs", plaats="België")
        '[[Vlaanderen en Wallonië](bewijs.ipynb)]{.alleen-scherm .keuze-plaats-belgie}'
    """
    bare = {
        column: unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
        for column, value in choices.items()
    }
    classes = "".join(f" .keuze-{anchor(column)}-{anchor(value)}" for column, value in bare.items())
    return f"[[{text}]({page}.ipynb)]{{.alleen-scherm{classes}}}"
