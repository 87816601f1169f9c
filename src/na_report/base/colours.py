"""The colours of figures by day and in the dark: Okabe and Ito, each with a contrast of 4.5 or more where it is text.

A drawing in these colours gets a second set of them, which a browser takes where the page is dark. As the drawing is an image of
its own, it follows the page by itself: no second file, and nothing for a script to do.
"""

import re

WHITE = "#ffffff"
INK, SOFT, LINE, PALE = "#1b2733", "#55636f", "#aab4bd", "#e6ebef"
BLUE, ORANGE, GREEN, PURPLE = COLOURS = ("#0b5c94", "#b34700", "#00735c", "#8a3a78")
# The same on dark, with the same contrast or more; text in a box turns with its box.
DARK = {
    **{WHITE: "#10181f", INK: "#e4eaef", SOFT: "#a9b7c3", LINE: "#7d8b97", PALE: "#26333e"},
    **{BLUE: "#7fc0f0", ORANGE: "#f5a36b", GREEN: "#5fcbb0", PURPLE: "#e09bd0"},
}
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
