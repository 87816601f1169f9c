"""The settings that people write as YAML, read with the place of what is wrong."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from na_report.base.errors import NaReportError
from na_report.base.paths import CONFIG, Project

_SHOWN_CHARACTERS = 60
# What `_config.yml` may say, as far as this program uses it.
_CONFIGURATION = json.loads(Path(__file__).with_name("configuration.json").read_bytes())
# The names that lead to a value; of a list the number, from one.
Place: TypeAlias = tuple[str, ...]
# Where something stands, what was found there, and what was expected.
Fault: TypeAlias = tuple[Place, str, str]


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
    """Returns the settings of Jupyter Book that say something, in whole sections; names all that is wrong."""
    config = read_settings(project.root / CONFIG)
    refuse_faults(
        CONFIG, form_faults(config, _CONFIGURATION), f"Correct {CONFIG}, or put it back (git restore {CONFIG})."
    )
    return {name: _said(part) if isinstance(part, dict) else part for name, part in _said(config).items()}


def _said(section: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in section.items() if value is not None}


def read_texts(path: Path) -> tuple[dict[str, Any], dict[Place, int]]:
    """Returns the names and values of a YAML file, each value as the text that a person wrote, and where each stands.

    So `yes` is the code yes and no truth, and `2021` the name of an edition and no number. A name that stands in a part twice is
    an error too.
    """
    lines: dict[Place, int] = {}

    def texts(node: yaml.Node, place: Place) -> Any:
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


def form_faults(found: object, form: Mapping[str, Any], formats: Any = None) -> list[Fault]:
    """Returns all that has not the form of a JSON schema: place, what was found, and what its `description` says is expected."""
    from jsonschema import Draft202012Validator  # takes 0.1 s to import

    told: dict[Fault, None] = {}
    try:
        for error in Draft202012Validator(form, format_checker=formats).iter_errors(found):
            name = [str(error.instance)] if "propertyNames" in error.absolute_schema_path else []
            needed = error.validator_value if error.validator == "required" else []
            lacking = [key for key in needed if key not in error.instance]
            what = f"no {', '.join(lacking)}" if lacking else shown(error.instance)
            choices = error.validator_value if error.validator == "enum" else lacking
            expected = error.schema.get("description") or f"one of {', '.join(map(str, choices))}"
            # Each name that is lacking is an error of its own.
            told[place_of([*error.absolute_path, *name]), what, expected] = None
    except ValueError:
        return [((), "a number of thousands of digits", "one that can be shown")]
    return list(told)


def told_faults(file: str, faults: Iterable[Fault], lines: Mapping[Place, int] = {}) -> list[str]:
    """Returns a sentence per fault, with its place in a file and, where lines are known, the line of it or of what holds it."""
    numbered = [(lines.get(place, lines.get(place[:-1], 1)), place, what, expected) for place, what, expected in faults]
    return [
        f"{placed(f'{file}, line {line}' if lines else file, place)}: found {what}, expected {expected}."
        for line, place, what, expected in (sorted(numbered) if lines else numbered)
    ]


def refuse_faults(file: str, faults: Iterable[Fault], hint: str, lines: Mapping[Place, int] = {}) -> None:
    """Refuses a file with faults; names them all."""
    if told := told_faults(file, faults, lines):
        raise NaReportError("\n".join(told), hint=hint)


def place_of(path: Iterable[object]) -> Place:
    """Returns the names and numbers that lead to a value as a person counts them."""
    return tuple(str(part + 1) if isinstance(part, int) else str(part) for part in path)


def placed(file: str, place: Iterable[str]) -> str:
    """Returns a place in a file as an error shows it.

    Example:
        >>> placed("_toc.yml", place_of(["parts", 2, "chapters", 0, "file"]))
        '_toc.yml, parts 3, chapters 1, file'
    """
    return file + "".join(f" {part}" if part.isdecimal() else f", {part}" for part in place)


def shown(value: object) -> str:
    """Returns a value as an error shows it: short, whatever it is."""
    if value is None:
        return "nothing"
    try:
        text = repr(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 2]} …"
