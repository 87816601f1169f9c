"""The README of an archive, for whoever opens it in ten years: Dutch first, then English."""

from __future__ import annotations

import platform
from importlib import resources
from typing import TYPE_CHECKING

from na_report.wording import Words

if TYPE_CHECKING:
    from na_report.publishing.archive import Contents


def readme(contents: Contents, requires_python: str, code_licence: str) -> str:
    """Returns how to read, check and rebuild what is in an archive.

    Args:
        contents: What is in the archive.
        requires_python: The versions of Python that the program runs on.
        code_licence: The licence of the program.
    """
    first = contents.languages[0]
    machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    key = "archive.kept" if contents.wheels else "archive.fetched"
    words = {
        f"wheels_{language}": Words(language)(key, edition=contents.edition, machine=machine)
        for language in ("nl", "en")
    }
    template = resources.files("na_report.publishing") / "texts" / "archive.md"
    return template.read_text(encoding="utf-8").format(
        title=contents.about["title"],
        edition=contents.edition,
        language=first,
        build_language="" if first == "nl" else f" --language {first}",
        requires=requires_python,
        python=platform.python_version(),
        licence=", ".join(licence["title"] for licence in contents.about["licenses"]),
        code_licence=code_licence,
        offline="--no-index --find-links ARCHIEF/data/wheels " if contents.wheels else "",
        **words,
    )
