"""What a page does: open its evidence, and tell prose in which each `{IND007}` becomes a number of it, with a link to its row.

A Markdown cell is not run, so it can't hold a number of the data. A cell that starts with `%%text` can: its text is filled in and
shown wherever the notebook runs. Prose in a file, a story, is told by the chapter part by part. As no number is typed, sentences
may read otherwise with another edition; which ones is told here too.
"""

import json
import os
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from IPython.core.getipython import get_ipython
from IPython.display import display

from na_report.base.errors import NaReportError
from na_report.base.paths import READS, find_project
from na_report.base.stories import PLACE, read_story
from na_report.base.wording import asked
from na_report.editions.edition import Edition, open_edition
from na_report.editions.folders import newest_edition
from na_report.writing.grammar import in_words, sentence_case
from na_report.writing.markdown import Block, escape, link, plain
from na_report.writing.voice import Value, Voice

# In a story, between its text: a code cell, and text under a condition as `:::{if} later` says it.
_PIECE = re.compile(
    r"^```\{code-cell\}[^\n]*\n(.*?)^```[ \t]*$|^(?P<fence>:{3,})\{if\} ([^\n]+)\n(.*?)^(?P=fence)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
# A number of the chapter with the words that go with it: none at all, one, several.
_FORMS = re.compile(r"\{([A-Za-z]\w*)\|([^{}|]+)\|([^{}|]*)\|([^{}|]*)\}")
_FINDING = re.compile(r"F[A-Z0-9]\d+")
_CELL = re.compile(r"\A%%text(?: if (?P<condition>[^\n]+))?\n(?P<text>.*)", re.DOTALL)
_TELLS = re.compile(r'\btell\("([^"]+)", (.+?), "([^"]+)"\)', re.DOTALL)
# What stands in a text and is in no sentence: fences and settings of directives, and the signs of a heading or an item.
_AROUND = re.compile(r"^(:.*|#+ |[-*] )", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z])|\n\s*\n")
# What the page has told so far, by the names that its prose uses.
_TOLD: dict[str, Value] = {}


class Reworded(NamedTuple):
    """A sentence of a page that reads otherwise; the condition says when the page has it, always when empty."""

    page: str
    old: str
    new: str
    condition: str


def open_page(name: str = "") -> Edition:
    """Opens an edition for a chapter, the newest when none is named, and makes `%%text` known to the notebook.

    In a run of the book every question that the page asks of the edition is written down, and a table that the page opens
    behind the edition's back is an error: the page would not run again when that table changes.
    """
    edition = open_edition(name or newest_edition())
    _TOLD.clear()  # what another page told and asked for
    asked.clear()
    if (shell := get_ipython()) is not None:
        shell.register_magic_function(_text, "cell", "text")  # type: ignore[arg-type]
        if target := os.environ.get(READS):
            shell.events.register("post_run_cell", lambda *_: _write(edition, Path(target)))
            _guard(find_project().data)
    return edition


def _write(edition: Edition, target: Path) -> None:
    for language, key in asked:
        edition.word(language, key)
    target.write_text(json.dumps(edition.reads.answers, ensure_ascii=False), encoding="utf-8")


def _guard(data: Path) -> None:
    inside = str(data.resolve()) + os.sep

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and os.path.abspath(arguments[0]).startswith(inside):  # noqa: PTH100
            frames = (frame for frame, _ in traceback.walk_stack(sys._getframe()))
            if not any(frame.f_globals.get("__name__") == "na_report.editions.edition" for frame in frames):
                what = f"The page opens {arguments[0]} itself, so a change of it would not be noticed."
                hint = "Take the rows from the edition: evidence['findings'], evidence.rows(…) or evidence.row(…)."
                raise NaReportError(what, hint=hint)

    sys.addaudithook(watch)


def _text(line: str, cell: str) -> Block | None:
    """Shows the text of a cell with its numbers; of `%%text if CONDITION` only when the condition holds."""
    word, _, condition = line.strip().partition(" ")
    if word not in ("", "if"):
        found = f"%%text: found {line.strip()!r}, expected nothing or a condition."
        raise NaReportError(found, hint="Write %%text or %%text if …")
    return told(cell, _names()) if not word or _evaluated(condition, "%%text", _names()) else None


def _evaluated(code: str, place: str, names: Mapping[str, Any]) -> object:
    return eval(compile(code.strip(), place, "eval"), dict(names))  # noqa: S307  as much the author's code as any cell


def told(text: str, names: Mapping[str, Any]) -> Block:
    """Returns text with its numbers (see `said`) filled in, from the names of a notebook, and remembers which it tells.

    Where words depend on a count, there are three forms: the words for none, and what stands behind one and behind more.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> names = {"evidence": open_edition("2021"), "language": "nl", "counts": {"gaps": 3}}
        >>> told("Eerst {IND020} ({IND020_year}), {gaps} niet: {numref}`fig-x`.", names).markdown
        'Eerst [[76%](#ind020-nl-2015)]{.waarde} (2015), drie niet: {numref}`fig-x`.'
        >>> told("Er {gaps|ontbreekt niets|ontbreekt|ontbreken}. {gaps|Geen gat|gat|gaten}.", names).markdown
        'Er drie ontbreken. Drie gaten.'
    """
    counts, language = names.get("counts", {}), names["language"]
    shown, problems = {}, []
    for name in dict.fromkeys(PLACE.findall(text)):
        try:
            shown[name] = said(name, names["evidence"], language, counts)
        except NaReportError as problem:
            problems.append(f"{{{name}}}: {problem}")
    unknown = [found[1] for found in _FORMS.finditer(text) if found[1] not in counts]
    problems += [f"{{{name}|…}}: There is no such count." for name in unknown]
    if problems:
        hint = "Use the id of a row of observations or indicators, or a name in counts = {…}."
        raise NaReportError("\n".join(problems), hint=hint)
    _TOLD.update({name: number for name, number in shown.items() if not _FINDING.fullmatch(name)})
    text = _FORMS.sub(lambda match: _counted(match, counts[match[1]], language), text)
    return Block(PLACE.sub(lambda match: shown[match[1]].link, text).strip("\n"), prose=True)


def _counted(match: re.Match[str], number: int, language: str) -> str:
    """Returns the words for a number of the chapter, with a capital where a sentence starts."""
    name, none, one, more = match.groups()
    text = in_words(number, language)
    _TOLD[name] = Value(text, escape(text))
    words = f"{escape(text)} {one if number == 1 else more}".rstrip() if number else none
    starts = re.search(r"(?:^|[.!?]\s+|\n\n|[-*] )\Z", match.string[: match.start()])
    return sentence_case(words) if starts else words


def said(name: str, edition: Edition, language: str, counts: Mapping[str, int]) -> Value:
    """Returns what prose with `{name}` says.

    That is the count of a name; the value of an observation or indicator, with `_year` behind its id its period; with `_since`
    behind the id of a row of `statuses` its year; and of a finding a mark that leads to it, for a screen, as paper goes without.
    """
    key, _, what = name.rpartition("_")
    if name in counts:
        text = in_words(counts[name], language)
    elif what == "since":
        text = str(edition.row("statuses", key)["since"][:4])
    elif what == "year":
        text = Voice(edition, language).period(edition.observation(key), told=True)
    elif _FINDING.fullmatch(name):
        return Value("", f"[{link(edition.row('findings', name)['id'], escape('*'))}]{{.herkomst .alleen-scherm}}")
    else:
        return Voice(edition, language).value(name)
    return Value(text, escape(text))


def glue_told() -> None:
    """Records each number that the page told under its name, where nbval compares them and a sweep makes a table of them."""
    prefix = "application/papermill.record/"
    for name, shown in _TOLD.items():
        data = {f"{prefix}text/plain": shown.text, f"{prefix}text/markdown": shown.link}
        display(data, metadata={"scrapbook": {"name": name, "mime_prefix": prefix}}, raw=True)  # type: ignore[no-untyped-call]


def _pieces(text: str, *conditions: str) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yields the pieces of a part of a story in their order: the conditions of each, and its text or its code."""
    before, *rest = _PIECE.split(text)
    yield conditions, before, ""
    for code, _, condition, inner, after in zip(*[iter(rest)] * 5, strict=True):
        yield from _pieces(inner, *conditions, condition.strip()) if condition else [(conditions, "", code)]
        yield conditions, after, ""


def telling(text: str, place: str, names: Mapping[str, Any]) -> Iterator[object]:
    """Yields what a part of a story shows: the text with the numbers, where its conditions hold, and what its code cells give."""
    for conditions, piece, code in _pieces(text):
        if (code or piece.strip()) and all(_evaluated(each, place, names) for each in conditions):
            yield _evaluated(code, place, names) if code else told(piece, names)


def tell(folder: str, stories: str | Iterable[str], part: str) -> None:
    """Shows a part of a story in a folder of `chapters/`, such as `nl/sector`, or of several stories as one text.

    Its text has the numbers, and its code cells, which may use all that the notebook has, show what they give.
    """
    names, wanted = _names(), [stories] if isinstance(stories, str) else list(stories)
    text = "\n".join(names["evidence"].story(folder, story, part) for story in wanted)
    for each in telling(text, f"chapters/{folder}, {', '.join(wanted)}, part {part}", names):
        display(each)  # type: ignore[no-untyped-call]


def _names() -> dict[str, Any]:
    return getattr(get_ipython(), "user_ns", {})


def prose_of(cells: Iterable[str], stories: Iterable[Path], chapters: Path) -> Iterator[tuple[str, str]]:
    """Yields the prose of a page as condition and text: of its cells, and of what they tell of its own and other stories."""
    own = [path for path in stories if path.is_file()]
    for source in cells:
        if found := _CELL.match(source):
            yield found["condition"] or "", found["text"]
        for folder, who, part in _TELLS.findall(source):
            for path in own if who.isidentifier() else sorted((chapters / folder).glob("*.md")):
                for conditions, text, _ in _pieces(read_story(path).parts.get(part, "")):
                    yield " and ".join(conditions), text


def reworded(page: str, texts: Iterable[tuple[str, str]], old: Edition, new: Edition, language: str) -> list[Reworded]:
    """Returns the sentences of a page, of which `prose_of` gives the texts, that read otherwise with another edition."""
    found: dict[Reworded, None] = {}
    for condition, text in texts:
        without = PLACE.sub(lambda name: "" if _FINDING.fullmatch(name[1]) else name[0], text)
        for sentence in _SENTENCE_END.split(_AROUND.sub("\n\n", without)):
            was, now = (_filled(sentence, edition, language) for edition in (old, new))
            if was != now:
                found[Reworded(page, was, now, condition)] = None
    return list(found)


def _filled(sentence: str, edition: Edition, language: str) -> str:
    def text(name: re.Match[str]) -> str:
        try:
            return said(name[1], edition, language, {}).text
        except NaReportError:
            return "…"  # a count of the chapter, or a row that this edition has not

    return " ".join(plain(PLACE.sub(text, sentence)).split())
