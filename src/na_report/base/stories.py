"""Stories: the prose of one page in one language, as a Markdown file of named parts that a chapter tells where they belong.

A line `+++ NAME` starts a part, as a cell in MyST's text notebooks. Settings may stand above the first, between two lines `---`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from na_report.base.errors import NaReportError
from na_report.base.files import read_once

_SETTINGS = re.compile(r"\A---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
# A name in braces that is no role ({numref}`…`) and no directive (:::{container}): the place of a number in prose.
PLACE = re.compile(r"(?<![:`{])\{([A-Za-z][\w.-]*)\}(?![`}])")
_PART = re.compile(r"^\+\+\+[ \t]*(.*?)[ \t]*$", re.MULTILINE)


class Story(NamedTuple):
    """What a story says: its parts by name, and the text of its settings; `name` is its folder and file."""

    name: str
    parts: Mapping[str, str]
    settings: str = ""

    def part(self, name: str) -> str:
        """Returns the text of a part; raises a `NaReportError` where there is none."""
        if name not in self.parts:
            raise NaReportError(
                f"{self.name} has no part {name!r}; it has {', '.join(self.parts) or 'none'}.",
                hint=f"Add a line `+++ {name}` with the text under it; a part may be empty.",
            )
        return self.parts[name]


@read_once
def read_story(path: Path) -> Story:
    """Returns the story in a file; a `NaReportError` tells when there is none, or its parts have no names of their own."""
    shown = "/".join(path.parts[-3:])
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        others = ", ".join(sorted(other.stem for other in path.parent.glob("*.md"))) or "none"
        hint = "Write it; another story shows its form."
        raise NaReportError(f"There is no story {shown}; the folder has {others}.", hint=hint) from None
    except ValueError as problem:
        raise NaReportError(f"{shown}: found {str(problem)!r}, expected text.", hint="Save it as UTF-8.") from None
    settings = _SETTINGS.match(text)
    before, *rest = _PART.split(text[settings.end() :] if settings else text)
    names = rest[::2]
    if before.strip() or not all(names) or len(set(names)) < len(names):
        found = "text above the first part" if before.strip() else f"parts named {', '.join(map(repr, names))}"
        hint = "Write a line `+++ NAME` above each part of the story, with a name of its own."
        raise NaReportError(f"{shown}: found {found}, expected parts with names.", hint=hint)
    parts = {name: part.strip("\n") for name, part in zip(names, rest[1::2], strict=True)}
    return Story(shown, parts, settings[1] if settings else "")
