"""The pictures and files of authors: pasted in a cell, or put beside a chapter."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

_PASTED = re.compile(r"data:(image/[a-z+.-]+);base64,((?:[A-Za-z0-9+/=]|%2B|%2F|%3D)+)", re.IGNORECASE)
# What Sphinx would read as a page, and what is there for the program.
_NO_FILES = {".ipynb", ".md", ".rst", ".py", ".pyc", ".yml", ".yaml"}


def unpacked(notebook: dict[str, Any], page: str) -> dict[str, bytes]:
    """Takes pasted pictures out of a notebook, which then names them as files of its page; returns the content per name."""
    files: dict[str, bytes] = {}

    def added(mime: str, content: str) -> str:
        """Adds a picture and returns its name; nothing when it is damaged."""
        try:
            found = base64.b64decode(unquote(content))
        except ValueError:  # other letters than base64 has, or fewer
            return ""
        name = f"{page}-{hashlib.sha256(found).hexdigest()[:12]}{mimetypes.guess_extension(mime) or ''}"
        files[name] = found
        return name

    def without_pasted(text: str) -> str:
        return _PASTED.sub(lambda found: added(found[1].lower(), found[2]) or found[0], text)

    for cell in notebook["cells"]:
        attachments = cell.pop("attachments", {})
        if cell["cell_type"] != "code":
            text = "".join(cell["source"])
            for name, bundle in attachments.items():
                for mime, content in list(bundle.items())[:1]:
                    if file := added(mime, "".join(content)):
                        written = f"{re.escape(name)}|{re.escape(quote(name))}"
                        text = re.sub(rf"attachment:(?:{written})(?=[\s\"'<>()]|$)", file, text)
            cell["source"] = without_pasted(text)
        for output in cell.get("outputs", []):
            for mime in {"text/html", "text/markdown"} & {*output.get("data", {})}:
                output["data"][mime] = without_pasted("".join(output["data"][mime]))
    return files


def beside(folder: Path) -> dict[str, Path]:
    """Returns the files in the folder of a chapter that a page can show or give, by the address that it uses."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts) or parts[0].startswith("_")
        if not hidden and path.suffix.lower() not in _NO_FILES and path.is_file():
            found["/".join(parts)] = path
    return found
