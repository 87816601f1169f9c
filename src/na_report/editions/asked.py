"""What a page asked of an edition, and a digest of each answer, so that only pages whose answers change run again."""

import functools
import hashlib
import importlib
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from na_report.base.paths import find_project
from na_report.base.stories import STORY, read_story
from na_report.base.wording import Words

P = ParamSpec("P")
T = TypeVar("T")

_DERIVED: dict[str, Callable[..., Any]] = {}


def digest(answer: object) -> str:
    """Returns a short hash of all that an answer holds: texts, numbers, lists, sets, names with values, dataclasses, frames."""
    return hashlib.sha256(json.dumps(answer, default=_plain).encode()).hexdigest()[:16]


def _plain(answer: Any) -> Any:
    """Returns as names with values what JSON does not know; pandas itself shows of a long frame only the ends."""
    if isinstance(answer, pd.DataFrame):
        return {"types": [str(dtype) for dtype in answer.dtypes], **answer.to_dict("split")}
    if is_dataclass(answer):  # without functions, which have no text of their own
        return {item.name: getattr(answer, item.name) for item in fields(answer) if item.repr}
    if isinstance(answer, set):
        return sorted(answer)
    raise TypeError(f"a page can't ask for a {type(answer).__name__}: give it as text, a list or a frame")


@dataclass
class Reads:
    """The questions asked of one edition: per question, as JSON text, the digest of the answer."""

    answers: dict[str, str] = field(default_factory=dict)
    inside: int = 0  # how many larger questions the next one is part of; their answers stand for it

    def note(self, question: Iterable[object], answer: Callable[[], str]) -> None:
        """Remembers a question, unless it is part of a larger one."""
        key = json.dumps(list(question), ensure_ascii=False)
        if not self.inside and key not in self.answers:
            self.answers[key] = answer()


def derived(function: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Makes a function of an edition, and then only text, one question: its result counts, not what it reads to find it."""
    name = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def ask(edition: Any, /, *args: P.args, **options: P.kwargs) -> T:
        edition.reads.inside += 1
        try:
            result = function(edition, *args, **options)
        finally:
            edition.reads.inside -= 1
        edition.reads.note(("derived", name, list(args), dict(options)), lambda: digest(result))
        return result

    _DERIVED[name] = ask
    return ask


@derived
def said(edition: Any, language: str, key: str) -> object:
    """Returns what the words of a language have under a key: a page that says it runs again when it changes."""
    return Words(language).get(key)


def story_part(edition: Any, folder: str, name: str, part: str) -> str:
    """Returns a part of a story in a folder of `chapters/`: a page that tells it runs again when it changes.

    A question of its own kind: a story changes often and is soon read, so it alone is asked for again each time.
    """
    text = read_story(find_project().chapters / folder / f"{name}.md").part(part)
    edition.reads.note((STORY, folder, name, part), lambda: digest(text))
    return text


def answer_again(edition: Any, questions: Iterable[str]) -> dict[str, str]:
    """Asks a freshly opened edition the questions of an earlier run; the answer is `missing` where it has none."""
    found = {}
    for question in questions:
        # A question that can't be asked any more counts as a change: its page runs again, and tells what is wrong if anything.
        with suppress(Exception):
            if question not in edition.reads.answers:  # pages have many in common
                _ask(edition, *json.loads(question))
        found[question] = edition.reads.answers.get(question, "missing")
    return found


def _ask(edition: Any, kind: str, *parts: Any) -> None:
    """Asks an edition one question of an earlier run; the answer is among its reads."""
    if kind == "rows":
        edition.rows(parts[0], **parts[1])
    elif kind == STORY:
        story_part(edition, *parts)
    elif kind == "derived":
        name, args, options = parts
        if name not in _DERIVED and name.startswith("na_report."):
            importlib.import_module(name.rpartition(".")[0])
        _DERIVED[name](edition, *args, **options)
    else:
        {"table": edition.records, "row": edition.row, "observation": edition.observation}[kind](*parts)
