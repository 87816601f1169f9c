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

P = ParamSpec("P")
T = TypeVar("T")

_MISSING = "missing"  # the answer to what is refused, or can't be asked any more
_ASKED_BY: dict[str, Callable[..., Any]] = {}


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
    inside: bool = False  # whether the next one is part of a larger question, whose answer stands for it


def derived(function: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Makes a function of an edition, and then only text, one question: its result counts, not what it reads to find it.

    A question is a name with arguments, such as `["row", "recommendations", "R1"]`.
    """
    is_method = "." in function.__qualname__
    name = function.__name__ if is_method else f"{function.__module__}.{function.__name__}"

    @functools.wraps(function)
    def ask(edition: Any, /, *args: P.args, **options: P.kwargs) -> T:
        reads, answer = edition.reads, _MISSING
        if reads.inside:
            return function(edition, *args, **options)
        question = json.dumps([name, *args, *([options] if options else [])], ensure_ascii=False)
        reads.inside = True
        try:
            result = function(edition, *args, **options)
            answer = reads.answers.get(question) or digest(result)
        finally:
            reads.inside = False
            reads.answers.setdefault(question, answer)
        return result

    _ASKED_BY[name] = ask
    return ask


def answer_again(edition: Any, questions: Iterable[str]) -> dict[str, str]:
    """Asks a freshly opened edition the questions of an earlier run; the answer is `missing` where it has none."""
    found = {}
    for question in questions:
        # A question that can't be asked any more counts as a change: its page runs again, and tells what is wrong if anything.
        with suppress(Exception):
            if question not in edition.reads.answers:  # pages have many in common
                name, *args = json.loads(question)
                if name not in _ASKED_BY and name.startswith("na_report."):
                    importlib.import_module(name.rpartition(".")[0])
                options = args.pop() if args and isinstance(args[-1], dict) else {}
                _ASKED_BY[name](edition, *args, **options)
        found[question] = edition.reads.answers.get(question, _MISSING)
    return found
