"""The settings of Jupyter Book in `_config.yml`, checked before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import CONFIG, Project
from na_report.base.settings import read_settings, shown


def read_configuration(project: Project) -> dict[str, Any]:
    """Returns the settings of Jupyter Book; a section without anything in it is an empty one.

    Raises:
        NaReportError: The file is no YAML, or a section that this package adds to is of another kind; names all that is wrong.

    Example:
        >>> from na_report.base.paths import find_project
        >>> read_configuration(find_project())["only_build_toc_files"]
        True
    """
    config = read_settings(project.root / CONFIG)
    problems = []
    for place, (is_sound, expected) in _KINDS.items():
        *above, name = place.split(", ")
        section: Any = config
        for key in above:
            section = section.get(key) if isinstance(section, dict) else None
        # What stands under something of another kind is told of that.
        if not isinstance(section, dict):
            continue
        if section.get(name) is None:
            section.pop(name, None)
        elif not is_sound(section[name]):
            problems.append(f"{CONFIG}, {place}: found {shown(section[name])}, expected {expected}.")
    if problems:
        raise NaReportError("\n".join(problems), hint=f"Correct {CONFIG}, or put it back (git restore {CONFIG}).")
    return config


def _is_section(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


# Per place how to tell a good value, and what is expected in words; a section before what stands in it.
_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "html": (_is_section, "names with values"),
    "html, baseurl": (lambda value: isinstance(value, str), "a web address"),
    "execute": (_is_section, "names with values"),
    "sphinx": (_is_section, "names with values"),
    "sphinx, config": (_is_section, "names with values"),
    "sphinx, extra_extensions": (_is_texts, "a list of names of extensions"),
}
