"""Text in a CSV file that people open in a spreadsheet program."""

import re

# A sign before a plain number makes no formula.
_FORMULA = re.compile(r"[=@\t\r]|[+-](?!\d+([.,]\d+)*%?$)")


def for_sheet(text: str) -> str:
    """Returns text that a spreadsheet program takes for text; for CSV that a person opens, not for the tables of an edition.

    Example:
        >>> for_sheet("=1+1"), for_sheet("-2,5"), for_sheet("-x")
        ("'=1+1", '-2,5', "'-x")
    """
    return f"'{text}" if _FORMULA.match(text) else text
