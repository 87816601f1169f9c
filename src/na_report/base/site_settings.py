"""The settings of Jupyter Book in `_config.yml`, checked before anything runs."""

from typing import Any

from na_report.base.errors import NaReportError
from na_report.base.paths import CONFIG, Project
from na_report.base.settings import read_settings, shown

# Per place its kind, and what is expected in words; a section before what stands in it.
_KINDS: dict[tuple[str, ...], tuple[type[Any], str]] = {
    ("html",): (dict, "names with values"),
    ("html", "baseurl"): (str, "a web address"),
    ("execute",): (dict, "names with values"),
    ("sphinx",): (dict, "names with values"),
    ("sphinx", "config"): (dict, "names with values"),
    ("sphinx", "extra_extensions"): (list, "a list of names of extensions"),
}


def read_configuration(project: Project) -> dict[str, Any]:
    """Returns the settings of Jupyter Book, a section without anything in it as an empty one; names all that is wrong."""
    config = read_settings(project.root / CONFIG)
    problems = []
    for place, (kind, expected) in _KINDS.items():
        section: Any = config
        for key in place[:-1]:
            section = section.get(key, {})
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
