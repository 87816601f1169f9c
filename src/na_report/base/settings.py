"""The settings that people write as YAML, read with the place of what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from na_report.base.errors import NaReportError

# YAML lets a file repeat a part of itself by name: some lines can stand for more values than a machine can hold.
_MOST_VALUES = 100_000
_SHOWN_CHARACTERS = 60


def read_settings(path: Path) -> dict[str, Any]:
    """Returns the names and values of a YAML file; none when it is empty.

    Args:
        path: The file; its name is what the error shows.

    Raises:
        NaReportError: The file can't be read, is no YAML, or holds something else than names with values, or a part
            that holds itself.

    Example:
        >>> from na_report.base.paths import find_project
        >>> read_settings(find_project().root / "_toc.yml")["root"]
        'index'
    """
    return _named(path, yaml.safe_load)


def read_texts(path: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], int]]:
    """Returns the names and values of a YAML file, each value as the text that a person wrote, and where each stands.

    So `yes` is the code yes and no truth, and `2021` the name of an edition and no number.

    Args:
        path: The file; its name is what the error shows.

    Returns:
        The values, and per place (the names that lead to a value; of a list the number) its line.

    Raises:
        NaReportError: As `read_settings`; or a name stands in a part twice.
    """
    lines: dict[tuple[str, ...], int] = {}

    def read(text: str) -> Any:
        node = yaml.compose(text, yaml.SafeLoader)
        return None if node is None else _texts(node, (), lines)

    return _named(path, read), lines


def _texts(node: yaml.Node, place: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> Any:
    lines[place] = node.start_mark.line + 1
    if len(lines) > _MOST_VALUES:
        return None  # a file of this size holds itself: the count of its values tells
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_texts(part, (*place, str(number)), lines) for number, part in enumerate(node.value, 1)]
    found: dict[str, Any] = {}
    for name, part in node.value:
        if name.value in found:
            raise yaml.MarkedYAMLError(problem=f"found {name.value!r} twice", problem_mark=name.start_mark)
        found[str(name.value)] = _texts(part, (*place, str(name.value)), lines)
        lines[(*place, str(name.value))] = name.start_mark.line + 1
    return found


def _named(path: Path, read: Callable[[str], Any]) -> dict[str, Any]:
    """Returns what a file holds, as `read` makes it of its text."""
    try:
        found = read(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise NaReportError(
            f"{path.name} can't be read: {problem.strerror}.", hint=f"Put back {path}, or make it readable."
        ) from None
    except UnicodeDecodeError as problem:
        line = path.read_bytes()[: problem.start].count(b"\n") + 1
        raise NaReportError(
            f"{path.name}, line {line}: found the byte {problem.object[problem.start]:#04x}, expected UTF-8 text.",
            hint="Save the file as UTF-8.",
        ) from None
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise NaReportError(
            f"{path.name}{place}: {problem.problem or problem.context}, expected YAML.",
            hint="Mend that line; often a quote, a colon or an indent is missing just before it.",
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        what = str(problem).partition("\n")[0] or type(problem).__name__
        raise NaReportError(f"{path.name}: {what}, expected YAML.", hint="Put the file back as it was.") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise NaReportError(
            f"{path.name}: found {_kind(found)}, expected names with values, such as `root: index`.",
            hint="Put the file back as it was.",
        )
    if _count(found, {}) > _MOST_VALUES:
        raise NaReportError(
            f"{path.name}: found a part that holds itself or more than {_MOST_VALUES:,} values, expected some lines.",
            hint="Look for a name after & that comes back after *, and write out what it stands for.",
        )
    return found


def _kind(found: object) -> str:
    if isinstance(found, list):
        return "a list"
    return "a text" if isinstance(found, str) else shown(found)


def shown(value: object) -> str:
    """Returns a value as an error shows it: short, whatever it is.

    Example:
        >>> shown("mbo"), shown(None), len(shown("mbo" * 100))
        ("'mbo'", 'nothing', 60)
    """
    if value is None:
        return "nothing"
    try:
        text = repr(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 2]} …"


def _count(node: object, known: dict[int, float]) -> float:
    """Returns how many values a node holds with all that is in it; infinitely many when it holds itself."""
    if not isinstance(node, dict | list):
        return 1
    if id(node) not in known:
        known[id(node)] = float("inf")  # until its own count is known
        members = [*node, *node.values()] if isinstance(node, dict) else node
        known[id(node)] = 1 + sum(_count(member, known) for member in members)
    return known[id(node)]
