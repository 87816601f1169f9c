"""What is wrong with a notebook file, told of all cells at once.

The checks of nbformat take four times as long as reading, stop at the first fault, and give cells with one id others at random.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from na_report.base.settings import shown

# The first version of format 4 in which a cell has an id.
_LEAST_MINOR = 5
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SHOWN_CELLS = 20
# Deeper than the output of any library, and not yet too deep for Python to copy.
_MOST_DEEP = 100
_EXPECTED_ID = "an id that stays the same: letters, digits, - and _"


def notebook_faults(found: Any) -> list[str]:
    """Returns what is wrong with a notebook: place, what was found and what was expected.

    Args:
        found: What the file holds as JSON.

    Example:
        >>> cell = {"id": "a", "cell_type": "markdown", "metadata": {}, "source": 3}
        >>> notebook_faults({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell, cell]})
        ['cells 1, 2: found the id a more than once, expected one for each cell', 'cells 1, 2, source: found 3, expected text']
    """
    if not isinstance(found, dict) or found.get("nbformat") != 4 or not isinstance(found.get("cells"), list):
        return ["found no cells of notebook format 4, expected a Jupyter notebook"]
    if _is_deep(found):
        return [f"found names or lists inside each other, more than {_MOST_DEEP} deep, expected a Jupyter notebook"]
    faults = []
    minor, metadata = found.get("nbformat_minor"), found.get("metadata")
    if type(minor) is not int or minor < 0:
        faults.append(f"nbformat_minor: found {shown(minor)}, expected a whole number")
    elif minor < _LEAST_MINOR:
        faults.append(f"found notebook format 4.{minor}, whose cells have no ids, expected 4.{_LEAST_MINOR}")
    if isinstance(metadata, dict):
        faults += _metadata_faults(metadata)
    else:
        faults.append(f"metadata: found {shown(metadata)}, expected names with values")
    ids, places = defaultdict(list), defaultdict(list)
    for number, cell in enumerate(found["cells"], 1):
        if isinstance(cell, dict) and isinstance(cell.get("id"), str):
            ids[cell["id"]].append(number)
        for fault in _cell_faults(cell):
            places[fault].append(number)
    faults += [
        f"{_cells(same)}: found the id {name} more than once, expected one for each cell"
        for name, same in ids.items()
        if len(same) > 1
    ]
    return faults + [f"{_cells(same)}{part}: {fault}" for (part, fault), same in places.items()]


def _metadata_faults(metadata: dict[str, Any]) -> Iterator[str]:
    settings = metadata.get("mystnb", {})
    if isinstance(settings, dict) and "execution_mode" in settings:
        # Chapters run within their limits, in `execution.py`; Sphinx only renders them.
        yield "metadata, mystnb: found execution_mode, expected nothing that has Sphinx run the notebook"
    # Which kernel is named says nothing: the environment of the project runs all chapters. In which language, does.
    for place, name in (("kernelspec", "language"), ("language_info", "name")):
        section = metadata.get(place, {})
        language = section.get(name, "python") if isinstance(section, dict) else section
        if language != "python":
            yield f"metadata, {place}, {name}: found {shown(language)}, expected a notebook in python"


def _is_deep(found: Any) -> bool:
    level = [found]
    for _ in range(_MOST_DEEP):
        members = [node.values() if isinstance(node, dict) else node for node in level if isinstance(node, dict | list)]
        level = [*itertools.chain.from_iterable(members)]
    return bool(level)


def _cells(numbers: list[int]) -> str:
    listed = ", ".join(map(str, numbers[:_SHOWN_CELLS])) + (", …" if len(numbers) > _SHOWN_CELLS else "")
    return f"cell {listed}" if len(numbers) == 1 else f"cells {listed}"


def _cell_faults(cell: Any) -> Iterator[tuple[str, str]]:
    """Yields the part of a cell that is wrong, and how."""
    if not isinstance(cell, dict):
        yield "", f"found {shown(cell)}, expected a cell with type, source and metadata"
        return
    for name, (is_sound, expected) in (_CELL | (_CODE if cell.get("cell_type") == "code" else {})).items():
        if not is_sound(cell.get(name)):
            yield f", {name}", f"found {shown(cell.get(name))}, expected {expected}"
    if "attachments" in cell and not _is_bundles(cell["attachments"]):
        yield ", attachments", f"found {shown(cell['attachments'])}, expected files by name"
    metadata, outputs = cell.get("metadata"), cell.get("outputs", [])
    if isinstance(metadata, dict) and not _is_list(metadata.get("tags", []), str):
        yield ", tags", f"found {shown(metadata['tags'])}, expected a list of texts"
    if cell.get("cell_type") == "code" and _is_list(outputs, dict):
        for number, output in enumerate(outputs, 1):
            if not _is_output(output):
                yield f", output {number}", f"found {shown(output)}, expected an output as Jupyter writes it"


def _is_text(value: object) -> bool:
    """Tells whether a value is text that a file can hold, whole or in lines."""
    with contextlib.suppress(TypeError, UnicodeEncodeError):
        return isinstance(value, str | list) and "".join(value).encode() is not None
    return False


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _is_bundles(value: object) -> bool:
    """Tells whether a value is what a cell carries along: per name a content per kind."""
    return isinstance(value, dict) and all(
        isinstance(bundle, dict) and all(map(_is_text, bundle.values())) for bundle in value.values()
    )


def _is_output(output: dict[str, Any]) -> bool:
    kind = output.get("output_type")
    if kind == "stream":
        return isinstance(output.get("name"), str) and _is_text(output.get("text"))
    if kind == "error":
        return isinstance(output.get("ename"), str) and _is_list(output.get("traceback"), str)
    shows = kind in ("display_data", "execute_result")
    return shows and isinstance(output.get("data"), dict) and isinstance(output.get("metadata"), dict)


# Per part of a cell how to tell a good value, and what is expected in words.
_CELL: dict[str, tuple[Callable[[Any], bool], str]] = {
    "id": (lambda value: isinstance(value, str) and _ID.fullmatch(value) is not None, _EXPECTED_ID),
    "cell_type": (lambda value: value in ("code", "markdown", "raw"), "code, markdown or raw"),
    "metadata": (lambda value: isinstance(value, dict), "names with values"),
    "source": (_is_text, "text"),
}
_CODE: dict[str, tuple[Callable[[Any], bool], str]] = {
    "outputs": (lambda value: _is_list(value, dict), "a list of outputs, which may be empty"),
    "execution_count": (lambda value: value is None or type(value) is int, "a whole number or null"),
}
