"""Prose of a chapter: text in which each `{IND007}` becomes the number of the edition, with a link to its row.

A Markdown cell is not run, so it can't hold a number of the data. A cell that starts with `%%text` can: its text is filled in and
shown wherever the notebook runs. Prose in a file, a story, is told by the chapter part by part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

from na_report.base.errors import NaReportError
from na_report.base.paths import find_project
from na_report.base.stories import PLACE, Story, read_story
from na_report.editions.edition import Edition
from na_report.editions.reads import story_part
from na_report.writing.markdown import Block, escape, link, plain
from na_report.writing.periods import period
from na_report.writing.text import sentence_case
from na_report.writing.values import Value, in_words, value

# In a story, between its text: a code cell, and text under a condition as `:::{if} later` says it.
PIECE = re.compile(
    r"^```\{code-cell\}[^\n]*\n(?P<code>.*?)^```[ \t]*$"
    r"|^(?P<fence>:{3,})\{if\} (?P<condition>[^\n]+)\n(?P<text>.*?)^(?P=fence)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
# A number of the chapter with the words that go with it: none at all, one, several.
_FORMS = re.compile(r"\{([A-Za-z]\w*)\|([^{}|]+)\|([^{}|]*)\|([^{}|]*)\}")
_YEAR, _SINCE = "_year", "_since"
FINDING = re.compile(r"\{(F[A-Z0-9]\d+)\}")
# Tells publishing that an output is text of the page and not what a cell made of data.
_PROSE = {"na_report": {"prose": True}}
# What the page has told so far, by the names that its prose uses.
_TOLD: dict[str, Value | Block] = {}


def begin() -> None:
    """Makes `%%text` known to the notebook, and forgets what another page told."""
    _TOLD.clear()
    if (shell := get_ipython()) is not None:
        shell.register_magic_function(_text, "cell", "text")  # type: ignore[arg-type]


def _text(line: str, cell: str) -> Block | None:
    """Shows the text of a cell with its numbers; of `%%text if CONDITION` only when the condition holds."""
    word, _, condition = line.strip().partition(" ")
    if word not in ("", "if"):
        raise NaReportError(
            f"%%text: found {line.strip()!r}, expected nothing or a condition.", hint="Write %%text or %%text if …"
        )
    if word and not eval(condition, _names()):  # noqa: S307  as much the author's code as any cell
        return None
    return told(cell, _names())


def told(text: str, names: Mapping[str, Any]) -> Block:
    """Returns text with its numbers filled in, and remembers which numbers it tells.

    Args:
        text: MyST with the id of an observation or indicator in braces, with `_year` behind it for its period, the id of a row of
            `statuses` with `_since` for its year, or the name of one of the chapter's counts. The id of a finding becomes a mark.
            Where words depend on a count, it has three forms: the words for none, and what stands behind one and behind more.
        names: What the notebook calls `evidence`, `language` and, where it counts something, `counts`.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> names = {"evidence": open_edition("2021"), "language": "nl", "counts": {"gaps": 3}}
        >>> told("Eerst {IND020} ({IND020_year}), {gaps} niet: {numref}`fig-x`.", names).markdown
        'Eerst [[76%](#ind020-nl-2015)]{.waarde} (2015), drie niet: {numref}`fig-x`.'
        >>> told("Er {gaps|ontbreekt niets|ontbreekt|ontbreken}. {gaps|Geen gat|gat|gaten}.", names).markdown
        'Er drie ontbreken. Drie gaten.'
    """
    problems, marks = [], {}
    for name in dict.fromkeys(PLACE.findall(text)):
        try:
            if FINDING.fullmatch(f"{{{name}}}"):
                marks[name] = _mark(names["evidence"], name)
            else:
                _TOLD[name] = _shown(name, names["evidence"], names["language"], names.get("counts", {}))
        except NaReportError as problem:
            problems.append(f"{{{name}}}: {problem}")
    if problems:
        raise NaReportError(
            "\n".join(problems), hint="Use the id of a row of observations or indicators, or a name in counts = {…}."
        )
    text = _FORMS.sub(lambda match: _counted(match, names), text)
    filled = PLACE.sub(lambda match: marks.get(match[1]) or _link(_TOLD[match[1]]), text)
    return Block(filled.strip("\n"), metadata=_PROSE)


def _counted(match: re.Match[str], names: Mapping[str, Any]) -> str:
    """Returns the words for a number of the chapter, with a capital where a sentence starts."""
    name, none, one, more = match.groups()
    if name not in names.get("counts", {}):
        raise NaReportError(f"{{{name}|…}}: found no such count.", hint="Use a name in counts = {…}.")
    number, language = names["counts"][name], names["language"]
    shown = _TOLD[name] = _shown(name, names["evidence"], language, names["counts"])
    said = f"{_link(shown)} {one if number == 1 else more}".rstrip() if number else none
    starts = re.search(r"(?:^|[.!?]\s+|\n\n|[-*] )\Z", match.string[: match.start()])
    return sentence_case(said) if starts else said


def _mark(edition: Edition, finding: str) -> str:
    """Returns a mark that leads to a finding, for a screen: paper goes without findings."""
    return f"[{link(edition.row('findings', finding)['id'], escape('*'))}]{{.herkomst .alleen-scherm}}"


def _shown(name: str, edition: Edition, language: str, counts: Mapping[str, int]) -> Value | Block:
    if name in counts:
        return Block(escape(in_words(counts[name], language)))
    if name.endswith(_SINCE):
        return Block(escape(edition.row("statuses", name.removesuffix(_SINCE))["since"][:4]))
    if name.endswith(_YEAR):
        return Block(escape(period(edition, edition.observation(name.removesuffix(_YEAR)), language, told=True)))
    return value(edition, name, language)


def text_of(name: str, edition: Edition, language: str) -> str:
    """Returns what prose with `{name}` says, as text.

    Raises:
        NaReportError: The edition has no such row.
    """
    return _text_of(_shown(name, edition, language, {}))


def _text_of(shown: Value | Block) -> str:
    return shown.text if isinstance(shown, Value) else plain(shown.markdown)


def _link(shown: Value | Block) -> str:
    if isinstance(shown, Block):
        return shown.markdown
    return shown.link


def glue_told() -> None:
    """Records each number that the page told under its name, where nbval compares them and a sweep makes a table of them."""
    for name, shown in _TOLD.items():
        prefix = "application/papermill.record/"
        display(  # type: ignore[no-untyped-call]
            {f"{prefix}text/plain": _text_of(shown), f"{prefix}text/markdown": _link(shown)},
            metadata={"scrapbook": {"name": name, "mime_prefix": prefix}},
            raw=True,
        )


def shown(story: Story, part: str, names: Mapping[str, Any]) -> Iterator[object]:
    """Yields what a part of a story shows: its text with the numbers, where its conditions hold, and what its code cells give."""
    yield from _pieces(story.part(part), f"{story.name}, part {part}", names)


def _pieces(text: str, place: str, names: Mapping[str, Any]) -> Iterator[object]:
    end = 0
    for found in PIECE.finditer(text):
        if (before := text[end : found.start()]).strip():
            yield told(before, names)
        end = found.end()
        given = eval(compile((found["code"] or found["condition"]).strip(), place, "eval"), dict(names))  # noqa: S307  as much the author's code as any cell
        if found["code"]:
            yield given
        elif given:
            yield from _pieces(found["text"], place, names)
    if (after := text[end:]).strip():
        yield told(after, names)


@dataclass(frozen=True)
class Teller:
    """Tells a story in the notebook that opened it."""

    story: Story

    def tell(self, part: str) -> None:
        """Shows a part: its text with the numbers, and what its code cells give, which may use all that the notebook has.

        Raises:
            NaReportError: There is no such part.
        """
        for piece in shown(self.story, part, _names()):
            display(piece)  # type: ignore[no-untyped-call]


def open_story(folder: str, name: str) -> Teller:
    """Returns the story in a file of a folder in `chapters/`.

    Args:
        folder: Such as `nl/sector`.
        name: The name of the file without `.md`.

    Raises:
        NaReportError: There is no such story, or it has no parts.
    """
    return Teller(read_story(find_project().chapters / folder / f"{name}.md"))


def tell_each(folder: str, stories: Iterable[str], part: str) -> Block:
    """Tells the same part of several stories as one text, such as what each sector comes to.

    Args:
        folder: Where the stories are, such as `nl/sector`.
        stories: Their names without `.md`.
        part: The part, without code cells.

    Raises:
        NaReportError: A story or its part is not there.
    """
    names = _names()
    return told("\n".join(story_part(names["evidence"], folder, story, part) for story in stories), names)


def _names() -> dict[str, Any]:
    """Returns what the notebook has under which name."""
    shell = get_ipython()
    return shell.user_ns if shell is not None else {}
