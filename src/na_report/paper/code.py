"""Pieces of Typst's code: what a tree of Sphinx is written as. In code text is a string, so no character of it is markup."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Not a space that keeps two words together.
_SPACES = re.compile(r"[ \t\r\n\f]+")


def string(text: str) -> str:
    r"""Returns a text as Typst's code writes it.

    Example:
        >>> print(string('a "b" \\ #c'))
        "a \"b\" \\ #c"
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r") + '"'


def words(text: str) -> str:
    """Returns running text; a space at an end is one that Typst leaves out where a line begins or ends.

    Example:
        >>> words(" een  zin ")
        '[ ]; "een zin"; [ ]'
    """
    bare = _SPACES.sub(" ", text)
    inner = bare.strip(" ")
    before, after = bare.startswith(" "), inner and bare.endswith(" ")
    return joined(["[ ]" if before else "", string(inner) if inner else "", "[ ]" if after else ""])


def joined(parts: Iterable[str]) -> str:
    """Returns pieces one after the other, without those that are empty."""
    return "; ".join(filter(None, parts))


def content(*parts: str) -> str:
    """Returns pieces as one value, for an argument."""
    return f"{{{joined(parts)}}}" if any(parts) else "[]"


def array(items: Iterable[str]) -> str:
    """Returns values as an array, also one or none of them.

    Example:
        >>> array(["1"]), array([])
        ('(1,)', '()')
    """
    inner = ", ".join(items)
    return f"({inner},)" if inner else "()"


def call(name: str, *arguments: str, **named: str) -> str:
    """Returns a call of a function of the template.

    Example:
        >>> call("kop", content(words("Titel")), level="1")
        'kop({"Titel"}, level: 1)'
    """
    return f"{name}({', '.join([*arguments, *(f'{key}: {value}' for key, value in named.items())])})"
