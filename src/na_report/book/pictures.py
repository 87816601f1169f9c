"""The pictures and files of authors: pasted in a cell, or put beside a chapter."""

from __future__ import annotations

import base64
import binascii
import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

_PASTED = re.compile(r"data:(image/[a-z+.-]+);base64,((?:[A-Za-z0-9+/=]|%2B|%2F|%3D)+)", re.IGNORECASE)
# What Sphinx would read as a page, and what is there for the program.
_NO_FILES = {".ipynb", ".md", ".rst", ".py", ".pyc", ".yml", ".yaml"}


def unpacked(notebook: dict[str, Any], page: str) -> dict[str, bytes]:
    """Takes pasted pictures out of a notebook, which then names them as files.

    Args:
        notebook: The notebook, which is changed.
        page: The name of its page.

    Returns:
        The content per name of a file.
    """
    files: dict[str, bytes] = {}
    for cell in notebook["cells"]:
        attachments = cell.pop("attachments", {})
        if cell["cell_type"] != "code":
            text = "".join(cell["source"])
            for name, bundle in attachments.items():
                for mime, content in list(bundle.items())[:1]:
                    if file := _file(page, mime, "".join(content), files):
                        for written in (name, quote(name)):
                            text = re.sub(rf"attachment:{re.escape(written)}(?=[\s\"'<>()]|$)", file, text)
            cell["source"] = _without_pasted(text, page, files)
        for output in cell.get("outputs", []):
            for mime in {"text/html", "text/markdown"} & {*output.get("data", {})}:
                output["data"][mime] = _without_pasted("".join(output["data"][mime]), page, files)
    return files


def _without_pasted(text: str, page: str, files: dict[str, bytes]) -> str:
    return _PASTED.sub(lambda found: _file(page, found[1].lower(), found[2], files) or found[0], text)


def _file(page: str, mime: str, content: str, files: dict[str, bytes]) -> str:
    """Adds a picture to files and returns its name; nothing when it is damaged."""
    for sign in "+/=":
        content = content.replace(quote(sign, safe=""), sign)
    try:
        found = base64.b64decode(content)
    except binascii.Error:
        return ""
    name = f"{page}-{hashlib.sha256(found).hexdigest()[:12]}{mimetypes.guess_extension(mime) or ''}"
    files[name] = found
    return name


def beside(folder: Path) -> Mapping[str, Path]:
    """Returns the files in the folder of a chapter that a page can show or give, by the address that it uses."""
    return dict(sorted(_beside(folder)))


def _beside(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts) or parts[0].startswith("_")
        if not hidden and path.suffix.lower() not in _NO_FILES and path.is_file():
            yield "/".join(parts), path
