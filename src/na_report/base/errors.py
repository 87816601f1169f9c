"""What can go wrong, told to the person who meets it."""

from collections.abc import Sequence
from dataclasses import dataclass

SHOWN_LIMIT = 1_000


class NaReportError(Exception):
    """The root of all errors of this package: what is wrong in one sentence, and as `hint` what to do next."""

    exit_code = 2

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in an input, with its place; of a workbook the file is a sheet, with the letter of the column."""

    file: str
    row: int
    column: str
    found: str
    expected: str
    remedy: str
    letter: str = ""

    def __str__(self) -> str:
        if self.letter:
            row, column = f"!{self.letter}{self.row}", f" ({self.column})" if self.column else ""
        else:
            row, column = f", row {self.row}" if self.row else "", f", column {self.column}" if self.column else ""
        return f"{self.file}{row}{column}: found {self.found!r}, expected {self.expected}. {self.remedy}"


def how_many(problems: Sequence[Problem]) -> str:
    """Returns the number of problems in words: 1 problem, 2 problems."""
    return "1 problem" if len(problems) == 1 else f"{len(problems)} problems"


class InvalidInputError(NaReportError):
    """An input with problems; carries all of them, not just the first, and shows as many as someone can read."""

    exit_code = 1

    def __init__(self, what: str, problems: Sequence[Problem], *, hint: str = "") -> None:
        lines = [what, *(f"  {problem}" for problem in problems[:SHOWN_LIMIT])]
        if len(problems) > SHOWN_LIMIT:
            lines.append(f"  … and {len(problems) - SHOWN_LIMIT} more.")
        super().__init__("\n".join(lines), hint=hint)
        self.problems = list(problems)


def told(what: object, hint: str = "") -> str:
    """Returns what a terminal shows of an error, and of what to do about it."""
    return f"error: {what}" + (f"\nhint: {hint}" if hint else "")


class MissingRowError(NaReportError):
    """An edition lacks the row or the number that was asked for."""


class BookError(NaReportError):
    """The notebook of a page failed, or Sphinx or the PDF engine found something wrong in the text of the book."""

    exit_code = 1
