"""Frames as tables of the book: numbered, captioned, with cells that may hold links."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping

import pandas as pd

from na_report.base.spreadsheets import for_sheet
from na_report.base.wording import Words
from na_report.writing.markdown import Block, anchor, escape, plain

# The class of a table that publishing makes one to filter and sort.
FILTERABLE = "filterbaar"
_ALIGN = {"left": ":--", "right": "--:"}


def table(
    frame: pd.DataFrame,
    caption: str,
    name: str,
    *,
    align: Mapping[str, str] | None = None,
    classes: str = "",
    filters: Collection[str] = (),
    language: str = "nl",
) -> Block:
    """Returns a table with one row per row of a frame; of no rows a sentence that says so.

    Args:
        frame: Cells hold MyST (escape data first); the column names are the headers.
        caption: What the table shows, as MyST in one line.
        name: The name that `{numref}` uses, unique in the book.
        align: Per column `left` (default) or `right`.
        classes: CSS classes.
        filters: The columns that a reader can filter by, whose cells hold `choice`s; makes the table one to sort and filter.
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
        [Download de tabel: {download}`CSV <tabellen/tab-x.csv>`.]{.meenemen}
    """
    words = Words(language)
    if frame.empty:
        return Block(words("tables.empty"))
    lines = [f":::{{table}} {caption}", f":name: {name}"]
    classes = " ".join(part for part in (classes, FILTERABLE if filters else "") if part)
    if classes:
        lines.append(f":class: {classes}")
    lines += ["", *rows(frame, align=align, filters=filters)]
    path = f"tabellen/{anchor(name)}.csv"
    along = f"[{words('tables.take_along')}: {{download}}`CSV <{path}>`.]{{.meenemen}}"
    return Block(
        "\n".join([*lines, ":::", "", along]),
        attachments={
            "text/csv": frame.map(lambda cell: for_sheet(plain(str(cell)))).to_csv(index=False, lineterminator="\n")
        },
        metadata={"na_report": {"files": {"text/csv": path}}},
    )


def choice(text: str, rank: int | None = None) -> str:
    """Returns one value of a column that a reader can filter by.

    Args:
        text: The value, not escaped.
        rank: Its place among the values, where their own order says more than the alphabet.

    Example:
        >>> choice("Mbo", 2), choice("Knelpunt")
        ('[Mbo]{.keuze .rang-2}', '[Knelpunt]{.keuze}')
    """
    return f"[{escape(text)}]{{.keuze{'' if rank is None else f' .rang-{rank}'}}}"


def sortable(cells: Iterable[str], numbers: Iterable[float]) -> list[str]:
    """Returns the cells of a column with the number that each sorts by; NaN gives none.

    Example:
        >>> sortable(["ruim 9%", "-1,5", "onbekend"], [9.0, -1.5, float("nan")])
        ['[ruim 9%]{.rang-9}', '[-1,5]{.rang-m1_5}', 'onbekend']
    """
    return [
        cell if pd.isna(number) else f"[{cell}]{{.rang-{_class(number)}}}"
        for cell, number in zip(cells, numbers, strict=True)
    ]


def _class(number: float) -> str:
    """Returns a number with only what the name of a class may hold."""
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    return text.replace("-", "m").replace(".", "_")


def filtered(text: str, page: str, **choices: str) -> str:
    """Returns a link to a page on which only the chosen rows show; it is for a screen, so the PDF leaves it out.

    Args:
        text: What the link says, as MyST.
        page: The name of the page.
        choices: Per column, as in its header in lower case, the value as its cells have it.

    Example:
        >>> filtered("Alle knelpunten", "bewijs", sector="Po/vo", soort="Knelpunt")
        '[[Alle knelpunten](bewijs.ipynb)]{.alleen-scherm .keuze-sector-po-vo .keuze-soort-knelpunt}'
        >>> filtered("Vlaanderen en Wallonië", "bewijs", plaats="België")
        '[[Vlaanderen en Wallonië](bewijs.ipynb)]{.alleen-scherm .keuze-plaats-belgie}'
    """
    bare = {
        column: unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
        for column, value in choices.items()
    }
    classes = "".join(f" .keuze-{anchor(column)}-{anchor(value)}" for column, value in bare.items())
    return f"[[{text}]({page}.ipynb)]{{.alleen-scherm{classes}}}"


def rows(frame: pd.DataFrame, *, align: Mapping[str, str] | None = None, filters: Collection[str] = ()) -> list[str]:
    """Returns the lines of a table without caption or number; the arguments are those of `table`.

    Example:
        >>> rows(pd.DataFrame({"Nr": ["C1"]}))
        ['| Nr |', '| :-- |', '| C1 |']
    """
    align = align or {}
    heads = {str(column): escape(str(column)) for column in frame.columns}
    return [
        _row(f"[{text}]{{.keuze}}" if name in filters else text for name, text in heads.items()),
        _row(_ALIGN[align.get(name, "left")] for name in heads),
        *(_row(" ".join(str(cell).split()) for cell in row) for row in frame.itertuples(index=False)),
    ]


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
