"""Tables of the book as MyST, with cells that may hold links and values to filter and sort by."""

import unicodedata
from collections.abc import Collection

import pandas as pd

from na_report.writing.markdown import anchor, escape


def rows(frame: pd.DataFrame, filters: Collection[str] = (), right: Collection[str] = ()) -> list[str]:
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
    return cell if pd.isna(number) else f"[{cell}]{{.rang-{text}}}"


def filtered(text: str, page: str, **choices: str) -> str:
    """Returns a link, for a screen alone, to a page on which only the chosen rows show: per head, in lower case, the value."""
    classes = [".alleen-scherm"]
    for column, value in choices.items():
        bare = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
        classes.append(f".keuze-{anchor(column)}-{anchor(bare)}")
    return f"[[{text}]({page}.ipynb)]{{{' '.join(classes)}}}"
