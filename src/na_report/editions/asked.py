"""What a page asked of an edition, and a digest of each answer, so that only pages whose answers change run again."""

import functools
import hashlib
import importlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
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
    """Returns a short hash of an answer by all that it holds."""
    return hashlib.sha256(_whole(answer).encode(errors="surrogatepass")).hexdigest()[:16]


def _whole(answer: Any) -> str:
    """Returns an answer as text; pandas and numpy show of a long one only the ends and of a number only some digits."""
    kind = type(answer).__name__
    if isinstance(answer, pd.Series):
        answer = answer.to_frame()
    if isinstance(answer, pd.DataFrame):
        head = (kind, list(answer.columns), [str(dtype) for dtype in answer.dtypes], list(answer.index))
        return _whole((head, [answer.iloc[:, place].tolist() for place in range(answer.shape[1])]))
    if hasattr(answer, "tolist"):  # an array, an index, or a number of numpy
        return _whole((kind, answer.tolist()))
    if isinstance(answer, (set, frozenset)):
        return f"{kind}({sorted(map(_whole, answer))})"
    if isinstance(answer, Mapping):
        return f"{{{', '.join(f'{_whole(key)}: {_whole(value)}' for key, value in answer.items())}}}"
    if is_dataclass(answer) and not isinstance(answer, type):  # without functions, which have no repr of their own
        return f"{kind}{[(item.name, _whole(getattr(answer, item.name))) for item in fields(answer) if item.repr]}"
    if isinstance(answer, (list, tuple)):
        return f"{kind}[{', '.join(map(_whole, answer))}]"
    return repr(answer)


@dataclass
class Reads:
    """The questions asked of one edition: per question, as JSON text, the digest of the answer."""

    answers: dict[str, str] = field(default_factory=dict)
    _inside: int = 0

    def note(self, question: Iterable[object], answer: Callable[[], str]) -> None:
        """Remembers a question, unless it is part of a larger one."""
        if self._inside:
            return
        key = json.dumps(list(question), ensure_ascii=False)
        if key not in self.answers:
            self.answers[key] = answer()

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Makes questions part of a larger one, whose answer stands for them."""
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1


def derived(function: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Makes a function of an edition, and then only text, one question: its result counts, not what it reads to find it."""
    name = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def ask(edition: Any, /, *args: P.args, **options: P.kwargs) -> T:
        with edition.reads.inside():
            result = function(edition, *args, **options)
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
    if kind == "table":
        edition[parts[0]]
    elif kind == "row":
        edition.row(*parts)
    elif kind == "observation":
        edition.observation(*parts)
    elif kind == "rows":
        edition.rows(parts[0], **parts[1])
    elif kind == STORY:
        story_part(edition, *parts)
    elif kind == "derived":
        name, args, options = parts
        if name not in _DERIVED and name.startswith("na_report."):
            importlib.import_module(name.rpartition(".")[0])
        _DERIVED[name](edition, *args, **options)
