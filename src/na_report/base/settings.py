"""The settings that people write as YAML, read with the place of what is wrong."""

import functools
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from na_report.base.errors import NaReportError
from na_report.base.paths import CONFIG, Project

_SHOWN_CHARACTERS = 60
# Per place in `_config.yml` its kind, and what is expected in words; a section before what stands in it.
_KINDS: dict[tuple[str, ...], tuple[type[Any], str]] = {
    ("html",): (dict, "names with values"),
    ("html", "baseurl"): (str, "a web address"),
    ("execute",): (dict, "names with values"),
    ("sphinx",): (dict, "names with values"),
    ("sphinx", "config"): (dict, "names with values"),
    ("sphinx", "extra_extensions"): (list, "a list of names of extensions"),
}


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML in which nothing stands for something else: some lines with aliases hold more values than a machine."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.MarkedYAMLError(
                problem=f"found *{event.anchor}, which repeats a part by its name; write it out",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)


def read_settings(path: Path) -> dict[str, Any]:
    """Returns the names and values of a YAML file, none when it is empty; a `NaReportError` tells where it is something else."""
    return _named(path, lambda text: yaml.load(text, _Loader))  # noqa: S506  a safe loader


def read_configuration(project: Project) -> dict[str, Any]:
    """Returns the settings of Jupyter Book, a section without anything in it as an empty one; names all that is wrong."""
    config = read_settings(project.root / CONFIG)
    problems = []
    for place, (kind, expected) in _KINDS.items():
        section: Any = config.get(place[0], {}) if place[1:] else config
        if not isinstance(section, dict):
            continue  # what stands under something of another kind is told of that
        found = section.get(place[-1])
        if found is None:
            section.pop(place[-1], None)
        elif not isinstance(found, kind) or (kind is not str and not all(isinstance(item, str) for item in found)):
            problems.append(f"{CONFIG}, {', '.join(place)}: found {shown(found)}, expected {expected}.")
    if problems:
        raise NaReportError("\n".join(problems), hint=f"Correct {CONFIG}, or put it back (git restore {CONFIG}).")
    return config


def read_texts(path: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], int]]:
    """Returns the names and values of a YAML file, each value as the text that a person wrote, and where each stands.

    So `yes` is the code yes and no truth, and `2021` the name of an edition and no number. A place is the names that lead to a
    value (of a list the number), with its line. A name that stands in a part twice is an error too.
    """
    lines: dict[tuple[str, ...], int] = {}

    def texts(node: yaml.Node, place: tuple[str, ...]) -> Any:
        lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return [texts(part, (*place, str(number))) for number, part in enumerate(node.value, 1)]
        found: dict[str, Any] = {}
        for name, part in node.value:
            key = str(name.value)
            if key in found:
                raise yaml.MarkedYAMLError(problem=f"found {key!r} twice", problem_mark=name.start_mark)
            lines[(*place, key)] = name.start_mark.line + 1
            found[key] = texts(part, (*place, key))
        return found

    return _named(path, lambda text: (node := yaml.compose(text, _Loader)) and texts(node, ())), lines


def _named(path: Path, read: Callable[[str], Any]) -> dict[str, Any]:
    """Returns what a file holds, as `read` makes it of its text."""
    place, hint = "", "Put the file back as it was."
    try:
        found = read(path.read_text(encoding="utf-8"))
        if found is None or isinstance(found, dict):
            return found or {}
        what = f"found {shown(found)}, expected names with values, such as `root: index`"
    except OSError as problem:
        hint = f"Put back {path}, or make it readable."
        raise NaReportError(f"{path.name} can't be read: {problem.strerror}.", hint=hint) from None
    except UnicodeDecodeError as problem:
        line = problem.object.count(b"\n", 0, problem.start) + 1
        place, what = f", line {line}", f"found the byte {problem.object[problem.start]:#04x}, expected UTF-8 text"
        hint = "Save the file as UTF-8."
    except yaml.MarkedYAMLError as problem:
        if mark := problem.problem_mark or problem.context_mark:
            place = f", line {mark.line + 1}, column {mark.column + 1}"
        what = f"{problem.problem or problem.context}, expected YAML"
        hint = "Mend that line; often a quote, a colon or an indent is missing just before it."
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        what = (str(problem).partition("\n")[0] or type(problem).__name__) + ", expected YAML"
    raise NaReportError(f"{path.name}{place}: {what}.", hint=hint)


def schema_faults(found: object, schema: Path) -> list[str]:
    """Returns all that a JSON schema finds wrong: place, what was found, and what its `description` says that is expected."""
    import fastjsonschema

    check, rules = _checker(schema)
    try:
        check(found)
        return []
    except fastjsonschema.JsonSchemaException:
        from jsonschema import Draft7Validator  # tells all faults, and takes 0.1 s to import
    try:
        errors = [*Draft7Validator(rules).iter_errors(found)]
    except ValueError as problem:  # a number of thousands of digits
        return [f": found a value that can't be shown, {problem}"]
    told = (
        f"{place_of(error.path)}: found {shown(error.instance)}, expected {error.schema['description']}"
        for error in errors
    )
    return list(dict.fromkeys(told))


@functools.cache
def _checker(schema: Path) -> tuple[Callable[[object], object], dict[str, Any]]:
    import fastjsonschema

    rules = json.loads(schema.read_text(encoding="utf-8"))
    return fastjsonschema.compile(rules), rules


def place_of(path: Iterable[str | int]) -> str:
    """Returns the names and numbers that lead to a value as an error shows them.

    Example:
        >>> place_of(["parts", 2, "chapters", 0, "file"])
        ', parts 3, chapters 1, file'
    """
    return "".join(f" {part + 1}" if isinstance(part, int) else f", {part}" for part in path)


def shown(value: object) -> str:
    """Returns a value as an error shows it: short, whatever it is."""
    if value is None:
        return "nothing"
    try:
        text = repr(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 2]} …"
