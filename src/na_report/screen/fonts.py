"""The letters of the book, so that every screen shows the same ones and no page asks another site for them."""

from pathlib import Path

import font_source_sans_pro
from fontTools import subset

FACES = {
    "regular": "SourceSansPro",
    "italic": "SourceSansProIt",
    "semibold": "SourceSansProSemibold",
}
# Latin with all its accents, punctuation, currency signs, arrows and a few signs of mathematics.
_RANGES = ((0x20, 0x24F), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2190, 0x2193), (0x2212, 0x2212), (0x2248, 0x2265))


def write_fonts(folder: Path) -> None:
    """Writes the faces that the screen uses to a folder, as small files `<face>.woff2`."""
    folder.mkdir(parents=True, exist_ok=True)
    options = subset.Options(flavor="woff2", layout_features=["kern", "liga", "mark", "tnum", "lnum"])
    characters = [code for first, last in _RANGES for code in range(first, last + 1)]
    for face, name in FACES.items():
        with subset.load_font(font_source_sans_pro.font_files_ttf[name], options) as font:
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=characters)
            subsetter.subset(font)
            subset.save_font(font, folder / f"{face}.woff2", options)
