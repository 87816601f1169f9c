"""Figures for dark mode: a drawing in known colours gets a second set of them, which a browser takes where the page is dark.

The drawing is an image of its own, so it follows the page by itself: no second file, and nothing for a script to do.
"""

import re

from na_report.base.colours import DARK

_COLOUR = re.compile(r"(fill|stroke): (#[0-9a-f]{6})")
_QUERY = "@media (prefers-color-scheme: dark)"


def darkened(drawing: str) -> str:
    """Returns an SVG with colours for dark mode; one with a colour that has no dark one stays as it is."""
    used = sorted(set(_COLOUR.findall(drawing)))
    if not used or is_dark_too(drawing) or any(colour not in DARK for _, colour in used):
        return drawing
    rules = "".join(f'[style*="{name}: {colour}"]{{{name}:{DARK[colour]}!important}}' for name, colour in used)
    return drawing.replace("</style>", f"\n{_QUERY}{{{rules}}}</style>", 1)


def is_dark_too(drawing: str) -> bool:
    """Tells whether a drawing has colours for dark mode."""
    return _QUERY in drawing
