"""Mends in the finished pages what the theme gives no other way to: fixed English labels, and scripts for a server."""

from __future__ import annotations

import re
from pathlib import Path

# Labels that the theme's templates hold as plain text, so that no catalogue reaches them.
LABELS = {
    "nl": {
        "Main": "Hoofdstukken",
        "Page": "Op deze pagina",
        "Toggle primary sidebar": "Hoofdstukken tonen of verbergen",
        "Toggle secondary sidebar": "Inhoud van deze pagina tonen of verbergen",
        "Fullscreen mode": "Volledig scherm",
    }
}
_LABEL = re.compile(r'\b(aria-label|title|data-bs-title)="([^"]*)"')
# Thebe runs cells on a server; a report has none.
_THEBE = re.compile(
    r'\s*<script(?: type="text/x-thebe-config")?>(?:(?!</script>).)*?(?:requestKernel|kernelName)(?:(?!</script>).)*</script>',
    re.DOTALL,
)


def polish(folder: Path, language: str) -> None:
    """Changes all pages in a folder."""
    labels = LABELS.get(language, {})
    for path in sorted(folder.rglob("*.html")):
        html = path.read_text(encoding="utf-8")
        html = _LABEL.sub(lambda match: f'{match[1]}="{labels.get(match[2], match[2])}"', html)
        path.write_text(_THEBE.sub("", html), encoding="utf-8")
